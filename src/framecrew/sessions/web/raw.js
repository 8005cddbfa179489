// Raw pixels of the page's one canvas. A worker of ours puts them into a file of the origin's own file system, which the
// session finds in the browser's profile and reads: nothing is encoded, and nothing goes through the pipe.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.raw) return;
  const Writer = clock.real.Worker;
  let writer = null;
  let last = null; // what was handed over

  // Of red, green, blue and alpha, as a film stores them: limited BT.709 (ITU-R BT.709-6, section 3), plane behind plane,
  // the chroma of four pixels their mean. Sums are of 16-bit fractions, right to half a step. Only even sizes can be so.
  function packed(bytes, width, height) {
    const from = new Uint32Array(bytes.buffer);
    const size = width * height;
    const to = new Uint8Array((size * 3) / 2);
    const luma = (pixel) =>
      (1081344 + 11966 * (pixel & 255) + 40254 * ((pixel >> 8) & 255) + 4064 * ((pixel >> 16) & 255)) >> 16;
    for (let y = 0, u = size, v = size + size / 4; y < height; y += 2) {
      for (let a = y * width, b = a + width, end = b; a < end; a += 2, b += 2) {
        const p = from[a], q = from[a + 1], r = from[b], s = from[b + 1];
        to[a] = luma(p);
        to[a + 1] = luma(q);
        to[b] = luma(r);
        to[b + 1] = luma(s);
        // Four reds beside four blues: neither sum takes more than 10 of its 16 bits.
        const both = (p & 0xff00ff) + (q & 0xff00ff) + (r & 0xff00ff) + (s & 0xff00ff);
        const red = both & 0xffff, blue = both >> 16;
        const green = ((p >> 8) & 255) + ((q >> 8) & 255) + ((r >> 8) & 255) + ((s >> 8) & 255);
        to[u++] = (33685504 - 6596 * red - 22189 * green + 28785 * blue) >> 18;
        to[v++] = (33685504 + 28784 * red - 26145 * green - 2639 * blue) >> 18;
      }
    }
    return to;
  }
  const laidOut = ({ data, width, height }, layout) => (layout === "yuv420p" ? packed(data, width, height) : data);

  const PROGRAM = `
    ${packed}
    const laidOut = ${laidOut};
    let file = null;
    onmessage = async ({ data: { name, picture, layout } }) => {
      try {
        if (name) {
          const folder = await navigator.storage.getDirectory();
          file = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
        }
        const bytes = name ? new TextEncoder().encode(name) : laidOut(picture, layout);
        postMessage(file.write(bytes, { at: 0 }) === bytes.length);
      } catch {
        postMessage(false);
      }
    };
  `;

  const ask = (message, handed) => new Promise((done) => {
    writer.onmessage = ({ data }) => done(data);
    writer.onerror = () => done(false);
    writer.postMessage(message, handed);
  });

  const pictureOf = (paper) => paper.getContext("2d").getImageData(0, 0, paper.width, paper.height);

  // Into the file; what does not get there is handed over as text, ten times as slowly.
  async function hand(paper, layout) {
    last = paper;
    const picture = pictureOf(paper);
    const isWritten = writer && (await ask({ picture, layout }, [picture.data.buffer]));
    return isWritten ? "" : clock.raw.asText(layout);
  }

  clock.raw = {
    // A file of this name, which holds its name. False where pages have no such files, or may not have workers.
    async open(name) {
      try {
        writer = new Writer(URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" })));
        return await ask({ name }, []);
      } catch {
        return false;
      }
    },
    close() { writer = null; },
    take: (layout) => hand(clock.drawCanvas(), layout),
    // The same of a PNG of the screen.
    takePicture: async (layout, png) => hand((await clock.unpack(png)).canvas, layout),
    // The same picture once more; files are not used from now on.
    asText(layout) {
      writer = null;
      const bytes = laidOut(pictureOf(last), layout);
      const parts = [];
      for (let place = 0; place < bytes.length; place += 8192) {
        parts.push(String.fromCharCode.apply(null, bytes.subarray(place, place + 8192)));
      }
      return btoa(parts.join(""));
    },
  };
})();
