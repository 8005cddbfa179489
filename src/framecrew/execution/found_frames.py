"""Frames found in a workspace: for renderers that do not tell which frames are complete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from framecrew.model.outputs import Promise

SETTLED_SECONDS = 2.0
"""A file this much older than the newest one is not written any more, even by a renderer that
works at several frames at a time."""


_Looks = tuple[tuple[int, float], ...]
"""Size and time of the last change of each file of a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFrames:
    """Frames all of whose promised files are there, oldest first."""

    all: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()
    """What can be trusted while the renderer works."""
    unchanged: tuple[int, ...] = ()
    """What has stayed as it is for a while: to be trusted if the renderer, too, said it is done."""
    all_but_newest: tuple[int, ...] = ()
    """What can be trusted of a renderer that broke off: the newest file is the one it was
    writing."""


class FrameWatch:
    """Looks for the promised files of frames again and again while a renderer works."""

    def __init__(self, workspace: Path, promises: Sequence[Promise]) -> None:
        self._workspace = workspace
        self._promises = promises
        self._seen: dict[int, tuple[_Looks, float]] = {}
        """By frame: how its files looked, and since when."""

    def look(self, frames: Iterable[int], *, now: float) -> FoundFrames:
        """Frames all of whose files are there; `now` in seconds of a clock that never jumps."""
        found: list[tuple[float, int]] = []
        for frame in frames if self._promises else ():
            looks = self._looks_of(frame)
            if looks is None:
                continue
            if frame not in self._seen or self._seen[frame][0] != looks:
                self._seen[frame] = (looks, now)
            found.append((max(changed for _, changed in looks), frame))
        found.sort()
        newest = found[-1][0] if found else 0.0
        return FoundFrames(
            all=tuple(frame for _, frame in found),
            settled=tuple(frame for at, frame in found if at < newest - SETTLED_SECONDS),
            unchanged=tuple(
                frame for _, frame in found if now - self._seen[frame][1] > SETTLED_SECONDS
            ),
            all_but_newest=tuple(frame for _, frame in found[:-1]),
        )

    def _looks_of(self, frame: int) -> _Looks | None:
        try:
            files = [
                (self._workspace / promise.made.path(frame)).stat()
                for promise in self._promises
            ]
        except OSError:
            return None
        return tuple((file.st_size, file.st_mtime) for file in files)
