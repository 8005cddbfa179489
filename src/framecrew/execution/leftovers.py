"""Leftovers: frames that are whole but could not be delivered, because a disk was full, say.

Their attempt's workspace stays; the next attempt at these frames delivers them without
rendering.
"""

from collections.abc import Iterable

from framecrew.execution.claims import Claim

_Place = tuple[int, str, int]
"""Job, task, frame."""


class Leftovers:
    def __init__(self) -> None:
        self._claims: dict[_Place, Claim] = {}

    def keep(self, job: int, task: str, claim: Claim) -> None:
        self._claims[job, task, claim.frame] = claim

    def take(self, job: int, task: str, frames: Iterable[int]) -> list[Claim]:
        """What there is of these frames; it is the caller's now."""
        found = (self._claims.pop((job, task, frame), None) for frame in frames)
        return [claim for claim in found if claim is not None]

    def needs(self, folder: str) -> bool:
        """Whether a kept frame's files lie in this workspace."""
        return any(claim.folder == folder for claim in self._claims.values())
