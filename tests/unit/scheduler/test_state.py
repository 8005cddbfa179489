"""The journal is the truth, and a long one costs little."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from invariants import essence, replayed
from simulation import Machine, film_task, plan_of, render_task

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Order
from framecrew.scheduler.state import State


def test_replaying_a_journal_gives_the_state_it_came_from() -> None:
    machine = Machine(cores=4, serial=0.3)
    machine.begin(plan_of(render_task("1-60"), film_task("1-60")))
    for seconds in (0.0, 3.0, 10.0, 500.0):
        machine.go_on(until=1000.0 + seconds)
        assert essence(replayed(machine.journal)) == essence(machine.scheduler.state)


def test_facts_about_attempts_that_are_over_change_nothing() -> None:
    machine = Machine(cores=1)
    machine.run(plan_of(render_task("1-3")))
    before = essence(machine.scheduler.state)
    failure = Failure(kind=FailureKind.CRASH, reason="late")
    for event in (
        ev.FrameFinished(at=1.0, attempt="1.1", frame=1, seconds=1.0),
        ev.FrameFailed(at=1.0, attempt="1.1", frame=1, failure=failure),
        ev.FramesGivenBack(at=1.0, attempt="1.1", frames=FrameSet.parse("1-3")),
        ev.SessionOpened(at=1.0, attempt="1.1", pid=1, seconds=1.0, memory_bytes=1),
        ev.AttemptFailed(at=1.0, attempt="1.1", failure=failure),
        ev.AttemptSucceeded(at=1.0, attempt="1.1"),
        ev.AttemptStopped(at=1.0, attempt="9.9"),
    ):
        machine.scheduler.state.apply(event)
    assert essence(machine.scheduler.state) == before


def test_a_job_that_is_submitted_twice_is_one_job() -> None:
    machine = Machine(cores=1)
    machine.begin(plan_of(render_task("1-3")))
    machine.submit(1, plan_of(render_task("1-99")))
    assert machine.task().task.frames == FrameSet.parse("1-3")
    assert len(machine.live) == 1


def test_memory_that_is_tight_and_easy_again_gives_back_the_slots() -> None:
    machine = Machine(cores=4)
    machine.begin(plan_of(render_task("1-400"), slots=4))
    machine.go_on(until=1005.0)
    total = 32_000_000_000
    for free in (2_000_000_000, 30_000_000_000):
        measured = ev.MemoryMeasured(at=machine.now, free_bytes=free, total_bytes=total)
        machine.tell(measured)
    assert [fact.slots for fact in machine.facts(ev.LayoutChosen)] == [4, 3, 4]


# ── many frames ───────────────────────────────────────────────────────────────────────────────

OPERATIONS = (
    "__or__",
    "__and__",
    "__sub__",
    "__iter__",
    "__contains__",
    "near",
    "before",
    "nth",
    "take",
    "with_frame",
    "without_frame",
)


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is done with frame sets from now on."""
    calls: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            calls[name] += 1
            return real(*arguments)

        return call

    for name in OPERATIONS:
        monkeypatch.setattr(FrameSet, name, counting(name, getattr(FrameSet, name)))
    return calls


def work(monkeypatch: pytest.MonkeyPatch, frames: int, order: Order, size: int | None) -> float:
    """Frame set operations for each frame finished, in the first seconds of a job."""
    machine = Machine(cores=4, cost=lambda _frame: 0.5)
    plan = plan_of(render_task(f"1-{frames}"), order=order, slots=4, chunk_size=size)
    with monkeypatch.context() as patch:
        calls = counted(patch)
        machine.begin(plan)
        machine.go_on(until=1060.0)
    return sum(calls.values()) / len(machine.done())


@pytest.mark.parametrize("size", [None, 10])
@pytest.mark.parametrize("order", list(Order))
def test_a_hundred_times_the_frames_cost_no_more_work_for_each(
    monkeypatch: pytest.MonkeyPatch, order: Order, size: int | None
) -> None:
    few = work(monkeypatch, 1_000, order, size)
    many = work(monkeypatch, 100_000, order, size)
    assert many <= 1.1 * few


def test_a_finished_frame_costs_a_few_operations_and_no_walk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine(cores=4)
    machine.begin(plan_of(render_task("1-100000"), slots=4, chunk_size=1000))
    machine.go_on(until=1010.0)
    (attempt, *_) = machine.scheduler.state.attempts.values()
    finished = [
        ev.FrameFinished(at=machine.now, attempt=attempt.id, frame=frame, seconds=1.0)
        for frame in attempt.waiting[:100]
    ]
    with monkeypatch.context() as patch:
        calls = counted(patch)
        for event in finished:
            machine.scheduler.handle([event])
    assert calls["__iter__"] == 0
    assert sum(calls.values()) <= 5 * len(finished)


def test_a_state_without_jobs_has_nothing_to_do() -> None:
    assert not State().queue
