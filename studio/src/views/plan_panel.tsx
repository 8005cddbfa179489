/** What the job would do, before it is started: the daemon's own plan. */
import { bytes, count } from "../model/format";
import { CommandLine } from "../parts/command";
import { mistakeText, title } from "../parts/field";
import { Icon } from "../parts/icon";
import { isPlanning, jobFile, placeOf, plan, planProblem, planned } from "../state/form";
import { words } from "../words";

export function PlanPanel({ isStarting }: { isStarting: boolean }) {
  const shown = plan.value;
  const mistakes = planned.value?.mistakes ?? [];
  const canStart = shown !== null && !isPlanning.value && !isStarting;
  const total = shown?.tasks.reduce((sum, task) => sum + Math.max(0, ...task.files.map((each) => each.count)), 0) ?? 0;
  const lacks = shown?.needed_bytes != null && shown.free_bytes != null && shown.needed_bytes > shown.free_bytes;
  return (
    <aside class="plan" aria-label={words.plan}>
      <div class="row">
        <h2>{words.plan}</h2>
        <span class="grow" />
        <span class="faint" role="status">{isPlanning.value ? words.planning : ""}</span>
      </div>
      <div class="plan-body">
        {shown === null && mistakes.length === 0 && !isPlanning.value && (
          <p class="soft">{planProblem.value || (jobFile.value.scene ? words.planNeedsOutput : words.planNeedsScene)}</p>
        )}
        {mistakes.length > 0 && (
          <div class="column" role="alert">
            <strong>{words.mistakes(mistakes.length)}</strong>
            {mistakes.map((mistake) => (
              <div class="notice failed">
                <Icon name="warning" />
                <span><strong>{title(placeOf(mistake))}</strong><br />{mistakeText(mistake)}</span>
              </div>
            ))}
          </div>
        )}
        {shown !== null && (
          <>
            <p class="plan-number">{words.slotsOf(shown.slots, shown.threads)}</p>
            <p class="soft">{shown.reason}</p>
            <dl class="facts">
              <dt>{words.name}</dt><dd>{shown.name}</dd>
              {total > 0 && (<><dt>{words.files}</dt><dd>{count(total)}</dd></>)}
              {shown.kept > 0 && (<><dt>{words.keptName}</dt><dd>{words.keptFiles(shown.kept)}</dd></>)}
              <dt>{words.folder}</dt><dd>{shown.folder}</dd>
              {shown.needed_bytes !== null && (
                <>
                  <dt>{words.disk}</dt>
                  <dd class={lacks ? "lost" : ""}>
                    {shown.free_bytes === null
                      ? bytes(shown.needed_bytes)
                      : words.needsOf(bytes(shown.needed_bytes), bytes(shown.free_bytes))}
                  </dd>
                </>
              )}
            </dl>
            {shown.tasks.map((task) => (
              <div class="plan-task">
                <strong>{task.target || words.frames}</strong> <code>{task.frames}</code>
                {task.segments !== undefined && task.segments.length > 0 && <span class="soft"> · {words.segments(task.segments.length)}</span>}
              </div>
            ))}
            {shown.films.map((film) => (
              <div class="plan-task"><strong>{words.film}</strong> <code>{film.film}</code></div>
            ))}
            {shown.warnings.map((warning) => (
              <div class="notice held"><Icon name="warning" /><span>{warning}</span></div>
            ))}
            <h3>{words.rendererCommand}</h3>
            <CommandLine text={shown.command_text} />
          </>
        )}
      </div>
      <button class="button first start" type="submit" disabled={!canStart}>
        <Icon name="play" /> {isStarting ? words.starting : words.start}
      </button>
    </aside>
  );
}
