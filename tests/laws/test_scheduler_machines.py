"""Law: on any machine, with any renderer and any faults, every job comes to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invariants import check_state, essence, replayed
from simulation import (
    Ending,
    Fault,
    Machine,
    failure,
    film_task,
    plan_of,
    render_task,
    segments_task,
)

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.events import (
    AttemptStarted,
    FrameFinished,
    LayoutChosen,
    SlotsChanged,
    WishChanged,
)
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Order, Wish
from framecrew.model.plans import Plan, Traits
from framecrew.scheduler.dispatch import Scheduler
from framecrew.scheduler.retry import POLICIES, Scope

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy computer is no reason to fail."""

BLAMING = [kind for kind in FailureKind if POLICIES[kind].scope is Scope.FRAME]
"""Failures of a frame, which a frame may have for good."""
PASSING = [
    kind for kind in FailureKind if POLICIES[kind].tries > 2 or kind is FailureKind.DISK_FULL
]
"""Failures that a second or third try gets over."""


@dataclass
class Faults:
    """Which frames never come, and what goes wrong once."""

    bad: dict[int, Failure | Ending]
    passing: dict[int, Failure | Ending]
    had: set[int] = field(default_factory=set)

    def __call__(self, _assignment: Assignment, frame: int) -> Failure | Ending | None:
        if frame in self.bad:
            return self.bad[frame]
        if frame in self.passing and frame not in self.had:
            self.had.add(frame)
            return self.passing[frame]
        return None


@dataclass
class Refusals:
    """The first few starts do not get ready."""

    kinds: list[FailureKind]
    made: int = 0

    def __call__(self, _assignment: Assignment) -> Failure | None:
        if self.made == len(self.kinds):
            return None
        self.made += 1
        return failure(self.kinds[self.made - 1], "not ready")


def faults_of(kinds: list[FailureKind]) -> st.SearchStrategy[dict[int, Failure | Ending]]:
    fault = st.sampled_from(kinds).map(failure)
    return st.dictionaries(st.integers(1, 60), fault | fault.map(Ending), max_size=4)


def costs(seed: int, unevenness: float) -> Callable[[int], float]:
    return lambda frame: 0.05 + unevenness * Random(seed * 1000 + frame).random() ** 3


TRAITS = st.builds(
    Traits,
    stays_open=st.booleans(),
    any_frames=st.booleans(),
    can_give_back=st.booleans(),
    changes_threads=st.booleans(),
    uses_all_cores=st.booleans(),
    start_seconds=st.sampled_from([0.1, 2.0, 10.0]),
    memory_bytes=st.just(100_000_000),
)
MACHINES = st.builds(
    Machine,
    cores=st.integers(1, 16),
    serial=st.sampled_from([0.0, 0.3, 1.0]),
    cost=st.builds(costs, st.integers(0, 9), st.sampled_from([0.0, 1.0, 30.0])),
    start=st.sampled_from([0.1, 2.0, 10.0]),
    call=st.sampled_from([0.0, 0.02]),
    suspect_known=st.booleans(),
    gives_back=st.booleans(),
    flush=st.sampled_from([None, 0.0, 3.0, 60.0]),
)


@st.composite
def jobs(draw: st.DrawFn) -> Plan:
    frames = f"1-{draw(st.integers(1, 60))}"
    tasks = [render_task(frames, draw(TRAITS))]
    if draw(st.booleans()):
        tasks.append(film_task(frames))
    return plan_of(
        *draw(st.permutations(tasks)),
        order=draw(st.sampled_from(Order)),
        chunk_size=draw(st.none() | st.integers(1, 20)),
        slots=draw(st.none() | st.integers(1, 8)),
        threads=draw(st.none() | st.integers(1, 4)),
        tries=draw(st.none() | st.integers(2, 4)),
    )


def all_in_order(machine: Machine) -> None:
    check_state(machine.scheduler.state)


