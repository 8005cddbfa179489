"""The conductor: the loop that writes down, tells and acts, and the only writer of the state.

For each batch of events: the scheduler decides, the journal is written in one transaction, the watchers are told, and
only then the instructions are carried out. It does and never decides.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from framecrew.backends.contract import Backend
from framecrew.conductor.bus import Bus, Numbered
from framecrew.conductor.clock import Clock
from framecrew.conductor.live import LiveJob
from framecrew.conductor.outliers import Outliers
from framecrew.conductor.space import SpaceWatch
from framecrew.conductor.wishes import event_for_wish
from framecrew.execution.rushes import remove_rushes
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.pulses import Pulse
from framecrew.model.requests import StitchRequest
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView
from framecrew.scheduler.dispatch import Scheduler
from framecrew.scheduler.views import job_view
from framecrew.store.store import Store

LOOK_EVERY = 0.3
"""Seconds between looks for what other processes wish of our jobs, and for progress that only
pulses told."""
MOST_AT_ONCE = 512
"""Events decided upon together when they come faster than decisions are made."""


class Conductor:
    """One queue's loop. Use it as `async with Conductor(...) as conductor`."""

    def __init__(
        self,
        *,
        store: Store,
        make_backend: Callable[[Callable[[ev.Event | Pulse], None]], Backend],
        clock: Clock,
    ) -> None:
        self.bus = Bus()
        self._store = store
        self._clock = clock
        self._scheduler = Scheduler()
        self._outliers = Outliers(self._scheduler.state)
        self._inbox: asyncio.Queue[tuple[ev.Event, ...]] = asyncio.Queue()
        # An empty tuple is a wake-up.
        self.backend = make_backend(self.report)
        self._space = SpaceWatch(self.post, clock, self._scheduler.state)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake: asyncio.TimerHandle | None = None
        self._over: dict[int, asyncio.Event] = {}
        self._live: dict[int, LiveJob] = {}
        self._loop_task: asyncio.Task[None] | None = None
        self._look_task: asyncio.Task[None] | None = None
        self._is_leaving = False
        self._unwritten: list[ev.Event] = []
        """What the loop took from the inbox when it left."""

    async def __aenter__(self) -> Self:
        self._loop_task = asyncio.create_task(self._run(), name="conductor")
        self._look_task = asyncio.create_task(self._look_around(), name="look")
        self._space.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Everything we started is over when this returns; what was live is written down as lost."""
        assert self._loop_task is not None
        assert self._look_task is not None
        self._is_leaving = True
        self._look_task.cancel()
        self._inbox.put_nowait(())
        # First the loop, or it would start again what is being ended; then what it had begun:
        # sessions that are closing are not known to the backend any more.
        await asyncio.gather(self._loop_task, self._look_task, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.backend.close()
        if self._wake is not None:
            self._wake.cancel()
        self._space.close()
        self._close_journal()
        self.bus.close()

    # ── doors ────────────────────────────────────────────────────────────────────────────────────

    def post(self, event: ev.Event) -> None:
        """Put an event into the inbox. There is no other way in."""
        self.post_all((event,))

    def post_all(self, events: Sequence[ev.Event]) -> None:
        """Put events into the inbox that are to be decided upon together."""
        for event in events:
            if isinstance(event, ev.FramesRequeued):
                # From now on, not from when it is decided: whoever waits next waits for the new
                # end.
                self._over.setdefault(event.job, asyncio.Event()).clear()
        self._inbox.put_nowait(tuple(events))

    def take_on(
        self, job: int, journal: Iterable[ev.Event], changes: Iterable[ev.Event]
    ) -> None:
        """Go on with a job from its journal, and with what changed since it was last written;
        what was live when its owner ended is lost.

        The store must know this process as its owner.
        """
        live = self._live.setdefault(job, LiveJob(job))
        live.show(self._store.job(job).progress or 0.0)
        for event in journal:
            self._scheduler.state.apply(event)
            live.take(event)
        taken = self._scheduler.state.jobs[job]
        news: list[ev.Event] = [
            ev.AttemptLost(at=self.now(), attempt=one.id) for one in taken.live
        ]
        if taken.held_because:
            news.append(ev.QueueReleased(at=self.now(), job=job))
        self.post_all([*news, *changes])

    def drop(self, job: int) -> None:
        """Forget a job that is over."""
        state = self._scheduler.state
        if job in state.jobs and state.jobs[job].status is not None:
            del state.jobs[job]
            self._live.pop(job, None)
            self._over.pop(job, None)

    def report(self, item: ev.Event | Pulse) -> None:
        """What backends call: events are decided upon, pulses only shown."""
        if isinstance(item, ev.Event):
            self.post(item)
        else:
            live = self._live.get(job_of_attempt(item.attempt))
            if live is not None:
                live.take(item)
            self.bus.publish(item)

    def now(self) -> float:
        return self._clock.now()

    def view(self, job: int) -> JobView:
        """The picture of one of this conductor's jobs; KeyError for others."""
        view = job_view(self._scheduler.state.jobs[job], self.now())
        return self._live[job].pictured(view) if job in self._live else view

    def live(self, job: int) -> LiveJob:
        """What is going on in one of this conductor's jobs right now; KeyError for others."""
        return self._live[job]

    @property
    def jobs(self) -> tuple[int, ...]:
        return tuple(self._scheduler.state.jobs)

    async def broken(self) -> None:
        """Until the loop has ended; raises what broke it."""
        assert self._loop_task is not None
        await asyncio.shield(self._loop_task)

    async def wait(self, job: int) -> JobView:
        """Until the job is over."""
        assert self._loop_task is not None
        over = asyncio.create_task(self._over.setdefault(job, asyncio.Event()).wait())
        await asyncio.wait((over, self._loop_task), return_when=asyncio.FIRST_COMPLETED)
        if not over.done():
            # The loop never ends by itself: it broke, and whoever waits must hear why.
            over.cancel()
            self._loop_task.result()
        return self.view(job)

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        while True:
            batch = await self._next_batch()
            if self._is_leaving:
                self._unwritten = batch
                return
            if batch:
                # A doubt has to be known before what doubted frames complete is called done.
                batch += self._outliers.doubts(batch)
                out = self._scheduler.handle(batch)
            else:
                out = self._scheduler.decide(self.now())
            await self._write_and_tell([*batch, *out.facts])
            for instruction in out.instructions:
                if not self._is_leaving:
                    await self._carry_out(instruction)

    async def _next_batch(self) -> list[ev.Event]:
        """All events waiting; an empty list is a wake-up."""
        batch = list(await self._inbox.get())
        while len(batch) < MOST_AT_ONCE and not self._inbox.empty():
            batch += self._inbox.get_nowait()
        return batch

    async def _write_and_tell(self, events: list[ev.Event]) -> None:
        if not events:
            return
        rows = [(job_of(event), event) for event in events]
        for job, event in rows:
            if job is not None:
                self._live.setdefault(job, LiveJob(job)).take(event)
        reached = self._reached()
        numbers = await asyncio.to_thread(self._store.append, rows, reached)
        self._show(reached)
        for number, event in zip(numbers, events, strict=True):
            self.bus.publish(Numbered(number=number, event=event))
            self._note(event)

    def _note(self, event: ev.Event) -> None:
        """What the conductor itself needs to know of an event that happened."""
        match event:
            case ev.JobFinished():
                if event.status is JobStatus.DONE:
                    self._live[event.job].show_done()
                self._save_status(event.job)
                self._over.setdefault(event.job, asyncio.Event()).set()
            case ev.WishChanged():
                self._store.set_wish(event.job, event.wish)
                self._save_status(event.job)
            case ev.TaskEnded():
                self._save_status(event.job)
                self._remove_rushes(event)
            case ev.JobSubmitted() | ev.AttemptStarted() | ev.QueueReleased():
                self._save_status(event.job)
            case ev.PriorityChanged():
                self._store.set_priority(event.job, event.priority)
            case ev.QueueHeld():
                self._save_status(event.job)
                if event.until is None:
                    self._space.watch(event.job, self._scheduler.state.jobs[event.job].plan)
            case _:
                pass

    def _remove_rushes(self, event: ev.TaskEnded) -> None:
        """A film is proved, and written down as such: what it was made of has served."""
        task = self._scheduler.state.jobs[event.job].tasks[event.task].task
        if task.rushes and not event.missing and isinstance(task.request, StitchRequest):
            film = Path(task.request.film)
            self._spawn(asyncio.to_thread(remove_rushes, film))

    def _save_status(self, job: int) -> None:
        view = self.view(job)
        self._store.set_status(
            job,
            view.status,
            done=view.done,
            failed=sum(len(loss.frames) for loss in view.losses),
            total=view.total,
            progress=view.progress,
        )

    def _reached(self) -> dict[int, float]:
        """The progress of each job of which there is news."""
        jobs = self._scheduler.state.jobs
        return {
            job: live.reached(jobs[job])
            for job, live in self._live.items()
            if live.has_news and job in jobs
        }

    def _show(self, reached: Mapping[int, float]) -> None:
        for job, progress in reached.items():
            if job in self._live:
                self._live[job].show(progress)

    async def _carry_out(self, instruction: ins.Instruction) -> None:
        match instruction:
            case ins.StartAttempt():
                await self._start(instruction)
            case ins.StopAttempt():
                self._spawn(self.backend.stop(instruction.attempt))
            case ins.TakeBackFrames():
                await self.backend.take_back(instruction.attempt, instruction.frames)
            case ins.CloseSessions():
                self._spawn(self.backend.close_sessions(instruction.slots))
            case ins.WakeAt():
                self._wake_at(instruction.at)

    async def _start(self, instruction: ins.StartAttempt) -> None:
        """The one broad catch of the house: a backend that breaks is a failed attempt, not our end."""
        try:
            await self.backend.start(instruction.assignment)
        except Exception as error:  # noqa: BLE001
            failure = Failure(
                kind=FailureKind.UNKNOWN, reason=f"the attempt could not be started: {error!r}"
            )
            self.post(
                ev.AttemptFailed(
                    at=self.now(), attempt=instruction.assignment.attempt, failure=failure
                )
            )

    def _wake_at(self, moment: float) -> None:
        if self._wake is not None:
            self._wake.cancel()
        delay = max(0.0, moment - self.now())
        self._wake = asyncio.get_running_loop().call_later(delay, self._inbox.put_nowait, ())

    async def _look_around(self) -> None:
        """Other processes leave their wishes in the store; pulses move the progress."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if not self.jobs:
                continue  # Nobody can wish anything of us.
            if reached := self._reached():
                await asyncio.to_thread(self._store.set_progress, reached)
                self._show(reached)
            for wish in self._store.take_wishes():
                for event in event_for_wish(wish, self._scheduler.state, self.now()):
                    self.post(event)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _close_journal(self) -> None:
        """Write what came in while everything was ended, and what will never be answered."""
        left = self._unwritten
        while not self._inbox.empty():
            left += self._inbox.get_nowait()
        for event in left:
            self._scheduler.state.apply(event)
        for attempt in tuple(self._scheduler.state.attempts):
            lost = ev.AttemptLost(at=self.now(), attempt=attempt)
            left.append(lost)
            self._scheduler.state.apply(lost)
        if left:
            self._store.append([(job_of(event), event) for event in left])
        for job in self.jobs:
            self._save_status(job)
            if not self.view(job).status.is_over:
                self._store.set_status(job, JobStatus.INTERRUPTED)


def job_of(event: ev.Event) -> int | None:
    """The job an event belongs to; None for those about the machine."""
    match event:
        case ev.MachineMeasured() | ev.MemoryMeasured():
            return None
        case (
            ev.SessionOpened()
            | ev.FrameFinished()
            | ev.FrameFailed()
            | ev.FramesGivenBack()
            | ev.SlotFreed()
            | ev.AttemptSucceeded()
            | ev.AttemptFailed()
            | ev.AttemptStopped()
            | ev.AttemptLost()
        ):
            return job_of_attempt(event.attempt)
        case _:
            return event.job


def job_of_attempt(attempt: str) -> int:
    """The job an attempt belongs to, told from its id."""
    return int(attempt.partition(".")[0])
