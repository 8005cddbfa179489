/** The columns of the queue: how each sorts. */
import type { JobRow } from "../api/answers";

export type ColumnName =
  | "id"
  | "name"
  | "status"
  | "progress"
  | "frames"
  | "eta"
  | "slots"
  | "priority"
  | "renderer"
  | "submitted";

export interface Sorting {
  column: ColumnName;
  isDown: boolean;
}

const RANK = ["running", "held", "queued", "interrupted", "failed", "incomplete", "cancelled", "done"];

const KEYS: Record<ColumnName, (row: JobRow) => number | string> = {
  id: (row) => row.id,
  name: (row) => row.name.toLowerCase(),
  status: (row) => RANK.indexOf(row.status),
  progress: (row) => row.progress,
  frames: (row) => row.total,
  eta: (row) => row.eta?.latest ?? Number.MAX_VALUE,
  slots: (row) => row.slots,
  priority: (row) => row.priority,
  renderer: (row) => row.renderer,
  submitted: (row) => row.submitted,
};

export const COLUMNS = Object.keys(KEYS) as ColumnName[];

export function sorted(rows: readonly JobRow[], sorting: Sorting | null): readonly JobRow[] {
  if (sorting === null) return rows;
  const key = KEYS[sorting.column];
  const sign = sorting.isDown ? -1 : 1;
  return [...rows].sort((one, other) => {
    const left = key(one);
    const right = key(other);
    return left < right ? -sign : left > right ? sign : other.id - one.id;
  });
}

export const FILTERS = ["all", "live", "done", "troubled"] as const;
export type Filter = (typeof FILTERS)[number];

export function fits(row: JobRow, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "live":
      return row.status === "queued" || row.status === "running" || row.status === "held";
    case "done":
      return row.status === "done";
    case "troubled":
      return row.lost > 0 || ["failed", "incomplete", "interrupted"].includes(row.status);
  }
}

/** Every word of the search stands somewhere in the row. */
export function matches(row: JobRow, search: string): boolean {
  const text = `${row.id} ${row.name} ${row.scene} ${row.renderer} ${row.note} ${row.status}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
