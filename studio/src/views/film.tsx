/** The film, or the frames where there is none: played, laid out, and compared. */
import { useSignal } from "@preact/signals";
import type { JobDetail } from "../api/answers";
import type { Grid } from "../model/grid";
import { rate } from "../model/format";
import { Icon } from "../parts/icon";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";
import { Compare } from "./film_compare";
import { AnimationPlayer, FilmPlayer, FramesPlayer } from "./film_player";
import { ContactSheet } from "./film_sheet";

const MODES = ["player", "sheet", "compare"] as const;
type Mode = (typeof MODES)[number];
const MODE_ICONS = { player: "play", sheet: "grid", compare: "wiper" } as const;

export function FilmTab({ job, detail }: { job: OpenJob; detail: JobDetail }) {
  const mode = useSignal<Mode>("player");
  const source = useSignal<string | null>(null);
  void job.version.value;
  const films = detail.tasks.flatMap((task) => task.outputs.filter((output) => output.is_film && output.is_there));
  const grid = job.grid;
  const places = grid === undefined ? [] : placesWithPicture(grid);
  const task = detail.tasks.find((each) => each.id === job.task.value);
  const fps = rate(detail.tasks.find((each) => each.fps !== "")?.fps ?? "24");
  const chosen = source.value ?? films[0]?.task ?? "";
  const film = films.find((each) => each.task === chosen);
  if (films.length === 0 && places.length === 0) {
    return (
      <div class="empty">
        <Icon name="film" />
        <strong>{words.noPicturesYet}</strong>
        <span>{words.noPicturesHint}</span>
      </div>
    );
  }
  return (
    <section class="film" aria-label={words.tabs.film}>
      <div class="tools">
        <div class="segments" role="group" aria-label={words.tabs.film}>
          {MODES.map((each) => (
            <button aria-pressed={mode.value === each} onClick={() => (mode.value = each)}>
              <span class="row"><Icon name={MODE_ICONS[each]} />{words.filmModes[each]}</span>
            </button>
          ))}
        </div>
        {mode.value === "player" && (
          <select
            class="input"
            aria-label={words.source}
            value={film === undefined ? "" : film.task}
            onChange={(event) => (source.value = event.currentTarget.value)}
          >
            {films.map((each) => <option value={each.task}>{nameOf(each.pattern)}</option>)}
            {places.length > 0 && <option value="">{words.framesAsFilm}</option>}
          </select>
        )}
        {job.renders.length > 1 && (
          <select
            class="input"
            aria-label={words.target}
            value={job.task.value}
            onChange={(event) => (job.task.value = event.currentTarget.value)}
          >
            {job.renders.map((each) => <option value={each.id}>{each.target || each.id}</option>)}
          </select>
        )}
        <span class="grow" />
        {film !== undefined && mode.value === "player" && <code class="faint clip">{film.pattern}</code>}
      </div>
      {mode.value === "player" && film !== undefined && isAnimation(film.pattern) && (
        <AnimationPlayer key={film.task} job={job.id} task={film.task} name={nameOf(film.pattern)} />
      )}
      {mode.value === "player" && film !== undefined && !isAnimation(film.pattern) && (
        <FilmPlayer key={film.task} job={job.id} task={film.task} fps={fps} first={grid?.frames.at(0) ?? 0} />
      )}
      {mode.value === "player" && film === undefined && grid !== undefined && (
        <FramesPlayer job={job} grid={grid} places={places} fps={fps} width={task?.width ?? 1280} />
      )}
      {mode.value === "sheet" && grid !== undefined && <ContactSheet job={job} grid={grid} places={places} />}
      {mode.value === "compare" && grid !== undefined && <Compare job={job} grid={grid} places={places} />}
    </section>
  );
}

function nameOf(film: string): string {
  return film.split(/[\\/]/).at(-1) ?? film;
}

function isAnimation(film: string): boolean {
  return /\.(gif|webp)$/i.test(film);
}

function placesWithPicture(grid: Grid): number[] {
  const places: number[] = [];
  for (let place = 0; place < grid.count; place++) {
    if (grid.hasPicture(place)) places.push(place);
  }
  return places;
}
