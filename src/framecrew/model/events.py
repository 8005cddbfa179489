"""Events: kept facts, in order, from which every state is computed.

Each has `at`, seconds since 1970 (UTC). The journal gives each its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure
from framecrew.model.jobs import Wish
from framecrew.model.outputs import PictureFacts
from framecrew.model.plans import Plan
from framecrew.model.statuses import JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineMeasured:
    """What this computer offers to renderers."""

    at: float
    cores: int
    """Logical processors we may use."""
    memory_bytes: int
    """Memory free for renderers when measured."""
    numa: tuple[tuple[int, ...], ...] = ()
    """Logical processors of each NUMA node; empty when they are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryMeasured:
    """Free memory, sent when it matters: it is getting tight, or is easy again."""

    at: float
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubmitted:
    at: float
    job: int
    priority: int
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesKept:
    """Files that stood there already, verified whole: these frames are done."""

    at: float
    job: int
    task: str
    frames: FrameSet


@dataclass(frozen=True, slots=True, kw_only=True)
class WishChanged:
    at: float
    job: int
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged:
    at: float
    job: int
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsChanged:
    """A person wants so many renderer processes from now on."""

    at: float
    job: int
    slots: int | None
    """None: chosen from evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesRequeued:
    """A person wants failed frames tried again: their tries start from zero."""

    at: float
    job: int
    task: str
    frames: FrameSet


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutChosen:
    """How many sessions with how many threads each a task's renderer gets now, and why."""

    at: float
    job: int
    task: str
    slots: int
    threads: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    at: float
    job: int
    task: str
    attempt: str
    slot: int
    threads: int
    frames: FrameSet
    sequence: tuple[int, ...] = ()
    """Order of rendering; empty: ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """The attempt's program is ready for frames."""

    at: float
    attempt: str
    pid: int
    seconds: float
    """From start to ready; 0 for a session that was open already."""
    memory_bytes: int
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFinished:
    """A frame is decoded, checked and published."""

    at: float
    attempt: str
    frame: int
    seconds: float
    """Wall time of rendering, without checks and delivery."""
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    """Peak of the process tree so far."""
    is_first: bool = False
    """First of its session, or since its threads changed: the time holds what is done once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameMeasured:
    """How a frame's pictures look, to be compared with its neighbours'.

    Told only where outliers are looked for, before the frame is told as finished or kept.
    """

    at: float
    job: int
    task: str
    frame: int
    pictures: Mapping[str, PictureFacts]
    """By the name of the promise; those whose checks ask for outliers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDoubted:
    """A published frame is far from both its neighbours: it is not done, and tried once more.

    Its files stay until others take their place. One that comes out with the same pixels again
    is given up: no further try would change it.
    """

    at: float
    job: int
    task: str
    frame: int
    failure: Failure
    pixels: str = ""
    """Digest of its pixels; empty when it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFailed:
    """One frame of a live attempt failed; the attempt goes on with the others."""

    at: float
    attempt: str
    frame: int
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesGivenBack:
    """Frames of a live attempt that it will not render; they are free again."""

    at: float
    attempt: str
    frames: FrameSet


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFreed:
    """An attempt's segment is rendered and its session free; its file is still to be finished and proved."""

    at: float
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSucceeded:
    """All its frames are published (or given back or failed one by one), and the three witnesses agree."""

    at: float
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed:
    at: float
    attempt: str
    failure: Failure
    suspect: int | None = None
    """The frame that was being rendered, when known; None blames the whole chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStopped:
    """It ended because we asked; its process tree has been seen dead or idle."""

    at: float
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLost:
    """We ended while it ran."""

    at: float
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHeld:
    """Nothing new starts for this job until the reason is gone (disk full, licence)."""

    at: float
    job: int
    reason: str
    until: float | None = None
    """When it is tried again, seconds since 1970; None: as soon as the reason is seen to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReleased:
    at: float
    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded:
    """A task came to its end; `missing` is empty when it is done."""

    at: float
    job: int
    task: str
    missing: FrameSet


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished:
    at: float
    job: int
    status: JobStatus


Event = (
    MachineMeasured
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
    | JobFinished
)
