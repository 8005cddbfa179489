// What has a surface of its own in the compositor: videos, canvases, frames of other documents. When one is first seen, the
// compositor shows the page as it was before until that surface is there; so it has to be known when that may be.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.hasNewSurface) return;
  const HOW = { visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true };
  const seen = new WeakMap(); // element → its size when it was last looked at; empty: not to be seen

  function shown(element) {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    const isInside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return isInside && width * height > 0 && element.checkVisibility(HOW) ? `${width}x${height}` : "";
  }

  clock.isShown = (element) => shown(element) !== "";

  // Whether one is to be seen now that was not, or not in this size, when this was last asked.
  clock.hasNewSurface = () => {
    let isNew = false;
    for (const element of clock.all("video, canvas, iframe, object, embed")) {
      const is = shown(element);
      isNew ||= is !== "" && is !== seen.get(element);
      seen.set(element, is);
    }
    for (const child of clock.children()) isNew = child.hasNewSurface() || isNew;
    return isNew;
  };

  // ── those that come to the screen by a way of their own ───────────────────────────────────────

  // Videos; canvases that a worker draws, or the page by the other end of them; pictures of what a view transition leaves.
  clock.hasOwnSurfaces = () => clock.all("video, canvas").some((one) => one.tagName === "VIDEO" || handed.has(one)) ||
    clock.isInTransition() || clock.children().some((child) => child.hasOwnSurfaces());

  clock.isInTransition = () => {
    try {
      return document.querySelector(":active-view-transition") !== null;
    } catch {
      return false; // a browser that knows none of it
    }
  };

  // They are given to the compositor beside the page, and nobody tells when they are there. On a busy machine that takes
  // longer, and so do the rounds of the page.
  const IN_TIME = 25; // milliseconds of a round; it is 17 long
  const ENOUGH = 2, MOST = 8; // rounds: those in time one after the other, and all
  clock.surfacesDrawn = async () => {
    const end = clock.askForPictures();
    for (let round = 0, inTime = 0; round < MOST && inTime < ENOUGH; round++) {
      const began = clock.real.now();
      await clock.isDrawn();
      inTime = clock.real.now() - began < IN_TIME ? inTime + 1 : 0;
    }
    end();
  };

  const FIRST_MS = 1500; // in a frame
  const TRIES = 3; // frames in which a first picture is waited for
  const handed = new WeakSet();
  const awaited = new Map(); // canvas → in how many frames its first picture was waited for
  const { transferControlToOffscreen } = HTMLCanvasElement.prototype;
  clock.hidden(HTMLCanvasElement.prototype, "transferControlToOffscreen", function () {
    const other = transferControlToOffscreen.call(this);
    handed.add(this);
    awaited.set(this, 0);
    return other;
  });
  clock.isHandedOver = (canvas) => handed.has(canvas);
  let probe = null;
  function isDrawn(canvas) {
    probe ??= new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
    probe.clearRect(0, 0, 8, 8);
    probe.drawImage(canvas, 0, 0, 8, 8);
    return probe.getImageData(0, 0, 8, 8).data.some((value) => value > 0);
  }
  // The first picture of each takes longer than that of the page. True if one has come now.
  clock.firstPictures = async () => {
    let isNew = false;
    for (const [canvas, tries] of awaited) {
      if (!canvas.isConnected || !canvas.width || !canvas.height) continue;
      const end = clock.real.now() + FIRST_MS;
      let isThere = isDrawn(canvas);
      for (; !isThere && clock.real.now() < end; isThere = isDrawn(canvas)) await clock.sleep(4);
      isNew ||= isThere;
      if (isThere || tries + 1 === TRIES) awaited.delete(canvas);
      else awaited.set(canvas, tries + 1);
    }
    for (const child of clock.children()) {
      await clock.within(child, child.firstPictures().then((isNewThere) => { isNew ||= isNewThere; }));
    }
    return isNew;
  };
})();
