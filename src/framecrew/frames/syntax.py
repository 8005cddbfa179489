"""The grammar of frames texts such as `1-100x5,150,!50-60`.

    text   = term, term, …          blanks are free, needless commas are forgiven
    term   = frame                  7, -5
           | frame-frame            1-10, -10--1: both ends included
           | frame-framexstep       1-100x5 is 1, 6, … 96 and 100: both ends included, always
           | !term                  left out, wherever it stands: 1-100,!50-60

Anything else is refused with the reason and the character. Nothing is guessed.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.limits import HIGHEST_FRAME, LOWEST_FRAME, is_possible

BLANKS = " \t\r\n"
SIGNED = re.compile(r"-?[0-9]+")
DASHES = "‐‑‒–—―−﹣－"  # noqa: RUF001 - these are the dashes that word processors put in place of ours
EXAMPLE = "write frames such as 1-100, 1-100x5 or 1,5,9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One piece of a frames text: `first`, `last`, and every `step`-th frame between them."""

    first: int
    last: int
    step: int
    is_excluded: bool
    position: int
    """0-based character where the term begins."""


def read(text: str) -> tuple[Term, ...]:
    """All terms in the order they were written; at least one of them is not excluded."""
    terms = _TextReader(text).terms()
    if not terms:
        raise FrameSyntaxError(f"no frames named; {EXAMPLE}", text=text, position=0)
    if all(term.is_excluded for term in terms):
        raise FrameSyntaxError(
            "only exclusions, and nothing to exclude from; name the frames too: 1-100,!50-60",
            text=text,
            position=terms[0].position,
        )
    return terms


class _TextReader:
    """Goes over a text once, from left to right; `at` is the character it looks at."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def terms(self) -> tuple[Term, ...]:
        found: list[Term] = []
        while self._next():
            if self._next() == ",":
                self.at += 1
                continue
            found.append(self._term())
            if self._next() not in {"", ","}:
                self._refuse_what_follows()
        return tuple(found)

    def _term(self) -> Term:
        self._next()
        position = self.at
        is_excluded = self._taken("!")
        self._next()
        start = self.at
        first = last = self._number("a frame")
        step = 1
        if self._next() == "x":
            self._refuse("a step belongs to a range; write 1-100x5 for every 5th frame")
        if self._taken("-"):
            last = self._number("the last frame of the range")
            if last < first:
                self._refuse(
                    f"backwards range; write {last}-{first}, "
                    "and --order reverse to render from the end",
                    at=start,
                )
            if self._taken("x"):
                step = self._step()
            if self._next() == "x":
                self._refuse("a range has one step; write 1-10x5")
        return Term(
            first=first, last=last, step=step, is_excluded=is_excluded, position=position
        )

    def _step(self) -> int:
        self._next()
        start = self.at
        step = self._number("the step")
        if step < 1:
            self._refuse(
                "the step must be 1 or more; for the other direction use --order reverse",
                at=start,
            )
        return step

    def _number(self, wanted: str) -> int:
        self._next()
        match = SIGNED.match(self.text, self.at)
        if match is None:
            found = self._next()
            self._refuse_character(
                f"{wanted} is missing here"
                if found in {"", ","}
                else f"wanted {wanted}, found {found!r}"
            )
        digits = match[0]
        # Looked at before int(): Python refuses to read thousands of digits at all.
        meant = digits.lstrip("-0") or "0"
        is_short = len(meant) <= len(str(HIGHEST_FRAME))
        number = int(meant) * (-1 if digits.startswith("-") else 1) if is_short else 0
        if not is_short or not is_possible(number):
            self._refuse(
                "the number is out of reach; "
                f"frame numbers go from {LOWEST_FRAME} to {HIGHEST_FRAME}"
            )
        self.at = match.end()
        if self.text[self.at : self.at + 1] == ".":
            self._refuse_character("")
        return number

    def _next(self) -> str:
        """The next character that is no blank; empty at the end of the text."""
        while self.at < len(self.text) and self.text[self.at] in BLANKS:
            self.at += 1
        return self.text[self.at : self.at + 1]

    def _taken(self, character: str) -> bool:
        if self._next() != character:
            return False
        self.at += 1
        return True

    def _refuse_what_follows(self) -> NoReturn:
        """A term is whole, and neither a comma nor the end follows."""
        character = self._next()
        if character in "0123456789":
            self._refuse("a comma is missing here; write 1,5 for two frames, 1-5 for a range")
        if character == "!":
            self._refuse("a comma is missing here; write 1-100,!50-60")
        if character == "-":
            self._refuse("a range has two ends; write 1-10, or 1-10x5 for every 5th frame")
        self._refuse_character(f"{character!r} is not known here")

    def _refuse_character(self, otherwise: str) -> NoReturn:
        """Say what is wrong with the character we stand at, and what to write in its place."""
        character = self._next()
        rest = self.text[self.at :]
        if rest.startswith(".."):
            self._refuse("ranges are written with one dash; write 1-5")
        if character == ".":
            self._refuse(
                "frames and steps are whole numbers; a decimal point has no meaning here"
            )
        if character == ":":
            self._refuse(
                "':' is a step in one tool, a stagger in another; write x for a step: 1-100x5"
            )
        if character == "y":
            self._refuse("'y' is not known; exclude frames with !, such as 1-100,!1-100x5")
        if character in {"X", "×", "*", "/"}:
            self._refuse("a step is written with a small x; write 1-100x5")
        if character == "-":
            self._refuse(
                "the minus sign stands right before its number, and there is one; write -5"
            )
        if character == "+":
            self._refuse("numbers have no plus sign; write 5")
        if character == ";":
            self._refuse("frames are parted by commas; write 1,5,9")
        if character and character in DASHES:
            self._refuse(f"{character!r} is a typographic dash; write the plain -")
        if character.isdigit() and not character.isascii():
            self._refuse(f"{character!r} is not a plain digit; write 0 to 9")
        if character.isspace():
            self._refuse("this is an unusual blank; write an ordinary one, or none")
        self._refuse(f"{otherwise}; {EXAMPLE}")

    def _refuse(self, message: str, *, at: int | None = None) -> NoReturn:
        place = self.at if at is None else at
        raise FrameSyntaxError(message, text=self.text, position=place)
