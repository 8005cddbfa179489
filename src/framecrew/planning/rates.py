"""Frame rates: exact fractions, also where people round them."""

from fractions import Fraction

ROUNDED = {
    "23.98": "24000/1001",
    "23.976": "24000/1001",
    "29.97": "30000/1001",
    "47.95": "48000/1001",
    "59.94": "60000/1001",
    "119.88": "120000/1001",
}
"""What is meant by the rounded names of the television rates."""

HIGHEST = 1000


def parse_rate(text: str) -> str:
    """The rate as a whole number or fraction, `25` or `30000/1001`. ValueError otherwise."""
    try:
        rate = Fraction(ROUNDED.get(text.strip(), text))
    except ZeroDivisionError as problem:
        raise ValueError(f"{text!r} divides by nothing") from problem
    if not 0 < rate <= HIGHEST:
        raise ValueError(f"{text!r} is no frame rate")
    return str(rate)
