"""What would be started first, before anything is."""

import pytest
from simulation import COLD, GB, SESSION, film_task, plan_of, render_task

from framecrew.frames.sets import FrameSet
from framecrew.model.events import MachineMeasured
from framecrew.model.plans import Traits
from framecrew.scheduler.foresight import first_round

MACHINE = MachineMeasured(at=100.0, cores=4, memory_bytes=64 * GB)


@pytest.mark.parametrize("delay", [0.0, 2.0])
def test_programs_that_start_apart_are_all_foreseen_with_all_frames(delay: float) -> None:
    plan = plan_of(render_task("1-60", COLD), film_task("1-60"), slots=4, spawn_seconds=delay)
    round_ = first_round(plan, MACHINE)
    assert [one.slot for one in round_] == [0, 1, 2, 3]
    frames = [frame for one in round_ for frame in one.sequence]
    assert sorted(frames) == list(FrameSet.range(1, 60))


@pytest.mark.parametrize("traits", [COLD, SESSION])
def test_fewer_frames_than_slots_start_no_more_than_they_are(traits: Traits) -> None:
    assert len(first_round(plan_of(render_task("7", traits), slots=4), MACHINE)) == 1
