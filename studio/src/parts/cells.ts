/** Draws a frame grid: small cells pixel by pixel, large ones with number, thumbnail and time.
 *
 * Only what is in sight is drawn. A row of cells is composed once as one line of pixels, and that
 * line is copied for the cell's height: the cost grows with the pixels of the canvas alone, so a
 * hundred thousand frames cost no more than a hundred.
 */
import { duration } from "../model/format";
import { type Grid, type Heat, STATE_TOKENS } from "../model/grid";
import { colour } from "../state/theme";

/** From this size on a cell is drawn as a tile of its own. */
export const TILE = 40;
/** From this size on a tile shows its picture. */
export const PICTURE = 72;
/** Height of the line under a picture that has the colour of its status. */
const STRIPE = 3;
/** A few frames do not become larger than this by themselves. */
const LARGEST_FIT = 168;

export interface Sight {
  cell: number;
  columns: number;
  /** Height of a row of cells. */
  tall: number;
  width: number;
  height: number;
  /** First pixel in sight. */
  top: number;
}

export interface Marks {
  cursor: number;
  hover: number;
  /** Chosen places, both ends included; null: none. */
  chosen: { from: number; to: number } | null;
  hasFocus: boolean;
  /** Places that are being rendered now, with the part that is done (0 to 1). */
  running: ReadonlyMap<number, number>;
}

/** Small cells are square; those with a picture have its shape, and a line for the status below it. */
export function cellHeight(cell: number, shape: number): number {
  if (cell < PICTURE) return cell;
  const gap = gapOf(cell);
  return Math.round(Math.min(cell * 1.4, (cell - gap) / shape)) + STRIPE + gap;
}

export function gapOf(cell: number): number {
  return cell >= TILE ? 4 : cell >= 10 ? 2 : cell >= 4 ? 1 : 0;
}

export function columnsFor(width: number, cell: number): number {
  return Math.max(1, Math.floor(width / cell));
}

/** The largest cell with which all frames fit into the box; at least 2 pixels. */
export function fittingCell(count: number, width: number, height: number, shape: number): number {
  let low = 2;
  let high = LARGEST_FIT;
  while (low < high) {
    const cell = Math.ceil((low + high) / 2);
    const rows = Math.ceil(count / columnsFor(width, cell));
    if (rows * cellHeight(cell, shape) <= height) low = cell;
    else high = cell - 1;
  }
  return low;
}

export class CellPainter {
  #image: ImageData | null = null;
  #ramp: Uint32Array | null = null;
  #rampOf = -1;

  constructor(
    readonly canvas: HTMLCanvasElement,
    /** A picture of the frame at a place if it is here; asks for it otherwise. */
    readonly picture: (place: number) => CanvasImageSource | null,
  ) {}

  paint(grid: Grid, heat: Heat, sight: Sight, marks: Marks, palette: number): void {
    const scale = devicePixelRatio;
    const width = Math.round(sight.width * scale);
    const height = Math.round(sight.height * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const pen = this.canvas.getContext("2d", { alpha: false });
    if (pen === null || width === 0 || height === 0) return;
    const shades = this.#shades(grid, heat, palette);
    if (sight.cell < TILE) this.#dots(pen, grid, sight, scale, shades);
    else this.#tiles(pen, grid, heat, sight, scale, shades);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.#marks(pen, grid, sight, marks);
  }

  /** The colour of each place, as a pixel. */
  #shades(grid: Grid, heat: Heat, palette: number): (place: number) => number {
    if (heat === "status") {
      const tokens = Uint32Array.from(STATE_TOKENS, (token) => pixel(colour(token)));
      return (place) => tokens[grid.status[place] ?? 0] ?? 0;
    }
    if (this.#ramp === null || this.#rampOf !== palette) {
      this.#ramp = ramp();
      this.#rampOf = palette;
    }
    const shades = this.#ramp;
    const values = grid.values(heat);
    const { low, high } = grid.bounds(heat);
    const empty = pixel(colour("cell-waiting"));
    return (place) => {
      const value = values[place] ?? 0;
      if (value <= 0) return empty;
      const part = Math.min(1, Math.max(0, (value - low) / (high - low)));
      return shades[Math.round(part * 255)] ?? empty;
    };
  }

