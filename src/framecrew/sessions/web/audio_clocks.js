// Sound that scripts compute (Web Audio): its clock is that of the page. It is heard by nobody, and what measures it sees what plays
// in real time; both are said.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.AudioContext || clock.hasAudioClocks) return;
  clock.hasAudioClocks = true;
  const { hidden } = clock;

  const running = new WeakMap(); // context → { at, since }: seconds, and the moment from which it runs; null where it does not
  const timeOf = ({ at, since }) => at + (since === null ? 0 : (clock.now - since) / 1000);
  const counted = new Proxy(AudioContext, {
    construct(target, values, kind) {
      const context = Reflect.construct(target, values, kind);
      running.set(context, { at: 0, since: clock.now });
      return context;
    },
  });
  for (const name of ["AudioContext", "webkitAudioContext"]) if (name in window) hidden(window, name, counted);

  const own = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime");
  Object.defineProperty(BaseAudioContext.prototype, "currentTime", {
    ...own,
    get() { return running.has(this) ? timeOf(running.get(this)) : own.get.call(this); },
  });
  hidden(AudioContext.prototype, "getOutputTimestamp", function () {
    return { contextTime: this.currentTime, performanceTime: clock.now };
  });
  for (const [name, runs] of Object.entries({ suspend: false, resume: true, close: false })) {
    const method = AudioContext.prototype[name];
    hidden(AudioContext.prototype, name, function () {
      const one = running.get(this);
      if (one && runs !== (one.since !== null)) Object.assign(one, { at: timeOf(one), since: runs ? clock.now : null });
      return method.call(this);
    });
  }

  function tellOf(owner, names, words) {
    for (const name of names) {
      const method = owner[name];
      hidden(owner, name, function (...values) {
        if (running.has(this.context)) clock.tell(words);
        return method.apply(this, values);
      });
    }
  }
  for (const kind of [AudioScheduledSourceNode, AudioBufferSourceNode]) {
    tellOf(kind.prototype, ["start"], "sounds that scripts compute (Web Audio) are not in a film");
  }
  tellOf(AnalyserNode.prototype,
    ["getByteFrequencyData", "getFloatFrequencyData", "getByteTimeDomainData", "getFloatTimeDomainData"],
    "an AnalyserNode measures what plays in real time, which is left to chance");
})();
