// Smooth scrolling, by scripts or by the style, goes on with the clock of the page: the browser itself jumps.
//
// Source of how long it takes and how fast it is when: scrolls over 50 to 60,000 pixels, measured in Chromium 156.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.scrollOn) return;
  const { hidden } = clock;

  const LONGEST = 1500; // milliseconds
  const EASING = "cubic-bezier(0.4, 0, 0, 1)";
  const { scrollTo, scrollBy, scrollIntoView } = Element.prototype;
  const ownTime = Object.getOwnPropertyDescriptor(Animation.prototype, "currentTime");
  const moves = new Map(); // scroller → { from, by, born, ms, animation, snap }

  const placeOf = (scroller) => [scroller.scrollLeft, scroller.scrollTop];
  const jump = (scroller, [left, top]) => scrollTo.call(scroller, { left, top, behavior: "instant" });
  const viewport = () => document.scrollingElement ?? document.documentElement;
  function scrollersAround(element) {
    const found = [];
    for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) found.push(one);
    return [...new Set([...found, viewport()])];
  }
  // The style of the root is that of the viewport.
  const isSmooth = (scroller, behavior) => behavior === "smooth" || (behavior !== "instant"
    && getComputedStyle(scroller === viewport() ? document.documentElement : scroller).scrollBehavior === "smooth");

  function end(scroller) {
    const move = moves.get(scroller);
    if (!moves.delete(scroller)) return;
    scroller.style.setProperty("scroll-snap-type", ...move.snap);
  }
  function begin(scroller, from, to) {
    end(scroller);
    const by = [to[0] - from[0], to[1] - from[1]];
    const ms = Math.min(LONGEST, (Math.sqrt(Math.max(...by.map(Math.abs))) / 60) * 1000);
    // Nothing is animated by it: it knows the curve.
    const animation = new Animation(new KeyframeEffect(null, null, { duration: ms, easing: EASING, fill: "both" }));
    const { style } = scroller;
    const snap = [style.getPropertyValue("scroll-snap-type"), style.getPropertyPriority("scroll-snap-type")];
    moves.set(scroller, { from, by, born: clock.now, ms, animation, snap });
    style.setProperty("scroll-snap-type", "none", "important"); // or it would jump from place to place
    jump(scroller, from);
  }
  // What the browser would scroll, from where to where, is seen by letting it jump there.
  function scroll(scrollers, behavior, act) {
    const before = scrollers.map(placeOf);
    act();
    scrollers.forEach((scroller, number) => {
      const [from, to] = [before[number], placeOf(scroller)];
      const isMoved = from[0] !== to[0] || from[1] !== to[1];
      if (isMoved && isSmooth(scroller, behavior)) begin(scroller, from, to);
      else if (isMoved || number === 0) end(scroller);
    });
  }

  // Before the animation frames of its moment.
  clock.scrollOn = () => {
    for (const [scroller, { from, by, born, ms, animation }] of moves) {
      const t = clock.now - born;
      ownTime.set.call(animation, t);
      const { progress } = animation.effect.getComputedTiming();
      jump(scroller, from.map((start, axis) => start + by[axis] * progress));
      if (t < ms) continue;
      end(scroller);
      scroller.dispatchEvent(new Event("scrollend", { bubbles: scroller === viewport() }));
    }
  };
  const { hasBegunLate } = clock;
  clock.hasBegunLate = () => moves.size > 0 || hasBegunLate();

  // ── what scripts call ─────────────────────────────────────────────────────────────────────────

  // Of two numbers, or of one object that may say how.
  const wishes = (values) => (values.length < 2 ? { ...values[0] } : { left: values[0], top: values[1] });
  for (const [name, method] of Object.entries({ scrollTo, scroll: scrollTo, scrollBy })) {
    hidden(Element.prototype, name, function (...values) {
      const { behavior, ...where } = wishes(values);
      scroll([this], behavior, () => method.call(this, { ...where, behavior: "instant" }));
    });
    hidden(window, name, function (...values) { viewport()[name](...values); });
  }
  hidden(Element.prototype, "scrollIntoView", function (how) {
    const asked = typeof how === "object" && how ? how : { block: how === false ? "end" : "start", inline: "nearest" };
    scroll(scrollersAround(this), asked.behavior, () => scrollIntoView.call(this, { ...asked, behavior: "instant" }));
  });
  for (const [name, side] of [["scrollLeft", "left"], ["scrollTop", "top"]]) {
    const own = Object.getOwnPropertyDescriptor(Element.prototype, name);
    Object.defineProperty(Element.prototype, name, {
      ...own,
      set(value) { this.scrollTo({ [side]: Number(value) || 0 }); },
    });
  }
  // While it goes on, no step is its end.
  addEventListener("scrollend", (event) => {
    const scroller = event.target === document ? viewport() : event.target;
    if (event.isTrusted && moves.has(scroller)) event.stopImmediatePropagation();
  }, true);
})();
