"""Samples: a few frames from all over a task that are tried before all others while none has come.

Each frame has its tries, which is right for a frame that is bad in itself. Where none can be
rendered, it would open a heavy scene three times for each of them. So after a few failures, and
no frame yet, the first, last, middle and quarter frames are tried next. If one of them comes,
all goes on as if nothing had been. If they are all given up, no frame of the task was ever
delivered, and what is at work ends the same way, so are those that were not tried.
"""

from dataclasses import replace
from itertools import islice

from framecrew.frames.orders import spread
from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure
from framecrew.scheduler.segments import spread_segments
from framecrew.scheduler.tasks import TaskState

SAMPLES = 5
ENOUGH_FAILURES = 3
"""Fewer, of frames or chunks, may be chance."""


def next_sample(task: TaskState) -> int | None:
    """The sample to try next; None while there is no need, or all are in work or given up."""
    if not _is_doubtful(task):
        return None
    return next((frame for frame in samples(task) if frame in task.pending), None)


def none_came(task: TaskState) -> bool:
    """True if all samples were given up, and no frame was ever delivered."""
    return _is_doubtful(task) and all(frame in task.given_up for frame in samples(task))


def samples(task: TaskState) -> tuple[int, ...]:
    """Of what was to be tried when the task began, or was last asked for again."""
    if task.task.segments:
        firsts = (one.frames.first for one in spread_segments(task.task))
        return tuple(islice((frame for frame in firsts if frame in task.hoped), SAMPLES))
    return tuple(islice(spread(task.hoped), SAMPLES))


def untried(task: TaskState) -> Failure:
    """Why the frames that are left are given up, where none of the samples came."""
    tried = FrameSet.of(samples(task))
    failure = next(loss.failure for loss in task.losses.values() if loss.frames & tried)
    reason = (
        f"not tried, for none of the frames {tried} came, which lie all over the range: "
        f"{failure.reason}"
    )
    return replace(failure, reason=reason, evidence=())


def _is_doubtful(task: TaskState) -> bool:
    return task.failures >= ENOUGH_FAILURES and task.is_render and not task.done_count
