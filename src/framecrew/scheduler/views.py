"""The state, pictured for people."""

from math import sqrt

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure
from framecrew.model.plans import TaskKind
from framecrew.model.requests import FilmRequest
from framecrew.model.statuses import AttemptStatus, JobStatus
from framecrew.model.views import AttemptView, Eta, JobView, Loss, TaskView
from framecrew.scheduler.state import JobState, TaskState
from framecrew.scheduler.status import job_status, task_status

STITCH_SHARE = 0.05
"""Share of the progress that each stitch stands for."""


def job_view(job: JobState, now: float) -> JobView:
    """The picture of one job at a moment."""
    status = job_status(job)
    return JobView(
        id=job.id, name=job.plan.name, status=status, wish=job.wish, priority=job.priority,
        held_because=job.held_because, submitted=job.submitted, finished=job.finished,
        phase=_phase(job, status), progress=_progress(job, status), eta=_eta(job),
        tasks=tuple(_task_view(job, task, now) for task in job.tasks.values()),
    )  # fmt: skip


def _phase(job: JobState, status: JobStatus) -> str:
    if status.is_over:
        return "over"
    live = [task for task in job.tasks.values() if task.live]
    if any(not task.is_render for task in live):
        return "stitching"
    if any(task.done for task in job.tasks.values()):
        return "rendering"
    running = any(a.status is not AttemptStatus.STARTING for task in live for a in task.live.values())
    return "rendering" if running else "starting"


def _progress(job: JobState, status: JobStatus) -> float:
    if status is JobStatus.DONE:
        return 1.0
    renders = [task for task in job.tasks.values() if task.is_render]
    stitches = [task for task in job.tasks.values() if not task.is_render]
    total = sum(len(task.task.frames) for task in renders)
    done = sum(len(task.done) for task in renders) / total if total else 0.0
    share = STITCH_SHARE * len(stitches)
    stitched = sum(STITCH_SHARE for task in stitches if not task.missing)
    return min(0.999, done * (1 - share) + stitched)


def _eta(job: JobState) -> Eta | None:
    """The work left by the cost curve, spread over the slots; wider the fewer frames are measured."""
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
    return TaskView(
        id=task.task.id, kind=task.task.kind,
        target="" if isinstance(request, FilmRequest) else request.target,
        status=task_status(job, task, now), frames=task.task.frames, done=task.done,
        losses=_losses(task), slots=task.layout[0], threads=task.layout[1], reason=task.layout[2],
        seconds_per_frame=task.curve.mean, footprint_bytes=task.footprint_bytes,
        attempts=tuple(
            AttemptView(
                attempt=a.id, task=a.task, slot=a.slot, threads=a.threads, status=a.status, pid=a.pid,
                left=a.left, finished=a.finished, started=a.started, memory_bytes=a.memory_bytes,
            )
            for a in sorted(task.live.values(), key=lambda a: a.slot)
        ),
        outputs=(
            (request.film,)
            if isinstance(request, FilmRequest)
            else tuple(promise.final.text for promise in task.task.promises)
        ),
    )  # fmt: skip


def _losses(task: TaskState) -> tuple[Loss, ...]:
    """Given-up frames gathered by kind and reason, in order of their first frame."""
    if task.task.kind is TaskKind.STITCH:
        failed = task.given_up and task.last_failure
        return (Loss(frames=FrameSet.of(()), failure=failed),) if failed else ()
    groups: dict[tuple[str, str], tuple[Failure, list[int]]] = {}
    for frame in sorted(task.reasons):
        failure = task.reasons[frame]
        groups.setdefault((failure.kind, failure.reason), (failure, []))[1].append(frame)
    losses = [
        Loss(frames=FrameSet.of(frames), failure=failure) for failure, frames in groups.values()
    ]
    rest = task.given_up - FrameSet.of(task.reasons)
    if rest and task.last_failure is not None:
        losses.append(Loss(frames=rest, failure=task.last_failure))
    return tuple(sorted(losses, key=lambda loss: loss.frames.first))
