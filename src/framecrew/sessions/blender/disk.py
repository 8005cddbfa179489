"""The disk: why a file could not be written."""

import contextlib
import errno
import os

SMALLEST_SPACE = 4096
"""Bytes: less than a block free is a full disk."""


def probe_disk(folder):
    """Why a file cannot be written here, by writing one; None if it can."""
    path = os.path.join(folder, f".probe{os.getpid()}")
    try:
        with open(path, "wb") as file:
            file.write(b"\0" * 65536)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return judge_disk_error(error)
    finally:
        with contextlib.suppress(OSError):
            os.remove(path)
    return None


def judge_disk_error(error):
    is_full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    place = f" ({error.filename})" if error.filename else ""
    return ("disk_full" if is_full else "output_not_writable", f"{error.strerror}{place}")
