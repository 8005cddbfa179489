// A page of Hyperframes as it was written, without Hyperframes itself: what its scripts find there before they run, when
// its clips are to be seen, and how its compositions, each on a time of its own, are brought to a moment.
//
// Source: the reference of its authors (data attributes, sub-compositions, variables and media, determinism), and films
// that Hyperframes 0.8.170 made of the same pages. A page that brings its runtime along (`window.__hf`) is left to that.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.hyperframes) return;
  const { hidden } = clock;

  // ── what its scripts find ─────────────────────────────────────────────────────────────────────

  // One of these for the page, and one for each composition that was put into it from elsewhere. Scripts may put another
  // `__timelines` in the place of this one.
  function names(variables) {
    const animes = new Map();
    const entry = (id) => ({ id, instance: animes.get(id) });
    const hyperframesAnime = {
      register(id, instance) {
        animes.set(id, instance);
        return entry(id);
      },
      unregister(id) { animes.delete(id); },
      get: (id) => (animes.has(id) ? entry(id) : null),
      entries: () => [...animes.keys()].map(entry),
    };
    return { __timelines: {}, hyperframesAnime,
      __hyperframes: { hyperframesAnime, getVariables: () => ({ ...variables() }) } };
  }
  function read(element, attribute, otherwise) {
    try {
      return JSON.parse(element.getAttribute(attribute) || otherwise);
    } catch (problem) {
      throw new Error(`${attribute} is no JSON: ${problem.message}`);
    }
  }
  const declared = (element) =>
    Object.fromEntries(read(element, "data-composition-variables", "[]").map((one) => [one.id, one.default]));
  const own = names(() => ({ ...declared(document.documentElement), ...clock.settings.props }));
  const mounted = new Map(); // host → what the scripts of its composition find
  for (const [name, value] of Object.entries(own)) hidden(window, name, value);
  hidden(window, "__hfForceTimelineRebind", () => undefined);

  // Texts, sources and styles that follow variables by themselves.
  function bind(root, values) {
    for (const [id, value] of Object.entries(values)) {
      if (Object(value) !== value) root.style.setProperty(`--${id}`, String(value));
    }
    const bound = (name) => [root, ...root.querySelectorAll(`[data-var-${name}]`)].filter((one) =>
      one.hasAttribute(`data-var-${name}`) && values[one.getAttribute(`data-var-${name}`)] !== undefined);
    for (const element of bound("src")) {
      const value = values[element.dataset.varSrc];
      element.setAttribute("src", value?.url ?? value);
    }
    for (const element of bound("text")) {
      const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      for (const text of texts.slice(1)) text.remove();
      const text = String(values[element.dataset.varText]);
      if (texts.length) texts[0].data = text;
      else element.prepend(text);
    }
  }

  // ── time ──────────────────────────────────────────────────────────────────────────────────────

  const COMPOSITION = "[data-composition-id]";
  const root = () => document.querySelector(COMPOSITION);
  const number = (text) => (text?.trim() && Number.isFinite(Number(text)) ? Number(text) : undefined);
  const outer = (element) => element.parentElement?.closest(COMPOSITION) ?? null;
  const named = (id) => document.getElementById(id) ?? composition(id);
  const composition = (id) => document.querySelector(`[data-composition-id="${CSS.escape(id)}"]`);
  const isMedia = (element) => element instanceof HTMLMediaElement;
  const trim = (media) => number(media.dataset.mediaStart ?? media.dataset.playbackStart) ?? 0;

  // Seconds of the page at which it begins: after what it lies in, or after another (`intro`, `intro + 2`, `intro - 0.5`).
  function start(element, asked = []) {
    const around = outer(element);
    const before = around ? start(around, asked) : 0;
    const said = element.dataset.start?.trim();
    if (!said) return before;
    const at = number(said);
    if (at !== undefined) return (element.dataset.hfMediaStartBasis === "global" ? 0 : before) + Math.max(0, at);
    const [, id, sign, shift] = /^(.+?)(?:\s+([+-])\s+([\d.]+))?$/.exec(said);
    const other = named(id);
    if (!other || asked.includes(element)) return before;
    return Math.max(0, start(other, [...asked, element]) + (seconds(other) ?? 0) + Number(`${sign || ""}${shift || 0}`));
  }

  // How long it is there; undefined: until what it lies in ends.
  function seconds(element) {
    const told = number(element.dataset.duration);
    if (told > 0) return told;
    const end = number(element.dataset.end);
    if (end !== undefined) return Math.max(0, end - (number(element.dataset.start) ?? 0));
    if (isMedia(element) && element.duration > 0) {
      return clock.automation.clipSeconds(element, Math.max(0, element.duration - trim(element)));
    }
    if (element instanceof HTMLImageElement) return PICTURE_SECONDS;
    const line = element.matches(COMPOSITION) ? lines(element)[0] : undefined;
    return line?.duration?.() || undefined;
  }

  const PICTURE_SECONDS = 3; // of one that does not tell
  const HAIR = 1e-6;
  function isInWindow(element, t) {
    const from = start(element), long = element === root() ? undefined : seconds(element);
    return t >= from - HAIR && (long === undefined || t < from + long - HAIR);
  }
  function isThere(element, t) {
    for (let one = element; one; one = one.parentElement) {
      if (one.hasAttribute("data-hidden")) return false;
      if (one.hasAttribute("data-start") && !isInWindow(one, t)) return false;
    }
    return true;
  }

  // The time of its own that a composition is at.
  function local(host, t) {
    const at = Math.max(0, t - start(host)), long = host === root() ? undefined : seconds(host);
    return long === undefined ? at : Math.min(at, long);
  }

  // Timelines of GSAP that a composition has, its own first. A name that no composition has is the root's.
  function lines(host) {
    const all = Object.entries(window.__timelines ?? {});
    const found = all.filter(([id]) => composition(id) === host);
    const strangers = host === root() ? all.filter(([id]) => !composition(id)) : [];
    return [...Object.values(mounted.get(host)?.__timelines ?? {}), ...[...found, ...strangers].map(([, line]) => line)];
  }

  const all = (selector) => [...document.querySelectorAll(selector)];
  function moveLine(line, at) {
    // One that lies in another is moved by that.
    if (line.parent && line.parent !== window.gsap?.globalTimeline) return;
    line.pause?.();
    // What it returns is never waited for: such timelines are kept promises of their own end.
    if (typeof line.totalTime !== "function") {
      line.seek(at);
      return;
    }
    // What begins at the very moment it stands at would not be drawn.
    if (line.totalTime() === at) line.totalTime(at + 0.001, true);
    line.totalTime(at, false);
  }

  // What is called once on the way, and not for each moment, has to be passed in its order.
  const PASSED = ["onStart", "onComplete", "onRepeat", "onReverseComplete"];
  const isPassed = (line) => [line, ...(line.getChildren?.(true, true, true) ?? [])].some((one) =>
    PASSED.some((name) => typeof one.vars?.[name] === "function"));

  const begun = new WeakSet();
  function moveAnime(instance, ms) {
    // What begins later shows its first values only when it was reached once.
    if (!begun.has(instance)) {
      instance.seek(instance.duration || 0);
      begun.add(instance);
    }
    instance.seek(ms + 0.001); // at the very moment it begins nobody would be told of it
  }

  function moveLottie(one, t) {
    const host = (one.wrapper ?? one.canvas)?.closest?.(COMPOSITION);
    const frames = one.totalFrames || 0, frame = (host ? local(host, t) : t) * (one.frameRate || 30);
    const at = one.loop === true && frames ? frame % frames : Math.min(frame, Math.max(0, frames - 1));
    if (one.goToAndStop) one.goToAndStop(at, true);
    else if (one.setFrame) one.setFrame(at);
    else one.setCurrentRawFrameValue?.(at);
  }

  function moveMedia(media, t) {
    if (!isThere(media, t) || !media.duration) return;
    const from = trim(media), long = media.duration - from;
    const played = clock.automation.sourceSeconds(media, t - start(media));
    media.currentTime = from + (media.loop && long > 0 ? played % long : Math.min(played, Math.max(0, long)));
  }

  // Nothing in a clip that is not there is seen, whatever its own style says.
  const AWAY = "data-framecrew-away";
  const unseen = new CSSStyleSheet();
  unseen.replaceSync(`[${AWAY}], [${AWAY}] * { visibility: hidden !important }`);

  function show(clip, t) {
    const isHere = isThere(clip, t);
    clip.toggleAttribute(AWAY, !isHere);
    if (isHere) clip.style.visibility = "visible";
  }

  function seek(t) {
    for (const clip of all("[data-start], [data-hidden]")) {
      if (!(clip instanceof HTMLAudioElement) && clip !== root()) show(clip, t);
    }
    for (const host of all(COMPOSITION)) for (const line of lines(host)) moveLine(line, local(host, t));
    for (const { id, instance } of own.hyperframesAnime.entries()) {
      moveAnime(instance, 1000 * local(composition(id) ?? root(), t));
    }
    for (const instance of window.__hfAnime ?? []) moveAnime(instance, 1000 * t);
    for (const [host, { hyperframesAnime }] of mounted) {
      for (const { instance } of hyperframesAnime.entries()) moveAnime(instance, 1000 * local(host, t));
    }
    for (const one of new Set([...(window.__hfLottie ?? []), ...(window.lottie?.getRegisteredAnimations?.() ?? [])])) {
      moveLottie(one, t);
    }
    for (const video of all("video[data-start]")) moveMedia(video, t);
    window.__hfThreeTime = t;
    for (const draw of window.__hfThreeRender ?? []) draw(t);
    window.dispatchEvent(new CustomEvent("hf-seek", { detail: { time: t } }));
  }

  // Animations of CSS begin with the clip they lie in, whenever they are first seen. Undefined: they begin as without us.
  clock.delayOf = (animation) => {
    if (!clock.hyperframes.isUsed || !(animation instanceof CSSAnimation)) return undefined;
    const clip = animation.effect?.target?.closest("[data-start]");
    return clip ? 1000 * start(clip) : undefined;
  };

  // ── sound ─────────────────────────────────────────────────────────────────────────────────────

  const UNHEARD = ["data-fx-chain", "data-audio-group"];
  const isHeard = (media) => media instanceof HTMLAudioElement || !media.muted;
  const LEVELS = 60; // in a second, of a volume that timelines move

  function tellUnheard(media) {
    const name = media.id || media.src;
    for (const one of UNHEARD) {
      if (media.hasAttribute(one)) console.error(`${one} is not followed: the sound of ${name} is as without it`);
    }
    if (clock.automation.points(media, "rate").length) {
      console.error(`the sound of ${name} has one speed, the mean of its lane of the rate`);
    }
  }

  // Pairs of what timelines do to its volume: seconds after its start, level.
  function volumes(media, from, long) {
    const moving = all(COMPOSITION).flatMap((host) => lines(host).map((line) => [host, line]))
      .filter(([, line]) => line.getChildren?.(true, true, false).some((one) => one.targets?.().includes(media)));
    if (!moving.length) return [];
    media.volume = number(media.dataset.volume) ?? 1;
    const found = Array.from({ length: Math.ceil(long * LEVELS) + 1 }, (_, step) => {
      for (const [host, line] of moving) line.totalTime(local(host, from + step / LEVELS), true);
      return [step / LEVELS, Math.max(0, Number(media.volume) || 0)];
    });
    for (const [, line] of moving) line.totalTime(0, true);
    return found;
  }

  // What is heard of an element that says when.
  function sound(media) {
    const from = start(media), trimmed = trim(media), long = seconds(media) ?? 0;
    const moved = volumes(media, from, long);
    return { start: media.closest("[data-hidden]") ? undefined : from, trim: trimmed, seconds: long || null,
      rate: long ? clock.automation.sourceSeconds(media, long) / long : clock.automation.steady(media),
      ...clock.automation.loudness(media, long, moved) };
  }

  clock.hyperframes = {
    isUsed: false,
    is: () => Boolean(root()),
    async open() {
      this.isUsed = true;
      document.adoptedStyleSheets.push(unseen);
      bind(root(), own.__hyperframes.getVariables());
      await clock.mount({ names, read, declared, bind, mounted });
      for (const media of all("video[data-start]")) media.pause();
      const timed = all("audio[data-start], video[data-start]");
      await clock.lengthsKnown(timed);
      for (const media of timed.filter(isHeard)) {
        // Nothing plays in the browser itself; and timelines may make it louder than that allows.
        Object.defineProperty(media, "volume", { value: media.volume, writable: true });
        tellUnheard(media);
      }
      for (const animation of document.getAnimations()) {
        const delay = clock.delayOf(animation);
        if (delay) animation.currentTime = clock.now - delay;
      }
    },
    facts() {
      const said = (name) => number(root().getAttribute(`data-${name}`));
      const ends = all("[data-start]").map((one) => start(one) + (seconds(one) ?? 0));
      const isPlayed = all(COMPOSITION).flatMap(lines).some(isPassed);
      return { isPlayed, width: said("width"), height: said("height"), fps: said("fps"),
        duration: said("duration") || said("end") || lines(root())[0]?.duration?.() || Math.max(0, ...ends) || undefined };
    },
    sound,
    // A moving picture begins with the clip it is, or lies in.
    startOf: (image) => start(image.closest("[data-start]") ?? root()),
    seek,
  };
})();
