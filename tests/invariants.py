"""What is true of the scheduler at every moment, for the tests that drive it."""

from collections import Counter
from itertools import chain
from typing import Any

from framecrew.frames.sets import FrameSet
from framecrew.model.events import Event
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.state import State
from framecrew.scheduler.tasks import TaskState


def check_state(state: State) -> None:
    """Assert what must hold whatever has happened."""
    attempts = state.attempts.values()
    slots = [attempt.slot for attempt in state.at_work]
    assert len(slots) == len(set(slots)), "two attempts at work on one slot"
    places = Counter((attempt.job, attempt.task, attempt.slot) for attempt in attempts)
    assert all(count <= 2 for count in places.values()), "rendering runs away from proof"
    for job in state.jobs.values():
        for name, task in job.tasks.items():
            assert places_of(task) == sorted(task.task.frames), (job.id, name)
            told = sorted(chain.from_iterable(loss.frames for loss in task.losses.values()))
            assert told == sorted(task.given_up), "a given-up frame has not just one reason"
            assert all(state.attempts[attempt] is task.live[attempt] for attempt in task.live)
            assert all(group <= task.task.frames for group in task.suspects)
            assert not (task.has_ended and task.live), "a task ended with live attempts"
            check_segments(task)
        if job.status is not None:
            assert not job.live, "a job finished with live attempts"
            assert all(task.has_ended for task in job.tasks.values())
    assert len(state.attempts) == sum(len(job.live) for job in state.jobs.values())


def check_segments(task: TaskState) -> None:
    """A segment is in one place, whole; a live attempt holds just one."""
    if not task.task.segments:
        return
    assert not task.suspects
    resting = task.resting.values()
    for segment in task.task.segments:
        for place in (task.pending, task.done, task.given_up, *resting):
            assert segment.frames <= place or segment.frames.isdisjoint(place)
    held = [attempt.left for attempt in task.live.values() if attempt.left]
    assert all(any(left == one.frames for one in task.task.segments) for left in held)


def places_of(task: TaskState) -> list[int]:
    """Every frame once for each place it is in."""
    live = (attempt.left for attempt in task.live.values())
    groups = (task.pending, task.done, task.given_up, *task.resting.values(), *live)
    return sorted(chain.from_iterable(groups))


def essence(state: State) -> dict[str, Any]:
    """All facts of a state.

    Left out is what is no fact: stops we asked for, which sessions we believe open, how far
    spread order has come, and whether anybody saw that the rest of some frames is over.
    """
    return {
        "cores": state.cores,
        "memory": (state.memory_bytes, state.free_bytes, state.total_bytes),
        "attempts": sorted(state.attempts),
        "jobs": {number: _job(job) for number, job in state.jobs.items()},
    }


def _job(job: JobState) -> dict[str, Any]:
    return {
        "plan": job.plan,
        "priority": job.priority,
        "submitted": job.submitted,
        "wish": job.wish,
        "slots": (job.slots_wanted, job.has_new_slots),
        "held": (job.held_because, job.must_hold),
        "made": job.attempts_made,
        "over": (job.status, job.finished),
        "tasks": {name: _task(task) for name, task in job.tasks.items()},
    }


def _task(task: TaskState) -> dict[str, Any]:
    resting = FrameSet()
    for frames in task.resting.values():
        resting = resting | frames
    return {
        "to try": task.pending | resting,
        "done": task.done,
        "given up": task.given_up,
        "losses": task.losses,
        "tries": task.tries,
        "suspects": task.suspects,
        "rests": (task.rests_until, task.launches_rest_until),
        "incidents": task.incidents,
        "knots": task.curve.knots,
        "learnt": task.curve.count,
        "evidence": task.evidence,
        "firsts": task.firsts,
        "layout": task.layout,
        "start": task.start_seconds,
        "footprint": (task.footprint_bytes, task.is_footprint_measured),
        "most": task.most_slots,
        "live": {name: _attempt(attempt) for name, attempt in task.live.items()},
        "ended": (task.has_ended, task.was_skipped),
    }


def _attempt(attempt: AttemptState) -> tuple[Any, ...]:
    return (
        attempt.number,
        attempt.slot,
        attempt.threads,
        attempt.sequence,
        attempt.left,
        attempt.started,
        attempt.is_open,
        attempt.pid,
        attempt.finished,
        attempt.memory_bytes,
    )


def replayed(journal: list[Event]) -> State:
    """The state that the journal alone gives."""
    state = State()
    for event in journal:
        state.apply(event)
    return state
