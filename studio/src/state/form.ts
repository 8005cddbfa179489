/** What is being asked for: a job file's keys, checked by the daemon while they are written. */
import { batch, computed, effect, signal } from "@preact/signals";
import type {
  FieldRow,
  FramesChecked,
  Inspected,
  Mistake,
  Planned,
  PresetList,
  RendererList,
  RendererRow,
} from "../api/answers";
import { type JobFile, Refused, api } from "../api/http";
import { words } from "../words";
import { tellProblem } from "./toasts";

export type Values = Readonly<Record<string, unknown>>;

/** What `Planned.plan` holds of what is shown; the rest is in its text. */
export interface PlanShown {
  name: string;
  slots: number;
  threads: number;
  reason: string;
  command_text: string;
  kept: number;
  needed_bytes: number | null;
  free_bytes: number | null;
  folder: string;
  warnings: readonly string[];
  tasks: readonly {
    id: string;
    target: string;
    frames: string;
    files: readonly { name: string; first: string; last: string; count: number }[];
    segments?: readonly string[];
  }[];
  films: readonly { film: string }[];
}

/** Of an inspected scene; `docs/sessions.md`. */
export interface Facts {
  program_version?: string;
  first?: number;
  last?: number;
  step?: number;
  fps?: string;
  width?: number | null;
  height?: number | null;
  load_seconds?: number;
  missing?: readonly { kind: string; path: string; user: string; found?: string }[];
  warnings?: readonly string[];
  notes?: readonly string[];
  [key: string]: unknown;
}

export const values = signal<Values>({});
export const options = signal<Values>({});
export const note = signal("");
export const renderers = signal<RendererList | null>(null);
export const presets = signal<PresetList | null>(null);
export const frames = signal<FramesChecked | null>(null);
export const inspected = signal<Inspected | null>(null);
export const isInspecting = signal(false);
export const planned = signal<Planned | null>(null);
export const isPlanning = signal(false);
export const planProblem = signal("");

const NOTHING_FOUND: Inspected = { renderer: "", facts: null, kind: "", reason: "", advice: "", mistakes: [] };
const FRAMES_PAUSE = 150;
const PLAN_PAUSE = 500;

export const facts = computed(() => (inspected.value?.facts ?? null) as Facts | null);
export const plan = computed(() => (planned.value?.plan ?? null) as PlanShown | null);

export const renderer = computed<RendererRow | null>(() => {
  const all = renderers.value?.renderers ?? [];
  const named = String(values.value.renderer ?? "");
  const scene = String(values.value.scene ?? "").toLowerCase();
  return (
    all.find((each) => each.name === named) ??
    all.find((each) => named === "" && each.extensions.some((ending) => scene.endsWith(ending))) ??
    null
  );
});

/** The job file's keys, without what is empty: those have their defaults. */
export const jobFile = computed<JobFile>(() => {
  const filled = (all: Values) =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const own = filled(options.value);
  const known = new Set(renderer.value?.options.map((each) => each.name));
  const fitting = Object.fromEntries(Object.entries(own).filter(([name]) => known.has(name)));
  const job = filled(values.value);
  return Object.keys(fitting).length === 0 ? job : { ...job, options: fitting };
});

const mistakes = computed<readonly Mistake[]>(() => planned.value?.mistakes ?? []);

/** The mistakes of one field, whichever way it is spelled: `--frames`, `frames`, `options.samples`. */
export function mistakesOf(field: string): readonly Mistake[] {
  return mistakes.value.filter((mistake) => placeOf(mistake) === field);
}

export function placeOf(mistake: Mistake): string {
  return mistake.place.replace(/^--/, "").replace(/^options\./, "").replaceAll("-", "_").split(/[ [(]/)[0] ?? "";
}

export function set(field: FieldRow | string, value: unknown): void {
  const name = typeof field === "string" ? field : field.name;
  values.value = { ...values.value, [name]: value };
}

export function setOption(name: string, value: unknown): void {
  options.value = { ...options.value, [name]: value };
}

/** Fill the form with a job file's keys. */
export function fill(job: JobFile): void {
  const { options: own = {}, version: _version, ...rest } = job;
  batch(() => {
    values.value = rest;
    options.value = own as Values;
  });
}

/** Lay a preset over what is there; the scene and where frames go stay. */
export function lay(job: JobFile): void {
  const { options: own = {}, version: _version, scene: _scene, ...rest } = job;
  batch(() => {
    values.value = { ...values.value, ...rest };
    options.value = { ...options.value, ...(own as Values) };
  });
}

export async function loadForm(like: number | null): Promise<void> {
  try {
    const [known, saved] = await Promise.all([api.renderers(), api.presets()]);
    renderers.value = known;
    presets.value = saved;
    if (like !== null) {
      const detail = await api.job(like);
      fill({ ...detail.spec });
      note.value = detail.job.note;
    }
  } catch (problem) {
    tellProblem(problem);
  }
}

/** Watch what is written and have it checked; returns what ends that. */
export function watch(): () => void {
  const ends = [watchFrames(), watchScene(), watchPlan()];
  return () => ends.forEach((end) => end());
}

/** Run a check after a pause, and drop the one before it. */
function debounced(pause: number, check: (leaving: AbortSignal) => Promise<void>): () => void {
  const leaving = new AbortController();
  const timer = setTimeout(() => {
    check(leaving.signal).catch((problem: unknown) => {
      if (!leaving.signal.aborted) throw problem;
    });
  }, pause);
  return () => {
    clearTimeout(timer);
    leaving.abort();
  };
}

function watchFrames(): () => void {
  const text = computed(() => String(values.value.frames ?? ""));
  return effect(() => {
    const wanted = text.value;
    if (wanted.trim() === "") {
      frames.value = null;
      return;
    }
    return debounced(FRAMES_PAUSE, async (leaving) => {
      frames.value = await api.framesText(wanted, leaving);
    });
  });
}

function watchScene(): () => void {
  const wanted = computed(() => {
    const { scene, renderer: named, program } = jobFile.value;
    const own = jobFile.value.options;
    return renderer.value?.can_inspect && scene
      ? JSON.stringify({ scene, renderer: named ?? "", program: program ?? "", options: own ?? {} })
      : "";
  });
  return effect(() => {
    const job = wanted.value;
    inspected.value = null;
    // Whoever was inspecting before is not waited for any more, and does not say so itself.
    isInspecting.value = false;
    if (job === "") return;
    return debounced(PLAN_PAUSE, async (leaving) => {
      isInspecting.value = true;
      try {
        inspected.value = await api.inspect(JSON.parse(job) as JobFile, leaving);
      } catch (problem) {
        if (leaving.aborted || !(problem instanceof Refused)) throw problem;
        inspected.value = { ...NOTHING_FOUND, reason: problem.message, mistakes: problem.mistakes };
      } finally {
        if (!leaving.aborted) isInspecting.value = false;
      }
    });
  });
}

function watchPlan(): () => void {
  return effect(() => {
    const job = jobFile.value;
    planProblem.value = "";
    if (!job.scene || (!job.output && !job.film)) {
      planned.value = null;
      isPlanning.value = false;
      return;
    }
    isPlanning.value = true;
    return debounced(PLAN_PAUSE, async (leaving) => {
      try {
        planned.value = await api.plan(job, leaving);
      } catch (problem) {
        if (leaving.aborted) return;
        planned.value = null;
        planProblem.value = problem instanceof Refused ? problem.message : words.problem;
      } finally {
        if (!leaving.aborted) isPlanning.value = false;
      }
    });
  });
}
