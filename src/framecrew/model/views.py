"""Views: read-only pictures of the state, for the terminal, the API and Studio."""

from dataclasses import dataclass

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure
from framecrew.model.jobs import Wish
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import AttemptStatus, JobStatus, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """What one slot is doing."""

    attempt: str
    task: str
    slot: int
    threads: int
    status: AttemptStatus
    pid: int
    """0 until the program is ready."""
    left: FrameSet
    finished: int
    started: float
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Frames that were given up for one reason."""

    frames: FrameSet
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """One task of a job."""

    id: str
    kind: TaskKind
    target: str
    status: TaskStatus
    frames: FrameSet
    done: FrameSet
    losses: tuple[Loss, ...]
    slots: int
    threads: int
    reason: str
    """Why so many slots and threads."""
    seconds_per_frame: float
    """Mean cost of a frame on one core; 0 when unknown."""
    footprint_bytes: int
    """Most memory that was measured of one of its processes; 0 while none was."""
    attempts: tuple[AttemptView, ...]
    outputs: tuple[str, ...]
    """Final paths or frame patterns; none where all that it renders becomes a film."""

    @property
    def missing(self) -> FrameSet:
        return self.frames - self.done

    @property
    def in_slots(self) -> tuple[AttemptView, ...]:
        """One for each slot in use: who is at work there, else whose file is finished there."""
        shown = {one.slot: one for one in self.attempts}
        shown |= {
            one.slot: one for one in self.attempts if one.status is not AttemptStatus.FINISHING
        }
        return tuple(shown[slot] for slot in sorted(shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Eta:
    """Seconds until the end, as a range that holds more likely than not."""

    soonest: float
    latest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job."""

    id: int
    name: str
    status: JobStatus
    wish: Wish
    priority: int
    held_because: str
    submitted: float
    finished: float
    """0 while it runs."""
    phase: str
    """starting, rendering, stitching, checking, or over."""
    progress: float
    """0 to 1; 1 only when all is delivered and proved."""
    eta: Eta | None
    """None when nothing is measured yet, or nothing runs."""
    tasks: tuple[TaskView, ...]
    slots_wanted: int | None = None
    """Renderer processes that a person wants; None: chosen from evidence."""

    @property
    def done(self) -> int:
        """Frames delivered."""
        return sum(len(task.done) for task in self.tasks if task.kind is TaskKind.RENDER)

    @property
    def total(self) -> int:
        """Frames asked for."""
        return sum(len(task.frames) for task in self.tasks if task.kind is TaskKind.RENDER)

    @property
    def missing(self) -> FrameSet:
        """Frames of any target that are not delivered."""
        whole = FrameSet.of(())
        for task in self.tasks:
            if task.kind is TaskKind.RENDER:
                whole = whole | task.missing
        return whole

    @property
    def losses(self) -> tuple[Loss, ...]:
        return tuple(loss for task in self.tasks for loss in task.losses)
