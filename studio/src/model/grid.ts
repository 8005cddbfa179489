/** What is known of each frame of a task, in arrays: a hundred thousand frames are a few megabytes. */
import { Frames } from "./frames";

/** What a frame is now; the numbers index `STATE_TOKENS`. */
export const State = {
  waiting: 0,
  given: 1,
  done: 2,
  kept: 3,
  again: 4,
  failed: 5,
} as const;
export type State = (typeof State)[keyof typeof State];

export const STATE_NAMES = ["waiting", "given", "done", "kept", "again", "failed"] as const;

export const STATE_TOKENS = STATE_NAMES.map((name) => `cell-${name}`);

export const HEATS = ["status", "seconds", "memory", "tries"] as const;
export type Heat = (typeof HEATS)[number];

export class Grid {
  readonly frames: Frames;
  readonly status: Uint8Array;
  /** Seconds of rendering; 0 where nothing was measured. */
  readonly seconds: Float32Array;
  /** Bytes. */
  readonly memory: Float32Array;
  readonly tries: Uint8Array;
  /** When it was finished, seconds since 1970; 0 where it was not. */
  readonly at: Float64Array;
  /** Number of the attempt that had it last; 0 for none. */
  readonly attempt: Int32Array;
  /** Grows with each change of the frame's picture, so that it is fetched again. */
  readonly edition: Uint8Array;
  version = 0;

  constructor(
    readonly task: string,
    text: string,
    /** Newest event that is told in it from the beginning. */
    readonly event: number,
  ) {
    this.frames = new Frames(text);
    const { count } = this.frames;
    this.status = new Uint8Array(count);
    this.seconds = new Float32Array(count);
    this.memory = new Float32Array(count);
    this.tries = new Uint8Array(count);
    this.at = new Float64Array(count);
    this.attempt = new Int32Array(count);
    this.edition = new Uint8Array(count);
  }

  get count(): number {
    return this.frames.count;
  }

  hasPicture(place: number): boolean {
    const state = this.status[place];
    return state === State.done || state === State.kept;
  }

  counts(): number[] {
    const counts = STATE_NAMES.map(() => 0);
    for (const state of this.status) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  values(heat: Exclude<Heat, "status">): Float32Array | Uint8Array {
    return this[heat];
  }

  /** Between what values the colours of a heat map run: most of them, without the few far out. */
  bounds(heat: Exclude<Heat, "status">): { low: number; high: number } {
    const values = this.values(heat);
    const step = Math.max(1, Math.floor(values.length / 4000));
    const sample: number[] = [];
    for (let place = 0; place < values.length; place += step) {
      const value = values[place] ?? 0;
      if (value > 0) sample.push(value);
    }
    if (sample.length === 0) return { low: 0, high: 1 };
    sample.sort((one, other) => one - other);
    const low = heat === "tries" ? 1 : (sample[Math.floor(sample.length * 0.02)] ?? 0);
    const high = heat === "tries" ? (sample.at(-1) ?? 2) : (sample[Math.floor(sample.length * 0.98)] ?? 1);
    return { low, high: high > low ? high : low + (heat === "tries" ? 1 : Math.max(low * 0.1, 1e-6)) };
  }
}