@settings(CALM, max_examples=150)
@given(
    machine=MACHINES,
    plan=jobs(),
    bad=faults_of(BLAMING),
    passing=faults_of([kind for kind in PASSING if kind in BLAMING]),
)
def test_the_frames_missing_are_exactly_those_whose_faults_are_permanent(
    machine: Machine,
    plan: Plan,
    bad: dict[int, Failure | Ending],
    passing: dict[int, Failure | Ending],
) -> None:
    machine.fault, machine.watch = Faults(bad, passing), all_in_order
    machine.run(plan)
    task = machine.task()
    assert task.missing == FrameSet.of(bad) & task.task.frames
    assert task.given_up == task.missing
    done = "incomplete" if task.done else "failed"
    assert machine.status() == (done if task.missing else "done")
    film = machine.job().tasks.get("film")
    assert film is None or film.was_skipped is bool(task.missing)
    assert essence(replayed(machine.journal)) == essence(machine.scheduler.state)


@settings(CALM, max_examples=100)
@given(
    machine=MACHINES,
    plans=st.lists(jobs(), min_size=1, max_size=3),
    faults=faults_of(list(FailureKind)),
    refusals=st.lists(st.sampled_from(FailureKind), max_size=12),
)
def test_every_job_comes_to_its_end_whatever_fails(
    machine: Machine,
    plans: list[Plan],
    faults: dict[int, Failure | Ending],
    refusals: list[FailureKind],
) -> None:
    once: Fault = Faults({}, faults)
    machine.fault, machine.refuses_start = once, Refusals(refusals)
    machine.watch = all_in_order
    machine.run(*plans)
    assert all(job.status is not None for job in machine.scheduler.state.jobs.values())
    assert not machine.live
    assert essence(replayed(machine.journal)) == essence(machine.scheduler.state)


@settings(CALM, max_examples=60)
@given(machine=MACHINES, plan=jobs(), moment=st.floats(0.0, 60.0))
def test_a_job_cancelled_at_any_moment_keeps_what_is_done_and_starts_nothing(
    machine: Machine, plan: Plan, moment: float
) -> None:
    machine.begin(plan)
    machine.go_on(until=machine.now + moment)
    starts, done, was_over = len(machine.starts), machine.done(), machine.job().status
    machine.tell(WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on()
    assert len(machine.starts) == starts
    assert done <= machine.done()
    assert (
        was_over
        or machine.status() == "cancelled"
        or not any(task.missing for task in machine.job().tasks.values())
    )


@settings(CALM, max_examples=60)
@given(machine=MACHINES, plan=jobs(), moment=st.floats(0.0, 60.0))
def test_a_job_held_at_any_moment_starts_nothing_and_ends_when_released(
    machine: Machine, plan: Plan, moment: float
) -> None:
    machine.begin(plan)
    machine.go_on(until=machine.now + moment)
    machine.tell(WishChanged(at=machine.now, job=1, wish=Wish.HOLD))
    starts = len(machine.starts)
    machine.go_on()
    assert len(machine.starts) == starts
    assert not machine.live
    machine.tell(WishChanged(at=machine.now, job=1, wish=Wish.RUN))
    machine.go_on()
    assert machine.status() == "done"


@settings(CALM, max_examples=100)
@given(
    machine=MACHINES,
    plan=jobs(),
    changes=st.lists(
        st.tuples(st.floats(0.0, 20.0), st.none() | st.integers(1, 8)), max_size=6
    ),
)
def test_a_job_whose_slots_change_at_any_moment_is_done_all_the_same(
    machine: Machine, plan: Plan, changes: list[tuple[float, int | None]]
) -> None:
    machine.watch = all_in_order
    machine.begin(plan)
    for seconds, slots in changes:
        machine.go_on(until=machine.now + seconds)
        machine.tell(SlotsChanged(at=machine.now, job=1, slots=slots))
    machine.go_on()
    assert machine.status() == "done"
    assert essence(replayed(machine.journal)) == essence(machine.scheduler.state)


@settings(CALM, max_examples=40)
@given(machine=MACHINES, plan=jobs())
def test_the_layout_does_not_flap(machine: Machine, plan: Plan) -> None:
    machine.run(plan)
    chosen = [fact.task for fact in machine.facts(LayoutChosen)]
    assert chosen.count("render") <= 3
    assert chosen.count("film") <= 1


@settings(CALM, max_examples=100)
@given(machine=MACHINES, plan=jobs())
def test_progress_only_grows_and_is_whole_when_the_job_is_done(
    machine: Machine, plan: Plan
) -> None:
    seen = [0.0]

    def look(machine: Machine) -> None:
        view = machine.view()
        assert view.progress >= seen[-1]
        assert (view.progress == 1.0) is (view.status == "done")
        assert view.eta is None or 0.0 <= view.eta.soonest <= view.eta.latest
        seen.append(view.progress)

    machine.watch = look
    machine.run(plan)
    assert seen[-1] == 1.0


@settings(CALM, max_examples=60)
@given(machine=MACHINES, plan=jobs())
def test_without_faults_no_frame_is_started_twice_unless_it_was_given_back(
    machine: Machine, plan: Plan
) -> None:
    machine.run(plan)
    started = sum(
        len(fact.frames) for fact in machine.facts(AttemptStarted) if fact.task == "render"
    )
    back = sum(len(asked.frames) for asked in machine.backs)
    assert len(machine.done()) <= started <= len(machine.done()) + back


@st.composite
def film_jobs(draw: st.DrawFn) -> Plan:
    """A film rendered in segments, and joined."""
    frames = draw(st.sampled_from(["1-60", "1-7", "3", "1-20,31-44", "1-40x3"]))
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=2))
    return plan_of(
        segments_task(frames, *sizes, traits=draw(TRAITS)),
        film_task(frames),
        order=draw(st.sampled_from(Order)),
        chunk_size=draw(st.none() | st.integers(1, 20)),
        slots=draw(st.none() | st.integers(1, 8)),
        tries=draw(st.none() | st.integers(2, 4)),
    )


