/** One job: its head with progress and verbs, and its tabs. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JobDetail } from "../api/answers";
import { count, duration, percent, plain, range } from "../model/format";
import { Icon, type IconName } from "../parts/icon";
import { Bar, StatusPill } from "../parts/status";
import { type OpenJob, look, openJob } from "../state/open_job";
import { isOver, wish } from "../state/queue";
import { JOB_TABS, type JobTab, address } from "../state/route";
import { words } from "../words";
import { CancelDialog } from "./queue_dialogs";
import { DetailsTab } from "./job_details";
import { FilmTab } from "./film";
import { FramesTab } from "./job_frames";
import { LogTab } from "./log";
import { Slots } from "./job_slots";
import { TableTab } from "./job_table";

const TAB_ICONS: Record<JobTab, IconName> = {
  frames: "grid",
  table: "table",
  log: "log",
  film: "film",
  details: "info",
};

export function JobView({ id, tab }: { id: number; tab: JobTab }) {
  useEffect(() => look(id), [id]);
  const job = openJob.value;
  if (job?.problem.value != null) {
    return (
      <main id="main" class="view">
        <div class="empty">
          <Icon name="warning" />
          <h1>{job.problem.value.message}</h1>
          <a class="button" href={address({ view: "queue" })}>{words.backToQueue}</a>
        </div>
      </main>
    );
  }
  const detail = job?.detail.value;
  if (job === null || job.id !== id || detail == null) {
    return <main id="main" class="view"><div class="empty" role="status">{words.loading}</div></main>;
  }
  return (
    <main id="main" class="view fixed">
      <Head job={job} detail={detail} />
      <nav class="tabs" aria-label={words.partsOfJob}>
        {JOB_TABS.map((each) => (
          <a
            href={address({ view: "job", job: id, tab: each })}
            {...(each === tab ? { "aria-current": "page" as const } : {})}
          >
            <Icon name={TAB_ICONS[each]} /> {words.tabs[each]}
          </a>
        ))}
      </nav>
      {tab === "frames" && <FramesTab job={job} detail={detail} />}
      {tab === "table" && <TableTab job={job} />}
      {tab === "log" && <LogTab job={job} />}
      {tab === "film" && <FilmTab job={job} detail={detail} />}
      {tab === "details" && <DetailsTab job={job} detail={detail} />}
    </main>
  );
}

function Head({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  const asks = useSignal(false);
  const row = detail.job;
  const over = isOver(row);
  const canRetry = row.lost > 0 || (over && row.status !== "done");
  return (
    <header class="job-head">
      <div class="row">
        <a class="button bare square" href={address({ view: "queue" })} aria-label={words.backToQueue}>
          <Icon name="left" />
        </a>
        <h1 class="clip">{plain(row.name)}</h1>
        <span class="faint">#{row.id}</span>
        <StatusPill row={row} />
        {row.held_because !== "" && <span class="soft clip">{row.held_because}</span>}
        <span class="grow" />
        {!over && (
          <button class="button" onClick={() => void wish(row.wish === "hold" ? "release" : "hold", [row.id])}>
            <Icon name={row.wish === "hold" ? "release" : "hold"} />
            {row.wish === "hold" ? words.release : words.hold}
          </button>
        )}
        {canRetry && (
          <button class="button first" onClick={() => void wish("retry", [row.id])}>
            <Icon name="retry" /> {words.retry}
          </button>
        )}
        <a class="button" href={address({ view: "new", like: row.id })}>
          <Icon name="copy" /> {words.renderAgain}
        </a>
        {!over && (
          <button class="button risky" onClick={() => (asks.value = true)}>
            <Icon name="cancel" /> {words.cancel}
          </button>
        )}
      </div>
      <div class="job-numbers">
        <div class="job-bar">
          <Bar part={row.progress} tone={row.status} label={words.progressOf(row.name)} />
          <strong>{percent(row.progress)}</strong>
        </div>
        <Number name={words.frames} value={`${count(row.done)} / ${count(row.total)}`} />
        {row.lost > 0 && <Number name={words.lostFrames} value={count(row.lost)} tone="lost" />}
        {!over && <Number name={words.left} value={row.eta === null ? "–" : range(row.eta.soonest, row.eta.latest)} />}
        <Number name={words.elapsed} value={<Elapsed detail={detail} />} />
        <Number name={words.concurrency} value={<Slots job={job} detail={detail} />} />
      </div>
      {asks.value && <CancelDialog jobs={[row]} onClose={() => (asks.value = false)} />}
    </header>
  );
}

function Elapsed({ detail }: { detail: JobDetail }) {
  const turn = useSignal(0);
  const { started, finished } = detail.job;
  useEffect(() => {
    if (finished !== null) return;
    const timer = setInterval(() => turn.value++, 1000);
    return () => clearInterval(timer);
  }, [finished]);
  void turn.value;
  if (started === null) return <>–</>;
  const seconds = (finished ?? Date.now() / 1000) - started;
  return <>{duration(Math.max(0, seconds))}</>;
}

function Number({ name, value, tone = "" }: { name: string; value: preact.ComponentChildren; tone?: string }) {
  return (
    <div class={`number ${tone}`}>
      <span class="faint">{name}</span>
      <span>{value}</span>
    </div>
  );
}
