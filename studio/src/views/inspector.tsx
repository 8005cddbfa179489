/** One frame, beside the grid: its picture, what is known of it, the log at that place, once more. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JobDetail, LogLine, SlotRow } from "../api/answers";
import { api, files } from "../api/http";
import { bytes, count, duration, instant, percent, plain } from "../model/format";
import { type Grid, STATE_NAMES } from "../model/grid";
import { Icon } from "../parts/icon";
import { lookAtLog } from "../state/log";
import type { OpenJob } from "../state/open_job";
import { isOver, slots } from "../state/queue";
import { address } from "../state/route";
import { tell, tellProblem } from "../state/toasts";
import { words } from "../words";

export function Inspector({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  const grid = job.grid;
  const place = job.cursor.value;
  void job.version.value;
  return (
    <aside id="inspector" class="inspector" tabIndex={-1} aria-label={words.inspector}>
      {grid === undefined || place < 0 ? (
        <Summary job={job} detail={detail} />
      ) : (
        <OneFrame key={`${grid.task}/${place}`} job={job} grid={grid} place={place} />
      )}
    </aside>
  );
}

function OneFrame({ job, grid, place }: { job: OpenJob; grid: Grid; place: number }) {
  const frame = grid.frames.at(place);
  const bar = job.barOf(grid, place);
  const state = STATE_NAMES[grid.status[place] ?? 0] ?? "waiting";
  const chosen = job.chosen.value;
  const many = chosen === null ? 1 : chosen.to - chosen.from + 1;
  const seconds = grid.seconds[place] ?? 0;
  const memory = grid.memory[place] ?? 0;
  const at = grid.at[place] ?? 0;
  const row = job.detail.value?.job;
  // Another job cannot write the files of one that is live.
  const canAgain = job.areAllGivenUp || (row !== undefined && isOver(row));
  const again = async () => {
    const frames = many > 1 ? job.chosenFrames : String(frame);
    try {
      // What was given up is tried again in its job; what is whole needs a job of its own.
      if (job.areAllGivenUp) {
        await api.retry(job.id, frames);
        return;
      }
      const { job: next } = await api.again(job.id, frames);
      const href = address({ view: "job", job: next, tab: "frames" });
      tell({ tone: "plain", title: words.againAs(next), text: words.framesNamed(frames), href });
    } catch (problem) {
      tellProblem(problem);
    }
  };
  return (
    <>
      <div class="row">
        <h2>{words.frame(frame)}</h2>
        <span class={`state-word ${state}`}>{words.states[state]}</span>
        <span class="grow" />
        <button
          class="button bare square"
          aria-label={words.close}
          onClick={() => {
            job.cursor.value = -1;
            job.chosen.value = null;
          }}
        >
          <Icon name="cancel" />
        </button>
      </div>
      {grid.hasPicture(place) ? (
        <a class="picture" href={files.picture(job.id, grid.task, frame, grid.edition[place])} target="_blank" rel="noreferrer">
          <img
            src={files.thumbnail(job.id, grid.task, frame, 640, grid.edition[place])}
            alt={words.pictureOf(frame)}
          />
        </a>
      ) : (
        <div class="picture none">{words.noPicture}</div>
      )}
      <dl class="facts">
        {seconds > 0 && (<><dt>{words.renderTime}</dt><dd>{duration(seconds)}</dd></>)}
        {memory > 0 && (<><dt>{words.memory}</dt><dd>{bytes(memory)}</dd></>)}
        {at > 0 && (<><dt>{words.finishedAt}</dt><dd>{instant(at)}</dd></>)}
        <dt>{words.triesName}</dt><dd>{grid.tries[place] ?? 0}</dd>
        {bar !== undefined && (
          <>
            <dt>{words.attemptName}</dt>
            <dd>{bar.number} · {words.inSlot(bar.slot + 1)} · {words.threads(bar.threads)}</dd>
          </>
        )}
        {bar !== undefined && bar.reason !== "" && (<><dt>{words.reason}</dt><dd class="lost">{bar.reason}</dd></>)}
      </dl>
      <div class="row wrap">
        {canAgain && (
          <button class="button" onClick={() => void again()}>
            <Icon name="retry" /> {many > 1 ? words.renderManyAgain(many) : words.renderFrameAgain}
          </button>
        )}
        {bar !== undefined && (
          <a
            class="button"
            href={address({ view: "job", job: job.id, tab: "log" })}
            onClick={() => lookAtLog(job.id, bar.number, frame)}
          >
            <Icon name="log" /> {words.logHere}
          </a>
        )}
      </div>
      {bar !== undefined && <LinesOf job={job.id} attempt={bar.number} frame={frame} />}
    </>
  );
}

/** What was printed while the frame was in work. */
function LinesOf({ job, attempt, frame }: { job: number; attempt: number; frame: number }) {
  const lines = useSignal<readonly LogLine[] | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    api
      .log(job, { attempt, frame, limit: 40 }, leaving.signal)
      .then((page) => (lines.value = page.lines.filter((line) => line.frame === frame)))
      .catch(() => (lines.value = []));
    return () => leaving.abort();
  }, []);
  if (lines.value === null || lines.value.length === 0) return null;
  return (
    <pre class="last-lines" tabIndex={0} aria-label={words.linesOfFrame(frame)}>
      {lines.value.map((line) => (
        <span class={line.level}>{line.text}{"\n"}</span>
      ))}
    </pre>
  );
}

