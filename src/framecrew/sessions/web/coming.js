// What was begun and is not there yet, and ends with a promise: files and other answers. In a worker too.
(() => {
  const clock = globalThis.__framecrew;
  if (clock.begin) return;
  const { hidden } = clock;

  const coming = new Map(); // a key of its own → what it is called
  clock.begin = (name) => {
    const key = {};
    coming.set(key, name);
    return () => coming.delete(key);
  };
  function watch(owner, ...names) {
    for (const name of names) {
      const method = owner?.[name];
      if (!method) continue;
      hidden(owner, name, function (...values) {
        const result = method.apply(this, values);
        // What nobody catches is still told: the page is given the promise that follows.
        return typeof result?.finally === "function" ? result.finally(clock.begin(`${name}()`)) : result;
      });
    }
  }
  watch(globalThis, "fetch", "createImageBitmap");
  for (const owner of [Response.prototype, Request.prototype, Blob.prototype]) {
    watch(owner, "arrayBuffer", "blob", "bytes", "formData", "json", "text");
  }
  watch(globalThis.SubtleCrypto?.prototype, "digest");
  watch(globalThis.WebAssembly, "compile", "compileStreaming", "instantiate", "instantiateStreaming");
  watch(globalThis.OffscreenCanvas?.prototype, "convertToBlob");
  watch(globalThis.ImageDecoder?.prototype, "decode");
  watch(globalThis.HTMLImageElement?.prototype, "decode");
  watch(globalThis.FontFace?.prototype, "load");

  clock.arrived = async () => {
    // What has come is used a turn later, and may ask for more.
    for (let quiet = 0; quiet < 3; quiet++) {
      if (coming.size) {
        const [name] = coming.values();
        await clock.until(name, () => ![...coming.values()].includes(name), { isStill: true });
        quiet = 0;
      }
      await clock.turn();
    }
    for (const child of clock.children()) await clock.within(child, child.arrived());
  };
})();
