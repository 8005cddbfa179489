"""Rushes: the hidden folders of what films are made of, found and removed.

They belong to the film they lie beside: once it is proved, nobody needs them, nor what an
earlier version of its scene has left there.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from framecrew.model.outputs import RUSHES_ENDING, is_rushes_of


def find_rushes(folder: Path, is_wanted: Callable[[str], bool]) -> tuple[Path, ...]:
    """The rushes in a folder whose names are wanted."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return ()
    return tuple(
        path
        for path in inside
        if path.name.endswith(RUSHES_ENDING) and is_wanted(path.name) and path.is_dir()
    )


def remove_rushes(film: Path) -> None:
    """Remove all that this film, or a version of it before, was made of."""
    for folder in find_rushes(film.parent, lambda name: is_rushes_of(film.name, name)):
        shutil.rmtree(folder, ignore_errors=True)


def last_change(folder: Path) -> float:
    """When something was last put into it, in seconds since 1970."""
    return max((path.stat().st_mtime for path in (folder, *folder.iterdir())), default=0.0)
