"""The grid: in which segments a film is rendered, fixed for a job before anything is measured.

Sizes come from the frames, from what one start and one frame typically cost, and from nothing
else: not from the number of slots, not from what is measured on the way. So the segments, and
with them the film, are the same on any machine and in any run, and a segment that is there
already fits wherever it is found again.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from framecrew.frames.cutting import cut
from framecrew.frames.sets import FrameSet
from framecrew.model.plans import Traits

WORK_PER_START = 5.0
"""Starts that would fit into a segment's work: a start is then a fifth of it."""
LEAST_SEGMENTS = 8
"""Where frames allow, so that as many slots have something to do."""
MOST_SEGMENTS = 2_000
"""Files of one film; a longer one has longer segments."""
USUAL_RATE = 24.0
"""Frames of a second, where nobody tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The segments of one film, and why they are so long."""

    segments: tuple[FrameSet, ...]
    """In order; each one run without a gap."""
    reason: str


def make_grid(
    frames: FrameSet, traits: Traits, *, rate: float | None = None, size: int | None = None
) -> Grid:
    """Cut frames at their gaps, and each run into equal lengths, give or take one.

    With a start of S seconds, F seconds a frame and N frames, the length is

        min(max(5·S/F, one second of film), N/8), but at least S/F

    - 5·S/F: with n frames a segment, S/(n·F) of the work is lost to starts; a fifth is borne.
    - One second: each segment begins with a key frame, and files much shorter than that grow
      larger (by a fifth, where segments of 6 frames were compared with 30).
    - N/8: the last segments of all slots are waited for, so there have to be several.
    - S/F: below it, more time goes into starts than into frames.

    In a session that stays open starts cost nothing, and a second of film it is. So 300 frames
    at 1 s with a start of 10 s are 8 segments of 37 or 38, and 3,000 are 60 of 50. `size` is a
    length that a person chose; then only the last of a run may be shorter.
    """
    if size is not None:
        fixed = tuple(segment for run in _runs(frames) for segment in cut(run, size))
        return Grid(segments=fixed, reason=f"{size} frames each, as asked")
    length, reason = _length(frames.size, traits, rate or USUAL_RATE)
    equal = tuple(segment for run in _runs(frames) for segment in _parted(run, length))
    return Grid(segments=equal, reason=reason)


def _length(count: int, traits: Traits, rate: float) -> tuple[int, str]:
    second = max(1, round(rate))
    start, frame = traits.start_seconds, max(traits.frame_seconds, 1e-6)
    eighth = ceil(count / LEAST_SEGMENTS)
    least = ceil(count / MOST_SEGMENTS)
    if traits.stays_open:
        useful, why = second, "about a second of film, as sessions stay open"
    else:
        least = max(least, ceil(start / frame))
        worth = ceil(WORK_PER_START * start / frame)
        useful = max(second, worth)
        why = (
            f"a start of about {start:g} s is at most a fifth of each"
            if worth >= second
            else "about a second of film, as starts are cheap"
        )
    if eighth < useful:
        useful, why = eighth, f"there are about {LEAST_SEGMENTS} for the slots to share"
    if useful < least:
        useful, why = least, f"a start of about {start:g} s is at most half of each"
        if least == ceil(count / MOST_SEGMENTS):
            why = f"there are at most about {MOST_SEGMENTS} files"
    return max(1, useful), why


def _runs(frames: FrameSet) -> list[FrameSet]:
    return [FrameSet.range(first, last) for first, last in frames.runs()]


def _parted(run: FrameSet, length: int) -> list[FrameSet]:
    """A run in as many segments as come nearest to the length."""
    count = max(1, round(run.size / length))
    places = [run.size * number // count for number in range(count + 1)]
    return [run.skip(start).take(end - start) for start, end in pairwise(places)]
