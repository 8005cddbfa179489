"""Leftovers: what an undelivered frame needs stays as long as it needs it, and no longer."""

from framecrew.execution.claims import Claim
from framecrew.execution.leftovers import Leftovers


def claim(frame: int, folder: str = "1.1") -> Claim:
    return Claim(frame=frame, folder=folder, seconds=1.0)


def kept(*claims: Claim) -> Leftovers:
    leftovers = Leftovers()
    for one in claims:
        leftovers.keep(1, "render", one)
    return leftovers


def test_kept_frames_are_taken_once_by_whoever_renders_them_next() -> None:
    leftovers = kept(claim(3), claim(5))
    assert leftovers.take(1, "film", [3]) == []
    assert leftovers.take(2, "render", [3]) == []
    assert leftovers.take(1, "render", [3, 4]) == [claim(3)]
    assert leftovers.take(1, "render", [3, 4]) == []


def test_a_workspace_is_needed_until_the_last_of_its_frames_is_settled() -> None:
    leftovers = kept(claim(3), claim(5))
    first = leftovers.take(1, "render", [3])
    second = leftovers.take(1, "render", [5])
    leftovers.settle(first)
    assert leftovers.needs("1.1")
    leftovers.settle(second)
    assert leftovers.folders == frozenset()


def test_a_frame_that_is_kept_once_more_needs_its_workspace_still() -> None:
    leftovers = kept(claim(3))
    taken = leftovers.take(1, "render", [3])
    leftovers.keep(1, "render", taken[0])
    leftovers.settle(taken)
    assert leftovers.folders == {"1.1"}
