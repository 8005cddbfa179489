"""Who starts when: priority, holds, cancels, films, and what is closed."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from simulation import (
    COLD,
    GB,
    SESSION,
    Machine,
    failure,
    film_task,
    no_fault,
    plan_of,
    render_task,
)

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import Patience, Plan
from framecrew.scheduler.dispatch import Scheduler


def quick(frames: str = "1-40", **fields: Any) -> Plan:
    return plan_of(render_task(frames), **fields)


def started(machine: Machine) -> list[int]:
    """The jobs of the attempts, in the order of starting."""
    return [one.job for one in machine.starts]


# ── the queue ─────────────────────────────────────────────────────────────────────────────────


def test_equal_priorities_go_first_in_first_out() -> None:
    machine = Machine(cores=2)
    machine.run(quick(), quick(), quick())
    ends = [fact.job for fact in machine.facts(ev.JobFinished)]
    assert ends == [1, 2, 3]


def test_the_higher_priority_goes_first() -> None:
    machine = Machine(cores=2)
    machine.run(quick(), quick(), quick(), priorities=(10, 90, 50))
    assert machine.starts[0].job == 1  # It was alone when it came.
    assert [fact.job for fact in machine.facts(ev.JobFinished)] == [2, 3, 1]


def test_a_higher_priority_that_comes_later_gets_the_next_free_slot() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-400", slots=4))
    machine.go_on(until=1010.0)
    before = len(machine.starts)
    machine.submit(2, quick("1-40", slots=4), priority=90)
    machine.go_on()
    after = started(machine)[before:]
    first, last = after.index(2), len(after) - 1 - after[::-1].index(2)
    assert first == 0
    assert 1 not in after[: last - 4]


def test_nothing_behind_a_job_takes_cores_that_it_wants() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-400", slots=4))
    machine.go_on(until=1010.0)
    before = len(machine.starts)
    machine.submit(2, quick("1-40"), priority=90)  # One session first, with all threads.
    machine.go_on(until=machine.now + 8)
    assert set(started(machine)[before:]) == {2}
    assert machine.starts[-1].threads == 4


def test_cores_that_a_job_leaves_over_go_to_the_next() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-40", slots=1, threads=1), quick("1-40", slots=4))
    assert sorted((one.job, one.threads) for one in machine.starts) == [
        (1, 1),
        (2, 1),
        (2, 1),
        (2, 1),
    ]


def test_a_changed_priority_counts_from_then_on() -> None:
    machine = Machine(cores=2)
    machine.begin(quick("1-200"), quick("1-200"))
    machine.tell(ev.PriorityChanged(at=machine.now, job=2, priority=99))
    machine.go_on()
    assert [fact.job for fact in machine.facts(ev.JobFinished)] == [2, 1]


def test_a_licence_holds_every_job_of_its_renderer_and_no_other() -> None:
    machine = Machine(cores=2)
    other = plan_of(render_task("1-40", renderer="other"))
    machine.refuses_start = lambda one: (
        failure(FailureKind.LICENCE, "no free seat")
        if one.job < 3 and machine.now < 1040
        else None
    )
    machine.begin(quick(), quick("1-20"), other)
    machine.go_on(until=1014.0)
    assert [machine.view(job).status for job in (1, 2, 3)] == ["held", "held", "running"]
    assert machine.view(2).held_because == "no free seat"
    assert {one.job for one in machine.starts} == {1, 3}
    assert len(machine.done(job=3)) > 10
    machine.go_on()
    assert [machine.status(job) for job in (1, 2, 3)] == ["done", "done", "done"]


# ── starting apart ────────────────────────────────────────────────────────────────────────────


def launches(machine: Machine) -> list[float]:
    return [fact.at for fact in machine.facts(ev.AttemptStarted)]


@pytest.mark.parametrize("told", [None, 0.0, 5.0])
def test_programs_start_apart_as_the_renderer_needs_or_a_person_says(
    told: float | None,
) -> None:
    traits = replace(COLD, spawn_seconds=2.0)
    machine = Machine(cores=4, start=10.0)
    machine.run(plan_of(render_task("1-400", traits), slots=4, spawn_seconds=told))
    assert machine.status() == "done"
    pauses = [later - earlier for earlier, later in pairwise(launches(machine)[:4])]
    assert pauses == pytest.approx([2.0 if told is None else told] * 3)


def test_two_jobs_of_one_renderer_start_its_programs_apart_too() -> None:
    traits = replace(COLD, spawn_seconds=3.0)
    machine = Machine(cores=4)
    job = plan_of(render_task("1-40", traits), slots=2, threads=1)
    machine.run(job, job)
    pauses = [later - earlier for earlier, later in pairwise(launches(machine))]
    assert min(pauses) >= 3.0 - 1e-6


def test_starts_that_collide_are_made_one_at_a_time_and_further_apart() -> None:
    traits = replace(COLD, spawn_seconds=2.0)
    machine = Machine(cores=4, start=10.0)

    def collide(one: Assignment) -> Failure | None:
        starting = [
            live
            for live in machine.live.values()
            if live.current is None and live.assignment.attempt != one.attempt
        ]
        return failure(FailureKind.BUSY_INSTANCE) if starting else None

    machine.refuses_start = collide
    machine.run(plan_of(render_task("1-400", traits), slots=4))
    assert machine.status() == "done"
    assert machine.task().most_slots is None
    assert machine.most_live == 4
    failed = machine.facts(ev.AttemptFailed)
    assert 0 < len(failed) <= 3
    after = [moment for moment in launches(machine) if moment > failed[-1].at]
    assert min(later - earlier for earlier, later in pairwise(after)) >= 4.0


def test_a_program_that_hung_at_its_start_is_started_again_while_no_other_starts() -> None:
    machine = Machine(cores=4, start=10.0)
    hung: list[str] = []

    def hang_once(one: Assignment) -> Failure | None:
        if one.slot == 2 and not hung:
            hung.append(one.attempt)
            return failure(FailureKind.START_HANG)
        return None

    machine.refuses_start = hang_once
    machine.run(plan_of(render_task("1-400", COLD), slots=4))
    assert machine.status() == "done"
    assert machine.task().starts_alone
    assert machine.task().most_slots is None


# ── failing fast ──────────────────────────────────────────────────────────────────────────────


def bad_frame(one: Assignment, frame: int) -> Failure | None:
    return failure(FailureKind.SCRIPT_ERROR) if frame == 7 else None


def test_failing_fast_stops_the_others_and_keeps_what_is_done() -> None:
    machine = Machine(cores=2, fault=bad_frame)
    machine.run(plan_of(render_task("1-400"), film_task("1-400"), slots=2, fail_fast=True))
    assert machine.status() == "incomplete"
    assert 0 < len(machine.done()) < 100
    assert 7 in machine.task().missing
    assert not machine.live
    assert not machine.chunks("film")


def test_without_failing_fast_all_others_are_finished() -> None:
    machine = Machine(cores=2, fault=bad_frame)
    machine.run(plan_of(render_task("1-400"), slots=2))
    assert machine.task().missing == FrameSet.of((7,))


def test_what_a_fast_failure_left_is_rendered_by_a_retry() -> None:
    machine = Machine(cores=2, fault=bad_frame)
    machine.run(plan_of(render_task("1-40"), slots=2, fail_fast=True))
    machine.fault = no_fault
    machine.tell(
        ev.FramesRequeued(at=machine.now, job=1, task="render", frames=FrameSet.parse("1-40"))
    )
    machine.go_on()
    assert machine.status() == "done"


# ── wishes ────────────────────────────────────────────────────────────────────────────────────


def test_a_held_job_starts_nothing_and_what_runs_is_finished() -> None:
    machine = Machine(cores=2)
    machine.begin(quick("1-100", slots=2, chunk_size=5))
    machine.go_on(until=1004.5)
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.HOLD))
    machine.go_on()
    assert len(machine.done()) == 10
    assert machine.view().status == "held"
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.RUN))
    machine.go_on()
    assert machine.status() == "done"


def test_a_cancelled_job_stops_what_runs_and_keeps_what_is_done() -> None:
    machine = Machine(cores=2)
    machine.begin(plan_of(render_task("1-100"), film_task("1-100")))
    machine.go_on(until=1010.0)
    done = machine.done()
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on()
    assert machine.status() == "cancelled"
    assert machine.done() == done
    assert not machine.chunks("film")
    assert {fact.task for fact in machine.facts(ev.TaskEnded)} == {"render", "film"}


def test_a_job_cancelled_before_it_began_ends_at_once() -> None:
    machine = Machine(cores=1)
    machine.begin(quick("1-100"), quick())
    machine.tell(ev.WishChanged(at=machine.now, job=2, wish=Wish.CANCEL))
    assert machine.status(2) == "cancelled"
    assert 2 not in started(machine)


def test_wishes_for_jobs_that_are_not_ours_change_nothing() -> None:
    machine = Machine()
    machine.tell(ev.WishChanged(at=machine.now, job=77, wish=Wish.CANCEL))
    machine.tell(ev.FramesKept(at=machine.now, job=77, task="x", frames=FrameSet.parse("1")))
    assert not machine.scheduler.state.jobs


def test_given_up_frames_requeued_after_the_end_reopen_the_job_and_its_film() -> None:
    machine = Machine(cores=2)
    broken = {3, 4}
    machine.fault = lambda _assignment, frame: (
        failure(FailureKind.BAD_OUTPUT) if frame in broken else None
    )
    machine.run(plan_of(film_task("1-9"), render_task("1-9")))
    assert machine.status() == "incomplete"
    assert machine.view().tasks[0].status == "skipped"
    broken.clear()
    again = FrameSet.parse("3-4")
    machine.tell(ev.FramesRequeued(at=machine.now, job=1, task="render", frames=again))
    assert machine.view().status == "running"
    machine.go_on()
    assert machine.status() == "done"
    assert machine.done("film") == FrameSet.parse("1-9")
    assert machine.chunks()[-1] in {(3,), (4,), (3, 4)}


def test_requeueing_what_is_done_changes_nothing() -> None:
    machine = Machine(cores=2)
    machine.run(plan_of(render_task("1-9"), film_task("1-9")))
    before = len(machine.journal)
    again = FrameSet.parse("1-9")
    machine.tell(ev.FramesRequeued(at=machine.now, job=1, task="render", frames=again))
    assert len(machine.journal) == before + 1
    assert machine.status() == "done"


def test_a_cancelled_job_that_is_requeued_goes_on_where_it_stopped() -> None:
    machine = Machine(cores=2)
    machine.begin(quick("1-30"))
    machine.go_on(until=1005.0)
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on()
    missing = machine.task().missing
    machine.tell(ev.FramesRequeued(at=machine.now, job=1, task="render", frames=missing))
    machine.go_on()
    assert machine.status() == "done"


# ── films ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("film_first", [True, False])
def test_a_film_is_encoded_when_every_frame_is_done_wherever_it_stands_in_the_plan(
    film_first: bool,
) -> None:
    tasks = [render_task("1-9"), film_task("1-9")]
    machine = Machine(cores=4)
    machine.run(plan_of(*(tasks[::-1] if film_first else tasks)))
    assert machine.status() == "done"
    assert [one.task for one in machine.starts].index("film") == len(machine.starts) - 1
    assert machine.starts[-1].threads == 4


def test_a_film_with_a_hole_is_skipped_and_says_so() -> None:
    machine = Machine(cores=2)
    machine.fault = lambda _assignment, frame: (
        failure(FailureKind.SCRIPT_ERROR) if frame == 5 else None
    )
    machine.run(plan_of(film_task("1-9"), render_task("1-9")))
    film = machine.view().tasks[0]
    assert (film.status, film.losses[0].failure.kind) == ("skipped", FailureKind.HOLE)
    assert film.losses[0].failure.reason == "1 frames of the sequence are missing"


def test_frames_that_stood_there_already_are_not_rendered() -> None:
    machine = Machine(cores=1)
    machine.begin()
    plan = plan_of(render_task("1-9"), film_task("1-9"))
    kept = ev.FramesKept(at=machine.now, job=1, task="render", frames=FrameSet.parse("1-9"))
    machine.tell(ev.JobSubmitted(at=machine.now, job=1, priority=50, plan=plan), kept)
    machine.go_on()
    assert [one.task for one in machine.starts] == ["film"]
    assert machine.status() == "done"


# ── memory and sessions ───────────────────────────────────────────────────────────────────────


def measured(machine: Machine, free: float) -> ev.MemoryMeasured:
    return ev.MemoryMeasured(at=machine.now, free_bytes=int(free * GB), total_bytes=32 * GB)


def test_while_memory_is_tight_nothing_starts_beside_what_runs() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-100", slots=4))
    machine.go_on(until=1010.0)
    machine.tell(measured(machine, 2.0))
    starts = len(machine.starts)
    machine.go_on(until=1011.0)
    assert len(machine.starts) <= starts + 1
    machine.tell(measured(machine, 30.0))
    machine.go_on()
    assert machine.status() == "done"


def test_each_critical_measurement_stops_the_youngest_attempt_and_only_that() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-100", slots=4, chunk_size=10))
    machine.go_on(until=1005.0)
    machine.tell(measured(machine, 0.5))
    machine.go_on(until=1006.0)
    assert [fact.attempt for fact in machine.facts(ev.AttemptStopped)] == ["1.4"]
    machine.tell(measured(machine, 0.5))
    machine.go_on(until=1007.0)
    assert len(machine.facts(ev.AttemptStopped)) == 2
    machine.go_on()
    assert machine.status() == "done"


def test_sessions_of_a_finished_job_are_closed_although_others_run() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-8", slots=2, threads=1), quick("1-200", slots=2, threads=1))
    machine.go_on(until=1020.0)
    assert machine.status(1) == "done"
    assert set(machine.sessions.values()) <= {"2/render"}


def test_a_slot_taken_by_another_job_is_not_believed_open() -> None:
    machine = Machine(cores=1)
    machine.begin(quick("1-60"))
    machine.go_on(until=1010.0)
    assert machine.task().open_slots == {0}
    machine.submit(2, quick("1-9"), priority=90)
    machine.go_on(until=1012.5)
    assert not machine.task(job=1).open_slots
    assert machine.task(job=2).open_slots == {0}


def test_memory_that_is_tight_and_not_critical_stops_nothing() -> None:
    machine = Machine(cores=4)
    machine.begin(quick("1-100", slots=4, chunk_size=10))
    machine.go_on(until=1005.0)
    machine.tell(measured(machine, 1.5))
    machine.go_on()
    assert not machine.facts(ev.AttemptStopped)
    assert machine.status() == "done"


def test_idle_sessions_are_closed_while_memory_is_tight() -> None:
    machine = Machine(cores=2)
    machine.begin(quick("1-12", slots=2, chunk_size=6))
    machine.cost = lambda frame: 1.0 if frame <= 6 else 9.0
    machine.go_on(until=1009.0)
    assert set(machine.sessions) == {0}
    machine.tell(measured(machine, 1.5))
    assert not machine.sessions


# ── room ──────────────────────────────────────────────────────────────────────────────────────


def test_the_last_few_frames_share_all_cores() -> None:
    machine = Machine(cores=8)
    machine.begin(quick("1-2", slots=4))
    assert [one.threads for one in machine.starts] == [4, 4]


def test_cores_that_do_not_divide_evenly_are_all_used() -> None:
    machine = Machine(cores=8)
    machine.begin(quick("1-100", slots=3))
    assert sorted(one.threads for one in machine.starts) == [2, 3, 3]


def test_an_open_session_that_cannot_change_its_threads_keeps_them() -> None:
    machine = Machine(cores=8)
    traits = replace(SESSION, changes_threads=False)
    machine.run(plan_of(render_task("1-9", traits), slots=3))
    by_slot: dict[int, set[int]] = {}
    for one in machine.starts:
        by_slot.setdefault(one.slot, set()).add(one.threads)
    assert all(min(threads) >= 2 for threads in by_slot.values())


def test_no_session_is_opened_to_find_the_work_done() -> None:
    machine = Machine(cores=2, start=30.0)
    machine.begin(quick("1-40", slots=2))
    machine.go_on(until=1035.5)
    (lost,) = [name for name, live in machine.live.items() if live.assignment.slot == 1]
    del machine.live[lost]
    before = len(machine.starts)
    machine.tell(ev.AttemptStopped(at=machine.now, attempt=lost))
    machine.go_on()
    later = machine.starts[before:]
    assert machine.status() == "done"
    assert {one.slot for one in later} == {0}


def test_what_comes_after_a_task_is_known_at_second_hand_too() -> None:
    machine = Machine(cores=1)
    second = film_task("1-3", "film", "film of the film")
    machine.begin(plan_of(second, film_task("1-3"), render_task("1-3")))
    names = {task.task.id for task in machine.job().dependents("render")}
    assert names == {"film", "film of the film"}
    machine.go_on()
    assert machine.status() == "done"


# ── the assignment ────────────────────────────────────────────────────────────────────────────


def test_an_assignment_tells_all_that_the_plan_says() -> None:
    machine = Machine(cores=2)
    plan = quick(
        "1-4",
        slots=1,
        threads=3,
        chunk_size=4,
        scratch="/tmp/s",
        memory_limit=5,
        patience=Patience(start=9.0),
        allowed=(FailureKind.MISSING_ASSET,),
    )
    machine.begin(plan)
    (one,) = machine.starts
    assert (one.attempt, one.slot, one.threads) == ("1.1", 0, 3)
    assert (one.sequence, str(one.frames)) == ((1, 2, 3, 4), "1-4")
    assert (one.scratch, one.memory_limit, one.patience.start) == ("/tmp/s", 5, 9.0)
    assert (one.allowed, one.traits) == ((FailureKind.MISSING_ASSET,), SESSION)


def test_a_job_that_rests_asks_to_be_woken() -> None:
    scheduler = Scheduler()
    scheduler.handle([ev.JobSubmitted(at=5.0, job=1, priority=50, plan=quick("1-3", slots=1))])
    licence = failure(FailureKind.LICENCE)
    out = scheduler.handle([ev.AttemptFailed(at=7.0, attempt="1.1", failure=licence)])
    assert [fact for fact in out.facts if isinstance(fact, ev.QueueHeld)] == [
        ev.QueueHeld(at=7.0, job=1, reason=licence.reason, until=22.0)
    ]
    assert out.instructions == [ins.WakeAt(at=22.0)]
    assert not scheduler.decide(21.9).facts
    facts = [type(fact) for fact in scheduler.decide(22.0).facts]
    assert facts == [ev.QueueReleased, ev.AttemptStarted]


def test_cold_programs_and_sessions_share_a_machine() -> None:
    machine = Machine(cores=4)
    machine.run(plan_of(render_task("1-40", COLD)), quick("1-40"))
    assert machine.status(1) == machine.status(2) == "done"


@pytest.mark.parametrize("after", [0.0, 1.0], ids=["queued", "starting"])
def test_a_job_that_ends_before_a_session_is_open_leaves_none(after: float) -> None:
    machine = Machine(cores=4, start=9.0)
    machine.begin(plan_of(render_task("1-9")))
    machine.go_on(until=machine.now + after)

    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on()

    assert machine.status() == "cancelled"
    assert machine.closes