  #dots(
    pen: CanvasRenderingContext2D,
    grid: Grid,
    sight: Sight,
    scale: number,
    shade: (place: number) => number,
  ): void {
    const { width, height } = this.canvas;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = pen.createImageData(width, height);
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    const ground = pixel(colour("sunken"));
    const { cell, columns } = sight;
    const gap = gapOf(cell);
    const line = new Uint32Array(width);
    let done = 0;
    while (done < height) {
      const y = sight.top + done / scale;
      const row = Math.floor(y / cell + 1e-6);
      const end = Math.min(height, Math.round(((row + 1) * cell - sight.top) * scale));
      const filled = Math.min(end, Math.round(((row + 1) * cell - gap - sight.top) * scale));
      line.fill(ground);
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column;
        if (place >= grid.count) break;
        const from = Math.round(column * cell * scale);
        const to = Math.round(((column + 1) * cell - gap) * scale);
        line.fill(shade(place), from, to);
      }
      for (let y2 = done; y2 < filled; y2++) pixels.set(line, y2 * width);
      pixels.fill(ground, Math.max(done, filled) * width, end * width);
      if (end <= done) break;
      done = end;
    }
    pen.putImageData(this.#image, 0, 0);
  }

  #tiles(
    pen: CanvasRenderingContext2D,
    grid: Grid,
    heat: Heat,
    sight: Sight,
    scale: number,
    shade: (place: number) => number,
  ): void {
    const { cell, columns, tall } = sight;
    const gap = gapOf(cell);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = colour("sunken");
    pen.fillRect(0, 0, sight.width, sight.height);
    pen.textBaseline = "alphabetic";
    const first = Math.floor(sight.top / tall) * columns;
    const last = Math.min(grid.count, Math.ceil((sight.top + sight.height) / tall) * columns);
    const face = getComputedStyle(document.body).fontFamily;
    pen.font = `500 11px ${face}`;
    for (let place = first; place < last; place++) {
      const x = (place % columns) * cell;
      const y = Math.floor(place / columns) * tall - sight.top;
      const width = cell - gap;
      const height = tall - gap;
      const tone = css(shade(place));
      const picture = cell >= PICTURE && grid.hasPicture(place) ? this.picture(place) : null;
      if (picture === null) {
        pen.fillStyle = tone;
        pen.beginPath();
        pen.roundRect(x, y, width, height, 3);
        pen.fill();
      } else {
        paintPicture(pen, picture, x, y, width, height - STRIPE);
        pen.fillStyle = tone;
        pen.fillRect(x, y + height - STRIPE, width, STRIPE);
      }
      const number = String(grid.frames.at(place));
      const seconds = grid.seconds[place] ?? 0;
      if (picture !== null) {
        label(pen, number, x + 4, y + 4);
        if (cell >= 110 && seconds > 0) {
          const text = duration(seconds);
          label(pen, text, x + width - pen.measureText(text).width - 12, y + 4);
        }
      } else {
        pen.fillStyle = inkOn(tone);
        pen.fillText(number, x + 5, y + 14);
        if (heat !== "status" && cell >= 56 && seconds > 0 && heat === "seconds") {
          pen.fillText(duration(seconds), x + 5, y + 27);
        }
      }
    }
  }

  #marks(pen: CanvasRenderingContext2D, grid: Grid, sight: Sight, marks: Marks): void {
    const { cell, columns, tall } = sight;
    const gap = gapOf(cell);
    const frame = (place: number, token: string, width: number) => {
      if (place < 0 || place >= grid.count) return;
      const x = (place % columns) * cell;
      const y = Math.floor(place / columns) * tall - sight.top;
      const out = Math.max(1, 3 - cell / 8);
      pen.strokeStyle = colour(token);
      pen.lineWidth = width;
      pen.strokeRect(x - out, y - out, cell - gap + 2 * out, tall - gap + 2 * out);
    };
    if (marks.chosen !== null) {
      const { from, to } = marks.chosen;
      const first = Math.max(from, Math.floor(sight.top / tall) * columns);
      const last = Math.min(to, Math.ceil((sight.top + sight.height) / tall) * columns);
      if (from !== to) {
        pen.fillStyle = colour("text");
        pen.globalAlpha = 0.22;
        for (let row = Math.floor(first / columns); row <= Math.floor(last / columns); row++) {
          const begin = Math.max(first, row * columns) % columns;
          const end = Math.min(last, row * columns + columns - 1) % columns;
          pen.fillRect(begin * cell, row * tall - sight.top, (end - begin + 1) * cell - gap, tall - gap);
        }
        pen.globalAlpha = 1;
      }
    }
    for (const [place, part] of marks.running) {
      const x = (place % columns) * cell;
      const y = Math.floor(place / columns) * tall - sight.top;
      if (y + tall < 0 || y > sight.height) continue;
      pen.fillStyle = colour("cell-running");
      if (cell < 10) pen.fillRect(x, y, cell - gap, tall - gap);
      else {
        const high = Math.max(3, Math.round((tall - gap) * part));
        pen.fillRect(x, y + tall - gap - high, cell - gap, high);
        frame(place, "cell-running", 2);
      }
    }
    frame(marks.hover, "soft", 1);
    if (marks.hasFocus || marks.chosen !== null) frame(marks.cursor, marks.hasFocus ? "focus" : "text", 2);
  }
}

