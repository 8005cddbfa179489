"""The sound of a comp: a function of its time alone, so that a seam shows in a single sample.

Left is a tone of 440 Hz, right a sweep that begins anew every 65521 samples; the two together
repeat after 27 minutes. In both, each 12th of a second begins with a click.
"""

import math
from array import array
from fractions import Fraction
from functools import cache

RATE = 48_000
CLICK_EVERY = 4_000
CLICK_LENGTH = 24
TONE_PERIOD = 1_200
"""Eleven waves of 440 Hz."""
SWEEP_PERIOD = 65_521


def comp_samples(first: int, last: int, fps: Fraction, *, start: int) -> bytes:
    """The sound of these frames of a comp that starts at frame `start`: 16 bit, stereo."""
    begin, end = sample_of(first - start, fps), sample_of(last + 1 - start, fps)
    return samples(begin, end - begin)


def sample_of(frames: int, fps: Fraction) -> int:
    """How many samples these frames from the start take; borders of frames are rounded once,
    from the comp's start, so that pieces of a comp add up to the whole.
    """
    return math.floor(frames / fps * RATE + Fraction(1, 2))


def samples(begin: int, count: int) -> bytes:
    """`count` samples from this one on, left and right by turns, little-endian."""
    tone, sweep = _tables()
    both = array("h", bytes(4 * count))
    both[0::2] = _repeated(tone, begin, count)
    both[1::2] = _repeated(sweep, begin, count)
    for click in range(-(begin % CLICK_EVERY), count, CLICK_EVERY):
        for place in range(max(0, click), min(count, click + CLICK_LENGTH)):
            both[2 * place] = both[2 * place + 1] = 24_000
    return both.tobytes()


def _repeated(table: "array[int]", begin: int, count: int) -> "array[int]":
    place = begin % len(table)
    return (table * ((place + count) // len(table) + 1))[place : place + count]


@cache
def _tables() -> tuple["array[int]", "array[int]"]:
    tone = (
        8_000 * math.sin(2 * math.pi * 11 * place / TONE_PERIOD) for place in range(TONE_PERIOD)
    )
    sweep = (
        8_000 * math.sin(2 * math.pi * (200 + 900 * place / SWEEP_PERIOD) * place / RATE)
        for place in range(SWEEP_PERIOD)
    )
    return array("h", map(round, tone)), array("h", map(round, sweep))
