"""Stretches: how a frame set is kept, so that ten million frames cost no more than ten.

The number line is cut into blocks of 16384 frames. Which frames of a block are members is one
int, its *mask*: bit 0 is the block's first frame. A *stretch* is (first block, number of
blocks, mask): neighbouring blocks with the same mask are written once, so 1-2000000000 is three
stretches, and so is 1-2000000000x2.

Every tuple of stretches here is ascending, holds no empty mask, and never has two touching
stretches of the same mask. So equal sets have equal stretches.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, groupby

BITS = 14
BLOCK = 1 << BITS
OFFSET = BLOCK - 1
FULL = (1 << BLOCK) - 1

Stretch = tuple[int, int, int]
Stretches = tuple[Stretch, ...]

FAR = 1 << 64
"""Farther than any block."""
FEW = 64
"""Up to so many bits are picked out of a mask one by one; more are read from its binary
text."""
TRUTHS = bytes.maketrans(b"01", b"\x00\x01")


# ── making ────────────────────────────────────────────────────────────────────────────────────


def tidy(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Leave out what is empty, and join touching pieces of the same mask."""
    out: list[Stretch] = []
    for block, blocks, mask in pieces:
        if not mask or not blocks:
            continue
        if out:
            start, count, before = out[-1]
            if start + count == block and before == mask:
                out[-1] = (start, count + blocks, mask)
                continue
        out.append((block, blocks, mask))
    return out


@lru_cache(maxsize=32)
def comb(step: int) -> int:
    """A mask with every `step`-th bit, from bit 0 to beyond the end of a block."""
    teeth, width = 1, step
    while width < BLOCK:
        teeth |= teeth << width
        width *= 2
    return teeth


def regular(first: int, last: int, step: int) -> Stretches:
    """The frames first, first + step, … up to the last one that is not beyond `last`."""
    last -= (last - first) % step
    if step >= BLOCK:
        return tuple(
            tidy(
                (frame >> BITS, 1, 1 << (frame & OFFSET))
                for frame in range(first, last + 1, step)
            )
        )
    low, high = first >> BITS, last >> BITS
    teeth = comb(step)
    head = teeth << (first & OFFSET) & FULL
    tail = (2 << (last & OFFSET)) - 1
    if low == high:
        return ((low, 1, head & tail),)
    middle: Iterable[Stretch]
    if BLOCK % step == 0:
        middle = [(low + 1, high - low - 1, teeth << (first % step) & FULL)]
    else:
        # Masks repeat with the place where the first tooth falls; equal ones share one int.
        masks: dict[int, int] = {}
        middle = [
            (block, 1, masks.get(place) or masks.setdefault(place, teeth << place & FULL))
            for block in range(low + 1, high)
            for place in [(first - (block << BITS)) % step]
        ]
    end = teeth << ((first - (high << BITS)) % step) & tail
    return tuple(tidy([(low, 1, head), *middle, (high, 1, end)]))


