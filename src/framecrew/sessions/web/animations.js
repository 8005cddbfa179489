// The animations of a page, of CSS, of the Web Animations API and of SVG: they stand still, and our clock moves them.
//
// An animation that runs is held at a rate of 0, and its time is set for every frame. So it stays what it is, running,
// paused by the style or at its end, and the browser tells its end as always; only how fast and since when is ours to know.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.pin) return;
  const { hidden } = clock;

  const UNSEEN_MS = 50; // after which a frame of another origin is not drawn
  const HAIR = 1e-4; // Of milliseconds: the border of two steps belongs to the later one, however its float is rounded.
  const { play } = Animation.prototype;
  const property = (name) => Object.getOwnPropertyDescriptor(Animation.prototype, name);
  const [time, start, rate, state] = ["currentTime", "startTime", "playbackRate", "playState"].map(property);
  const isOurs = (animation) => animation.timeline instanceof DocumentTimeline;

  const held = new Map(); // animation → { rate, at, born, runs, isOver, moved, judged }
  const position = (one, now = clock.now) => (one.runs && one.born !== null ? one.at + (now - one.born) * one.rate : one.at);

  // Those that began by themselves after the page was opened, and were not put to any time since: what these show depends
  // on the frame in which they began. A transition depends on the frame before it at any time but its end.
  const late = new Set();
  function placed(animation) {
    if (!(animation instanceof CSSTransition)) late.delete(animation);
    else if (clock.isOpen) late.add(animation);
  }
  clock.hasBegunLate = () => late.size > 0 || clock.children().some((child) => child.hasBegunLate());

  function hold(animation, at) {
    const is = state.get.call(animation);
    if (is === "paused" && animation.pending) time.set.call(animation, time.get.call(animation)); // at once, not later
    if (is !== "running" || !isOurs(animation)) return;
    const one = { rate: rate.get.call(animation), at: at ?? Number(time.get.call(animation)), born: clock.now,
      runs: true, isOver: false, moved: null, judged: null };
    held.set(animation, one);
    rate.set.call(animation, 0);
  }
  // It is at this moment as it would be without us.
  function loosen(animation) {
    const one = held.get(animation);
    if (!one) return;
    held.delete(animation);
    if (one.isOver) return;
    rate.set.call(animation, one.rate);
    if (one.runs) time.set.call(animation, position(one));
  }
  function changed(animation, change) {
    loosen(animation);
    try {
      return change();
    } finally {
      hold(animation);
    }
  }
  // True if it has come to its end, and was not there before.
  function judge(animation, one) {
    one.judged = clock.now;
    const end = Number(animation.effect?.getComputedTiming().endTime ?? 0);
    const at = position(one) + HAIR;
    const isOver = one.rate > 0 ? at >= end : one.rate < 0 && at <= 2 * HAIR;
    const hasEnded = isOver && !one.isOver;
    if (hasEnded) {
      rate.set.call(animation, one.rate);
      // Over two steps, or it keeps the start it had at rate 0, and runs again by that.
      for (const step of one.rate > 0 ? [0, end] : [end, 0]) time.set.call(animation, step);
    } else if (one.isOver && !isOver) { // a page that may go back has gone back
      time.set.call(animation, at);
      rate.set.call(animation, 0);
    }
    one.isOver = isOver;
    return hasEnded;
  }
  // Before anything else of a frame: whatever brings the style up to date on the way begins with where they will be.
  clock.move = (now) => {
    isBetween = true;
    holdDrawn();
    moveAll(now);
  };
  function moveAll(now) {
    for (const [animation, one] of held) {
      if (!one.runs || one.isOver || one.moved === now) continue;
      one.moved = now;
      if (time.get.call(animation) !== null) time.set.call(animation, position(one, now) + HAIR);
    }
  }
  function judgeAll() {
    moveAll(clock.now);
    let hasEnded = false;
    for (const [animation, one] of held) {
      const is = state.get.call(animation);
      if (is === "idle" || (one.isOver && !animation.effect?.target?.isConnected)) {
        held.delete(animation);
        continue;
      }
      if (one.runs) {
        if (one.judged !== clock.now && judge(animation, one)) hasEnded = true;
        // The style stops it, and lets it go on, with the frame in which it does so.
        if (is === "paused") {
          Object.assign(one, { at: position(one), runs: false });
          time.set.call(animation, one.at);
        }
      } else if (is === "running") Object.assign(one, { born: clock.now, runs: true });
    }
    return hasEnded;
  }

  // Before the page draws: what ended says so, and what waits for that goes on.
  clock.advance = async () => {
    if (!judgeAll()) return;
    holdNew(); // as it is drawn, what nobody holds goes on by the browser's time, and may be over at once
    // The page's own, for a frame in it that is hidden is never drawn; nor is one of another origin, which cannot ask the page.
    const outermost = clock.outermost();
    const isDrawn = new Promise(outermost.__framecrew.real.requestAnimationFrame);
    await (outermost === window.top ? isDrawn : Promise.race([isDrawn, clock.sleep(UNSEEN_MS)]));
  };
  // One that is before its beginning would be listed, did it run.
  function isBefore(animation, one) {
    const timing = animation.effect?.getComputedTiming();
    return one.runs && !one.isOver && timing?.progress === null && position(one) < timing.delay;
  }
  for (const { prototype } of [Document, ShadowRoot, Element]) {
    const { getAnimations } = prototype;
    hidden(prototype, "getAnimations", function (wishes) {
      const isOfThis = ({ target, pseudoElement }) => (!(this instanceof Element) ? target?.getRootNode() === this
        : target === this ? !pseudoElement || wishes?.subtree : wishes?.subtree && this.contains(target));
      const waiting = [...held].filter(([animation, one]) => isBefore(animation, one) && isOfThis(animation.effect));
      return [...new Set([...getAnimations.call(this, wishes), ...waiting.map(([animation]) => animation)])];
    });
  }
  // How many milliseconds that last which end; 0 where none does.
  clock.longest = async () => {
    const ends = document.getAnimations().map((one) => Number(one.effect?.getComputedTiming().endTime));
    for (const child of clock.children()) {
      await clock.within(child, child.longest().then((end) => { ends.push(end); }));
    }
    return Math.max(0, ...ends.filter(Number.isFinite));
  };
  // After it: what is new begins, and all are in place.
  clock.pin = () => {
    isPinned = true;
    holdNew();
    for (const one of held.values()) one.born ??= clock.now;
    judgeAll();
    showChanged();
    for (const drawing of clock.all("svg")) if (!drawing.ownerSVGElement) place(drawing);
  };
  // A style that changes how an animation runs (how long, how often, by which keyframes) makes the browser count its time by its rate,
  // which is 0, and show it at its beginning; until it is put to another time.
  let isChanged = false;
  const changes = new MutationObserver(() => { isChanged = true; });
  const watched = new WeakSet(); // trees
  function watch(tree) {
    if (watched.has(tree)) return;
    watched.add(tree);
    changes.observe(tree, { attributes: true, characterData: true, childList: true, subtree: true });
  }
  for (const [{ prototype }, ...names] of [
    [CSSStyleSheet, "insertRule", "deleteRule", "replaceSync"], [CSSGroupingRule, "insertRule", "deleteRule"],
    [CSSKeyframesRule, "appendRule", "deleteRule"],
  ]) {
    for (const name of names) {
      const change = prototype[name];
      hidden(prototype, name, function (...values) {
        isChanged = true;
        return change.apply(this, values);
      });
    }
  }
  function showChanged() {
    const running = [...held].filter(([animation, one]) => animation instanceof CSSAnimation && one.runs && !one.isOver);
    if (changes.takeRecords().length) isChanged = true;
    if (!isChanged || !running.length) return;
    isChanged = false;
    document.documentElement.offsetHeight; // brings the styles up to date
    for (const [animation, one] of running) {
      if (time.get.call(animation) !== null) time.set.call(animation, position(one) + 2 * HAIR); // another time, or nothing is done
    }
  }
  // All that the page does for a frame is done.
  clock.stand = () => { isBetween = false; };
  clock.holdNew = holdNew;
  function holdNew() {
    for (const tree of clock.trees()) {
      watch(tree);
      tree.getAnimations().forEach(holdOne);
    }
  }
  clock.holdOne = holdOne;
  function holdOne(animation) {
    if (held.has(animation)) return;
    const delay = clock.delayOf?.(animation);
    hold(animation, delay ? clock.now - delay : 0);
    const one = held.get(animation);
    if (clock.isOpen && (one || animation instanceof CSSTransition) && delay === undefined) late.add(animation);
    if (one && isBetween && delay === undefined) one.born = null;
  }
  // While the page loads, as long as that takes, they wait at their beginning; what they tell by then is told in its frame. And
  // what is drawn while the page is on its way to a frame holds them as well: after it the browser's time runs on.
  let isPinned = false;
  let isBetween = true; // of two frames: what is new begins with the one that comes
  let isDrawing = false;
  async function holdDrawn() {
    if (isDrawing) return;
    isDrawing = true;
    // Where the compositor draws as it likes, nobody asks it for more.
    while (isBetween || clock.settings.isLed) {
      await new Promise(clock.real.requestAnimationFrame);
      holdNew();
      if (!isPinned) moveAll(clock.now);
    }
    isDrawing = false;
  }
  holdDrawn();
  for (const kind of ["animationiteration", "animationend", "transitionend"]) {
    addEventListener(kind, (event) => {
      if (!isPinned && event.isTrusted && event.elapsedTime > 0) event.stopImmediatePropagation();
    }, true);
  }

  for (const name of ["play", "pause", "finish", "cancel"]) {
    const method = Animation.prototype[name];
    hidden(Animation.prototype, name, function () {
      if (["finish", "cancel"].includes(name)) late.delete(this);
      else if (name === "pause") placed(this);
      else if (clock.isOpen) late.add(this);
      return changed(this, () => method.call(this));
    });
  }
  hidden(Animation.prototype, "updatePlaybackRate", function (value) { this.playbackRate = value; });
  hidden(Animation.prototype, "reverse", function () {
    changed(this, () => {
      rate.set.call(this, -rate.get.call(this));
      play.call(this);
    });
  });
  const animate = Element.prototype.animate;
  hidden(Element.prototype, "animate", function (...values) {
    const animation = animate.apply(this, values);
    hold(animation);
    if (clock.isOpen) late.add(animation);
    return animation;
  });
  Object.defineProperty(Animation.prototype, "playbackRate", {
    ...rate,
    get() { return held.get(this)?.rate ?? rate.get.call(this); },
    set(value) { changed(this, () => rate.set.call(this, value)); },
  });
  Object.defineProperty(Animation.prototype, "currentTime", {
    ...time,
    get() {
      const one = held.get(this);
      return one?.runs && !one.isOver ? position(one) : time.get.call(this);
    },
    set(value) {
      placed(this);
      changed(this, () => time.set.call(this, value));
    },
  });
  Object.defineProperty(Animation.prototype, "startTime", {
    ...start,
    get() {
      const one = held.get(this);
      return one?.runs ? one.born - one.at / one.rate : start.get.call(this);
    },
    set(value) {
      placed(this);
      changed(this, () => {
        if (value === null || !isOurs(this)) {
          start.set.call(this, value);
          return;
        }
        if (state.get.call(this) !== "running") play.call(this);
        time.set.call(this, (clock.now - value) * rate.get.call(this));
      });
    },
  });

  // ── drawings that move by themselves (SMIL) ───────────────────────────────────────────────────

  const drawings = new WeakMap(); // outermost svg → { at, born, runs, rate: 1 }
  const drawn = SVGSVGElement.prototype;
  const { pauseAnimations, setCurrentTime } = drawn;
  function kept(drawing) {
    if (!drawings.has(drawing)) drawings.set(drawing, { at: 0, born: clock.now, runs: true, rate: 1 });
    return drawings.get(drawing);
  }
  function place(drawing) {
    pauseAnimations.call(drawing);
    setCurrentTime.call(drawing, position(kept(drawing)) / 1000);
  }
  function set(drawing, values) {
    const one = kept(drawing);
    Object.assign(one, { at: position(one), born: clock.now }, values);
    place(drawing);
  }
  hidden(drawn, "pauseAnimations", function () { set(this, { runs: false }); });
  hidden(drawn, "unpauseAnimations", function () { set(this, { runs: true }); });
  hidden(drawn, "animationsPaused", function () { return !kept(this).runs; });
  hidden(drawn, "setCurrentTime", function (seconds) { set(this, { at: 1000 * seconds }); });
  hidden(drawn, "getCurrentTime", function () { return position(kept(this)) / 1000; });
  for (const name of ["beginElement", "beginElementAt", "endElement", "endElementAt"]) {
    const method = SVGAnimationElement.prototype[name];
    hidden(SVGAnimationElement.prototype, name, function (...values) {
      let drawing = this.ownerSVGElement;
      while (drawing?.ownerSVGElement) drawing = drawing.ownerSVGElement;
      if (drawing) place(drawing); // "now" is the time of its drawing
      return method.apply(this, values);
    });
  }
})();
