// Written by scripts/pages.py from model/answers.py and model/events.py; change those, then run it.

/** One thing wrong in what a person asked for: where, what was wanted, found, and what to do. */
export interface Mistake {
  place: string;
  wanted: string;
  found: string;
  advice: string;
}

/** Kind and reason of a failed attempt or frame. */
export interface Failure {
  kind: "missing_asset" | "missing_library" | "plugin_missing" | "bad_scene" | "bad_request" | "script_error" | "out_of_memory" | "gpu_lost" | "licence" | "busy_instance" | "crash" | "start_hang" | "stall" | "exit_hang" | "output_not_writable" | "disk_full" | "bad_output" | "skipped_frame" | "program_missing" | "hole" | "lost" | "unknown";
  reason: string;
  evidence: readonly string[];
}

/** What decoding a picture told; the values of `Checks` are compared with it. */
export interface PictureFacts {
  width: number;
  height: number;
  channels: number;
  bytes: number;
  digest: string;
  mean: number;
  is_black: boolean;
  has_nan: boolean;
  means: readonly number[];
  pixels: string;
}

/** Who answers, and where the journal stands. */
export interface DaemonStatus {
  version: string;
  api: number;
  pid: number;
  started: number;
  home: string;
  event: number;
  live: number;
  clients: number;
}

/** Seconds until the end, as a range that holds more likely than not. */
export interface EtaRange {
  soonest: number;
  latest: number;
}

/** One job as a line of the queue. */
export interface JobRow {
  id: number;
  name: string;
  scene: string;
  renderer: string;
  status: string;
  wish: string;
  priority: number;
  note: string;
  held_because: string;
  phase: string;
  progress: number;
  eta: EtaRange | null;
  done: number;
  lost: number;
  total: number;
  slots: number;
  slots_wanted: number | null;
  threads: number;
  submitted: number;
  started: number | null;
  finished: number | null;
  outputs: readonly string[];
  is_here: boolean;
}

/** Jobs, newest first. */
export interface JobList {
  jobs: readonly JobRow[];
  total: number;
  event: number;
}

/** Frames that were given up for one reason, with what helps. */
export interface LossRow {
  task: string;
  target: string;
  frames: string;
  count: number;
  kind: string;
  reason: string;
  advice: string;
  evidence: readonly string[];
}

/** What one slot is doing now. */
export interface SlotRow {
  attempt: string;
  job: number;
  task: string;
  slot: number;
  threads: number;
  status: string;
  pid: number;
  frame: number | null;
  percent: number | null;
  memory_bytes: number;
  cpu_percent: number | null;
  seconds_per_frame: number | null;
  left: string;
  finished: number;
}

/** The files of one promise of a task, or the one film of a stitch. */
export interface OutputRow {
  task: string;
  name: string;
  pattern: string;
  is_film: boolean;
  is_there: boolean;
  bytes: number;
}

/** One task of a job. */
export interface TaskRow {
  id: string;
  kind: string;
  target: string;
  status: string;
  frames: string;
  total: number;
  done: number;
  missing: string;
  slots: number;
  threads: number;
  reason: string;
  seconds_per_frame: number;
  footprint_bytes: number;
  outputs: readonly OutputRow[];
  losses: readonly LossRow[];
  width: number | null;
  height: number | null;
  fps: string;
}

/** One job with everything but its frames, attempts and lines. */
export interface JobDetail {
  job: JobRow;
  tasks: readonly TaskRow[];
  slots: readonly SlotRow[];
  spec: Readonly<Record<string, unknown>>;
  command: string;
  event: number;
}

/** All frames of one task in columns, in ascending order; 100,000 of them are one answer. */
export interface FramesTable {
  job: number;
  task: string;
  frames: string;
  runs: readonly (readonly number[])[];
  states: string;
  seconds: readonly number[];
  memory: readonly number[];
  tries: readonly number[];
  attempts: readonly number[];
  event: number;
}

