"""A database: one SQLite connection that takes turns, and its transactions."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from framecrew.store.migrating import migrate, migrations, version_of
from framecrew.store.queries import query
from framecrew.store.trouble import said_plainly

AGAIN_SECONDS = 0.02


class Database:
    """May be used from several threads; `reading` and `writing` keep the others waiting."""

    def __init__(self, path: Path, *, patience: float) -> None:
        self.path = path
        self._turn = threading.RLock()
        with said_plainly(path, "open the queue"):
            path.parent.mkdir(parents=True, exist_ok=True)
            # It holds what jobs were told, secrets of their environment included.
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path, timeout=patience, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(patience)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, patience: float) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        until = time.monotonic() + patience
        while True:
            try:
                self._set_modes()
                break
            except sqlite3.OperationalError:
                # Of several that make the queue at once, all but one may be told that it is locked,
                # and SQLite does not wait by itself while a file turns to WAL.
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN_SECONDS)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, self.path, migrations())

    def _set_modes(self) -> None:
        connection = self._connection
        if version_of(connection) == 0:
            # Before anything is written, or it does not count.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def run(self, query_name: str, /, **values: object) -> sqlite3.Cursor:
        """One named query; call it inside `reading` or `writing`."""
        return self._connection.execute(query(query_name), values)

    def read_plain(self, query_name: str, /, **values: object) -> list[tuple[Any, ...]]:
        """All rows as bare tuples: twice as fast for long journals."""
        with self.reading():
            cursor = self._connection.cursor()
            cursor.row_factory = None
            return cursor.execute(query(query_name), values).fetchall()

    def run_many(self, query_name: str, rows: Sequence[tuple[object, ...]]) -> None:
        """One named query for each row; call it inside `writing`."""
        self._connection.executemany(query(query_name), rows)

    def pragma(self, text: str) -> list[sqlite3.Row]:
        """The rows of a PRAGMA; call it inside `reading`."""
        return self._connection.execute(f"PRAGMA {text}").fetchall()

    def shrink(self) -> None:
        """Give back the space of what was deleted; what others read waits for next time."""
        with self.reading():
            # The first is stepped page by page, which only `executescript` does to the end.
            self._connection.executescript("PRAGMA incremental_vacuum")
            self.pragma("wal_checkpoint(TRUNCATE)")

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._turn, said_plainly(self.path, "read the queue"):
            yield

    @contextmanager
    def writing(self, wanted: str) -> Iterator[None]:
        """One transaction: all of it happens, or nothing."""
        with self._turn, said_plainly(self.path, wanted):
            # IMMEDIATE: what is read in here is still true when it is written.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # After some errors, e.g. a full disk, SQLite has rolled back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
