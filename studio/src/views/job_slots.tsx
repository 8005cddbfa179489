/** How many renderers a running job has: what runs and why, and how to change it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JobDetail } from "../api/answers";
import { api } from "../api/http";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { SlotsNumber, mostSlots } from "../parts/slots_number";
import type { OpenJob } from "../state/open_job";
import { machine, readMachine } from "../state/machine";
import { isOver } from "../state/queue";
import { tellProblem } from "../state/toasts";
import { words } from "../words";

interface Props {
  job: OpenJob;
  detail: JobDetail;
}

export function Slots({ job, detail }: Props) {
  const asks = useSignal(false);
  const text = slotsText(job, detail);
  if (isOver(detail.job)) return <span>{text}</span>;
  return (
    <span>
      <button class="button bare slots-now" aria-label={words.changeSlots(text)} title={words.changeSlotsTitle} onClick={() => (asks.value = true)}>
        {text} <Icon name="sliders" />
      </button>
      {asks.value && <SlotsDialog job={job} detail={detail} onClose={() => (asks.value = false)} />}
    </span>
  );
}

function task({ job, detail }: Props) {
  return detail.tasks.find((each) => each.id === job.task.value) ?? detail.tasks[0];
}

function slotsText(job: OpenJob, detail: JobDetail): string {
  const shown = task({ job, detail });
  const row = detail.job;
  if (row.slots > 0) return words.slotsOf(row.slots, row.threads);
  return shown === undefined || shown.slots === 0 ? "–" : words.slotsOf(shown.slots, shown.threads);
}

function SlotsDialog({ job, detail, onClose }: Props & { onClose: () => void }) {
  const row = detail.job;
  const shown = task({ job, detail });
  const number = useSignal<number | null>(row.slots_wanted);
  const most = Math.max(mostSlots(), row.slots_wanted ?? 1);
  useEffect(() => {
    if (machine.value === null) void readMachine();
  }, []);
  const isAuto = number.value === null;
  const start = shown !== undefined && shown.slots > 0 ? shown.slots : 1;
  const change = async () => {
    onClose();
    try {
      await api.slots(row.id, number.value);
    } catch (problem) {
      tellProblem(problem);
    }
  };
  return (
    <Dialog
      title={words.concurrency}
      onClose={onClose}
      footer={
        <>
          <button class="button" onClick={onClose}>{words.close}</button>
          <button class="button first" onClick={() => void change()}>{words.change}</button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
      >
        {shown !== undefined && shown.slots > 0 && (
          <p class="soft">{words.runsNow(shown.slots, shown.threads, shown.reason)}</p>
        )}
        <fieldset class="concurrency">
          <legend class="unseen">{words.concurrency}</legend>
          <label class={`choice ${isAuto ? "on" : ""}`}>
            <input type="radio" name="slots" checked={isAuto} onChange={() => (number.value = null)} />
            <span class="column">
              <strong>{words.autoChoice}</strong>
              <span class="help">{words.autoAgain}</span>
            </span>
          </label>
          <label class={`choice ${isAuto ? "" : "on"}`}>
            <input type="radio" name="slots" checked={!isAuto} onChange={() => (number.value = start)} />
            <span class="column">
              <strong>{words.fixedChoice}</strong>
              <SlotsNumber
                value={number.value}
                most={most}
                start={start}
                isFocused
                onChange={(wanted) => (number.value = wanted)}
              />
            </span>
          </label>
        </fieldset>
        <p class="help">{words.slotsHint}</p>
      </form>
    </Dialog>
  );
}
