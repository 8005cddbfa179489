"""Whom a failure blames: halving, tries, rests, giving up."""

from itertools import pairwise
from math import log2

import pytest
from simulation import (
    COLD,
    CRASH,
    Ending,
    Machine,
    failure,
    film_task,
    plan_of,
    render_task,
)

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Traits


def fails(*bad: int, fault: Failure | Ending = CRASH) -> Machine:
    """A machine on which these frames never come."""
    return Machine(cores=2, fault=lambda _assignment, frame: fault if frame in bad else None)


class Always:
    """Refuses every start, or the first few, and remembers when it did."""

    def __init__(self, kind: FailureKind, times: int = 10_000) -> None:
        self.failure, self.times = failure(kind, "its own words"), times
        self.moments: list[float] = []
        self.machine = Machine(cores=2, refuses_start=self.refuse)

    def refuse(self, _assignment: Assignment) -> Failure | None:
        if len(self.moments) == self.times:
            return None
        self.moments.append(self.machine.now)
        return self.failure


# ── halving ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", [(17,), (1, 240), (5, 6, 7), (100, 180, 181, 239)])
@pytest.mark.parametrize("size", [None, 60])
def test_a_crash_without_a_suspect_is_halved_until_only_the_bad_frames_are_given_up(
    bad: tuple[int, ...], size: int | None
) -> None:
    good = Machine(cores=2)
    good.run(plan_of(render_task("1-240"), chunk_size=size))
    machine = fails(*bad)
    machine.suspect_known = False
    machine.run(plan_of(render_task("1-240"), chunk_size=size))
    assert machine.task().given_up == FrameSet.of(bad)
    assert machine.done() == FrameSet.parse("1-240") - FrameSet.of(bad)
    extra = len(machine.starts) - len(good.starts)
    assert extra <= len(bad) * (2 * log2(240) + 6)


def test_halves_are_contiguous_where_only_ranges_can_be_rendered() -> None:
    machine = fails(13, 30)
    machine.suspect_known = False
    traits = Traits(stays_open=True, any_frames=False, can_give_back=True)
    machine.run(plan_of(render_task("1-60", traits), slots=2))
    assert machine.task().given_up == FrameSet.parse("13,30")
    assert all(len(list(start.frames.runs())) == 1 for start in machine.starts)


def test_with_a_known_suspect_only_that_frame_is_blamed() -> None:
    machine = fails(17)
    machine.run(plan_of(render_task("1-60"), chunk_size=20))
    assert machine.task().given_up == FrameSet.parse("17")
    assert [fact.suspect for fact in machine.facts(ev.AttemptFailed)] == [17, 17, 17]
    assert not machine.task().tries.keys() - {17}


def test_a_failed_frame_costs_the_other_frames_of_its_chunk_nothing() -> None:
    machine = fails(7, fault=failure(FailureKind.BAD_OUTPUT, "half a file"))
    machine.run(plan_of(render_task("1-20"), chunk_size=20, slots=1))
    assert machine.task().given_up == FrameSet.parse("7")
    assert [len(chunk) for chunk in machine.chunks()] == [20, 1, 1]


def test_success_over_frames_nobody_settled_is_no_success() -> None:
    machine = Machine(cores=1)
    machine.begin(plan_of(render_task("1-3"), chunk_size=3, slots=1))
    machine.live.clear()
    machine.tell(ev.AttemptSucceeded(at=machine.now, attempt="1.1"))
    assert not machine.done()
    assert dict(machine.task().tries) == {1: 1, 2: 1, 3: 1}


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "tries"),
    [
        (FailureKind.SCRIPT_ERROR, 1),
        (FailureKind.STALL, 2),
        (FailureKind.CRASH, 3),
        (FailureKind.BAD_OUTPUT, 3),
        (FailureKind.SKIPPED_FRAME, 3),
        (FailureKind.UNKNOWN, 3),
        (FailureKind.GPU_LOST, 3),
    ],
)
def test_a_frame_is_tried_as_often_as_its_row_says(kind: FailureKind, tries: int) -> None:
    machine = fails(3, fault=failure(kind))
    machine.run(plan_of(render_task("1-6"), slots=1))
    assert len(machine.facts(ev.FrameFailed)) == tries
    assert machine.task().missing == FrameSet.parse("3")


