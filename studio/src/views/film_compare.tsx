/** Two frames in one place, with a wiper between them. */
import { useSignal } from "@preact/signals";
import { files } from "../api/http";
import type { Grid } from "../model/grid";
import { Icon } from "../parts/icon";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";

export function Compare({ job, grid, places }: { job: OpenJob; grid: Grid; places: readonly number[] }) {
  const begin = Math.max(0, places.indexOf(job.cursor.value));
  const left = useSignal(begin);
  const right = useSignal(Math.min(places.length - 1, begin + 1));
  const wiper = useSignal(50);
  const picture = (index: number) => {
    const place = places[index] ?? 0;
    return files.picture(job.id, grid.task, grid.frames.at(place), grid.edition[place]);
  };
  const frame = (index: number) => grid.frames.at(places[index] ?? 0);
  const wipe = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    wiper.value = Math.max(0, Math.min(100, ((event.clientX - box.left) / box.width) * 100));
  };
  return (
    <div class="compare">
      <div class="row compare-tools">
        <FrameChoice label={words.leftFrame} places={places} at={left.value} frame={frame} onChange={(to) => (left.value = to)} />
        <button
          class="button bare"
          onClick={() => {
            const before = left.value;
            left.value = right.value;
            right.value = before;
          }}
        >
          {words.swap}
        </button>
        <FrameChoice label={words.rightFrame} places={places} at={right.value} frame={frame} onChange={(to) => (right.value = to)} />
        <label class="row grow">
          <span class="soft">{words.wiper}</span>
          <input class="grow" type="range" min={0} max={100} value={wiper.value} onInput={(event) => (wiper.value = Number(event.currentTarget.value))} />
        </label>
      </div>
      <div class="compare-screen">
        <div
          class="compare-pair"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            wipe(event);
          }}
          onPointerMove={(event) => event.buttons === 1 && wipe(event)}
        >
          <img src={picture(right.value)} alt={words.pictureOf(frame(right.value))} draggable={false} />
          <img
            class="over"
            style={{ clipPath: `inset(0 ${100 - wiper.value}% 0 0)` }}
            src={picture(left.value)}
            alt={words.pictureOf(frame(left.value))}
            draggable={false}
          />
          <span class="wiper" style={{ left: `${wiper.value}%` }} aria-hidden="true"><Icon name="wiper" /></span>
          <span class="tag left">{frame(left.value)}</span>
          <span class="tag right">{frame(right.value)}</span>
        </div>
      </div>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  places: readonly number[];
  at: number;
  frame: (index: number) => number;
  onChange: (to: number) => void;
}

function FrameChoice({ label, places, at, frame, onChange }: ChoiceProps) {
  const last = places.length - 1;
  return (
    <span class="row frame-choice">
      <span class="soft">{label}</span>
      <button class="button bare square" aria-label={words.frameBack} disabled={at === 0} onClick={() => onChange(at - 1)}><Icon name="left" /></button>
      <input
        class="input frame-number"
        type="number"
        aria-label={label}
        value={frame(at)}
        onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          let best = 0;
          for (let index = 0; index <= last; index++) {
            if (Math.abs(frame(index) - wanted) < Math.abs(frame(best) - wanted)) best = index;
          }
          onChange(best);
        }}
      />
      <button class="button bare square" aria-label={words.frameOn} disabled={at === last} onClick={() => onChange(at + 1)}><Icon name="right" /></button>
    </span>
  );
}
