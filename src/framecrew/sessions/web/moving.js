// Pictures that move by themselves (GIF, animated WebP, PNG and AVIF) in an `<img>`: the browser would show them by a clock of its
// own, so each is shown as the still picture of its moment.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.showPictures) return;
  const { fetch, ImageDecoder, Image } = globalThis;

  const HEAD = 65536; // bytes
  const MOVING = /^RIFF[^]{4}WEBPVP8X[^]{14}ANIM|acTL/; // in the first bytes of WebP and PNG
  const SHORTEST = 10, INSTEAD = 100; // milliseconds; as in every browser
  const MOST = 100; // addresses that are kept although nothing shows them
  const ROUNDED = 0.5; // milliseconds by which times in a file and of a page may miss each other
  const still = { isStill: true };

  const known = new Map(); // address → its pictures and when they end; null: it does not move, or cannot be read
  const births = new WeakMap(); // element → the address it shows and since when
  const shown = new WeakMap(); // element → the still picture it shows

  // A page may be without a decoder, and may not read what lies elsewhere.
  function mayMove(address) {
    const { protocol, origin, pathname } = new URL(address);
    if (!ImageDecoder || !/^(https?|data|blob):$/.test(protocol)) return false;
    if (protocol === "data:") return /^data:image\/(gif|webp|apng|avif)/.test(address);
    return protocol === "blob:" || (origin === globalThis.origin && /\.(gif|webp|png|apng|avif)$/i.test(pathname));
  }

  // All of its bytes, or none as soon as the first of them tell that it stands still.
  async function bytesOf(answer, type) {
    const reader = answer.body.getReader(), parts = [];
    for (let part; !(part = await reader.read()).done; parts.push(part.value)) {
      if (parts.length || !/webp|png/.test(type)) continue;
      const head = new TextDecoder("latin1").decode(part.value.subarray(0, HEAD));
      if (!MOVING.test(head)) return void reader.cancel();
    }
    return new Blob(parts).arrayBuffer();
  }
  async function read(address) {
    const answer = await fetch(address);
    const type = (answer.headers.get("content-type") || "").split(";")[0];
    if (!answer.ok || !(await ImageDecoder.isTypeSupported(type))) return null;
    const data = await bytesOf(answer, type);
    if (!data) return null;
    const decoder = new ImageDecoder({ data, type });
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    const { animated, frameCount, repetitionCount } = decoder.tracks.selectedTrack;
    if (!animated || frameCount < 2) return null;
    const ends = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      const ms = image.duration / 1000;
      ends.push((ends.at(-1) ?? 0) + (ms > SHORTEST ? ms : INSTEAD));
      image.close();
    }
    return { decoder, ends, plays: repetitionCount + 1, pictures: [] };
  }

  function placeAt({ ends, plays }, ms) {
    const at = Math.max(0, ms) + ROUNDED, long = ends.at(-1);
    return at >= long * plays ? ends.length - 1 : ends.findIndex((end) => end > at % long);
  }
  // Kept, so that the browser has it at hand whenever it is shown.
  async function pictureOf({ decoder, pictures }, frameIndex) {
    if (!pictures[frameIndex]) {
      const { image } = await decoder.decode({ frameIndex });
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: image.displayWidth, height: image.displayHeight });
      canvas.getContext("2d", { willReadFrequently: true }).drawImage(image, 0, 0);
      image.close();
      const picture = new Image();
      picture.src = URL.createObjectURL(clock.encoded(canvas));
      await picture.decode();
      pictures[frameIndex] = picture;
    }
    return pictures[frameIndex];
  }

  // Since when an element has been there with what it shows; a page that is asked for its frames in any order has no past.
  clock.notePictures = () => {
    for (const image of clock.all("img")) {
      if (births.get(image)?.address === image.currentSrc) continue;
      births.set(image, { address: image.currentSrc, at: clock.now });
      if (shown.delete(image)) image.style.removeProperty("content");
    }
  };
  const beginOf = (image) => (clock.outermost().__framecrew.startOf?.(image)) ?? births.get(image).at;

  async function show(image) {
    const address = image.currentSrc;
    if (!known.has(address)) known.set(address, await read(address).catch(() => null));
    const moving = known.get(address);
    if (!moving) return;
    const picture = await pictureOf(moving, placeAt(moving, clock.now - beginOf(image)));
    if (shown.get(image) === picture) return;
    shown.set(image, picture);
    // Pixels of a picture may be more than one to a pixel of the page.
    const density = picture.naturalWidth / image.naturalWidth;
    image.style.setProperty("content", `image-set(url("${picture.src}") ${density}x)`, "important");
  }
  function forget(images) {
    const used = new Set(images.map((image) => image.currentSrc));
    for (const [address, moving] of known) {
      if (used.has(address)) continue;
      for (const picture of moving?.pictures ?? []) if (picture) URL.revokeObjectURL(picture.src);
      moving?.decoder.close();
      known.delete(address);
    }
  }
  clock.showPictures = async () => {
    clock.notePictures();
    const images = clock.all("img");
    if (known.size > images.length + MOST) forget(images);
    for (const image of images) {
      if (!image.currentSrc || !image.complete || !image.naturalWidth || !mayMove(image.currentSrc)) continue;
      await clock.settled(`the moving picture ${image.currentSrc.slice(0, 100)}`, show(image), still);
    }
  };
  clock.followsPicture = (address) =>
    Boolean(known.get(address)) || clock.children().some((child) => child.followsPicture(address));
})();
