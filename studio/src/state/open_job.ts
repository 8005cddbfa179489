/** The job that is looked at: its tasks, frames and attempts, kept current by its events. */
import { signal } from "@preact/signals";
import type {
  AttemptRow,
  Event,
  FailureRow,
  FramesTable,
  JobDetail,
  JobRow,
  TaskRow,
} from "../api/answers";
import { Refused, api } from "../api/http";
import { type Batch, listen } from "../api/stream";
import { Frames, framesText } from "../model/frames";
import { Grid, type Heat, State } from "../model/grid";
import { tellProblem } from "./toasts";

const LETTERS: Record<string, State> = {
  w: State.waiting,
  g: State.given,
  d: State.done,
  k: State.kept,
  t: State.again,
  f: State.failed,
};
const MIB = 1024 * 1024;
/** Details and failures are asked for again after what changes them, but not more often than this. */
const PAUSE = 700;

/** One bar of a lane; `done` grows as frames are finished. */
export interface Bar extends Omit<AttemptRow, "done"> {
  frameSet: Frames;
  done: [frame: number, at: number, seconds: number][];
}

export class OpenJob {
  readonly detail = signal<JobDetail | null>(null);
  readonly failures = signal<readonly FailureRow[]>([]);
  readonly problem = signal<Refused | null>(null);
  /** Grows with whatever changes frames or attempts; canvases draw again. */
  readonly version = signal(0);
  /** The render task whose frames are shown. */
  readonly task = signal("");
  /** Where the cursor stands in that task's frames; -1: nowhere. */
  readonly cursor = signal(-1);
  /** Chosen places, both ends included. */
  readonly chosen = signal<{ from: number; to: number } | null>(null);
  readonly heat = signal<Heat>("status");
  /** Size of a cell; null: all frames fit. */
  readonly cell = signal<number | null>(null);
  readonly grids = new Map<string, Grid>();
  readonly bars: Bar[] = [];
  readonly #byName = new Map<string, Bar>();
  #event = 0;
  /** Newest event that the answer about attempts knew of. */
  #barsEvent = 0;
  /** What the stream told last: it may be newer than an answer that was on its way. */
  #row: JobRow | null = null;
  #waiting: Event[] = [];
  #isReady = false;
  #timer = 0;
  #stop: () => void;

  constructor(readonly id: number) {
    this.#stop = listen((batch) => this.#take(batch));
    void this.load();
  }

