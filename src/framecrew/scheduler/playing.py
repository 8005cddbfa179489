"""Where an attempt goes on in a scene that has to be played from its start.

Every session plays all frames before those it renders, without pictures of them, and to go back
it has to begin again. So each goes on behind what it was given last, in runs without a gap. The
first runs of the slots lie spread over the scene: the further on, the more is played before, so
with S slots, and a frame played for a part P of what one rendered costs, slot k gets (1 - P) of
what slot k - 1 gets. What is wrong with that guess is made good at the end: who is through
leaps over what others have and takes of what is left.
"""

from framecrew.frames.sets import FrameSet
from framecrew.scheduler.tasks import TaskState

PLAYED = 0.3
"""Cost of a frame that is only played, of one that is rendered."""


def place_of(task: TaskState, slot: int, slots: int) -> int:
    """The pending frame at which this slot goes on; some frame must be pending."""
    reached = task.reached.get(slot)
    if reached is not None:
        begin = reached + 1
    else:
        begin = task.task.frames.nth(_share_begins(len(task.reached), slots, task.task.frames))
    found = task.pending.near(begin)
    return task.pending.first if found is None else found


def run_from(pending: FrameSet, begin: int) -> FrameSet:
    """All pending frames from this one on that follow each other without a gap."""
    first, last = next(run for run in pending.runs() if run[0] <= begin <= run[1])
    return FrameSet.range(max(first, begin), last)


def _share_begins(number: int, slots: int, frames: FrameSet) -> int:
    """How many frames lie before the share of slot `number` of so many, from 0."""
    rest = 1.0 - PLAYED
    before, whole = 1 - rest**number, 1 - rest ** max(slots, number + 1)
    return min(len(frames) - 1, round(len(frames) * before / whole))
