"""The state of a job from its journal, whoever wrote it."""

from dataclasses import replace

from framecrew.model.views import JobView
from framecrew.scheduler.state import State
from framecrew.scheduler.views import job_view
from framecrew.store.store import Store


def replay(store: Store, job: int) -> JobView:
    """The picture of a job. StoreError if there is none.

    The status is the store's where it knows better: a job whose owner died is interrupted, and no event says so.
    """
    stored = store.job(job)
    state = State()
    for event in store.journal(job):
        state.apply(event)
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
            progress=0.0,
            eta=None,
            tasks=(),
        )
    view = job_view(state.jobs[job], stored.finished or stored.created)
    if stored.status.is_over and not view.status.is_over:
        view = replace(
            view, status=stored.status, phase="over", eta=None, finished=stored.finished or 0.0
        )
    return view
