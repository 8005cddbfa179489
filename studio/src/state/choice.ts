/** Which rows of the queue are chosen, and where the cursor stands: by job, so that sorting keeps both. */
import { signal } from "@preact/signals";

export const chosen = signal<ReadonlySet<number>>(new Set());
export const cursor = signal<number | null>(null);

/** Where a stretch begins that Shift extends. */
let anchor: number | null = null;

export function chooseOnly(job: number): void {
  chosen.value = new Set([job]);
  cursor.value = job;
  anchor = job;
}

export function toggle(job: number): void {
  const next = new Set(chosen.value);
  if (!next.delete(job)) next.add(job);
  chosen.value = next;
  cursor.value = job;
  anchor = job;
}

/** The cursor alone; from here Shift begins. */
export function walkTo(job: number): void {
  cursor.value = job;
  anchor = job;
}

/** From the anchor to this job, in the order they are shown. */
export function extend(job: number, shown: readonly number[]): void {
  const to = shown.indexOf(job);
  const begin = shown.indexOf(anchor ?? job);
  // It may not be among those that are shown now.
  const from = begin < 0 ? to : begin;
  chosen.value = new Set(shown.slice(Math.min(from, to), Math.max(from, to) + 1));
  cursor.value = job;
}

export function chooseAll(shown: readonly number[]): void {
  chosen.value = new Set(shown);
}

export function chooseNone(): void {
  chosen.value = new Set();
}
