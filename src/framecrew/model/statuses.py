"""Statuses: what is the case, computed; a person's wish is another thing (`model/jobs.py`)."""

from enum import StrEnum


class JobStatus(StrEnum):
    """The status of a job, computed from its wish and its tasks."""

    QUEUED = "queued"
    """Nothing of it has run yet."""
    RUNNING = "running"
    HELD = "held"
    """A person, or a full disk, keeps new attempts from starting."""
    DONE = "done"
    """Every frame is checked and published, and the film proved."""
    INCOMPLETE = "incomplete"
    """Ended with some frames missing; they are listed."""
    FAILED = "failed"
    """Ended with nothing delivered."""
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """Framecrew ended in the middle of it; `framecrew retry` goes on."""

    @property
    def is_over(self) -> bool:
        return self in OVER


OVER = frozenset(
    {
        JobStatus.DONE,
        JobStatus.INCOMPLETE,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
        JobStatus.INTERRUPTED,
    }
)


class TaskStatus(StrEnum):
    """The status of a task."""

    WAITING = "waiting"
    """A task before it is not done."""
    READY = "ready"
    """Has frames to give out."""
    RUNNING = "running"
    """At least one attempt is live."""
    RESTING = "resting"
    """Will be tried again at a known moment."""
    DONE = "done"
    """All frames checked and published."""
    FAILED = "failed"
    """The retry policy gave up; the missing frames are listed."""
    SKIPPED = "skipped"
    """A task before it failed."""

    @property
    def has_ended(self) -> bool:
        return self in (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.SKIPPED)


class AttemptStatus(StrEnum):
    """The status of an attempt; the last four are its outcomes."""

    STARTING = "starting"
    RUNNING = "running"
    FINISHING = "finishing"
    """Its frames are rendered and its slot is free; its file is being finished and proved."""
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
