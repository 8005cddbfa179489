/** All jobs, as rows; the stream keeps them current. */
import { computed, effect, signal } from "@preact/signals";
import type { JobRow, SlotRow } from "../api/answers";
import { type Verb, Refused, api } from "../api/http";
import { type Batch, listen, open, returns } from "../api/stream";
import { plain } from "../model/format";
import { words } from "../words";
import { address } from "./route";
import { tell, tellEnd, tellProblem } from "./toasts";

export const rows = signal<ReadonlyMap<number, JobRow>>(new Map());
export const slots = signal<ReadonlyMap<string, SlotRow>>(new Map());

/** Whether the first answer is here; before it an empty queue says nothing. */
export const isLoaded = signal(false);

/** Why the page cannot go on: no cookie, no daemon. */
export const barrier = signal<Refused | null>(null);

const OVER = new Set(["done", "incomplete", "failed", "cancelled", "interrupted"]);
const ENDS = new Set(["attempt_succeeded", "attempt_failed", "attempt_stopped", "attempt_lost"]);
const PAUSE = 1500;

export function isOver(row: JobRow): boolean {
  return OVER.has(row.status);
}

/** Jobs as they will be taken up: live ones by priority and age, then what is over, newest first. */
export const inOrder = computed(() =>
  [...rows.value.values()].sort((one, other) => {
    const over = Number(isOver(one)) - Number(isOver(other));
    if (over !== 0) return over;
    if (isOver(one)) return other.id - one.id;
    return other.priority - one.priority || one.id - other.id;
  }),
);

export async function begin(): Promise<void> {
  try {
    const list = await api.jobs();
    rows.value = listed(list.jobs);
    isLoaded.value = true;
    barrier.value = null;
    listen(take);
    open(list.event);
  } catch (problem) {
    barrier.value = problem instanceof Refused ? problem : new Refused(0, String(problem));
    if (barrier.value.status !== 401) setTimeout(begin, PAUSE);
  }
}

/** What was forgotten while the connection was cut is in no event: look at the whole list again. */
effect(() => {
  if (returns.value === 0) return;
  api.jobs().then((list) => {
    rows.value = listed(list.jobs);
    slots.value = new Map();
  }, tellProblem);
});

/** A list may be older than what the stream has told meanwhile: progress never runs backwards. */
function listed(jobs: readonly JobRow[]): ReadonlyMap<number, JobRow> {
  const seen = rows.peek();
  return new Map(
    jobs.map((row) => {
      const before = seen.get(row.id);
      const isBehind = before !== undefined && !isOver(before) && !isOver(row) && before.progress > row.progress;
      return [row.id, isBehind ? { ...row, progress: before.progress } : row];
    }),
  );
}

function take(batch: Batch): void {
  if (batch.jobs !== undefined || batch.gone !== undefined) {
    const next = new Map(rows.value);
    for (const row of batch.jobs ?? []) {
      const before = next.get(row.id);
      next.set(row.id, row);
      if (before !== undefined && !isOver(before) && isOver(row)) sayEnd(row);
    }
    for (const job of batch.gone ?? []) next.delete(job);
    rows.value = next;
  }
  const ended = (batch.events ?? []).filter((event) => ENDS.has(event.event));
  if (batch.slots !== undefined || ended.length > 0) {
    const next = new Map(slots.value);
    for (const slot of batch.slots ?? []) next.set(slot.attempt, slot);
    for (const event of ended) if ("attempt" in event) next.delete(event.attempt);
    slots.value = next;
  }
}

function sayEnd(row: JobRow): void {
  const tone = row.status === "done" ? "done" : row.status === "failed" ? "failed" : "incomplete";
  if (row.status === "cancelled") return;
  tellEnd({
    tone,
    title: words.ended(plain(row.name), words.status[row.status] ?? row.status),
    text: words.framesOf(row.done, row.total),
    href: address({ view: "job", job: row.id, tab: row.status === "done" ? "film" : "frames" }),
  });
}

/** Carry a wish to jobs; what refused is told. */
export async function wish(verb: Verb, jobs: readonly number[]): Promise<void> {
  if (jobs.length === 0) return;
  try {
    const done = await api.many(verb, jobs);
    const refused = Object.entries(done.refused);
    if (refused.length > 0) {
      const text = refused.slice(0, 3).map(([job, why]) => `${job}: ${why}`).join("\n");
      tell({ tone: "failed", title: words.notAll(refused.length), text, href: null });
    }
  } catch (problem) {
    tellProblem(problem);
  }
}

export async function setPriority(jobs: readonly JobRow[], change: (old: number) => number): Promise<void> {
  try {
    for (const row of jobs) await api.priority(row.id, change(row.priority));
  } catch (problem) {
    tellProblem(problem);
  }
}

/** Put live jobs into this order; shown at once, and as the daemon says soon after. */
export async function reorder(jobs: readonly number[]): Promise<void> {
  try {
    await api.queue(jobs);
  } catch (problem) {
    tellProblem(problem);
  }
}
