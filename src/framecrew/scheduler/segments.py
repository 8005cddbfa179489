"""Which segment of a film the next attempt renders, and what keeps segments whole.

A segment is one file: its frames are given out, done, tried again and given up together. So
wherever a task has segments, sets of its frames are made of whole ones.
"""

from collections.abc import Iterator

from framecrew.frames.orders import spread
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model.jobs import Order
from framecrew.model.outputs import Segment
from framecrew.model.plans import Task
from framecrew.scheduler.costs import CostCurve

PROBES = 5
"""Segments given out at spread places, to learn the cost curve from."""


def next_segment(task: Task, pending: FrameSet, order: Order, curve: CostCurve) -> Segment:
    """The segment to render next; at least one must be pending.

    In forward order the first few are spread over the film; from then on the dearest goes
    first, if costs differ enough, so that nobody waits long for the last one.
    """
    free = [segment for segment in task.segments if segment.frames.first in pending]
    match order:
        case Order.REVERSE:
            return free[-1]
        case Order.FORWARD if curve.knots and len(task.segments) - len(free) >= PROBES:
            return max(free, key=lambda one: _cost(one, curve)) if curve.is_steep else free[0]
        case _:
            waiting = {segment.frames.first for segment in free}
            return next(one for one in spread_segments(task) if one.frames.first in waiting)


def segment_at(task: Task, pending: FrameSet, frame: int) -> Segment:
    """The first pending segment at this frame or behind it, else the first of all."""
    free = [segment for segment in task.segments if segment.frames.first in pending]
    return next((segment for segment in free if segment.frames.last >= frame), free[0])


def segment_of(task: Task, frames: FrameSet) -> Segment | None:
    """The segment of just these frames; None where the task renders pictures."""
    return next((segment for segment in task.segments if segment.frames == frames), None)


def whole_only(task: Task, frames: FrameSet) -> FrameSet:
    """Less the frames of segments of which others are not among them."""
    if not task.segments:
        return frames
    return _together(one for one in task.segments if one.frames <= frames)


def with_rest(task: Task, frames: FrameSet) -> FrameSet:
    """These frames of a task, with all others of their segments."""
    if not task.segments:
        return frames
    return _together(one for one in task.segments if not one.frames.isdisjoint(frames))


def most_attempts(task: Task, frames: FrameSet) -> int:
    """How many attempts could share these frames at most."""
    if not task.segments:
        return len(frames)
    return sum(segment.frames.first in frames for segment in task.segments)


def _together(segments: Iterator[Segment]) -> FrameSet:
    whole = EMPTY
    for segment in segments:
        whole = whole | segment.frames
    return whole


def spread_segments(task: Task) -> Iterator[Segment]:
    """All of them: first, last, middle, quarters …"""
    places = spread(FrameSet.of(range(len(task.segments))))
    return (task.segments[place] for place in places)


def _cost(segment: Segment, curve: CostCurve) -> float:
    frames = segment.frames
    places = (frames.first, frames.nth(len(frames) // 2), frames.last)
    return len(frames) * sum(curve.estimate(place) for place in places)
