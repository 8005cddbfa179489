/** The lines of one attempt: those that were fetched or came by the stream, by their number. */
import { signal } from "@preact/signals";
import type { LogLine } from "../api/answers";
import { api } from "../api/http";
import { type Batch, follow, listen } from "../api/stream";

const PAGE = 500;
/** Pages kept; what was dropped is fetched again when it is looked at. */
const MOST_PAGES = 400;
const MOST_FOUND = 20_000;

/** Where the log is to be opened next: set by whoever leads there. */
export const wanted = signal<{ job: number; attempt: number; frame: number | null } | null>(null);

export function lookAtLog(job: number, attempt: number, frame: number | null): void {
  wanted.value = { job, attempt, frame };
}

export class AttemptLog {
  /** Grows with the lines; the list draws again. */
  readonly version = signal(0);
  readonly total = signal(0);
  readonly isOver = signal(false);
  readonly isLoading = signal(true);
  readonly problem = signal("");
  readonly #pages = new Map<number, (LogLine | undefined)[]>();
  readonly #asked = new Set<number>();
  #stop: () => void;

  constructor(
    readonly job: number,
    readonly attempt: number,
  ) {
    this.#stop = listen((batch) => this.#take(batch));
    void this.#begin();
  }

  get name(): string {
    return `${this.job}.${this.attempt}`;
  }

  close(): void {
    this.#stop();
    follow(null);
  }

  line(number: number): LogLine | undefined {
    return this.#pages.get(Math.floor(number / PAGE))?.[number % PAGE];
  }

  /** Lines that came in sight: those that are not here are fetched. */
  see(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page++) {
      if (this.line(Math.min(this.total.value - 1, page * PAGE)) === undefined) void this.#fetch(page);
    }
  }

  /** Number of the first line of a frame; null where there is none. */
  async placeOf(frame: number): Promise<number | null> {
    const page = await api.log(this.job, { attempt: this.attempt, frame, limit: 1 });
    return page.lines[0]?.number ?? null;
  }

  /** All lines that hold a text, or warn; asked for page by page until `signal` says no more. */
  async *find(search: string, only: string, signal: AbortSignal): AsyncGenerator<readonly LogLine[]> {
    let after: number | null = 0;
    let found = 0;
    while (after !== null && found < MOST_FOUND) {
      const page: Awaited<ReturnType<typeof api.log>> = await api.log(
        this.job,
        { attempt: this.attempt, search, only, after, limit: PAGE },
        signal,
      );
      found += page.lines.length;
      yield page.lines;
      after = page.next;
    }
  }

  async #begin(): Promise<void> {
    try {
      const page = await api.log(this.job, { attempt: this.attempt, tail: PAGE });
      this.#keep(page.lines);
      this.total.value = Math.max(this.total.value, page.total);
      this.isOver.value = page.is_over;
      if (!page.is_over) follow(this.name);
    } catch (problem) {
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    }
    this.isLoading.value = false;
    this.version.value++;
  }

  async #fetch(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const answer = await api.log(this.job, { attempt: this.attempt, after: page * PAGE, limit: PAGE });
      this.#keep(answer.lines);
      this.version.value++;
    } catch (problem) {
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    } finally {
      this.#asked.delete(page);
    }
  }

  #keep(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const number = Math.floor(line.number / PAGE);
      let page = this.#pages.get(number);
      if (page === undefined) {
        page = [];
        this.#pages.set(number, page);
        const oldest = this.#pages.keys().next().value;
        if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
      }
      page[line.number % PAGE] = line;
    }
  }

  #take(batch: Batch): void {
    const told = batch.lines;
    if (told === undefined || told.attempt !== this.name) return;
    const last = told.lines.at(-1);
    if (told.is_new && last !== undefined && last.number + 1 < this.total.value) this.#pages.clear();
    this.#keep(told.lines);
    if (last !== undefined) {
      this.total.value = told.is_new ? last.number + 1 : Math.max(this.total.value, last.number + 1);
    }
    this.isOver.value = told.is_over;
    this.version.value++;
  }
}
