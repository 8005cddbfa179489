// The frames in a page: each has a clock of its own, which goes with that of the page around it. Those of another origin are out of
// reach, so the two clocks talk through a port, of which the frame sends one end as soon as it is there.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.greeted) return;
  const { real, tell, turn, sleep } = clock;

  const HELLO = "framecrew: a frame is here";
  const GREETING_MS = 1000; // after which a frame has no clock of ours
  const ASKED = ["to", "round", "place", "released", "assets", "arrived", "firstPictures", "mayBeHeard", "longest", "forget"];
  const TOLD = ["hasBegunLate", "hasOwnSurfaces", "hasWorkers", "workersTold", "usesWebGL", "hasMovingParts"]; // with each answer
  const NEWS = ["hasNewSurface"]; // of what was there since it was last looked at

  // ── a frame of another origin, seen from the page around it ───────────────────────────────────

  // The same words as those of a clock, but what is told at once is what was told last.
  function farClock(port) {
    const asked = new Map();
    let number = 0, isPumping = false;
    let told = { hasBegunLate: false, hasOwnSurfaces: false, hasWorkers: false, workersTold: { live: 0, sent: 0, heard: 0 },
      usesWebGL: false, hasMovingParts: false, hasNewSurface: false };
    port.onmessage = ({ data }) => {
      told = { ...data.told, hasNewSurface: told.hasNewSurface || data.told.hasNewSurface };
      clock.goOn();
      const one = asked.get(data.number);
      asked.delete(data.number);
      if ("problem" in data) one?.failed(new (data.isLate ? clock.Late : Error)(data.problem));
      else one?.done(data.value);
    };
    const ask = (name, ...values) => new Promise((done, failed) => {
      asked.set(++number, { done, failed });
      port.postMessage({ number, name, values });
    });
    const its = {};
    for (const name of ASKED) its[name] = (...values) => ask(name, ...values);
    for (const name of TOLD) its[name] = () => told[name];
    // Its time begins with it, as in any browser.
    const birth = clock.now;
    its.to = (ms, ...how) => ask("to", ms - birth, ...how);
    for (const name of ["tracks", "heard"]) {
      its[name] = async () => (await ask(name)).map((track) => ({ ...track, start: track.start + birth / 1000 }));
    }
    its.hasNewSurface = () => {
      const is = told.hasNewSurface;
      told.hasNewSurface = false;
      return is;
    };
    its.followsPicture = () => false;
    its.beginFrames = () => void ask("beginFrames");
    its.pump = (waited) => {
      if (isPumping) return;
      isPumping = true;
      ask("pump", waited).finally(() => { isPumping = false; });
    };
    its.askForPictures = () => {
      ask("askForPictures");
      return () => ask("endAsking");
    };
    return { its, joined: ask("join", birth, clock.isOpen) };
  }

  const far = new WeakMap(); // window → its clock
  const silent = new WeakSet(); // windows of those that have none
  addEventListener("message", (event) => {
    if (event.data !== HELLO || !event.ports.length || !event.source) return;
    event.stopImmediatePropagation();
    const [port] = event.ports, { source } = event, { its, joined } = farClock(port);
    // One that runs no scripts says it is there, and answers nothing.
    joined.then(() => {
      far.set(source, its);
      silent.delete(source);
    });
    port.addEventListener("close", () => { if (far.get(source) === its) far.delete(source); });
  }, true);

  // ── all of them ───────────────────────────────────────────────────────────────────────────────

  // Their clocks; null where there is none in reach.
  function look(page) {
    try {
      return page.__framecrew ?? null;
    } catch {
      return far.get(page) ?? null;
    }
  }
  // Those in the shadow of an element are counted nowhere.
  function pages() {
    const found = Array.from({ length: globalThis.length }, (_, place) => globalThis[place]);
    const hidden = clock.trees().slice(1).flatMap((tree) => [...tree.querySelectorAll("iframe, object, embed")]);
    return [...found, ...hidden.map((one) => one.contentWindow).filter((one) => one && !found.includes(one))];
  }
  const children = () => pages().map(look).filter(Boolean);
  clock.children = children;

  function isStrange(page) {
    try {
      return !page.location.href; // which is told to nobody of another origin
    } catch {
      return !far.has(page) && !silent.has(page);
    }
  }
  // Until all of another origin have joined in.
  clock.greeted = async () => {
    const end = real.now() + GREETING_MS;
    for (const page of pages().filter(isStrange)) {
      while (isStrange(page) && real.now() < end) await sleep(2);
      if (!isStrange(page)) continue;
      silent.add(page);
      const frame = clock.all("iframe, object, embed").find((one) => one.contentWindow === page);
      tell(`the frame ${frame?.src || frame?.data || "without an address"} keeps the real time, which decides what it shows`);
    }
  };

  // A frame in the page may go elsewhere on the way, and what it has promised is never kept. Even of a promise that was kept
  // nobody is told any more who asks then: so it is asked once, at the start.
  clock.within = async (child, promise) => {
    let end = null;
    promise.then(() => { end = {}; }, (problem) => { end = { problem }; });
    for (let round = 0; !end && children().includes(child); round++) await (round < 20 ? turn() : sleep(2));
    if (end && "problem" in end) throw end.problem;
  };

  // Something that was waited for has come, here or in a frame in this page.
  let lastStep = -Infinity;
  clock.goOn = () => {
    lastStep = real.now();
    const outer = clock.outermost().__framecrew;
    if (outer === clock) clock.tellAbove?.();
    else outer.goOn();
  };
  clock.sinceStep = () => Math.min(real.now() - lastStep, Number.MAX_VALUE); // milliseconds

  // What the tab keeps for it.
  clock.forget = async () => {
    try {
      sessionStorage.clear();
    } catch {
      // Not every page may have one.
    }
    for (const child of children()) await clock.within(child, child.forget());
  };

  // ── the page around it, seen from a frame ─────────────────────────────────────────────────────

  // The outermost page in reach, whose clock moves this one.
  clock.outermost = () => {
    let page = window;
    try {
      while (page.parent !== page && page.parent.__framecrew) page = page.parent;
    } catch {
      // The next one is of another origin.
    }
    return page;
  };

  function isFar() {
    try {
      return !window.parent.__framecrew;
    } catch {
      return true;
    }
  }
  if (window.parent === window || !isFar()) return;
  const { port1, port2 } = new MessageChannel();
  let endAsking = null;
  const does = {
    // It belongs to a page that is there already.
    join(birth, isOpen) {
      clock.settings.date += birth;
      clock.isOpen = isOpen;
    },
    askForPictures() { endAsking = clock.askForPictures(); },
    endAsking() { endAsking?.(); },
  };
  clock.tellAbove = (answer = {}) => {
    const told = Object.fromEntries([...TOLD, ...NEWS].map((name) => [name, clock[name]()]));
    port1.postMessage({ ...answer, told });
  };
  port1.onmessage = async ({ data: { number, name, values } }) => {
    let answer;
    try {
      answer = { number, value: await (does[name] ?? clock[name])(...values) };
    } catch (problem) {
      answer = { number, problem: String(problem?.message ?? problem), isLate: problem?.name === "Late" };
    }
    clock.tellAbove(answer);
  };
  window.parent.postMessage(HELLO, "*", [port2]);
})();
