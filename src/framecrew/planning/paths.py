"""Paths in a job spec: which fields are paths, and what they are relative to.

A relative path in a job file starts at the job file's folder, so that the file can be moved
with its scene; one given as a flag starts at the working folder, as with every command.
"""

import os
import re
from urllib.parse import urlsplit

PATH_FIELDS = (
    *("scene", "output", "film", "audio", "subtitles", "scratch", "numa_map", "env_file"),
)

PROGRAM_FIELDS = ("program", "ffmpeg")
"""Paths too, but a name without a folder is looked up on PATH."""


ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_address(path: str) -> bool:
    """Whether it names a place on a network, as `https://…` does, and no file of a disk."""
    return ADDRESS.match(path) is not None


def address_trouble(address: str) -> str:
    """What no browser could open about it; empty if nothing."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as problem:
        return str(problem)
    if not parts.hostname:
        return "no host"
    return "a space in its host" if " " in parts.hostname else ""


def absolute(path: str, folder: str) -> str:
    """The path as seen from a folder, without `.` and `..`; an empty one stays empty, and so
    does an address.
    """
    if is_address(path):
        return path
    return os.path.normpath(os.path.join(folder, path)) if path else ""  # noqa: PTH118


def beside_job_file(field: str, path: str, folder: str) -> str:
    """A value of a job file, with its relative path starting at the job file's folder."""
    is_path = field in PATH_FIELDS or (
        field in PROGRAM_FIELDS and os.path.dirname(path) != ""  # noqa: PTH120
    )
    return absolute(path, folder) if is_path else path


def ending(path: str) -> str:
    """The ending in lower case with its dot, e.g. `.blend`; empty if there is none."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122


def same_file(one: str, other: str) -> bool:
    """Whether two absolute paths are written the same for this system."""
    return os.path.normcase(os.path.normpath(one)) == os.path.normcase(os.path.normpath(other))


def stem(path: str) -> str:
    """The file name without its ending; of an address without one, its host."""
    if is_address(path):
        host, _, place = path.partition("://")[2].partition("/")
        path = place.partition("?")[0].rstrip("/") or host.replace(":", "-")
    return os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122
