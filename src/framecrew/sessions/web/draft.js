// A draft: the page encodes the pictures of its one canvas itself, which spares taking them out of the browser.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.draft) return;
  const MOST_WAITING = 2; // frames that may wait for the encoder
  const BITS = 0.2; // of a pixel
  let encoder = null;
  let chunks = [];
  let problem = null;

  const configured = (width, height, fps) => ({
    codec: "avc1.420034", // H.264, constrained baseline: no frame refers to a later one
    avc: { format: "annexb" },
    width, height, framerate: fps, bitrate: Math.round(width * height * fps * BITS),
    latencyMode: "quality",
  });

  function taken() {
    let text = "";
    for (const chunk of chunks) {
      for (let place = 0; place < chunk.length; place += 8192) {
        text += String.fromCharCode.apply(null, chunk.subarray(place, place + 8192));
      }
    }
    chunks = [];
    if (problem) throw problem;
    return btoa(text);
  }

  clock.draft = {
    isPossible: async (...kind) =>
      typeof VideoEncoder === "function" && (await VideoEncoder.isConfigSupported(configured(...kind))).supported,
    begin(...kind) {
      if (encoder && encoder.state !== "closed") encoder.close();
      [chunks, problem] = [[], null];
      encoder = new VideoEncoder({
        output: (chunk) => {
          const bytes = new Uint8Array(chunk.byteLength);
          chunk.copyTo(bytes);
          chunks.push(bytes);
        },
        error: (told) => { problem = told; },
      });
      encoder.configure(configured(...kind));
    },
    // The frame at this place of the segment; what is encoded by now, of it or of those before it.
    async add(place, fps) {
      const picture = new VideoFrame(clock.drawCanvas(), { timestamp: Math.round((place * 1e6) / fps), alpha: "discard" });
      encoder.encode(picture, { keyFrame: place === 0 });
      picture.close();
      while (!problem && encoder.encodeQueueSize > MOST_WAITING) await clock.turn();
      return taken();
    },
    async end() {
      await encoder.flush();
      encoder.close();
      return taken();
    },
  };
})();
