"""The store: one SQLite file and a folder of logs. The journal in it is the truth about jobs.

Rule 1: every change is one transaction, so whoever is killed in the middle of one has not
        made it. WAL with `synchronous = NORMAL`: a power cut may lose the last moments' events
        and never damages the file. That is enough, for the frames on disk are the proof, and a
        frame whose event was lost is found whole and kept.
Rule 2: a live job claims the paths it writes. Two live jobs never hold one path, in whatever
        processes they are; the claim of a dead owner does not count.
Rule 3: only the owner writes a job's events. Other processes post wishes, and the owner grants
        them.

One `Store` may be used from several threads. Its calls are short and take turns.
"""

import json
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from framecrew.model.errors import NoSuchJob, StoreError
from framecrew.model.events import Event
from framecrew.model.jobs import Existing, JobSpec, Wish
from framecrew.model.statuses import OVER, JobStatus
from framecrew.model.wire import (
    event_from_json,
    event_to_json,
    events_from_json,
    kind_name,
    to_json,
)
from framecrew.store.claims import claim, end, is_live, process_of
from framecrew.store.database import Database
from framecrew.store.owners import Owner, this_process
from framecrew.store.places import home
from framecrew.store.records import NumberedEvent, PostedWish, StoredJob, WishVerb
from framecrew.store.rows import owner_values, posted_wish, storable, stored_job
from framecrew.store.trouble import said_plainly

FILE_NAME = "queue.sqlite"

NOT_OVER = tuple(status for status in JobStatus if not status.is_over)

PAGE = 2000
"""Events read at a time, so that a reader of a long journal never keeps the writer waiting."""


