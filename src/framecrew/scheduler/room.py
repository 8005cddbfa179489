"""Which slot is free, and how many threads one more attempt may have there."""

from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.segments import most_attempts
from framecrew.scheduler.state import State
from framecrew.scheduler.tasks import TaskState


def free_slot(state: State, task: TaskState) -> int:
    """The lowest free slot that has this task's session open, else the lowest free one."""
    busy = state.busy_slots
    slot = min(task.open_slots - busy, default=None)
    if slot is not None:
        return slot
    return next(slot for slot in range(len(busy) + 1) if slot not in busy)


def threads_for_one_more(
    state: State, job: JobState, task: TaskState, slot: int, claimed: int
) -> int:
    """Threads for one more attempt of this task; 0 when there is no room.

    Alone, a task's layout is trusted. Beside other tasks it gets the cores they leave over, and
    those ahead of it in the queue have `claimed` some besides those they use.
    """
    if state.attempts and state.is_memory_tight:
        return 0
    slots, threads, _ = task.layout
    live = task.at_work
    if job.plan.threads is None and (
        task.task.traits.changes_threads or slot not in task.open_slots
    ):
        # The last few frames share all cores; cores that do not divide evenly go to the first.
        slots = min(slots, len(live) + most_attempts(task.task, task.pending))
        share, spare = divmod(state.cores, slots)
        threads = max(threads, share + (sum(a.threads > share for a in live) < spare))
    mine = sum(attempt.threads for attempt in live)
    others = sum(attempt.threads for attempt in state.at_work) - mine + claimed
    if not others:
        return threads
    return min(threads, max(0, state.cores - others - mine))


def claim(state: State, task: TaskState) -> int:
    """Cores that a task with frames to give out will need besides those it uses now."""
    working = task.at_work
    slots = min(task.layout[0], len(working) + most_attempts(task.task, task.pending))
    wanted = min(state.cores, slots * task.layout[1])
    return max(0, wanted - sum(attempt.threads for attempt in working))
