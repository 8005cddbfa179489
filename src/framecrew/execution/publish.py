"""Publishing: a checked file gets its final name, whole and durable, or not at all.

1. The file's bytes are on the disk before its final name appears (fsync), and the name itself
   before publishing returns (fsync of the folder, where the system knows such a thing).
2. On one file system the name is given by a rename. From another file system the file is copied
   beside its target under a hidden name, `.<name>.<owner>.framecrew-part`; the copy is read
   back and compared with the digest of the proof, and then renamed.
3. When anything goes wrong, the final name is as it was, the part is removed, the source stays.

What fsync costs depends on the disk alone: 3,600 tiny files a second with one thread and 9,100
with four on a virtual disk, 2,200 and 5,300 with a folder's fsync for each. So folders are not
synced in groups: it would save half, and the name of a frame that was told could be lost.
"""

import errno
import os
import re
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from framecrew.execution.workspace import Owner, this_process, write_failure
from framecrew.frames.patterns import FramePattern
from framecrew.media.digests import digest_of, read_digest
from framecrew.model.failures import Failure, FailureKind

PART_ENDING = ".framecrew-part"
BLOCK = 1 << 20

PATIENCE = 3.0
"""Seconds we wait for a reader on Windows to close the file that is to be replaced."""
PAUSE = 0.05

FOREIGN_PART_AGE = 24 * 3600.0
"""Seconds after which a part of another machine is taken for one of a dead run."""

_PART = re.compile(
    r"\.(?P<name>.+)\.(?P<machine>[0-9a-f]{8})-(?P<pid>\d+)-(?P<started>\d+)-[0-9a-f]{8}"
    + re.escape(PART_ENDING)
)


class Proven(Protocol):
    """What a proof told about a file, enough to know it again: PictureFacts or FilmFacts."""

    @property
    def bytes(self) -> int: ...
    @property
    def digest(self) -> str: ...


def publish(source: Path, final: Path, *, expected: Proven) -> Failure | None:
    """Give a proven file its final name; None when that is done, else why it is not.

    DISK_FULL and OUTPUT_NOT_WRITABLE name the target; BAD_OUTPUT says that the source is not
    the file that was proven. Whether what stands there may be replaced is the caller's affair.
    """
    source, final = _long(source), _long(final)
    try:
        size = _make_durable(source)
    except FileNotFoundError:
        return _changed(source, "it is gone")
    except OSError as error:
        # A disk can be found full only now, when what was written is really put there.
        return write_failure(error, source, doing="put the finished file on its disk")
    if size != expected.bytes:
        return _changed(source, f"it has {size} bytes, not {expected.bytes}")
    try:
        try:
            _rename(source, final)
        except FileNotFoundError:
            final.parent.mkdir(parents=True, exist_ok=True)
            _rename(source, final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            return write_failure(error, final, doing="publish")
        return _publish_copy(source, final, expected)
    return _settle(final)


def sweep_parts(folder: Path, pattern: FramePattern) -> tuple[Path, ...]:
    """Remove the parts of dead runs that belong to this pattern's files, and list them.

    Parts of live processes stay; those of other machines, of which nobody can tell, for a day.
    """
    swept = []
    for path in find_parts(folder, lambda name: pattern.match(name) is not None):
        with suppress(OSError):
            path.unlink()
            swept.append(path)
    return tuple(swept)


def find_parts(folder: Path, is_wanted: Callable[[str], bool]) -> tuple[Path, ...]:
    """The parts of dead runs in a folder, of files whose final names are wanted."""
    stale = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            found = _PART.fullmatch(path.name)
            if found is None or not is_wanted(found["name"]):
                continue
            with suppress(OSError):
                if _is_stale(path, found):
                    stale.append(path)
    return tuple(stale)


def _publish_copy(source: Path, final: Path, expected: Proven) -> Failure | None:
    part = _part_path(final)
    try:
        try:
            _copy(source, part)
        except FileNotFoundError:
            final.parent.mkdir(parents=True, exist_ok=True)
            _copy(source, part)
        if read_digest(part) != expected.digest:
            part.unlink(missing_ok=True)
            return _changed(source, "its copy has another digest than the file that was proven")
        _rename(part, final)
    except OSError as error:
        # Removing the part may fail as well, e.g. when the disk is gone; it is swept later.
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return write_failure(error, final, doing="publish")
    if failure := _settle(final):
        return failure
    with suppress(OSError):
        source.unlink()
    return None


def _settle(final: Path) -> Failure | None:
    try:
        _sync_folder(final.parent)
    except OSError as error:
        return write_failure(error, final.parent, doing="put the new file name on its disk")
    return None


def _make_durable(path: Path) -> int:
    """Wait until a file's bytes are on the disk; its size."""
    # Windows flushes only what is open for writing.
    with path.open("r+b" if sys.platform == "win32" else "rb") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


def _copy(source: Path, part: Path) -> None:
    with source.open("rb") as read, part.open("xb") as written:
        while block := read.read(BLOCK):
            written.write(block)
        written.flush()
        os.fsync(written.fileno())


def _part_path(final: Path) -> Path:
    owner = this_process()
    token = f"{_machine(owner)}-{owner.pid}-{int(owner.started)}-{secrets.token_hex(4)}"
    return final.with_name(f".{final.name}.{token}{PART_ENDING}")


def _machine(owner: Owner) -> str:
    """A machine's name as eight characters, for a file name has room for no more."""
    return digest_of(owner.machine.encode())[:8]


def _is_stale(path: Path, found: re.Match[str]) -> bool:
    ours = this_process()
    if found["machine"] != _machine(ours):
        return time.time() - path.stat().st_mtime > FOREIGN_PART_AGE
    started = float(found["started"])
    return Owner(machine=ours.machine, pid=int(found["pid"]), started=started).is_dead


def _changed(source: Path, how: str) -> Failure:
    return Failure(
        kind=FailureKind.BAD_OUTPUT,
        reason=f"{source} is not the file that was proven: {how}",
    )


if sys.platform == "win32":

    def _rename(source: Path, final: Path) -> None:
        """Rename over whatever stands there, waiting for readers that hold it open."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                source.replace(final)
            except PermissionError:
                if final.is_dir() or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def _sync_folder(_folder: Path) -> None:
        """Nothing to do: NTFS writes names to its own journal."""

    def _long(path: Path) -> Path:
        """The same path in the spelling that may be longer than 260 characters."""
        text = str(path.absolute())
        if text.startswith("\\\\?\\"):
            return path
        if text.startswith("\\\\"):
            return Path("\\\\?\\UNC\\" + text[2:])
        return Path("\\\\?\\" + text)

else:

    def _rename(source: Path, final: Path) -> None:
        """Rename over whatever stands there."""
        source.replace(final)

    def _sync_folder(folder: Path) -> None:
        """Wait until the folder's list of names is on the disk."""
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        except OSError as error:
            # Some network file systems sync names at once and know no fsync of a folder.
            if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:
                raise
        finally:
            os.close(number)

    def _long(path: Path) -> Path:
        """Paths have no short form here."""
        return path
