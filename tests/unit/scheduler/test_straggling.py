"""Frames of a straggler go to idle slots."""

from dataclasses import replace

import pytest
from simulation import COLD, SESSION, Machine, plan_of, render_task

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.plans import Traits
from framecrew.scheduler.straggling import find_straggler

COLD_RANGES = replace(COLD, any_frames=False)


def straggling(machine: Machine) -> None:
    """No slot idles while another holds more than two frames that could be moved for less."""
    task = machine.task()
    idle = task.layout[0] - len(task.live)
    asked = {back.attempt for back in machine.backs[-2:]}
    if idle <= 0 or task.pending or len(task.open_slots) < task.layout[0]:
        return
    for attempt in task.live.values():
        worth = task.curve.total(FrameSet.of(attempt.waiting))
        assert len(attempt.waiting) <= 2 or worth <= 0.1 or attempt.id in asked


@pytest.mark.parametrize("slow", [1, 37, 120, 240])
@pytest.mark.parametrize("slots", [2, 4])
def test_frames_not_begun_go_from_a_straggler_to_idle_slots(slow: int, slots: int) -> None:
    machine = Machine(cores=slots, cost=lambda frame: 10.0 if frame == slow else 0.2)
    machine.watch = straggling
    took = machine.run(plan_of(render_task("1-240"), slots=slots))
    rest = 239 * 0.2
    assert took <= max(10.0 + rest / slots, (10.0 + rest) / slots) + 2.0


def test_a_long_chunk_is_shared_when_the_other_slot_falls_idle() -> None:
    """The last chunks of a wrong guess: cheap at first, dear where nobody looked."""
    machine = Machine(cores=2, cost=lambda frame: 3.0 if 100 <= frame <= 120 else 0.1)
    took = machine.run(plan_of(render_task("1-200"), slots=2))
    assert took <= 1.12 * machine.bound("1-200") + 1.0


def test_an_attempt_that_gives_nothing_back_is_not_asked_again() -> None:
    machine = Machine(cores=2, gives_back=False)
    machine.cost = lambda frame: 5.0 if frame > 90 else 0.01
    machine.run(plan_of(render_task("1-100"), slots=2))
    asked = [back.attempt for back in machine.backs]
    assert len(asked) == len(set(asked))
    assert machine.status() == "done"


def test_an_attempt_that_refused_once_is_left_in_peace() -> None:
    machine = Machine(cores=2, cost=lambda frame: 9.0 if frame == 100 else 0.1)
    machine.begin(plan_of(render_task("1-100"), slots=2))
    machine.go_on(until=1003.0)
    task = machine.task()
    attempt = min(task.live.values(), key=lambda one: len(one.sequence))
    other = next(one for one in task.live.values() if one is not attempt)
    attempt.held = task.pending | attempt.left
    attempt.sequence, task.pending = tuple(attempt.held), FrameSet()
    state, scheduler = machine.scheduler.state, machine.scheduler
    state.apply(ev.AttemptSucceeded(at=machine.now, attempt=other.id))
    task.pending, task.resting = FrameSet(), {}
    (asked,) = scheduler.decide(machine.now).instructions
    assert isinstance(asked, ins.TakeBackFrames)
    nothing = ev.FramesGivenBack(at=machine.now, attempt=attempt.id, frames=FrameSet())
    assert not scheduler.handle([nothing]).instructions
    assert not scheduler.decide(machine.now + 1).instructions


def test_chunks_of_a_fixed_size_are_left_as_they_were_cut() -> None:
    machine = Machine(cores=2, cost=lambda frame: 5.0 if frame > 20 else 0.1)
    machine.run(plan_of(render_task("1-40"), slots=2, chunk_size=20))
    assert not machine.backs
    assert machine.chunks() == [tuple(range(1, 21)), tuple(range(21, 41))]


