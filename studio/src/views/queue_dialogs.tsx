/** What the queue asks before it acts: a cancel, and a note. */
import { useSignal } from "@preact/signals";
import type { JobRow } from "../api/answers";
import { api } from "../api/http";
import { Dialog } from "../parts/dialog";
import { wish } from "../state/queue";
import { tellProblem } from "../state/toasts";
import { words } from "../words";

interface Props {
  jobs: readonly JobRow[];
  onClose: () => void;
}

export function CancelDialog({ jobs, onClose }: Props) {
  const done = jobs.reduce((sum, row) => sum + row.done, 0);
  return (
    <Dialog
      title={jobs.length === 1 ? words.cancelOne(jobs[0]?.name ?? "") : words.cancelMany(jobs.length)}
      onClose={onClose}
      footer={
        <>
          <button class="button" onClick={onClose}>{words.goOn}</button>
          <button
            class="button risky"
            autofocus
            onClick={() => {
              onClose();
              void wish("cancel", jobs.map((row) => row.id));
            }}
          >
            {words.cancel}
          </button>
        </>
      }
    >
      <p>{words.cancelKeeps(done)}</p>
    </Dialog>
  );
}

export function NoteDialog({ jobs, onClose }: Props) {
  const text = useSignal(jobs[0]?.note ?? "");
  const save = async () => {
    onClose();
    try {
      for (const row of jobs) await api.note(row.id, text.value);
    } catch (problem) {
      tellProblem(problem);
    }
  };
  return (
    <Dialog
      title={words.editNote}
      onClose={onClose}
      footer={
        <>
          <button class="button" onClick={onClose}>{words.close}</button>
          <button class="button first" onClick={() => void save()}>{words.save}</button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="column">
          <span class="soft">{words.noteHint}</span>
          <input
            class="input"
            autofocus
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
      </form>
    </Dialog>
  );
}