function paintPicture(
  pen: CanvasRenderingContext2D,
  picture: CanvasImageSource,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  pen.fillStyle = "#000";
  pen.fillRect(x, y, width, height);
  const image = picture as HTMLImageElement;
  const part = Math.min(width / image.naturalWidth, height / image.naturalHeight);
  const wide = image.naturalWidth * part;
  const tall = image.naturalHeight * part;
  pen.drawImage(picture, x + (width - wide) / 2, y + (height - tall) / 2, wide, tall);
}

function label(pen: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  const width = pen.measureText(text).width;
  pen.fillStyle = "rgb(0 0 0 / 62%)";
  pen.beginPath();
  pen.roundRect(x, y, width + 8, 15, 3);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.fillText(text, x + 4, y + 11.5);
}

/** `rgb(1, 2, 3)` as the pixel that little-endian image data holds. */
export function pixel(text: string): number {
  const parts = text.match(/[\d.]+/g)?.map(Number) ?? [];
  const bytes = text.startsWith("color(") ? parts.slice(0, 3).map((part) => part * 255) : parts;
  const [red = 0, green = 0, blue = 0] = bytes;
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

function css(value: number): string {
  return `rgb(${value & 255} ${(value >> 8) & 255} ${(value >> 16) & 255})`;
}

/** Black or white, whichever is read better on a colour. */
function inkOn(tone: string): string {
  const [red = 0, green = 0, blue = 0] = tone.match(/\d+/g)?.map(Number) ?? [];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 120 ? "#000" : "#fff";
}

/** From cool and calm to hot; its lightness grows steadily, so it reads without its hues too. */
export const RAMP = ["#1f3a68", "#2a6f97", "#2fa58b", "#9cc34e", "#f4c534", "#f58b3c", "#e5484d"];

function ramp(): Uint32Array {
  const stops = RAMP.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const at = (index / 255) * (stops.length - 1);
    const low = stops[Math.floor(at)] ?? [0, 0, 0];
    const high = stops[Math.ceil(at)] ?? low;
    const [red = 0, green = 0, blue = 0] = low.map(
      (value, channel) => value + ((high[channel] ?? value) - value) * (at % 1),
    );
    return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
  });
}
