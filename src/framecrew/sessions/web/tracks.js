// What is to be heard of a page and of the frames in it, and when: declared with our contract, or elements that play or say when they do.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.tracks) return;

  // What an element may say of when it is heard, and how: the units that may stand behind a number, and the least one.
  const SECONDS = { "": 1, s: 1, ms: 0.001 };
  const SAID = { start: [SECONDS, -Infinity], trim: [SECONDS, 0], duration: [SECONDS, 0], volume: [{ "": 1, "%": 0.01 }, 0] };
  const NUMBER = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-z%]*)\s*$/i;
  // Undefined where it says nothing, or what it says is none.
  function said(element, name) {
    const [units, least] = SAID[name], [, digits, unit] = NUMBER.exec(element.dataset[name]) ?? [];
    const value = Number(digits) * units[unit?.toLowerCase()];
    return value >= least ? value : undefined;
  }
  function check(element) {
    for (const [name, [units, least]] of Object.entries(SAID)) {
      const text = element.dataset[name];
      if (!text?.trim() || said(element, name) !== undefined) continue;
      const [, unit, other] = Object.keys(units);
      throw new Error(`data-${name} of ${element.outerHTML.replace(/>[^]*/, ">").slice(0, 200)} is to be a number`
        + `${least === 0 ? " that is not below 0" : ""}, with ${other ? `${unit} or ${other}` : unit} behind it or nothing, not ${text}`);
    }
  }
  const addressOf = (source) => new URL(source, document.baseURI).href;
  // What only the page can read is told as a whole.
  async function readable(told) {
    const track = { ...told, source: told.source.split("#")[0] };
    if (!track.source.startsWith("blob:")) return track;
    const reader = new FileReader();
    const read = new Promise((done, failed) => { reader.onload = done; reader.onerror = failed; });
    try {
      reader.readAsDataURL(await (await fetch(track.source)).blob());
      await read;
    } catch {
      return track;
    }
    return { ...track, source: reader.result };
  }

  // What the words of the page's contract make of it; without any, those of ours.
  clock.soundOf = (element, plain) => {
    if (element.dataset.start !== undefined) check(element);
    return plain;
  };

  // When an element is heard, and how: since it plays, or when it says so.
  function heard(element) {
    const since = clock.playing(element), { from, to } = clock.partOf(element), { playbackRate: rate } = element;
    const trim = said(element, "trim") ?? since?.at ?? from;
    return clock.soundOf(element, {
      start: element.dataset.start === undefined ? since?.born / 1000 : said(element, "start") ?? 0,
      trim, seconds: said(element, "duration") ?? (to < Infinity ? Math.max(0, to - trim) / rate : null),
      volume: element.volume * (said(element, "volume") ?? 1), loop: element.loop, rate,
      pitch: element.preservesPitch ? 1 : rate, is_video: element instanceof HTMLVideoElement,
    });
  }

  clock.tracks = async () => {
    const found = [];
    const declared = window.framecrew?.tracks ?? [];
    if (!Array.isArray(declared) || declared.some((one) => !one?.src)) {
      throw new Error("window.framecrew.tracks is to be a list of tracks, each with its src");
    }
    for (const one of declared) {
      const source = addressOf(one.src);
      const number = (name, otherwise, least = 0) => {
        const value = one[name] ?? otherwise;
        if (value === null) return null;
        if (Number.isFinite(Number(value)) && Number(value) >= least) return Number(value);
        const wanted = least === 0 ? "a number that is not below 0" : "a number";
        throw new Error(`window.framecrew.tracks: ${name} of ${source} is to be ${wanted}, not ${String(value)}`);
      };
      found.push({ source, start: number("start", 0, -Infinity), trim: number("trim", 0), seconds: number("seconds", null),
        volume: number("volume", 1), loop: Boolean(one.loop) });
    }
    const elements = clock.isListening ? clock.all(":is(audio, video)[data-start]") : [...clock.all("audio, video"), ...clock.loose()];
    for (const element of elements) {
      const source = element.currentSrc || element.src || element.querySelector("source")?.src;
      const { start, ...how } = heard(element);
      if (source && !element.muted && Number.isFinite(start)) found.push({ source: addressOf(source), start, ...how });
    }
    return clock.readable(found, (child) => child.tracks());
  };

  // With those of the frames in the page.
  clock.readable = async (found, ofChild) => {
    for (const child of clock.children()) {
      await clock.within(child, ofChild(child).then((others) => { found.push(...others); }));
    }
    return Promise.all(found.map(readable));
  };

  // How loud a sound is, by its levels at moments after its start: one factor, or the points where they bend.
  clock.levelled = (points) => {
    const slope = ([from, level], [to, next]) => (next - level) / (to - from);
    const isBend = (_, at) => at === 0 || at === points.length - 1
      || Math.abs(slope(points[at - 1], points[at]) - slope(points[at], points[at + 1])) > 1e-7;
    return points.every(([, level]) => level === points[0][1])
      ? { volume: points[0][1], levels: [] } : { volume: 1, levels: points.filter(isBend) };
  };
})();
