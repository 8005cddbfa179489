/** Where a slot stood still: pauses far longer than its usual frame takes. */

/** What is known of one attempt; its frames are in the order in which they were finished. */
export interface Work {
  started: number;
  opened: number | null;
  ended: number | null;
  done: readonly (readonly [frame: number, at: number, seconds: number])[];
}

export interface Pause {
  from: number;
  to: number;
  /** It has not ended. */
  isNow: boolean;
}

/** A pause counts as a stall when it is this many times the usual frame, and this many seconds more. */
const TIMES = 3;
const SECONDS = 3;
/** Newest frames that tell what is usual. */
const SAMPLE = 200;

/** When its first frame could begin; null while it starts up. */
export function readyAt(work: Work): number | null {
  return work.opened ?? (work.done.length > 0 ? work.started : null);
}

/** Seconds of a usual frame, by the newest ones of all attempts; null where too few were seen. */
export function usualFrame(all: readonly Work[]): number | null {
  const sample: number[] = [];
  for (let place = all.length - 1; place >= 0 && sample.length < SAMPLE; place--) {
    for (const [, , seconds] of all[place]?.done.slice(-SAMPLE) ?? []) sample.push(seconds);
  }
  if (sample.length < 2) return null;
  sample.sort((one, other) => one - other);
  return sample[sample.length >> 1] ?? null;
}

/** The pauses of one attempt. What is usual for itself goes before what is usual for others. */
export function stalls(work: Work, usual: number | null, now: number): Pause[] {
  const seconds = usualFrame([work]) ?? usual;
  let before = readyAt(work);
  if (seconds === null || before === null) return [];
  const patience = seconds * TIMES + SECONDS;
  const found: Pause[] = [];
  for (const [, at, took] of work.done) {
    const begin = Math.max(before, at - took);
    if (begin - before > patience) found.push({ from: before, to: begin, isNow: false });
    before = Math.max(before, at);
  }
  const to = work.ended ?? now;
  if (to - before > patience) found.push({ from: before, to, isNow: work.ended === null });
  return found;
}
