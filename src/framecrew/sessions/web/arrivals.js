// What a page has begun and does not have yet, of its documents: pictures, fonts, files that are read, and what it holds back for. A
// frame is not captured before they are there and the page has done with them what it wants.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.assets) return;
  const { begin, beginUntil, hidden } = clock;
  const ask = globalThis.fetch.bind(globalThis); // before a page puts another there

  // The browser encodes a canvas when it is idle, or a second later: where it is told when to draw, it is never idle.
  const { toBlob, toDataURL } = HTMLCanvasElement.prototype;
  clock.encoded = (canvas, ...how) => {
    const [head, text] = toDataURL.apply(canvas, how).split(",");
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return bytes.length ? new Blob([bytes], { type: head.slice("data:".length, -";base64".length) }) : null;
  };
  hidden(HTMLCanvasElement.prototype, "toBlob", function (action, ...how) {
    if (typeof action !== "function") return toBlob.call(this, action, ...how); // which throws
    const blob = clock.encoded(this, ...how);
    const done = begin("toBlob()");
    clock.real.setTimeout(() => { done(); action(blob); }, 0);
  });

  // Whether a file of the page's own server is not there; of others nobody is told.
  clock.isAbsent = async (address) => {
    if (!address.startsWith(`${origin}/`)) return false;
    const answer = await ask(address, { method: "HEAD" }).catch(() => null);
    return [404, 410].includes(answer?.status);
  };
  const OURS = [`${origin}/`, "data:", "blob:"];
  async function tellBroken({ target }) {
    const address = target instanceof HTMLImageElement && (target.currentSrc || target.src);
    if (address && OURS.some((one) => address.startsWith(one)) && !(await clock.isAbsent(address))) clock.tell(`the image ${address.slice(0, 200)} cannot be shown`);
  }
  addEventListener("error", tellBroken, true);

  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  Object.defineProperty(HTMLImageElement.prototype, "src", {
    ...source,
    set(value) {
      // In a document without a window nothing is loaded.
      if (this.loading !== "lazy" && this.ownerDocument.defaultView) {
        const isOver = () => this.loading === "lazy" || !(this.hasAttribute("src") || this.hasAttribute("srcset"));
        this.addEventListener("error", tellBroken, { once: true }); // it may be nowhere in the page
        beginUntil(this, `the image ${String(value).slice(0, 100)}`, ["load", "error"], isOver);
      }
      source.set.call(this, value);
    },
  });

  // Whoever waits until a video or a sound can be played goes on in the frame in which it was asked for. A stream is never there as a
  // whole, and a server may not answer: what does not come soon is left to itself.
  const SOON_MS = 2000;
  const awaited = new WeakMap(); // element → the source that it had
  function awaitMedia(element) {
    const source = clock.sourcesOf(element)[0];
    if (!source || awaited.get(element) === source || element.readyState === 4) return;
    awaited.set(element, source);
    const since = clock.real.now();
    const isOver = () => element.readyState === 4 || element.preload === "none" || clock.sourcesOf(element)[0] !== source
      || clock.real.now() - since > SOON_MS;
    beginUntil(element, `the media ${source.slice(0, 100)}`, ["canplaythrough", "error"], isOver);
  }
  const media = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "src");
  Object.defineProperty(HTMLMediaElement.prototype, "src", {
    ...media,
    set(value) {
      media.set.call(this, value);
      awaitMedia(this);
    },
  });
  globalThis.Audio = new Proxy(globalThis.Audio, {
    construct(...how) {
      const audio = Reflect.construct(...how);
      awaitMedia(audio);
      return audio;
    },
  });

  const { register } = globalThis.ServiceWorkerContainer?.prototype ?? {};
  if (register) {
    hidden(ServiceWorkerContainer.prototype, "register", function (...values) {
      const since = clock.real.now();
      const done = begin("a service worker", () => clock.real.now() - since > SOON_MS);
      const result = register.apply(this, values);
      result.then(() => this.ready).then(done, done);
      return result;
    });
  }

  // Its old and its new picture are taken by the browser itself, frames later.
  for (const kind of [Document, Element]) {
    const { startViewTransition } = kind.prototype;
    if (!startViewTransition) continue; // a browser that knows none of it
    hidden(kind.prototype, "startViewTransition", function (...values) {
      const transition = startViewTransition.apply(this, values);
      const done = begin("a view transition");
      transition.ready.then(done, done);
      return transition;
    });
  }

  // What the page itself holds back for: it decides how the next frames begin, also where nobody sees this one.
  clock.released = async () => {
    if (clock.held().length) {
      await clock.until(`the hold ${clock.held().map((hold) => `"${hold}"`).join(", ")}`, () => !clock.held().length);
    }
    for (const child of clock.children()) await clock.within(child, child.released());
  };

  // Fonts and pictures.
  clock.assets = async () => {
    document.body?.offsetHeight; // style and layout ask for what they need
    if (document.fonts.status === "loading") {
      const fonts = [...document.fonts].filter((font) => font.status === "loading").map((font) => font.family);
      let isReady = false;
      document.fonts.ready.then(() => { isReady = true; });
      await clock.until(`the font ${fonts.join(", ")}`, () => isReady, { isStill: true });
    }
    for (const image of clock.all("img")) {
      // What comes into view would be asked for by the picture that is to show it.
      if (image.loading === "lazy") image.loading = "eager";
      if (image.complete) continue;
      await clock.until(`the image ${image.currentSrc || image.src}`, () => image.complete, { isStill: true });
    }
    await clock.showPictures();
    for (const child of clock.children()) await clock.within(child, child.assets());
  };

  // What the frame has asked for is there, in the page and in the frames in it.
  clock.settle = async (isSeen) => {
    clock.all("video, audio").forEach(awaitMedia);
    await clock.arrived();
    await clock.released();
    await clock.place(isSeen);
    if (isSeen) await clock.assets();
  };
  clock.place = async (isSeen) => {
    clock.pin();
    clock.notePictures();
    clock.beginMedia();
    if (isSeen) await clock.pinVideos();
    if (clock.isListening) clock.hear();
    for (const child of clock.children()) await clock.within(child, child.place(isSeen));
    clock.stand();
  };
})();
