"""Places: where the frame number goes in a path, in every spelling the trade knows.

    ####  @@@@  [####]  [0000]  %04d  $F4  ${F4}  {frame:04d}  <f4>     padded to four digits
    #  @  [#]  [0]  %d  $F  {frame}  <f>                                not padded

One place in the file name, and none elsewhere. A folder's name is text: `C#` or `me@home` is
just a name; but what is certainly meant as a place is refused there. `<UDIM>` is text, and so
is a % that begins no number. `%%` beside `%04d` is refused, as tools disagree about it: spell
such a name with ####.
"""

import re
from dataclasses import dataclass

from framecrew.frames.errors import FrameSyntaxError

WIDEST_PADDING = 32

SPELLINGS = re.compile(
    r"\[(?P<bracket>#+|0+)\]"
    r"|(?P<hash>#+)"
    r"|(?P<at>@+)"
    r"|%(?P<printf>[0-9]*)d"
    r"|\$F(?P<dollar>[0-9]*)(?![A-Za-z0-9])"
    r"|\$\{F(?P<braced>[0-9]*)\}"
    r"|\{frame(?::(?P<python>[0-9]*)d?)?\}"
    r"|<f(?P<angle>[0-9]*)>"
)
DRAWN = ("bracket", "hash", "at")
"""Spellings that draw each digit; the others tell the number of digits."""
FILLED = ("printf", "python")
"""Spellings that pad with blanks unless a 0 stands before the number of digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Characters `start` to `end` of a text stand for the frame number."""

    start: int
    end: int
    padding: int
    """Least number of digits; 1 when not padded."""


def find_place(text: str, *, name_starts: int) -> Place | None:
    """The place in the file name, which starts at this character; None when there is none.

    FrameSyntaxError for two places, for one in a folder, and for a padding that no file can
    have.
    """
    if name_starts == len(text):
        raise FrameSyntaxError(
            "no file name; write one such as shot_####.png", text=text, position=len(text)
        )
    for found in SPELLINGS.finditer(text[:name_starts]):
        if len(found[0]) > 1 and found["at"] is None:
            raise FrameSyntaxError(
                f"{found[0]} stands in a folder; the frame number goes into the file name, "
                "such as shot_####.png",
                text=text,
                position=found.start(),
            )
    places = list(SPELLINGS.finditer(text, name_starts))
    if not places:
        return None
    if len(places) > 1:
        one, two = places[0], places[1]
        raise FrameSyntaxError(
            f"two places for the frame number, {one[0]} at character {one.start() + 1} "
            f"and {two[0]} at character {two.start() + 1}; keep one",
            text=text,
            position=two.start(),
        )
    return _measured(text, places[0])


def _measured(text: str, found: re.Match[str]) -> Place:
    kind, digits = _spelled(found)
    _check_surroundings(text, found, kind)
    if kind in FILLED and digits and not digits.startswith("0"):
        raise FrameSyntaxError(
            f"{found[0]} pads with blanks; write a 0 before the number of digits, such as %04d",
            text=text,
            position=found.start(),
        )
    # Three digits say enough; Python refuses to read thousands of them.
    padding = len(digits) if kind in DRAWN else int(digits.lstrip("0")[:3] or "1")
    if padding > WIDEST_PADDING:
        raise FrameSyntaxError(
            f"{found[0]} pads to more than {WIDEST_PADDING} digits; write fewer",
            text=text,
            position=found.start(),
        )
    return Place(start=found.start(), end=found.end(), padding=padding)


def _spelled(found: re.Match[str]) -> tuple[str, str]:
    """Which spelling it is, and what was written between its signs; both may be empty."""
    kind = found.lastgroup or ""
    return kind, found[kind] if kind else ""


def _check_surroundings(text: str, found: re.Match[str], kind: str) -> None:
    """Refuse what would mean something else in another spelling."""
    if kind == "printf" and (twin := text.find("%%")) >= 0:
        raise FrameSyntaxError(
            "%% beside %d means different things to different tools; write #### for the number",
            text=text,
            position=twin,
        )
    bracketed = text[max(found.start() - 1, 0) : found.end() + 1]
    if kind != "bracket" and bracketed == f"[{found[0]}]":
        raise FrameSyntaxError(
            "brackets are part of the place in [####], but not here; write #### or [####]",
            text=text,
            position=found.start() - 1,
        )
