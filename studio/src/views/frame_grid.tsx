/** The frames of a task on a canvas: from a heat map of all of them to single ones with pictures. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { files } from "../api/http";
import { count } from "../model/format";
import { type Grid, STATE_NAMES } from "../model/grid";
import {
  CellPainter,
  type Sight,
  cellHeight,
  columnsFor,
  fittingCell,
} from "../parts/cells";
import type { OpenJob } from "../state/open_job";
import { Pictures } from "../state/pictures";
import { slots } from "../state/queue";
import { colours } from "../state/theme";
import { words } from "../words";
import { frameStory } from "./frame_story";

export const SMALLEST = 2;
export const LARGEST = 220;
const MARGIN = 4;

interface Props {
  job: OpenJob;
  grid: Grid;
  /** Width of a picture over its height. */
  shape: number;
  onOpen: () => void;
  /** Told which place the pointer is over; -1: none. */
  onHover: (place: number) => void;
}

export function FrameGrid({ job, grid, shape, onOpen, onHover }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const hover = useSignal(-1);
  const hasFocus = useSignal(false);
  const drawn = useRef<{ turn: number; sight: Sight | null; anchor: number }>({ turn: 0, sight: null, anchor: -1 });

  const fit = fittingCell(grid.count, size.value.width, size.value.height - MARGIN, shape);
  const cell = Math.max(SMALLEST, job.cell.value ?? fit);
  const columns = columnsFor(size.value.width, cell);
  const tall = cellHeight(cell, shape);
  const whole = Math.ceil(grid.count / columns) * tall + MARGIN;

  const draw = useRef(() => {});
  const painter = useRef<CellPainter | null>(null);
  const pictures = useRef<Pictures | null>(null);

  /** Many causes, one drawing for each frame of the screen. */
  const drawSoon = () => {
    cancelAnimationFrame(drawn.current.turn);
    drawn.current.turn = requestAnimationFrame(() => draw.current());
  };

  draw.current = () => {
    const element = box.current;
    if (element === null || canvas.current === null || size.value.width === 0) return;
    pictures.current ??= new Pictures(drawSoon);
    painter.current ??= new CellPainter(canvas.current, (place) => picture.current(place));
    const running = new Map<number, number>();
    for (const slot of slots.peek().values()) {
      if (slot.job !== job.id || slot.task !== grid.task || slot.frame === null) continue;
      const place = grid.frames.placeOf(slot.frame);
      if (place >= 0) running.set(place, (slot.percent ?? 0) / 100);
    }
    const sight = { cell, columns, tall, width: size.value.width, height: size.value.height, top: element.scrollTop };
    drawn.current.sight = sight;
    painter.current.paint(
      grid,
      job.heat.value,
      sight,
      {
        cursor: job.cursor.value,
        hover: hover.value,
        chosen: job.chosen.value,
        hasFocus: hasFocus.value,
        running,
      },
      colours.value,
    );
  };

  const picture = useRef((_place: number): CanvasImageSource | null => null);
  picture.current = (place) => {
    const width = cell * devicePixelRatio > 170 ? 320 : 160;
    const frame = grid.frames.at(place);
    return pictures.current?.get(files.thumbnail(job.id, grid.task, frame, width, grid.edition[place])) ?? null;
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      size.value = { width: element.clientWidth - 2 * MARGIN, height: element.clientHeight };
    };
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    measure();
    return () => watch.disconnect();
  }, []);

  useSignalEffect(() => {
    // Whatever is named here is drawn anew when it changes.
    void [job.version.value, job.heat.value, job.cursor.value, job.chosen.value, hover.value];
    void [slots.value, colours.value, hasFocus.value, size.value, job.cell.value];
    drawSoon();
  });
  useLayoutEffect(drawSoon, [grid, cell, columns]);
  useEffect(() => () => cancelAnimationFrame(drawn.current.turn), []);

  const placeAt = (event: MouseEvent): number => {
    const area = canvas.current?.getBoundingClientRect();
    const top = box.current?.scrollTop ?? 0;
    if (area === undefined) return -1;
    const column = Math.floor((event.clientX - area.left) / cell);
    const row = Math.floor((event.clientY - area.top + top) / tall);
    const place = row * columns + column;
    return column >= 0 && column < columns && place >= 0 && place < grid.count ? place : -1;
  };

  const show = (place: number) => {
    const element = box.current;
    if (element === null) return;
    const top = Math.floor(place / columns) * tall;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + tall > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + tall - element.clientHeight + MARGIN;
    }
  };

  const choose = (place: number, isExtending: boolean) => {
    if (place < 0 || place >= grid.count) return;
    if (isExtending && drawn.current.anchor >= 0) {
      const { anchor } = drawn.current;
      job.chosen.value = { from: Math.min(anchor, place), to: Math.max(anchor, place) };
    } else {
      drawn.current.anchor = place;
      job.chosen.value = { from: place, to: place };
    }
    job.cursor.value = place;
    show(place);
  };

  /** Another size of cells; the frame under the pointer, or the cursor, stays where it is. */
  const zoom = (factor: number, event?: MouseEvent) => {
    const element = box.current;
    if (element === null) return;
    const next = Math.round(Math.max(SMALLEST, Math.min(LARGEST, cell * factor)));
    const to = next === cell ? Math.max(SMALLEST, Math.min(LARGEST, cell + Math.sign(factor - 1))) : next;
    const place = event === undefined ? Math.max(0, job.cursor.value) : Math.max(0, placeAt(event));
    const area = element.getBoundingClientRect();
    const above = event === undefined ? element.clientHeight / 2 : event.clientY - area.top;
    job.cell.value = to <= fit && factor < 1 ? null : to;
    const shown = job.cell.value ?? fit;
    requestAnimationFrame(() => {
      element.scrollTop =
        Math.floor(place / columnsFor(size.value.width, shown)) * cellHeight(shown, shape) -
        above +
        cellHeight(shown, shape) / 2;
    });
  };

  useEffect(() => {
    // Preact's listeners are passive for wheels; this one has to keep the browser from zooming.
    const element = box.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomNow.current(event.deltaY < 0 ? 1.18 : 1 / 1.18, event);
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, []);
  const zoomNow = useRef(zoom);
  zoomNow.current = zoom;

  const onKey = (event: KeyboardEvent) => {
    const here = job.cursor.value < 0 ? -1 : job.cursor.value;
    const rows = Math.max(1, Math.floor(size.value.height / tall) - 1);
    const steps: Record<string, number> = {
      ArrowRight: here + 1,
      ArrowLeft: here - 1,
      ArrowDown: here + columns,
      ArrowUp: here - columns,
      PageDown: here + rows * columns,
      PageUp: here - rows * columns,
      Home: 0,
      End: grid.count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) choose(Math.max(0, Math.min(grid.count - 1, to)), event.shiftKey);
    else if (event.key === "+" || event.key === "=") zoom(1.35);
    else if (event.key === "-") zoom(1 / 1.35);
    else if (event.key === "0") job.cell.value = null;
    else if (event.key === "Enter") onOpen();
    else if (event.key === "Escape") job.chosen.value = null;
    else return;
    event.preventDefault();
  };

  const counts = grid.counts();
  void job.version.value;
  const summary = STATE_NAMES.flatMap((name, index) =>
    (counts[index] ?? 0) > 0 ? [`${count(counts[index] ?? 0)} ${words.states[name]}`] : [],
  ).join(", ");
  const told = job.cursor.value >= 0 ? frameStory(job, grid, job.cursor.value) : "";

  return (
    <div
      ref={box}
      class="cells"
      role="group"
      tabIndex={0}
      aria-label={words.frameGrid(grid.count, summary)}
      aria-describedby="cells-hint"
      onKeyDown={onKey}
      onScroll={drawSoon}
      onFocus={() => (hasFocus.value = true)}
      onBlur={() => (hasFocus.value = false)}
      onPointerMove={(event) => {
        hover.value = placeAt(event);
        onHover(hover.value);
        if (event.buttons === 1 && hover.value >= 0) choose(hover.value, true);
      }}
      onPointerLeave={() => {
        hover.value = -1;
        onHover(-1);
      }}
      onPointerDown={(event) => event.button === 0 && choose(placeAt(event), event.shiftKey)}
      onDblClick={onOpen}
    >
      <canvas ref={canvas} aria-hidden="true" style={{ width: `${size.value.width}px`, height: `${size.value.height}px` }} />
      <div style={{ height: `${Math.max(0, whole - size.value.height)}px` }} />
      <span id="cells-hint" class="unseen">{words.frameGridHint}</span>
      <span class="unseen" aria-live="polite">{told}</span>
    </div>
  );
}