/** One attempt as a bar in its slot's lane. */
export interface AttemptRow {
  attempt: string;
  number: number;
  task: string;
  slot: number;
  threads: number;
  frames: string;
  total: number;
  started: number;
  opened: number | null;
  is_reused: boolean;
  ended: number | null;
  status: string;
  finished: number;
  pid: number;
  kind: string;
  reason: string;
  done: readonly (readonly number[])[];
}

/** The attempts of a job, oldest first. */
export interface AttemptList {
  attempts: readonly AttemptRow[];
  total: number;
  event: number;
}

/** One thing that went wrong, in one box. */
export interface FailureRow {
  at: number;
  task: string;
  attempt: string;
  frames: string;
  kind: string;
  reason: string;
  advice: string;
  evidence: readonly string[];
  lines: readonly string[];
  command: string;
  is_given_up: boolean;
}

/** What went wrong in a job, newest first. */
export interface FailureList {
  failures: readonly FailureRow[];
  total: number;
}

/** One line of a renderer. */
export interface LogLine {
  number: number;
  at: string;
  text: string;
  frame: number | null;
  level: string;
}

/** A stretch of an attempt's log. */
export interface LogPage {
  attempt: string;
  lines: readonly LogLine[];
  next: number | null;
  total: number;
  is_over: boolean;
}

/** One field of a job, or one option of a renderer: what a form needs to know of it. */
export interface FieldRow {
  name: string;
  flag: string;
  type: string;
  help: string;
  metavar: string;
  default: unknown;
  may_be_absent: boolean;
  choices: readonly string[];
  items: string;
  at_least: number | null;
  more_than: number | null;
  at_most: number | null;
  less_than: number | null;
  is_path: boolean;
  targets: string;
  listed: string;
}

/** One installed renderer. */
export interface RendererRow {
  name: string;
  title: string;
  extensions: readonly string[];
  picture_formats: readonly string[];
  film_formats: readonly string[];
  stays_open: boolean;
  can_inspect: boolean;
  options: readonly FieldRow[];
}

/** The installed renderers, and the fields every job has. */
export interface RendererList {
  renderers: readonly RendererRow[];
  fields: readonly FieldRow[];
}

/** One way to encode a film. */
export interface FilmPresetRow {
  name: string;
  title: string;
  endings: readonly string[];
  bits: number;
  keeps_alpha: boolean;
  bitrate: string;
}

/** Fields of a job that a person saved under a name. */
export interface SavedPreset {
  name: string;
  job: Readonly<Record<string, unknown>>;
  is_ours: boolean;
}

/** Film presets, and what may be put into a form at one click. */
export interface PresetList {
  films: readonly FilmPresetRow[];
  by_ending: Readonly<Record<string, string>>;
  saved: readonly SavedPreset[];
}

/** One program that renderers need. */
export interface ProgramRow {
  renderer: string;
  name: string;
  found: readonly (Readonly<Record<string, unknown>>)[];
  looked: readonly (Readonly<Record<string, unknown>>)[];
  install: string;
}

/** This computer, as it is at this moment. */
export interface MachineNow {
  system: string;
  cores: Readonly<Record<string, unknown>>;
  memory: Readonly<Record<string, unknown>>;
  cpu_percent: number;
  gpus: readonly (Readonly<Record<string, unknown>>)[];
  disks: readonly (Readonly<Record<string, unknown>>)[];
  slots: readonly SlotRow[];
  programs: readonly ProgramRow[];
  lacking: readonly string[];
  troubles: readonly string[];
  most_slots: number;
  looked_at: number;
}

/** One file or folder that may be chosen. */
export interface FolderEntry {
  name: string;
  path: string;
  is_folder: boolean;
  bytes: number;
  changed: number;
  renderer: string;
}

/** A folder that a person may look into. */
export interface FolderList {
  path: string;
  parent: string;
  roots: readonly string[];
  entries: readonly FolderEntry[];
  is_cut: boolean;
}

