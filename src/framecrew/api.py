"""The Python door: the same verbs as the command line, for plain and for `async` code.

import framecrew

job = framecrew.render("shot.blend", frames="1-48", output="renders/shot_####.png")
print(job.status, job.missing)

async with framecrew.Crew() as crew:
    job = await crew.submit(scene="shot.blend", output="renders/shot_####.png")
    async for item in crew.watch():
        ...
    view = await crew.wait(job)
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from framecrew.conductor.assemble import make_backend, make_search, measured_machine
from framecrew.conductor.bus import Watch
from framecrew.conductor.clock import SystemClock
from framecrew.conductor.existing import find_existing
from framecrew.conductor.intake import Intake, check_room, look_into, take_in
from framecrew.conductor.live import LiveJob
from framecrew.conductor.loop import Conductor
from framecrew.conductor.recovery import find_changes, replay, replayed
from framecrew.conductor.sweeping import sweep
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.errors import FramecrewError
from framecrew.model.failures import Failure
from framecrew.model.jobs import Existing, JobSpec, Wish
from framecrew.model.scenes import SceneFacts
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView, TaskView
from framecrew.planning.explain import Explanation, explain
from framecrew.planning.reading import read_spec
from framecrew.renderers.registry import installed_renderers
from framecrew.scheduler.foresight import first_layout, first_round
from framecrew.store.records import StoredJob
from framecrew.store.store import Store

Step = Callable[[str], None]
"""Told in words what is being done before a job starts: opening the scene, verifying frames."""


class Crew:
    """A conductor of your own with everything it needs; `async with` it.

    On leaving, every renderer process is ended and what was unfinished is written down as such.
    `home`: folder of the queue and the logs; the user's own when None (see FRAMECREW_HOME).
    `is_resumed`: the next such crew goes on with what this one leaves unfinished.
    """

    def __init__(self, home: Path | None = None, *, is_resumed: bool = False) -> None:
        self._home = home
        self._is_resumed = is_resumed
        self._stack = AsyncExitStack()
        self._clock = SystemClock()

    async def __aenter__(self) -> Self:
        store = self._stack.enter_context(Store.open(self._home))
        store.interrupted_jobs()
        self.store = store
        self._search = make_search()
        self._conductor = await self._stack.enter_async_context(
            Conductor(
                store=store,
                clock=self._clock,
                make_backend=lambda report: make_backend(
                    report, store.folder / "logs", self._search
                ),
            )
        )
        self._machine = measured_machine(self._clock.now())
        self._conductor.post(self._machine)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def prepare(self, spec: JobSpec, *, on_step: Step = lambda _step: None) -> Intake:
        """Everything that is checked before a job starts. WrongUse lists every mistake."""
        intake = await take_in(
            spec,
            search=self._search,
            backend=self._conductor.backend,
            cores=self._machine.cores,
            on_step=on_step,
        )
        check_room(intake, on_step)
        return intake

    async def submit(
        self,
        spec: JobSpec | Intake | None = None,
        *,
        on_step: Step = lambda _step: None,
        note: str = "",
        **fields: Any,
    ) -> int:
        """Put a job into the queue; its number. Fields are those of the job file.

        Frames and films that are there already are verified first (`existing = "keep"`). WrongUse for mistakes,
        StoreError if another live job writes the same files.
        """
        if not isinstance(spec, Intake):
            spec = await self.prepare(spec or read_spec(fields), on_step=on_step)
        plan = spec.plan
        job = self.store.new_job(
            spec.spec,
            plan.name,
            spec.patterns,
            renderer=spec.renderer.name,
            note=note,
            is_resumed=self._is_resumed,
        )
        try:
            await asyncio.to_thread(sweep, plan)
            kept: list[ev.Event] = []
            if plan.existing is Existing.KEEP:
                kept = await find_existing(
                    plan, job, search=self._search, now=self._clock.now, on_step=on_step
                )
        except BaseException:
            # Nobody goes on with it; it must not keep its files from others.
            self.store.set_status(job, JobStatus.CANCELLED)
            raise
        self._conductor.post_all(
            [
                ev.JobSubmitted(
                    at=self._clock.now(), job=job, priority=spec.spec.priority, plan=plan
                ),
                *kept,
            ]
        )
        return job

    async def resume(self, *, on_trouble: Step = lambda _trouble: None) -> list[int]:
        """Go on with what crews like this one left unfinished; the numbers of those jobs.

        One that cannot go on, as when another job writes its files by now, stays interrupted.
        """
        if not self._is_resumed:
            return []
        resumed = []
        for job in self.store.jobs_to_resume():
            try:
                await self._take_on(job.id, job.wish)
            except FramecrewError as error:
                on_trouble(f"job {job.id} does not go on: {error}")
                continue
            resumed.append(job.id)
        return resumed

    async def broken(self) -> None:
        """Until the conductor has ended; raises what broke it."""
        await self._conductor.broken()

    async def _take_on(self, job: int, wish: Wish) -> None:
        """Make a job of the journal one of ours again, and look at what became of its files."""
        self.store.adopt_job(job, wish=wish)
        journal = await asyncio.to_thread(lambda: list(self.store.journal(job)))
        if not any(isinstance(event, ev.JobSubmitted) for event in journal):
            # Its owner died before anything of it was written down.
            self.store.set_status(job, JobStatus.CANCELLED)
            return
        state = await asyncio.to_thread(replayed, journal)
        await asyncio.to_thread(sweep, state.jobs[job].plan)
        found = await find_changes(state.jobs[job], search=self._search, now=self._clock.now)
        self._conductor.take_on(job, journal, found)

    async def retry(self, job: int, frames: FrameSet | None = None) -> FrameSet:
        """Go on with what a job lacks (of these frames), also with one that is over; the frames
        that are tried again. StoreError if another process has it.
        """
        is_ours = job in self._conductor.jobs
        view = self.view(job) if is_ours else await asyncio.to_thread(replay, self.store, job)
        wanted = {
            task.id: lacking
            for task in view.tasks
            if (lacking := _lacking(task) if frames is None else _lacking(task) & frames)
        }
        if not wanted:
            return EMPTY
        if not is_ours:
            await self._take_on(job, Wish.RUN)
        elif view.status.is_over:
            self.store.adopt_job(job)
        at = self._clock.now()
        self._conductor.post_all(
            [
                ev.FramesRequeued(at=at, job=job, task=task, frames=lacking)
                for task, lacking in wanted.items()
            ]
        )
        whole = EMPTY
        for lacking in wanted.values():
            whole = whole | lacking
        return whole

    def forget(self, job: int) -> None:
        """Forget a job that is over; StoreError for one that is not. Its frames stay."""
        self.store.forget(job)
        self._conductor.drop(job)

    @property
    def jobs(self) -> tuple[int, ...]:
        """The numbers of this crew's jobs, those that are over included."""
        return self._conductor.jobs

    def live(self, job: int) -> LiveJob:
        """What is going on in one of this crew's jobs right now; KeyError for others."""
        return self._conductor.live(job)

    @property
    def machine(self) -> ev.MachineMeasured:
        """What this computer offered when the crew began."""
        return self._machine

    async def inspect(self, spec: JobSpec) -> SceneFacts | Failure:
        """Open a scene and tell what it holds. WrongUse if it cannot even be looked at."""
        return await look_into(
            spec,
            search=self._search,
            backend=self._conductor.backend,
            cores=self._machine.cores,
        )

    def drop(self, job: int) -> None:
        """Know nothing of a job any more that the store has forgotten."""
        self._conductor.drop(job)

    @staticmethod
    def renderer_of(spec: JobSpec) -> str:
        """The name of the renderer of a spec. WrongUse if there is none."""
        registry = installed_renderers()
        card = registry.get(spec.renderer) if spec.renderer else registry.for_scene(spec.scene)
        return card.name

    async def close_inspected(self) -> None:
        """Close the scenes that were only looked into."""
        await self._conductor.backend.close_sessions(())

    async def explain(self, spec: JobSpec) -> Explanation:
        """What `submit` would do with a spec. Nothing is written. WrongUse lists every mistake."""
        return _explained(await self.prepare(spec), self._machine)

    def watch(self) -> Watch:
        """Everything that happens from now on: numbered events, and pulses. Iterate it with `async for`."""
        return self._conductor.bus.watch()

    def view(self, job: int) -> JobView:
        """The picture of a job of this crew; KeyError until it has been taken up."""
        return self._conductor.view(job)

    async def wait(self, job: int) -> JobView:
        """Until the job is over; its last picture."""
        return await self._conductor.wait(job)

    def cancel(self, job: int) -> None:
        """End a job; its finished frames stay."""
        self._wish(job, Wish.CANCEL)

    def hold(self, job: int) -> None:
        """Start nothing new of a job."""
        self._wish(job, Wish.HOLD)

    def release(self, job: int) -> None:
        """Let a held job go on."""
        self._wish(job, Wish.RUN)
        if job in self._conductor.jobs and self.view(job).held_because:
            self._conductor.post(ev.QueueReleased(at=self._clock.now(), job=job))

    def set_priority(self, job: int, priority: int) -> None:
        """Higher is sooner."""
        at = self._clock.now()
        self._conductor.post(ev.PriorityChanged(at=at, job=job, priority=priority))

    def set_slots(self, job: int, slots: int | None) -> None:
        """So many renderer processes from now on; chosen from evidence when None.

        More begin at once, as far as there are frames for them. What is too much ends with the
        frame in work, or at the end of its segment.
        """
        at = self._clock.now()
        self._conductor.post(ev.SlotsChanged(at=at, job=job, slots=slots))

    def requeue(self, job: int, frames: FrameSet | None = None) -> None:
        """Try frames that were given up again; all of them when None."""
        at = self._clock.now()
        for task in self.view(job).tasks:
            lost = FrameSet.of(frame for loss in task.losses for frame in loss.frames)
            again = lost if frames is None else lost & frames
            if again:
                self._conductor.post(
                    ev.FramesRequeued(at=at, job=job, task=task.id, frames=again)
                )

    def _wish(self, job: int, wish: Wish) -> None:
        self._conductor.post(ev.WishChanged(at=self._clock.now(), job=job, wish=wish))


