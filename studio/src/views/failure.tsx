/** What went wrong, in one box: what happened, what to do, the last lines, the command, Retry. */
import { useSignal } from "@preact/signals";
import type { FailureRow } from "../api/answers";
import { api } from "../api/http";
import { moment } from "../model/format";
import { CommandLine } from "../parts/command";
import { Icon } from "../parts/icon";
import type { OpenJob } from "../state/open_job";
import { tellProblem } from "../state/toasts";
import { words } from "../words";

export function FailureBoxes({ job }: { job: OpenJob }) {
  const isAll = useSignal(false);
  // What was tried again and came out well is history; it stands in the details.
  const open = job.failures.value.filter((failure) => failure.is_given_up);
  if (open.length === 0) return null;
  const shown = isAll.value ? open : open.slice(0, 1);
  return (
    <section aria-label={words.failures} class="failures">
      {shown.map((failure) => (
        <FailureBox key={`${failure.attempt}/${failure.frames}`} job={job} failure={failure} />
      ))}
      {open.length > 1 && (
        <button class="button bare" aria-expanded={isAll.value} onClick={() => (isAll.value = !isAll.value)}>
          {isAll.value ? words.fewer : words.moreFailures(open.length - 1)}
        </button>
      )}
    </section>
  );
}

export function FailureBox({ job, failure }: { job: OpenJob; failure: FailureRow }) {
  const isOpen = useSignal(false);
  const retry = async () => {
    try {
      await api.retry(job.id, failure.frames);
    } catch (problem) {
      tellProblem(problem);
    }
  };
  const lines = failure.lines.length > 0 ? failure.lines : failure.evidence;
  return (
    <article class={`failure ${failure.is_given_up ? "" : "past"}`}>
      <Icon name="warning" />
      <div class="grow column">
        <div class="row">
          <strong class="grow">
            {failure.frames === "" ? "" : `${words.framesNamed(failure.frames)} · `}
            {failure.reason}
          </strong>
          <span class="faint">{moment(failure.at)}</span>
        </div>
        <p class="advice">{failure.advice}</p>
        {isOpen.value && (
          <>
            {lines.length > 0 && (
              <pre class="last-lines" tabIndex={0} aria-label={words.lastLines}>{lines.join("\n")}</pre>
            )}
            {failure.command !== "" && <CommandLine text={failure.command} />}
          </>
        )}
        <div class="row">
          {failure.is_given_up && (
            <button class="button" onClick={() => void retry()}>
              <Icon name="retry" /> {failure.frames === "" ? words.retry : words.retryFrames}
            </button>
          )}
          <button class="button bare" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
            {isOpen.value ? words.less : words.linesAndCommand}
          </button>
          <span class="grow" />
          <code class="faint">{failure.kind}</code>
        </div>
      </div>
    </article>
  );
}
