"""The files in which `aerender-compat` tells controllers its process number and its children's."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

from framecrew.model.errors import Mistake, WrongUse

CHILDREN = "children_pids.txt"


class PidFiles:
    """`pid_file` and, beside it, the list of all processes below us, while this is open.

    Both go when we do: a number that stays is one day another program's.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._told: list[int] = []

    def __enter__(self) -> "PidFiles":
        if self._path is None:
            return self
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(str(os.getpid()), encoding="utf-8")
        except OSError as error:
            raise WrongUse(
                [
                    Mistake(
                        place="--pid_file",
                        wanted="a file that can be written",
                        found=f"{self._path}: {error.strerror or error}",
                        advice="Choose another, or leave it out.",
                    )
                ]
            ) from error
        return self

    def __exit__(self, *_error: object) -> None:
        for path in (self._path, self._children):
            if path is not None:
                path.unlink(missing_ok=True)

    @property
    def own(self) -> int:
        """Our process number."""
        return os.getpid()

    def refresh(self) -> None:
        """Write down which processes are below us now, all generations. A list that cannot be
        written costs no frame.
        """
        if self._children is None:
            return
        found = sorted(child.pid for child in psutil.Process().children(recursive=True))
        if found == self._told:
            return
        # A reader finds the old list or the new one, never half of one.
        draft = self._children.with_name(CHILDREN + ".tmp")
        with suppress(OSError):
            draft.write_text("".join(f"pid={pid}\n" for pid in found), encoding="utf-8")
            draft.replace(self._children)
            self._told = found

    @property
    def _children(self) -> Path | None:
        return None if self._path is None else self._path.with_name(CHILDREN)