def gathered(frames: Iterable[int]) -> Stretches:
    """The stretches of any frames, in any order."""
    pieces: list[Stretch] = []
    for block, members in groupby(sorted(set(frames)), lambda frame: frame >> BITS):
        bits = bytearray(BLOCK // 8)
        for frame in members:
            bits[(frame & OFFSET) >> 3] |= 1 << (frame & 7)
        pieces.append((block, 1, int.from_bytes(bits, "little")))
    return tuple(tidy(pieces))


# ── algebra ───────────────────────────────────────────────────────────────────────────────────


def combined(left: Stretches, right: Stretches, join: Callable[[int, int], int]) -> Stretches:
    """Go over both at once and join their masks block by block; an absent block counts as 0."""
    return tuple(tidy(_combined(left, right, join)))


def _combined(
    left: Stretches, right: Stretches, join: Callable[[int, int], int]
) -> Iterator[Stretch]:
    i = j = 0
    at = -FAR
    while i < len(left) or j < len(right):
        start, count, one = left[i] if i < len(left) else (FAR, 0, 0)
        begin, amount, two = right[j] if j < len(right) else (FAR, 0, 0)
        at = max(at, min(start, begin))
        end = start + count if start <= at else start
        stop = begin + amount if begin <= at else begin
        until = min(end, stop)
        yield at, until - at, join(one if start <= at else 0, two if begin <= at else 0)
        i += until == start + count
        j += until == begin + amount
        at = until


def united(sets: Sequence[Stretches]) -> Stretches:
    """All of them together, joined in pairs so that many small ones stay quick."""
    if not sets:
        return ()
    while len(sets) > 1:
        pairs = [
            combined(one, two, int.__or__)
            for one, two in zip(sets[::2], sets[1::2], strict=False)
        ]
        sets = pairs if len(sets) % 2 == 0 else [*pairs, sets[-1]]
    return sets[0]


def with_mask(stretches: Stretches, block: int, mask: int) -> Stretches:
    """The same with another mask for one block; what is left and right of it is shared."""
    after = bisect_right(stretches, (block, FAR, 0))
    before = after
    around: list[Stretch] = [(block, 1, mask)]
    if after and block < stretches[after - 1][0] + stretches[after - 1][1]:
        before -= 1
        start, count, old = stretches[before]
        around = [
            (start, block - start, old),
            (block, 1, mask),
            (block + 1, start + count - block - 1, old),
        ]
    left, right = max(before - 1, 0), after + 1
    middle = tidy([*stretches[left:before], *around, *stretches[after:right]])
    return (*stretches[:left], *middle, *stretches[right:])


def parted(stretches: Stretches, frame: int) -> tuple[Stretches, Stretches]:
    """What lies below `frame`, and the rest."""
    block = frame >> BITS
    index = bisect_right(stretches, (block, FAR, 0))
    if not index:
        return (), stretches
    start, count, mask = stretches[index - 1]
    if start + count <= block:
        return stretches[:index], stretches[index:]
    low = mask & ((1 << (frame & OFFSET)) - 1)
    left = max(index - 2, 0)
    below = tidy([*stretches[left : index - 1], (start, block - start, mask), (block, 1, low)])
    rest = tidy(
        [
            (block, 1, mask ^ low),
            (block + 1, start + count - block - 1, mask),
            *stretches[index : index + 1],
        ]
    )
    return (*stretches[:left], *below), (*rest, *stretches[index + 1 :])


# ── asking ────────────────────────────────────────────────────────────────────────────────────


def size_of(stretches: Stretches) -> int:
    return sum(blocks * mask.bit_count() for _, blocks, mask in stretches)


def mask_of(stretches: Stretches, block: int) -> int:
    """The mask of a block; 0 when none of its frames is a member."""
    index = bisect_right(stretches, (block, FAR, 0))
    if not index:
        return 0
    start, count, mask = stretches[index - 1]
    return mask if block < start + count else 0


def lowest(stretches: Stretches) -> int:
    block, _, mask = stretches[0]
    return (block << BITS) + lowest_bit(mask)


def highest(stretches: Stretches) -> int:
    block, blocks, mask = stretches[-1]
    return ((block + blocks - 1) << BITS) + mask.bit_length() - 1


def lowest_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def at_or_after(stretches: Stretches, frame: int) -> int | None:
    """The smallest member that is not below `frame`."""
    block, offset = frame >> BITS, frame & OFFSET
    index = bisect_right(stretches, (block, FAR, 0))
    if index:
        start, count, mask = stretches[index - 1]
        if block < start + count:
            if mask >> offset:
                return frame + lowest_bit(mask >> offset)
            if block + 1 < start + count:
                return ((block + 1) << BITS) + lowest_bit(mask)
    if index == len(stretches):
        return None
    start, _, mask = stretches[index]
    return (start << BITS) + lowest_bit(mask)


def at_or_before(stretches: Stretches, frame: int) -> int | None:
    """The largest member that is not above `frame`."""
    block, offset = frame >> BITS, frame & OFFSET
    index = bisect_right(stretches, (block, FAR, 0))
    while index:
        start, count, mask = stretches[index - 1]
        if block < start + count:
            if low := mask & ((2 << offset) - 1):
                return (block << BITS) + low.bit_length() - 1
            block, offset = block - 1, OFFSET
            if block < start:
                index -= 1
        else:
            block, offset = start + count - 1, OFFSET
    return None


def ranked(stretches: Stretches, rank: int) -> int:
    """The member with `rank` members below it; the caller knows that there is one."""
    for block, blocks, mask in stretches:
        size = mask.bit_count()
        if rank < blocks * size:
            further, rank = divmod(rank, size)
            return ((block + further) << BITS) + _ranked_bit(mask, rank)
        rank -= blocks * size
    raise IndexError(rank)


def _ranked_bit(mask: int, rank: int) -> int:
    """Halve the block again and again, and go where the bit with that rank lies."""
    offset, half = 0, BLOCK >> 1
    while half:
        low = mask & ((1 << half) - 1)
        size = low.bit_count()
        if rank < size:
            mask = low
        else:
            mask >>= half
            rank -= size
            offset += half
        half >>= 1
    return offset


# ── going over ────────────────────────────────────────────────────────────────────────────────


def offsets(mask: int) -> Sequence[int]:
    """Where the bits of a mask are, ascending."""
    if mask == FULL:
        return range(BLOCK)
    if mask.bit_count() > FEW:
        return tuple(compress(range(BLOCK), bin(mask)[:1:-1].encode().translate(TRUTHS)))
    found: list[int] = []
    while mask:
        found.append(lowest_bit(mask))
        mask &= mask - 1
    return found


def members(stretches: Stretches) -> Iterator[int]:
    for block, blocks, mask in stretches:
        places = offsets(mask)
        for start in range(block << BITS, (block + blocks) << BITS, BLOCK):
            yield from map(start.__add__, places)


def members_backwards(stretches: Stretches) -> Iterator[int]:
    for block, blocks, mask in reversed(stretches):
        places = offsets(mask)[::-1]
        for start in range((block + blocks - 1) << BITS, (block - 1) << BITS, -BLOCK):
            yield from map(start.__add__, places)


def runs(stretches: Stretches) -> Iterator[tuple[int, int]]:
    """First and last frame of each longest run without a hole."""
    first, last = 0, -FAR
    for begin, end in _runs_by_block(stretches):
        if begin != last + 1:
            if last != -FAR:
                yield first, last
            first = begin
        last = end
    if last != -FAR:
        yield first, last


def _runs_by_block(stretches: Stretches) -> Iterator[tuple[int, int]]:
    for block, blocks, mask in stretches:
        if mask == FULL:
            yield block << BITS, ((block + blocks) << BITS) - 1
            continue
        text = bin(mask)[:1:-1] + "0"
        places: list[tuple[int, int]] = []
        begin = text.find("1")
        while begin >= 0:
            end = text.find("0", begin)
            places.append((begin, end - 1))
            begin = text.find("1", end)
        for start in range(block << BITS, (block + blocks) << BITS, BLOCK):
            for begin, end in places:
                yield start + begin, start + end
