/** The queue: every job of this machine, at most two thousand and more, on one scroll. */
import { batch, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JobRow } from "../api/answers";
import { Icon } from "../parts/icon";
import { Menu, type MenuItem } from "../parts/menu";
import { Virtual } from "../parts/virtual";
import { chooseAll, chooseNone, chooseOnly, chosen, cursor, extend, toggle, walkTo } from "../state/choice";
import { inOrder, isLoaded, isOver, reorder, rows, setPriority, wish } from "../state/queue";
import { address, go } from "../state/route";
import { words } from "../words";
import { CancelDialog, NoteDialog } from "./queue_dialogs";
import { COLUMNS, FILTERS, type Filter, type Sorting, fits, matches, sorted } from "./queue_columns";
import { QueueRow } from "./queue_row";

const ROW = 30;
const PAGE = 15;

export function QueueView() {
  const search = useSignal("");
  const filter = useSignal<Filter>("all");
  const sorting = useSignal<Sorting | null>(null);
  const turn = useSignal(0);
  const menu = useSignal<{ x: number; y: number } | null>(null);
  const asks = useSignal<"cancel" | "note" | null>(null);
  const drop = useSignal<number | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);

  const shown = useComputed(() => {
    const wanted = search.value.trim();
    const fitting = inOrder.value.filter(
      (row) => fits(row, filter.value) && (wanted === "" || matches(row, wanted)),
    );
    return sorted(fitting, sorting.value);
  });
  const ids = useComputed(() => shown.value.map((row) => row.id));
  const counts = useComputed(() =>
    FILTERS.map((each) => inOrder.value.reduce((sum, row) => sum + Number(fits(row, each)), 0)),
  );
  const canMove = useComputed(
    () => sorting.value === null && search.value === "" && filter.value !== "done" && filter.value !== "troubled",
  );
  const at = ids.value.indexOf(cursor.value ?? -1);

  /** What a verb reaches: the chosen rows, else the one under the cursor. */
  const reached = (): JobRow[] => {
    const wanted = chosen.value.size > 0 ? [...chosen.value] : cursor.value === null ? [] : [cursor.value];
    return wanted.flatMap((job) => rows.value.get(job) ?? []);
  };
  const live = () => reached().filter((row) => !isOver(row)).map((row) => row.id);
  const over = () => reached().filter(isOver).map((row) => row.id);
  const again = () => reached().filter((row) => row.lost > 0 || (isOver(row) && row.status !== "done")).map((row) => row.id);
  const holdOrRelease = () => {
    const all = reached().filter((row) => !isOver(row));
    const isHeld = all.every((row) => row.wish === "hold");
    void wish(isHeld ? "release" : "hold", all.map((row) => row.id));
  };

  const walk = (to: number, isExtending: boolean) => {
    const job = ids.value[Math.max(0, Math.min(ids.value.length - 1, to))];
    if (job === undefined) return;
    batch(() => {
      if (isExtending) extend(job, ids.value);
      else walkTo(job);
      turn.value++;
    });
  };

  const move = (by: number) => {
    const job = cursor.value;
    const waiting = ids.value.filter((id) => {
      const row = rows.value.get(id);
      return row !== undefined && !isOver(row);
    });
    const from = waiting.indexOf(job ?? -1);
    const to = from + by;
    if (job === null || from < 0 || to < 0 || to >= waiting.length || !canMove.value) return;
    waiting.splice(from, 1);
    waiting.splice(to, 0, job);
    void reorder(waiting);
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement && event.target.type !== "checkbox") return;
    const isCommand = event.ctrlKey || event.metaKey;
    const actions: Record<string, () => void> = {
      ArrowDown: () => (event.altKey ? move(1) : walk(at + 1, event.shiftKey)),
      ArrowUp: () => (event.altKey ? move(-1) : walk(at < 0 ? 0 : at - 1, event.shiftKey)),
      PageDown: () => walk(at + PAGE, event.shiftKey),
      PageUp: () => walk(at - PAGE, event.shiftKey),
      Home: () => walk(0, event.shiftKey),
      End: () => walk(ids.value.length - 1, event.shiftKey),
      Enter: () => cursor.value !== null && go({ view: "job", job: cursor.value, tab: "frames" }),
      " ": () => cursor.value !== null && toggle(cursor.value),
      Escape: chooseNone,
      Delete: () => (asks.value = live().length > 0 ? "cancel" : null),
      c: () => (asks.value = live().length > 0 ? "cancel" : null),
      h: holdOrRelease,
      r: () => void wish("retry", again()),
      e: () => (asks.value = reached().length > 0 ? "note" : null),
      "+": () => void setPriority(reached(), (old) => old + 10),
      "-": () => void setPriority(reached(), (old) => old - 10),
    };
    const action = isCommand ? undefined : actions[event.key];
    if (isCommand && event.key === "a") chooseAll(ids.value);
    else if (action !== undefined) action();
    else return;
    event.preventDefault();
  };

  useEffect(() => {
    const onSlash = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", onSlash);
    grid.current?.focus();
    return () => removeEventListener("keydown", onSlash);
  }, [isLoaded.value]);

  const onPress = (event: MouseEvent, index: number) => {
    const job = ids.value[index];
    if (job === undefined || event.target instanceof HTMLAnchorElement) return;
    if (event.shiftKey) extend(job, ids.value);
    else if (event.ctrlKey || event.metaKey) toggle(job);
    else chooseOnly(job);
    grid.current?.focus();
  };
  const onTick = (index: number) => {
    const job = ids.value[index];
    if (job !== undefined) toggle(job);
  };
  const onMenu = (event: MouseEvent, index: number) => {
    const job = ids.value[index];
    if (job === undefined) return;
    event.preventDefault();
    if (!chosen.value.has(job)) chooseOnly(job);
    menu.value = { x: event.clientX, y: event.clientY };
  };
  const onGrip = (event: PointerEvent, index: number) => {
    const job = ids.value[index];
    const list = (event.currentTarget as HTMLElement).closest(".virtual");
    if (job === undefined || list === null || !canMove.value) return;
    event.preventDefault();
    const waiting = shown.value.filter((row) => !isOver(row)).map((row) => row.id);
    const onMove = (moved: PointerEvent) => {
      const box = list.getBoundingClientRect();
      const place = Math.round((moved.clientY - box.top + list.scrollTop) / ROW);
      drop.value = Math.max(0, Math.min(waiting.length, place));
    };
    const onUp = () => {
      removeEventListener("pointermove", onMove);
      const to = drop.value;
      drop.value = null;
      const from = waiting.indexOf(job);
      if (to === null || to === from || to === from + 1) return;
      waiting.splice(from, 1);
      waiting.splice(to > from ? to - 1 : to, 0, job);
      void reorder(waiting);
    };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp, { once: true });
  };

  const items = (): (MenuItem | null)[] => {
    const one = reached().length === 1 ? reached()[0] : undefined;
    return [
      {
        label: words.open,
        icon: "grid",
        shortcut: "↵",
        isDisabled: one === undefined,
        onChoose: () => one !== undefined && go({ view: "job", job: one.id, tab: "frames" }),
      },
      {
        label: words.renderAgain,
        icon: "copy",
        isDisabled: one === undefined,
        onChoose: () => one !== undefined && go({ view: "new", like: one.id }),
      },
      null,
      { label: words.holdOrRelease, icon: "hold", shortcut: "H", isDisabled: live().length === 0, onChoose: holdOrRelease },
      { label: words.retry, icon: "retry", shortcut: "R", isDisabled: again().length === 0, onChoose: () => void wish("retry", again()) },
      { label: words.sooner, icon: "up", shortcut: "+", onChoose: () => void setPriority(reached(), (old) => old + 10) },
      { label: words.later, icon: "down", shortcut: "−", onChoose: () => void setPriority(reached(), (old) => old - 10) },
      { label: words.editNote, icon: "note", shortcut: "E", onChoose: () => (asks.value = "note") },
      null,
      { label: words.cancel, icon: "cancel", shortcut: "Del", isDisabled: live().length === 0, onChoose: () => (asks.value = "cancel") },
      { label: words.forget, icon: "cancel", isDisabled: over().length === 0, onChoose: () => void wish("forget", over()) },
    ];
  };

  const nothing = reached().length === 0;
  return (
    <main id="main" class="view fixed">
      <h1 class="unseen">{words.queue}</h1>
      <div class="tools">
        <label class="search">
          <Icon name="search" />
          <input
            ref={field}
            class="input"
            type="search"
            placeholder={words.searchJobs}
            aria-label={words.searchJobs}
            value={search.value}
            onInput={(event) => (search.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "ArrowDown" && event.key !== "Escape") return;
              if (event.key === "Escape") search.value = "";
              event.preventDefault();
              grid.current?.focus();
            }}
          />
        </label>
        <div class="segments" role="group" aria-label={words.filter}>
          {FILTERS.map((each, index) => (
            <button aria-pressed={filter.value === each} onClick={() => (filter.value = each)}>
              {words.filters[each]}
              <span class="count">{counts.value[index]}</span>
            </button>
          ))}
        </div>
        <span class="grow" />
        {chosen.value.size > 1 && <span class="soft">{words.chosen(chosen.value.size)}</span>}
        <button class="button bare" disabled={live().length === 0} onClick={holdOrRelease}>
          <Icon name="hold" /> {words.hold}
        </button>
        <button class="button bare" disabled={again().length === 0} onClick={() => void wish("retry", again())}>
          <Icon name="retry" /> {words.retry}
        </button>
        <button class="button bare" disabled={live().length === 0} onClick={() => (asks.value = "cancel")}>
          <Icon name="cancel" /> {words.cancel}
        </button>
        <button
          class="button bare square"
          aria-label={words.more}
          aria-haspopup="menu"
          disabled={nothing}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            menu.value = { x: box.left, y: box.bottom + 4 };
          }}
        >
          <Icon name="more" />
        </button>
        <a class="button first" href={address({ view: "new", like: null })}>
          <Icon name="add" /> {words.newRender}
        </a>
      </div>
      <div
        ref={grid}
        class="jobs"
        role="grid"
        tabIndex={0}
        aria-label={words.queue}
        aria-rowcount={shown.value.length + 1}
        aria-multiselectable="true"
        {...(at >= 0 ? { "aria-activedescendant": `job-${cursor.value}` } : {})}
        onKeyDown={onKey}
      >
        <div role="rowgroup">
          <div class="line head" role="row" aria-rowindex={1}>
            <span role="columnheader"><span class="unseen">{words.chosenColumn}</span></span>
            <span role="columnheader"><span class="unseen">{words.order}</span></span>
            {COLUMNS.map((column) => (
              <Heading key={column} column={column} sorting={sorting.value} onSort={(next) => (sorting.value = next)} />
            ))}
          </div>
        </div>
        {shown.value.length === 0 ? (
          <Nothing isFiltered={rows.value.size > 0} />
        ) : (
          <Virtual
            count={shown.value.length}
            height={ROW}
            show={at < 0 ? null : { at, turn: turn.value }}
            attributes={{ role: "rowgroup", class: drop.value === null ? "" : "dragging" }}
            row={(index, style) => {
              const row = shown.value[index];
              return row === undefined ? null : (
                <QueueRow
                  key={row.id}
                  row={row}
                  index={index}
                  style={style}
                  isChosen={chosen.value.has(row.id)}
                  isCursor={cursor.value === row.id}
                  canMove={canMove.value && !isOver(row)}
                  onPress={onPress}
                  onTick={onTick}
                  onMenu={onMenu}
                  onGrip={onGrip}
                />
              );
            }}
          />
        )}
        {drop.value !== null && <DropLine place={drop.value} grid={grid.current} />}
      </div>
      {menu.value !== null && (
        <Menu label={words.more} at={menu.value} items={items()} onClose={() => (menu.value = null)} />
      )}
      {asks.value === "cancel" && (
        <CancelDialog jobs={reached().filter((row) => !isOver(row))} onClose={() => (asks.value = null)} />
      )}
      {asks.value === "note" && <NoteDialog jobs={reached()} onClose={() => (asks.value = null)} />}
    </main>
  );
}

