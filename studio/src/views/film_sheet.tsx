/** All pictures of a task beside each other. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { files } from "../api/http";
import type { Grid } from "../model/grid";
import { Virtual } from "../parts/virtual";
import type { OpenJob } from "../state/open_job";
import { address } from "../state/route";
import { words } from "../words";

const GAP = 8;

export function ContactSheet({ job, grid, places }: { job: OpenJob; grid: Grid; places: readonly number[] }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(900);
  const wanted = useSignal(190);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth - 32));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((width.value + GAP) / (wanted.value + GAP)));
  const cell = Math.floor((width.value - GAP * (columns - 1)) / columns);
  const height = Math.round((cell * 9) / 16) + 22;
  return (
    <div ref={box} class="sheet">
      <label class="sheet-size row">
        <span class="faint">{words.pictureSize}</span>
        <input type="range" min={100} max={420} value={wanted.value} onInput={(event) => (wanted.value = Number(event.currentTarget.value))} />
      </label>
      <Virtual
        count={Math.ceil(places.length / columns)}
        height={height + GAP}
        attributes={{ role: "list", "aria-label": words.filmModes.sheet, tabIndex: 0 }}
        row={(index, style) => (
          <div key={index} role="presentation" class="sheet-row" style={{ ...style, gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
            {places.slice(index * columns, (index + 1) * columns).map((place) => {
              const frame = grid.frames.at(place);
              return (
                <div key={place} role="listitem">
                  <a
                    href={address({ view: "job", job: job.id, tab: "frames" })}
                    onClick={() => {
                      job.cursor.value = place;
                      job.chosen.value = { from: place, to: place };
                    }}
                  >
                    <img
                      loading="lazy"
                      style={{ height: `${height - 20}px` }}
                      src={files.thumbnail(job.id, grid.task, frame, cell > 240 ? 480 : 320, grid.edition[place])}
                      alt={words.pictureOf(frame)}
                    />
                    <span class="faint">{frame}</span>
                  </a>
                </div>
              );
            })}
          </div>
        )}
      />
    </div>
  );
}
