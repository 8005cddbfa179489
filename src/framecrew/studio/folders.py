"""Folders: what a person may look through from the page to choose a scene or an output.

Only what lies below the roots: the home folder, and those named in `config.toml` under
`[studio] folders`. Links are followed only as long as they stay there.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from framecrew.model.answers import FolderEntry, FolderList
from framecrew.model.errors import WrongUse
from framecrew.renderers.registry import installed_renderers

MOST_ENTRIES = 2_000


class OutsideError(Exception):
    """A path that is below none of the roots, or is no folder."""


def roots(named: Iterable[str]) -> tuple[Path, ...]:
    """The home folder, and those a person named; existing ones only."""
    found = [Path.home(), *(Path(name).expanduser() for name in named)]
    return tuple(dict.fromkeys(path.resolve() for path in found if path.is_dir()))


def list_folder(path: str, allowed: tuple[Path, ...]) -> FolderList:
    """What a folder holds; the first root when none is named."""
    folder = _inside(path, allowed) if path else allowed[0]
    try:
        with os.scandir(folder) as scan:
            names = sorted(entry.name for entry in scan if not entry.name.startswith("."))
    except OSError as error:
        raise OutsideError(f"{folder}: {error.strerror or error}") from error
    entries = [entry for name in names if (entry := _entry(folder / name, allowed))]
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    is_root = folder in allowed
    return FolderList(
        path=str(folder),
        parent="" if is_root else str(folder.parent),
        roots=tuple(str(root) for root in allowed),
        entries=tuple(entries[:MOST_ENTRIES]),
        is_cut=len(entries) > MOST_ENTRIES,
    )


def _inside(path: str, allowed: tuple[Path, ...]) -> Path:
    # One refusal for all: whether something is there, outside, is nobody's business.
    listed = ", ".join(str(root) for root in allowed)
    refusal = OutsideError(
        f"{path!r}, which is no folder below {listed}. To allow others, name them in config.toml: "
        '[studio] folders = ["…"]'
    )
    try:
        folder = Path(path)
        real = folder.resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise refusal from error
    is_inside = any(real.is_relative_to(root) for root in allowed)
    if not folder.is_absolute() or not is_inside or not real.is_dir():
        raise refusal
    return real


def _entry(path: Path, allowed: tuple[Path, ...]) -> FolderEntry | None:
    """One thing in a folder; None for what is gone, odd, or led outside by a link."""
    try:
        if path.is_symlink() and not any(
            path.resolve(strict=True).is_relative_to(root) for root in allowed
        ):
            return None
        facts = path.stat()
        is_folder = path.is_dir()
        if not is_folder and not path.is_file():
            return None
        text = str(path)
        text.encode()
    except (OSError, ValueError, RuntimeError):
        return None
    return FolderEntry(
        name=path.name,
        path=text,
        is_folder=is_folder,
        bytes=0 if is_folder else facts.st_size,
        changed=facts.st_mtime,
        renderer="" if is_folder else _renderer(text),
    )


def _renderer(path: str) -> str:
    try:
        return installed_renderers().for_scene(path).name
    except WrongUse:
        return ""
