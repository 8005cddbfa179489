// A page of Helios: how its own renderer brings it to a frame, with the videos in it, and what is heard in it.
//
// Source: @helios-project/core 5.13.2 and @helios-project/renderer 1.78.3, whose renderer puts every video and sound of a
// page to the moment of each frame, whether the page plays it or not.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || window !== window.top || clock.helios) return;

  const value = (signal) => (signal && typeof signal === "object" && "value" in signal ? signal.value : signal);
  const told = (name) => value(window.helios[name]);
  const number = (text) => Number.parseFloat(text) || 0;
  const offset = (one) => number(one.dataset.heliosOffset);
  const trim = (one) => number(one.dataset.heliosSeek);
  function rate(one) {
    const written = one.playbackRate === 1 ? number(one.getAttribute("playbackRate")) : one.playbackRate;
    return written > 0 ? written : 1;
  }

  function putVideos(t) {
    for (const video of clock.all("video")) {
      let at = Math.max(0, (t - offset(video)) * rate(video) + trim(video));
      if (video.loop && video.duration > 0 && at > video.duration) at %= video.duration;
      // One that the page has put there itself stays as it is.
      if (Math.abs(video.currentTime - at) > 0.001) video.currentTime = at;
    }
  }

  // It grows evenly from its start, and fades to its end, or to that of the page.
  function levels(one) {
    const rises = number(one.dataset.heliosFadeIn), falls = number(one.dataset.heliosFadeOut);
    if (!rises && !falls) return [];
    const lasts = !one.loop && one.duration > 0 ? (one.duration - trim(one)) / rate(one) : told("duration") - offset(one);
    const part = (done, of) => (of ? Math.min(1, Math.max(0, done / of)) : 1);
    const times = [0, rises, lasts - falls, lasts].filter((at) => at >= 0).sort((a, b) => a - b);
    return times.map((at) => [at, part(at, rises) * part(lasts - at, falls)]);
  }

  clock.helios = {
    is: () => typeof window.helios?.seek === "function",
    ready: () => clock.lengthsKnown(clock.all("audio, video")),
    facts: () => ({ width: told("width"), height: told("height"), fps: told("fps"), duration: told("duration") }),
    async seek(at, called) {
      window.__HELIOS_VIRTUAL_TIME__ = at.ms;
      // A whole frame stays a whole frame, whatever a product of floats says.
      const frame = Math.round(at.t * told("fps") * 1e6) / 1e6;
      await called("helios.seek", window.helios.seek(frame));
      putVideos(at.t);
      await called("helios.waitUntilStable", window.helios.waitUntilStable?.());
    },
    sound: (one) => ({
      start: "heliosNoAudio" in one.dataset ? undefined : offset(one), trim: trim(one), seconds: null, rate: rate(one),
      // Where Helios itself fades it in, it is silent at the start.
      volume: one.volume || (one.dataset.heliosFadeIn ? 1 : 0), levels: levels(one),
    }),
  };
})();
