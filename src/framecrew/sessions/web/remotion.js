// A bundle of Remotion: what its own renderer puts into a page before the scripts, how it is brought to a frame, and what
// is heard in it.
//
// Source: what bundles of Remotion 4.0.527 ask of the page (`window.remotion_*`), and pictures and sounds that Remotion
// made of the same bundle.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || window !== window.top || clock.remotion) return;
  const { hidden, settings } = clock;

  const GIVES_UP_EARLIER = 2000; // milliseconds, so that it can still say what it waited for
  const CACHE_BYTES = 256 * 2 ** 20; // the least it takes; several pages work side by side

  // ── what its scripts find ─────────────────────────────────────────────────────────────────────

  // Nothing of it is there before a bundle tells where its files are, which it does first of all: other pages could take
  // themselves to be in Node.
  Object.defineProperty(window, "remotion_staticBase", { configurable: true, get: () => undefined, set: prepare });

  function prepare(folder) {
    Object.defineProperty(window, "remotion_staticBase",
      { value: folder, configurable: true, enumerable: true, writable: true });
    Object.assign(window, {
      remotion_puppeteerTimeout: settings.wait + GIVES_UP_EARLIER,
      remotion_isMainTab: true,
      remotion_broadcastChannel: new BroadcastChannel("remotion-video-frame-extraction"),
      remotion_mediaCacheSizeInBytes: CACHE_BYTES,
      remotion_inputProps: JSON.stringify(settings.props ?? {}),
      remotion_initialFrame: 0,
      remotion_attempt: 1,
      remotion_proxyPort: settings.videoPort,
      remotion_logLevel: "info",
      process: { ...window.process, env: { ...window.process?.env, NODE_ENV: "production" } },
    });
    const isListening = Boolean(clock.isListening);
    // The bundle itself would say that both are.
    for (const [name, is] of [["audio", isListening], ["video", !isListening]]) {
      Object.defineProperty(window, `remotion_${name}Enabled`, { get: () => is, set: () => undefined });
    }
    if (isListening) hidden(window, "fetch", unread(window.fetch));
  }

  // `<Video>` and `<Audio>` of @remotion/media decode files in the page, and tell their samples. Of a file that they do not
  // understand they tell its name, as others do, and from where to where it is heard; they ask for files in parts.
  const unread = (fetch) => async (what, how) => new Headers(how?.headers ?? what?.headers).has("range")
    ? new Response(new Uint8Array(64), { status: 206, headers: { "Content-Range": "bytes 0-63/64" } }) : fetch(what, how);

  // ── how it is brought to a frame ──────────────────────────────────────────────────────────────

  let chosen = null;
  let all = [];

  async function isReady() {
    await clock.turn();
    await clock.until("window.remotion_renderReady", () =>
      window.remotion_renderReady === true || window.remotion_cancelledError);
    if (window.remotion_cancelledError) throw new Error(String(window.remotion_cancelledError).replace(/^Error: /, ""));
  }

  async function open() {
    await clock.until("window.getStaticCompositions", () => typeof window.getStaticCompositions === "function");
    window.remotion_setBundleMode({ type: "evaluation" });
    await isReady();
    all = window.remotion_getCompositionNames?.() ?? (await compositions()).map((one) => one.id);
    const name = settings.composition || all[0];
    if (!name) throw new Error("the bundle holds no composition");
    if (!all.includes(name)) throw new Error(`no composition ${name}; there are ${all.join(", ")}`);
    chosen = window.remotion_calculateComposition
      ? await clock.settled(`calculateMetadata() of ${name}`, window.remotion_calculateComposition(name))
      : (await compositions()).find((one) => one.id === name);
    chosen = { ...chosen, id: name };
    window.remotion_setBundleMode({
      type: "composition", compositionName: name, compositionWidth: chosen.width, compositionHeight: chosen.height,
      compositionFps: chosen.fps, compositionDurationInFrames: chosen.durationInFrames,
      serializedResolvedPropsWithSchema: chosen.serializedResolvedPropsWithCustomSchema,
      compositionDefaultCodec: chosen.defaultCodec, compositionDefaultOutName: chosen.defaultOutName,
      compositionDefaultVideoImageFormat: chosen.defaultVideoImageFormat ?? null,
      compositionDefaultPixelFormat: chosen.defaultPixelFormat ?? null,
      compositionDefaultProResProfile: chosen.defaultProResProfile ?? null,
      compositionDefaultSampleRate: chosen.defaultSampleRate ?? null,
    });
    await isReady();
    document.body.style.background = settings.transparent ? "transparent" : "black";
  }
  const compositions = () => clock.settled("calculateMetadata()", window.getStaticCompositions());

  async function show(frame) {
    window.remotion_setFrame(frame, chosen.id, 1);
    await isReady();
  }

  // ── what is heard ─────────────────────────────────────────────────────────────────────────────

  const tracks = [];
  const unknown = new Set(); // numbers of sounds that tell no file
  let sounding = new Map(); // number → its track, of what is heard in the frame before

  async function listen(first, last) {
    for (let frame = first; frame <= last; frame++) {
      await show(frame);
      const now = new Map();
      for (const one of window.remotion_collectAssets()) {
        if (one.type === "inline-audio") unknown.add(one.id);
        if (one.frame !== frame || !["audio", "video"].includes(one.type) || now.has(one.id)) continue;
        const track = sounding.get(one.id) ?? begun(one);
        track.levels.push(one.volume);
        now.set(one.id, track);
      }
      sounding = now;
    }
  }
  function begun(one) {
    const own = one.mediaFrame - one.audioStartFrame; // frames that it was heard for before
    const track = { source: one.src, start: one.frame / chosen.fps, rate: one.playbackRate, pitch: one.toneFrequency ?? 1,
      trim: (one.audioStartFrame + own * one.playbackRate) / chosen.fps, levels: [], is_video: one.type === "video" };
    tracks.push(track);
    return track;
  }

  function whole(track) {
    const { levels } = track;
    return { ...track, loop: false, seconds: levels.length / chosen.fps,
      ...clock.levelled(levels.map((level, at) => [at / chosen.fps, level])) };
  }

  clock.remotion = {
    is: () => typeof window.remotion_setFrame === "function" || typeof window.getStaticCompositions === "function",
    open,
    facts: () => ({ width: chosen.width, height: chosen.height, fps: chosen.fps,
      duration: chosen.durationInFrames / chosen.fps, compositions: all }),
    seek: (t) => show(Math.round(t * chosen.fps)),
    listen,
    heard: () => ({ unknown: unknown.size,
      tracks: tracks.filter(({ levels }) => levels.some((level) => level > 0)).map(whole) }),
  };
})();
