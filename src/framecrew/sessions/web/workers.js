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

  if (!globalThis.document) return;

  // ── canvases that they draw ───────────────────────────────────────────────────────────────────

  const FIRST_MS = 1500; // in a frame
  const TRIES = 3; // frames in which a first picture is waited for
  const awaited = new Map(); // canvas → in how many frames its first picture was waited for
  const { transferControlToOffscreen } = HTMLCanvasElement.prototype;
  hidden(HTMLCanvasElement.prototype, "transferControlToOffscreen", function () {
    const handed = transferControlToOffscreen.call(this);
    awaited.set(this, 0);
    return handed;
  });
  let probe = null;
  function isDrawn(canvas) {
    probe ??= new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
    probe.clearRect(0, 0, 8, 8);
    probe.drawImage(canvas, 0, 0, 8, 8);
    return probe.getImageData(0, 0, 8, 8).data.some((value) => value > 0);
  }
  // The first picture of each comes by a way of its own, which may take longer than that of the page. True if one has come now.
  clock.firstPictures = async () => {
    let isNew = false;
    for (const [canvas, tries] of awaited) {
      if (!canvas.isConnected || !canvas.width || !canvas.height) continue;
      const end = clock.real.now() + FIRST_MS;
      let isThere = isDrawn(canvas);
      for (; !isThere && clock.real.now() < end; isThere = isDrawn(canvas)) await clock.sleep(4);
      isNew ||= isThere;
      if (isThere || tries + 1 === TRIES) awaited.delete(canvas);
      else awaited.set(canvas, tries + 1);
    }
    for (const child of clock.children()) {
      await clock.within(child, child.firstPictures().then((isNewThere) => { isNew ||= isNewThere; }));
    }
    return isNew;
  };

  if (!globalThis.SharedWorker) return;
  hidden(globalThis, "SharedWorker", new Proxy(SharedWorker, {
    construct(target, values, kind) {
      clock.tell(`the shared worker ${String(values[0]).slice(0, 100)} keeps the real time; what it answers is not waited for`);
      return Reflect.construct(target, values, kind);
    },
  }));
})();
