// The caret of a field with the focus: it would blink by a clock of the browser's own, so it stands.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.hasSteadyCaret) return;
  clock.hasSteadyCaret = true;

  const steady = new CSSStyleSheet();
  steady.replaceSync(":root { caret-animation: manual; }");
  document.adoptedStyleSheets.push(steady);
})();
