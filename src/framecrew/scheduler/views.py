"""The state, pictured for people."""

from math import sqrt

from framecrew.frames.sets import EMPTY
from framecrew.model.plans import TaskKind
from framecrew.model.requests import StitchRequest
from framecrew.model.statuses import JobStatus
from framecrew.model.views import AttemptView, Eta, JobView, Loss, TaskView
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.status import job_status, task_status
from framecrew.scheduler.tasks import TaskState

STITCH_SHARE = 0.05
"""Share of the progress that each stitch stands for, as long as they are few."""
MOST_FOR_STITCHES = 0.3
ALMOST = 0.999
"""The progress of a job whose last proof is not there yet."""


def job_view(job: JobState, now: float) -> JobView:
    """The picture of one job at a moment."""
    status = job_status(job)
    return JobView(
        id=job.id,
        name=job.plan.name,
        status=status,
        wish=job.wish,
        priority=job.priority,
        held_because=job.held_because,
        submitted=job.submitted,
        finished=job.finished,
        phase=_phase(job, status),
        progress=1.0 if status is JobStatus.DONE else progress_with(job, 0.0, 0.0),
        eta=_eta(job),
        tasks=tuple(_task_view(job, task, now) for task in job.tasks.values()),
        slots_wanted=job.slots_wanted,
    )


def _phase(job: JobState, status: JobStatus) -> str:
    if status.is_over:
        return "over"
    live = [task for task in job.tasks.values() if task.live]
    if any(not task.is_render for task in live):
        return "stitching"
    if any(task.done for task in job.tasks.values()):
        return "rendering"
    is_running = any(attempt.is_open for attempt in job.live)
    return "rendering" if is_running else "starting"


def progress_with(job: JobState, inside: float, encoded: float) -> float:
    """The one progress of a job that is not over, with what is done inside frames and films that
    are not finished: so many frames' and films' worth.
    """
    total = done = stitches = stitched = 0
    for task in job.tasks.values():
        if task.is_render:
            total += len(task.task.frames)
            done += task.done_count
        else:
            stitches += 1
            stitched += task.done_count == len(task.task.frames)
    return progress_of(min(total, done + inside), total, stitched + encoded, stitches)


def progress_of(done: float, total: int, stitched: float, stitches: int) -> float:
    """The one number of a job that is not over: 0 to almost 1, whole frames or parts of them."""
    share = _stitch_share(stitches)
    rendered = done / total if total else 0.0
    # Rounded here, so that it is the same number at every door.
    return round(min(ALMOST, rendered * (1 - share * stitches) + share * stitched), 6)


def frames_part(view: JobView) -> float:
    """0 to 1 of the frames alone, told from the one progress so that the two never differ.

    Where several films are made, some while others' frames are rendered, whole frames count.
    """
    whole = view.done / view.total if view.total else 0.0
    stitches = sum(task.kind is TaskKind.STITCH for task in view.tasks)
    if view.status.is_over or whole == 1.0 or stitches > 1:
        return whole
    return max(whole, min(ALMOST, view.progress / (1 - _stitch_share(stitches) * stitches)))


def _stitch_share(stitches: int) -> float:
    return min(STITCH_SHARE, MOST_FOR_STITCHES / max(1, stitches))


def _eta(job: JobState) -> Eta | None:
    """The work left by the cost curve, over the slots; wider the fewer frames are measured."""
    left = 0.0
    measured = 0
    for task in job.tasks.values():
        if not task.is_render or task.has_ended or not task.curve.count:
            continue
        frames = task.unfinished
        slots = max(1, min(task.layout[0], len(frames)))
        left += task.curve.total(frames) * task.pace(task.layout[1]) / slots
        measured += task.curve.count
    if not measured or not job.live:
        return None
    doubt = 0.08 + 0.6 / sqrt(measured)
    return Eta(soonest=left * max(0.3, 1 - doubt), latest=left * (1 + doubt) + 0.5)


def _task_view(job: JobState, task: TaskState, now: float) -> TaskView:
    request = task.task.request
    slots, threads, reason = task.layout
    is_hidden = any(after.task.rushes for after in job.dependents(task.task.id))
    outputs = tuple(promise.final.text for promise in task.task.promises if not is_hidden)
    if isinstance(request, StitchRequest):
        outputs = (request.film,)
    return TaskView(
        id=task.task.id,
        kind=task.task.kind,
        target="" if isinstance(request, StitchRequest) else request.target,
        status=task_status(job, task, now),
        frames=task.task.frames,
        done=task.done,
        losses=_losses(task),
        slots=slots,
        threads=threads,
        reason=reason,
        seconds_per_frame=task.curve.mean,
        footprint_bytes=task.footprint_bytes if task.is_footprint_measured else 0,
        attempts=tuple(
            _attempt_view(attempt)
            for attempt in sorted(task.live.values(), key=lambda attempt: attempt.slot)
        ),
        outputs=outputs,
    )


def _attempt_view(attempt: AttemptState) -> AttemptView:
    return AttemptView(
        attempt=attempt.id,
        task=attempt.task,
        slot=attempt.slot,
        threads=attempt.threads,
        status=attempt.status,
        pid=attempt.pid,
        left=attempt.left,
        finished=attempt.finished,
        started=attempt.started,
        memory_bytes=attempt.memory_bytes,
    )


def _losses(task: TaskState) -> tuple[Loss, ...]:
    """Given-up frames by kind and reason, in order of their first frame.

    A film has none of its own to lose: they are listed where they were to be rendered.
    """
    if task.task.kind is TaskKind.STITCH:
        return tuple(Loss(frames=EMPTY, failure=loss.failure) for loss in task.losses.values())
    return tuple(sorted(task.losses.values(), key=lambda loss: loss.frames.first))
