"""A queue written by version 1 of the database, opened by today's code."""

import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from framecrew.model.errors import StoreError
from framecrew.model.events import FrameFinished
from framecrew.model.jobs import Order, Wish
from framecrew.model.statuses import JobStatus
from framecrew.store.migrating import migrate, migrations, version_of
from framecrew.store.store import Store

NAME = "queue.sqlite"


def make_version_1(folder: Path) -> Path:
    """A file as version 1 left it: one job that is over, with two events."""
    path = folder / NAME
    connection = sqlite3.connect(path)
    connection.executescript(
        files("framecrew.store").joinpath("migrations/0001.sql").read_text(encoding="utf-8")
    )
    connection.execute(
        """
        INSERT INTO jobs (name, scene, renderer, patterns, spec, status, wish, priority,
                          created, finished, owner_host, owner_pid, owner_started,
                          total, done, failed)
        VALUES ('shot', '/a/shot.blend', 'blender', '["/out/shot_####.png"]',
                '{"version":1,"scene":"/a/shot.blend","frames":"1-2","order":"spread"}',
                'done', 'run', 50,
                1.0, 9.0, 'somewhere', 12, 'mark',
                2, 2, 0)
        """
    )
    connection.executemany(
        "INSERT INTO events (job, at, kind, body) VALUES (1, ?, 'frame_finished', ?)",
        [
            (at, f'{{"at":{at},"attempt":"1.1","frame":{frame},"seconds":1.5}}')
            for at, frame in ((2.0, 1), (3.0, 2))
        ],
    )
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return path


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_queue_of_version_1_is_read_whole(tmp_path: Path) -> None:
    make_version_1(tmp_path)

    with Store.open(tmp_path) as store:
        job = store.job(1)
        assert (job.name, job.status, job.wish) == ("shot", JobStatus.DONE, Wish.RUN)
        assert (job.spec.frames, job.spec.order) == ("1-2", Order.SPREAD)
        assert (job.total, job.done, job.finished) == (2, 2, 9.0)
        assert list(store.journal(1)) == [
            FrameFinished(at=2.0, attempt="1.1", frame=1, seconds=1.5),
            FrameFinished(at=3.0, attempt="1.1", frame=2, seconds=1.5),
        ]


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_new_queue_is_of_the_newest_version_and_has_no_backup(tmp_path: Path) -> None:
    Store.open(tmp_path).close()

    connection = connect(tmp_path / NAME)
    assert version_of(connection) == max(migrations())
    connection.close()
    assert not list(tmp_path.glob("*version*"))


def test_a_copy_is_kept_before_a_migration(tmp_path: Path) -> None:
    path = make_version_1(tmp_path)
    connection = connect(path)

    migrate(connection, path, {1: "", 2: "ALTER TABLE jobs ADD COLUMN colour TEXT;\n"})

    assert version_of(connection) == 2
    assert connection.execute("SELECT name, colour FROM jobs").fetchall() == [("shot", None)]
    connection.close()
    copy = connect(tmp_path / f"{NAME}.version-1")
    assert version_of(copy) == 1
    assert copy.execute("SELECT count(*) FROM events").fetchone() == (2,)
    copy.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = make_version_1(tmp_path)
    connection = connect(path)
    steps = {1: "", 2: "ALTER TABLE jobs ADD COLUMN colour TEXT;\n", 3: "DROP TABLE nowhere;\n"}

    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, path, steps)

    assert version_of(connection) == 1
    assert "colour" not in {row[1] for row in connection.execute("PRAGMA table_info(jobs)")}
    assert not connection.in_transaction
    connection.close()


def test_a_queue_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    path = make_version_1(tmp_path)
    connection = connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"version 99.*newer framecrew"):
        Store.open(tmp_path)

    assert path.read_bytes()[100:] == before[100:]
