"""Limits that a container or a batch system put on us: Linux control groups, both versions.

A limit of any group above ours holds for us too, so all are read, from ours to the root.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")

NO_LIMIT = 1 << 60
"""Version 1 says "no limit" with a number near 2**63, rounded to pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Where in the two hierarchies we are."""

    unified: str = "/"
    """Version 2."""
    controllers: Mapping[str, str]
    """Version 1: a path for each controller, such as `cpu` and `memory`."""


def groups_in(text: str) -> Groups:
    """Read `/proc/self/cgroup`: lines `0::/path` (version 2) and `4:cpu,cpuacct:/path`."""
    unified = "/"
    controllers: dict[str, str] = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if number == "0" and not names:
            unified = path or "/"
        for name in names.split(","):
            if name:
                controllers[name] = path or "/"
    return Groups(unified=unified, controllers=controllers)


def chain(path: str) -> tuple[str, ...]:
    """A group and all above it: `/a/b` gives `a/b`, `a` and the root (empty)."""
    parts = [part for part in PurePosixPath(path).parts if part not in {"/", ".."}]
    return tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))


def folders_of(groups: Groups, controller: str, root: Path) -> Iterator[Path]:
    """All folders that may hold our limits for this controller.

    A container sees its own group as the root, while its membership tells the path outside:
    a folder that does not exist is passed over, and the root is always among them.
    """
    for place in chain(groups.unified):
        yield root / place
        yield root / "unified" / place
    for place in chain(groups.controllers.get(controller, "/")):
        yield root / controller / place


def our_folders(controller: str) -> list[Path]:
    """Existing folders with our limits; empty where there are no control groups."""
    try:
        text = MEMBERSHIP.read_text(encoding="utf-8")
    except OSError:
        return []
    return [
        folder for folder in folders_of(groups_in(text), controller, ROOT) if folder.is_dir()
    ]


def read_words(file: Path) -> list[str]:
    """The words in a small kernel file; none if it is not there."""
    try:
        return file.read_text(encoding="utf-8").split()
    except OSError:
        return []


def number_in(words: list[str]) -> int | None:
    """The first word as a limit; None for `max`, for nothing and for "no limit"."""
    if not words or not words[0].lstrip("-").isdecimal():
        return None
    value = int(words[0])
    return value if 0 <= value < NO_LIMIT else None
