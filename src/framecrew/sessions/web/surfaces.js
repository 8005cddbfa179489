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
})();
