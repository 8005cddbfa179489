"""A job of the daemon, shown as one of this process is: its events and pulses, and its picture."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from framecrew.client import Batch, Client, DaemonGone
from framecrew.client.stream import event_of
from framecrew.conductor.bus import Numbered
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.answers import SlotRow
from framecrew.model.errors import FramecrewError, WrongUse
from framecrew.model.jobs import JobSpec
from framecrew.model.pulses import FrameProgress, LinePrinted, ProcessMeasured, Pulse
from framecrew.model.views import JobView
from framecrew.planning.absolute import absolute_spec
from framecrew.renderers.registry import installed_renderers

Item = Numbered | Pulse
PATIENCE_SECONDS = 15.0
"""How long a daemon may be gone, as while its service starts it anew."""
LOOK_EVERY = 0.5
SUBMITTED = "job_submitted"


def spec_for_daemon(spec: JobSpec) -> JobSpec:
    """The spec with every path written out: the daemon's working folder is another one."""
    try:
        registry = installed_renderers()
        card = registry.get(spec.renderer) if spec.renderer else registry.for_scene(spec.scene)
    except WrongUse:
        return absolute_spec(spec, str(Path.cwd()))
    return absolute_spec(spec, str(Path.cwd()), card.options)


class RemoteJob:
    """One job of the daemon, watched from another thread. Use it as an `async with` block."""

    def __init__(self, client: Client, job: int, *, after: int, is_new: bool) -> None:
        """`after`: number of an event that was the newest before. `is_new`: the job came later."""
        self._client = client
        self._job = job
        self._after = after
        self._is_new = is_new
        self._items: asyncio.Queue[Item | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._is_leaving = threading.Event()
        self._seen: JobView | None = None
        self._thread = threading.Thread(target=self._read, name=f"job {job}", daemon=True)

    async def __aenter__(self) -> "RemoteJob":
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await asyncio.to_thread(self._thread.join)
        if self._over.done():
            self._over.exception()  # It was heard of, or nobody asked.

    def view(self, job: int) -> JobView:
        """The newest picture of the job; the last one seen while the daemon is gone."""
        try:
            self._seen = self._client.view(job)
        except DaemonGone:
            if self._seen is None:
                raise
        return self._seen

    async def wait(self) -> None:
        """Until the job is over; DaemonGone if the daemon is before it is."""
        await asyncio.shield(self._over)

    def close(self) -> None:
        """End the iteration after what is waiting."""
        self._is_leaving.set()
        self._items.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Item]:
        while (item := await self._items.get()) is not None:
            yield item

    # ── in the thread ────────────────────────────────────────────────────────────────────────

    def _read(self) -> None:
        try:
            with self._client.events(self._after, patience=PATIENCE_SECONDS) as stream:
                if not self._is_new:
                    self._tell(list(self._standing()))
                while not self._is_leaving.is_set():
                    batch = stream.next_batch(LOOK_EVERY)
                    if batch is not None:
                        self._tell(list(self._items_of(batch)))
        except FramecrewError as error:
            self._call(self._fail, error)

    def _standing(self) -> Iterator[Item]:
        """What went on before we came, as far as it is going on still."""
        detail = self._client.job(self._job)
        yield Numbered(number=0, event=self._submitted(detail.job.submitted))
        for slot in detail.slots:
            frames = FrameSet.parse(slot.left) if slot.left else EMPTY
            started = ev.AttemptStarted(
                at=detail.job.submitted, job=self._job, task=slot.task, attempt=slot.attempt,
                slot=slot.slot, threads=slot.threads, frames=frames,
            )  # fmt: skip
            yield Numbered(number=0, event=started)
            yield from _pulses(slot)

    def _items_of(self, batch: Batch) -> Iterator[Item]:
        mine = f"{self._job}."
        for told in batch.events:
            is_mine = told.get("job") == self._job or str(told.get("attempt")).startswith(mine)
            if is_mine:
                event = (
                    self._submitted(told["at"])
                    if told["event"] == SUBMITTED
                    else event_of(told)
                )
                yield Numbered(number=told["number"], event=event)
        for slot in batch.slots:
            if slot.job == self._job:
                yield from _pulses(slot)
        for line in batch.warnings:
            if line["attempt"].startswith(mine):
                yield LinePrinted(
                    attempt=line["attempt"], frame=line["frame"], text=line["text"],
                    is_warning=line["level"] == "warning", is_error=line["level"] == "error",
                )  # fmt: skip

    def _submitted(self, at: float) -> ev.JobSubmitted:
        plan = self._client.plan_of(self._job)
        return ev.JobSubmitted(at=at, job=self._job, priority=0, plan=plan)

    def _tell(self, items: list[Item]) -> None:
        self._call(self._take, items)

    def _call(self, function: object, argument: object) -> None:
        if not self._is_leaving.is_set():
            self._loop.call_soon_threadsafe(function, argument)  # type: ignore[arg-type]

    # ── in the loop ──────────────────────────────────────────────────────────────────────────

    def _take(self, items: list[Item]) -> None:
        for item in items:
            self._items.put_nowait(item)
            is_end = isinstance(item, Numbered) and isinstance(item.event, ev.JobFinished)
            if is_end and not self._over.done():
                self._over.set_result(None)

    def _fail(self, error: FramecrewError) -> None:
        if not self._over.done():
            self._over.set_exception(error)


def _pulses(slot: SlotRow) -> Iterator[Pulse]:
    """What a slot's row says, as the pulses it was made of."""
    if slot.frame is not None:
        yield FrameProgress(attempt=slot.attempt, frame=slot.frame, percent=slot.percent)
    if slot.cpu_percent is not None:
        yield ProcessMeasured(
            attempt=slot.attempt, cpu_percent=slot.cpu_percent, memory_bytes=slot.memory_bytes
        )
