/** Frame sets as the server writes them: `1-96x5,100`, in order, kept in stretches. */

export interface Stretch {
  first: number;
  last: number;
  step: number;
  /** How many frames come before this stretch. */
  before: number;
}

const TERM = /^(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?$/;

export class Frames {
  readonly stretches: readonly Stretch[];
  readonly count: number;

  constructor(readonly text: string) {
    const stretches: Stretch[] = [];
    let before = 0;
    for (const term of text.split(",")) {
      const match = TERM.exec(term.trim());
      if (match === null) continue;
      const first = Number(match[1]);
      const last = match[2] === undefined ? first : Number(match[2]);
      const step = match[3] === undefined ? 1 : Number(match[3]);
      stretches.push({ first, last, step, before });
      before += Math.floor((last - first) / step) + 1;
    }
    this.stretches = stretches;
    this.count = before;
  }

  /** The frame at a place, counted from 0. */
  at(place: number): number {
    let low = 0;
    let high = this.stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.stretches[middle]?.before ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    const stretch = this.stretches[low];
    return stretch === undefined ? 0 : stretch.first + (place - stretch.before) * stretch.step;
  }

  /** The place of a frame, or -1. */
  placeOf(frame: number): number {
    let low = 0;
    let high = this.stretches.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const stretch = this.stretches[middle];
      if (stretch === undefined) break;
      if (frame < stretch.first) high = middle - 1;
      else if (frame > stretch.last) low = middle + 1;
      else {
        const steps = (frame - stretch.first) / stretch.step;
        return Number.isInteger(steps) ? stretch.before + steps : -1;
      }
    }
    return -1;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const { first, last, step } of this.stretches) {
      for (let frame = first; frame <= last; frame += step) yield frame;
    }
  }
}

/** The text of frames given in ascending order. */
export function framesText(frames: readonly number[]): string {
  const terms: string[] = [];
  for (let from = 0; from < frames.length; ) {
    let to = from;
    while (to + 1 < frames.length && frames[to + 1] === (frames[to] ?? 0) + 1) to++;
    terms.push(from === to ? `${frames[from]}` : `${frames[from]}-${frames[to]}`);
    from = to + 1;
  }
  return terms.join(",");
}
