"""Scenes that have to be played from their start: sessions go on, and never back without need."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest
from simulation import SESSION, Machine, plan_of, render_task, segments_task

from framecrew.frames.sets import FrameSet
from framecrew.model.events import FramesGivenBack
from framecrew.model.jobs import Order
from framecrew.model.plans import Task

PLAYED = replace(SESSION, plays_through=True, can_give_back=True, uses_all_cores=False)


def going_back(machine: Machine) -> int:
    """How often a slot had to begin again."""
    by_slot: dict[int, list[int]] = defaultdict(list)
    for started in machine.starts:
        by_slot[started.slot] += started.sequence
    return sum(b < a for frames in by_slot.values() for a, b in pairwise(frames))


def tasks(frames: str) -> list[Task]:
    return [
        render_task(frames, traits=PLAYED),
        segments_task(frames, 12, 13, traits=PLAYED),
    ]


@pytest.mark.parametrize("task", tasks("0-199"), ids=["pictures", "film"])
@pytest.mark.parametrize("order", Order)
def test_one_slot_plays_the_scene_once(task: Task, order: Order) -> None:
    machine = Machine(cores=1, cost=lambda frame: 0.1 + (frame % 50) / 50)
    machine.run(plan_of(task, order=order, slots=1))
    assert [frame for chunk in machine.chunks() for frame in chunk] == list(range(200))


@pytest.mark.parametrize("task", tasks("0-399"), ids=["pictures", "film"])
@pytest.mark.parametrize("slots", [2, 3, 5])
def test_several_slots_hardly_ever_begin_again(task: Task, slots: int) -> None:
    machine = Machine(cores=slots, cost=lambda _frame: 0.1)
    machine.run(plan_of(task, slots=slots))
    assert machine.done() == FrameSet.range(0, 399)
    assert going_back(machine) <= 2 * slots


def test_the_first_run_of_a_later_slot_begins_further_on_and_is_shorter() -> None:
    machine = Machine(cores=2, cost=lambda _frame: 0.1)
    machine.run(plan_of(render_task("0-399", traits=PLAYED), slots=2))
    firsts: dict[int, int] = {}
    for started in machine.starts:
        firsts.setdefault(started.slot, started.sequence[0])
    assert firsts[0] == 0
    assert 200 < firsts[1] < 280


def test_nothing_is_taken_back_that_another_would_have_to_play_up_to() -> None:
    machine = Machine(cores=3, cost=lambda frame: 5.0 if frame > 380 else 0.1)
    machine.run(plan_of(render_task("0-399", traits=PLAYED), slots=3))
    assert machine.done() == FrameSet.range(0, 399)
    assert not machine.facts(FramesGivenBack)


@pytest.mark.parametrize("size", [1, 7])
def test_a_chunk_is_as_long_as_a_person_asked(size: int) -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("0-20", traits=PLAYED), chunk_size=size, slots=1))
    assert {len(chunk) for chunk in machine.chunks()} == {size}


def test_what_is_done_already_is_leapt_over() -> None:
    """A gap in what is wanted ends a run, not the way on."""
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("0-9,50-59", traits=PLAYED), slots=1))
    assert [frame for chunk in machine.chunks() for frame in chunk] == [
        *range(10),
        *range(50, 60),
    ]
