// What is heard of a page that is played from its start: the page begins its sounds, stops them, and makes them louder, so they are
// followed from frame to frame.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.hear) return;

  const NEAR = 0.005; // seconds; so far from where it would be, a sound was put elsewhere

  const tracks = [];
  const sounding = new Map(); // element → its track, of what was heard when it was last listened to
  const placed = new WeakSet(); // elements that were in the page
  const known = new WeakSet(); // how something ran that was over when it was last listened to
  const taken = new WeakSet(); // times of playing that ended when their element was taken from the page

  // Where a page says itself when an element is heard, that counts.
  const isFollowed = (element) => element.dataset.start === undefined;

  clock.hear = () => {
    const now = clock.now / 1000;
    for (const [element, one] of clock.played()) {
      if (!isFollowed(element)) continue;
      if (element.isConnected) placed.add(element);
      else if (placed.has(element)) taken.add(one);
      follow(element, one, now);
    }
    for (const [element, track] of sounding) {
      if (!clock.isKnown(element)) end(element, track, now);
    }
  };

  function follow(element, one, now) {
    const track = sounding.get(element), run = runOf(element, one);
    if (track && !(run && goesOn(track, run))) end(element, track, run ? run.start : (one.stopped ?? clock.now) / 1000);
    if (!run) return;
    const its = sounding.get(element) ?? begin(element, run);
    // Several looks at one moment are one.
    if (its.points.at(-1)?.[0] === now - its.start) its.points.pop();
    its.points.push([now - its.start, element.muted ? 0 : element.volume]);
    if (one.isOver) sounding.delete(element); // at its own end
  }

  // Since when, from where on and how fast it plays, or played until it was over; null where it does not, or that is known.
  function runOf(element, one) {
    const { born, at } = one.isOver ? one.past : one;
    const { playbackRate: rate, currentSrc, src } = element, source = currentSrc || src;
    const isHeard = one.runs || (one.isOver && !known.has(one.past));
    if (one.isOver) known.add(one.past);
    return isHeard && !taken.has(one) && rate > 0 && source ? { start: born / 1000, at, rate, source } : null;
  }

  const goesOn = (track, run) => track.source === run.source && track.rate === run.rate
    && Math.abs(track.trim + (run.start - track.start) * run.rate - run.at) < NEAR;

  function begin(element, run) {
    const track = { source: run.source, start: run.start, trim: run.at, seconds: null, rate: run.rate, loop: clock.loops(element),
      pitch: element.preservesPitch ? 1 : run.rate, is_video: element instanceof HTMLVideoElement, points: [] };
    tracks.push(track);
    sounding.set(element, track);
    return track;
  }
  function end(element, track, at) {
    track.seconds = at - track.start;
    sounding.delete(element);
  }

  // Whether it may come to that: what may be played is there when the page is opened, or its scripts have these words for it.
  clock.mayBeHeard = async (words) => {
    if (clock.all("audio, video").some((one) => !one.muted && isFollowed(one))) return true;
    const has = new RegExp(words, "i");
    if ([...document.scripts].some((one) => has.test(one.textContent))) return true;
    for (const child of clock.children()) {
      let may = false;
      await clock.within(child, child.mayBeHeard(words).then((told) => { may = told; }));
      if (may) return true;
    }
    return false;
  };

  clock.heard = async () => {
    const found = tracks.filter(({ points, seconds }) => seconds !== 0 && points.some(([, level]) => level > 0))
      .map(({ points, ...track }) => ({ ...track, ...clock.levelled(points) }));
    return clock.readable(found, (child) => child.heard());
  };
})();
