/** This computer: what it has, what it does now, what it did, and what it can render with. */
import { useSignal } from "@preact/signals";
import type { ProgramRow } from "../api/answers";
import { bytes, count } from "../model/format";
import { Chart } from "../parts/chart";
import { Icon } from "../parts/icon";
import { Bar } from "../parts/status";
import { history, machine, readMachine } from "../state/machine";
import { rows, slots } from "../state/queue";
import { address } from "../state/route";
import { words } from "../words";
import { SlotLine } from "./inspector";

export function MachineView() {
  const isLooking = useSignal(false);
  const now = machine.value;
  if (now === null) return <main id="main" class="view"><div class="empty" role="status">{words.loading}</div></main>;
  const total = Number(now.memory.total ?? 0);
  const used = total - Number(now.memory.free ?? 0);
  const working = [...slots.value.values()].sort((one, other) => one.job - other.job || one.slot - other.slot);
  return (
    <main id="main" class="view machine">
      <div class="row">
        <h1>{words.machine}</h1>
        <span class="soft">{now.system}</span>
        <span class="grow" />
        <button
          class="button"
          disabled={isLooking.value}
          onClick={async () => {
            isLooking.value = true;
            await readMachine(true);
            isLooking.value = false;
          }}
        >
          <Icon name="retry" /> {words.lookAgain}
        </button>
      </div>
      {now.troubles.map((trouble) => (
        <div class="notice held"><Icon name="warning" /><span>{trouble}</span></div>
      ))}
      <div class="machine-cards">
        <section class="card" aria-labelledby="m-cpu">
          <header><h2 id="m-cpu">{words.processors}</h2><span class="grow" /><strong>{Math.round(now.cpu_percent)} %</strong></header>
          <div class="body column">
            <Chart values={history.value} field="cpu" token="running" label={words.processors} />
            <p class="soft">{words.coresStory(Number(now.cores.usable ?? 0), Number(now.cores.logical ?? 0), Number(now.cores.physical ?? 0))}</p>
            {now.cores.limit != null && now.cores.limit !== "" && <p class="soft">{String(now.cores.limit)}</p>}
          </div>
        </section>
        <section class="card" aria-labelledby="m-memory">
          <header><h2 id="m-memory">{words.memory}</h2><span class="grow" /><strong>{bytes(used)} / {bytes(total)}</strong></header>
          <div class="body column">
            <Chart values={history.value} field="memory" token="starting" label={words.memory} />
            <p class="soft">{words.freeOf(bytes(Number(now.memory.free ?? 0)))}</p>
          </div>
        </section>
        <section class="card tall" aria-labelledby="m-slots">
          <header>
            <h2 id="m-slots">{words.slots}</h2>
            <span class="grow" />
            <strong>{words.slotsAtWorkOf(working.length, now.most_slots)}</strong>
          </header>
          <div class="body">
            {working.length === 0 ? <p class="soft">{words.machineIdle}</p> : (
              <ul class="slots">
                {working.map((slot, index) => (
                  <>
                    {working[index - 1]?.job !== slot.job && (
                      <li class="slot-job">
                        <a class="clip" href={address({ view: "job", job: slot.job, tab: "frames" })}>
                          {rows.value.get(slot.job)?.name ?? slot.job}
                        </a>
                      </li>
                    )}
                    <SlotLine key={slot.attempt} slot={slot} />
                  </>
                ))}
              </ul>
            )}
          </div>
        </section>
        <section class="card" aria-labelledby="m-disks">
          <header><h2 id="m-disks">{words.disks}</h2></header>
          <ul class="body column">
            {now.disks.map((disk) => {
              const size = Number(disk.total ?? 0);
              const free = Number(disk.free ?? 0);
              return (
                <li class="column disk">
                  <span class="row"><code class="grow clip">{String(disk.folder)}</code><span class="soft">{String(disk.file_system ?? "")}</span></span>
                  {size > 0 && <Bar part={(size - free) / size} tone={free / size < 0.05 ? "failed" : "plain"} label={String(disk.folder)} />}
                  <span class="faint">{disk.trouble ? String(disk.trouble) : words.freeOfTotal(bytes(free), bytes(size))}</span>
                </li>
              );
            })}
          </ul>
        </section>
        <section class="card" aria-labelledby="m-gpus">
          <header><h2 id="m-gpus">{words.gpus}</h2></header>
          <ul class="body column">
            {now.gpus.length === 0 && <li class="soft">{words.noGpus}</li>}
            {now.gpus.map((gpu) => (
              <li>{Object.entries(gpu).filter(([, value]) => value !== null && value !== "").map(([key, value]) => `${key} ${typeof value === "number" && value > 1e6 ? bytes(value) : value}`).join(" · ")}</li>
            ))}
          </ul>
        </section>
        <section class="card wide" aria-labelledby="m-programs">
          <header><h2 id="m-programs">{words.programs}</h2></header>
          <ul class="body programs">{now.programs.map((program) => <Program program={program} />)}</ul>
          {now.lacking.length > 0 && <p class="body soft">{words.lackingPresets(now.lacking.join(", "))}</p>}
        </section>
        <section class="card wide" aria-labelledby="m-history">
          <header><h2 id="m-history">{words.history}</h2></header>
          <History />
        </section>
      </div>
    </main>
  );
}

function Program({ program }: { program: ProgramRow }) {
  const best = program.found[0];
  return (
    <li class="column">
      <span class="row">
        <span class={`dot ${best === undefined ? "failed" : "done"}`} />
        <strong>{program.name}</strong>
        {best !== undefined && <span>{String(best.version ?? "")}</span>}
        <span class="faint">{best === undefined ? words.notFound : ""}</span>
      </span>
      {program.found.map((each) => (
        <span class="row">
          <code class="clip soft">{String(each.path)}</code>
          <span class="faint nowrap">{String(each.where ?? "")}</span>
        </span>
      ))}
      {best === undefined && program.install !== "" && <span class="help">{program.install}</span>}
      {best === undefined && program.looked.length > 0 && (
        <details>
          <summary>{words.whereLooked(program.looked.length)}</summary>
          <ul>{program.looked.map((each) => <li class="faint"><code>{String(each.path)}</code> {String(each.saw ?? "")}</li>)}</ul>
        </details>
      )}
    </li>
  );
}

/** What was rendered here: by state, from the queue's own memory. */
function History() {
  const all = [...rows.value.values()];
  const over = all.filter((row) => row.finished !== null && row.started !== null);
  const frames = over.reduce((sum, row) => sum + row.done, 0);
  const seconds = over.reduce((sum, row) => sum + ((row.finished ?? 0) - (row.started ?? 0)), 0);
  const states = new Map<string, number>();
  for (const row of all) states.set(row.status, (states.get(row.status) ?? 0) + 1);
  return (
    <dl class="body numbers">
      <div><dt>{words.jobs}</dt><dd>{count(all.length)}</dd></div>
      <div><dt>{words.framesDelivered}</dt><dd>{count(frames)}</dd></div>
      <div><dt>{words.renderHours}</dt><dd>{(seconds / 3600).toFixed(1)}</dd></div>
      {[...states].map(([status, number]) => (
        <div><dt>{words.status[status] ?? status}</dt><dd>{count(number)}</dd></div>
      ))}
    </dl>
  );
}
