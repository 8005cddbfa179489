"""What frames cost: a curve learnt from the finished ones, of bounded size."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import pairwise

from framecrew.frames.sets import FrameSet

MOST_KNOTS = 64
ENOUGH = 3
"""Frames learnt from which guesses are forgotten."""
STEEP = 1.6
"""Dearest over cheapest from which dear frames should go first, whatever their numbers."""


class Knots:
    """Running means of what was seen in each of `MOST_KNOTS` equal parts of a range."""

    def __init__(self, first: int, span: int) -> None:
        self._first, self._span = first, span
        self._parts: list[int] = []
        self._sums: dict[int, list[float]] = {}
        """By part: places, seconds and count, each summed."""
        self._points: list[tuple[float, float]] | None = None

    def add(self, frame: int, seconds: float) -> None:
        part = (frame - self._first) * MOST_KNOTS // self._span
        known = self._sums.get(part)
        if known is None:
            insort(self._parts, part)
            self._sums[part] = [float(frame), seconds, 1.0]
        else:
            known[0] += frame
            known[1] += seconds
            known[2] += 1.0
        self._points = None

    @property
    def points(self) -> list[tuple[float, float]]:
        """(frame, seconds), ascending by frame."""
        if self._points is None:
            sums = (self._sums[part] for part in self._parts)
            self._points = [(places / count, total / count) for places, total, count in sums]
        return self._points


class CostCurve:
    """Seconds per frame over frame numbers, piecewise linear between knots."""

    def __init__(self, frames: FrameSet) -> None:
        self._first = frames.first if frames else 0
        self._span = max(1, (frames.last - self._first + 1) if frames else 1)
        self._learnt = Knots(self._first, self._span)
        self._presumed = Knots(self._first, self._span)
        self.count = 0
        """Frames learnt, presumed ones not counted."""

    def learn(self, frame: int, seconds: float) -> None:
        """Take one finished frame into account."""
        self._learnt.add(frame, seconds)
        self.count += 1

    def presume(self, frame: int, seconds: float) -> None:
        """A first guess, from a frame whose time held other work too, until some are learnt."""
        self._presumed.add(frame, seconds)

    @property
    def knots(self) -> list[tuple[float, float]]:
        """(frame, seconds), ascending by frame."""
        return self._learnt.points if self.count >= ENOUGH else self._guessed

    @property
    def _guessed(self) -> list[tuple[float, float]]:
        """The shape of what is presumed, at the height of what is learnt."""
        guess, sure = self._presumed.points, self._learnt.points
        if not (guess and sure):
            return sure or guess
        height = _mean(sure)
        shift = height - _mean(guess)
        return [(place, max(value + shift, 0.1 * height)) for place, value in guess]

    @property
    def mean(self) -> float:
        """Mean of the knots, so a part rendered often counts once; 0 when nothing is known."""
        knots = self.knots
        return _mean(knots) if knots else 0.0

    @property
    def is_steep(self) -> bool:
        """True if frames differ so much that the dear ones should go first."""
        values = [value for _, value in self.knots]
        return len(values) >= 3 and max(values) > STEEP * max(min(values), 1e-6)

    def estimate(self, frame: int) -> float:
        """Seconds this frame is likely to take; 0 when nothing is known."""
        knots = self.knots
        if not knots:
            return 0.0
        right = bisect_left(knots, (frame, 0.0))
        if right == 0:
            return knots[0][1]
        if right == len(knots):
            return knots[-1][1]
        (x0, y0), (x1, y1) = knots[right - 1], knots[right]
        return y0 + (y1 - y0) * (frame - x0) / (x1 - x0) if x1 > x0 else y1

    def total(self, frames: FrameSet) -> float:
        """Seconds of all these frames: count in each part of the range times its middle."""
        if not frames or not self.knots:
            return 0.0
        if len(frames) <= 2 * MOST_KNOTS:
            return sum(self.estimate(frame) for frame in frames)
        whole = 0.0
        for first, last in self._parts():
            count = len(frames & FrameSet.range(first, last))
            if count:
                whole += count * self.estimate((first + last) // 2)
        return whole

    def _parts(self) -> Iterator[tuple[int, int]]:
        edges = [
            self._first + self._span * part // MOST_KNOTS for part in range(MOST_KNOTS + 1)
        ]
        for left, right in pairwise(edges):
            if right > left:
                yield left, right - 1

    def dearest(self, frames: FrameSet) -> int:
        """The frame of a non-empty set with the highest estimate.

        Between two knots the curve is straight: the highest lies next to a knot or at an end.
        """
        best, worth = frames.first, self.estimate(frames.first)
        for candidate in self._candidates(frames):
            value = self.estimate(candidate)
            if value > worth:
                best, worth = candidate, value
        return best

    def _candidates(self, frames: FrameSet) -> Iterator[int]:
        yield frames.last
        for place, _ in self.knots:
            for member in (frames.near(int(place)), frames.before(int(place))):
                if member is not None:
                    yield member


def _mean(points: list[tuple[float, float]]) -> float:
    return sum(value for _, value in points) / len(points)
