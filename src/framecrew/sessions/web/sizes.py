"""Sizes, rates and lengths: what the page tells and what was asked for, as exact numbers."""

import math
import re
from fractions import Fraction

from framecrew_web.troubles import Trouble

SIZE = (1920, 1080)
MOST_PIXELS = 16384
"""On a side: what graphics cards draw at most. Without one, 20,000 on both sides took over a minute a frame."""

RATE = Fraction(30)

MOST_FRAMES = 1 << 31
"""Frames are counted from 0 to 2147483647."""

UNITS = {"": 1.0, "px": 1.0, "s": 1.0, "ms": 0.001}
"""What people write behind a number, and what one is then in pixels or seconds."""

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
    if "width" not in told and "height" not in told:
        return SIZE
    width, height = (_told_number(told, name) for name in ("width", "height"))
    if not 0.5 <= min(width, height) <= max(width, height) < math.inf:
        raise Trouble(
            "bad_request",
            f"the page tells a size of {width:g}x{height:g}; a side has one pixel or more",
        )
    return round(width), round(height)


def _told_number(told, name):
    """What the page tells, in pixels or seconds; Trouble if that is no number."""
    text = told.get(name, "")
    number, unit = re.fullmatch(r"(.*?)\s*(px|ms|s|)", text.strip(), re.DOTALL).groups()
    try:
        found = float(number) * UNITS[unit]
    except ValueError:
        found = math.nan
    if math.isnan(found):
        told_so = f"a {name} of {text!r}" if text else f"no {name}"
        raise Trouble("bad_request", f"the page tells {told_so}; a number is wanted")
    return found


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
    seconds = float(options["duration"] or 0)
    if not seconds and "duration" in told:
        seconds = _told_number(told, "duration")
    if seconds < 0:
        raise Trouble(
            "bad_request",
            f"the page tells a duration of {seconds:g} seconds; it is less than nothing",
        )
    if not seconds or math.isinf(seconds):
        return 0
    if seconds * rate > MOST_FRAMES:
        raise Trouble(
            "bad_request",
            f"{seconds:g} seconds at {float(rate):g} frames a second are more frames than there are numbers for; "
            f"at most {MOST_FRAMES}",
        )
    # A product of floats a hair above a whole number is that number.
    return max(1, math.ceil(seconds * rate - Fraction(1, 10_000)))
