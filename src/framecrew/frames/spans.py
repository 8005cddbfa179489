"""Spans: a frame set told in regular pieces, each by first, last and step.

Taken greedily from the lowest frame: a span goes on as long as the next member lies one step
further. Two frames side by side are a span; with a wider step it takes three, so 1,5,7,9 is 1
and 5-9x2.
"""

# mypy: disable-error-code="explicit-override"
# typing.override comes with Python 3.12, and this room needs nothing but Python itself.

from collections.abc import Iterator
from typing import NamedTuple

from framecrew.frames.stretches import (
    BITS,
    BLOCK,
    FULL,
    OFFSET,
    Stretches,
    at_or_after,
    comb,
    lowest_bit,
    members,
    parted,
)

PATIENCE = 64
"""So many frames are walked one by one before a span is taken for a long one and measured by
its masks."""


class Span(NamedTuple):
    """Frames first, first + step, … last. A lone frame has step 1."""

    first: int
    last: int
    step: int

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        if self.step == 1:
            return f"{self.first}-{self.last}"
        return f"{self.first}-{self.last}x{self.step}"

    @property
    def size(self) -> int:
        return (self.last - self.first) // self.step + 1


def spans(stretches: Stretches) -> Iterator[Span]:
    """The set's spans, ascending; together they are the set."""
    frames = members(stretches)
    first = last = 0
    step, size = 1, 0
    while (frame := next(frames, None)) is not None:
        if size == 0:
            first, size = frame, 1
        elif size == 1:
            step, size = frame - last, 2
        elif frame - last == step:
            size += 1
            if size == PATIENCE:
                frame = last_in_step(stretches, frame, step)
                frames = members(parted(stretches, frame + 1)[1])
        elif size == 2 and step > 1:
            yield Span(first, first, 1)
            first, step = last, frame - last
        else:
            yield Span(first, last, step)
            first, size = frame, 1
        last = frame
    if size == 2 and step > 1:
        yield Span(first, first, 1)
        first = last
    if size:
        yield Span(first, last, step if first != last else 1)


def last_in_step(stretches: Stretches, frame: int, step: int) -> int:
    """The last member reached from `frame` while the next one lies exactly a step further."""
    if step > BLOCK:
        while at_or_after(stretches, frame + 1) == frame + step:
            frame += step
        return frame
    last, hoped = frame - step, frame
    teeth = comb(step)
    for block, blocks, mask in parted(stretches, frame)[1]:
        if block != hoped >> BITS:
            return last
        left = blocks
        while left:
            offset = hoped & OFFSET
            start = hoped - offset
            if wrong := mask ^ (teeth << offset & FULL):
                right = (lowest_bit(wrong) - 1 - offset) // step + 1
                return last + max(right, 0) * step
            # Where the step divides a block, and the block holds all it can, every block of the
            # stretch continues the one before: take them at once.
            taken = left if BLOCK % step == 0 and offset < step else 1
            end = start + taken * BLOCK - 1
            last = end - (end - hoped) % step
            hoped = last + step
            left -= taken
    return last
