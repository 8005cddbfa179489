// What a page and we have agreed on: how it is brought to a frame, and what it tells of itself.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.seek) return;
  const { settings } = clock;
  for (const name of ["framecrewProps", "__HELIOS_PROPS__"]) {
    if (settings.props !== null) window[name] = settings.props;
  }

  async function settled(name, promise, how) {
    let done = false;
    let problem = null;
    promise.then(() => { done = true; }, (told) => { done = true; problem = told ?? new Error(`${name} was refused`); });
    await clock.until(name, () => done, how);
    if (problem) throw problem;
  }
  async function called(name, result) {
    if (result && typeof result.then === "function") await settled(name, result);
  }
  const hasOwnRuntime = () => typeof window.__hf?.seek === "function";
  const value = (signal) => (signal && typeof signal === "object" && "value" in signal ? signal.value : signal);

  const CONTRACTS = {
    framecrew: {
      is: () => typeof window.framecrew?.seek === "function",
      ready: async () => called("window.framecrew.ready", window.framecrew.ready),
      facts: () => window.framecrew,
      seek: async (at) => called("window.framecrew.seek", window.framecrew.seek(at.t, at.frame, at.fps)),
    },
    helios: {
      is: () => typeof window.helios?.seek === "function",
      ready: async () => undefined,
      facts: () => ({
        width: value(window.helios.width), height: value(window.helios.height),
        fps: value(window.helios.fps), duration: value(window.helios.duration),
      }),
      seek: async (at) => {
        window.__HELIOS_VIRTUAL_TIME__ = at.ms;
        // A whole frame stays a whole frame, whatever a product of floats says.
        const frame = Math.round(at.t * value(window.helios.fps) * 1e6) / 1e6;
        await called("helios.seek", window.helios.seek(frame));
        await called("helios.waitUntilStable", window.helios.waitUntilStable?.());
      },
    },
    hyperframes: {
      is: () => hasOwnRuntime() || clock.hyperframes.is(),
      ready: async () => {
        if (!hasOwnRuntime()) await settled("a composition of the page", clock.hyperframes.open());
        else await clock.until("window.__renderReady", () => window.__renderReady !== false);
      },
      facts: () => {
        const told = clock.hyperframes.is() ? clock.hyperframes.facts() : {};
        return { ...told, duration: window.__hf?.duration || told.duration };
      },
      seek: async (at) => {
        if (hasOwnRuntime()) await called("__hf.seek", window.__hf.seek(at.t));
        else clock.hyperframes.seek(at.t);
      },
    },
    remotion: {
      is: () => typeof window.remotion_setFrame === "function",
      ready: async () => {
        await clock.until("window.getStaticCompositions", () => typeof window.getStaticCompositions === "function");
        const all = await window.getStaticCompositions();
        remotion.all = all;
        remotion.chosen = all.find((one) => one.id === settings.composition) || all[0];
        if (!remotion.chosen) throw new Error("the bundle holds no composition");
        if (settings.composition && remotion.chosen.id !== settings.composition) {
          throw new Error(`no composition ${settings.composition}; there are ${all.map((one) => one.id).join(", ")}`);
        }
        const one = remotion.chosen;
        const defaults = JSON.parse(one.serializedDefaultPropsWithCustomSchema || "{}");
        window.remotion_setBundleMode({
          type: "composition", compositionName: one.id, compositionWidth: one.width, compositionHeight: one.height,
          compositionFps: one.fps, compositionDurationInFrames: one.durationInFrames,
          serializedResolvedPropsWithSchema: JSON.stringify({ ...defaults, ...settings.props }),
          compositionDefaultCodec: one.defaultCodec, compositionDefaultOutName: one.defaultOutName,
        });
        // The bundle counts as ready before its composition is there at all; an empty picture must not pass for a frame.
        const isBare = (element) => !element || element === document.body || element === document.documentElement;
        await clock.until(`the composition ${one.id} to show anything`, () =>
          !isBare(document.elementFromPoint(innerWidth / 2, innerHeight / 2)));
        await clock.until("window.remotion_renderReady", () => window.remotion_renderReady === true);
      },
      facts: () => ({ width: remotion.chosen.width, height: remotion.chosen.height, fps: remotion.chosen.fps,
        duration: remotion.chosen.durationInFrames / remotion.chosen.fps,
        compositions: remotion.all.map((one) => one.id) }),
      seek: async (at) => {
        window.remotion_setFrame(Math.round(at.t * remotion.chosen.fps), remotion.chosen.id, 1);
        await clock.turn();
        await clock.until("window.remotion_renderReady", () =>
          window.remotion_renderReady === true || window.remotion_cancelledError);
        if (window.remotion_cancelledError) throw new Error(window.remotion_cancelledError);
      },
    },
    plain: { is: () => true, ready: async () => undefined, facts: () => ({}), seek: async () => undefined },
  };
  const remotion = { chosen: null, all: [] };
  let contract = null;
  let name = "";

  // ── sound ─────────────────────────────────────────────────────────────────────────────────────

  const numbers = (...texts) => texts.map(Number).find((number) => Number.isFinite(number));
  const addressOf = (source) => new URL(source, document.baseURI).href;

  // What is to be heard, and when: declared with our contract, or elements that play or say when they do.
  function tracks() {
    const found = [];
    for (const one of window.framecrew?.tracks || []) {
      found.push({ source: addressOf(one.src ?? one.source ?? one.file), start: one.start ?? 0, trim: one.trim ?? 0,
        seconds: one.seconds ?? null, volume: one.volume ?? 1, loop: Boolean(one.loop) });
    }
    for (const element of [...clock.all("audio, video"), ...clock.loose()]) {
      const source = element.currentSrc || element.src || element.querySelector("source")?.src;
      const said = element.dataset;
      const since = clock.playing(element);
      const { start, trim, seconds } = name === "hyperframes" && said.start ? clock.hyperframes.sound(element) : {
        start: numbers(said.start, said.heliosOffset, since ? since.born / 1000 : undefined),
        trim: numbers(said.trim, said.mediaStart, said.heliosSeek, since?.at) ?? 0,
        seconds: numbers(said.duration) ?? null,
      };
      if (!source || element.muted || start === undefined) continue;
      found.push({ source: addressOf(source), start, trim, seconds,
        volume: element.volume * (numbers(said.volume) ?? 1), loop: element.loop });
    }
    return found;
  }

  // ── what a page tells of itself ───────────────────────────────────────────────────────────────

  function written() {
    const found = {};
    const said = document.querySelector('meta[name="framecrew"]')?.content || "";
    for (const part of said.split(",")) {
      const [key, text] = part.split("=").map((word) => word.trim());
      if (key && text) found[key] = text;
    }
    for (const key of ["width", "height", "fps", "duration"]) {
      const text = (document.querySelector("[data-width][data-height]") || document.documentElement).dataset[key];
      if (text && !(key in found)) found[key] = text;
    }
    return found;
  }

  function longest() {
    const ends = document.getAnimations().map((one) => Number(one.effect?.getComputedTiming().endTime));
    const finite = ends.filter((end) => Number.isFinite(end) && end > 0);
    return finite.length ? Math.max(...finite) / 1000 : undefined;
  }

  clock.open = async () => {
    await clock.to(0, 0, true);
    const wanted = settings.contract;
    if (wanted !== "auto") await clock.until(`the page's contract ${wanted}`, () => CONTRACTS[wanted].is());
    // A page that says it will speak is waited for.
    else if (window.framecrew) await clock.until("window.framecrew.seek", () => CONTRACTS.framecrew.is());
    name = wanted === "auto" ? Object.keys(CONTRACTS).find((one) => CONTRACTS[one].is()) : wanted;
    contract = CONTRACTS[name];
    await contract.ready();
    await clock.assets();
    const own = contract.facts();
    const told = written();
    const facts = { contract: name, usesWebGL: clock.usesWebGL, compositions: own.compositions || [],
      tracks: tracks(), isPlayed: Boolean(own.isPlayed) };
    for (const key of ["width", "height", "fps", "duration"]) {
      const text = own[key] ?? told[key];
      if (text !== undefined && text !== null) facts[key] = String(text);
    }
    if (name === "plain" && facts.duration === undefined && longest() !== undefined) {
      facts.duration = String(longest());
      facts.guessed = true;
    }
    clock.beginFrames();
    return facts;
  };

  // One frame: the clock, the contract, what the contract has moved, and all that has to be there.
  clock.seek = async (frame, over, under, isSeen) => {
    // Whole numbers until the one division: 30000/1001 stays exact.
    const at = { frame, t: (frame * under) / over, ms: (frame * under * 1000) / over, fps: over / under };
    await clock.to(at.ms, frame, isSeen);
    if (name !== "plain") {
      await contract.seek(at);
      await clock.round(); // what it asked to be drawn is drawn for this frame
    }
    await clock.settle(isSeen);
  };
})();
