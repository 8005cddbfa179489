"""How work is shared out where every chunk pays a start, as with After Effects.

All of it is given out at once, one run to each idle slot, so that they end together as far as one can
tell; nobody starts a second time for a round that was planned. What was guessed wrong is put right by
taking the end of a range back from the one that is behind (`straggling`).
"""

from collections.abc import Sequence

from framecrew.frames.sets import FrameSet
from framecrew.scheduler.tasks import TaskState


def level(offsets: Sequence[float], work: float) -> float:
    """When all end who begin at these moments and share this work, in seconds.

    Water in a vessel with steps: who would begin after the end takes nothing.
    """
    begun, end = 0.0, 0.0
    for count, offset in enumerate(sorted(offsets), 1):
        if count > 1 and end <= offset:
            break
        begun += offset
        end = (work + begun) / count
    return end


def seconds_of(task: TaskState, frames: FrameSet) -> float:
    """What these frames will take one slot; typical ones until some are measured."""
    if not task.curve.knots:
        return len(frames) * task.task.traits.frame_seconds
    return task.curve.total(frames) * task.pace(task.layout[1])


def share_seconds(task: TaskState, slots: int) -> float:
    """What the next slot to start should take of what is pending, if so many work in the end."""
    starts = task.starts(max(1, slots - len(task.live)), task.start_seconds)
    return level(starts, seconds_of(task, task.pending)) - starts[0]
