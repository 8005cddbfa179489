"""What SQLite complains about, in words a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framecrew.model.errors import StoreError

WORDS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "no space left on its disk",
        "Free some space there, or set FRAMECREW_HOME to a folder on another disk.",
    ),
    sqlite3.SQLITE_IOERR: (
        "an error of the disk under it",
        "Check that disk and its free space, or set FRAMECREW_HOME to a folder on another one.",
    ),
    sqlite3.SQLITE_BUSY: (
        "another process that does not let go of it",
        "Close other framecrew processes; if none runs, move the folder to a local disk.",
    ),
    sqlite3.SQLITE_READONLY: (
        "that it may only be read",
        "Make the folder and the file writable, or set FRAMECREW_HOME to another folder.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "that it cannot be opened or created",
        "Make the folder writable, or set FRAMECREW_HOME to another folder.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "a file that is no database",
        "Move it away; the frames on disk are not touched by that.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "a damaged database",
        "Move it away; the frames on disk are not touched by that, and whole ones are kept.",
    ),
}
"""What was found and what to do, by primary result code."""


@contextmanager
def said_plainly(path: Path, wanted: str) -> Iterator[None]:
    """Turn an error of SQLite or of the file system into a StoreError that names the file."""
    try:
        yield
    except sqlite3.Error as problem:
        # The low byte is the primary code; the rest says which call it was.
        code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        found, advice = WORDS.get(
            code, (str(problem), "Move the file away if it was made by another program.")
        )
        raise StoreError(f"Wanted to {wanted} {path}; found {found}. {advice}") from problem
    except OSError as problem:
        raise StoreError(
            f"Wanted to {wanted} {path}; found: {problem.strerror or problem}. "
            "Make the folder writable, or set FRAMECREW_HOME to another folder."
        ) from problem