  close(): void {
    this.#stop();
    clearTimeout(this.#timer);
  }

  async load(): Promise<void> {
    try {
      const [detail, attempts, failures] = await Promise.all([
        api.job(this.id),
        api.attempts(this.id),
        api.failures(this.id),
      ]);
      const renders = detail.tasks.filter((task) => task.kind === "render");
      const tables = await Promise.all(renders.map((task) => api.frames(this.id, task.id)));
      for (const table of tables) this.grids.set(table.task, gridOf(table));
      for (const row of attempts.attempts) this.#add(row);
      this.failures.value = failures.failures;
      // Events that came meanwhile are carried out on top of the oldest answer.
      this.#barsEvent = attempts.event;
      this.#event = Math.min(attempts.event, ...tables.map((table) => table.event));
      this.#isReady = true;
      this.#carryOut(this.#waiting);
      if (this.#waiting.some(changesDetail)) this.#refreshSoon();
      this.#waiting = [];
      this.task.value = renders[0]?.id ?? "";
      this.detail.value = { ...detail, job: this.#row ?? detail.job };
      this.version.value++;
      this.problem.value = null;
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.problem.value = problem;
      // Nothing answered: the daemon may come back.
      if (problem.status === 0) this.#timer = setTimeout(() => void this.load(), PAUSE);
    }
  }

  get renders(): readonly TaskRow[] {
    return this.detail.value?.tasks.filter((task) => task.kind === "render") ?? [];
  }

  get grid(): Grid | undefined {
    return this.grids.get(this.task.value);
  }

  /** The frames that are chosen, as text. */
  get chosenFrames(): string {
    const chosen = this.chosen.value;
    const grid = this.grid;
    if (chosen === null || grid === undefined) return "";
    const frames: number[] = [];
    for (let place = chosen.from; place <= chosen.to; place++) frames.push(grid.frames.at(place));
    return framesText(frames);
  }

  /** Whether every chosen frame was given up. */
  get areAllGivenUp(): boolean {
    const chosen = this.chosen.value;
    const states = chosen === null ? undefined : this.grid?.status.subarray(chosen.from, chosen.to + 1);
    return states?.every((state) => state === State.failed) ?? false;
  }

  bar(attempt: string): Bar | undefined {
    return this.#byName.get(attempt);
  }

  barOf(grid: Grid, place: number): Bar | undefined {
    const number = grid.attempt[place] ?? 0;
    return number === 0 ? undefined : this.#byName.get(`${this.id}.${number}`);
  }

  #take(batch: Batch): void {
    const mine = (batch.events ?? []).filter((event) => this.#isMine(event));
    const row = batch.jobs?.find((each) => each.id === this.id);
    if (row !== undefined) this.#row = row;
    if (!this.#isReady) {
      this.#waiting.push(...mine);
      return;
    }
    const detail = this.detail.value;
    if (row !== undefined && detail !== null) this.detail.value = { ...detail, job: row };
    if (mine.length > 0) {
      this.#carryOut(mine);
      this.version.value++;
      if (mine.some(changesDetail)) this.#refreshSoon();
    }
  }

  #isMine(event: Event): boolean {
    if (event.job !== undefined) return event.job === this.id;
    return "attempt" in event && event.attempt.startsWith(`${this.id}.`);
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      try {
        const [detail, failures] = await Promise.all([api.job(this.id), api.failures(this.id)]);
        this.detail.value = { ...detail, job: this.#row ?? detail.job };
        this.failures.value = failures.failures;
      } catch (problem) {
        tellProblem(problem);
      }
    }, PAUSE);
  }

  #add(row: AttemptRow): Bar {
    const done = row.done as unknown as [number, number, number][];
    const bar: Bar = { ...row, frameSet: new Frames(row.frames), done: done.map((each) => [...each]) };
    this.bars.push(bar);
    this.#byName.set(row.attempt, bar);
    const grid = this.grids.get(row.task);
    if (grid !== undefined) {
      for (const [frame, at] of done) {
        const place = grid.frames.placeOf(frame);
        if (place >= 0) grid.at[place] = at;
      }
    }
    return bar;
  }

  #carryOut(events: readonly Event[]): void {
    for (const event of events) {
      if (event.number <= this.#event) continue;
      this.#event = event.number;
      this.#one(event);
    }
  }

