"""Workspaces: the scratch folder of one attempt, and who it belongs to.

1. By default a workspace lies beside the output, so that publishing is a rename:
   `<output folder>/.framecrew-<job>/<attempt>`. Under a scratch folder the name has no dot.
2. Beside each workspace lies `<attempt>.owner.json`. It is written before the folder is made
   and removed after it, so a folder never stands there without its owner.
3. A workspace is removed when its owner says so, or when its owner is dead: a process of this
   machine that no longer runs. What another machine owns is never ours to remove.
"""

import errno
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psutil

from framecrew.model.failures import Failure, FailureKind

OWNER_ENDING = ".owner.json"

CLOCK_SLACK = 2.0
"""Seconds two readings of one start time may differ: systems work it out from the boot time."""

WRITING_SECONDS = 60.0
"""Nobody takes so long from making an owner's file to filling it."""

MOST_NAMES = 1000

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
FULL_ON_WINDOWS = frozenset({39, 112, 1295})
"""ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process, so named that no later process is taken for it."""

    machine: str
    pid: int
    started: float
    """Seconds since 1970."""

    @property
    def is_ours(self) -> bool:
        """Whether it runs, or ran, on this machine."""
        return self.machine == socket.gethostname()

    @property
    def is_dead(self) -> bool:
        """Whether it surely ended; of another machine's processes nobody can tell from here."""
        if not self.is_ours:
            return False
        try:
            started = psutil.Process(self.pid).create_time()
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False
        return abs(started - self.started) > CLOCK_SLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A workspace whose owner is dead."""

    folder: Path
    owner: Owner | None
    """None when its file cannot be read: a crash while it was written."""


def this_process() -> Owner:
    """The owner of all that this process makes."""
    return _process(os.getpid())


@cache
def _process(pid: int) -> Owner:
    return Owner(
        machine=socket.gethostname(), pid=pid, started=psutil.Process(pid).create_time()
    )


def make_workspace(
    *, output_folder: Path, job: int, attempt: str, scratch: str = ""
) -> Path | Failure:
    """Make the empty folder of an attempt, and the output's folder if it is not there yet.

    Two queues can both have a job 12: a name that is taken gets a number.
    """
    parent = (
        Path(scratch) / f"framecrew-{job}" if scratch else output_folder / f".framecrew-{job}"
    )
    try:
        _make(output_folder)
        for number in range(1, MOST_NAMES):
            folder = parent / (attempt if number == 1 else f"{attempt}-{number}")
            if _claim(folder):
                return folder
    except OSError as error:
        return write_failure(error, parent, doing="make the scratch folder")
    return write_failure(
        FileExistsError(), parent, doing="find a free name for a scratch folder"
    )


def remove_workspace(folder: Path) -> None:
    """Remove a workspace with all that is left in it; one that is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        _owner_file(folder).unlink(missing_ok=True)
    # Other attempts of the job may still be there.
    _remove_if_empty(folder.parent)


def find_leftovers(place: Path) -> tuple[Leftover, ...]:
    """Workspaces of dead owners below an output or scratch folder."""
    return tuple(
        Leftover(folder=folder, owner=owner)
        for folder, owner in _owned(place)
        if owner is None or owner.is_dead
    )


def clean(place: Path) -> tuple[Leftover, ...]:
    """Remove the workspaces of dead owners below an output or scratch folder, and list them."""
    found = find_leftovers(place)
    for leftover in found:
        remove_workspace(leftover.folder)
    return found


def free_bytes(place: Path) -> int:
    """Room left on the disk of a path, which need not exist yet."""
    place = place.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def write_failure(error: OSError, place: Path, *, doing: str) -> Failure:
    """The failure that an error of the file system amounts to, with its place in the reason."""
    kind = FailureKind.OUTPUT_NOT_WRITABLE
    if error.errno in FULL or getattr(error, "winerror", None) in FULL_ON_WINDOWS:
        kind = FailureKind.DISK_FULL
    said = error.strerror or type(error).__name__
    return Failure(kind=kind, reason=f"could not {doing} at {place}: {said}")


def _make(folder: Path) -> None:
    """Make a folder, though others may remove it, or one above it, when it is empty."""
    for is_last in (*[False] * MOST_NAMES, True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, FileNotFoundError):
            if is_last or folder.is_file():
                raise
        else:
            return


def _claim(folder: Path) -> bool:
    """Make a folder that is ours alone; False when its name is taken."""
    for _ in range(MOST_NAMES):
        if _write_owner(folder):
            break
        if _owner_file(folder).exists() or folder.exists():
            return False
        # The last workspace beside it was removed just now, and the folder with it: once more.
    else:
        raise FileNotFoundError(errno.ENOENT, "the folder does not stay", str(folder.parent))
    try:
        folder.mkdir()
    except OSError as error:
        _owner_file(folder).unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            return False
        raise
    return True


def _write_owner(folder: Path) -> bool:
    """Write the owner's file, and nobody else's over it; False when that was not to be."""
    # Known before the file is there, and written in one go: who is killed in between leaves a
    # file that names nobody.
    words = json.dumps(asdict(this_process())).encode()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = _owner_file(folder).open("xb", buffering=0)
    except (FileExistsError, FileNotFoundError):
        if folder.parent.is_file():
            raise
        return False
    try:
        with file:
            file.write(words)
    except OSError:
        _owner_file(folder).unlink(missing_ok=True)
        raise
    return True


def _owner_file(folder: Path) -> Path:
    return folder.with_name(folder.name + OWNER_ENDING)


def _owned(place: Path) -> Iterator[tuple[Path, Owner | None]]:
    for parent in _inside(place):
        if not parent.name.startswith((".framecrew-", "framecrew-")):
            continue
        for file in _inside(parent):
            if not file.name.endswith(OWNER_ENDING):
                continue
            owner = _read_owner(file)
            folder = file.with_name(file.name.removesuffix(OWNER_ENDING))
            if owner is not None or _is_old(file, has_folder=folder.exists()):
                yield folder, owner


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where another process removes it just now."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read_owner(file: Path) -> Owner | None:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return Owner(
            machine=str(values["machine"]),
            pid=int(values["pid"]),
            started=float(values["started"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_old(file: Path, *, has_folder: bool) -> bool:
    """Whether a file without words is a dead process's, and not one that is being written.

    Without a folder its owner died, or is between two calls.
    """
    try:
        written = file.stat().st_mtime
    except OSError:
        return False
    return written < psutil.boot_time() or (
        not has_folder and written < time.time() - WRITING_SECONDS
    )


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
