/** The log of one attempt: millions of lines of which only those in sight exist. */
import { effect, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LogLine } from "../api/answers";
import { files } from "../api/http";
import { count, instant, plain } from "../model/format";
import { Icon } from "../parts/icon";
import { Virtual } from "../parts/virtual";
import { AttemptLog, wanted } from "../state/log";
import type { OpenJob } from "../state/open_job";
import { tell } from "../state/toasts";
import { words } from "../words";

const LINE = 18;
const PAUSE = 250;

export function LogTab({ job }: { job: OpenJob }) {
  /** A slot, whose newest attempt is shown as it changes, or one attempt. */
  const choice = useSignal<{ slot: number } | { attempt: number } | null>(null);
  const newest = useComputed(() => {
    const wish = choice.value;
    void job.version.value;
    if (wish === null) return job.bars.at(-1)?.number ?? 0;
    if ("attempt" in wish) return wish.attempt;
    return job.bars.findLast((bar) => bar.slot === wish.slot)?.number ?? 0;
  });
  const isChosen = useComputed(() => choice.value !== null && "attempt" in choice.value);
  const attempt = useSignal(0);
  const log = useSignal<AttemptLog | null>(null);
  const follows = useSignal(true);
  const search = useSignal("");
  const only = useSignal(false);
  const found = useSignal<readonly LogLine[] | null>(null);
  const isSearching = useSignal(false);
  const show = useSignal<{ at: number; turn: number } | null>(null);
  const marked = useSignal(-1);
  /** A frame to be jumped to as soon as the log that holds it is there. */
  const awaited = useSignal<{ attempt: number; frame: number } | null>(null);

  const showAll = () => {
    found.value = null;
    search.value = "";
    only.value = false;
  };

  /** To the lines of a frame, in whichever attempt it was rendered last. */
  const jumpTo = (frame: number) => {
    const bar =
      job.bars.findLast((each) => each.done.some(([done]) => done === frame)) ??
      job.bars.findLast((each) => each.frameSet.placeOf(frame) >= 0);
    if (bar === undefined) {
      tell({ tone: "plain", title: words.noLogOf(frame), text: "", href: null });
      return;
    }
    showAll();
    if (bar.number === attempt.peek()) {
      void jump(frame);
      return;
    }
    follows.value = false;
    choice.value = { attempt: bar.number };
    awaited.value = { attempt: bar.number, frame };
  };

  const jump = async (frame: number) => {
    const line = await log.peek()?.placeOf(frame);
    if (line === undefined || line === null) return;
    // Who asks for something else before the place is known has done with this.
    if (only.peek() || search.peek() !== "") return;
    follows.value = false;
    marked.value = line;
    show.value = { at: line, turn: (show.peek()?.turn ?? 0) + 1 };
  };

  useEffect(() => {
    const asked = wanted.peek();
    const mine = asked?.job === job.id ? asked : null;
    const live = job.bars.find((bar) => bar.ended === null);
    const last = job.bars.at(-1);
    if (mine !== null) choice.value = { attempt: mine.attempt };
    else if (live !== undefined) choice.value = { slot: live.slot };
    else if (last !== undefined) choice.value = { attempt: last.number };
    const frame = mine?.frame ?? null;
    wanted.value = null;
    if (mine !== null && frame !== null) {
      showAll();
      awaited.value = { attempt: mine.attempt, frame };
    }
  }, [job]);

  useSignalEffect(() => {
    // Who reads stays with what he reads; the end that is followed goes on with the next attempt.
    if (follows.value || isChosen.value || attempt.peek() === 0) attempt.value = newest.value;
  });

  useSignalEffect(() => {
    const goal = awaited.value;
    const mine = log.value;
    if (goal === null || mine === null || mine.attempt !== goal.attempt || mine.total.value === 0) return;
    awaited.value = null;
    untracked(() => void jump(goal.frame));
  });

  useEffect(() => {
    if (attempt.value === 0) return;
    const next = new AttemptLog(job.id, attempt.value);
    const show = () => {
      if (log.peek() === next) return;
      log.value = next;
      found.value = null;
      marked.value = -1;
    };
    // One that is only followed takes the place of the one before when it has something to say.
    if (isChosen.peek()) show();
    const stop = effect(() => {
      if (next.total.value > 0 || next.isOver.value || next.problem.value !== "") untracked(show);
    });
    return () => {
      stop();
      next.close();
    };
  }, [job, attempt.value]);

  useEffect(() => {
    const mine = log.value;
    const text = search.value.trim();
    if (mine === null || (text === "" && !only.value)) {
      found.value = null;
      return;
    }
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      isSearching.value = true;
      let all: LogLine[] = [];
      try {
        for await (const lines of mine.find(text, only.value ? "warnings" : "", leaving.signal)) {
          all = all.concat(lines);
          found.value = all;
        }
      } catch (problem) {
        if (!leaving.signal.aborted) mine.problem.value = String(problem);
      }
      isSearching.value = false;
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [log.value, search.value, only.value, log.value?.isOver.value]);

  const mine = log.value;
  void mine?.version.value;
  const lines = found.value;
  const total = lines?.length ?? mine?.total.value ?? 0;
  void job.version.value;
  return (
    <section class="log" aria-label={words.tabs.log}>
      <div class="tools">
        <label class="row">
          <span class="soft">{words.attemptName}</span>
          <select
            class="input attempts"
            value={choice.value !== null && "slot" in choice.value ? `slot ${choice.value.slot}` : String(attempt.value)}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              choice.value = chosen.startsWith("slot ")
                ? { slot: Number(chosen.slice(5)) }
                : { attempt: Number(chosen) };
            }}
          >
            {[...new Set(job.bars.map((bar) => bar.slot))].sort((one, other) => one - other).map((slot) => (
              <option value={`slot ${slot}`}>{words.slotNow(slot + 1)}</option>
            ))}
            {[...job.bars].reverse().slice(0, 500).map((bar) => (
              <option value={bar.number}>
                {words.attemptStory(bar.number, bar.frames || bar.task, words.attemptStatus[bar.status] ?? bar.status)} ·{" "}
                {words.inSlot(bar.slot + 1)}
              </option>
            ))}
          </select>
        </label>
        <label class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            placeholder={words.searchLines}
            aria-label={words.searchLines}
            value={search.value}
            onInput={(event) => (search.value = event.currentTarget.value)}
          />
        </label>
        <button class="button" aria-pressed={only.value} onClick={() => (only.value = !only.value)}>
          <Icon name="warning" /> {words.onlyWarnings}
        </button>
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            const field = event.currentTarget.elements.namedItem("frame") as HTMLInputElement;
            if (field.value !== "") jumpTo(Number(field.value));
          }}
        >
          <input class="input frame-number" name="frame" type="number" placeholder={words.frameName} aria-label={words.jumpToFrame} />
          <button class="button" type="submit">{words.jump}</button>
        </form>
        <span class="grow" />
        <span class="faint" role="status">
          {isSearching.value ? words.searching : words.lines(count(total))}
        </span>
        <button class="button" aria-pressed={follows.value} onClick={() => (follows.value = !follows.value)}>
          <Icon name="down" /> {words.follow}
        </button>
        {mine !== null && (
          <a class="button bare" href={files.logText(job.id, mine.attempt)} target="_blank" rel="noreferrer">
            <Icon name="file" /> {words.wholeLog}
          </a>
        )}
      </div>
      {mine === null || (total === 0 && !mine.isLoading.value) ? (
        <div class="empty">
          <Icon name="log" />
          <span>{mine?.problem.value || (lines === null ? words.noLines : words.nothingFits)}</span>
        </div>
      ) : (
        <Virtual
          count={total}
          height={LINE}
          follows={follows.value && marked.value < 0}
          onFollow={(now) => {
            if (marked.value >= 0 && now) marked.value = -1;
            follows.value = now;
          }}
          onSight={(first, last) => lines === null && mine.see(first, last)}
          show={show.value}
          attributes={{ role: "log", tabIndex: 0, "aria-label": words.tabs.log, "aria-live": "off", class: "lines" }}
          row={(index, style) => {
            const line = lines === null ? mine.line(index) : lines[index];
            return (
              <div
                key={index}
                style={style}
                class={`text ${line?.level ?? ""} ${line !== undefined && line.number === marked.value ? "marked" : ""}`}
                onDblClick={() => {
                  if (line === undefined || lines === null) return;
                  found.value = null;
                  search.value = "";
                  only.value = false;
                  marked.value = line.number;
                  follows.value = false;
                  show.value = { at: line.number, turn: (show.value?.turn ?? 0) + 1 };
                }}
              >
                <span class="number">{(line?.number ?? index) + 1}</span>
                <span class="at">{line === undefined || line.at === "" ? "" : instant(Date.parse(line.at) / 1000)}</span>
                <span class="of">{line?.frame ?? ""}</span>
                <Text text={plain(line?.text ?? "…")} search={search.value.trim()} />
              </div>
            );
          }}
        />
      )}
    </section>
  );
}

/** The line, with what was searched for marked. */
function Text({ text, search }: { text: string; search: string }) {
  const at = search === "" ? -1 : text.toLowerCase().indexOf(search.toLowerCase());
  if (at < 0) return <span>{text}</span>;
  return (
    <span>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </span>
  );
}
