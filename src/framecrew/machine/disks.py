"""Disks: how much room there is, whether we may write, and how fast.

All may be asked of folders that do not exist yet: the nearest existing one above answers.
"""

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb3", "afpfs", "sshfs", "fuse.sshfs", "9p", "webdav"}
)
"""File systems where a rename or a lock may come late or not at all."""

DRIVE_REMOTE = 4
"""What Windows calls a drive letter of another machine's share."""
BLOCK = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk under a folder."""

    folder: str
    total: int
    free: int
    """Bytes that we may still write, without what is kept for the superuser."""
    file_system: str = ""
    """E.g. `ext4`, `apfs`; empty when the system does not tell."""
    trouble: str = ""
    """Why nothing can be written there; empty when it can."""

    @property
    def is_network(self) -> bool:
        return self.file_system.lower() in NETWORK


def existing_folder(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    folder = folder.absolute()
    # Path.is_dir raises where a name is too long, or a folder on the way lets nobody in.
    while not os.path.isdir(folder) and folder != folder.parent:  # noqa: PTH112
        folder = folder.parent
    return folder


def free_bytes(folder: Path) -> int:
    """What can still be written to the disk under the folder."""
    return shutil.disk_usage(existing_folder(folder)).free


def is_same_file_system(one: Path, other: Path) -> bool:
    """Whether a file can be renamed from one folder into the other, so that it appears whole.

    A bind mount can part two folders of one disk, and only a try tells: a file is really moved.
    """
    one, other = existing_folder(one), existing_folder(other)
    if one.stat().st_dev != other.stat().st_dev:
        return False
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".framecrew-", dir=one) as source,
            tempfile.TemporaryDirectory(prefix=".framecrew-", dir=other) as goal,
        ):
            probe = Path(source, "probe")
            probe.touch()
            probe.rename(Path(goal, "probe"))
    except OSError:
        return False
    return True


def why_not_named(path: Path) -> str:
    """Why nothing can ever stand at a path, in the system's words; empty when something can.

    Names and paths have a greatest length, and a folder on the way may let nobody in.
    """
    above = existing_folder(path)
    missing = path.absolute().relative_to(above).parts
    for place in (path, *(above / name for name in missing)):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return error.strerror or str(error)
    return ""


def why_not_writable(folder: Path) -> str:
    """Why no file can be made there, in the system's words; empty when one can.

    A file is really made: permission bits know nothing of read-only mounts and full disks.
    """
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file, not a folder"
    try:
        with tempfile.NamedTemporaryFile(
            prefix=".framecrew-", dir=existing_folder(folder)
        ) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def write_speed(folder: Path, *, size: int = 32 * 2**20) -> float:
    """Bytes a second of one file, written until the disk has it. To show, not to plan by."""
    block = os.urandom(min(BLOCK, size))  # Zeros would be compressed away by some file systems.
    with tempfile.TemporaryFile(prefix=".framecrew-", dir=existing_folder(folder)) as file:
        started = time.perf_counter()
        for _ in range(max(size // len(block), 1)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        seconds = time.perf_counter() - started
    return max(size // len(block), 1) * len(block) / max(seconds, 1e-9)


def file_system_of(folder: Path) -> str:
    """The kind of file system under the folder; empty when the system does not tell."""
    place = existing_folder(folder).resolve()
    best, kind = -1, ""
    for mount in psutil.disk_partitions(all=True):
        point = Path(mount.mountpoint)
        # Of two mounts on one point the later one lies on top.
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), mount.fstype
    return kind


def is_network(path: str) -> bool:
    """Whether a path leads to another machine: by its form, two slashes and a server's name, or
    by the disk it lies on.
    """
    slashed = path.replace("\\", "/")
    if slashed.startswith("//"):
        return not slashed.startswith(("//?/", "//./")) or slashed[4:8].upper() == "UNC/"
    if _is_remote_drive(Path(path).drive):
        return True
    return file_system_of(Path(path)).lower() in NETWORK


if sys.platform == "win32":
    import ctypes

    def _is_remote_drive(drive: str) -> bool:
        kind: int = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")
        return kind == DRIVE_REMOTE

else:

    def _is_remote_drive(drive: str) -> bool:
        """Only Windows has drives; elsewhere a disk's file system tells."""
        return bool(drive)


def read_disk(folder: Path) -> Disk:
    """Look at the disk under a folder now."""
    usage = shutil.disk_usage(existing_folder(folder))
    return Disk(
        folder=str(folder),
        total=usage.total,
        free=usage.free,
        file_system=file_system_of(folder),
        trouble=why_not_writable(folder),
    )
