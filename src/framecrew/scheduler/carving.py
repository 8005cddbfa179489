"""Which frames the next chunk holds, decided when a slot is free and never before.

A chunk should be long enough to drown its own cost (start-up, or the cost of one call), and
short enough that the others do not wait for it at the end. With R seconds of work left on each
slot and a cost of S a chunk, n more rounds lose n·S for their costs and about R/(2·n) for the
wait at the end: least at n = sqrt(R / (2·S)). R falls as the job goes on, so chunks shrink by
themselves, down to single frames. So it is in open sessions, where S is next to nothing.

Where every chunk pays a start, each idle slot gets one run at once (`shares`).

Where a film is rendered in segments, all this was decided with the plan: a chunk is a segment. Where
a scene has to be played from its start, each slot goes on where it stopped (`playing`).
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from math import inf, sqrt

from framecrew.frames.cutting import cut
from framecrew.frames.orders import spread
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import Order
from framecrew.scheduler.playing import place_of, run_from
from framecrew.scheduler.samples import next_sample
from framecrew.scheduler.segments import next_segment, segment_at
from framecrew.scheduler.shares import seconds_of, share_seconds
from framecrew.scheduler.tasks import TaskState

CALL_SECONDS = 0.03
"""Cost of one chunk in a session that is open: a message, and the renderer's call."""
LEAST_FOR_PROBES = 12
"""Tasks with fewer frames are over before a cost curve would help."""
PROBES = 5
MOST_FRAMES = 2_000
"""A chunk is kept as a list; more frames in one would only make it long."""


def carve(
    task: TaskState, order: Order, chunk_size: int | None, *, slot: int, slots: int
) -> tuple[int, ...]:
    """The frames of the next chunk, in the order to render them; some frame must be pending.

    `slot` renders them, one of `slots`.
    """
    if not task.is_render:
        return tuple(task.pending)
    sample = next_sample(task)
    if sample is not None:
        return _alone(task, sample)
    if task.task.traits.plays_through and not task.suspects:
        return _played(task, chunk_size, slot, slots)
    if task.task.segments:
        return tuple(next_segment(task.task, task.pending, order, task.curve).frames)
    for group in task.suspects:
        suspects = group & task.pending
        if suspects:
            return tuple(_run(suspects, is_needed=not task.task.traits.any_frames))
    if chunk_size is not None:
        return _of_size(task, order, chunk_size)
    if not task.task.traits.stays_open:
        return _share(task, order, slots)
    if order is Order.FORWARD and task.curve.count < PROBES:
        return _probe(task, slots)
    seconds = chunk_seconds(task, slots)
    if order is Order.FORWARD and task.curve.is_steep:
        return _dearest(task, seconds)
    return _filled(task, order, seconds=seconds)


def _alone(task: TaskState, frame: int) -> tuple[int, ...]:
    """One frame; all of its segment where a film is rendered in segments."""
    if task.task.segments:
        return tuple(segment_at(task.task, task.pending, frame).frames)
    return (frame,)


def chunk_seconds(task: TaskState, slots: int) -> float:
    """How long the next chunk should take, in seconds of the cost curve; 0 if none is known."""
    pace = task.pace(task.layout[1])
    pending = task.curve.total(task.pending) * pace
    left = pending / max(1, slots)
    rounds = max(1, round(sqrt(left / (2 * CALL_SECONDS))))
    seconds = max(
        min(pending, CALL_SECONDS), min(left / rounds, task.task.traits.chunk_seconds)
    )
    return seconds / max(pace, 1e-6)


