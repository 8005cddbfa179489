// Raw pixels of the page's one canvas. A worker of ours puts them into a file of the origin's own file system, which the
// session finds in the browser's profile and reads: nothing is encoded, and nothing goes through the pipe.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.raw) return;
  const Writer = clock.real.Worker;
  let writer = null;
  let last = null; // what was handed over
  const STRIPE = 900000; // bytes at most

  // Of red, green, blue and alpha, as a film stores them: limited BT.709 (ITU-R BT.709-6, section 3), plane behind plane,
  // the chroma of four pixels their mean. Sums are of 16-bit fractions, right to half a step. Only even sizes can be so.
  // The room is kept from picture to picture.
  function packed({ stripes, width, height }) {
    const size = width * height, whole = (size * 3) / 2;
    const to = (packed.room = packed.room?.length === whole ? packed.room : new Uint8Array(whole));
    const luma = (pixel) =>
      (1081344 + 11966 * (pixel & 255) + 40254 * ((pixel >> 8) & 255) + 4064 * ((pixel >> 16) & 255)) >> 16;
    let at = 0, u = size, v = size + size / 4;
    for (const stripe of stripes) {
      const from = new Uint32Array(stripe);
      for (let row = 0; row < from.length; row += 2 * width) {
        for (let a = row, b = a + width, end = b; a < end; a += 2, b += 2) {
          const p = from[a], q = from[a + 1], r = from[b], s = from[b + 1];
          to[at + a] = luma(p);
          to[at + a + 1] = luma(q);
          to[at + b] = luma(r);
          to[at + b + 1] = luma(s);
          // Four reds beside four blues: neither sum takes more than 10 of its 16 bits.
          const both = (p & 0xff00ff) + (q & 0xff00ff) + (r & 0xff00ff) + (s & 0xff00ff);
          const red = both & 0xffff, blue = both >> 16;
          const green = ((p >> 8) & 255) + ((q >> 8) & 255) + ((r >> 8) & 255) + ((s >> 8) & 255);
          to[u++] = (33685504 - 6596 * red - 22189 * green + 28785 * blue) >> 18;
          to[v++] = (33685504 + 28784 * red - 26145 * green - 2639 * blue) >> 18;
        }
      }
      at += from.length;
    }
    return to;
  }
  const laidOut = (picture, layout) =>
    layout === "yuv420p" ? [packed(picture)] : picture.stripes.map((stripe) => new Uint8Array(stripe));

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
        let at = 0;
        for (const part of name ? [new TextEncoder().encode(name)] : laidOut(picture, layout)) {
          if (file.write(part, { at }) !== part.length) throw new Error("the file takes no more");
          at += part.length;
        }
        postMessage(true);
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

  // In stripes of even height, each small enough for memory that is used again: fresh memory costs more than all the sums.
  function pictureOf(paper) {
    const { width, height } = paper;
    const rows = 2 * Math.max(1, Math.floor(STRIPE / (8 * width)));
    const stripes = [];
    for (let y = 0; y < height; y += rows) {
      stripes.push(paper.getContext("2d").getImageData(0, y, width, Math.min(rows, height - y)).data.buffer);
    }
    return { stripes, width, height };
  }

  // Into the file; what does not get there is handed over as text, ten times as slowly.
  async function hand(paper, layout) {
    last = paper;
    const picture = pictureOf(paper);
    const isWritten = writer && (await ask({ picture, layout }, picture.stripes));
    return isWritten ? "" : clock.raw.asText(layout);
  }

  clock.raw = {
    // A file of this name, which holds its name. False where pages have no such files, or may not have workers.
    async open(name) {
      try {
        writer = new Writer(URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" })), { name: "framecrew" });
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
      const letters = [];
      for (const part of laidOut(pictureOf(last), layout)) {
        for (let place = 0; place < part.length; place += 8192) {
          letters.push(String.fromCharCode.apply(null, part.subarray(place, place + 8192)));
        }
      }
      return btoa(letters.join(""));
    },
  };
})();
