"""The state of a job from its journal, whoever wrote it; and what became of its files since."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from framecrew.conductor.existing import find_existing
from framecrew.conductor.keeping import any_standing
from framecrew.conductor.searching import Search
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Existing
from framecrew.model.plans import Task
from framecrew.model.statuses import JobStatus
from framecrew.model.views import JobView
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.state import State
from framecrew.scheduler.views import ALMOST, job_view
from framecrew.store.records import StoredJob
from framecrew.store.store import Store


def replay(store: Store, job: int) -> JobView:
    """The picture of a job. StoreError if there is none."""
    stored = store.job(job)
    return view_from(replayed(store.journal(job)), stored)


def replayed(journal: Iterable[ev.Event]) -> State:
    """The state that a journal amounts to."""
    state = State()
    for event in journal:
        state.apply(event)
    return state


def view_from(state: State, stored: StoredJob) -> JobView:
    """The picture of a job whose journal was replayed.

    The status is the store's where it knows better: a job whose owner died is interrupted, and no event says so.
    """
    job = stored.id
    if job not in state.jobs:
        # Taken in, but its first event was never written.
        return JobView(
            id=job,
            name=stored.name,
            status=stored.status,
            wish=stored.wish,
            priority=stored.priority,
            held_because="",
            submitted=stored.created,
            finished=stored.finished or 0.0,
            phase="over" if stored.status.is_over else "starting",
            progress=stored.progress or 0.0,
            eta=None,
            tasks=(),
        )
    view = job_view(state.jobs[job], stored.finished or stored.created)
    if view.status is not JobStatus.DONE:
        # Pulses told more than the journal knows, and it was shown.
        view = replace(view, progress=max(view.progress, min(ALMOST, stored.progress or 0.0)))
    if stored.status.is_over and not view.status.is_over:
        view = replace(
            view, status=stored.status, phase="over", eta=None, finished=stored.finished or 0.0
        )
    return view


async def find_changes(
    job: JobState, *, search: Search, now: Callable[[], float]
) -> list[ev.Event]:
    """What a replayed journal does not know: frames delivered in the last moments of its owner,
    and finished ones whose files are gone.
    """
    facts: list[ev.Event] = []
    unfinished: list[Task] = []
    for state in job.tasks.values():
        task = state.task
        if not state.is_render or state.has_ended:
            continue
        pending = state.pending | state.left_of_live
        segments = tuple(one for one in task.segments if not one.frames.isdisjoint(pending))
        if pending:
            unfinished.append(replace(task, frames=pending, segments=segments))
        if task.promises:
            facts += [
                ev.FrameDoubted(at=now(), job=job.id, task=task.id, frame=frame, failure=GONE)
                for frame in state.done - any_standing(task.promises, state.done)
            ]
    if job.plan.existing is Existing.KEEP and unfinished:
        rest = replace(job.plan, tasks=tuple(unfinished))
        facts += await find_existing(
            rest, job.id, search=search, now=now, on_step=lambda _step: None
        )
    return facts


GONE = Failure(
    kind=FailureKind.SKIPPED_FRAME, reason="it was delivered, and its file is gone since"
)
