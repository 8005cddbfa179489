// What tells the time besides `performance.now`, `Date` and the timers: it follows our clock too.
(() => {
  const clock = globalThis.__framecrew;
  if (clock.hasOtherClocks) return;
  clock.hasOtherClocks = true;
  const { hidden, today } = clock;

  Object.defineProperty(Event.prototype, "timeStamp", { get: () => clock.now, configurable: true });

  const { mark, measure } = Performance.prototype;
  hidden(Performance.prototype, "mark", function (name, { startTime = clock.now, ...wishes } = {}) {
    return mark.call(this, name, { ...wishes, startTime });
  });
  // Until now, where nothing is said of its end.
  hidden(Performance.prototype, "measure", function (name, from, to) {
    const said = Object(from) === from ? from : { start: from, end: to };
    const isBounded = said.end !== undefined || (said.start !== undefined && said.duration !== undefined);
    return measure.call(this, name, isBounded ? said : { ...said, end: clock.now });
  });

  hidden(AbortSignal, "timeout", function timeout(delay) {
    const one = new AbortController();
    setTimeout(() => one.abort(new DOMException("signal timed out", "TimeoutError")), delay);
    return one.signal;
  });

  if (globalThis.Scheduler) {
    const { postTask } = Scheduler.prototype;
    hidden(Scheduler.prototype, "postTask", async function (action, { delay = 0, ...wishes } = {}) {
      if (delay > 0) await new Promise((done) => { setTimeout(done, delay); });
      return postTask.call(this, action, wishes);
    });
  }

  // A date that is not given is today's.
  const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format");
  Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
    ...format,
    get() {
      const bound = format.get.call(this);
      return (date = today()) => bound(date);
    },
  });
  const { formatToParts } = Intl.DateTimeFormat.prototype;
  hidden(Intl.DateTimeFormat.prototype, "formatToParts", function (date = today()) {
    return formatToParts.call(this, date);
  });

  if (globalThis.Temporal) {
    const instant = () => Temporal.Instant.fromEpochMilliseconds(today());
    const zoned = (zone = Temporal.Now.timeZoneId()) => instant().toZonedDateTimeISO(zone);
    hidden(Temporal.Now, "instant", instant);
    hidden(Temporal.Now, "zonedDateTimeISO", zoned);
    hidden(Temporal.Now, "plainDateTimeISO", (zone) => zoned(zone).toPlainDateTime());
    hidden(Temporal.Now, "plainDateISO", (zone) => zoned(zone).toPlainDate());
    hidden(Temporal.Now, "plainTimeISO", (zone) => zoned(zone).toPlainTime());
  }
})();
