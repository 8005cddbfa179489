"""Leftovers: frames that are whole but could not be delivered, because a disk was full, say.

Their attempt's workspace stays; the next attempt at these frames delivers them without
rendering. It is removed when nothing in it is needed any more, and at the latest when we end.
"""

from collections.abc import Iterable

from framecrew.execution.claims import Claim

_Place = tuple[int, str, int]
"""Job, task, frame."""


class Leftovers:
    def __init__(self) -> None:
        self._claims: dict[_Place, Claim] = {}
        self._lent: list[Claim] = []
        """Taken by attempts that have not settled them yet."""

    def keep(self, job: int, task: str, claim: Claim) -> None:
        self._claims[job, task, claim.frame] = claim

    def take(self, job: int, task: str, frames: Iterable[int]) -> list[Claim]:
        """What there is of these frames; it is the caller's until it settles them."""
        found = (self._claims.pop((job, task, frame), None) for frame in frames)
        taken = [claim for claim in found if claim is not None]
        self._lent += taken
        return taken

    def settle(self, claims: Iterable[Claim]) -> None:
        """These were judged: delivered, kept once more, or given up."""
        settled = {id(claim) for claim in claims}
        self._lent = [claim for claim in self._lent if id(claim) not in settled]

    def needs(self, folder: str) -> bool:
        """Whether a kept frame's files lie in this workspace."""
        return folder in self.folders

    @property
    def folders(self) -> frozenset[str]:
        """Workspaces that hold the files of kept frames."""
        return frozenset(claim.folder for claim in (*self._claims.values(), *self._lent))