/** A frames text, read or refused at a character. */
export interface FramesChecked {
  text: string;
  count: number;
  first: number | null;
  last: number | null;
  runs: readonly (readonly number[])[];
  message: string;
  position: number | null;
}

/** What a job would do, or all that is wrong with it. */
export interface Planned {
  mistakes: readonly Mistake[];
  plan: Readonly<Record<string, unknown>> | null;
  text: string;
}

/** What a scene holds, or why it cannot be opened. */
export interface Inspected {
  renderer: string;
  facts: Readonly<Record<string, unknown>> | null;
  kind: string;
  reason: string;
  advice: string;
  mistakes: readonly Mistake[];
}

/** The number of a new job. */
export interface Submitted {
  job: number;
}

/** Jobs that a wish reached, and those it did not. */
export interface Done {
  jobs: readonly number[];
  refused: Readonly<Record<string, string>>;
}

/** What was forgotten and removed. */
export interface Cleaned {
  jobs: readonly number[];
}

/** An address that opens the page once, within a minute. */
export interface Link {
  url: string;
}

/** A scene that was dropped onto the page, as a file on this machine. */
export interface Uploaded {
  path: string;
  bytes: number;
}

/** Why a request was refused: what was wanted, found, and what to do. */
export interface Trouble {
  message: string;
  mistakes: readonly Mistake[];
}

/** What this computer offers to renderers. */
export interface MachineMeasured {
  event: "machine_measured";
  number: number;
  job?: number;
  at: number;
  cores: number;
  memory_bytes: number;
  numa: readonly (readonly number[])[];
}

/** Free memory, sent when it matters: it is getting tight, or is easy again. */
export interface MemoryMeasured {
  event: "memory_measured";
  number: number;
  job?: number;
  at: number;
  free_bytes: number;
  total_bytes: number;
}

/** JobSubmitted(*, at: float, job: int, priority: int, plan: framecrew.model.plans.Plan) */
export interface JobSubmitted {
  event: "job_submitted";
  number: number;
  at: number;
  job: number;
  priority: number;
}

/** Files that stood there already, verified whole: these frames are done. */
export interface FramesKept {
  event: "frames_kept";
  number: number;
  at: number;
  job: number;
  task: string;
  frames: string;
}

/** WishChanged(*, at: float, job: int, wish: framecrew.model.jobs.Wish) */
export interface WishChanged {
  event: "wish_changed";
  number: number;
  at: number;
  job: number;
  wish: "run" | "hold" | "cancel";
}

/** PriorityChanged(*, at: float, job: int, priority: int) */
export interface PriorityChanged {
  event: "priority_changed";
  number: number;
  at: number;
  job: number;
  priority: number;
}

/** A person wants so many renderer processes from now on. */
export interface SlotsChanged {
  event: "slots_changed";
  number: number;
  at: number;
  job: number;
  slots: number | null;
}

/** A person wants failed frames tried again: their tries start from zero. */
export interface FramesRequeued {
  event: "frames_requeued";
  number: number;
  at: number;
  job: number;
  task: string;
  frames: string;
}

/** How many sessions with how many threads each a task's renderer gets now, and why. */
export interface LayoutChosen {
  event: "layout_chosen";
  number: number;
  at: number;
  job: number;
  task: string;
  slots: number;
  threads: number;
  reason: string;
}

/** AttemptStarted(*, at: float, job: int, task: str, attempt: str, slot: int, threads: int, frames: framecrew.frames.sets.FrameSet, sequence: tuple[int, ...] = ()) */
export interface AttemptStarted {
  event: "attempt_started";
  number: number;
  at: number;
  job: number;
  task: string;
  attempt: string;
  slot: number;
  threads: number;
  frames: string;
  sequence: readonly number[];
}

/** The attempt's program is ready for frames. */
export interface SessionOpened {
  event: "session_opened";
  number: number;
  job?: number;
  at: number;
  attempt: string;
  pid: number;
  seconds: number;
  memory_bytes: number;
  version: string;
}