def _played(task: TaskState, chunk_size: int | None, slot: int, slots: int) -> tuple[int, ...]:
    """A run behind what the slot was given last, whatever the order; a whole segment of a film."""
    begin = place_of(task, slot, slots)
    if task.task.segments:
        return tuple(segment_at(task.task, task.pending, begin).frames)
    run = run_from(task.pending, begin)
    if chunk_size is not None:
        return tuple(run.take(chunk_size))
    if not task.curve.count:
        return tuple(run.take(max(1, len(task.pending) // (slots * PROBES))))
    seconds, taken, filled = chunk_seconds(task, slots), list[int](), 0.0
    for frame in run.take(MOST_FRAMES):
        taken.append(frame)
        filled += task.curve.estimate(frame)
        if filled >= seconds:
            break
    return tuple(taken)


def _share(task: TaskState, order: Order, slots: int) -> tuple[int, ...]:
    """A slot's share, to the nearest frame, of renderers that pay a start with every chunk.

    Shares of ranges lie spread over the shot already.
    """
    seconds, filled = share_seconds(task, slots), 0.0
    is_needed = not task.task.traits.any_frames
    if is_needed and order is Order.SPREAD:
        order = Order.FORWARD
    taken: list[int] = []
    for frame in _run(islice(_in_order(task, order), MOST_FRAMES), is_needed=is_needed):
        cost = seconds_of(task, FrameSet.of([frame]))
        if taken and filled + cost / 2 > seconds:
            break
        taken.append(frame)
        filled += cost
    return tuple(taken)


def _of_size(task: TaskState, order: Order, size: int) -> tuple[int, ...]:
    """As many frames as a person asked for; forward in the pieces of `frames.cutting`."""
    if order is Order.FORWARD:
        piece = tuple(next(cut(task.pending, size)))
        return tuple(_run(piece, is_needed=not task.task.traits.any_frames))
    return _filled(task, order, count=size)


# ── probing ───────────────────────────────────────────────────────────────────────────────────


def _probe(task: TaskState, slots: int) -> tuple[int, ...]:
    """Single frames at spread places, that tell the cost curve before the rest is given out."""
    frames, pending, traits = task.task.frames, task.pending, task.task.traits
    if len(frames) < LEAST_FOR_PROBES or not traits.any_frames:
        return (pending.first,)
    probes = islice(spread(frames), PROBES + slots)
    return (next((frame for frame in probes if frame in pending), pending.first),)


def _upwards(pending: FrameSet, start: int) -> Iterator[int]:
    frame: int | None = start
    while frame is not None:
        yield frame
        frame = pending.near(frame + 1)


def _run(frames: Iterable[int], *, is_needed: bool) -> Iterator[int]:
    """Where only ranges can be rendered: the leading run whose numbers follow each other."""
    last: int | None = None
    for frame in frames:
        if is_needed and last is not None and abs(frame - last) != 1:
            break
        yield frame
        last = frame


# ── in order ──────────────────────────────────────────────────────────────────────────────────


def _filled(
    task: TaskState, order: Order, *, seconds: float = inf, count: int = MOST_FRAMES
) -> tuple[int, ...]:
    """Frames in order until the time or the count is full; at least one."""
    taken: list[int] = []
    filled = 0.0
    ordered = islice(_in_order(task, order), count)
    for frame in _run(ordered, is_needed=not task.task.traits.any_frames):
        taken.append(frame)
        filled += task.curve.estimate(frame)
        if filled >= seconds:
            break
    return tuple(taken)


def _in_order(task: TaskState, order: Order) -> Iterator[int]:
    match order:
        case Order.FORWARD:
            return iter(task.pending)
        case Order.REVERSE:
            return reversed(task.pending)
        case Order.SPREAD if task.task.traits.any_frames:
            return _spread_pending(task)
        case Order.SPREAD:
            # A range cannot be spread; where it begins can.
            return _upwards(task.pending, next(_spread_pending(task)))


def _spread_pending(task: TaskState) -> Iterator[int]:
    """Pending frames in the task's spread order, going on where the last chunk ended.

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


# ── dearest first ─────────────────────────────────────────────────────────────────────────────


def _dearest(task: TaskState, seconds: float) -> tuple[int, ...]:
    """A run around the dearest pending frame, grown to its dearer side, dearest first.

    What is left for the end is cheap, so nobody waits long for the last chunk; and what an idle
    slot takes back from a straggler is the cheap end of its chunk.
    """
    curve, pending = task.curve, task.pending
    start = curve.dearest(pending)
    frames, filled = [start], curve.estimate(start)
    below, above = _beside(task, start, -1), _beside(task, start, 1)
    while len(frames) < MOST_FRAMES and (below is not None or above is not None):
        worth_below = -1.0 if below is None else curve.estimate(below)
        worth_above = -1.0 if above is None else curve.estimate(above)
        filled += max(worth_below, worth_above)
        if filled > seconds:
            break
        if below is not None and worth_below > worth_above:
            frames.append(below)
            below = _beside(task, below, -1)
        elif above is not None:
            frames.append(above)
            above = _beside(task, above, 1)
    if not task.task.traits.any_frames:
        return tuple(sorted(frames))  # A range is rendered upwards, whatever is dear in it.
    return tuple(sorted(frames, key=lambda frame: (-curve.estimate(frame), frame)))


def _beside(task: TaskState, frame: int, step: int) -> int | None:
    """The next pending frame in one direction; the very next one where only ranges will do."""
    pending = task.pending
    found = pending.before(frame - 1) if step < 0 else pending.near(frame + 1)
    if found is not None and not task.task.traits.any_frames and found != frame + step:
        return None
    return found