def holding(frames: int, traits: Traits = SESSION) -> Machine:
    """One attempt that holds so many frames of a second each, as has been measured."""
    machine = Machine(cores=1, cost=lambda _frame: 1.0)
    machine.begin(plan_of(render_task(f"1-{frames + 10}", traits), slots=1))
    while len(machine.done()) < 10:
        machine.go_on(until=machine.now + 0.1)
    (attempt,) = machine.task().live.values()
    held = tuple(sorted(machine.task().pending | attempt.left))[:frames]
    machine.task().pending = FrameSet()
    attempt.sequence, attempt.held = held, FrameSet.of(held)
    return machine


@pytest.mark.parametrize(("idle", "taken"), [(1, 5), (2, 6), (4, 8), (9, 9)])
def test_idle_slots_get_their_shares_of_what_is_not_begun(idle: int, taken: int) -> None:
    task = holding(10).task()
    found = find_straggler(task, list(task.live.values()), idle=idle, cost=0.03, now=0.0)
    assert found is not None
    assert len(found.frames) == taken
    assert found.attempt.sequence[0] not in found.frames


def test_moving_frames_must_save_more_than_it_costs() -> None:
    task = holding(10).task()
    willing = list(task.live.values())
    assert find_straggler(task, willing, idle=1, cost=5.1, now=0.0) is None
    assert find_straggler(task, willing, idle=1, cost=4.9, now=0.0) is not None
    assert find_straggler(task, [], idle=1, cost=0.0, now=0.0) is None


def test_a_frame_that_is_begun_is_never_asked_back() -> None:
    task = holding(1).task()
    assert find_straggler(task, list(task.live.values()), idle=3, cost=0.0, now=0.0) is None


# ── ranges, whose other part pays a start ─────────────────────────────────────────────────────


def taken_of(frames: int, *, idle: int, cost: float) -> FrameSet:
    """What is taken of an attempt that still has so many frames of a second each."""
    machine = holding(frames, COLD_RANGES)
    willing = list(machine.task().live.values())
    found = find_straggler(machine.task(), willing, idle=idle, cost=cost, now=machine.now)
    return found.frames if found is not None else FrameSet()


def test_the_end_of_a_range_is_taken_so_that_both_end_together() -> None:
    assert taken_of(50, idle=1, cost=10.0) == FrameSet.range(41, 60)
    assert taken_of(50, idle=3, cost=10.0) == FrameSet.range(31, 60)


def test_a_start_must_be_worth_its_cost() -> None:
    assert taken_of(15, idle=1, cost=10.0) == FrameSet.range(24, 25)
    assert taken_of(13, idle=1, cost=10.0) == FrameSet()
    assert taken_of(8, idle=1, cost=10.0) == FrameSet()


def test_an_attempt_that_is_still_starting_is_behind_by_its_start() -> None:
    machine = holding(50, COLD_RANGES)
    (attempt,) = machine.task().live.values()
    attempt.is_open, attempt.started = False, machine.now - 4.0
    machine.task().start_seconds = 10.0
    found = find_straggler(machine.task(), [attempt], idle=1, cost=10.0, now=machine.now)
    assert found is not None
    assert found.frames == FrameSet.range(38, 60)


@pytest.mark.parametrize("slow", [1, 20, 121])
@pytest.mark.parametrize("slots", [2, 4])
def test_a_straggler_among_ranges_is_relieved(slow: int, slots: int) -> None:
    machine = Machine(cores=slots, start=10.0, serial=1.0)
    machine.cost = lambda frame: 30.0 if frame == slow else 1.0
    took = machine.run(plan_of(render_task("1-240", COLD_RANGES), slots=slots))
    alone = 10.0 + 240 / slots + 29.0
    assert took < alone - 5.0
    assert machine.done() == FrameSet.range(1, 240)


def test_the_last_frame_of_a_range_is_its_own_affair() -> None:
    machine = Machine(cores=2, start=10.0, serial=1.0)
    machine.cost = lambda frame: 30.0 if frame == 240 else 1.0
    machine.run(plan_of(render_task("1-240", COLD_RANGES), slots=2))
    assert len(machine.starts) == 2
