"""Neighbours: a frame that is far from both of them, while they agree, is an outlier.

It is meant for what a decoder cannot see: a black flash, a magenta frame (missing texture), a
picture whose size on disk halved because half of it was not rendered. The rule, in words:

1. The distance of two amounts is their difference as a part of the larger, from 0 (equal) to 1,
   so dark shots count as bright ones do. `DARK` is added to the larger: the grain of a channel
   that is nearly black is no distance, and what nobody sees (less than 5 of 255) is never far.
2. The distance of two pictures is the largest of their colour channels' means.
3. The neighbours agree when they are at most `AGREE` apart.
4. The frame is far when it is at least `FAR` from both.
5. Sizes on disk are compared alike, when both neighbours are within `SIZES_AGREE` and big
   enough not to be mostly header.

So a cut, a fade, a flash of two frames or more, and the ends of a sequence are never outliers:
in each of them some neighbour is near, or the neighbours differ, or there is only one. A flash
that was meant and lasts a single frame is one; that is why nobody gets this check unasked.
"""

from collections.abc import Sequence

from framecrew.model.outputs import PictureFacts

AGREE = 0.2
FAR = 0.5
DARK = 0.02

SIZES_AGREE = 0.1
SMALLEST_SIZE = 4096
"""Bytes."""


def find_outlier(
    before: PictureFacts | None, frame: PictureFacts, after: PictureFacts | None
) -> str | None:
    """Why a frame is far from both its neighbours; None when it is not, or has only one."""
    if before is None or after is None:
        return None
    return _find_odd_colour(before, frame, after) or _find_odd_size(before, frame, after)


def _find_odd_colour(
    before: PictureFacts, frame: PictureFacts, after: PictureFacts
) -> str | None:
    means = [_means(facts) for facts in (before, frame, after)]
    if len({len(mean) for mean in means}) != 1:
        return None
    first, middle, last = means
    nearest = min(_distance(middle, first), _distance(middle, last))
    if _distance(first, last) > AGREE or nearest < FAR:
        return None
    return (
        f"its mean colour {_words(middle)} is far from both its neighbours, "
        f"which agree ({_words(first)} and {_words(last)})"
    )


def _find_odd_size(
    before: PictureFacts, frame: PictureFacts, after: PictureFacts
) -> str | None:
    smaller, bigger = sorted((before.bytes, after.bytes))
    if smaller < SMALLEST_SIZE or _apart(smaller, bigger, least=0) > SIZES_AGREE:
        return None
    nearest = min(_apart(frame.bytes, size, least=0) for size in (smaller, bigger))
    if nearest < FAR:
        return None
    return (
        f"its file has {frame.bytes} bytes, those of its neighbours have "
        f"{before.bytes} and {after.bytes}"
    )


def _means(facts: PictureFacts) -> tuple[float, ...]:
    return facts.means or (facts.mean,)


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return max(_apart(a, b, least=DARK) for a, b in zip(one, other, strict=True))


def _apart(one: float, other: float, *, least: float) -> float:
    """How far apart two amounts are, as a part of the larger: 50 and 100 are 0.5 apart."""
    larger = max(abs(one), abs(other)) + least
    return min(1.0, abs(one - other) / larger)


def _words(means: Sequence[float]) -> str:
    return " ".join(f"{mean:.3f}" for mean in means)
