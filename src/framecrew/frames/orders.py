"""Orders: the three ways in which frames are given out, each frame exactly once."""

from collections.abc import Iterator

from framecrew.frames.sets import FrameSet


def forward(frames: FrameSet) -> Iterator[int]:
    return iter(frames)


def reverse(frames: FrameSet) -> Iterator[int]:
    return reversed(frames)


def spread(frames: FrameSet) -> Iterator[int]:
    """First, last, middle, quarters, eighths…, so 1-5 is 1, 5, 3, 2, 4: the whole shot early.

    Nothing is kept but the place: a rank is new in a round if neither neighbour from the rounds
    before, rounded down the same way, already was that rank.
    """
    if not frames:
        return
    end = len(frames) - 1
    yield frames.first
    if end:
        yield frames.last
    parts = 2
    while parts < 2 * end:
        for part in range(1, parts, 2):
            rank = part * end // parts
            if (part - 1) * end // parts < rank < (part + 1) * end // parts:
                yield frames.nth(rank)
        parts *= 2
