"""Statuses, computed from wishes and facts; kept nowhere."""

from framecrew.model.jobs import Wish
from framecrew.model.statuses import JobStatus, TaskStatus
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.samples import none_came
from framecrew.scheduler.tasks import TaskState


def is_ready(job: JobState, task: TaskState) -> bool:
    """True if the task has not ended, and what comes before it is done."""
    return not task.has_ended and all(
        job.tasks[name].has_ended and not job.tasks[name].missing for name in task.task.after
    )


def is_hopeless(job: JobState, task: TaskState) -> bool:
    """True if what is unfinished will never be tried: the job is ending, a task before it failed,
    or none of its samples came.
    """
    return (
        job.wish is Wish.CANCEL
        or job.is_failing_fast
        or none_came(task)
        or any(
            job.tasks[name].has_ended and job.tasks[name].missing for name in task.task.after
        )
    )


def task_status(job: JobState, task: TaskState, now: float) -> TaskStatus:
    """The status of a task; the first row that holds."""
    rows = (
        (task.was_skipped, TaskStatus.SKIPPED),
        (task.has_ended and not task.missing, TaskStatus.DONE),
        (task.has_ended, TaskStatus.FAILED),
        (bool(task.live), TaskStatus.RUNNING),
        (not is_ready(job, task), TaskStatus.WAITING),
        (task.rests_until > now, TaskStatus.RESTING),
        (not task.pending and bool(task.resting), TaskStatus.RESTING),
    )
    return next((status for holds, status in rows if holds), TaskStatus.READY)


def job_status(job: JobState) -> JobStatus:
    """The status of a job; the first row that holds."""
    if job.status is not None:
        return job.status
    rows = (
        (bool(job.held_because) or job.wish is Wish.HOLD, JobStatus.HELD),
        (bool(job.attempts_made), JobStatus.RUNNING),
    )
    return next((status for holds, status in rows if holds), JobStatus.QUEUED)


def final_status(job: JobState) -> JobStatus:
    """What a job whose tasks have all ended amounts to."""
    if all(not task.missing for task in job.tasks.values()):
        return JobStatus.DONE
    if job.wish is Wish.CANCEL:
        return JobStatus.CANCELLED
    if any(task.done for task in job.tasks.values() if task.is_render):
        return JobStatus.INCOMPLETE
    return JobStatus.FAILED
