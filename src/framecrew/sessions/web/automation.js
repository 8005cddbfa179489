// How fast and how loud a video or sound of Hyperframes is at each moment of its own: its lanes (`data-automation`) of the
// rate and the volume, and its fades.
//
// Source: the reference of its authors (data attributes), and what Hyperframes 0.8.170 does with the same words.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.automation) return;

  const BOUNDS = { rate: [0.1, 10], volume: [0, 10 ** (12 / 20)] };
  const STEPS = 48; // between two points of a lane, where it is no straight line
  const bounded = (value, [least, most]) => Math.min(most, Math.max(least, value));

  // The points of a lane, in their order; none where it is not there.
  function points(media, target) {
    const text = media.getAttribute("data-automation");
    if (!text) return [];
    let lanes;
    try {
      ({ lanes } = JSON.parse(text));
    } catch (problem) {
      throw new Error(`data-automation of ${media.id || media.src} is no JSON: ${problem.message}`);
    }
    const found = (Array.isArray(lanes) ? lanes : []).findLast((lane) => lane.target === target);
    const sorted = (found?.points ?? []).map((one) => ({ ...one, t: Math.max(0, Number(one.t)), v: Number(one.v) }))
      .filter((one) => Number.isFinite(one.t) && Number.isFinite(one.v)).sort((a, b) => a.t - b.t)
      .map((one) => ({ ...one, v: bounded(one.v, BOUNDS[target]) }));
    return sorted.filter((one, place) => one.t !== sorted[place + 1]?.t); // of those at one moment the last
  }

  // How much of the way to the next point is made after this part of the time: evenly, or bent by a power or through a place.
  function bent(part, { curve, viaX, viaY }) {
    const [x, y] = [viaX, viaY].map((place) => bounded(Number(place ?? NaN), [0.001, 0.999]));
    if (x > 0 && y > 0 && x !== y) return through(part, x, y);
    return Number(curve) ? part ** (2 ** (2 * bounded(Number(curve), [-1, 1]))) : part;
  }

  // The rational quadratic curve from (0, 0) to (1, 1) that has (x, y) in its middle, of the least weight with which it never turns
  // back: with the weight w its control point c is p + (p - 1/2) / w, for the point p in its middle is (2wc + 1) / (2w + 2).
  function through(part, x, y) {
    const weight = Math.max(1, ...[x, y].map((p) => (p > 0.5 ? (p - 0.5) / (0.999 - p || 1e-6) : (0.5 - p) / (p - 0.001 || 1e-6))));
    const place = (p, s) => {
      const control = p + (p - 0.5) / weight, sides = 2 * weight * s * (1 - s);
      return (sides * control + s * s) / ((1 - s) ** 2 + sides + s * s);
    };
    let [low, high] = [0, 1];
    for (let round = 0; round < 40; round++) {
      const middle = (low + high) / 2;
      if (place(x, middle) < part) low = middle;
      else high = middle;
    }
    return place(y, low);
  }

  // Speeds change evenly in their logarithm, levels in themselves.
  function valueAt(lane, t, target) {
    const next = lane.findIndex((one) => one.t > t);
    if (next <= 0) return next ? lane.at(-1).v : lane[0].v;
    const [from, to] = [lane[next - 1], lane[next]];
    const done = bent((t - from.t) / (to.t - from.t), from);
    return target === "rate" ? from.v * (to.v / from.v) ** done : from.v + (to.v - from.v) * done;
  }
  function moments(lane) {
    const between = lane.slice(1).flatMap((to, place) => {
      const { t } = lane[place];
      return Array.from({ length: STEPS }, (_, step) => t + ((to.t - t) * (step + 1)) / STEPS);
    });
    return [lane[0].t, ...between];
  }

  // ── how fast ──────────────────────────────────────────────────────────────────────────────────

  const steady = (media) => bounded(Number.parseFloat(media.dataset.playbackRate) || 1, BOUNDS.rate);

  // Pairs: a moment of the clip, and how many seconds of its file are played by then.
  function played(lane) {
    let [t, done, rate] = [0, 0, lane[0].v];
    return [[0, 0], ...moments(lane).map((at) => {
      const following = valueAt(lane, at, "rate");
      done += ((at - t) * (rate + following)) / 2;
      [t, rate] = [at, following];
      return [at, done];
    })];
  }
  function along(pairs, at, beyond) {
    const next = pairs.findIndex(([x]) => x > at);
    if (next < 0) return beyond(...pairs.at(-1));
    const [[x, y], [toX, toY]] = [pairs[next - 1], pairs[next]];
    return y + ((toY - y) * (at - x)) / (toX - x);
  }

  // Seconds of its file that are played in the first seconds of the clip, and how long it takes to play some.
  function sourceSeconds(media, t) {
    const lane = points(media, "rate");
    if (!lane.length) return t * steady(media);
    return along(played(lane), Math.max(0, t), (x, y) => y + (t - x) * lane.at(-1).v);
  }
  function clipSeconds(media, seconds) {
    const lane = points(media, "rate");
    if (!lane.length) return seconds / steady(media);
    return along(played(lane).map(([x, y]) => [y, x]), seconds, (y, x) => x + (seconds - y) / lane.at(-1).v);
  }

  // ── how loud ──────────────────────────────────────────────────────────────────────────────────

  // Its level in each of its moments, as pairs between which it changes evenly. `moved` are such pairs of what scripts do to it;
  // a lane goes before them, and both before a steady volume. Fades are in proportion where the clip is too short for them.
  function loudness(media, seconds, moved) {
    const lane = points(media, "volume");
    const number = (text) => Math.max(0, Number.parseFloat(text) || 0);
    let [rises, falls] = [number(media.dataset.fadeIn), number(media.dataset.fadeOut)];
    if (rises + falls > seconds) [rises, falls] = [rises, falls].map((one) => (one * seconds) / (rises + falls));
    const volume = bounded(Number.parseFloat(media.dataset.volume ?? 1), BOUNDS.volume);
    if (!lane.length && !moved.length && !rises && !falls) return { volume, levels: [] };
    const plain = lane.length ? (t) => valueAt(lane, t, "volume")
      : moved.length ? (t) => along(moved, t, (_, level) => level) : () => volume;
    const part = (done, of) => (of ? bounded(done / of, [0, 1]) : 1);
    const evenly = (from, long) => Array.from({ length: STEPS + 1 }, (_, step) => from + (long * step) / STEPS);
    const times = [0, ...(lane.length ? moments(lane) : moved.map(([t]) => t)),
      ...(rises ? evenly(0, rises) : []), ...(falls ? evenly(seconds - falls, falls) : [])];
    const levels = [...new Set(times)].filter((t) => t <= seconds || !seconds).sort((a, b) => a - b)
      .map((t) => [t, plain(t) * part(t, rises) * (falls ? part(seconds - t, falls) : 1)]);
    return { volume: 1, levels };
  }

  clock.automation = { steady, sourceSeconds, clipSeconds, loudness, points };
})();
