"""Law: whatever events come in whatever order, the scheduler's books stay in balance."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from invariants import check_state, essence, replayed
from simulation import film_task, plan_of, render_task, segments_task

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Order, Wish
from framecrew.model.plans import Plan, Task, TaskKind, Traits
from framecrew.model.statuses import JobStatus
from framecrew.scheduler.dispatch import Consequences, Scheduler

TRAITS = st.builds(
    Traits,
    stays_open=st.booleans(),
    any_frames=st.booleans(),
    can_give_back=st.booleans(),
    changes_threads=st.booleans(),
    uses_all_cores=st.booleans(),
    start_seconds=st.sampled_from([0.1, 1.0, 10.0]),
    memory_bytes=st.sampled_from([1, 100_000_000, 4_000_000_000]),
)
FRAMES = st.sampled_from(["1", "1-3", "1-8", "5-30", "1-40x3", "-4-6", "1-9,20-25,40"])
FAILURES = st.builds(
    Failure, kind=st.sampled_from(FailureKind), reason=st.sampled_from(["", "one", "two"])
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """One or two targets, each perhaps with a film, in any order."""
    tasks: list[Task] = []
    for name in ("render", "render:B")[: draw(st.integers(1, 2))]:
        frames = draw(FRAMES)
        sizes = draw(st.none() | st.lists(st.integers(1, 9), min_size=1, max_size=3))
        if sizes is None:
            tasks.append(render_task(frames, draw(TRAITS), name))
        else:
            tasks.append(segments_task(frames, *sizes, traits=draw(TRAITS), name=name))
        if draw(st.booleans()):
            tasks.append(film_task(frames, name, f"film of {name}"))
    return plan_of(
        *draw(st.permutations(tasks)),
        order=draw(st.sampled_from(Order)),
        chunk_size=draw(st.none() | st.integers(1, 9)),
        slots=draw(st.none() | st.integers(1, 6)),
        threads=draw(st.none() | st.integers(1, 6)),
        tries=draw(st.none() | st.integers(1, 4)),
    )


class AnyEvents(RuleBasedStateMachine):
    """Throws events at a scheduler, sensible or not."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler()
        self.journal: list[ev.Event] = []
        self.now = 1000.0
        self.seen = ["1.1", "7.7"]
        """Attempts there were, and some there never were."""
        self.done: dict[tuple[int, str], FrameSet] = {}
        self.asked: set[str] = set()
        self.tell(ev.MachineMeasured(at=self.now, cores=4, memory_bytes=8_000_000_000))

    def tell(self, event: ev.Event) -> None:
        self.journal.append(event)
        self.follow(self.scheduler.handle([event]))

    def follow(self, out: Consequences) -> None:
        """Check each consequence against what was true when it was decided."""
        self.journal += out.facts
        state = self.scheduler.state
        for instruction in out.instructions:
            match instruction:
                case ins.StartAttempt():
                    self.check_start(instruction)
                case ins.StopAttempt() | ins.TakeBackFrames():
                    assert instruction.attempt in state.attempts
                case ins.CloseSessions():
                    assert state.used_slots.isdisjoint(instruction.slots)
                case ins.WakeAt():
                    assert instruction.at > self.now

    def check_start(self, instruction: ins.StartAttempt) -> None:
        assignment = instruction.assignment
        job = self.scheduler.state.jobs[assignment.job]
        task = job.tasks[assignment.task]
        frames = assignment.frames
        self.seen.append(assignment.attempt)
        assert job.wish is Wish.RUN
        assert not job.held_because
        assert job.status is None
        assert frames
        assert frames.isdisjoint(task.done)
        assert frames.isdisjoint(task.given_up)
        assert sorted(assignment.sequence) == list(frames)
        assert assignment.threads >= 1
        if not task.is_render:
            before = [job.tasks[name] for name in task.task.after]
            assert all(not other.missing for other in before)
        elif not task.task.traits.any_frames:
            assert len(list(frames.runs())) == 1
        if job.slots_wanted is not None and task.is_render:
            assert len(task.at_work) <= job.slots_wanted
        if task.task.segments:
            assert assignment.segment in task.task.segments
            assert assignment.segment is not None
            assert assignment.segment.frames == frames
            assert list(assignment.sequence) == sorted(frames)
        elif job.plan.chunk_size is not None and task.is_render:
            assert len(frames) <= job.plan.chunk_size

    # ── what may come ─────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([0.0, 0.5, 3.0, 30.0, 4000.0, -2.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.follow(self.scheduler.decide(self.now))

    @rule(job=st.integers(1, 4), plan=plans(), priority=st.sampled_from([10, 50, 50, 90]))
    def submit(self, job: int, plan: Plan, priority: int) -> None:
        self.tell(ev.JobSubmitted(at=self.now, job=job, priority=priority, plan=plan))

    @rule(job=st.integers(1, 5), wish=st.sampled_from(Wish))
    def wish(self, job: int, wish: Wish) -> None:
        self.tell(ev.WishChanged(at=self.now, job=job, wish=wish))

    @rule(job=st.integers(1, 5), priority=st.integers(0, 99))
    def reprioritise(self, job: int, priority: int) -> None:
        self.tell(ev.PriorityChanged(at=self.now, job=job, priority=priority))

    @rule(job=st.integers(1, 5), slots=st.none() | st.integers(1, 6))
    def change_slots(self, job: int, slots: int | None) -> None:
        self.tell(ev.SlotsChanged(at=self.now, job=job, slots=slots))

    @rule(job=st.integers(1, 5))
    def release(self, job: int) -> None:
        self.tell(ev.QueueReleased(at=self.now, job=job))

    @rule(job=st.integers(1, 5))
    def hold(self, job: int) -> None:
        self.tell(ev.QueueHeld(at=self.now, job=job, reason="no space"))

    @rule(
        job=st.integers(1, 5),
        task=st.sampled_from(["render", "render:B", "film of render", "nothing"]),
        frames=FRAMES.map(FrameSet.parse),
    )
    def requeue(self, job: int, task: str, frames: FrameSet) -> None:
        self.done.clear()  # A film begins anew, so its frames may leave what is done.
        self.tell(ev.FramesRequeued(at=self.now, job=job, task=task, frames=frames))

    @rule(job=st.integers(1, 5), frames=FRAMES.map(FrameSet.parse))
    def keep(self, job: int, frames: FrameSet) -> None:
        self.tell(ev.FramesKept(at=self.now, job=job, task="render", frames=frames))

    @rule(free=st.sampled_from([0, 100_000_000, 2_000_000_000, 30_000_000_000]))
    def memory(self, free: int) -> None:
        total = 32_000_000_000
        self.tell(ev.MemoryMeasured(at=self.now, free_bytes=free, total_bytes=total))

    @rule(cores=st.integers(1, 8), free=st.sampled_from([0, 1_000_000_000, 64_000_000_000]))
    def machine(self, cores: int, free: int) -> None:
        self.tell(ev.MachineMeasured(at=self.now, cores=cores, memory_bytes=free))

    def attempt(self, data: st.DataObject) -> str:
        """Mostly one that is live."""
        live = sorted(self.scheduler.state.attempts)
        is_live = data.draw(st.sampled_from([True, True, True, False]))
        if live and is_live:
            return data.draw(st.sampled_from(live))
        return data.draw(st.sampled_from(sorted(self.seen)))

    def frame(self, data: st.DataObject, attempt: str) -> int:
        """Mostly one the attempt holds."""
        known = self.scheduler.state.attempts.get(attempt)
        if known is not None and known.left and data.draw(st.integers(0, 4)):
            return data.draw(st.sampled_from(sorted(known.left)))
        return data.draw(st.integers(-5, 45))

    @rule(data=st.data(), seconds=st.sampled_from([0.0, 0.5, 12.0]))
    def open_session(self, data: st.DataObject, seconds: float) -> None:
        attempt = self.attempt(data)
        self.tell(
            ev.SessionOpened(
                at=self.now, attempt=attempt, pid=1, seconds=seconds, memory_bytes=5
            )
        )

    @rule(
        data=st.data(),
        seconds=st.sampled_from([0.0, 0.1, 1.0, 60.0]),
        cpu=st.sampled_from([0.0, 0.1, 200.0]),
        memory=st.sampled_from([0, 50_000_000, 6_000_000_000]),
        is_first=st.booleans(),
    )
    def finish_frame(self, data: st.DataObject, **fields: Any) -> None:
        attempt = self.attempt(data)
        self.tell(
            ev.FrameFinished(
                at=self.now,
                attempt=attempt,
                frame=self.frame(data, attempt),
                seconds=fields["seconds"],
                cpu_seconds=fields["cpu"],
                memory_bytes=fields["memory"],
                is_first=fields["is_first"],
            )
        )

    @rule(data=st.data(), failure=FAILURES)
    def fail_frame(self, data: st.DataObject, failure: Failure) -> None:
        attempt = self.attempt(data)
        frame = self.frame(data, attempt)
        self.tell(ev.FrameFailed(at=self.now, attempt=attempt, frame=frame, failure=failure))

    @rule(
        job=st.integers(1, 5),
        task=st.sampled_from(["render", "render:B", "film of render", "nothing"]),
        frame=st.integers(-5, 45),
        failure=FAILURES,
        pixels=st.sampled_from(["", "one", "two"]),
    )
    def doubt(self, job: int, task: str, frame: int, failure: Failure, pixels: str) -> None:
        self.done.clear()  # This is what takes a frame, and films of it, out of what is done.
        doubted = ev.FrameDoubted(
            at=self.now, job=job, task=task, frame=frame, failure=failure, pixels=pixels
        )
        self.tell(doubted)

    @rule(data=st.data(), frames=st.none() | FRAMES.map(FrameSet.parse))
    def give_back(self, data: st.DataObject, frames: FrameSet | None) -> None:
        attempt = self.attempt(data)
        known = self.scheduler.state.attempts.get(attempt)
        back = known.left.skip(1) if known is not None and frames is None else frames
        self.tell(ev.FramesGivenBack(at=self.now, attempt=attempt, frames=back or FrameSet()))

    @rule(data=st.data())
    def free_slot(self, data: st.DataObject) -> None:
        self.tell(ev.SlotFreed(at=self.now, attempt=self.attempt(data)))

    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        self.tell(ev.AttemptSucceeded(at=self.now, attempt=self.attempt(data)))

    @rule(data=st.data(), failure=FAILURES, is_known=st.booleans())
    def fail(self, data: st.DataObject, failure: Failure, is_known: bool) -> None:
        attempt = self.attempt(data)
        suspect = self.frame(data, attempt) if is_known else None
        self.tell(
            ev.AttemptFailed(at=self.now, attempt=attempt, failure=failure, suspect=suspect)
        )

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        self.tell(ev.AttemptStopped(at=self.now, attempt=self.attempt(data)))

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.tell(ev.AttemptLost(at=self.now, attempt=self.attempt(data)))

    # ── what must hold ────────────────────────────────────────────────────────────────────────

    @invariant()
    def books_balance(self) -> None:
        check_state(self.scheduler.state)

    @invariant()
    def what_is_done_stays_done(self) -> None:
        for job in self.scheduler.state.jobs.values():
            for name, task in job.tasks.items():
                before = self.done.get((job.id, name), FrameSet())
                assert before <= task.done
                self.done[job.id, name] = task.done

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        """A job that may run has something live, or something to start, or a moment ahead."""
        if self.scheduler.state.attempts:
            return
        out = self.scheduler.decide(self.now)
        self.follow(out)
        wakes = any(isinstance(one, ins.WakeAt) for one in out.instructions)
        starts = any(isinstance(one, ins.StartAttempt) for one in out.instructions)
        waiting = [job for job in self.scheduler.state.queue if job.may_start]
        assert wakes or starts or not waiting

    @invariant()
    def a_cancelled_job_ends_cancelled(self) -> None:
        for job in self.scheduler.state.jobs.values():
            if job.wish is Wish.CANCEL and not job.live:
                assert job.status is not None
        for fact in self.journal[-30:]:
            if isinstance(fact, ev.JobFinished) and fact.status is JobStatus.DONE:
                tasks = self.scheduler.state.jobs[fact.job].tasks.values()
                assert all(not task.missing for task in tasks)

    @precondition(lambda self: len(self.journal) % 7 == 0)
    @invariant()
    def replay_gives_the_live_state(self) -> None:
        state = self.scheduler.state
        assert essence(replayed(self.journal)) == essence(state)

    def teardown(self) -> None:
        """If every attempt ends well and nobody holds the jobs, the jobs end."""
        for number in sorted(self.scheduler.state.jobs):
            self.tell(ev.WishChanged(at=self.now, job=number, wish=Wish.RUN))
            self.tell(ev.QueueReleased(at=self.now, job=number))
        for _ in range(2000):
            state = self.scheduler.state
            if not state.queue:
                break
            self.now += 100.0
            self.follow(self.scheduler.decide(self.now))
            for attempt in list(state.attempts.values()):
                kind = state.task_of(attempt).task.kind
                for frame in attempt.left if kind is TaskKind.RENDER else ():
                    finished = ev.FrameFinished(
                        at=self.now, attempt=attempt.id, frame=frame, seconds=1.0
                    )
                    self.tell(finished)
                self.tell(ev.AttemptSucceeded(at=self.now, attempt=attempt.id))
        assert not self.scheduler.state.queue, "a job never ends"
        check_state(self.scheduler.state)
        assert essence(replayed(self.journal)) == essence(self.scheduler.state)


AnyEvents.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyEvents = AnyEvents.TestCase
