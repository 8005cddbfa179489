// What a page and we have agreed on: how it is brought to a frame, and what it tells of itself.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.seek) return;
  const { settings } = clock;
  for (const name of ["framecrewProps", "__HELIOS_PROPS__"]) {
    if (settings.props !== null) window[name] = settings.props;
  }

  async function called(name, result) {
    if (result && typeof result.then === "function") await clock.settled(name, result);
  }
  const hasOwnRuntime = () => typeof window.__hf?.seek === "function";

  const CONTRACTS = {
    framecrew: {
      is: () => typeof window.framecrew?.seek === "function",
      ready: async () => {
        const { ready } = window.framecrew;
        await called("window.framecrew.ready", typeof ready === "function" ? ready.call(window.framecrew) : ready);
      },
      facts: () => window.framecrew,
      seek: async (at) => called("window.framecrew.seek", window.framecrew.seek(at.t, at.frame, at.fps)),
    },
    helios: {
      is: () => clock.helios.is(),
      ready: async () => clock.helios.ready(),
      facts: () => clock.helios.facts(),
      seek: async (at) => clock.helios.seek(at, called),
      soundOf: (element, plain) => ({ ...plain, ...clock.helios.sound(element) }),
    },
    hyperframes: {
      is: () => hasOwnRuntime() || clock.hyperframes.is(),
      ready: async () => {
        if (!hasOwnRuntime()) await clock.settled("a composition of the page", clock.hyperframes.open());
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
      startOf: (image) => (hasOwnRuntime() ? 0 : 1000 * clock.hyperframes.startOf(image)),
      soundOf: (element, plain) => (element.dataset.start ? { ...plain, ...clock.hyperframes.sound(element) } : plain),
    },
    remotion: {
      is: () => clock.remotion.is(),
      ready: async () => clock.remotion.open(),
      facts: () => clock.remotion.facts(),
      seek: async (at) => clock.remotion.seek(at.t),
    },
    plain: { is: () => true, ready: async () => undefined, facts: () => ({}), seek: async () => undefined },
  };
  let contract = null;
  let name = "";

  // ── what a page tells of itself ───────────────────────────────────────────────────────────────

  function written() {
    const found = {};
    const said = document.querySelector('meta[name="framecrew"]')?.content || "";
    for (const part of said.split(",")) {
      const [key, text] = part.split("=").map((word) => word.trim());
      if (key && text) found[key] = text;
    }
    const { dataset } = document.querySelector("[data-width][data-height]") || document.documentElement;
    for (const key of ["width", "height", "fps", "duration"]) {
      // Others use such names for what they like.
      if (parseFloat(dataset[key]) > 0 && !(key in found)) found[key] = dataset[key];
    }
    return found;
  }

  clock.open = async () => {
    await clock.arrived(); // or what a script does when it has all it asked for could come before frame 0 or after it
    await clock.to(0, 0, true);
    const wanted = settings.contract;
    if (wanted !== "auto") await clock.until(`the page's contract ${wanted}`, () => CONTRACTS[wanted].is());
    // A page that says it will speak is waited for.
    else if (window.framecrew) await clock.until("window.framecrew.seek", () => CONTRACTS.framecrew.is());
    name = wanted === "auto" ? Object.keys(CONTRACTS).find((one) => CONTRACTS[one].is()) : wanted;
    contract = CONTRACTS[name];
    if (name !== "plain") clock.startOf = (image) => contract.startOf?.(image) ?? 0;
    clock.soundOf = contract.soundOf ?? clock.soundOf;
    await contract.ready();
    await clock.assets();
    const own = contract.facts();
    const told = written();
    const facts = { contract: name, compositions: own.compositions || [],
      tracks: await clock.tracks(), isPlayed: Boolean(own.isPlayed) };
    for (const key of ["width", "height", "fps", "duration"]) {
      const text = own[key] ?? told[key];
      if (text !== undefined && text !== null) facts[key] = String(text);
    }
    const longest = name === "plain" && facts.duration === undefined ? await clock.longest() : 0;
    if (longest) {
      facts.duration = String(longest / 1000);
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

  // What workers have answered for this frame is drawn for it; a plain page draws it with the next, as in any browser.
  clock.answered = async (isSeen) => {
    if (name !== "plain") await clock.round();
    await clock.settle(isSeen);
  };
})();
