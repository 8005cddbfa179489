// Observers: the browser calls them when it has drawn, and when it draws is not the same in every way of capture. So what an
// IntersectionObserver sees is told with the next frame, and what a ResizeObserver sets going begins with the frame it belongs to.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.tellSeen) return;
  const { hidden } = clock;

  let isUsed = false; // they may draw as well
  clock.isObserved = () => isUsed;

  hidden(globalThis, "ResizeObserver", class ResizeObserver extends globalThis.ResizeObserver {
    constructor(tell) {
      super(typeof tell !== "function" ? tell : (entries, observer) => {
        try {
          tell.call(observer, entries, observer);
        } finally {
          clock.holdNew();
        }
      });
    }
    observe(...values) {
      isUsed = true;
      super.observe(...values);
    }
  });

  const untold = new Map(); // those that observe anything → what they have seen and not told yet
  const tells = new WeakMap();
  class IntersectionObserver extends globalThis.IntersectionObserver {
    constructor(tell, ...how) {
      super(typeof tell !== "function" ? tell : (entries, observer) => {
        untold.get(observer)?.push(...entries);
        if (!clock.isOpen) clock.tellSeen();
      }, ...how);
      tells.set(this, tell);
    }
    observe(...values) {
      isUsed = true;
      if (!untold.has(this)) untold.set(this, []);
      super.observe(...values);
    }
    unobserve(target) {
      super.unobserve(target);
      if (untold.has(this)) untold.set(this, untold.get(this).filter((entry) => entry.target !== target));
    }
    disconnect() {
      super.disconnect();
      untold.delete(this);
    }
    takeRecords() {
      return [...(untold.get(this)?.splice(0) ?? []), ...super.takeRecords()];
    }
  }
  hidden(globalThis, "IntersectionObserver", IntersectionObserver);
  Object.defineProperty(IntersectionObserverEntry.prototype, "time", { get: () => clock.now, configurable: true });

  // Whether there was anything, also of what the browser itself is only about to tell.
  clock.tellSeen = () => {
    let hasTold = false;
    for (const observer of [...untold.keys()]) {
      const entries = IntersectionObserver.prototype.takeRecords.call(observer);
      if (!entries.length) continue;
      hasTold = true;
      clock.call(tells.get(observer).bind(observer), [entries, observer]);
    }
    return hasTold;
  };
})();
