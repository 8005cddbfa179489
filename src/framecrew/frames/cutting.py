"""Cutting: a frame set in pieces of a fixed size, as a person asks for them."""

from collections.abc import Iterator

from framecrew.frames.sets import FrameSet
from framecrew.frames.spans import spans


def cut(frames: FrameSet, size: int) -> Iterator[FrameSet]:
    """Cut at every gap, and after every `size` frames.

    1-10,20-23,30 by 4 is 1-4, 5-8, 9-10, 20-23, 30. A gap is where the regular spacing ends, so
    1-100x5 by 4 is 1-16x5, 21-36x5, … 81-96x5, and the odd last frame 100 by itself. Hence
    every piece is one first, last and step, which any renderer can be told.
    """
    _check(size)
    for first, last, step in spans(frames.stretches):
        for start in range(first, last + 1, size * step):
            yield FrameSet.range(start, min(start + (size - 1) * step, last), step)


def chunk(frames: FrameSet, size: int, index: int) -> FrameSet:
    """The piece of `cut` with this number, counted from 0, without making the others."""
    _check(size)
    pieces = 0
    for first, last, step in spans(frames.stretches):
        more = -(-((last - first) // step + 1) // size)
        if 0 <= index - pieces < more:
            start = first + (index - pieces) * size * step
            return FrameSet.range(start, min(start + (size - 1) * step, last), step)
        pieces += more
    raise ValueError(
        f"wanted chunk {index} of the frames cut by {size}; "
        f"there are {pieces} chunks, numbered from 0"
    )


def _check(size: int) -> None:
    if size < 1:
        raise ValueError(f"a chunk holds 1 frame or more; found the size {size}")
