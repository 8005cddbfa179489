/** One frame in a sentence, for readers of screens and for tooltips. */
import { bytes, duration } from "../model/format";
import { type Grid, STATE_NAMES } from "../model/grid";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";

export function frameStory(job: OpenJob, grid: Grid, place: number): string {
  const name = STATE_NAMES[grid.status[place] ?? 0] ?? "waiting";
  const parts = [words.frame(grid.frames.at(place)), words.states[name]];
  const seconds = grid.seconds[place] ?? 0;
  const memory = grid.memory[place] ?? 0;
  const tries = grid.tries[place] ?? 0;
  const bar = job.barOf(grid, place);
  if (seconds > 0) parts.push(duration(seconds));
  if (memory > 0) parts.push(bytes(memory));
  if (tries > 1) parts.push(words.tries(tries));
  if (bar !== undefined) parts.push(words.inSlot(bar.slot + 1));
  return parts.join(", ");
}