@pytest.mark.parametrize("tries", [1, 2, 5])
def test_a_person_may_say_how_often_a_frame_is_tried(tries: int) -> None:
    machine = fails(3, fault=failure(FailureKind.BAD_OUTPUT))
    machine.run(plan_of(render_task("1-6"), tries=tries))
    assert len(machine.facts(ev.FrameFailed)) == tries


def test_what_every_frame_would_meet_ends_the_task_at_once() -> None:
    always = Always(FailureKind.MISSING_ASSET)
    always.machine.run(plan_of(render_task("1-100"), slots=1))
    assert len(always.moments) == 1
    assert always.machine.status() == "failed"
    (loss,) = always.machine.view().losses
    assert (str(loss.frames), loss.failure) == ("1-100", always.failure)


def test_a_renderer_that_never_gets_ready_gives_up_after_three_launches() -> None:
    always = Always(FailureKind.CRASH)
    always.machine.run(plan_of(render_task("1-100"), slots=1))
    assert [round(moment - 1000) for moment in always.moments] == [1, 3, 9]
    assert always.machine.view().losses[0].failure == always.failure


def test_launches_that_fail_side_by_side_are_one_try() -> None:
    always = Always(FailureKind.CRASH)
    always.machine.run(plan_of(render_task("1-100"), slots=4))
    assert len(always.moments) == 12
    recovers = Always(FailureKind.CRASH, times=8)
    recovers.machine.run(plan_of(render_task("1-100"), slots=4))
    assert recovers.machine.status() == "done"


def test_a_failure_of_the_task_is_told_although_another_came_later() -> None:
    machine = Machine(cores=2)
    machine.begin(plan_of(render_task("1-40"), chunk_size=20, slots=2))
    missing = failure(FailureKind.MISSING_ASSET, "no texture")
    machine.tell(ev.AttemptFailed(at=machine.now, attempt="1.1", failure=missing))
    machine.tell(
        ev.FrameFailed(
            at=machine.now,
            attempt="1.2",
            frame=21,
            failure=failure(FailureKind.SCRIPT_ERROR, "line 3"),
        )
    )
    losses = {str(loss.frames): loss.failure.reason for loss in machine.view().losses}
    assert losses == {"1-20": "no texture", "21": "line 3"}


def test_a_licence_is_waited_for_with_growing_pauses_and_not_for_ever() -> None:
    always = Always(FailureKind.LICENCE)
    always.machine.run(plan_of(render_task("1-100"), slots=3))
    rounds = sorted({round(moment) for moment in always.moments})
    pauses = [later - earlier - 1 for earlier, later in pairwise(rounds)]
    assert pauses == [15, 30, 60, 120, 120, 120, 120]
    assert always.machine.task().missing == FrameSet.parse("1-100")


def test_with_fewer_licences_than_slots_the_sessions_that_work_go_on() -> None:
    machine = Machine(cores=4)

    def two_seats(assignment: Assignment) -> Failure | None:
        seats = {slot for slot in machine.sessions if slot != assignment.slot} | {
            live.assignment.slot for live in machine.live.values() if live.current is not None
        }
        return failure(FailureKind.LICENCE) if len(seats - {assignment.slot}) >= 2 else None

    machine.refuses_start = two_seats
    took = machine.run(plan_of(render_task("1-100"), slots=4))
    assert machine.status() == "done"
    assert took < 60
    assert machine.task().most_slots == 2


def test_a_session_that_cannot_start_beside_others_does_not_end_the_task() -> None:
    machine = Machine(cores=2, cost=lambda _frame: 60.0)
    machine.refuses_start = lambda one: failure(FailureKind.CRASH) if one.slot else None
    machine.run(plan_of(render_task("1-10"), slots=2))
    assert machine.status() == "done"
    assert machine.most_live == 2


def test_tries_of_a_task_start_from_zero_when_a_frame_comes() -> None:
    machine = Machine(cores=1)
    failed: list[int] = []

    def flaky(assignment: Assignment) -> Failure | None:
        failed.append(len(machine.done()))
        return failure(FailureKind.LICENCE) if failed.count(failed[-1]) < 6 else None

    machine.refuses_start = flaky
    machine.run(plan_of(render_task("1-3", COLD), chunk_size=1, slots=1))
    assert machine.status() == "done"