class Store:
    """Open with `Store.open`; close it, or use it in a `with` block."""

    def __init__(self, folder: Path, database: Database, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._database = database
        self._clock = clock
        self._seen_version: int | None = None

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        patience: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """The store in a folder (`places.home` when None), made or migrated where needed.

        `patience`: seconds to wait for another process that is writing.
        """
        place = home() if folder is None else folder
        return cls(place, Database(place / FILE_NAME, patience=patience), clock)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────

    def new_job(
        self,
        spec: JobSpec,
        name: str,
        patterns: Sequence[str],
        owner: Owner | None = None,
        *,
        renderer: str = "",
        note: str = "",
        is_resumed: bool = False,
    ) -> int:
        """A new job's id. StoreError if a live job writes one of the patterns already.

        `patterns`: everything the job delivers, as absolute text that is equal for equal files
        (`FramePattern.key`; for a film its path). `renderer`: the one chosen, when the spec
        leaves it open. `owner`: this process when None. `is_resumed`: see `StoredJob`.
        """
        with self._database.writing("add a job to"):
            now = self._clock()
            cursor = self._database.run(
                "insert_job",
                name=storable(name),
                scene=storable(spec.scene),
                renderer=storable(renderer or spec.renderer),
                patterns=json.dumps(list(patterns)),
                spec=to_json(spec),
                status=JobStatus.QUEUED.value,
                wish=Wish.RUN.value,
                priority=spec.priority,
                created=now,
                note=storable(note),
                is_resumed=is_resumed,
                **owner_values(owner or this_process()),
            )
            job = int(cursor.lastrowid or 0)
            claim(self._database, job, patterns, now)
            return job

    def adopt_job(
        self, job: int, owner: Owner | None = None, *, wish: Wish = Wish.RUN
    ) -> StoredJob:
        """Go on with a job that ended or whose owner died, as its new owner.

        StoreError if it runs already, or another live job writes the same files.
        """
        owner = owner or this_process()
        with self._database.writing("take over a job in"):
            found = self.job(job)
            if is_live(found) and found.owner != owner:
                raise StoreError(
                    f"Wanted to go on with job {job} ({found.name}); found it running in "
                    f"{process_of(found.owner)}. "
                    f"Wait for it, or end it with `framecrew cancel {job}`."
                )
            self._database.run(
                "adopt_job", job=job, status=JobStatus.QUEUED.value, **owner_values(owner)
            )
            self._database.run("set_wish", job=job, wish=wish.value)
            claim(self._database, job, found.patterns, self._clock())
            return self.job(job)

    def retried(self, job: int) -> JobSpec:
        """The spec of a job that ended, to go on with it as a new one; whole frames are kept.

        StoreError if it still runs.
        """
        found = self.job(job)
        if is_live(found):
            raise StoreError(
                f"Wanted to retry job {job} ({found.name}); found it running in "
                f"{process_of(found.owner)}. "
                f"Wait for it, or end it with `framecrew cancel {job}`."
            )
        return replace(found.spec, existing=Existing.KEEP)

    def job(self, job: int) -> StoredJob:
        """The job of a number. StoreError if there is none."""
        with self._database.reading():
            row = self._database.run("read_job", job=job).fetchone()
        if row is None:
            raise NoSuchJob(
                f"Wanted job {job}; found no job of that number in {self._database.path}. "
                "`framecrew jobs` lists those there are."
            )
        return stored_job(row)

    def jobs(
        self, statuses: Collection[JobStatus] | None = None, limit: int = -1
    ) -> list[StoredJob]:
        """Jobs of these statuses (all when None), newest first; at most `limit` (-1: all)."""
        listed = None if statuses is None else _values(statuses)
        with self._database.reading():
            rows = self._database.run("list_jobs", statuses=listed, most=limit).fetchall()
        return [stored_job(row) for row in rows]

    def set_status(
        self,
        job: int,
        status: JobStatus,
        done: int | None = None,
        failed: int | None = None,
        total: int | None = None,
        progress: float | None = None,
    ) -> None:
        """How the job stands. Counts that are None stay. A job that is over claims nothing."""
        with self._database.writing("write the status of a job to"):
            self._database.run(
                "set_status",
                job=job,
                status=status.value,
                finished=None,
                done=done,
                failed=failed,
                total=total,
                progress=progress,
            )
            if status is JobStatus.RUNNING:
                self._database.run("set_started", job=job, at=self._clock())
            if status.is_over:
                end(self._database, job, status, self._clock())

    def set_progress(self, progress: Mapping[int, float]) -> None:
        """How far jobs have come that are not over, before anybody is shown it."""
        with self._database.writing("write the progress of a job to"):
            self._set_progress(progress)

    def _set_progress(self, progress: Mapping[int, float]) -> None:
        rows = [(part, job) for job, part in progress.items()]
        self._database.run_many("set_progress", rows)

    def set_note(self, job: int, note: str) -> None:
        """What a person writes about the job."""
        with self._database.writing("write the note of a job to"):
            self._database.run("set_note", job=job, note=storable(note))

    def set_wish(self, job: int, wish: Wish) -> None:
        """What the person wants of the job now."""
        with self._database.writing("write the wish for a job to"):
            self._database.run("set_wish", job=job, wish=wish.value)

    def set_priority(self, job: int, priority: int) -> None:
        """Higher is sooner."""
        with self._database.writing("write the priority of a job to"):
            self._database.run("set_priority", job=job, priority=priority)

    def interrupted_jobs(self) -> list[StoredJob]:
        """Mark the jobs whose owner died before they were over; return those, oldest first."""
        with self._database.writing("mark interrupted jobs in"):
            dead = [job.id for job in self.jobs(NOT_OVER) if not job.owner.is_alive]
            for job in dead:
                end(self._database, job, JobStatus.INTERRUPTED, self._clock())
            return [self.job(job) for job in sorted(dead)]

    def give_up(self, job: int) -> None:
        """Nobody goes on with an interrupted job any more. Nothing for any other."""
        with self._database.writing("give up a job in"):
            if self.job(job).status is JobStatus.INTERRUPTED:
                end(self._database, job, JobStatus.CANCELLED, self._clock())

    def jobs_to_resume(self) -> list[StoredJob]:
        """Jobs that a daemon did not finish, oldest first. Call `interrupted_jobs` before."""
        found = self.jobs({JobStatus.INTERRUPTED})
        return [job for job in reversed(found) if job.is_resumed]

    def last_number(self) -> int:
        """The number of the newest event."""
        with self._database.reading():
            return int(self._database.run("last_number").fetchone()[0])

    def plain_events(self, after: int, limit: int) -> list[tuple[int, int | None, str, str]]:
        """Number, job, kind and JSON of the next events of all jobs, as they are kept."""
        return self._page(None, after, limit)

    def forget(self, job: int) -> None:
        """Delete all we know of a job that is not live. The frames it delivered stay."""
        with self._database.writing("forget a job in"):
            found = self.job(job)
            if is_live(found):
                raise StoreError(
                    f"Wanted to forget job {job} ({found.name}); found it running in "
                    f"{process_of(found.owner)}. End it with `framecrew cancel {job}` first."
                )
            self._database.run("delete_job", job=job)
        self._delete_log_folder(job)

    def clean(self, older_than: float) -> list[int]:
        """Forget the jobs that were over `older_than` seconds ago; the ids of those."""
        with self._database.writing("clean"):
            rows = self._database.run(
                "old_jobs", before=self._clock() - older_than, statuses=_values(OVER)
            ).fetchall()
            gone = [int(row["id"]) for row in rows]
            for job in gone:
                self._database.run("delete_job", job=job)
        for job in gone:
            self._delete_log_folder(job)
        self._delete_scenes(older_than)
        self._database.shrink()
        return gone

    def _delete_scenes(self, older_than: float) -> None:
        """Scenes that were sent to us, and that no job knows any more."""
        known = {Path(job.scene).parent for job in self.jobs()}
        for folder in self.scenes_folder.glob("*"):
            with said_plainly(folder, "delete the scene in"):
                is_old = folder.stat().st_mtime < self._clock() - older_than
                if is_old and folder not in known:
                    shutil.rmtree(folder)

    # ── the journal ──────────────────────────────────────────────────────────────────────────

    def append(
        self,
        events: Sequence[tuple[int | None, Event]],
        progress: Mapping[int, float] | None = None,
    ) -> list[int]:
        """Write events, each with the job it is about, and the progress they make, in one
        transaction; the events' numbers.
        """
        bodies = [
            (job, event.at, kind_name(type(event)), event_to_json(event))
            for job, event in events
        ]
        with self._database.writing("write events to"):
            first = int(self._database.run("last_number").fetchone()[0]) + 1
            numbered = [(number, *body) for number, body in enumerate(bodies, first)]
            self._database.run_many("insert_event", numbered)
            self._set_progress(progress or {})
        return list(range(first, first + len(bodies)))

    def events(
        self, job: int | None = None, after: int = 0, limit: int = -1
    ) -> Iterator[NumberedEvent]:
        """Events after a number, oldest first, of one job or (None) of all; at most `limit`."""
        left = limit
        while left:
            most = PAGE if left < 0 else min(PAGE, left)
            rows = self._page(job, after, most)
            for number, about, kind, body in rows:
                with self._decoding(number):
                    event = event_from_json(kind, body)
                yield NumberedEvent(number=number, job=about, event=event)
            if len(rows) < most:
                return
            after = rows[-1][0]
            left = left - len(rows) if left > 0 else left

    def journal(self, job: int) -> Iterator[Event]:
        """All events of a job, oldest first, as fast as they can be read: for a replay."""
        after = 0
        while rows := self._page(job, after, PAGE):
            with self._decoding(rows[0][0]):
                decoded = events_from_json([(kind, body) for _, _, kind, body in rows])
            yield from decoded
            after = rows[-1][0]

    def _page(
        self, job: int | None, after: int, most: int
    ) -> list[tuple[int, int | None, str, str]]:
        """Number, job, kind and body of the next events."""
        name = "events_of_all" if job is None else "events_of_job"
        return self._database.read_plain(name, job=job, after=after, most=most)

    @contextmanager
    def _decoding(self, number: int) -> Iterator[None]:
        try:
            yield
        except ValueError as problem:
            raise StoreError(
                f"Wanted to read event {number} or one after it in {self._database.path}. "
                f"{problem}"
            ) from problem

    # ── wishes of other processes ────────────────────────────────────────────────────────────

    def post_wish(self, job: int, verb: WishVerb, value: str = "") -> None:
        """Ask the owner of a live job for something. StoreError if nobody is there to do it."""
        with self._database.writing("post a wish to"):
            found = self.job(job)
            if not is_live(found):
                state = (
                    f"it {found.status.value}"
                    if found.status.is_over
                    else "that the framecrew that ran it has ended"
                )
                raise StoreError(
                    f"Wanted to {verb.words} job {job} ({found.name}); found {state}. "
                    f"`framecrew retry {job}` goes on with it."
                )
            self._database.run(
                "insert_wish", job=job, verb=verb.value, value=storable(value), at=self._clock()
            )
            # What this connection itself writes does not show in data_version.
            self._seen_version = None

    def take_wishes(self, owner: Owner | None = None) -> list[PostedWish]:
        """What was asked of the owner's jobs since the last call; each wish is given once.

        Costs next to nothing while no other process has written, so it may be asked often.
        """
        with self._database.reading():
            version = int(self._database.pragma("data_version")[0][0])
        if version == self._seen_version:
            return []
        with self._database.writing("take wishes from"):
            rows = self._database.run(
                "wishes_for", **owner_values(owner or this_process())
            ).fetchall()
            for row in rows:
                self._database.run("delete_wish", number=row["number"])
            # Read before the wishes were: what is posted from now on makes it another.
            self._seen_version = version
        return [posted_wish(row) for row in rows]

    # ── files ────────────────────────────────────────────────────────────────────────────────

    def log_folder(self, job: int) -> Path:
        """Where the logs of a job's attempts are; it need not exist yet."""
        return self.folder / "logs" / str(job)

    @property
    def scenes_folder(self) -> Path:
        """Where scenes are kept that were sent to a daemon; it need not exist yet."""
        return self.folder / "scenes"

    def size(self) -> int:
        """Bytes on disk of the database, its backups and all logs."""
        return sum(
            path.stat().st_size
            for path in (*self.folder.glob(f"{FILE_NAME}*"), *self.folder.glob("logs/**/*"))
            if path.is_file()
        )

    def _delete_log_folder(self, job: int) -> None:
        folder = self.log_folder(job)
        with said_plainly(folder, "delete the logs in"):
            if folder.exists():
                shutil.rmtree(folder)


def _values(statuses: Collection[JobStatus]) -> str:
    """Statuses as the JSON array that the queries read."""
    return json.dumps([status.value for status in statuses])
