"""Staging: a scene that lies across the network is rendered from a verified copy on this machine.

1. The copy has the scene's own name, in a folder of its own, so no two can collide.
2. It is read back and compared with what was read of the original, which is only ever read; an
   original that changes meanwhile is copied again.
3. One copy serves all attempts until the original changes. Unused ones go, the oldest first,
   when there are more than a few; all go when we end, or with the next start after a crash.
"""

import asyncio
import itertools
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from framecrew.execution.workspace import make_workspace, remove_workspace, write_failure
from framecrew.machine.disks import is_network
from framecrew.media.digests import ByteDigest, read_digest
from framecrew.model.failures import Failure, FailureKind

TRIES = 3
KEPT = 5
"""Unused copies; the next job of the same scene then starts at once."""
BLOCK = 1 << 20

Stamp = tuple[str, int, int]
"""Path, size and time of change: when one differs, it is another scene."""


@dataclass(slots=True, kw_only=True)
class _Copy:
    stamp: Stamp
    folder: Path
    scene: Path
    users: int = 0


class Stages:
    """The copies of one process; called in threads."""

    def __init__(self, homes: Path) -> None:
        self._homes = homes
        self._copies: list[_Copy] = []
        self._turn = threading.Lock()
        self._numbers = itertools.count(1)

    async def borrow(self, scene: str, *, wanted: bool | None) -> str | Failure:
        """The path to render from: a copy's, or the scene's own. Give it back after use.

        `wanted` None: a copy only where the scene lies across the network.
        """
        return await asyncio.to_thread(self._borrow, scene, wanted=wanted)

    def give_back(self, path: str) -> None:
        """The path that `borrow` gave is used no more."""
        with self._turn:
            for copy in self._copies:
                if str(copy.scene) == path:
                    copy.users -= 1
            unused = [copy for copy in self._copies if not copy.users]
            for copy in unused[:-KEPT]:
                self._copies.remove(copy)
                remove_workspace(copy.folder)

    def close(self) -> None:
        """Remove every copy."""
        with self._turn:
            for copy in self._copies:
                remove_workspace(copy.folder)
            self._copies.clear()

    def _borrow(self, scene: str, *, wanted: bool | None) -> str | Failure:
        if wanted is False or (wanted is None and not is_network(scene)):
            return scene
        with self._turn:
            for _ in range(TRIES):
                copy = self._find_or_make(Path(scene))
                if isinstance(copy, Failure):
                    return copy
                if copy is not None:
                    copy.users += 1
                    return str(copy.scene)
        return Failure(
            kind=FailureKind.BAD_SCENE,
            reason=f"{scene} changed while it was copied, {TRIES} times; stage a finished scene",
        )

    def _find_or_make(self, scene: Path) -> _Copy | Failure | None:
        """None: the scene changed meanwhile, or the copy is not what was read."""
        try:
            stamp = _stamp(scene)
        except OSError as error:
            return _unreadable(scene, error)
        for copy in self._copies:
            if copy.stamp == stamp and copy.scene.is_file():
                return copy
        folder = make_workspace(
            output_folder=self._homes,
            job=0,
            attempt=f"stage-{next(self._numbers)}",
            scratch=str(self._homes),
        )
        if isinstance(folder, Failure):
            return folder
        target = folder / scene.name
        try:
            read = _copy(scene, target)
            if _stamp(scene) == stamp and read_digest(target) == read:
                made = _Copy(stamp=stamp, folder=folder, scene=target)
                self._copies.append(made)
                return made
        except OSError as error:
            remove_workspace(folder)
            if isinstance(error, _SourceError):
                return _unreadable(scene, error)
            return write_failure(error, target, doing="copy the scene")
        remove_workspace(folder)
        return None


class _SourceError(OSError):
    """The original, not the copy, is the trouble."""


def _stamp(scene: Path) -> Stamp:
    facts = scene.stat()
    return (str(scene), facts.st_size, facts.st_mtime_ns)


def _copy(scene: Path, target: Path) -> str:
    """The digest of what was read of the original."""
    digest = ByteDigest()
    try:
        source = scene.open("rb")
    except OSError as error:
        raise _SourceError(error.errno, error.strerror) from error
    with source, target.open("xb") as written:
        while block := source.read(BLOCK):
            digest.add(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.text


def _unreadable(scene: Path, error: OSError) -> Failure:
    reason = f"the scene {scene} cannot be read: {error.strerror or error}"
    return Failure(kind=FailureKind.BAD_SCENE, reason=reason)
