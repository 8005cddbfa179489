"""What an idle slot may take back from attempts that hold more than they have begun."""

from dataclasses import dataclass

from framecrew.frames.sets import FrameSet
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.tasks import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Straggler:
    """A live attempt, with the frames to ask back of it."""

    attempt: AttemptState
    frames: FrameSet


def find_straggler(
    task: TaskState, willing: list[AttemptState], *, idle: int, cost: float
) -> Straggler | None:
    """The attempt that holds most, and the cheap end of what it has not begun.

    `idle` slots share with it, so it keeps one part of idle + 1. None if moving the frames
    costs as much as it saves.
    """
    victim = max(willing, key=lambda attempt: task.curve.total(attempt.left), default=None)
    if victim is None:
        return None
    waiting = victim.waiting
    taken = FrameSet.of(waiting[len(waiting) // (idle + 1) :])
    if not taken or task.curve.total(taken) * task.pace(victim.threads) <= cost:
        return None
    return Straggler(attempt=victim, frames=taken)
