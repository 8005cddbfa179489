// Videos and sounds of a page: in the browser they stand still, and they play on the clock of the page. Where they are, whether they
// are over, and what is told of it (`play`, `playing`, `timeupdate`, `pause`, `ended`) belongs to its moments.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.playing) return;
  const { all, hidden, partOf, sourcesOf, turn, until } = clock;
  const { setTimeout, clearTimeout } = globalThis; // those of the clock

  const media = HTMLMediaElement.prototype;
  const property = (name) => Object.getOwnPropertyDescriptor(media, name);
  const [time, rate, isPaused, isOver] = ["currentTime", "playbackRate", "paused", "ended"].map(property);
  const { pause, load } = media;
  const still = { isStill: true };
  const HAIR = 1e-4; // seconds

  // ── where they are ────────────────────────────────────────────────────────────────────────────

  // Element → { source, born, at, runs, isOver, end, past, stopped }: `at` is where it stood when it was born, `past` how it ran before
  // it came to its end, `stopped` when the page did that.
  const known = new Map();
  // Another source begins anew.
  function entry(element) {
    const one = known.get(element);
    if (one && one.source !== element.src) forget(element);
    return known.get(element);
  }
  function forget(element) {
    clearTimeout(known.get(element)?.end);
    known.delete(element);
  }
  const lengthOf = (element) => (element.duration > 0 && Number.isFinite(element.duration) ? element.duration : null);
  function position(element, one) {
    if (!one.runs) return one.at;
    const at = one.at + ((clock.now - one.born) / 1000) * rate.get.call(element), end = endOf(element, one);
    return Math.max(0, end === null ? at : isPartOnly(element, one) || !clock.loops(element) ? Math.min(at, end) : at % end);
  }

  // Where it begins that nobody began yet: where the page has put it, or else at the part that its address is of.
  const sought = new WeakMap(); // element → { source, at }
  function beginningOf(element) {
    const last = sought.get(element);
    return last?.source === element.src ? last.at : partOf(element).from;
  }
  // It stops at the end of that part once, and may go on behind it.
  const stoppedAtPart = new WeakMap(); // element → the source that it had
  const isPartOnly = (element, one) =>
    stoppedAtPart.get(element) !== one.source && one.at < partOf(element).to && partOf(element).to < (lengthOf(element) ?? Infinity);
  const endOf = (element, one) => (isPartOnly(element, one) ? partOf(element).to : lengthOf(element));
  // It goes on from there, or stands there.
  function put(element, one, at) {
    Object.assign(one, { at, born: clock.now, isOver: false, past: null });
    awaitEnd(element, one);
  }

  function begin(element, at, born = clock.now) {
    forget(element);
    const one = { source: element.src, born, at, runs: true, isOver: false };
    known.set(element, one);
    pause.call(element); // or it would begin by itself
    tellOfSound(element);
    say(element, "play");
    if (element.readyState >= 2) say(element, "playing");
    else element.addEventListener("loadeddata", () => { if (one.runs) say(element, "playing"); }, { once: true });
    if (element.readyState < 1) element.addEventListener("loadedmetadata", () => awaitEnd(element, one), { once: true });
    awaitEnd(element, one);
  }
  function tellOfSound(element) {
    const isUnheard = clock.settings.tellsOfSounds && clock.isOpen && element.dataset.start === undefined;
    if (!isUnheard || element.muted || !element.volume) return;
    clock.tell(`a sound begins by itself at ${clock.now / 1000} s, and is not in the film: ${element.currentSrc || element.src}; `
      + "declare it, or, where the page is played from its start, have it there, and not muted, when that is opened");
  }
  const muted = property("muted");
  Object.defineProperty(media, "muted", {
    ...muted,
    set(value) {
      const was = muted.get.call(this);
      muted.set.call(this, value);
      if (was && entry(this)?.runs) tellOfSound(this);
    },
  });
  function awaitEnd(element, one) {
    clearTimeout(one.end);
    const end = endOf(element, one), speed = rate.get.call(element);
    if (!one.runs || end === null || speed <= 0) return;
    one.end = setTimeout(() => come(element, one), (Math.max(0, end - position(element, one)) / speed) * 1000);
  }
  function come(element, one) {
    if (entry(element) !== one || !one.runs) return;
    const isPart = isPartOnly(element, one), end = endOf(element, one);
    if (clock.loops(element) && !isPart) return;
    // Timers run early where something is waited for.
    if (position(element, one) < end - HAIR) {
      awaitEnd(element, one);
      return;
    }
    const past = { born: one.born, at: one.at, until: clock.now };
    Object.assign(one, { at: end, runs: false, isOver: !isPart, stopped: clock.now, past });
    if (isPart) stoppedAtPart.set(element, one.source);
    for (const name of ["timeupdate", "pause", ...(isPart ? [] : ["ended"])]) element.dispatchEvent(new Event(name));
  }

  // ── what a page does with them, and sees of them ──────────────────────────────────────────────

  hidden(media, "play", function () {
    const one = entry(this);
    if (!one?.runs) begin(this, this.ended ? 0 : one ? one.at : beginningOf(this));
    return Promise.resolve();
  });
  hidden(media, "pause", function () {
    const one = entry(this);
    pause.call(this);
    if (!one?.runs) {
      // One that would begin by itself does not any more.
      if (!one && this.autoplay) {
        known.set(this, { source: this.src, born: clock.now, at: beginningOf(this), runs: false, isOver: false });
      }
      return;
    }
    Object.assign(one, { at: position(this, one), runs: false, stopped: clock.now });
    say(this, "timeupdate", "pause");
  });
  hidden(media, "load", function () {
    forget(this);
    sought.delete(this);
    stoppedAtPart.delete(this);
    load.call(this);
  });
  Object.defineProperty(media, "paused", {
    ...isPaused,
    get() {
      const one = entry(this);
      return one ? !one.runs : isPaused.get.call(this);
    },
  });
  Object.defineProperty(media, "ended", {
    ...isOver,
    get() {
      const one = entry(this);
      return one ? one.isOver : isOver.get.call(this);
    },
  });
  Object.defineProperty(media, "currentTime", {
    ...time,
    get() {
      const one = entry(this);
      if (one) return position(this, one);
      return this instanceof HTMLVideoElement ? clock.videoTime(this) : time.get.call(this);
    },
    set(value) {
      const at = Number(value), one = entry(this);
      if (!(this instanceof HTMLVideoElement)) time.set.call(this, value);
      else {
        asking.add(this);
        clock.putVideo(this, at);
      }
      sought.set(this, { source: this.src, at: Math.max(0, at) });
      if (one) put(this, one, Math.max(0, Math.min(at, lengthOf(this) ?? at)));
    },
  });
  Object.defineProperty(media, "playbackRate", {
    ...rate,
    set(value) {
      const one = entry(this);
      const at = one && position(this, one);
      rate.set.call(this, value);
      if (one) put(this, one, at);
    },
  });

  // ── what is told of them ──────────────────────────────────────────────────────────────────────

  async function say(element, ...names) {
    await turn();
    for (const name of names) element.dispatchEvent(new Event(name));
  }

  // What the browser tells because we stop and move them is not for the page.
  const asking = new WeakSet(); // videos that the page itself has put to a time, and was not told of that yet
  const placed = new WeakSet(); // those that we have put to one
  function keepBack(event) {
    const { target } = event;
    if (!event.isTrusted || !(target instanceof HTMLMediaElement)) return;
    const isMoving = ["play", "playing", "pause"].includes(event.type);
    const isOurs = event.type === "ended" ? known.has(target) : placed.has(target) && !asking.has(target);
    if (isMoving || isOurs) event.stopImmediatePropagation();
    if (event.type === "seeked") asking.delete(target);
  }
  const MOVED = ["play", "playing", "pause", "seeking", "seeked", "timeupdate", "canplay", "canplaythrough", "ended"];
  for (const name of MOVED) addEventListener(name, keepBack, true);
  addEventListener("emptied", ({ target }) => { placed.delete(target); asking.delete(target); }, true);

  // ── in each frame ─────────────────────────────────────────────────────────────────────────────

  // Before its moment comes: nobody knows when that will be over which is not there yet.
  clock.lengthsOfPlaying = async () => {
    const unknown = [...known.keys()].filter((one) => entry(one)?.runs && one.readyState < 1 && !silent.has(one));
    for (const one of unknown) {
      try {
        await clock.lengthsKnown([one]);
      } catch (problem) {
        // A picture is right without its sound.
        if (one instanceof HTMLVideoElement) throw problem;
        silent.add(one);
        clock.tell(problem.message);
      }
    }
  };
  const silent = new WeakSet(); // sounds that did not come
  clock.lengthsKnown = async (elements) => {
    for (const one of elements) {
      if (!one.currentSrc && !one.src) continue;
      if (one.preload === "none") one.preload = "auto";
      await until(`the length of ${one.currentSrc || one.src}`, () => one.readyState >= 1 || hasFailed(one), still);
    }
  };
  const hasFailed = (element) => element.error || element.networkState === HTMLMediaElement.NETWORK_NO_SOURCE;
  // When it has come; or, on pages that are asked for their frames in any order, has come back.
  clock.tellTimes = () => {
    for (const [element, one] of known) {
      if (entry(element) !== one) continue;
      if (one.past && clock.now < one.past.until) {
        const { born, at } = one.past;
        Object.assign(one, { born, at, runs: true, isOver: false, past: null });
        stoppedAtPart.delete(element);
        awaitEnd(element, one);
      }
      if (one.runs) element.dispatchEvent(new Event("timeupdate"));
    }
  };

  // Those that begin by themselves do so in the frame in which they come; or with the page, where that is asked for its frames in
  // any order.
  const hasSource = (element) => element.currentSrc || sourcesOf(element).length > 0;
  clock.beginMedia = () => {
    for (const element of all("video, audio")) {
      if (!element.autoplay || entry(element) || !hasSource(element)) continue;
      begin(element, beginningOf(element), clock.outermost().__framecrew.startOf?.(element));
    }
  };
  // Also those that are nowhere in the page, and drawn by a script.
  clock.videos = () => [
    ...all("video"), ...[...known.keys()].filter((one) => one instanceof HTMLVideoElement && !one.isConnected && entry(one)),
  ];
  clock.pinVideos = async () => {
    for (const video of clock.videos()) {
      if (!isPaused.get.call(video)) pause.call(video);
      if (video.readyState < 1 && hasSource(video) && !(await hasCome(video))) continue;
      if (video.error && hasSource(video)) throw new Error(`${nameOf(video)} cannot be shown: ${video.error.message}`);
      const one = entry(video);
      if (!one || clock.isPutTo(video, position(video, one))) continue;
      placed.add(video);
      clock.putVideo(video, position(video, one));
    }
    await clock.videosShown();
  };

  // False for one that is not there at all: of that the browser tells, as of every file.
  async function hasCome(video) {
    const sources = sourcesOf(video);
    if (gone.get(video) === sources.join()) return false;
    video.preload = "auto";
    do {
      await until(nameOf(video), () => video.readyState >= 1 || hasFailed(video), still);
      await turn(); // a source that is only about to be chosen looks as if there were none
    } while (video.readyState < 1 && !hasFailed(video));
    if (video.readyState >= 1) return true;
    const areGone = await Promise.all(sources.map(clock.isAbsent));
    if (areGone.includes(false)) throw new Error(`${nameOf(video)} cannot be shown: ${video.error?.message || "no source of it can"}`);
    gone.set(video, sources.join());
    return false;
  }
  const nameOf = (video) => `the video ${video.currentSrc || sourcesOf(video)[0]}`;
  const gone = new WeakMap(); // video → its sources, none of which is there
  clock.isGone = (video) => gone.has(video) && gone.get(video) === sourcesOf(video).join();

  clock.isKnown = (element) => Boolean(entry(element));
  clock.played = () => [...known].filter(([element, one]) => entry(element) === one);

  // Sounds that play without being anywhere in the page.
  clock.loose = () => [...known.keys()].filter((one) => !one.isConnected && entry(one)?.runs);

  // Since when it plays, and from where; nothing where it does not.
  clock.playing = (element) => {
    const one = entry(element) ?? { runs: element.autoplay, born: 0, at: beginningOf(element) };
    return one.runs ? one : null;
  };
})();
