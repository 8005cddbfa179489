// Where a video or a sound comes from, and the part of it that its address asks for.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.sourcesOf) return;

  clock.sourcesOf = (element) =>
    (element.src ? [element] : [...element.querySelectorAll("source")]).map((one) => one.src).filter(Boolean);

  // Seconds (`#t=2,5`). Source: Media Fragments URI 1.0, 4.2.1.
  const CLOCK = "(?:(?:(\\d+):)?(\\d+):)?(\\d+(?:\\.\\d*)?)";
  const PART = new RegExp(`[#&]t=(?:npt:)?(?:${CLOCK})?(?:,${CLOCK})?(?=&|$)`);
  const seconds = ([hours, minutes, rest]) => Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest);
  clock.partOf = (element) => {
    const [, ...said] = PART.exec(element.src || element.currentSrc || clock.sourcesOf(element)[0] || "") ?? [];
    const from = said[2] ? seconds(said.slice(0, 3)) : 0, to = said[5] ? seconds(said.slice(3)) : Infinity;
    return to > from ? { from, to } : { from: 0, to: Infinity };
  };
})();
