"""Answers: what the daemon tells over HTTP, shape by shape; server, client and page read them here.

Their JSON is that of `wire`: one key per field, unknown keys ignored, absent ones their default.
`docs/http.md` says which address gives which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from framecrew.model.errors import Mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonStatus:
    """Who answers, and where the journal stands."""

    version: str
    api: int = 1
    pid: int
    started: float
    """Seconds since 1970, as every moment here."""
    home: str
    """Folder of the queue and the logs."""
    event: int
    """Number of the newest event."""
    live: int
    """Jobs that are not over."""
    clients: int = 0
    """Event streams that are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaRange:
    """Seconds until the end, as a range that holds more likely than not."""

    soonest: float
    latest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job as a line of the queue."""

    id: int
    name: str
    scene: str
    renderer: str
    status: str
    wish: str
    priority: int
    note: str = ""
    """What a person wrote about it."""
    held_because: str = ""
    phase: str
    """starting, rendering, stitching, checking, or over."""
    progress: float
    """0 to 1; never runs backwards, and is 1 only when all is delivered and proved."""
    eta: EtaRange | None = None
    """None when nothing is measured yet, or nothing runs."""
    done: int
    """Frames delivered."""
    lost: int
    """Frames given up."""
    total: int
    slots: int = 0
    """Renderer processes at work."""
    slots_wanted: int | None = None
    """As many as a person wants; None: chosen from evidence."""
    threads: int = 0
    """Of each of them."""
    submitted: float
    started: float | None = None
    """When its first attempt began; None before that."""
    finished: float | None = None
    """None while it is not over."""
    outputs: tuple[str, ...] = ()
    """Frame patterns and films it delivers; absolute."""
    is_here: bool = True
    """False for a job that another process renders: only wishes reach it, and no pulses come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """Jobs, newest first."""

    jobs: tuple[JobRow, ...]
    total: int
    """Jobs that fit the filter, of which these are the first."""
    event: int
    """Ask the stream for what comes after this number, and nothing is missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """Frames that were given up for one reason, with what helps."""

    task: str
    target: str
    frames: str
    """Empty for a film."""
    count: int
    kind: str
    reason: str
    advice: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """What one slot is doing now."""

    attempt: str
    job: int
    task: str
    slot: int
    threads: int = 0
    status: str = "running"
    pid: int = 0
    frame: int | None = None
    percent: float | None = None
    """Of that frame, 0 to 100; None where the renderer does not tell."""
    memory_bytes: int = 0
    cpu_percent: float | None = None
    """Of one core."""
    seconds_per_frame: float | None = None
    """Of its last frames."""
    left: str = ""
    """Frames it still holds."""
    finished: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRow:
    """The files of one promise of a task, or the one film of a stitch."""

    task: str
    name: str
    """`main`, or the name of the pass; `film` for a film."""
    pattern: str
    """Absolute; a frame pattern with `#`, or the film's path."""
    is_film: bool = False
    is_there: bool = False
    """Of a film: whether it can be fetched."""
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task of a job."""

    id: str
    kind: str
    """render or stitch."""
    target: str
    status: str
    frames: str
    total: int
    done: int
    missing: str
    slots: int
    threads: int
    reason: str
    """Why so many slots and threads."""
    seconds_per_frame: float
    """Mean cost of a frame on one core; 0 when unknown."""
    footprint_bytes: int
    outputs: tuple[OutputRow, ...] = ()
    losses: tuple[LossRow, ...] = ()
    width: int | None = None
    height: int | None = None
    fps: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetail:
    """One job with everything but its frames, attempts and lines."""

    job: JobRow
    tasks: tuple[TaskRow, ...]
    slots: tuple[SlotRow, ...]
    """Those at work now."""
    spec: Mapping[str, object]
    """The job file's keys that differ from their defaults; secrets masked."""
    command: str
    """The command line that does the same, to be copied."""
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesTable:
    """All frames of one task in columns, in ascending order; 100,000 of them are one answer."""

    job: int
    task: str
    frames: str
    runs: tuple[tuple[int, ...], ...]
    """The same as `[first, last, step]`, one behind the other."""
    states: str
    """A letter for each frame: see `STATES`."""
    seconds: tuple[float, ...]
    """Wall time of rendering; 0 where it was not rendered by this job."""
    memory: tuple[int, ...]
    """Peak of its process tree so far, in MiB; 0 where unknown."""
    tries: tuple[int, ...]
    """Attempts that held it."""
    attempts: tuple[int, ...]
    """Number of the attempt that held it last (`<job>.<number>` is its name); 0: none."""
    event: int