interface HeadingProps {
  column: (typeof COLUMNS)[number];
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
}

/** Click: ascending, descending, and back to the order in which jobs are taken up. */
function Heading({ column, sorting, onSort }: HeadingProps) {
  const isMine = sorting?.column === column;
  const next = !isMine ? { column, isDown: false } : sorting.isDown ? null : { column, isDown: true };
  return (
    <span role="columnheader" aria-sort={!isMine ? "none" : sorting.isDown ? "descending" : "ascending"}>
      <button tabIndex={-1} onClick={() => onSort(next)}>
        {words.columns[column]}
        {isMine && <Icon name={sorting.isDown ? "down" : "up"} />}
      </button>
    </span>
  );
}

function DropLine({ place, grid }: { place: number; grid: HTMLElement | null }) {
  const list = grid?.querySelector(".virtual");
  const top = (list as HTMLElement | null)?.offsetTop ?? 0;
  return <div class="drop" style={{ top: `${top + place * ROW - (list?.scrollTop ?? 0)}px` }} />;
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (!isLoaded.value) return <div class="empty" role="row"><span role="gridcell">{words.loading}</span></div>;
  return (
    <div class="empty" role="row">
      <div role="gridcell" class="empty">
        <Icon name={isFiltered ? "search" : "film"} />
        <strong>{isFiltered ? words.nothingFits : words.queueEmpty}</strong>
        {!isFiltered && (
          <>
            <span>{words.queueEmptyHint}</span>
            <a class="button first" href={address({ view: "new", like: null })}>
              <Icon name="add" /> {words.newRender}
            </a>
          </>
        )}
      </div>
    </div>
  );
}
