// The clock of a page: time stands still between two frames, and chance and the date are always the same.
//
// It is put into every document before its own scripts. `__framecrew.to(ms)` brings the page to a moment: timers that
// are due run in order, then one round of animation frames, then every animation and every video is put there.
(() => {
  if (globalThis.__framecrew) return;
  const settings = "__SETTINGS__";
  const real = {
    setTimeout: globalThis.setTimeout.bind(globalThis),
    requestAnimationFrame: globalThis.requestAnimationFrame?.bind(globalThis),
    now: performance.now.bind(performance),
    Date,
    Worker: globalThis.Worker,
  };
  const hidden = (owner, name, value) =>
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });

  let now = 0;
  let isOpen = false;
  try {
    // A frame in a page that comes late does not live through what was before it.
    ({ now = 0, isOpen = false } = globalThis.parent.__framecrew ?? {});
  } catch {
    // The page around it is of another origin; its time begins with it.
  }
  const TURNS = 3; // in which most comes that is waited for
  let order = 0;
  let roundAt = null;
  let depth = 0; // of timers that are set by timers
  const timers = new Map();
  let rounds = new Map();
  let idle = new Map();

  // What is not covered, said once.
  const told = new Set();
  function tell(words) {
    if (!told.has(words)) console.error(words);
    told.add(words);
  }

  // A turn of the event loop: everything that was promised has then gone on.
  const gate = new MessageChannel();
  const turns = [];
  gate.port1.onmessage = () => turns.shift()();
  const turn = () => new Promise((done) => { turns.push(done); gate.port2.postMessage(0); });
  const sleep = (ms) => new Promise((done) => real.setTimeout(done, ms));

  // An exception goes where it always goes, and the others still run.
  function call(action, values) {
    try {
      action(...values);
    } catch (problem) {
      reportError(problem);
    }
  }

  // ── timers ────────────────────────────────────────────────────────────────────────────────────

  const DEEP = 5;
  // As in every browser: what sets itself again and again without a delay would never let time go on.
  const leastWait = (level) => (level > DEEP ? 4 : 0);

  function addTimer(action, delay, values, repeats) {
    const level = depth + 1;
    const wait = Math.max(leastWait(level), Number(delay) || 0);
    const run = typeof action === "function" ? action : () => (0, eval)(String(action));
    const id = ++order;
    timers.set(id, { id, level, order: id, run, values, due: now + wait, every: repeats ? Math.max(1, wait) : null,
      wait, since: real.now() });
    return id;
  }
  hidden(globalThis, "setTimeout", function setTimeout(action, delay, ...values) {
    return addTimer(action, delay, values, false);
  });
  hidden(globalThis, "setInterval", function setInterval(action, delay, ...values) {
    return addTimer(action, delay, values, true);
  });
  hidden(globalThis, "clearTimeout", function clearTimeout(id) { timers.delete(id); });
  hidden(globalThis, "clearInterval", function clearInterval(id) { timers.delete(id); });

  function earliest(isDue) {
    let found = null;
    for (const timer of timers.values()) {
      if (!isDue(timer)) continue;
      if (!found || timer.due < found.due || (timer.due === found.due && timer.order < found.order)) found = timer;
    }
    return found;
  }

  function fire(timer) {
    if (timer.every === null) timers.delete(timer.id);
    else {
      timer.wait = timer.every = Math.max(leastWait(++timer.level), timer.every);
      timer.due += timer.every;
      timer.since = real.now();
      timer.order = ++order;
    }
    call(timer.run, timer.values);
  }

  async function runTimers(until) {
    for (let timer; (timer = earliest((one) => one.due <= until)); ) {
      now = Math.max(now, timer.due);
      depth = timer.level;
      fire(timer);
      await turn(); // what waits for this timer may set one that is due as well
      await clock.lengthsOfPlaying();
      depth = 0;
    }
    now = until;
  }

  // ── animation frames ──────────────────────────────────────────────────────────────────────────

  hidden(globalThis, "requestAnimationFrame", function requestAnimationFrame(action) {
    const id = ++order;
    rounds.set(id, action);
    return id;
  });
  hidden(globalThis, "cancelAnimationFrame", function cancelAnimationFrame(id) { rounds.delete(id); });
  hidden(globalThis, "requestIdleCallback", function requestIdleCallback(action) {
    const id = ++order;
    idle.set(id, action);
    return id;
  });
  hidden(globalThis, "cancelIdleCallback", function cancelIdleCallback(id) { idle.delete(id); });

  function runRound() {
    const due = rounds;
    rounds = new Map();
    for (const [id, action] of due) {
      // One that a callback before it has cancelled is not called.
      if (due.has(id)) call(action, [now]);
    }
    const free = idle;
    idle = new Map();
    for (const action of free.values()) call(action, [{ didTimeout: false, timeRemaining: () => 50 }]);
  }

  // ── clocks ────────────────────────────────────────────────────────────────────────────────────

  hidden(Performance.prototype, "now", function () { return now; });
  Object.defineProperty(Performance.prototype, "timeOrigin", { get: () => settings.date, configurable: true });
  if (globalThis.document) {
    // The time of others is how far something was scrolled.
    const time = Object.getOwnPropertyDescriptor(AnimationTimeline.prototype, "currentTime");
    Object.defineProperty(AnimationTimeline.prototype, "currentTime", {
      ...time,
      get() { return this instanceof DocumentTimeline ? now : time.get.call(this); },
    });
  }
  const today = () => Math.floor(settings.date + now);
  const FixedDate = new Proxy(real.Date, {
    construct: (target, values, made) => Reflect.construct(target, values.length ? values : [today()], made),
    apply: (target) => new target(today()).toString(),
    get: (target, name) => (name === "now" ? today : Reflect.get(target, name)),
  });
  real.Date.prototype.constructor = FixedDate;
  hidden(globalThis, "Date", FixedDate);

  // ── chance ────────────────────────────────────────────────────────────────────────────────────

  let state = 0;
  function chance() { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  // Each frame draws from a row of its own, so that it does not matter what was drawn before it.
  const reseed = (frame) => { state = Math.imul(settings.seed ^ Math.imul(frame + 1, 0x9e3779b1), 0x85ebca6b) | 0; };
  reseed(-1);
  Math.random = function random() { return chance(); };
  hidden(Crypto.prototype, "getRandomValues", function getRandomValues(array) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let place = 0; place < bytes.length; place++) bytes[place] = chance() * 256;
    return array;
  });
  hidden(Crypto.prototype, "randomUUID", function randomUUID() {
    const digit = () => Math.floor(chance() * 16).toString(16);
    return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, digit);
  });

  // A round of the browser's own is over, in which it draws.
  async function isDrawn() {
    try {
      await new Promise(real.requestAnimationFrame);
    } catch {
      // A worker of a worker may have none.
    }
    await turn(); // observers are called after it
  }

  const clock = { settings, real, hidden, tell, call, today, turn, sleep, isDrawn, reseed, isOpen,
    children: () => [] };
  Object.defineProperty(globalThis, "__framecrew", { value: clock });
  Object.defineProperty(clock, "now", { get: () => now });

  // Where something is waited for, time stands still but the page may go on: timers run when they were waited for so long, in
  // `waited` milliseconds of real time. What went by between the frames counts for none.
  clock.pump = (waited = Infinity) => {
    const isDue = (one) => Math.min(waited, real.now() - one.since) >= one.wait;
    for (let timer; (timer = earliest(isDue)); ) {
      depth = timer.level;
      fire(timer);
    }
    depth = 0;
    clock.tellSeen?.();
    runRound();
    clock.ring?.();
    for (const child of clock.children()) child.pump(waited);
  };
  clock.round = async () => {
    runRound();
    await turn();
    for (const child of clock.children()) await clock.within(child, child.round());
  };
  clock.to = async (ms, frame, isSeen) => {
    await clock.greeted?.();
    reseed(frame);
    clock.move(ms);
    if (clock.tellSeen?.()) await turn();
    await clock.lengthsOfPlaying();
    await runTimers(Math.max(now, ms));
    now = ms;
    clock.tellTimes();
    clock.scrollOn();
    await clock.advance();
    // Before the page draws them into a canvas.
    if (isSeen) await clock.pinVideos?.();
    // Opening has run the round of its moment already.
    if (roundAt !== ms) runRound();
    roundAt = ms;
    await turn();
    if (globalThis.document) {
      clock.pin();
      clock.beginMedia();
      if (isSeen) await clock.pinVideos();
    }
    for (const child of clock.children()) await clock.within(child, child.to(ms, frame, isSeen));
  };
  // ── waiting, with a limit and a name ──────────────────────────────────────────────────────────

  // For what comes from outside: it may come where it is asked for once more.
  clock.Late = class extends Error {};
  clock.Late.prototype.name = "Late";
  // What comes from outside needs nothing of the page, and moves nothing in it before it is there.
  async function until(name, isDone, { isStill = false } = {}) {
    const began = real.now();
    let round = 0;
    for (; !isDone(); round++) {
      if (real.now() - began > settings.wait) {
        throw new (isStill ? clock.Late : Error)(`${name} was not ready after ${settings.wait / 1000} s (--page-wait)`);
      }
      if (round < TURNS) await turn();
      else {
        await sleep(2);
        if (!isStill) clock.pump(real.now() - began);
      }
    }
    if (round > TURNS) clock.goOn?.();
  }
  clock.until = until;
  // The value of a promise of the page, within its limit.
  clock.settled = async (name, promise, how) => {
    let end = null;
    promise.then((value) => { end = { value }; },
      (problem) => { end = { problem: problem ?? new Error(`${name} was refused`) }; });
    await until(name, () => end, how);
    if (end.problem) throw end.problem;
    return end.value;
  };

  if (!globalThis.document) return;

  // The trees of the document: its own, and those in the shadow of elements, which no query finds.
  const shadows = new Set();
  let mayBeCopied = false; // one of them, with its element
  const attach = Element.prototype.attachShadow;
  hidden(Element.prototype, "attachShadow", function attachShadow(...values) {
    const shadow = attach.apply(this, values);
    shadows.add(shadow);
    mayBeCopied ||= shadow.clonable;
    return shadow;
  });
  clock.trees = () => [document, ...shadows].filter((tree) => tree.isConnected);
  const all = (selector) => clock.trees().flatMap((tree) => [...tree.querySelectorAll(selector)]);
  clock.all = all;
  // Written in a text they are attached by nobody; those that are closed stay hidden.
  function look(tree) {
    for (const element of [tree, ...tree.querySelectorAll("*")]) {
      if (element instanceof HTMLTemplateElement) look(element.content);
      if (!element.shadowRoot) continue;
      shadows.add(element.shadowRoot);
      mayBeCopied ||= element.shadowRoot.clonable;
      look(element.shadowRoot);
    }
  }
  addEventListener("DOMContentLoaded", () => look(document));
  for (const { prototype } of [Element, ShadowRoot]) {
    const { setHTMLUnsafe } = prototype;
    if (!setHTMLUnsafe) continue;
    hidden(prototype, "setHTMLUnsafe", function (...values) {
      setHTMLUnsafe.apply(this, values);
      look(this);
    });
  }
  for (const [{ prototype }, name] of [[Node, "cloneNode"], [Document, "importNode"]]) {
    const copy = prototype[name];
    hidden(prototype, name, function (...values) {
      const node = copy.apply(this, values);
      if (mayBeCopied && node.querySelectorAll) look(node);
      return node;
    });
  }

  // What is done from now on is done in frames, here and in the frames of the page.
  clock.beginFrames = () => {
    clock.isOpen = true;
    clock.stand();
    for (const child of clock.children()) child.beginFrames();
  };

  // What the page itself holds back for.
  const holds = new Map();
  hidden(globalThis, "framecrewHold", function framecrewHold(name) {
    const key = {};
    holds.set(key, String(name || "something without a name"));
    return () => holds.delete(key);
  });
  clock.held = () => [...holds.values()];

  let hasWebGL = false;
  clock.usesWebGL = () => hasWebGL || clock.children().some((child) => child.usesWebGL());
  const givenBack = new WeakSet(); // canvases whose page took their context away itself
  for (const kind of [globalThis.WebGLRenderingContext, globalThis.WebGL2RenderingContext]) {
    if (!kind) continue;
    const { getExtension } = kind.prototype;
    hidden(kind.prototype, "getExtension", function (...values) {
      const extension = getExtension.apply(this, values);
      if (extension && "loseContext" in extension && !Object.hasOwn(extension, "loseContext")) {
        const { loseContext } = extension;
        hidden(extension, "loseContext", () => {
          givenBack.add(this.canvas);
          loseContext.call(extension);
        });
      }
      return extension;
    });
  }
  if (globalThis.OffscreenCanvas) {
    const { getContext } = OffscreenCanvas.prototype;
    hidden(OffscreenCanvas.prototype, "getContext", function (kind, ...values) {
      if (/^webgl2?$/.test(kind)) {
        hasWebGL = true;
        clock.tellAbove?.();
      }
      return getContext.call(this, kind, ...values);
    });
  }
  const getContext = HTMLCanvasElement.prototype.getContext;
  hidden(HTMLCanvasElement.prototype, "getContext", function (kind, ...values) {
    if (/^(experimental-)?webgl2?$/.test(kind)) {
      hasWebGL = true;
      clock.tellAbove?.();
      // The capture comes after the task that drew.
      values[0] = { ...values[0], preserveDrawingBuffer: true };
      this.addEventListener("webglcontextlost", () => {
        // Who only tries out whether there is any gives it back.
        if (this.isConnected || !givenBack.has(this)) reportError(new Error("the WebGL context was lost"));
      });
    }
    return getContext.call(this, kind, ...values);
  });
})();