STATES: Mapping[str, str] = {
    "w": "waiting",
    "g": "given to a slot",
    "d": "done: decoded, checked and published",
    "k": "kept: found whole where it was to go",
    "t": "failed, and tried again",
    "f": "given up",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt as a bar in its slot's lane."""

    attempt: str
    number: int
    task: str
    slot: int
    threads: int
    frames: str
    total: int
    started: float
    opened: float | None = None
    """When its program was ready; None: it never was."""
    is_reused: bool = False
    """It took a session that was open already."""
    ended: float | None = None
    status: str = "running"
    """starting, running, succeeded, failed, stopped or lost."""
    finished: int = 0
    pid: int = 0
    kind: str = ""
    """Of its failure; empty when it did not fail."""
    reason: str = ""
    done: tuple[tuple[float, ...], ...] = ()
    """`[frame, at, seconds]` of its frames, in the order they were finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptList:
    """The attempts of a job, oldest first."""

    attempts: tuple[AttemptRow, ...]
    total: int
    """How many there are; those listed are the newest."""
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One thing that went wrong, in one box."""

    at: float
    task: str
    attempt: str = ""
    """Empty for a doubt about a published frame."""
    frames: str
    """Whom it hit; empty for a film."""
    kind: str
    reason: str
    advice: str
    evidence: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """The last lines of its log."""
    command: str = ""
    """The command line that renders just this again, to be copied."""
    is_given_up: bool = False
    """Whether it was tried again no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureList:
    """What went wrong in a job, newest first."""

    failures: tuple[FailureRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a renderer."""

    number: int
    """From 0."""
    at: str = ""
    """UTC, `2026-01-31T12:00:00.000Z`; empty for a line of our own."""
    text: str
    frame: int | None = None
    """In work when it was printed, as far as the lines tell."""
    level: str = ""
    """warning, error, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A stretch of an attempt's log."""

    attempt: str
    lines: tuple[LogLine, ...]
    next: int | None
    """Number of the line to go on from; None at the end."""
    total: int
    """Lines there are now."""
    is_over: bool
    """Whether no more will come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a job, or one option of a renderer: what a form needs to know of it."""

    name: str
    flag: str
    type: str
    """text, whole number, number, switch, choice, list or table."""
    help: str
    metavar: str = ""
    default: object = None
    may_be_absent: bool = False
    choices: tuple[str, ...] = ()
    items: str = ""
    """Of a list or a table."""
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None
    is_path: bool = False
    targets: str = ""
    """What it names when it names targets, e.g. `view layers`; empty when it does not."""
    listed: str = ""
    """The key of the inspected scene that lists what it may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RendererRow:
    """One installed renderer."""

    name: str
    title: str
    extensions: tuple[str, ...]
    picture_formats: tuple[str, ...]
    film_formats: tuple[str, ...]
    stays_open: bool
    can_inspect: bool
    options: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RendererList:
    """The installed renderers, and the fields every job has."""

    renderers: tuple[RendererRow, ...]
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPresetRow:
    """One way to encode a film."""

    name: str
    title: str
    endings: tuple[str, ...]
    bits: int
    keeps_alpha: bool
    bitrate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPreset:
    """Fields of a job that a person saved under a name."""

    name: str
    job: Mapping[str, object] = field(default_factory=dict)
    """Job-file keys."""
    is_ours: bool = False
    """It came with framecrew, and cannot be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetList:
    """Film presets, and what may be put into a form at one click."""

    films: tuple[FilmPresetRow, ...]
    by_ending: Mapping[str, str]
    """Film ending → the preset that it chooses."""
    saved: tuple[SavedPreset, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRow:
    """One program that renderers need."""

    renderer: str
    name: str
    found: tuple[Mapping[str, object], ...]
    """`path`, `version`, `where`; the best first."""
    looked: tuple[Mapping[str, object], ...]
    """`where`, `path`, `saw`."""
    install: str
    """What installs it here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineNow:
    """This computer, as it is at this moment."""

    system: str
    cores: Mapping[str, object]
    """`usable`, `logical`, `physical`, `limit`."""
    memory: Mapping[str, object]
    """`total`, `free`, `limit`; bytes."""
    cpu_percent: float
    """Of all cores, since the last look."""
    gpus: tuple[Mapping[str, object], ...]
    disks: tuple[Mapping[str, object], ...]
    """`folder`, `total`, `free`, `file_system`, `is_network`, `trouble`."""
    slots: tuple[SlotRow, ...]
    programs: tuple[ProgramRow, ...]
    lacking: tuple[str, ...]
    """Film presets whose encoder this ffmpeg has not."""
    troubles: tuple[str, ...]
    most_slots: int
    """Most renderer processes a job can be given."""
    looked_at: float
    """Programs, GPUs and disks; `?fresh=1` looks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntry:
    """One file or folder that may be chosen."""

    name: str
    path: str
    is_folder: bool
    bytes: int = 0
    changed: float = 0.0
    renderer: str = ""
    """Of a scene: who renders it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderList:
    """A folder that a person may look into."""

    path: str
    parent: str
    """Empty at a root."""
    roots: tuple[str, ...]
    entries: tuple[FolderEntry, ...]
    """Folders first, then files, by name."""
    is_cut: bool = False
    """There are more than are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesChecked:
    """A frames text, read or refused at a character."""

    text: str
    """In its shortest spelling; as written when it cannot be read."""
    count: int = 0
    first: int | None = None
    last: int | None = None
    runs: tuple[tuple[int, ...], ...] = ()
    """`[first, last, step]`; the first thousand."""
    message: str = ""
    """What is wrong; empty when nothing is."""
    position: int | None = None
    """0-based character where it goes wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a job would do, or all that is wrong with it."""

    mistakes: tuple[Mistake, ...] = ()
    plan: Mapping[str, object] | None = None
    """As `framecrew plan --json` prints it; None when there are mistakes."""
    text: str = ""
    """The same as `framecrew plan` prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a scene holds, or why it cannot be opened."""

    renderer: str = ""
    facts: Mapping[str, object] | None = None
    """As in `docs/sessions.md`: range, size, rate, targets, missing files; None: see the rest."""
    kind: str = ""
    """Of the failure; empty when there is none."""
    reason: str = ""
    advice: str = ""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The number of a new job."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Jobs that a wish reached, and those it did not."""

    jobs: tuple[int, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Number of a job → why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was forgotten and removed."""

    jobs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that opens the page once, within a minute."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A scene that was dropped onto the page, as a file on this machine."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a request was refused: what was wanted, found, and what to do."""

    message: str
    mistakes: tuple[Mistake, ...] = ()
