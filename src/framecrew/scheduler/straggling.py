"""What an idle slot may take back from attempts that hold more than they have begun.

An open session gives frames back for the price of a message. A program that was started for a range
of frames goes on to its end; so of such an attempt only the end of the range is taken, it is ended
when it has made what is left to it, and the idle slot pays a start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from framecrew.frames.sets import FrameSet
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.shares import level, seconds_of
from framecrew.scheduler.tasks import TaskState

LEAST_GAIN = 0.2
"""Part of a start by which the end must come earlier, for one to be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Straggler:
    """A live attempt, with the frames to ask back of it."""

    attempt: AttemptState
    frames: FrameSet
    slots: int
    """Idle slots that these frames are for."""


def find_straggler(
    task: TaskState, willing: Sequence[AttemptState], *, idle: int, cost: float, now: float
) -> Straggler | None:
    """The attempt that holds most, and the cheap end of what it has not begun.

    `cost`: seconds until an idle slot could begin with them. None if moving the frames costs as
    much as it saves.
    """
    find = _in_sessions if task.task.traits.stays_open else _in_ranges
    return find(task, willing, idle, cost, now) if willing else None


def _in_sessions(
    task: TaskState, willing: Sequence[AttemptState], idle: int, cost: float, _now: float
) -> Straggler | None:
    """`idle` slots share with it, so it keeps one part of idle + 1."""
    victim = max(willing, key=lambda attempt: task.curve.total(attempt.left))
    waiting = victim.waiting
    taken = FrameSet.of(waiting[len(waiting) // (idle + 1) :])
    if not taken or task.curve.total(taken) * task.pace(victim.threads) <= cost:
        return None
    return Straggler(attempt=victim, frames=taken, slots=min(idle, len(taken)))


def _in_ranges(
    task: TaskState, willing: Sequence[AttemptState], idle: int, cost: float, now: float
) -> Straggler | None:
    """Each straggler shares with its part of the idle slots, so that they end together."""

    def ends(attempt: AttemptState) -> float:
        opens = 0.0 if attempt.is_open else attempt.started + task.start_seconds - now
        return max(0.0, opens) + seconds_of(task, attempt.left)

    victim = max(willing, key=ends)
    slots = ceil(idle / len(willing))
    end = ends(victim)
    surplus = end - level([0.0, *task.starts(slots, cost)], end)
    taken: list[int] = []
    moved = 0.0
    for frame in sorted(victim.waiting, reverse=True):
        seconds = seconds_of(task, FrameSet.of([frame]))
        if moved + seconds > surplus or (taken and frame != taken[-1] - 1):
            break
        taken.append(frame)
        moved += seconds
    if not taken or moved < LEAST_GAIN * cost:
        return None
    return Straggler(attempt=victim, frames=FrameSet.of(taken), slots=min(slots, len(taken)))
