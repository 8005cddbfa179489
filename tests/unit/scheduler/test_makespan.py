"""How long jobs take in simulated time, against what no schedule can beat."""

import itertools
from collections.abc import Callable

import pytest
from simulation import COLD, Machine, plan_of, render_task

FRAMES = "1-240"


def ramp(frame: int) -> float:
    return 0.1 + frame * 0.02


def even(_frame: int) -> float:
    return 1.0


def straggler(frame: int) -> float:
    return 10.0 if frame == 97 else 0.5


def took(slots: int, cost: Callable[[int], float], *, call: float = 0.0) -> tuple[float, float]:
    """Seconds of the job and of the bound, with so many slots of one thread."""
    machine = Machine(cores=slots, serial=1.0, cost=cost, call=call)
    seconds = machine.run(plan_of(render_task(FRAMES), slots=slots))
    assert machine.status() == "done"
    return seconds, machine.bound(FRAMES)


@pytest.mark.parametrize("slots", [2, 3, 4, 8, 16])
def test_a_ramp_ends_near_the_bound(slots: int) -> None:
    seconds, bound = took(slots, ramp)
    assert seconds <= 1.12 * bound + 1.0


@pytest.mark.parametrize("slots", [1, 2, 4, 8, 16])
def test_even_frames_end_at_the_bound(slots: int) -> None:
    call = 0.01
    seconds, bound = took(slots, even, call=call)
    assert seconds <= 1.05 * bound + 1.0 + 240 / slots * call


@pytest.mark.parametrize("slots", [2, 4, 8])
def test_one_long_frame_among_short_ones_keeps_nobody_waiting(slots: int) -> None:
    seconds, bound = took(slots, straggler)
    assert seconds <= 1.12 * bound + 1.0 + 10.0 / slots


@pytest.mark.parametrize("cores", [2, 4, 8])
def test_sessions_are_added_in_time_when_a_part_of_each_frame_is_serial(cores: int) -> None:
    machine = Machine(cores=cores, serial=0.3, cost=ramp)
    seconds = machine.run(plan_of(render_task(FRAMES)))
    assert seconds <= 1.12 * machine.bound(FRAMES) + 2.0
    alone = sum(ramp(frame) * (0.3 + 0.7 / cores) for frame in range(1, 241))
    assert seconds < alone


def cold(slots: int, cost: Callable[[int], float]) -> tuple[float, float]:
    """Seconds with a start of 10 s for each chunk, and those of one split into even ranges."""
    machine = Machine(cores=slots, serial=1.0, start=10.0, cost=cost)
    seconds = machine.run(plan_of(render_task("1-300", COLD), slots=slots))
    edges = [1 + 300 * part // slots for part in range(slots + 1)]
    parts = itertools.pairwise(edges)
    static = max(sum(map(cost, range(first, end))) for first, end in parts) + 10.0
    return seconds, static


@pytest.mark.parametrize("slots", [2, 4, 8])
def test_a_ramp_of_a_cold_renderer_beats_the_split_into_even_ranges(slots: int) -> None:
    seconds, static = cold(slots, lambda frame: 0.2 + frame / 100)
    assert seconds < 0.8 * static


@pytest.mark.parametrize("slots", [2, 4, 8])
def test_even_frames_of_a_cold_renderer_cost_little_more_than_that_split(slots: int) -> None:
    seconds, static = cold(slots, lambda _frame: 1.5)
    assert seconds < 1.2 * static


def test_what_a_session_does_once_is_not_taken_for_the_cost_of_a_frame() -> None:
    machine = Machine(cores=2, serial=0.3, cost=lambda _frame: 0.2, first_extra=20.0)
    machine.run(plan_of(render_task("1-60")))
    assert machine.most_live == 1
    assert machine.task().first_extra == pytest.approx(20.0)
    assert machine.task().curve.mean == pytest.approx(0.2)
