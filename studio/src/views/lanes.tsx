/** A lane for each slot over time, so that idle time, start-up and stalls can be seen. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { duration, instant } from "../model/format";
import { stalls, usualFrame } from "../model/stalls";
import { Icon } from "../parts/icon";
import { AXIS, GUTTER, LANE, LanePainter, type Place, placeAt } from "../parts/lane_painter";
import type { Bar, OpenJob } from "../state/open_job";
import { isOver } from "../state/queue";
import { colours } from "../state/theme";
import { words } from "../words";

const SHORTEST = 2;

export function Lanes({ job }: { job: OpenJob }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<LanePainter | null>(null);
  const span = useSignal<{ from: number; to: number } | null>(null);
  const now = useSignal(Date.now() / 1000);
  const hover = useSignal<(Place & { x: number; y: number }) | null>(null);
  const width = useSignal(0);

  const lanes = useComputed(() => {
    void job.version.value;
    const found: Bar[][] = [];
    for (const bar of job.bars) (found[bar.slot] ??= []).push(bar);
    return Array.from(found, (bars) => bars ?? []);
  });
  /** By task: a stitch, which has no frames, is not measured by those of others. */
  const usual = useComputed(() => {
    void job.version.value;
    const tasks = new Set(job.bars.map((bar) => bar.task));
    return new Map([...tasks].map((task) => [task, usualFrame(job.bars.filter((bar) => bar.task === task))]));
  });
  const stallsOf = (bar: Bar) => stalls(bar, usual.value.get(bar.task) ?? null, Date.now() / 1000);
  /** What stands still now. While nothing happens no event comes, so time alone must show it. */
  const standing = useComputed(() => {
    void [job.version.value, now.value];
    const live = job.bars.filter((bar) => bar.ended === null);
    return live.flatMap((bar) => {
      const pause = stallsOf(bar).find((each) => each.isNow);
      return pause === undefined ? [] : [words.standsStill(bar.slot + 1, instant(pause.from))];
    });
  });
  const row = job.detail.value?.job;
  const isLive = row !== undefined && !isOver(row);

  const whole = () => {
    const begin = job.bars[0]?.started ?? now.value - 1;
    const ends = isLive ? now.value : Math.max(begin, ...job.bars.map((bar) => bar.ended ?? bar.started));
    return { from: begin, to: Math.max(begin + SHORTEST, ends + (ends - begin) * 0.01) };
  };
  const shown = () => span.value ?? whole();

  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => (now.value = Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, [isLive]);

  const turn = useRef(0);
  useSignalEffect(() => {
    void [job.version.value, span.value, now.value, colours.value, width.value, lanes.value];
    cancelAnimationFrame(turn.current);
    turn.current = requestAnimationFrame(() => {
      if (canvas.current === null) return;
      painter.current ??= new LanePainter(canvas.current);
      painter.current.paint(lanes.value, stallsOf, shown(), Date.now() / 1000, colours.value, words.slot);
    });
  });

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const momentAt = (x: number) => {
    const { from, to } = shown();
    return from + ((x - GUTTER) / Math.max(1, width.value - GUTTER)) * (to - from);
  };
  const zoom = (factor: number, around?: number) => {
    const { from, to } = shown();
    const at = around ?? (from + to) / 2;
    const all = whole();
    const next = { from: at - (at - from) / factor, to: at + (to - at) / factor };
    if (next.to - next.from < SHORTEST) return;
    span.value = next.to - next.from >= all.to - all.from ? null : next;
  };
  const pan = (part: number) => {
    const { from, to } = shown();
    const by = (to - from) * part;
    span.value = { from: from + by, to: to + by };
  };

  const wheel = useRef((_event: WheelEvent) => {});
  wheel.current = (event) => {
    const x = event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
    if (event.ctrlKey || event.metaKey) zoom(event.deltaY < 0 ? 1.25 : 0.8, momentAt(x));
    else if (event.shiftKey && span.value !== null) pan(Math.sign(event.deltaY || event.deltaX) * 0.1);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    const element = canvas.current;
    const onWheel = (event: WheelEvent) => wheel.current(event);
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, []);

  const drag = useRef<{ x: number; from: number; to: number } | null>(null);
  const find = (event: PointerEvent): Place | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return null;
    const bars = lanes.value[Math.floor((event.clientY - box.top - AXIS) / LANE)];
    return bars === undefined ? null : placeAt(bars, momentAt(event.clientX - box.left), Date.now() / 1000);
  };

  return (
    <section class="card lanes" aria-labelledby="lanes-title">
      <header>
        <h2 id="lanes-title">{words.lanes}</h2>
        <span class="key"><i class="starting" />{words.startUp}</span>
        <span class="key"><i class="done" />{words.frames}</span>
        <span class="key"><i class="stall" />{words.stall}</span>
        <span class="grow" />
        <span class="standing" role="status">{standing.value.join(" · ")}</span>
        <button class="button bare square" aria-label={words.zoomOut} onClick={() => zoom(0.6)}>−</button>
        <button class="button bare square" aria-label={words.zoomIn} onClick={() => zoom(1.6)}>+</button>
        <button class="button bare" disabled={span.value === null} onClick={() => (span.value = null)}>
          <Icon name="clock" /> {words.wholeTime}
        </button>
      </header>
      <div class="lanes-scroll">
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={words.lanesStory(lanes.value.length, job.bars.length)}
          style={{ height: `${AXIS + Math.max(1, lanes.value.length) * LANE}px` }}
          onKeyDown={(event) => {
            const actions: Record<string, () => void> = {
              "+": () => zoom(1.6),
              "=": () => zoom(1.6),
              "-": () => zoom(0.6),
              "0": () => (span.value = null),
              ArrowLeft: () => pan(-0.1),
              ArrowRight: () => pan(0.1),
            };
            const action = actions[event.key];
            if (action === undefined) return;
            action();
            event.preventDefault();
          }}
          onPointerDown={(event) => {
            drag.current = { x: event.clientX, ...shown() };
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            const held = drag.current;
            if (held !== null && Math.abs(event.clientX - held.x) > 3) {
              const per = (held.to - held.from) / Math.max(1, width.value - GUTTER);
              const by = (held.x - event.clientX) * per;
              span.value = { from: held.from + by, to: held.to + by };
              hover.value = null;
              return;
            }
            const found = find(event);
            const box = event.currentTarget.getBoundingClientRect();
            hover.value = found && { ...found, x: event.clientX - box.left, y: event.clientY - box.top };
          }}
          onPointerLeave={() => (hover.value = null)}
          onPointerUp={(event) => {
            const held = drag.current;
            drag.current = null;
            if (held === null || Math.abs(event.clientX - held.x) > 3) return;
            const found = find(event);
            if (found === null || found.frame === null) return;
            job.task.value = job.grids.has(found.bar.task) ? found.bar.task : job.task.value;
            const place = job.grid?.frames.placeOf(found.frame) ?? -1;
            if (place < 0) return;
            job.cursor.value = place;
            job.chosen.value = { from: place, to: place };
          }}
        />
        {hover.value !== null && <Tip place={hover.value} />}
      </div>
    </section>
  );
}

function Tip({ place }: { place: Place & { x: number; y: number } }) {
  const { bar, frame } = place;
  const seconds = bar.done.find((each) => each[0] === frame)?.[2];
  return (
    <div class="tip" style={{ left: `${place.x + 12}px`, top: `${place.y + 14}px` }}>
      <strong>{frame === null ? words.attempt(bar.number) : words.frame(frame)}</strong>
      {seconds !== undefined && <span>{duration(seconds)}</span>}
      <span class="soft">{words.attemptStory(bar.number, bar.frames, words.attemptStatus[bar.status] ?? bar.status)}</span>
      {bar.opened !== null && !bar.is_reused && (
        <span class="soft">{words.startedIn(duration(bar.opened - bar.started))}</span>
      )}
      {bar.reason !== "" && <span class="lost">{bar.reason}</span>}
    </div>
  );
}