def _lacking(task: TaskView) -> FrameSet:
    """Frames that a task that has ended never delivered, or that one that goes on gave up."""
    if task.status.has_ended:
        return task.missing
    return FrameSet.of(frame for loss in task.losses for frame in loss.frames)


def render(scene: str, **fields: Any) -> JobView:
    """Render a scene and wait for the end; fields are those of the job file. WrongUse lists every mistake.

    For code without an event loop; in `async` code use `Crew`.
    """

    async def run() -> JobView:
        async with Crew() as crew:
            return await crew.wait(await crew.submit(scene=scene, **fields))

    return asyncio.run(run())


def plan(scene: str, **fields: Any) -> Explanation:
    """What `render` would do with the same fields. Nothing is written. WrongUse lists every mistake."""
    return asyncio.run(explained(read_spec({"scene": scene, **fields})))


async def explained(spec: JobSpec) -> Explanation:
    """What a spec's job would do. The scene is opened to inspect it; nothing that stays is written."""
    search = make_search()
    machine = measured_machine(SystemClock().now())
    with TemporaryDirectory(prefix="framecrew-plan-") as logs:
        backend = make_backend(lambda _item: None, Path(logs), search)
        try:
            intake = await take_in(spec, search=search, backend=backend, cores=machine.cores)
        finally:
            await backend.close()
    return _explained(intake, machine)


def _explained(intake: Intake, machine: ev.MachineMeasured) -> Explanation:
    layout = first_layout(intake.plan, machine)
    assert intake.findings.program is not None
    return explain(
        intake.plan,
        card=intake.renderer,
        program=intake.findings.program,
        findings=intake.findings,
        facts=intake.facts,
        slots=layout.slots,
        threads=layout.threads,
        reason=layout.reason,
        system=sys.platform,
        first_round=first_round(intake.plan, machine),
    )


def jobs() -> list[StoredJob]:
    """All jobs of this user's queue, newest first."""
    with Store.open() as store:
        store.interrupted_jobs()
        return store.jobs()


def show(job: int) -> JobView:
    """The picture of any job of the queue, from its journal. StoreError if there is none."""
    with Store.open() as store:
        store.interrupted_jobs()
        return replay(store, job)
