/** The first look at a job: what failed, the frame grid, the lanes, and one frame beside them. */
import { useSignal } from "@preact/signals";
import type { JobDetail } from "../api/answers";
import { bytes, count, duration } from "../model/format";
import { HEATS, type Heat, STATE_NAMES } from "../model/grid";
import { RAMP } from "../parts/cells";
import { Icon } from "../parts/icon";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";
import { FailureBoxes } from "./failure";
import { FrameGrid, LARGEST, SMALLEST } from "./frame_grid";
import { frameStory } from "./frame_story";
import { Inspector } from "./inspector";
import { Lanes } from "./lanes";

export function FramesTab({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  const hover = useSignal(-1);
  const grid = job.grid;
  const task = detail.tasks.find((each) => each.id === job.task.value);
  return (
    <div class="job-body">
      <div class="job-main">
        <FailureBoxes job={job} />
        {grid !== undefined && (
          <section class="card frames" aria-labelledby="frames-title">
            <header>
              <h2 id="frames-title">{words.frames}</h2>
              {job.renders.length > 1 && (
                <select
                  class="input"
                  aria-label={words.target}
                  value={job.task.value}
                  onChange={(event) => {
                    job.task.value = event.currentTarget.value;
                    job.cursor.value = -1;
                    job.chosen.value = null;
                  }}
                >
                  {job.renders.map((task) => (
                    <option value={task.id}>{task.target || task.id}</option>
                  ))}
                </select>
              )}
              <div class="segments" role="group" aria-label={words.colourBy}>
                {HEATS.map((each) => (
                  <button aria-pressed={job.heat.value === each} onClick={() => (job.heat.value = each)}>
                    {words.heats[each]}
                  </button>
                ))}
              </div>
              <span class="grow" />
              <Zoom job={job} />
            </header>
            <FrameGrid
              job={job}
              grid={grid}
              shape={task?.width != null && task.height != null ? task.width / task.height : 16 / 9}
              onOpen={() => document.getElementById("inspector")?.focus()}
              onHover={(place) => (hover.value = place)}
            />
            <footer>
              <Legend job={job} heat={job.heat.value} />
              <span class="grow" />
              <span class="clip">{hover.value < 0 ? "" : frameStory(job, grid, hover.value)}</span>
            </footer>
          </section>
        )}
        <Lanes job={job} />
      </div>
      <Inspector job={job} detail={detail} />
    </div>
  );
}

function Legend({ job, heat }: { job: OpenJob; heat: Heat }) {
  void job.version.value;
  const grid = job.grid;
  if (grid === undefined) return null;
  if (heat === "status") {
    const counts = grid.counts();
    return (
      <span class="legend">
        {STATE_NAMES.map((name, index) =>
          (counts[index] ?? 0) === 0 ? null : (
            <span class="key">
              <i class={`cell-${name}`} />
              {words.states[name]} <b>{count(counts[index] ?? 0)}</b>
            </span>
          ),
        )}
      </span>
    );
  }
  const { low, high } = grid.bounds(heat);
  const text = heat === "seconds" ? duration : heat === "memory" ? bytes : (value: number) => String(Math.round(value));
  return (
    <span class="legend">
      <span>{text(low)}</span>
      <i class="ramp" style={{ background: `linear-gradient(90deg, ${RAMP.join(", ")})` }} />
      <span>{text(high)}</span>
    </span>
  );
}

function Zoom({ job }: { job: OpenJob }) {
  const part = job.cell.value === null ? 0 : Math.log(job.cell.value / SMALLEST) / Math.log(LARGEST / SMALLEST);
  return (
    <span class="zoom">
      <Icon name="grid" />
      <input
        type="range"
        min={0}
        max={100}
        value={Math.round(part * 100)}
        aria-label={words.zoom}
        onInput={(event) => {
          const wanted = Number(event.currentTarget.value) / 100;
          job.cell.value = wanted === 0 ? null : Math.round(SMALLEST * (LARGEST / SMALLEST) ** wanted);
        }}
      />
      <button class="button bare" aria-pressed={job.cell.value === null} onClick={() => (job.cell.value = null)}>
        {words.fit}
      </button>
    </span>
  );
}
