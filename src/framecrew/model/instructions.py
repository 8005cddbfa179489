"""Instructions: what the scheduler asks the conductor to do."""

from dataclasses import dataclass

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAttempt:
    """End it: ask, wait, insist. Answered by AttemptStopped (or another outcome that came first)."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackFrames:
    """Ask a live attempt for frames it has not begun. Answered by FramesGivenBack with those it really gave."""

    attempt: str
    frames: FrameSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSessions:
    """Close idle sessions: memory is tight, or nothing is left for them. Those of `slots`, and
    those that looked into a scene and belong to no slot yet.
    """

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt:
    """Decide again at this moment (seconds since 1970)."""

    at: float


Instruction = StartAttempt | StopAttempt | TakeBackFrames | CloseSessions | WakeAt
