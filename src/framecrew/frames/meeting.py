"""Meeting: can two file name patterns ever name the same file?

A name is a prefix, a number and a suffix. Both patterns are read side by side, character by
character, as two small automata; they meet if some text brings both to their end. So the answer
is exact: `a_#_1` and `a_1_#` meet (in `a_1_1`), `a_##` and `b_##` do not.
"""

from collections.abc import Iterator

Shape = tuple[str, int, str]
"""Prefix, padding and suffix of a file name."""

Spot = tuple[str, int, bool, bool]
"""Where a reader stands: the part of the name, characters of it read, whether the number began
with 0, and whether it began with - and still owes a digit that is not 0."""

MOST_DIGITS = 10
"""No frame number is longer, but for its leading zeros."""


def can_meet(one: Shape, two: Shape) -> bool:
    """True if some file name belongs to both."""
    alphabet = set("-01") | set("".join((one[0], one[2], two[0], two[2])))
    start = (("prefix", 0, False, False), ("prefix", 0, False, False))
    waiting, seen = [start], {start}
    while waiting:
        here, there = waiting.pop()
        if _is_end(one, here) and _is_end(two, there):
            return True
        for character in alphabet:
            for further in _after(one, here, character):
                for beyond in _after(two, there, character):
                    both = (further, beyond)
                    if both not in seen:
                        seen.add(both)
                        waiting.append(both)
    return False


def _after(shape: Shape, spot: Spot, character: str) -> Iterator[Spot]:
    """Where the reader of this shape can stand after one more character."""
    prefix, padding, suffix = shape
    part, read, leads_zero, owes = spot
    if part == "prefix" and read < len(prefix):
        if prefix[read] == character:
            yield "prefix", read + 1, False, False
        return
    if part == "suffix":
        if suffix[read : read + 1] == character:
            yield "suffix", read + 1, False, False
        return
    digits = read if part == "number" else 0
    if character == "-" and not digits and not owes:
        yield "number", 0, False, True
    if character in "0123456789":
        leads_zero = leads_zero if digits else character == "0"
        fits = digits < padding or (digits < MOST_DIGITS and not leads_zero)
        if fits:
            yield "number", digits + 1, leads_zero, owes and character == "0"
    if digits >= padding and not owes and suffix[:1] == character:
        yield "suffix", 1, False, False


def _is_end(shape: Shape, spot: Spot) -> bool:
    _, padding, suffix = shape
    part, read, _, owes = spot
    if part == "suffix":
        return read == len(suffix)
    return part == "number" and not suffix and read >= padding and not owes
