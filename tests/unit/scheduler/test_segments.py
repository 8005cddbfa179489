"""Which segment of a film is rendered next."""

from invariants import check_state
from simulation import COLD, CRASH, Machine, failure, plan_of, segments_task

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import Order, Wish
from framecrew.model.plans import Traits

GIVING = Traits(stays_open=True, can_give_back=True, memory_bytes=1)


def firsts(machine: Machine) -> list[int]:
    return [chunk[0] for chunk in machine.chunks()]


def test_the_first_segments_are_spread_and_even_ones_then_go_upwards() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(segments_task("1-80", 8), slots=1))
    assert firsts(machine) == [1, 73, 33, 17, 49, 9, 25, 41, 57, 65]


def test_after_the_first_the_dearest_segments_go_first() -> None:
    machine = Machine(cores=1, cost=lambda frame: 0.1 + frame / 10)
    machine.run(plan_of(segments_task("1-80", 8), slots=1))
    assert firsts(machine)[5:] == sorted(firsts(machine)[5:], reverse=True)


def test_reverse_takes_the_last_segment_first_each_from_its_first_frame() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(segments_task("1-24", 8), order=Order.REVERSE, slots=1))
    assert machine.chunks() == [tuple(range(17, 25)), tuple(range(9, 17)), tuple(range(1, 9))]


def test_a_fixed_chunk_size_cuts_no_segment() -> None:
    machine = Machine(cores=2)
    machine.run(plan_of(segments_task("1-24", 8), chunk_size=3))
    assert {len(chunk) for chunk in machine.chunks()} == {8}


def test_nothing_is_taken_back_from_a_segment() -> None:
    machine = Machine(cores=4, cost=lambda frame: 30.0 if frame > 20 else 0.1)
    machine.run(plan_of(segments_task("1-24", 6, traits=GIVING), slots=4))
    assert not machine.backs
    assert len(machine.starts) == 4


def test_a_slot_goes_on_while_its_last_segment_is_finished_and_proved() -> None:
    plan = plan_of(segments_task("1-80", 8, traits=GIVING), slots=1)
    waiting, aside = Machine(cores=1, cost=lambda _: 0.5), Machine(cores=1, flush=3.0)
    aside.cost = waiting.cost
    assert aside.run(plan) == waiting.run(plan) + 3.0
    assert {order.slot for order in aside.starts} == {0}
    assert aside.done() == FrameSet.parse("1-80")


def test_rendering_does_not_run_away_from_what_is_proved() -> None:
    machine = Machine(cores=2, cost=lambda _: 0.01, flush=60.0)
    machine.watch = lambda machine: check_state(machine.scheduler.state)
    seconds = machine.run(plan_of(segments_task("1-32", 8, traits=GIVING), slots=1))
    assert machine.most_live == 2
    assert {order.slot for order in machine.starts} == {0}
    assert seconds > 120.0


def test_a_failed_file_costs_its_segment_and_leaves_its_session_to_the_next() -> None:
    machine = Machine(cores=1, flush=3.0)
    machine.begin(plan_of(segments_task("1-24", 8, traits=GIVING), slots=1))
    machine.go_on(until=machine.now + 10.0)
    first, second = machine.starts[:2]
    failed = ev.AttemptFailed(at=machine.now, attempt=first.attempt, failure=CRASH.failure)
    del machine.live[first.attempt]
    machine.tell(failed)
    assert set(machine.live) == {second.attempt}
    machine.go_on()
    assert machine.chunks().count(first.sequence) == 2
    assert machine.chunks().count(second.sequence) == 1
    opened = [event for event in machine.facts(ev.SessionOpened) if event.seconds > 0]
    assert len(opened) == 1
    assert machine.done() == FrameSet.parse("1-24")


def test_a_cancel_stops_what_is_being_finished_as_well() -> None:
    machine = Machine(cores=1, flush=1000.0)
    machine.begin(plan_of(segments_task("1-24", 8, traits=GIVING), slots=1))
    machine.go_on(until=machine.now + 10.0)
    assert len(machine.live) == 2
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.CANCEL))
    machine.go_on(until=machine.now + 1.0)
    assert machine.status() == "cancelled"
    assert not machine.live


def test_a_failed_segment_is_tried_again_whole_and_given_up_whole() -> None:
    machine = Machine(cores=2, fault=lambda _order, frame: CRASH if frame == 11 else None)
    machine.run(plan_of(segments_task("1-24", 8)))
    tried = [chunk for chunk in machine.chunks() if 11 in chunk]
    assert tried == [tuple(range(9, 17))] * 3
    assert machine.task().missing == FrameSet.parse("9-16")
    assert [str(loss.frames) for loss in machine.view().losses] == ["9-16"]


def test_no_more_slots_are_used_than_there_are_segments() -> None:
    machine = Machine(cores=16)
    machine.run(plan_of(segments_task("1-240", 80, traits=COLD)))
    assert machine.most_live <= 3


def test_half_a_segment_is_never_kept_and_one_tried_again_is_whole() -> None:
    machine = Machine(
        cores=2,
        fault=lambda _order, frame: failure(FailureKind.BAD_SCENE) if frame == 3 else None,
    )
    machine.begin(plan_of(segments_task("1-24", 8)))
    machine.tell(
        ev.FramesKept(at=machine.now, job=1, task="render", frames=FrameSet.parse("12-24"))
    )
    assert machine.done() == FrameSet.parse("17-24")
    machine.go_on()
    assert machine.task().given_up
    machine.fault = lambda _order, _frame: None
    machine.tell(
        ev.FramesRequeued(at=machine.now, job=1, task="render", frames=FrameSet.parse("3"))
    )
    machine.go_on()
    assert FrameSet.parse("1-8") <= machine.done()


def test_frames_told_of_a_segment_that_then_fails_are_not_done() -> None:
    machine = Machine(cores=1)
    machine.begin(plan_of(segments_task("1-8", 8)))
    attempt = machine.starts[0].attempt
    machine.live.clear()
    for frame in (1, 2, 2, 3):
        machine.tell(
            ev.FrameFinished(at=machine.now, attempt=attempt, frame=frame, seconds=1.0)
        )
    assert not machine.done()
    machine.tell(ev.AttemptStopped(at=machine.now, attempt=attempt))
    assert machine.starts[-1].frames == FrameSet.parse("1-8")
