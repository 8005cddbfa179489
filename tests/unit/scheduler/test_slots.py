"""A person changes how many slots a running job has."""

from dataclasses import replace

import pytest
from simulation import COLD, Machine, plan_of, render_task, segments_task

from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.jobs import Wish
from framecrew.model.plans import Plan

SESSIONS = plan_of(render_task("1-200"), slots=2)
RANGES = plan_of(render_task("1-200", replace(COLD, any_frames=False)), slots=2)
BOTH = pytest.mark.parametrize("plan", [SESSIONS, RANGES], ids=["sessions", "ranges"])


def begun(plan: Plan, **values: object) -> Machine:
    """In the middle of it: every slot renders."""
    machine = Machine(cores=4, **values)  # type: ignore[arg-type]
    machine.begin(plan)
    machine.go_on(until=machine.now + 20.0)
    return machine


def change(machine: Machine, slots: int | None) -> None:
    machine.tell(ev.SlotsChanged(at=machine.now, job=1, slots=slots))


@BOTH
def test_more_slots_begin_while_the_job_runs(plan: Plan) -> None:
    machine = begun(plan)
    assert len(machine.live) == 2

    change(machine, 4)
    machine.go_on(until=machine.now + 5.0)

    assert len(machine.live) == 4
    assert machine.view().slots_wanted == 4
    machine.go_on()
    assert machine.status() == "done"


@BOTH
def test_what_is_too_much_ends_with_the_frame_in_work(plan: Plan) -> None:
    machine = begun(plan)

    change(machine, 1)
    machine.go_on(until=machine.now + 1.5)

    assert len(machine.live) == 1
    machine.go_on()
    assert machine.status() == "done"
    assert machine.most_live == 2


def test_a_slot_that_is_still_starting_is_ended_at_once() -> None:
    machine = begun(SESSIONS, start=8.0)
    change(machine, 4)
    machine.go_on(until=machine.now + 1.0)
    assert len(machine.live) == 4

    change(machine, 2)
    machine.go_on(until=machine.now + 0.2)

    assert len(machine.live) == 2
    machine.go_on()
    assert machine.status() == "done"


def test_sessions_that_are_not_wanted_any_more_are_closed() -> None:
    machine = begun(SESSIONS)

    change(machine, 1)
    machine.go_on(until=machine.now + 3.0)

    assert machine.task().open_slots == {0}
    assert 1 not in machine.sessions


def test_auto_chooses_from_evidence_again() -> None:
    machine = begun(SESSIONS, serial=0.9)

    change(machine, None)
    machine.go_on(until=machine.now + 5.0)

    chosen = machine.facts(ev.LayoutChosen)[-1]
    assert "uses one thread" in chosen.reason
    assert len(machine.live) == chosen.slots > 1


def test_a_job_keeps_to_its_own_limit() -> None:
    machine = begun(plan_of(render_task("1-200"), slots=2, max_slots=3))

    change(machine, 4)
    machine.go_on(until=machine.now + 5.0)

    assert len(machine.live) == 3
    assert machine.facts(ev.LayoutChosen)[-1].reason == "its own limit; 4 asked"


def test_a_segment_of_a_film_is_finished_before_its_slot_goes() -> None:
    machine = begun(plan_of(segments_task("1-200", 10), slots=2))
    before = [attempt.left for attempt in machine.task().live.values()]

    change(machine, 1)
    machine.go_on(until=machine.now + 12.0)

    assert not machine.backs
    assert len(machine.live) == 1
    assert all(frames <= machine.task().done for frames in before)


def test_a_held_job_has_its_new_slots_when_it_is_released() -> None:
    machine = begun(SESSIONS)
    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.HOLD))
    machine.go_on()
    change(machine, 3)
    assert not machine.live

    machine.tell(ev.WishChanged(at=machine.now, job=1, wish=Wish.RUN))
    machine.go_on(until=machine.now + 4.0)

    assert len(machine.live) == 3


def test_nobody_is_asked_twice_for_the_same_frames() -> None:
    machine = begun(RANGES, gives_back=False)

    change(machine, 1)
    machine.go_on()

    asked = [back.attempt for back in machine.backs]
    assert len(asked) == len(set(asked)) == 1
    assert machine.status() == "done"


def test_the_same_number_again_changes_nothing() -> None:
    machine = begun(SESSIONS)
    attempts = set(machine.live)

    out = machine.scheduler.handle([ev.SlotsChanged(at=machine.now, job=1, slots=2)])

    assert set(machine.live) == attempts
    assert not [one for one in out.instructions if not isinstance(one, ins.WakeAt)]
