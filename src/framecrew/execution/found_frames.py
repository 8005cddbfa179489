"""Frames found in a workspace: for renderers that do not tell which frames are complete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from framecrew.model.outputs import Promise

SETTLED_SECONDS = 2.0
"""A file this much older than the newest one is not written any more, even by a renderer that
works at several frames at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFrames:
    """Frames all of whose promised files are there, oldest first."""

    all: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()
    """What can be trusted while the renderer works."""
    all_but_newest: tuple[int, ...] = ()
    """What can be trusted of a renderer that broke off: the newest file is the one it was
    writing."""


def find_frames(
    workspace: Path, promises: Sequence[Promise], frames: Iterable[int]
) -> FoundFrames:
    """Look for the promised files of these frames."""
    found: list[tuple[float, int]] = []
    if not promises:
        return FoundFrames()
    for frame in frames:
        try:
            times = [
                (workspace / promise.made.path(frame)).stat().st_mtime for promise in promises
            ]
        except OSError:
            continue
        found.append((max(times), frame))
    if not found:
        return FoundFrames()
    found.sort()
    newest = found[-1][0]
    return FoundFrames(
        all=tuple(frame for _, frame in found),
        settled=tuple(frame for time, frame in found if time < newest - SETTLED_SECONDS),
        all_but_newest=tuple(frame for _, frame in found[:-1]),
    )
