"""Which frames a chunk holds: orders, sizes, ranges."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from simulation import COLD, SESSION, Machine, failure, plan_of, render_task

from framecrew.frames.cutting import cut
from framecrew.frames.orders import spread
from framecrew.frames.sets import FrameSet
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import Order
from framecrew.model.plans import Traits
from framecrew.scheduler.carving import MOST_FRAMES, PROBES

COLD_RANGES = replace(COLD, any_frames=False)
RANGES = Traits(stays_open=True, any_frames=False, can_give_back=True, memory_bytes=1)


def rendered(machine: Machine) -> Iterator[int]:
    """All frames in the order their chunks were started."""
    for chunk in machine.chunks():
        yield from chunk


# ── orders ────────────────────────────────────────────────────────────────────────────────────


def test_forward_with_even_costs_goes_upwards_after_a_few_spread_probes() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("1-100")))
    frames = list(rendered(machine))
    probes = PROBES + 1  # The first frame of a session tells nothing sure.
    assert frames[:probes] == list(spread(FrameSet.parse("1-100")))[:probes]
    assert frames[probes:] == sorted(frames[probes:])


def test_few_frames_are_not_worth_probes() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("1-11")))
    assert list(rendered(machine)) == list(range(1, 12))


def test_forward_with_uneven_costs_takes_the_dearest_first() -> None:
    machine = Machine(cores=1, cost=lambda frame: frame / 10)
    machine.run(plan_of(render_task("1-100"), slots=1))
    frames = list(rendered(machine))[PROBES + 1 :]
    assert min(frames[:20]) > 70
    assert max(frames[-20:]) < 30


def test_reverse_goes_downwards_from_the_first_frame_on() -> None:
    machine = Machine(cores=1, cost=lambda frame: frame / 10)
    machine.run(plan_of(render_task("1-100"), order=Order.REVERSE))
    assert list(rendered(machine)) == list(range(100, 0, -1))


@pytest.mark.parametrize("size", [None, 1, 7])
def test_spread_is_given_out_in_spread_order_whatever_the_chunks(size: int | None) -> None:
    machine = Machine(cores=1, cost=lambda frame: 1 + frame % 7)
    machine.run(plan_of(render_task("1-100x3"), order=Order.SPREAD, chunk_size=size))
    assert list(rendered(machine)) == list(spread(FrameSet.parse("1-100x3")))


def test_spread_comes_back_to_frames_that_failed() -> None:
    machine = Machine(cores=1)
    failed: set[int] = set()

    def once(_assignment: object, frame: int) -> object:
        if frame in {1, 50} - failed:
            failed.add(frame)
            return failure(FailureKind.BAD_OUTPUT)
        return None

    machine.fault = once  # type: ignore[assignment]
    machine.run(plan_of(render_task("1-60"), order=Order.SPREAD))
    assert machine.status() == "done"


# ── sizes ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize(("frames", "size"), [("1-100", 10), ("1-103", 10), ("5-50x5", 3)])
def test_a_fixed_chunk_size_is_respected_exactly(frames: str, size: int, slots: int) -> None:
    machine = Machine(cores=3, cost=lambda frame: frame / 10)
    machine.run(plan_of(render_task(frames), chunk_size=size, slots=slots))
    wanted = [tuple(piece) for piece in cut(FrameSet.parse(frames), size)]
    assert machine.chunks() == wanted


def test_a_fixed_chunk_ends_at_a_gap_as_it_does_on_a_farm() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("1-6,20-23,30"), chunk_size=4))
    assert [len(chunk) for chunk in machine.chunks()] == [4, 2, 4, 1]


def test_a_fixed_chunk_size_holds_backwards_too() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("1-10"), chunk_size=4, order=Order.REVERSE))
    assert machine.chunks() == [(10, 9, 8, 7), (6, 5, 4, 3), (2, 1)]


def test_no_chunk_is_too_long_to_be_a_list() -> None:
    machine = Machine(cores=1, cost=lambda _frame: 1e-6, start=0.1)
    machine.run(plan_of(render_task("1-9000")))
    assert max(len(chunk) for chunk in machine.chunks()) == MOST_FRAMES


def test_chunks_shrink_towards_the_end() -> None:
    machine = Machine(cores=2, cost=lambda _frame: 0.01)
    machine.run(plan_of(render_task("1-2000"), slots=2))
    sizes = [len(chunk) for chunk in machine.chunks()]
    assert max(sizes) > 20
    assert max(sizes[-5:]) <= max(sizes) // 4


# ── ranges ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("stays_open", [True, False])
@pytest.mark.parametrize("size", [None, 4])
@pytest.mark.parametrize("frames", ["1-60", "1-9,20-60x2,70-99"])
def test_a_renderer_of_ranges_never_gets_a_chunk_with_a_hole(
    order: Order, stays_open: bool, size: int | None, frames: str
) -> None:
    traits = RANGES if stays_open else Traits(any_frames=False, memory_bytes=1)
    machine = Machine(cores=3, suspect_known=False, cost=lambda frame: 0.1 + frame % 11)
    machine.fault = lambda _assignment, frame: (
        failure(FailureKind.BAD_OUTPUT) if frame in {7, 41, 80} else None
    )
    machine.run(plan_of(render_task(frames, traits), order=order, slots=3, chunk_size=size))
    assert all(len(list(one.frames.runs())) == 1 for one in machine.starts)
    assert machine.task().missing == FrameSet.parse("7,41,80") & FrameSet.parse(frames) or (
        machine.task().missing == FrameSet.parse("7,80")
    )


def test_a_range_is_rendered_upwards_although_its_end_is_dear() -> None:
    machine = Machine(cores=2, start=2.0, cost=lambda frame: frame / 1000)
    machine.run(plan_of(render_task("1-200", RANGES), slots=2))
    assert machine.task().curve.is_steep
    assert max(len(chunk) for chunk in machine.chunks()[2:]) > 3
    assert all(list(chunk) == sorted(chunk) for chunk in machine.chunks())


# ── where every chunk pays a start ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", list(Order))
def test_a_cold_task_is_shared_out_at_once(order: Order) -> None:
    machine = Machine(cores=4, start=10.0)
    machine.begin(plan_of(render_task("1-160", COLD_RANGES), slots=4, order=order))
    assert [len(chunk) for chunk in machine.chunks()] == [40, 40, 40, 40]
    assert not machine.task().pending


def test_even_frames_cost_a_cold_slot_one_start() -> None:
    machine = Machine(cores=4, start=10.0, cost=lambda _frame: 2.0)
    machine.run(plan_of(render_task("1-300", COLD_RANGES), slots=4))
    assert len(machine.starts) == 4


def test_who_starts_later_gets_fewer_frames() -> None:
    traits = replace(COLD_RANGES, spawn_seconds=4.0)
    machine = Machine(cores=3, start=10.0, cost=lambda _frame: 1.0, serial=1.0)
    machine.begin(plan_of(render_task("1-96", traits), slots=3))
    machine.go_on(until=machine.now + 9)
    assert [len(chunk) for chunk in machine.chunks()] == [36, 32, 28]


def test_a_ramp_costs_a_cold_slot_few_starts() -> None:
    machine = Machine(cores=4, start=10.0, cost=lambda frame: 0.2 + frame / 100, serial=1.0)
    machine.run(plan_of(render_task("1-300", COLD_RANGES), slots=4))
    assert len(machine.starts) <= 8


def test_a_cold_slot_that_comes_late_takes_from_the_others() -> None:
    machine = Machine(cores=16, start=10.0, serial=1.0)
    machine.begin(plan_of(render_task("1-320", COLD_RANGES)))
    assert [len(chunk) for chunk in machine.chunks()] == [320]
    machine.go_on()
    assert machine.most_live > 1
    assert machine.done() == FrameSet.range(1, 320)


@pytest.mark.parametrize("order", list(Order))
def test_chunks_of_one_frame_teach_costs_although_each_is_a_first_frame(order: Order) -> None:
    machine = Machine(cores=4, start=1.0)
    machine.run(plan_of(render_task("1-40", COLD), chunk_size=1, order=order))
    assert machine.task().curve.count == 40
    assert machine.most_live > 1


def test_a_session_is_probed_frame_by_frame() -> None:
    machine = Machine(cores=4)
    machine.begin(plan_of(render_task("1-100", SESSION), slots=4))
    assert machine.chunks() == [(1,), (100,), (50,), (25,)]
