/** A job's status as a word in its colour, and its progress as a bar with a number. */
import type { JobRow } from "../api/answers";
import { percent } from "../model/format";
import { words } from "../words";

export function StatusPill({ row }: { row: JobRow }) {
  const isStarting = row.status === "running" && row.phase === "starting";
  const tone = isStarting ? "starting" : row.status;
  const text =
    row.status === "running"
      ? (words.phase[row.phase] ?? row.phase)
      : (words.status[row.status] ?? row.status);
  return (
    <span class={`pill ${tone}`} title={row.held_because || undefined}>
      {text}
    </span>
  );
}

export function Bar({ part, tone, label }: { part: number; tone: string; label: string }) {
  return (
    <div
      class={`bar ${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(part * 100)}
      aria-valuetext={percent(part)}
    >
      <i style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}
