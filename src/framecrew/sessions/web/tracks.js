// What is to be heard of a page and of the frames in it, and when: declared with our contract, or elements that play or say when they do.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.tracks) return;

  const numbers = (...texts) => texts.map(Number).find((number) => Number.isFinite(number));
  const addressOf = (source) => new URL(source, document.baseURI).href;
  // What only the page can read is told as a whole.
  async function readable(track) {
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

  // What the words of the page's contract make of it.
  clock.soundOf = (_element, plain) => plain;

  // When an element is heard, and how: by the words of its page's contract, or else by ours, or since it plays.
  function heard(element) {
    const said = element.dataset;
    const since = clock.playing(element);
    return clock.soundOf(element, {
      start: numbers(said.start, since ? since.born / 1000 : undefined),
      trim: numbers(said.trim, said.mediaStart, since?.at) ?? 0,
      seconds: numbers(said.duration) ?? null,
      volume: element.volume * (numbers(said.volume) ?? 1), loop: element.loop, rate: element.playbackRate,
      pitch: element.preservesPitch ? 1 : element.playbackRate, is_video: element instanceof HTMLVideoElement,
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
      if (source && !element.muted && start !== undefined) found.push({ source: addressOf(source), start, ...how });
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