/** Where no frame is chosen: the slots at work, and what the job is. */
function Summary({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  const mine = [...slots.value.values()].filter((slot) => slot.job === job.id);
  const known = mine.length > 0 ? mine : detail.slots.filter(() => detail.job.finished === null);
  const task = detail.tasks.find((each) => each.id === job.task.value);
  return (
    <>
      <h2>{words.slotsAtWork}</h2>
      {known.length === 0 ? (
        <p class="soft">{words.noSlots}</p>
      ) : (
        <ul class="slots">
          {[...known].sort((one, other) => one.slot - other.slot).map((slot) => <SlotLine key={slot.attempt} slot={slot} />)}
        </ul>
      )}
      {task !== undefined && task.reason !== "" && (
        <p class="soft">{words.because(words.slotsOf(task.slots, task.threads), task.reason)}</p>
      )}
      <h2>{words.job}</h2>
      <dl class="facts">
        <dt>{words.scene}</dt><dd>{detail.job.scene}</dd>
        <dt>{words.renderer}</dt><dd>{detail.job.renderer}</dd>
        {task?.width != null && (
          <><dt>{words.size}</dt><dd>{task.width} × {task.height}{task.fps === "" ? "" : ` · ${words.fps(task.fps)}`}</dd></>
        )}
        {detail.job.outputs.map((output) => (<><dt>{words.output}</dt><dd>{output}</dd></>))}
        {task !== undefined && task.seconds_per_frame > 0 && (
          <><dt>{words.perFrame}</dt><dd>{duration(task.seconds_per_frame)}</dd></>
        )}
        <dt>{words.priority}</dt><dd>{detail.job.priority}</dd>
        {detail.job.note !== "" && (<><dt>{words.note}</dt><dd>{plain(detail.job.note)}</dd></>)}
      </dl>
      <p class="faint">{words.clickFrame}</p>
    </>
  );
}

export function SlotLine({ slot }: { slot: SlotRow }) {
  const part = (slot.percent ?? 0) / 100;
  return (
    <li>
      <span class={`dot ${slot.status}`} />
      <span class="grow">
        <span class="row">
          <strong>{words.slotNumber(slot.slot + 1)}</strong>
          <span class="clip">
            {slot.frame === null ? (words.attemptStatus[slot.status] ?? slot.status) : words.frame(slot.frame)}
          </span>
          <span class="grow" />
          <span class="faint">
            {slot.percent === null ? "" : `${percent(part)} · `}
            {slot.memory_bytes === 0 ? "" : bytes(slot.memory_bytes)}
          </span>
        </span>
        <span class="row faint small">
          {words.doneBySlot(count(slot.finished))}
          {slot.seconds_per_frame !== null && slot.seconds_per_frame > 0 && ` · ${words.each(duration(slot.seconds_per_frame))}`}
          {slot.cpu_percent !== null && ` · ${words.cpu(Math.round(slot.cpu_percent))}`}
        </span>
      </span>
    </li>
  );
}
