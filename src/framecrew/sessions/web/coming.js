// What was begun and is not there yet: files and other answers. In a worker too.
(() => {
  const clock = globalThis.__framecrew;
  if (clock.begin) return;
  const { hidden } = clock;

  const LOCK_MS = 200; // in which a lock is given that nobody holds
  const MOST_WAITS = 4; // as long as one, for all that follow from one another
  const coming = new Set(); // of { name, isOver }: how it is called, and whether it is not to come any more
  clock.begin = (name, isOver = () => false) => {
    const one = { name, isOver };
    coming.add(one);
    return () => coming.delete(one);
  };
  const names = () => [...coming].filter((one) => !one.isOver()).map((one) => one.name);
  function watch(owner, ...names) {
    for (const name of names) {
      const method = owner?.[name];
      if (!method) continue;
      hidden(owner, name, function (...values) {
        const result = method.apply(this, values);
        const about = name === "fetch" ? String(values[0]?.url ?? values[0]).slice(0, 200) : "";
        // What nobody catches is still told: the page is given the promise that follows.
        return typeof result?.finally === "function" ? result.finally(clock.begin(`${name}(${about})`)) : result;
      });
    }
  }
  watch(globalThis, "fetch", "createImageBitmap");
  for (const owner of [Response.prototype, Request.prototype, Blob.prototype]) {
    watch(owner, "arrayBuffer", "blob", "bytes", "formData", "json", "text");
  }
  const own = (kind) => Object.getOwnPropertyNames(globalThis[kind]?.prototype ?? {}).filter((name) => name !== "constructor");
  for (const kind of ["SubtleCrypto", "Cache", "CacheStorage"]) watch(globalThis[kind]?.prototype, ...own(kind));
  watch(globalThis.StorageManager?.prototype, "getDirectory", "estimate");
  watch(globalThis.FileSystemDirectoryHandle?.prototype, "getDirectoryHandle", "getFileHandle", "removeEntry", "resolve");
  watch(globalThis.FileSystemFileHandle?.prototype, "createWritable", "getFile");
  watch(globalThis.FileSystemWritableFileStream?.prototype, "close", "seek", "truncate", "write");
  watch(globalThis.BaseAudioContext?.prototype, "decodeAudioData");
  watch(globalThis.OfflineAudioContext?.prototype, "startRendering");
  for (const kind of ["Audio", "Video"]) {
    for (const coder of ["Decoder", "Encoder"]) watch(globalThis[kind + coder]?.prototype, "flush");
  }
  watch(globalThis.WebAssembly, "compile", "compileStreaming", "instantiate", "instantiateStreaming");
  watch(globalThis.OffscreenCanvas?.prototype, "convertToBlob");
  watch(globalThis.ImageDecoder?.prototype, "decode");
  watch(globalThis.HTMLImageElement?.prototype, "decode");
  watch(globalThis.FontFace?.prototype, "load");

  // Who is told by an event has it when the last who listens to it has been told.
  clock.beginUntil = (thing, name, kinds, isOver) => {
    const done = clock.begin(name, isOver);
    for (const kind of kinds) EventTarget.prototype.addEventListener.call(thing, kind, done, { once: true });
    return done;
  };
  for (const name of ["readAsArrayBuffer", "readAsBinaryString", "readAsDataURL", "readAsText"]) {
    const read = FileReader.prototype[name];
    hidden(FileReader.prototype, name, function (...values) {
      const result = read.apply(this, values);
      clock.beginUntil(this, `${name}()`, ["loadend"]);
      return result;
    });
  }
  if (globalThis.XMLHttpRequest) {
    const addresses = new WeakMap(), ends = new WeakMap(); // of requests; what is to be called when one has ended
    const { open, send } = XMLHttpRequest.prototype;
    hidden(XMLHttpRequest.prototype, "open", function (...values) {
      open.apply(this, values);
      ends.get(this)?.(); // of what it was sent for before no end is told
      addresses.set(this, String(values[1]).slice(0, 200));
    });
    hidden(XMLHttpRequest.prototype, "send", function (...values) {
      const done = clock.beginUntil(this, `XMLHttpRequest(${addresses.get(this) ?? ""})`, ["loadend"]);
      try {
        send.apply(this, values);
      } catch (problem) {
        done();
        throw problem;
      }
      ends.set(this, done);
    });
  }

  // What a database is asked for, and what is done with it as one.
  for (const [kind, ...names] of [
    ["IDBFactory", "open", "deleteDatabase"],
    ["IDBObjectStore", "add", "clear", "count", "delete", "get", "getAll", "getAllKeys", "getKey", "openCursor", "openKeyCursor", "put"],
    ["IDBIndex", "count", "get", "getAll", "getAllKeys", "getKey", "openCursor", "openKeyCursor"],
  ]) {
    for (const name of names) {
      const ask = globalThis[kind]?.prototype[name];
      if (!ask) continue;
      hidden(globalThis[kind].prototype, name, function (...values) {
        const request = ask.apply(this, values);
        // One that others keep from being opened waits for the page.
        clock.beginUntil(request, `${kind}.${name}()`, ["success", "error", "blocked"]);
        return request;
      });
    }
  }
  const { transaction } = globalThis.IDBDatabase?.prototype ?? {};
  if (transaction) {
    hidden(IDBDatabase.prototype, "transaction", function (...values) {
      const one = transaction.apply(this, values);
      clock.beginUntil(one, "a transaction", ["complete", "abort"]);
      return one;
    });
  }
  // A lock that somebody holds may be given away only later in the page's own time.
  const { request } = globalThis.LockManager?.prototype ?? {};
  if (request) {
    hidden(LockManager.prototype, "request", function (name, ...values) {
      const action = values.pop();
      if (typeof action !== "function") return request.call(this, name, ...values, action); // which throws
      const since = clock.real.now();
      const done = clock.begin(`the lock ${name}`, () => clock.real.now() - since > LOCK_MS);
      return request.call(this, name, ...values, (...given) => { done(); return action(...given); });
    });
  }

  clock.arrived = async () => {
    // What has come is used a turn later, and may ask for more: for ever, where a page asks whether there is news.
    const end = clock.real.now() + MOST_WAITS * clock.settings.wait;
    for (let quiet = 0; quiet < 3; quiet++) {
      const [name] = names();
      if (name !== undefined) {
        if (clock.real.now() > end) throw new clock.Late(`one thing after the other was asked for, at last ${name}`);
        await clock.until(name, () => !names().includes(name), { isStill: true });
        quiet = 0;
      }
      await clock.turn();
    }
    for (const child of clock.children()) await clock.within(child, child.arrived());
  };
})();
