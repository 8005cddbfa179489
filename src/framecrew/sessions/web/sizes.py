"""Sizes, rates and lengths: what the page tells and what was asked for, as exact numbers."""

import math
from fractions import Fraction

from framecrew_web.troubles import Trouble

SIZE = (1920, 1080)
MOST_PIXELS = 16384
"""On a side: what graphics cards draw at most. Without one, 20,000 on both sides took over a minute a frame."""

RATE = Fraction(30)

BROADCAST = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))


def size_of(options, told):
    """Width and height: as asked for, as the page tells, or the usual one. Trouble if no browser draws it."""
    if options["size"]:
        width, _, height = options["size"].lower().partition("x")
        size = int(width), int(height)
    else:
        size = _told_size(told)
    if max(size) * options["scale"] > MOST_PIXELS:
        raise Trouble(
            "bad_request",
            f"a size of {size[0]}x{size[1]} at scale {options['scale']:g} is more than a browser draws: "
            f"at most {MOST_PIXELS} pixels on a side",
        )
    return size


def _told_size(told):
    try:
        found = tuple(round(float(told[name])) for name in ("width", "height"))
    except (KeyError, ValueError):
        return SIZE
    return found if min(found) > 0 else SIZE


def rate_of(options, told):
    """Frames a second as a fraction; 29.97 is what people write for 30000/1001."""
    text = options["fps"] or told.get("fps") or ""
    if not text:
        return RATE
    try:
        rate = Fraction(text).limit_denominator(100_000)
    except (ValueError, ZeroDivisionError):
        raise Trouble(
            "bad_request", f"{text!r} is no frame rate; write it as 25 or 30000/1001"
        ) from None
    if rate <= 0:
        raise Trouble("bad_request", f"a frame rate is more than 0, and not {text}")
    near = [
        exact for exact in BROADCAST if rate != exact and abs(rate - exact) < Fraction(1, 200)
    ]
    return near[0] if near and rate.denominator != 1 else rate


def count_of(options, told, rate):
    """Frames of the whole composition; 0 when nobody tells its length."""
    seconds = options["duration"] or told.get("duration")
    try:
        seconds = float(seconds or 0)
    except ValueError:
        return 0
    if not math.isfinite(seconds) or seconds <= 0:
        return 0
    # A product of floats a hair above a whole number is that number.
    return max(1, math.ceil(seconds * rate - Fraction(1, 10_000)))
