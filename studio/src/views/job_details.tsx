/** What was asked for, what was tried, and what went wrong on the way. */
import type { JobDetail } from "../api/answers";
import { bytes, duration, instant, moment, plain } from "../model/format";
import { CommandLine } from "../parts/command";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";
import { FailureBox } from "./failure";

const SHOWN = 300;

export function DetailsTab({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  void job.version.value;
  const past = job.failures.value.filter((failure) => !failure.is_given_up);
  const bars = job.bars.slice(-SHOWN).reverse();
  return (
    <div class="details">
      <section class="card">
        <header><h2>{words.sameCommand}</h2></header>
        <div class="body"><CommandLine text={detail.command} /></div>
      </section>
      <section class="card">
        <header><h2>{words.asked}</h2></header>
        <dl class="body facts">
          {Object.entries(detail.spec).map(([key, value]) => (
            <>
              <dt><code>{key}</code></dt>
              <dd>{typeof value === "object" ? <code>{JSON.stringify(value)}</code> : plain(String(value))}</dd>
            </>
          ))}
          <dt>{words.submitted}</dt><dd>{moment(detail.job.submitted)}</dd>
        </dl>
      </section>
      {detail.tasks.map((task) => (
        <section class="card">
          <header>
            <h2>{task.kind === "stitch" ? words.film : task.target || words.frames}</h2>
            {task.target !== "" && <span class="faint">{task.id}</span>}
            <span class="grow" />
            <span class="soft">{words.taskStatus[task.status] ?? task.status}</span>
          </header>
          <dl class="body facts">
            <dt>{words.frames}</dt><dd>{task.frames}</dd>
            {task.missing !== "" && (<><dt>{words.missing}</dt><dd>{task.missing}</dd></>)}
            {task.reason !== "" && (<><dt>{words.concurrency}</dt><dd>{words.slotsOf(task.slots, task.threads)}: {task.reason}</dd></>)}
            {task.outputs.map((output) => (
              <><dt>{output.name}</dt><dd>{output.pattern}{output.bytes > 0 && ` · ${bytes(output.bytes)}`}</dd></>
            ))}
          </dl>
        </section>
      ))}
      {past.length > 0 && (
        <section class="card">
          <header><h2>{words.pastFailures}</h2></header>
          <div class="body column">
            {past.map((failure) => <FailureBox job={job} failure={failure} />)}
          </div>
        </section>
      )}
      <section class="card">
        <header><h2>{words.attempts}</h2><span class="faint">{job.bars.length}</span></header>
        <div class="body scroll" tabIndex={0} role="region" aria-label={words.attempts}>
          <table>
            <thead>
              <tr>
                {[words.attemptName, words.slot, words.frames, words.startedAt, words.startUp, words.duration, words.statusName].map((name) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {bars.map((bar) => (
                <tr key={bar.attempt}>
                  <td>{bar.number}</td>
                  <td>{bar.slot + 1}</td>
                  <td class="clip">{bar.frames}</td>
                  <td>{instant(bar.started)}</td>
                  <td>{bar.opened === null ? "" : bar.is_reused ? words.reused : duration(bar.opened - bar.started)}</td>
                  <td>{bar.ended === null ? "" : duration(bar.ended - bar.started)}</td>
                  <td title={bar.reason}>{words.attemptStatus[bar.status] ?? bar.status}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
