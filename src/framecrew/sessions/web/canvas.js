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
    if (!canvas) clock.findCanvas(); // the page was opened anew
    const now = standing();
    if (!canvas || now.length !== around.length || now.some((one, place) => one !== around[place]) || !isAlone(canvas)) {
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