/** How a frame's pictures look, to be compared with its neighbours'. */
export interface FrameMeasured {
  event: "frame_measured";
  number: number;
  at: number;
  job: number;
  task: string;
  frame: number;
  pictures: Readonly<Record<string, PictureFacts>>;
}

/** A frame is decoded, checked and published. */
export interface FrameFinished {
  event: "frame_finished";
  number: number;
  job?: number;
  at: number;
  attempt: string;
  frame: number;
  seconds: number;
  cpu_seconds: number;
  memory_bytes: number;
  is_first: boolean;
}

/** A published frame is far from both its neighbours: it is not done, and tried once more. */
export interface FrameDoubted {
  event: "frame_doubted";
  number: number;
  at: number;
  job: number;
  task: string;
  frame: number;
  failure: Failure;
  pixels: string;
}

/** One frame of a live attempt failed; the attempt goes on with the others. */
export interface FrameFailed {
  event: "frame_failed";
  number: number;
  job?: number;
  at: number;
  attempt: string;
  frame: number;
  failure: Failure;
}

/** Frames of a live attempt that it will not render; they are free again. */
export interface FramesGivenBack {
  event: "frames_given_back";
  number: number;
  job?: number;
  at: number;
  attempt: string;
  frames: string;
}

/** An attempt's segment is rendered and its session free; its file is still to be finished and proved. */
export interface SlotFreed {
  event: "slot_freed";
  number: number;
  job?: number;
  at: number;
  attempt: string;
}

/** All its frames are published (or given back or failed one by one), and the three witnesses agree. */
export interface AttemptSucceeded {
  event: "attempt_succeeded";
  number: number;
  job?: number;
  at: number;
  attempt: string;
}

/** AttemptFailed(*, at: float, attempt: str, failure: framecrew.model.failures.Failure, suspect: int | None = None) */
export interface AttemptFailed {
  event: "attempt_failed";
  number: number;
  job?: number;
  at: number;
  attempt: string;
  failure: Failure;
  suspect: number | null;
}

/** It ended because we asked; its process tree has been seen dead or idle. */
export interface AttemptStopped {
  event: "attempt_stopped";
  number: number;
  job?: number;
  at: number;
  attempt: string;
}

/** We ended while it ran. */
export interface AttemptLost {
  event: "attempt_lost";
  number: number;
  job?: number;
  at: number;
  attempt: string;
}

/** Nothing new starts for this job until the reason is gone (disk full, licence). */
export interface QueueHeld {
  event: "queue_held";
  number: number;
  at: number;
  job: number;
  reason: string;
  until: number | null;
}

/** QueueReleased(*, at: float, job: int) */
export interface QueueReleased {
  event: "queue_released";
  number: number;
  at: number;
  job: number;
}

/** A task came to its end; `missing` is empty when it is done. */
export interface TaskEnded {
  event: "task_ended";
  number: number;
  at: number;
  job: number;
  task: string;
  missing: string;
}

/** JobFinished(*, at: float, job: int, status: framecrew.model.statuses.JobStatus) */
export interface JobFinished {
  event: "job_finished";
  number: number;
  at: number;
  job: number;
  status: "queued" | "running" | "held" | "done" | "incomplete" | "failed" | "cancelled" | "interrupted";
}

export type Event =
  | MachineMeasured
  | MemoryMeasured
  | JobSubmitted
  | FramesKept
  | WishChanged
  | PriorityChanged
  | SlotsChanged
  | FramesRequeued
  | LayoutChosen
  | AttemptStarted
  | SessionOpened
  | FrameMeasured
  | FrameFinished
  | FrameDoubted
  | FrameFailed
  | FramesGivenBack
  | SlotFreed
  | AttemptSucceeded
  | AttemptFailed
  | AttemptStopped
  | AttemptLost
  | QueueHeld
  | QueueReleased
  | TaskEnded
  | JobFinished;
