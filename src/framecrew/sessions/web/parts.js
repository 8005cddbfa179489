// Parts that the browser itself puts into elements (`::details-content`, `::placeholder`, the bar of a `<progress>`): styles may
// move them, but no script can list the animations of that.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.hasMovingParts) return;

  const PART = /::(-webkit-(?!scrollbar)|-moz-|details-content|placeholder|file-selector-button|picker|checkmark|slider-|search-)/;
  const MOVES = /\b(animation|transition)/;
  const judged = new WeakMap(); // sheet → how many rules of it were looked at, and whether one of them moves such a part

  function moves(sheet) {
    let rules;
    try {
      rules = sheet.cssRules;
    } catch {
      return false; // of another origin
    }
    const { count, isMoving } = judged.get(sheet) ?? { count: 0, isMoving: false };
    if (isMoving || count === rules.length) return isMoving;
    const isOne = (rule) => (rule.styleSheet ? moves(rule.styleSheet) : PART.test(rule.cssText) && MOVES.test(rule.cssText));
    // New ones come behind the others.
    judged.set(sheet, { count: rules.length, isMoving: [...rules].slice(count < rules.length ? count : 0).some(isOne) });
    return judged.get(sheet).isMoving;
  }
  clock.hasMovingParts = () =>
    [...clock.trees()].some((tree) => [...tree.styleSheets, ...tree.adoptedStyleSheets].some(moves))
    || clock.children().some((child) => child.hasMovingParts());
})();
