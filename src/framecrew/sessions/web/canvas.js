// A page that is one canvas and nothing else: its picture is taken from the canvas, which is quicker than the screen.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.take) return;
  const SILENT = new Set(["SCRIPT", "STYLE", "LINK", "META", "TITLE", "TEMPLATE", "NOSCRIPT", "AUDIO"]);
  let canvas = null;
  let around = []; // all that stands in the page, to be seen at once when something comes or goes
  let paper = null;

  const standing = () => [...document.body.querySelectorAll("*")].filter((one) => !SILENT.has(one.tagName));

  function isAlone(one) {
    const box = one.getBoundingClientRect();
    const scale = window.devicePixelRatio;
    const covers = box.x === 0 && box.y === 0 && box.width === innerWidth && box.height === innerHeight;
    const fits = one.width === innerWidth * scale && one.height === innerHeight * scale;
    return covers && fits && !document.body.innerText.trim() &&
      standing().every((other) => other.contains(one) && isUntouched(other)) && isUntouched(document.body);
  }

  function isUntouched(element) {
    const style = getComputedStyle(element);
    const before = (which) => getComputedStyle(element, which).content;
    return style.opacity === "1" && style.filter === "none" && style.transform === "none" && style.clipPath === "none" &&
      style.mixBlendMode === "normal" && style.visibility === "visible" && style.maskImage === "none" &&
      ["none", "normal"].includes(before("::before")) && ["none", "normal"].includes(before("::after"));
  }

  // What lies behind the canvas where it is empty; null for more than a colour.
  function ground() {
    let colour = "white";
    for (const element of [document.documentElement, document.body]) {
      const style = getComputedStyle(element);
      if (style.backgroundImage !== "none") return null;
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)") colour = style.backgroundColor;
    }
    return colour;
  }

  // Whether there is such a canvas now.
  clock.findCanvas = () => {
    const wanted = window.framecrew?.canvas ? [window.framecrew.canvas] : [...document.querySelectorAll("canvas")];
    if (wanted.length !== 1 || !wanted[0].isConnected || !isAlone(wanted[0]) || ground() === null) return false;
    canvas = wanted[0];
    around = standing();
    paper = document.createElement("canvas");
    paper.width = canvas.width;
    paper.height = canvas.height;
    return true;
  };

  function draw() {
    const now = standing();
    if (now.length !== around.length || now.some((one, place) => one !== around[place]) || !isAlone(canvas)) {
      throw new Error("the page is no longer one canvas alone");
    }
    const brush = paper.getContext("2d", { alpha: false });
    brush.fillStyle = ground();
    brush.fillRect(0, 0, paper.width, paper.height);
    brush.drawImage(canvas, 0, 0);
    return brush;
  }

  clock.drawCanvas = () => draw().canvas;

  clock.take = (kind, quality) => {
    draw();
    return paper.toDataURL(`image/${kind}`, quality / 100).split(",")[1];
  };

  // Whether what is taken from it is, to the last pixel, this PNG of the screen.
  clock.isSame = async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const shot = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const words = (brush, width, height) => new Uint32Array(brush.getImageData(0, 0, width, height).data.buffer);
    const mine = words(draw(), paper.width, paper.height);
    const other = new OffscreenCanvas(shot.width, shot.height).getContext("2d");
    other.drawImage(shot, 0, 0);
    const theirs = words(other, shot.width, shot.height);
    return mine.length === theirs.length && mine.every((value, place) => value === theirs[place]);
  };
})();
