// Workers, seen from who makes them, a page or another worker: they are led through time from outside, and a frame is not whole
// before all have heard what was told to them.
(() => {
  const clock = globalThis.__framecrew;
  if (clock.workersTold || !globalThis.Worker) return;
  const { hidden } = clock;

  const live = new Map(); // worker → how many messages it was sent, and how many of its own were heard
  let hasAny = false;
  clock.hasWorkers = () => hasAny || clock.children().some((child) => child.hasWorkers());
  // How many there are, how many messages they were sent, and how many of their own were heard.
  clock.workersTold = () => {
    const sums = { live: live.size, sent: 0, heard: 0 };
    for (const { sent, heard } of live.values()) Object.assign(sums, { sent: sums.sent + sent, heard: sums.heard + heard });
    for (const child of clock.children()) {
      for (const [name, count] of Object.entries(child.workersTold())) sums[name] += count;
    }
    return sums;
  };

  clock.LAST_WORD = "framecrew: a worker ends"; // of one that closes itself

  // Where the page is waited for, timers of its workers run too when their real time has come.
  let bell = null;
  clock.ring = () => { if (live.size) bell.postMessage(null); };

  hidden(globalThis, "Worker", new Proxy(Worker, {
    construct(target, values, kind) {
      const worker = Reflect.construct(target, values, kind);
      const one = { sent: 0, heard: 0 };
      bell ??= new BroadcastChannel("framecrew");
      live.set(worker, one);
      hasAny = true;
      worker.addEventListener("messageerror", () => { one.heard += 1; });
      worker.addEventListener("message", (event) => {
        one.heard += 1;
        if (event.data !== clock.LAST_WORD) return;
        live.delete(worker);
        event.stopImmediatePropagation();
      });
      // One whose script is not there tells nothing but that.
      worker.addEventListener("error", (event) => { if (!(event instanceof ErrorEvent)) live.delete(worker); });
      return worker;
    },
  }));
  const { postMessage, terminate } = clock.real.Worker.prototype;
  hidden(clock.real.Worker.prototype, "postMessage", function (...values) {
    postMessage.apply(this, values);
    if (live.has(this)) live.get(this).sent += 1;
  });
  hidden(clock.real.Worker.prototype, "terminate", function () {
    live.delete(this);
    terminate.call(this);
  });

  if (!globalThis.SharedWorker) return;
  hidden(globalThis, "SharedWorker", new Proxy(SharedWorker, {
    construct(target, values, kind) {
      clock.tell(`the shared worker ${String(values[0]).slice(0, 100)} keeps the real time; what it answers is not waited for`);
      return Reflect.construct(target, values, kind);
    },
  }));
})();
