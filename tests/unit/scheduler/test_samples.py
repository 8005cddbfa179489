"""Samples: where no frame can be rendered, that is found out by a few of them; where one can, all are tried."""

from dataclasses import replace

import pytest
from cases import further
from invariants import check_state, essence, replayed
from simulation import (
    COLD,
    CRASH,
    SESSION,
    Ending,
    Machine,
    failure,
    plan_of,
    render_task,
    segments_task,
)

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Order, Wish
from framecrew.model.plans import Plan, Traits

SHOT = "1-200"
SAMPLES = FrameSet.parse("1,50,100,150,200")
RANGES = replace(COLD, any_frames=False, can_give_back=False)
BLACK = failure(FailureKind.BAD_OUTPUT, "black")


def none_but(*good: int, fault: Failure | Ending = CRASH) -> Machine:
    """A machine on which only these frames ever come."""
    return Machine(fault=lambda _assignment, frame: None if frame in good else fault)


@pytest.mark.parametrize("is_known", [True, further(False)])
@pytest.mark.parametrize(
    "plan",
    [
        plan_of(render_task(SHOT)),
        plan_of(render_task(SHOT), order=Order.REVERSE),
        plan_of(render_task(SHOT, COLD)),
        plan_of(render_task(SHOT, COLD), slots=1),
        plan_of(render_task(SHOT, RANGES), order=Order.SPREAD),
        plan_of(render_task(SHOT, replace(SESSION, plays_through=True))),
        plan_of(render_task(SHOT), chunk_size=20),
        plan_of(segments_task(SHOT, 10)),
        plan_of(segments_task(SHOT, 10, traits=replace(SESSION, plays_through=True))),
    ],
)
def test_a_scene_that_cannot_be_rendered_is_given_up_after_a_few_frames_from_all_over_it(
    plan: Plan, is_known: bool
) -> None:
    machine = none_but()
    machine.suspect_known = is_known
    machine.watch = lambda one: check_state(one.scheduler.state)
    machine.run(plan)
    assert machine.status() == "failed"
    assert machine.task().given_up == FrameSet.parse(SHOT)
    assert len(machine.starts) < 30  # 600 and more, were each frame tried three times.
    assert essence(replayed(machine.journal)) == essence(machine.scheduler.state)


@pytest.mark.parametrize("fault", [CRASH, BLACK])
def test_what_was_not_tried_says_so_and_why(fault: Failure | Ending) -> None:
    machine = none_but(fault=fault)
    machine.run(plan_of(render_task(SHOT), slots=1))
    why = fault.failure if isinstance(fault, Ending) else fault
    tried, rest = sorted(machine.view().losses, key=lambda loss: len(loss.frames))
    assert tried.failure == why
    assert tried.frames >= SAMPLES
    assert rest.failure.kind == why.kind
    assert rest.failure.reason == (
        f"not tried, for none of the frames {SAMPLES} came, which lie all over the range: "
        f"{why.reason}"
    )


@pytest.mark.parametrize(
    ("traits", "good"), [*((SESSION, sample) for sample in SAMPLES), (COLD, 150)]
)
def test_one_good_sample_and_every_frame_is_tried(traits: Traits, good: int) -> None:
    machine = none_but(good)
    machine.run(plan_of(render_task(SHOT, traits)))
    assert machine.done() == FrameSet.of([good])
    tried = FrameSet.of(event.suspect for event in machine.facts(ev.AttemptFailed))
    assert tried == FrameSet.parse(SHOT) - FrameSet.of([good])
    assert not [loss for loss in machine.view().losses if "not tried" in loss.failure.reason]


def test_the_beginning_of_a_shot_may_be_bad_and_the_rest_comes() -> None:
    machine = Machine(fault=lambda _assignment, frame: CRASH if frame <= 60 else None)
    machine.run(plan_of(render_task(SHOT, COLD)))
    assert machine.done() == FrameSet.parse("61-200")


def test_a_frame_that_is_still_in_work_is_waited_for() -> None:
    machine = Machine(cost=lambda frame: 10_000.0 if frame == 2 else 1.0)
    machine.fault = lambda _assignment, frame: (
        None if frame == 2 or machine.now > 4000 else CRASH
    )
    machine.begin(plan_of(render_task(SHOT, COLD), chunk_size=1, slots=2))
    machine.go_on(until=4000)
    assert machine.task().given_up >= SAMPLES
    assert [one.sequence for one in machine.starts][-1] != (2,)
    assert [live.assignment.sequence for live in machine.live.values()] == [(2,)]
    machine.go_on()
    assert machine.done() == FrameSet.parse(SHOT) - machine.task().given_up
    assert len(machine.done()) > 190


def test_stopping_the_last_one_in_work_ends_the_task() -> None:
    machine = Machine(cost=lambda frame: 10_000.0 if frame == 2 else 1.0)
    machine.fault = lambda _assignment, frame: CRASH
    machine.begin(plan_of(render_task(SHOT, COLD), chunk_size=1, slots=2))
    machine.go_on(until=4000)
    (attempt,) = machine.live
    del machine.live[attempt]
    machine.tell(ev.AttemptStopped(at=machine.now, attempt=attempt))
    assert machine.status() == "failed"
    assert machine.task().given_up == FrameSet.parse(SHOT)


@pytest.mark.parametrize("frames", [SHOT, "3-60"])
def test_what_a_person_asks_for_again_is_tried_again_by_samples_of_its_own(frames: str) -> None:
    machine = none_but()
    machine.run(plan_of(render_task(SHOT)))
    before, again = len(machine.starts), FrameSet.parse(frames)
    requeued = ev.FramesRequeued(at=machine.now, job=1, task="render", frames=again)
    machine.tell(requeued)
    machine.go_on()
    assert machine.status() == "failed"
    assert 10 < len(machine.starts) - before < 30
    last = {one.sequence for one in machine.starts[before:]}
    assert {(again.first,), (again.last,)} <= last

    machine.fault = lambda _assignment, frame: None
    machine.tell(replace(requeued, at=machine.now))
    machine.go_on()
    assert machine.done() == again


def test_what_only_has_too_little_memory_side_by_side_is_not_given_up() -> None:
    machine = Machine(cores=16)
    no_room = Ending(failure(FailureKind.OUT_OF_MEMORY))
    machine.fault = lambda _assignment, _frame: no_room if len(machine.live) > 1 else None
    machine.run(plan_of(render_task(SHOT), slots=16))
    assert len(machine.done()) > 150
    assert not [loss for loss in machine.view().losses if "not tried" in loss.failure.reason]


def test_a_cancelled_job_ends_as_cancelled() -> None:
    machine = none_but()
    machine.begin(plan_of(render_task(SHOT)))
    machine.go_on(until=1010)
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on()
    assert machine.status() == "cancelled"


def test_a_small_job_is_tried_whole() -> None:
    machine = none_but()
    machine.run(plan_of(render_task("1-5")))
    assert [loss.failure for loss in machine.view().losses] == [CRASH.failure]
