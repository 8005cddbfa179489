"""The errors our callers can meet, named by what to do next.

Failures of renderers are values (`framecrew.model.failures`), never errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong in what a person asked for: where, what was wanted, found, and what to do."""

    place: str
    """The field of the job file, or the flag, e.g. `frames`."""
    wanted: str
    found: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place}: wanted {self.wanted}; found {self.found}. {self.advice}"


class FramecrewError(Exception):
    """Framecrew cannot go on; the message says what was wanted, what was found, what to do."""

    exit_code = 1


class WrongUse(FramecrewError):
    """The request holds mistakes; nothing was started and nothing was written."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class StoreError(FramecrewError):
    """The queue's database cannot be opened or written."""


class NoSuchJob(StoreError):
    """The queue has no job of that number."""
