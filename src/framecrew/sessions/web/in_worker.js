// The clock in a worker: it is led by the same moments as the page, and counts what is said between the two.
(() => {
  const clock = globalThis.__framecrew;
  if (globalThis.document || clock.lead) return;
  const { hidden } = clock;

  let sent = 0, heard = 0;
  addEventListener("message", () => { heard += 1; });
  addEventListener("messageerror", () => { heard += 1; });
  const { postMessage, close } = globalThis;
  hidden(globalThis, "postMessage", function (...values) {
    postMessage.apply(globalThis, values);
    sent += 1;
  });
  hidden(globalThis, "close", function () {
    postMessage(clock.LAST_WORD);
    close();
  });

  new BroadcastChannel("framecrew").addEventListener("message", () => clock.pump());

  // Nothing but timers and rounds moves here.
  Object.assign(clock, { move() {}, tellTimes() {}, scrollOn() {}, async lengthsOfPlaying() {}, async advance() {} });
  clock.lead = async (ms, frame) => {
    await clock.turn();
    await clock.to(ms, frame);
    await clock.arrived();
    const below = clock.workersTold();
    return { ...below, sent: sent + below.sent, heard: heard + below.heard };
  };
})();
