/** Requests to the daemon; every refusal becomes a `Refused` with the daemon's own words. */
import { words } from "../words";
import type {
  AttemptList,
  Done,
  FailureList,
  FolderList,
  FramesChecked,
  FramesTable,
  Inspected,
  JobDetail,
  JobList,
  LogPage,
  MachineNow,
  Mistake,
  Planned,
  PresetList,
  RendererList,
  SavedPreset,
  Submitted,
  Trouble,
  Uploaded,
} from "./answers";

export const ROOT = "/api/v1";

export type Verb = "cancel" | "hold" | "release" | "retry" | "forget";
export type JobFile = Record<string, unknown>;

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly mistakes: readonly Mistake[] = [],
  ) {
    super(message);
  }
}

async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const request: RequestInit = { method, credentials: "same-origin" };
  if (signal !== undefined) request.signal = signal;
  if (body instanceof Blob) {
    request.body = body;
  } else if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { "Content-Type": "application/json" };
  }
  let answer: Response;
  try {
    answer = await fetch(`${ROOT}/${path}`, request);
  } catch (problem) {
    if (signal?.aborted === true) throw problem;
    throw new Refused(0, words.noDaemon);
  }
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) throw new Refused(401, words.noCookie);
  const trouble = (await answer.json().catch(() => null)) as Trouble | null;
  throw new Refused(answer.status, trouble?.message ?? words.refused(answer.status), trouble?.mistakes);
}

function query(values: Record<string, string | number | null | undefined>): string {
  const all = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") all.set(key, String(value));
  }
  const text = all.toString();
  return text === "" ? "" : `?${text}`;
}

export const api = {
  jobs: () => ask<JobList>("GET", `jobs${query({ limit: 5000 })}`),
  job: (job: number) => ask<JobDetail>("GET", `jobs/${job}`),
  frames: (job: number, task: string) => ask<FramesTable>("GET", `jobs/${job}/frames${query({ task })}`),
  attempts: (job: number) => ask<AttemptList>("GET", `jobs/${job}/attempts`),
  failures: (job: number) => ask<FailureList>("GET", `jobs/${job}/failures${query({ limit: 50 })}`),
  log: (
    job: number,
    wanted: {
      attempt?: number | null;
      after?: number;
      limit?: number;
      search?: string;
      only?: string;
      frame?: number | null;
      tail?: number;
    },
    signal?: AbortSignal,
  ) => ask<LogPage>("GET", `jobs/${job}/log${query(wanted)}`, undefined, signal),
  renderers: () => ask<RendererList>("GET", "renderers"),
  presets: () => ask<PresetList>("GET", "presets"),
  machine: (fresh = false) => ask<MachineNow>("GET", `machine${query({ fresh: fresh ? 1 : null })}`),
  folders: (path: string) => ask<FolderList>("GET", `folders${query({ path })}`),
  framesText: (text: string, signal: AbortSignal) =>
    ask<FramesChecked>("GET", `frames${query({ text })}`, undefined, signal),

  submit: (job: JobFile, note: string) => ask<Submitted>("POST", "jobs", { job, note }),
  plan: (job: JobFile, signal: AbortSignal) => ask<Planned>("POST", "plan", { job }, signal),
  inspect: (job: JobFile, signal: AbortSignal) => ask<Inspected>("POST", "inspect", { job }, signal),
  many: (verb: Verb, jobs: readonly number[]) => ask<Done>("POST", "jobs/many", { verb, jobs }),
  retry: (job: number, frames: string) => ask<Done>("POST", `jobs/${job}/retry`, { frames }),
  again: (job: number, frames: string) => ask<Submitted>("POST", `jobs/${job}/again`, { frames }),
  priority: (job: number, priority: number) => ask<Done>("PUT", `jobs/${job}/priority`, { priority }),
  slots: (job: number, slots: number | null) => ask<Done>("PUT", `jobs/${job}/slots`, { slots }),
  note: (job: number, note: string) => ask<Done>("PUT", `jobs/${job}/note`, { note }),
  queue: (jobs: readonly number[]) => ask<Done>("PUT", "queue", { jobs }),
  savePreset: (name: string, job: JobFile) =>
    ask<SavedPreset>("PUT", `presets/${encodeURIComponent(name)}`, { job }),
  forgetPreset: (name: string) => ask<Done>("DELETE", `presets/${encodeURIComponent(name)}`),
  upload: (file: File) => ask<Uploaded>("POST", `scenes${query({ name: file.name })}`, file),
};

/** Addresses that elements fetch by themselves. */
export const files = {
  thumbnail: (job: number, task: string, frame: number, width: number, edition = 0) =>
    `${ROOT}/jobs/${job}/thumbnail${query({ task, frame, width, v: edition || null })}`,
  picture: (job: number, task: string, frame: number, edition = 0) =>
    `${ROOT}/jobs/${job}/picture${query({ task, frame, as: "jpeg", v: edition || null })}`,
  film: (job: number, task: string) => `${ROOT}/jobs/${job}/film${query({ task })}`,
  logText: (job: number, attempt: number) => `${ROOT}/jobs/${job}/log/text${query({ attempt })}`,
};