@settings(CALM, max_examples=100)
@given(
    machine=MACHINES,
    plan=film_jobs(),
    bad=faults_of(BLAMING),
    passing=faults_of([kind for kind in PASSING if kind in BLAMING]),
)
def test_segments_are_rendered_whole_and_once_and_lost_whole(
    machine: Machine,
    plan: Plan,
    bad: dict[int, Failure | Ending],
    passing: dict[int, Failure | Ending],
) -> None:
    segments = plan.tasks[0].segments
    # One for each segment, whose frames have their tries together.
    hit = {one.path: frame for one in segments for frame in passing if frame in one.frames}
    passing = {frame: passing[frame] for frame in hit.values()}
    machine.fault, machine.watch = Faults(bad, passing), all_in_order
    machine.run(plan)
    task = machine.task()
    for started in machine.starts:
        if started.task == "render":
            assert started.segment in segments
            assert FrameSet.of(started.sequence) == started.segment.frames
    finished = [event.frame for event in machine.facts(FrameFinished)]
    assert sorted(finished) == list(task.done), "a finished segment was rendered again"
    spoilt = [one.frames for one in segments if not one.frames.isdisjoint(FrameSet.of(bad))]
    assert task.missing == FrameSet.of(frame for frames in spoilt for frame in frames)
    assert task.given_up == task.missing
    assert machine.job().tasks["film"].was_skipped is bool(task.missing)


@settings(CALM, max_examples=40)
@given(machine=MACHINES, plan=film_jobs(), slots=st.integers(2, 8))
def test_the_segments_of_a_film_are_the_same_for_any_number_of_slots(
    machine: Machine, plan: Plan, slots: int
) -> None:
    other = replace(machine, scheduler=Scheduler(), journal=[], starts=[], live={}, agenda=[])
    machine.run(replace(plan, slots=1))
    other.run(replace(plan, slots=slots))
    assert sorted(machine.chunks()) == sorted(other.chunks())