  #one(event: Event): void {
    switch (event.event) {
      case "attempt_started": {
        const number = Number(event.attempt.split(".")[1]);
        const bar =
          this.#byName.get(event.attempt) ??
          this.#add({ ...NEW, ...event, number, total: 0, started: event.at, done: [] });
        bar.total = bar.frameSet.count;
        const grid = this.grids.get(event.task);
        for (const frame of bar.frameSet) {
          const place = grid?.frames.placeOf(frame) ?? -1;
          if (grid === undefined || place < 0) continue;
          if (event.number > grid.event) grid.status[place] = State.given;
          grid.attempt[place] = number;
          if (event.number > grid.event) grid.tries[place] = Math.min(255, (grid.tries[place] ?? 0) + 1);
        }
        return;
      }
      case "session_opened": {
        const bar = this.#byName.get(event.attempt);
        if (bar === undefined) return;
        bar.opened = event.at;
        bar.is_reused = event.seconds === 0;
        bar.pid = event.pid;
        bar.status = "running";
        return;
      }
      case "frame_finished": {
        const bar = this.#byName.get(event.attempt);
        if (bar === undefined) return;
        if (event.number > this.#barsEvent) {
          bar.finished++;
          bar.done.push([event.frame, event.at, event.seconds]);
        }
        this.#set(bar.task, event.frame, State.done, (grid, place) => {
          grid.seconds[place] = event.seconds;
          grid.memory[place] = event.memory_bytes;
          grid.at[place] = event.at;
          grid.attempt[place] = bar.number;
          grid.edition[place] = ((grid.edition[place] ?? 0) + 1) & 255;
        });
        return;
      }
      case "frame_failed": {
        const bar = this.#byName.get(event.attempt);
        if (bar !== undefined) this.#set(bar.task, event.frame, State.again);
        return;
      }
      case "frame_doubted":
        this.#set(event.task, event.frame, State.again);
        return;
      case "frames_kept":
        for (const frame of new Frames(event.frames)) this.#set(event.task, frame, State.kept);
        return;
      case "frames_requeued":
        for (const frame of new Frames(event.frames)) this.#set(event.task, frame, State.waiting);
        return;
      case "frames_given_back": {
        const bar = this.#byName.get(event.attempt);
        if (bar === undefined) return;
        for (const frame of new Frames(event.frames)) this.#free(bar, frame, State.waiting);
        return;
      }
      case "slot_freed": {
        const bar = this.#byName.get(event.attempt);
        if (bar !== undefined) bar.status = "finishing";
        return;
      }
      case "attempt_succeeded":
        this.#end(event.attempt, event.at, "succeeded");
        return;
      case "attempt_stopped":
        this.#end(event.attempt, event.at, "stopped");
        return;
      case "attempt_lost":
        this.#end(event.attempt, event.at, "lost");
        return;
      case "attempt_failed": {
        const bar = this.#end(event.attempt, event.at, "failed");
        if (bar !== undefined) {
          bar.kind = event.failure.kind;
          bar.reason = event.failure.reason;
          if (event.suspect !== null) this.#set(bar.task, event.suspect, State.again);
        }
        return;
      }
      case "task_ended":
        for (const frame of new Frames(event.missing)) this.#set(event.task, frame, State.failed);
        return;
      default:
        return;
    }
  }

  #end(attempt: string, at: number, status: string): Bar | undefined {
    const bar = this.#byName.get(attempt);
    if (bar === undefined) return undefined;
    bar.ended = at;
    bar.status = status;
    for (const frame of bar.frameSet) this.#free(bar, frame, State.waiting);
    return bar;
  }

  /** A frame that an attempt held and did not finish. */
  #free(bar: Bar, frame: number, state: State): void {
    const grid = this.grids.get(bar.task);
    const place = grid?.frames.placeOf(frame) ?? -1;
    if (grid === undefined || place < 0 || grid.attempt[place] !== bar.number) return;
    if (grid.status[place] === State.given) this.#set(bar.task, frame, state);
  }

  #set(task: string, frame: number, state: State, more?: (grid: Grid, place: number) => void): void {
    const grid = this.grids.get(task);
    const place = grid?.frames.placeOf(frame) ?? -1;
    if (grid === undefined || place < 0) return;
    grid.status[place] = state;
    more?.(grid, place);
    grid.version++;
  }
}

const NEW = {
  opened: null,
  is_reused: false,
  ended: null,
  status: "starting",
  finished: 0,
  pid: 0,
  kind: "",
  reason: "",
};

const CHANGES = new Set([
  "layout_chosen",
  "attempt_failed",
  "frame_failed",
  "frame_doubted",
  "task_ended",
  "job_finished",
  "queue_held",
  "queue_released",
  "wish_changed",
  "frames_requeued",
]);

function changesDetail(event: Event): boolean {
  return CHANGES.has(event.event);
}

function gridOf(table: FramesTable): Grid {
  const grid = new Grid(table.task, table.frames, table.event);
  for (let place = 0; place < grid.count; place++) {
    grid.status[place] = LETTERS[table.states[place] ?? "w"] ?? State.waiting;
    grid.seconds[place] = table.seconds[place] ?? 0;
    grid.memory[place] = (table.memory[place] ?? 0) * MIB;
    grid.tries[place] = Math.min(255, table.tries[place] ?? 0);
    grid.attempt[place] = table.attempts[place] ?? 0;
  }
  return grid;
}

/** The one that is looked at now. */
export const openJob = signal<OpenJob | null>(null);

export function look(job: number | null): void {
  if (openJob.peek()?.id === job) return;
  openJob.peek()?.close();
  openJob.value = job === null ? null : new OpenJob(job);
}
