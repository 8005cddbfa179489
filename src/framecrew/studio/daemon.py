"""The daemon: one crew that stays, with what its door needs to tell of it."""

import asyncio
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from framecrew.api import Crew
from framecrew.conductor.live import LiveJob
from framecrew.conductor.settings import read_settings
from framecrew.frames.sets import FrameSet
from framecrew.model.answers import DaemonStatus, Done, JobList, JobRow, SlotRow
from framecrew.model.errors import FramecrewError, StoreError, WrongUse
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView
from framecrew.renderers.registry import installed_renderers
from framecrew.store.records import StoredJob, WishVerb
from framecrew.store.store import NOT_OVER, Store
from framecrew.studio.folders import roots
from framecrew.studio.keys import Keys
from framecrew.studio.log_book import LogBook
from framecrew.studio.machine_looks import MachineLooks
from framecrew.studio.records import Records
from framecrew.studio.rows import job_row, slot_rows
from framecrew.studio.saved_presets import SavedPresets

INSPECTED_SECONDS = 120.0
"""How long a scene that was only looked into stays open for a job that may follow."""


class Daemon:
    """What all doors of one daemon share."""

    def __init__(self, crew: Crew, keys: Keys) -> None:
        self.crew = crew
        self.keys = keys
        self.store: Store = crew.store
        self.records = Records(crew.store)
        self.logs = LogBook(crew.store)
        self.looks = MachineLooks(crew.store.folder)
        self.presets = SavedPresets(crew.store.folder)
        self.roots = roots(read_settings().folders)
        self.stop = asyncio.Event()
        self.started = time.time()
        self.version = version("framecrew")
        self.clients = 0
        self.gone: set[int] = set()
        """Jobs forgotten since the stream was last told."""
        self.changed: set[int] = set()
        """Jobs of which something changed that is no event, such as their note."""
        self._inspected: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────

    def is_ours(self, job: int) -> bool:
        """Whether this daemon's conductor knows the job."""
        return job in self.crew.jobs

    def view(self, job: int) -> JobView | None:
        """The picture of a job of ours; None for one of another process or of the past."""
        return self.crew.view(job) if self.is_ours(job) else None

    def live(self, job: int) -> LiveJob | None:
        try:
            return self.crew.live(job)
        except KeyError:
            return None

    async def any_view(self, job: int) -> JobView:
        """The picture of any job."""
        view = self.view(job)
        return await asyncio.to_thread(self.records.view, job) if view is None else view

    async def row(self, job: int) -> JobRow:
        """The line of any job. NoSuchJob if there is none."""
        return self.row_of(await asyncio.to_thread(self.store.job, job))

    def row_of(self, stored: StoredJob) -> JobRow:
        view = self.view(stored.id)
        is_elsewhere = view is None and not stored.status.is_over
        return job_row(stored, view, is_here=not is_elsewhere)

    async def rows(
        self,
        *,
        statuses: Iterable[str],
        renderer: str,
        search: str,
        limit: int,
        before: int | None,
    ) -> JobList:
        """Jobs that fit, newest first."""
        event = await asyncio.to_thread(self.store.last_number)
        wanted = {JobStatus(status) for status in statuses}
        words = search.casefold().split()
        stored = await asyncio.to_thread(self.store.jobs)
        rows = [
            row
            for row in map(self.row_of, stored)
            if (not wanted or row.status in wanted)
            and (not renderer or row.renderer == renderer)
            and (before is None or row.id < before)
            and (not words or _holds(row, words))
        ]
        return JobList(jobs=tuple(rows[:limit]), total=len(rows), event=event)

    def slots(self) -> tuple[SlotRow, ...]:
        """What all slots are doing now."""
        return tuple(
            row
            for job in self.crew.jobs
            if not (view := self.crew.view(job)).status.is_over
            for row in slot_rows(view, self.live(job))
        )

    async def status(self) -> DaemonStatus:
        live = await asyncio.to_thread(self.store.jobs, NOT_OVER)
        return DaemonStatus(
            version=self.version,
            pid=os.getpid(),
            started=self.started,
            home=str(self.store.folder),
            event=await asyncio.to_thread(self.store.last_number),
            live=len(live),
            clients=self.clients,
        )

    def options_of(self, stored: StoredJob) -> type | None:
        """The class of the options of a job's renderer; None when it is not installed any more."""
        try:
            return installed_renderers().get(stored.renderer).options
        except WrongUse:
            return None

    # ── wishes ───────────────────────────────────────────────────────────────────────────────

    async def wish(self, job: int, verb: WishVerb, value: str = "") -> None:
        """Cancel, hold, release, a priority or slots, for a job of ours or of another process.

        StoreError says why it cannot be.
        """
        stored = await asyncio.to_thread(self.store.job, job)
        view = self.view(job)
        if view is None or view.status.is_over:
            if verb is WishVerb.CANCEL and stored.status is JobStatus.INTERRUPTED:
                await asyncio.to_thread(self.store.give_up, job)
                return
            await asyncio.to_thread(self.store.post_wish, job, verb, value)
            return
        match verb:
            case WishVerb.CANCEL:
                self.crew.cancel(job)
            case WishVerb.HOLD:
                self.crew.hold(job)
            case WishVerb.RELEASE:
                self.crew.release(job)
            case WishVerb.PRIORITY:
                self.crew.set_priority(job, int(value))
            case WishVerb.SLOTS:
                self.crew.set_slots(job, int(value) if value else None)
            case WishVerb.REQUEUE:
                await asyncio.to_thread(self.store.post_wish, job, verb, value)

    async def forget(self, job: int) -> None:
        await asyncio.to_thread(self.store.job, job)
        self.crew.forget(job)
        self.records.forget(job)
        self.gone.add(job)

    async def to_many(self, verb: str, jobs: Iterable[int]) -> Done:
        """One wish for several jobs; those it did not reach are named with the reason."""
        reached: list[int] = []
        refused: dict[str, str] = {}
        for job in dict.fromkeys(jobs):
            try:
                if verb == "forget":
                    await self.forget(job)
                elif verb == "retry":
                    await self.retry(job)
                else:
                    await self.wish(job, WishVerb(verb))
                reached.append(job)
            except FramecrewError as error:
                refused[str(job)] = str(error)
        return Done(jobs=tuple(reached), refused=refused)

    async def retry(self, job: int, frames: str = "") -> None:
        """Go on with what a job lacks, as the same job. StoreError if it lacks nothing."""
        stored = await asyncio.to_thread(self.store.job, job)
        wanted = FrameSet.parse(frames) if frames else None
        if not self.is_ours(job) and not stored.status.is_over:
            await asyncio.to_thread(self.store.post_wish, job, WishVerb.REQUEUE, frames)
            return
        again = await self.crew.retry(job, wanted)
        if not again:
            asked = f"frames {frames} of job {job}" if frames else f"job {job}"
            raise StoreError(
                f"Wanted to try {asked} again; found nothing of it that was given up. "
                "To render whole frames anew, submit them with existing = replace."
            )

    async def put_in_order(self, jobs: list[int]) -> None:
        """Let live jobs stand in this order, with as few changes of priority as that takes."""
        stored = [await asyncio.to_thread(self.store.job, job) for job in jobs]
        after: StoredJob | None = None
        least = 0
        for one in reversed(stored):
            view = self.view(one.id)
            priority = view.priority if view else one.priority
            if after is not None:
                comes_first = (one.created, one.id) < (after.created, after.id)
                least_now = least if comes_first else least + 1
                if priority < least_now:
                    priority = least_now
                    await self.wish(one.id, WishVerb.PRIORITY, str(priority))
            after, least = one, priority

    # ── scenes that were only looked into ────────────────────────────────────────────────────

    def close_inspected_later(self) -> None:
        """A scene stays open for the job that may follow, and not for ever."""
        if self._inspected is not None:
            self._inspected.cancel()
        loop = asyncio.get_running_loop()
        self._inspected = loop.call_later(INSPECTED_SECONDS, self._close_inspected)

    def _close_inspected(self) -> None:
        self._closing = asyncio.create_task(self.crew.close_inspected())

    async def close(self) -> None:
        if self._inspected is not None:
            self._inspected.cancel()
        if self._closing is not None:
            with suppress(asyncio.CancelledError):
                await self._closing


def _holds(row: JobRow, words: list[str]) -> bool:
    text = " ".join((str(row.id), row.name, row.scene, row.note, *row.outputs)).casefold()
    return all(word in text for word in words)


def page_folder() -> Path:
    """Where the built page lies in the package; it need not be there in a checkout."""
    return Path(__file__).parent / "page"
