/** The frame grid as a table: the same facts for those who read or search rather than look. */
import { useComputed, useSignal } from "@preact/signals";
import { bytes, count, duration } from "../model/format";
import { STATE_NAMES } from "../model/grid";
import { Virtual } from "../parts/virtual";
import type { OpenJob } from "../state/open_job";
import { address } from "../state/route";
import { words } from "../words";

const ROW = 26;

export function TableTab({ job }: { job: OpenJob }) {
  const only = useSignal(-1);
  const cursor = useSignal(0);
  const turn = useSignal(0);
  const grid = job.grid;
  const places = useComputed(() => {
    void job.version.value;
    if (only.value < 0 || grid === undefined) return null;
    const found: number[] = [];
    grid.status.forEach((state, place) => state === only.value && found.push(place));
    return found;
  });
  if (grid === undefined) return <div class="empty">{words.noFrames}</div>;
  void job.version.value;
  const total = places.value?.length ?? grid.count;
  const counts = grid.counts();
  const at = Math.min(cursor.value, total - 1);
  const walk = (to: number) => {
    cursor.value = Math.max(0, Math.min(total - 1, to));
    turn.value++;
  };
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 20,
      PageUp: at - 20,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) walk(to);
    else if (event.key === "Enter") {
      job.cursor.value = places.value?.[at] ?? at;
      location.hash = address({ view: "job", job: job.id, tab: "frames" });
    } else return;
    event.preventDefault();
  };
  return (
    <div class="frames-table">
      <div class="tools">
        <label class="row">
          {words.statusName}
          <select class="input" value={only.value} onChange={(event) => (only.value = Number(event.currentTarget.value))}>
            <option value={-1}>{words.allFrames(count(grid.count))}</option>
            {STATE_NAMES.map((name, index) => (
              <option value={index}>{words.states[name]} ({count(counts[index] ?? 0)})</option>
            ))}
          </select>
        </label>
        <span class="faint">{words.tableHint}</span>
      </div>
      <div
        class="grid-table"
        role="grid"
        tabIndex={0}
        aria-label={words.frames}
        aria-rowcount={total + 1}
        {...(total > 0 ? { "aria-activedescendant": `frame-${at}` } : {})}
        onKeyDown={onKey}
      >
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} class="frame-line head">
            {[words.frameName, words.statusName, words.renderTime, words.memory, words.triesName, words.attemptName, words.slot].map((name) => (
              <span role="columnheader">{name}</span>
            ))}
          </div>
        </div>
        <Virtual
          count={total}
          height={ROW}
          show={{ at, turn: turn.value }}
          attributes={{ role: "rowgroup" }}
          row={(index, style) => {
            const place = places.value?.[index] ?? index;
            const seconds = grid.seconds[place] ?? 0;
            const memory = grid.memory[place] ?? 0;
            const bar = job.barOf(grid, place);
            const state = STATE_NAMES[grid.status[place] ?? 0] ?? "waiting";
            return (
              <div
                key={index}
                id={`frame-${index}`}
                role="row"
                aria-rowindex={index + 2}
                class={`frame-line ${index === at ? "cursor" : ""}`}
                style={style}
                onClick={() => (cursor.value = index)}
              >
                <span role="gridcell">{grid.frames.at(place)}</span>
                <span role="gridcell" class={`state-word ${state}`}>{words.states[state]}</span>
                <span role="gridcell">{seconds > 0 ? duration(seconds) : ""}</span>
                <span role="gridcell">{memory > 0 ? bytes(memory) : ""}</span>
                <span role="gridcell">{grid.tries[place] || ""}</span>
                <span role="gridcell">{bar?.number ?? ""}</span>
                <span role="gridcell">{bar === undefined ? "" : bar.slot + 1}</span>
              </div>
            );
          }}
        />
      </div>
    </div>
  );
}
