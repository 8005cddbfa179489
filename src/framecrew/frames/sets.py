"""Frame sets: which frames, as an immutable value that costs little however many there are."""

# mypy: disable-error-code="explicit-override"
# typing.override comes with Python 3.12, and this room needs nothing but Python itself.

from collections.abc import Iterable, Iterator
from operator import index
from typing import NoReturn, final

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.limits import check_possible
from framecrew.frames.spans import spans
from framecrew.frames.stretches import (
    BITS,
    OFFSET,
    Stretches,
    at_or_after,
    at_or_before,
    combined,
    gathered,
    highest,
    lowest,
    mask_of,
    members,
    members_backwards,
    parted,
    ranked,
    regular,
    runs,
    size_of,
    united,
    with_mask,
)
from framecrew.frames.syntax import Term, read


@final
class FrameSet:
    """A set of frames, iterated in ascending order: immutable, hashable, and small also for ten
    million frames.

    `str()` gives the shortest regular spelling, and `FrameSet.parse` reads it back.
    """

    __slots__ = ("size", "stretches")

    size: int
    """How many frames; also `len()`, which some Pythons limit."""
    stretches: Stretches
    """How the frames are kept; see `framecrew.frames.stretches`."""

    def __new__(cls, stretches: Stretches = (), size: int = 0) -> "FrameSet":
        """Empty. Sets with members are made by `parse`, `of` and `range`."""
        made = super().__new__(cls)
        object.__setattr__(made, "stretches", stretches)
        object.__setattr__(made, "size", size)
        return made

    # ── making ────────────────────────────────────────────────────────────────────────────────

    @classmethod
    def parse(cls, text: str) -> "FrameSet":
        """Read a text such as `1-100x5,150,!50-60`; FrameSyntaxError says what is wrong."""
        terms = read(text)
        frames = united([_frames_of(term) for term in terms if not term.is_excluded])
        for term in terms:
            if term.is_excluded:
                frames = combined(frames, _frames_of(term), _without)
                if not frames:
                    raise FrameSyntaxError(
                        "this leaves no frame to render; exclude less, or name more frames",
                        text=text,
                        position=term.position,
                    )
        return cls(frames, size_of(frames))

    @classmethod
    def of(cls, frames: Iterable[int]) -> "FrameSet":
        """The set of any frames, in any order, twice or not."""
        if isinstance(frames, FrameSet):
            return frames
        if isinstance(frames, range) and frames:
            low, high = sorted((frames[0], frames[-1]))
            check_possible(low)
            check_possible(high)
            return cls(regular(low, high, abs(frames.step)), len(frames))
        made = gathered(map(index, frames))
        if made:
            check_possible(lowest(made))
            check_possible(highest(made))
        return cls(made, size_of(made))

    @classmethod
    def range(cls, first: int, last: int, step: int = 1) -> "FrameSet":
        """What `first-lastxstep` means as text: both ends are members, whatever the step.

        `FrameSet.range(1, 10, 4)` is 1, 5, 9 and 10; `FrameSet.of(range(1, 11, 4))` ends with
        9.
        """
        check_possible(first)
        check_possible(last)
        if last < first:
            raise ValueError(
                f"a range goes upwards: wanted {last}-{first}, found {first}-{last}"
            )
        if step < 1:
            raise ValueError(f"a range needs a step of 1 or more; found {step}")
        frames = _both_ends(first, last, step)
        return cls(frames, size_of(frames))

    # ── asking ────────────────────────────────────────────────────────────────────────────────

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0

    def __contains__(self, frame: object) -> bool:
        if not isinstance(frame, int):
            return False
        return bool(mask_of(self.stretches, frame >> BITS) >> (frame & OFFSET) & 1)

    def __iter__(self) -> Iterator[int]:
        return members(self.stretches)

    def __reversed__(self) -> Iterator[int]:
        return members_backwards(self.stretches)

    @property
    def first(self) -> int:
        """The lowest frame; ValueError when there is none."""
        self._check_not_empty()
        return lowest(self.stretches)

    @property
    def last(self) -> int:
        """The highest frame; ValueError when there is none."""
        self._check_not_empty()
        return highest(self.stretches)

    def nth(self, rank: int) -> int:
        """The frame with `rank` frames below it, -1 for the last; ValueError if none."""
        if not -self.size <= rank < self.size:
            raise ValueError(f"no frame number {rank} in a set of {self.size} frames")
        return ranked(self.stretches, rank % self.size)

    def near(self, frame: int) -> int | None:
        """The lowest member that is `frame` or above; None when all are below."""
        return at_or_after(self.stretches, frame)

    def before(self, frame: int) -> int | None:
        """The highest member that is `frame` or below; None when all are above."""
        return at_or_before(self.stretches, frame)

    def runs(self) -> Iterator[tuple[int, int]]:
        """First and last frame of each longest run without a hole: 1-3,5 is (1, 3), (5, 5)."""
        return runs(self.stretches)

    def isdisjoint(self, other: "FrameSet") -> bool:
        return not combined(self.stretches, other.stretches, int.__and__)

    def __le__(self, other: object) -> bool:
        if not isinstance(other, FrameSet):
            return NotImplemented
        return not combined(self.stretches, other.stretches, _without)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrameSet):
            return NotImplemented
        return self.stretches == other.stretches

    def __hash__(self) -> int:
        return hash(self.stretches)

    def _check_not_empty(self) -> None:
        if not self.size:
            raise ValueError("an empty frame set has no first and no last frame")

    # ── parts and sums ────────────────────────────────────────────────────────────────────────

    def __or__(self, other: object) -> "FrameSet":
        if not isinstance(other, FrameSet):
            return NotImplemented
        return _counted(combined(self.stretches, other.stretches, int.__or__))

    def __and__(self, other: object) -> "FrameSet":
        if not isinstance(other, FrameSet):
            return NotImplemented
        return _counted(combined(self.stretches, other.stretches, int.__and__))

    def __sub__(self, other: object) -> "FrameSet":
        if not isinstance(other, FrameSet):
            return NotImplemented
        return _counted(combined(self.stretches, other.stretches, _without))

    def with_frame(self, frame: int) -> "FrameSet":
        """The set with this frame; quick enough to be done for every frame of a long job."""
        block = frame >> BITS
        mask = mask_of(self.stretches, block)
        bit = 1 << (frame & OFFSET)
        if mask & bit:
            return self
        check_possible(frame)
        return FrameSet(with_mask(self.stretches, block, mask | bit), self.size + 1)

    def without_frame(self, frame: int) -> "FrameSet":
        """The set without this frame; quick enough to be done for every frame of a long job."""
        block = frame >> BITS
        mask = mask_of(self.stretches, block)
        bit = 1 << (frame & OFFSET)
        if not mask & bit:
            return self
        return FrameSet(with_mask(self.stretches, block, mask ^ bit), self.size - 1)

    def take(self, count: int) -> "FrameSet":
        """The first `count` frames; all of them when there are no more."""
        if count >= self.size:
            return self
        if count <= 0:
            return EMPTY
        return FrameSet(parted(self.stretches, self.nth(count))[0], count)

    def skip(self, count: int) -> "FrameSet":
        """All but the first `count` frames: `skip(a).take(b - a)` are those of rank a to b."""
        if count <= 0:
            return self
        if count >= self.size:
            return EMPTY
        return FrameSet(parted(self.stretches, self.nth(count))[1], self.size - count)

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    def __str__(self) -> str:
        return ",".join(map(str, spans(self.stretches)))

    def __repr__(self) -> str:
        return f"FrameSet({str(self)!r})" if self else "FrameSet()"

    def __reduce__(self) -> tuple[type["FrameSet"], tuple[Stretches, int]]:
        return FrameSet, (self.stretches, self.size)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a frame set never changes; cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a frame set never changes; cannot delete {name}")


EMPTY = FrameSet()
"""No frame at all. It has no spelling: its text is empty, and `parse` refuses that."""


def _counted(frames: Stretches) -> FrameSet:
    return FrameSet(frames, size_of(frames))


def _without(one: int, two: int) -> int:
    return one & ~two


def _both_ends(first: int, last: int, step: int) -> Stretches:
    frames = regular(first, last, step)
    if (last - first) % step == 0:
        return frames
    block = last >> BITS
    return with_mask(frames, block, mask_of(frames, block) | 1 << (last & OFFSET))


def _frames_of(term: Term) -> Stretches:
    return _both_ends(term.first, term.last, term.step)
