/** Draws what ran in which slot, and when: start-up, frames, stalls, ends.
 *
 * Frames narrower than a pixel melt into their neighbours, so a lane of fifty thousand frames is
 * drawn with as many rectangles as the canvas has columns.
 */
import { instant } from "../model/format";
import { type Pause, readyAt } from "../model/stalls";
import type { Bar } from "../state/open_job";
import { colour } from "../state/theme";

export const LANE = 26;
export const AXIS = 22;
export const GUTTER = 64;

export interface Span {
  from: number;
  to: number;
}

export interface Place {
  bar: Bar;
  frame: number | null;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

export class LanePainter {
  #hatch: CanvasPattern | null = null;
  #hatchOf = -1;

  constructor(readonly canvas: HTMLCanvasElement) {}

  paint(
    lanes: readonly (readonly Bar[])[],
    stallsOf: (bar: Bar) => readonly Pause[],
    span: Span,
    now: number,
    palette: number,
    label: string,
  ): void {
    const scale = devicePixelRatio;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d", { alpha: false });
    if (pen === null || width <= GUTTER) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = colour("sunken");
    pen.fillRect(0, 0, width, height);
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.#axis(pen, span, width, height);
    lanes.forEach((bars, lane) => {
      const y = AXIS + lane * LANE;
      pen.fillStyle = colour("line");
      pen.fillRect(0, y + LANE - 1, width, 1);
      pen.save();
      pen.beginPath();
      pen.rect(GUTTER, y, width - GUTTER, LANE);
      pen.clip();
      for (const bar of bars) this.#bar(pen, bar, stallsOf, span, now, width, y, palette);
      pen.restore();
      pen.fillStyle = colour("soft");
      pen.textAlign = "left";
      pen.fillText(`${label} ${lane + 1}`, 10, y + 17);
    });
  }

  #axis(pen: CanvasRenderingContext2D, span: Span, width: number, height: number): void {
    const per = (span.to - span.from) / (width - GUTTER);
    const step = STEPS.find((each) => each / per > 90) ?? 86400;
    pen.textAlign = "center";
    const offset = new Date(span.from * 1000).getTimezoneOffset() * 60;
    for (let at = Math.ceil((span.from - offset) / step) * step + offset; at <= span.to; at += step) {
      const x = GUTTER + (at - span.from) / per;
      pen.fillStyle = colour("line");
      pen.fillRect(Math.round(x), AXIS - 5, 1, height);
      pen.fillStyle = colour("faint");
      const text = instant(at);
      if (x > GUTTER + 26 && x < width - 26) pen.fillText(step >= 60 ? text.slice(0, 5) : text, x, 13);
    }
    pen.fillStyle = colour("line");
    pen.fillRect(0, AXIS - 1, width, 1);
  }

  #bar(
    pen: CanvasRenderingContext2D,
    bar: Bar,
    stallsOf: (bar: Bar) => readonly Pause[],
    span: Span,
    now: number,
    width: number,
    y: number,
    palette: number,
  ): void {
    const scale = (width - GUTTER) / (span.to - span.from);
    const x = (at: number) => GUTTER + (at - span.from) * scale;
    const end = bar.ended ?? now;
    if (end < span.from || bar.started > span.to) return;
    const top = y + 5;
    const high = LANE - 11;
    const opened = readyAt(bar) ?? end;
    pen.fillStyle = colour("running-soft");
    pen.fillRect(x(bar.started), top, Math.max(1, x(end) - x(bar.started)), high);
    if (!bar.is_reused && opened > bar.started) {
      pen.fillStyle = colour("starting");
      pen.fillRect(x(bar.started), top, Math.max(1, x(opened) - x(bar.started)), high);
    }
    let drawn = -1;
    let before = opened;
    let isOdd = false;
    pen.fillStyle = colour("cell-done");
    for (const [, at, seconds] of bar.done) {
      const begin = Math.max(before, at - seconds);
      before = Math.max(before, at);
      if (at < span.from || begin > span.to) continue;
      const right = x(at);
      if (right <= drawn) continue;
      const left = Math.max(x(begin), drawn);
      const wide = right - left;
      isOdd = !isOdd;
      pen.globalAlpha = isOdd || wide < 3 ? 1 : 0.82;
      pen.fillRect(left, top, wide > 4 ? wide - 1 : Math.max(1, wide), high);
      drawn = Math.max(right, left + 1);
    }
    pen.globalAlpha = 1;
    if (bar.ended === null && end > before) {
      pen.fillStyle = colour("cell-given");
      pen.fillRect(x(before), top, x(end) - x(before), high);
    }
    for (const { from, to } of stallsOf(bar)) this.#stall(pen, x(from), x(to), top, high, palette);
    if (bar.ended !== null && bar.status !== "succeeded") {
      pen.fillStyle = colour(bar.status === "stopped" ? "waiting" : "cell-failed");
      pen.fillRect(x(end) - 3, y + 3, 3, LANE - 7);
    }
  }

  #stall(pen: CanvasRenderingContext2D, from: number, to: number, top: number, high: number, palette: number): void {
    if (this.#hatch === null || this.#hatchOf !== palette) {
      const tile = new OffscreenCanvas(6, 6);
      const ink = tile.getContext("2d");
      if (ink === null) return;
      ink.fillStyle = colour("held-soft");
      ink.fillRect(0, 0, 6, 6);
      ink.strokeStyle = colour("held");
      ink.lineWidth = 1.5;
      for (const shift of [-6, 0, 6]) {
        ink.moveTo(shift, 6);
        ink.lineTo(shift + 6, 0);
      }
      ink.stroke();
      this.#hatch = pen.createPattern(tile, "repeat");
      this.#hatchOf = palette;
    }
    if (this.#hatch === null) return;
    pen.fillStyle = this.#hatch;
    pen.fillRect(from, top, Math.max(2, to - from), high);
  }
}

/** What lies at a moment in a lane. */
export function placeAt(bars: readonly Bar[], at: number, now: number): Place | null {
  for (const bar of bars) {
    if (at < bar.started || at > (bar.ended ?? now)) continue;
    const hit = bar.done.find(([, end, seconds]) => at <= end && at >= end - seconds);
    return { bar, frame: hit === undefined ? null : hit[0] };
  }
  return null;
}
