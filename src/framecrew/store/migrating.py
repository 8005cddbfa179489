"""Migrations: numbered SQL files that bring a queue's database to today's shape.

`PRAGMA user_version` holds the number of the last one applied. Before an existing database is
changed it is copied beside itself, so that an older framecrew can be put back.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from framecrew.model.errors import StoreError


@cache
def migrations() -> Mapping[int, str]:
    """SQL by number, in order; numbers run from 1 without a gap."""
    folder = files("framecrew.store").joinpath("migrations")
    found = {
        int(entry.name[:4]): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if re.fullmatch(r"\d{4}\.sql", entry.name)
    }
    return dict(sorted(found.items()))


def migrate(connection: sqlite3.Connection, path: Path, steps: Mapping[int, str]) -> None:
    """Bring the database to the last of the steps; all of them happen, or none.

    The connection must be in autocommit mode (`isolation_level=None`).
    """
    newest = max(steps)
    version = version_of(connection)
    if version > newest:
        raise StoreError(
            f"Wanted a queue of version {newest} or older in {path}; found version {version}. "
            "Use the newer framecrew that wrote it, or set FRAMECREW_HOME to another folder."
        )
    if version == newest:
        return
    if version > 0:
        _back_up(connection, path.with_name(f"{path.name}.version-{version}"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another process may have been here while we waited for the lock.
        for number in range(version_of(connection) + 1, newest + 1):
            for statement in statements(steps[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """The single statements of a script; `executescript` would commit before it begins."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    target = sqlite3.connect(copy)
    try:
        connection.backup(target)
    finally:
        target.close()
