// A page that is one canvas and nothing else: its picture is taken from the canvas, which is quicker than the screen.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.take) return;
  const { hidden } = clock;
  const SILENT = new Set(["HEAD", "SCRIPT", "STYLE", "LINK", "META", "TITLE", "TEMPLATE", "NOSCRIPT", "AUDIO"]);
  let canvas = null;
  let around = []; // all that stands in the page, to be seen at once when something comes or goes
  let paper = null;

  // What is called as a frame is drawn may draw as well: observers, and the events of animations.
  clock.isWatched = () => clock.isObserved() || document.getAnimations().length > 0;

  // Those that look otherwise on the screen than what can be taken of them, at some moments or in some colours.
  const unlike = new WeakSet();
  const { getContext } = HTMLCanvasElement.prototype;
  hidden(HTMLCanvasElement.prototype, "getContext", function (kind, ...values) {
    if (values[0]?.premultipliedAlpha === false || (values[0]?.colorSpace ?? "srgb") !== "srgb") unlike.add(this);
    return getContext.call(this, kind, ...values);
  });

  // Whatever may be seen, the canvas and what it lies in among it; a page can make its very scripts visible.
  const standing = () => [document.documentElement, ...document.documentElement.querySelectorAll("*")]
    .filter((one) => !SILENT.has(one.tagName) || one.getClientRects().length);

  function isAlone(one) {
    const box = one.getBoundingClientRect();
    const scale = window.devicePixelRatio;
    const isExact = box.x === 0 && box.y === 0 && box.width === innerWidth && box.height === innerHeight;
    const fits = one.width === innerWidth * scale && one.height === innerHeight * scale;
    const hasOthers = document.documentElement.innerText.trim() || clock.trees().length > 1 || clock.isInTransition();
    return isExact && fits && isWhole(one) && !unlike.has(one) && !clock.isHandedOver(one) && !hasOthers &&
      standing().every((other) => other.contains(one) && isUntouched(other, one));
  }

  // A canvas fills its box and nothing is laid on its edge.
  function isWhole(one) {
    const style = getComputedStyle(one);
    return style.padding === "0px" && style.objectPosition === "50% 50%" && style.objectFit !== "none";
  }

  // What changes how an element and all in it looks, where it is not this. Not every browser knows all of it.
  const UNTOUCHED = Object.entries({
    opacity: "1", filter: "none", backdropFilter: "none", mixBlendMode: "normal", visibility: "visible",
    transform: "none", rotate: "none", scale: "none", translate: "none", offsetPath: "none",
    clip: "auto", clipPath: "none", maskImage: "none", webkitMaskBoxImageSource: "none", webkitBoxReflect: "none",
    borderRadius: "0px", borderStyle: "none", outlineStyle: "none", boxShadow: "none", contentVisibility: "visible",
    objectViewBox: "none", overlay: "none",
  });

  function isUntouched(element, one) {
    const style = getComputedStyle(element);
    const before = (which) => getComputedStyle(element, which).content;
    return UNTOUCHED.every(([name, value]) => style[name] === value || style[name] === undefined) &&
      !(style.zIndex < 0) && (element === one || !clips(element, style) || covers(element)) &&
      ["none", "normal"].includes(before("::before")) && ["none", "normal"].includes(before("::after"));
  }

  // The window clips in the place of the root, and in that of the body where the root leaves it to it.
  function clips(element, style) {
    const root = document.documentElement;
    const isOfWindow = element === root ||
      (element === document.body && getComputedStyle(root).overflow === "visible" && style.contain === "none");
    return !isOfWindow && (style.overflow !== "visible" || style.contain !== "none");
  }

  function covers(element) {
    const box = element.getBoundingClientRect();
    return box.left <= 0 && box.top <= 0 && box.right >= innerWidth && box.bottom >= innerHeight;
  }

  // What lies behind the canvas where it is empty; null for more than one opaque colour.
  function ground() {
    const colours = new Set();
    for (const element of around) {
      const style = getComputedStyle(element);
      if (style.backgroundImage !== "none") return null;
      if (style.backgroundColor === "rgba(0, 0, 0, 0)") continue;
      const isHere = element === canvas || element === document.body || element === document.documentElement;
      if (!isHere || !style.backgroundColor.startsWith("rgb(")) return null;
      // It lies on those behind it, and covers them all.
      if (element === canvas) colours.clear();
      colours.add(style.backgroundColor);
    }
    if (!colours.size) return getComputedStyle(document.documentElement).colorScheme.includes("dark") ? null : "white";
    return colours.size === 1 ? [...colours][0] : null;
  }

  // Whether there is such a canvas now.
  clock.findCanvas = () => {
    const wanted = window.framecrew?.canvas ? [window.framecrew.canvas] : [...document.querySelectorAll("canvas")];
    if (wanted.length !== 1 || !wanted[0].isConnected || !isAlone(wanted[0])) return false;
    canvas = wanted[0];
    around = standing();
    paper = document.createElement("canvas");
    paper.width = canvas.width;
    paper.height = canvas.height;
    return ground() !== null;
  };

  function draw() {
    if (!canvas) clock.findCanvas(); // the page was opened anew
    const now = standing();
    const isSame = canvas && now.length === around.length && now.every((one, place) => one === around[place]);
    const colour = isSame && isAlone(canvas) ? ground() : null;
    if (colour === null) throw new Error("the page is no longer one canvas alone");
    const brush = paper.getContext("2d", { alpha: false });
    brush.fillStyle = colour;
    brush.fillRect(0, 0, paper.width, paper.height);
    brush.drawImage(canvas, 0, 0);
    return brush;
  }

  clock.drawCanvas = () => draw().canvas;

  clock.take = (kind, quality) => {
    draw();
    return paper.toDataURL(`image/${kind}`, quality / 100).split(",")[1];
  };

  // The brush of a canvas that shows this PNG of the screen.
  clock.unpack = async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const shot = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const brush = new OffscreenCanvas(shot.width, shot.height).getContext("2d");
    brush.drawImage(shot, 0, 0);
    return brush;
  };

  // Whether what is taken from it is, to the last pixel, this PNG of the screen.
  clock.isSame = async (png) => {
    const words = (brush) => new Uint32Array(brush.getImageData(0, 0, brush.canvas.width, brush.canvas.height).data.buffer);
    const mine = words(draw());
    const theirs = words(await clock.unpack(png));
    return mine.length === theirs.length && mine.every((value, place) => value === theirs[place]);
  };
})();
