"""Which frames the next chunk holds, decided when a slot is free and never before.

A chunk should be long enough to drown its own cost (start-up, or the cost of one call), and short enough that the
others do not wait for it at the end. With R seconds of work left on each slot and a cost of S a chunk, n more rounds
lose n·S for their costs and about R/(2·n) for the wait at the end: least at n = sqrt(R / (2·S)). R falls as the job
goes on, so chunks shrink by themselves, down to single frames where a chunk costs next to nothing.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from math import sqrt

from framecrew.frames.orders import spread
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import Order
from framecrew.scheduler.state import TaskState

CALL_SECONDS = 0.03
"""Cost of one chunk in a session that is open: a message, and the renderer's call."""
LEAST_FOR_PROBES = 12
"""Tasks with fewer frames are over before a cost curve would help."""
PROBES = 5
MOST_FRAMES = 2_000
"""A chunk is kept as a list; more frames in one would only make it long."""


def carve(task: TaskState, order: Order, chunk_size: int | None, slots: int) -> tuple[int, ...]:
    """The frames of the next chunk in the order to render them; empty when nothing is pending."""
    for group in task.suspects:
        suspects = group & task.pending
        if suspects:
            return tuple(suspects)
    if not task.pending:
        return ()
    if not task.is_render:
        return tuple(task.pending)
    if chunk_size is not None:
        return _filled(task, order, seconds=None, count=chunk_size)
    if order is Order.FORWARD and task.curve.count < PROBES:
        return _probe(task, slots)
    seconds = chunk_seconds(task, slots)
    if order is Order.FORWARD and task.curve.is_steep:
        return _dearest(task, seconds)
    return _filled(task, order, seconds=seconds, count=MOST_FRAMES)


def chunk_seconds(task: TaskState, slots: int) -> float:
    """How long the next chunk should take, in seconds of the cost curve; 0 when nothing is known."""
    traits = task.task.traits
    pace = task.pace(task.layout[1])
    pending = task.curve.total(task.pending) * pace
    left = pending / max(1, slots)
    cost = CALL_SECONDS if traits.stays_open else max(task.start_seconds, CALL_SECONDS)
    rounds = max(1, round(sqrt(left / (2 * cost))))
    longest = max(traits.chunk_seconds, 10 * cost)
    # Less than its own cost is never worth a chunk: the last slots to come take what is left together.
    shortest = min(pending, cost)
    return max(shortest, min(left / rounds, longest)) / max(pace, 1e-6)


def _probe(task: TaskState, slots: int) -> tuple[int, ...]:
    """Chunks at spread places, that tell the cost curve before the rest is given out.

    In an open session one frame is enough. Where every chunk pays a start, a quarter of a slot's share is taken.
    """
    frames, pending, traits = task.task.frames, task.pending, task.task.traits
    if traits.stays_open:
        if len(frames) < LEAST_FOR_PROBES or not traits.any_frames:
            return (pending.first,)
        probes = islice(spread(frames), PROBES + slots)
        return (next((frame for frame in probes if frame in pending), pending.first),)
    count = max(1, len(frames) // (4 * slots))
    places = (frames.nth(len(frames) * part // slots) for part in range(slots))
    start = next((frame for frame in places if frame in pending), pending.first)
    rest = (frame for frame in _from(pending, start))
    return _contiguous(islice(rest, count), is_needed=not traits.any_frames)


def _from(pending: FrameSet, start: int) -> Iterator[int]:
    frame: int | None = start
    while frame is not None:
        yield frame
        frame = pending.near(frame + 1)


def _contiguous(frames: Iterable[int], *, is_needed: bool) -> tuple[int, ...]:
    """The leading run of frames whose numbers follow each other, where only ranges can be rendered."""
    taken: list[int] = []
    for frame in frames:
        if is_needed and taken and abs(frame - taken[-1]) != 1:
            break
        taken.append(frame)
    return tuple(taken)


def _filled(task: TaskState, order: Order, *, seconds: float | None, count: int) -> tuple[int, ...]:
    """Frames in order until the time or the count is full; at least one."""
    taken: list[int] = []
    filled = 0.0
    for frame in islice(_in_order(task, order), count):
        if taken and not task.task.traits.any_frames and abs(frame - taken[-1]) != 1:
            break
        taken.append(frame)
        filled += task.curve.estimate(frame)
        if seconds is not None and filled >= seconds:
            break
    return tuple(taken)


def _in_order(task: TaskState, order: Order) -> Iterator[int]:
    match order:
        case Order.FORWARD:
            return iter(task.pending)
        case Order.REVERSE:
            return reversed(task.pending)
        case Order.SPREAD:
            return _spread_pending(task)


def _spread_pending(task: TaskState) -> Iterator[int]:
    """Pending frames in the spread order of the whole task, going on where the last chunk ended.

    Frames that came back behind the cursor are met when it starts again from the front.
    """
    met: set[int] = set()
    for _ in range(2):
        if task.spread_cursor is None:
            task.spread_cursor = spread(task.task.frames)
        for frame in task.spread_cursor:
            if frame in task.pending and frame not in met:
                met.add(frame)
                yield frame
        task.spread_cursor = None


def _dearest(task: TaskState, seconds: float) -> tuple[int, ...]:
    """A run around the dearest pending frame, grown towards its dearer neighbour, dearest first.

    What is left for the end is cheap, so nobody waits long for the last chunk; and what an idle slot takes back from
    a straggler is the cheap end of its chunk.
    """
    curve, pending = task.curve, task.pending
    start = curve.dearest(pending)
    frames, filled = [start], curve.estimate(start)
    below, above = _beside(task, start, -1), _beside(task, start, 1)
    while len(frames) < MOST_FRAMES and (below is not None or above is not None):
        if above is None or (below is not None and curve.estimate(below) > curve.estimate(above)):
            assert below is not None
            taken, below = below, _beside(task, below, -1)
        else:
            taken, above = above, _beside(task, above, 1)
        filled += curve.estimate(taken)
        if filled > seconds:
            break
        frames.append(taken)
    return tuple(sorted(frames, key=lambda frame: (-curve.estimate(frame), frame)))


def _beside(task: TaskState, frame: int, step: int) -> int | None:
    """The next pending frame in one direction; the very next number where only ranges can be rendered."""
    found = task.pending.before(frame - 1) if step < 0 else task.pending.near(frame + 1)
    if found is not None and not task.task.traits.any_frames and found != frame + step:
        return None
    return found