def test_a_full_disk_holds_the_job_and_space_lets_it_go_on() -> None:
    machine = Machine(cores=2)
    machine.fault = lambda _assignment, frame: (
        Ending(failure(FailureKind.DISK_FULL, "/out is full"))
        if frame == 9 and not machine.facts(ev.QueueHeld)
        else None
    )
    machine.begin(plan_of(render_task("1-20"), slots=2))
    machine.go_on(until=1012.0)
    assert [fact.reason for fact in machine.facts(ev.QueueHeld)] == ["/out is full"]
    held = machine.view()
    assert (held.status, held.held_because) == ("held", "/out is full")
    assert not machine.live
    machine.go_on()
    assert machine.status() == "done"
    assert not machine.task().tries


def test_a_full_disk_without_a_word_of_explanation_holds_the_job_too() -> None:
    machine = Machine(cores=1)
    machine.begin(plan_of(render_task("1-3"), chunk_size=3))
    full = failure(FailureKind.DISK_FULL, "")
    machine.tell(ev.AttemptFailed(at=machine.now, attempt="1.1", failure=full))
    assert machine.view().status == "held"
    assert len(machine.starts) == 1


def test_a_film_that_meets_a_full_disk_is_encoded_when_there_is_space() -> None:
    machine = Machine(cores=2)
    machine.fault = lambda _assignment, frame: (
        failure(FailureKind.DISK_FULL)
        if frame == -1 and len(machine.chunks("film")) < 4
        else None
    )
    machine.run(plan_of(render_task("1-4"), film_task("1-4")))
    assert machine.status() == "done"
    assert len(machine.facts(ev.QueueReleased)) == 3


def test_a_film_is_tried_twice() -> None:
    machine = fails(-1, fault=failure(FailureKind.CRASH))
    machine.run(plan_of(render_task("1-4"), film_task("1-4")))
    assert len(machine.chunks("film")) == 2
    assert machine.status() == "incomplete"


def test_running_out_of_memory_takes_one_slot_less() -> None:
    machine = Machine(cores=4)
    no_room = Ending(failure(FailureKind.OUT_OF_MEMORY))
    machine.fault = lambda _assignment, _frame: no_room if len(machine.live) > 2 else None
    machine.run(plan_of(render_task("1-60"), slots=4))
    assert machine.status() == "done"
    assert machine.task().most_slots == 2
    assert [fact.slots for fact in machine.facts(ev.LayoutChosen)] == [4, 3, 2]


def test_running_out_of_memory_while_opening_takes_one_slot_less_too() -> None:
    machine = Machine(cores=4)
    no_room = failure(FailureKind.OUT_OF_MEMORY)
    machine.refuses_start = lambda one: no_room if one.slot > 1 else None
    machine.run(plan_of(render_task("1-60"), slots=4))
    assert machine.status() == "done"
    assert machine.task().most_slots in {1, 2}


def test_a_frame_that_runs_out_of_memory_takes_one_slot_less() -> None:
    machine = fails(3, fault=failure(FailureKind.OUT_OF_MEMORY))
    machine.begin(plan_of(render_task("1-60"), slots=4, chunk_size=15))
    machine.go_on(until=1004.5)
    assert machine.task().most_slots == 3


def test_a_range_with_a_hole_is_tried_in_two_parts_and_both_stay_suspect() -> None:
    machine = Machine(cores=1)
    traits = Traits(stays_open=True, any_frames=False)
    machine.begin(plan_of(render_task("1-8", traits), slots=1, chunk_size=8))
    state = machine.scheduler.state
    bad, crash = failure(FailureKind.STALL), CRASH.failure
    state.apply(ev.FrameFailed(at=machine.now, attempt="1.1", frame=2, failure=bad))
    state.apply(ev.FrameFinished(at=machine.now, attempt="1.1", frame=4, seconds=1.0))
    machine.live.clear()
    machine.tell(ev.AttemptFailed(at=machine.now, attempt="1.1", failure=crash))
    assert machine.chunks()[-1] == (1,)
    assert [str(group) for group in machine.task().suspects] == ["3,5", "6-8"] or [
        str(group) for group in machine.task().suspects
    ] == ["3", "5", "6-8"]


def test_attempts_lost_with_us_cost_no_try() -> None:
    machine = Machine(cores=2)
    machine.begin(plan_of(render_task("1-20"), slots=2))
    machine.go_on(until=1003.5)
    for attempt in list(machine.live):
        del machine.live[attempt]
        machine.tell(ev.AttemptLost(at=machine.now, attempt=attempt))
    machine.go_on()
    assert machine.status() == "done"
    assert not machine.task().tries
