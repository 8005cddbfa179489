"""Pictures on disk: where a frame goes, and how it gets there whole or not at all."""

import errno
import os

from framecrew_web.troubles import Trouble

KINDS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}


def path_of(pattern, frame):
    """The pattern's file: its last run of # becomes the number."""
    end = pattern.rindex("#") + 1
    start = end
    while start > 0 and pattern[start - 1] == "#":
        start -= 1
    number = "-" * (frame < 0) + str(abs(frame)).rjust(end - start, "0")
    return pattern[:start] + number + pattern[end:]


def write_picture(path, data):
    """Trouble if the disk does not take it."""
    unfinished = f"{path}.part"
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        kind = "disk_full" if full else "output_not_writable"
        raise Trouble(kind, f"{path} could not be written: {problem.strerror}") from problem
