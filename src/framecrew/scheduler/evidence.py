"""What is known about a task when its layout is chosen, gathered from the state."""

from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.layout import Evidence
from framecrew.scheduler.segments import most_attempts
from framecrew.scheduler.state import State
from framecrew.scheduler.tasks import TaskState


def evidence_of(state: State, job: JobState, task: TaskState) -> Evidence:
    """Times are of the frames left, by the curve; the share of CPU is as it was measured."""
    traits = task.task.traits
    threads = max(
        (count for count, known in task.evidence.items() if known.frames >= 2),
        default=max(task.evidence, default=1),
    )
    known = task.evidence.get(threads)
    left = task.pending | task.left_of_live
    wall = known.wall / known.frames if known else 0.0
    if known and left:
        wall = task.curve.total(left) / len(left) * task.pace(threads)
    cpu = known.cpu / known.wall * wall if known and known.wall else 0.0
    size = job.plan.chunk_size
    if task.task.segments:
        size = max(1, len(task.task.frames) // len(task.task.segments))
    if known and not traits.stays_open and size is not None:
        # Every few frames pay a start, which one thread does alone.
        share = task.start_seconds / size
        wall, cpu = wall + share, cpu + share
    starts = task.start_seconds + task.first_extra
    return Evidence(
        cores=state.cores,
        free_bytes=state.memory_bytes,
        footprint_bytes=_footprint(job, task),
        is_footprint_measured=task.is_footprint_measured
        or job.plan.memory_per_slot is not None,
        frames=most_attempts(task.task, task.task.frames),
        frames_left=len(left),
        frame_seconds=wall,
        cpu_seconds=cpu,
        measured_frames=known.frames if known else 0,
        threads=threads,
        start_seconds=starts,
        restart_seconds=task.first_extra if traits.changes_threads else starts,
        sessions=max(len(task.open_slots), len(task.at_work)),
        slots_now=task.layout[0],
        uses_all_cores=traits.uses_all_cores or not task.is_render,
        slots_wanted=1 if not task.is_render else job.slots_wanted,
        threads_wanted=state.cores if not task.is_render else job.plan.threads,
        most_slots=task.most_slots,
        limit=job.plan.max_slots,
    )


def _footprint(job: JobState, task: TaskState) -> int:
    """What a person says one process needs, or what one was measured to need if that is more."""
    told = job.plan.memory_per_slot
    if told is None:
        return task.footprint_bytes
    return max(told, task.footprint_bytes if task.is_footprint_measured else 0)


def news_key(state: State, job: JobState, task: TaskState) -> tuple[object, ...]:
    """All that a layout rests on; frames count by doublings, as means change less and less."""
    frames = sum(known.frames for known in task.evidence.values())
    return (
        frames if frames < 4 else frames.bit_length() + 4,
        task.most_slots,
        state.cores,
        state.memory_bytes,
        task.is_footprint_measured,
        job.slots_wanted,
    )
