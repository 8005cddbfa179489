"""A plan: all tasks of a job with their order. A pure function of spec, renderer and scene facts."""

from dataclasses import dataclass
from enum import StrEnum

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import Existing, Order
from framecrew.model.outputs import Promise, Segment
from framecrew.model.requests import Request


class TaskKind(StrEnum):
    """Frames to render, or one film to stitch."""

    RENDER = "render"
    STITCH = "stitch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds without any sign of life before an attempt counts as hung, by phase; see `execution/watchdog.py`."""

    start: float = 120.0
    stall: float = 120.0
    finish: float = 20.0
    silence: float | None = None
    """Seconds a computing renderer may say nothing at all; None: as long as it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a renderer behaves; the scheduler decides by these rows, never by the renderer's name."""

    stays_open: bool = False
    """The process takes chunk after chunk."""
    any_frames: bool = True
    """A chunk may be any set of frames; otherwise one contiguous run."""
    can_give_back: bool = False
    """Frames of a running chunk that are not begun can be taken back. Of a renderer that does not
    stay open: its process may be ended while it works, which harms no frame that is complete."""
    changes_threads: bool = False
    """An open session can be told another number of threads with its next chunk."""
    forks: bool = False
    """A session that was only opened can be forked for sessions of one thread, if its scene's
    facts say so."""
    plays_through: bool = False
    """A frame is reached by playing all before it: its sessions only go on from where they are."""
    start_seconds: float = 5.0
    """Typical start-up, until measured."""
    frame_seconds: float = 1.0
    """Typical frame, until measured; the segments of a film are sized by it before any is."""
    spawn_seconds: float = 0.0
    """Least pause between two starts of its program, which would get into each other's way."""
    memory_bytes: int = 1_000_000_000
    """Typical footprint of one process, until measured."""
    chunk_seconds: float = 30.0
    """Longest useful chunk of one that stays open; a longer one only makes loss and stealing
    dearer."""
    works_locally: bool = False
    """It reads and writes badly across a network: a scene that lies there is copied first, and
    its frames are rendered on a local disk before they are delivered."""
    uses_all_cores: bool = True
    """One process with all threads is a good start; else one process per core is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One target's frames to render, or one stitch."""

    id: str
    """Unique within the job: `render`, `render:Camera.001`, `film`."""
    kind: TaskKind
    frames: FrameSet
    request: Request
    promises: tuple[Promise, ...] = ()
    segments: tuple[Segment, ...] = ()
    """For a task that renders pieces of a film, which has no promises: a chunk is exactly one of
    these, and its frames are done together or not at all."""
    grid_reason: str = ""
    """Why its segments are as long as they are."""
    rushes: str = ""
    """Of a stitch: the folder of what the film is made of, which is removed when the film is
    proved; absolute. Empty: that is wanted besides, and stays."""
    after: tuple[str, ...] = ()
    """Ids of tasks that must be done first."""
    traits: Traits = Traits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All tasks of a job, with the rules the scheduler needs."""

    name: str
    tasks: tuple[Task, ...]
    order: Order = Order.FORWARD
    chunk_size: int | None = None
    slots: int | None = None
    """None: chosen from evidence."""
    threads: int | None = None
    existing: Existing = Existing.KEEP
    scratch: str = ""
    """Absolute; empty: beside the output."""
    patience: Patience = Patience()
    memory_limit: int | None = None
    """Bytes one renderer process may take; None: no limit of its own."""
    tries: int | None = None
    allowed: tuple[FailureKind, ...] = ()
    """Complaints of these kinds fail nothing."""
    max_slots: int | None = None
    """Most slots, however many the evidence would want; None: no limit of its own."""
    memory_per_slot: int | None = None
    """Bytes one process is known to need; None: measured."""
    spawn_seconds: float | None = None
    """Least pause between two starts; None: the renderer's own."""
    fail_fast: bool = False
    """The first failure that is not tried again ends the whole job."""
    affinity: bool = True
    """On a machine of several nodes each slot's processes stay on whole nodes."""
    numa: tuple[tuple[int, ...], ...] = ()
    """Logical processors of each node, as a person gave them; empty: as the machine tells."""
    stage: bool | None = None
    """Render a verified copy of the scene; None: only where it lies across the network."""
