"""One live attempt, as the scheduler knows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from framecrew.frames.sets import FrameSet
from framecrew.model.statuses import AttemptStatus


@dataclass(slots=True, kw_only=True)
class AttemptState:
    """One live attempt; it is forgotten when it is over."""

    id: str
    number: int
    """Counted from 1 within its job, in the order of starting."""
    job: int
    task: str
    slot: int
    threads: int
    sequence: tuple[int, ...]
    held: FrameSet
    """What it was given, less what was settled before `settled` was last emptied."""
    settled: set[int] = field(default_factory=set)
    """Frames it has finished since; gathered, for a set is cheaper to change in one go."""
    proved: set[int] = field(default_factory=set)
    """Of a segment: frames told as finished, which are done when all are."""
    started: float
    is_stopping: bool = False
    """Asked to end. No fact: a question of ours, forgotten with us."""
    is_open: bool = False
    """Its program is ready for frames."""
    is_finishing: bool = False
    """Its frames are rendered, and its session is free: its file is being finished and proved."""
    pid: int = 0
    finished: int = 0
    memory_bytes: int = 0

    @property
    def status(self) -> AttemptStatus:
        """How far it has come."""
        if self.is_stopping:
            return AttemptStatus.STOPPING
        if self.is_finishing:
            return AttemptStatus.FINISHING
        return AttemptStatus.RUNNING if self.is_open else AttemptStatus.STARTING

    @property
    def left(self) -> FrameSet:
        """Frames it has neither finished, failed nor given back."""
        if self.settled:
            self.held = self.held - FrameSet.of(self.settled)
            self.settled.clear()
        return self.held

    def has(self, frame: int) -> bool:
        """True if the frame is left."""
        return frame in self.held and frame not in self.settled

    def drop(self, frames: FrameSet) -> None:
        """It has these no more."""
        self.held = self.left - frames

    @property
    def waiting(self) -> list[int]:
        """What it has not begun, in the order of rendering; the first frame left is in work."""
        return [frame for frame in self.sequence if frame in self.left][1:]


def holding(attempts: Iterable[AttemptState]) -> list[AttemptState]:
    """Those of live attempts, in the order of starting, that hold their slot.

    One whose file is only being finished does not, but a second of its task in the same slot does:
    what is rendered must not run away from what is proved.
    """
    free: set[tuple[int, str, int]] = set()
    held = []
    for attempt in attempts:
        place = (attempt.job, attempt.task, attempt.slot)
        if attempt.is_finishing and place not in free:
            free.add(place)
        else:
            held.append(attempt)
    return held
