"""A record: one job's frames, attempts and failures in columns, folded from its journal.

The scheduler's state forgets an attempt when it is over and knows no times of single frames; what
a person looks at afterwards is here.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.scheduler.state import State

WAITING, GIVEN, DONE, KEPT, TRIED, GIVEN_UP = b"wgdktf"
MIB = 1024 * 1024
MOST_FAILURES = 2_000
"""Kept of each job, the newest."""

Run = tuple[int, int, int]


def runs_of(frames: FrameSet) -> Iterator[Run]:
    """The frames in ascending order as `(first, last, step)`, as few as that takes."""
    pending: Run | None = None
    for first, last in frames.runs():
        if first == last and pending is not None:
            one, two, step = pending
            if one == two or two + step == first:
                pending = (one, first, first - two)
                continue
        if pending is not None:
            yield pending
        pending = (first, last, 1)
    if pending is not None:
        yield pending


class Column:
    """The rows of one task's frames: which row is which frame's."""

    def __init__(self, frames: FrameSet) -> None:
        self.frames = frames
        self.runs = tuple(runs_of(frames))
        self._firsts = [run[0] for run in self.runs]
        self._offsets = [0]
        for first, last, step in self.runs:
            self._offsets.append(self._offsets[-1] + (last - first) // step + 1)

    def row(self, frame: int) -> int | None:
        """The row of a frame; None for one that is not of the task."""
        place = bisect_right(self._firsts, frame) - 1
        if place < 0:
            return None
        first, last, step = self.runs[place]
        if frame > last or (frame - first) % step:
            return None
        return self._offsets[place] + (frame - first) // step

    def rows(self, frames: Iterable[int]) -> Iterator[int]:
        for frame in frames:
            row = self.row(frame)
            if row is not None:
                yield row


class TaskRecord:
    """What happened to each frame of one render task."""

    def __init__(self, task: Task) -> None:
        count = len(task.frames)
        self.task = task
        self.column = Column(task.frames)
        self.states = bytearray([WAITING]) * count
        self.seconds = array("f", bytes(4 * count))
        self.memory = array("I", bytes(4 * count))
        self.tries = array("H", bytes(2 * count))
        self.attempts = array("I", bytes(4 * count))

    def set_all(self, frames: Iterable[int], state: int) -> None:
        for row in self.column.rows(frames):
            self.states[row] = state

    def free(self, frames: Iterable[int], number: int, state: int) -> None:
        """What an attempt held and did not finish has another state now."""
        for row in self.column.rows(frames):
            if self.states[row] == GIVEN and self.attempts[row] == number:
                self.states[row] = state


@dataclass(slots=True, kw_only=True)
class AttemptRecord:
    """One attempt from its start to its outcome."""

    attempt: str
    task: str
    slot: int
    threads: int
    frames: FrameSet
    started: float
    opened: float | None = None
    open_seconds: float = 0.0
    ended: float | None = None
    status: str = "starting"
    pid: int = 0
    failure: Failure | None = None
    done: list[tuple[float, float, float]] = field(default_factory=list)
    """Frame, moment, seconds."""

    @property
    def number(self) -> int:
        return int(self.attempt.partition(".")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRecord:
    """One failure and whom it hit."""

    at: float
    task: str
    attempt: str
    frames: FrameSet
    failure: Failure


class JobRecord:
    """One job, folded event by event; `event` is the number of the last."""

    def __init__(self, job: int) -> None:
        self.job = job
        self.event = 0
        self.plan: Plan | None = None
        self.tasks: dict[str, TaskRecord] = {}
        self.attempts: dict[str, AttemptRecord] = {}
        self.failures: list[FailureRecord] = []
        self.state = State()

    def take(self, number: int, event: ev.Event) -> None:
        """Fold one event of this job in."""
        self.event = number
        self.state.apply(event)
        match event:
            case ev.JobSubmitted() if self.plan is None:
                self.plan = event.plan
                self.tasks = {
                    task.id: TaskRecord(task)
                    for task in event.plan.tasks
                    if task.kind is TaskKind.RENDER
                }
            case ev.FramesKept() | ev.FramesRequeued() | ev.TaskEnded() | ev.FrameDoubted():
                self._about_frames(event)
            case ev.AttemptStarted():
                self._started(event)
            case (
                ev.SessionOpened()
                | ev.FrameFinished()
                | ev.FrameFailed()
                | ev.FramesGivenBack()
                | ev.SlotFreed()
                | ev.AttemptSucceeded()
                | ev.AttemptFailed()
                | ev.AttemptStopped()
                | ev.AttemptLost()
            ) if event.attempt in self.attempts:
                self._about_attempt(self.attempts[event.attempt], event)
            case _:
                pass

    def _about_frames(
        self, event: ev.FramesKept | ev.FramesRequeued | ev.TaskEnded | ev.FrameDoubted
    ) -> None:
        task = self.tasks.get(event.task)
        if task is None:
            return
        match event:
            case ev.FramesKept():
                task.set_all(event.frames, KEPT)
            case ev.FramesRequeued():
                task.set_all(event.frames, WAITING)
            case ev.TaskEnded():
                task.set_all(event.missing, GIVEN_UP)
            case ev.FrameDoubted():
                task.set_all((event.frame,), TRIED)
                one = FrameSet.of((event.frame,))
                self._failed(event.at, event.task, "", one, event.failure)

    def _started(self, event: ev.AttemptStarted) -> None:
        attempt = self.attempts[event.attempt] = AttemptRecord(
            attempt=event.attempt, task=event.task, slot=event.slot, threads=event.threads,
            frames=event.frames, started=event.at,
        )  # fmt: skip
        task = self.tasks.get(event.task)
        if task is None:
            return
        number = attempt.number
        for row in task.column.rows(event.frames):
            task.states[row] = GIVEN
            task.attempts[row] = number
            task.tries[row] = min(task.tries[row] + 1, 0xFFFF)

    def _about_attempt(
        self,
        attempt: AttemptRecord,
        event: ev.SessionOpened
        | ev.FrameFinished
        | ev.FrameFailed
        | ev.FramesGivenBack
        | ev.SlotFreed
        | ev.AttemptSucceeded
        | ev.AttemptFailed
        | ev.AttemptStopped
        | ev.AttemptLost,
    ) -> None:
        match event:
            case ev.SessionOpened():
                attempt.opened, attempt.open_seconds = event.at, event.seconds
                attempt.status, attempt.pid = "running", event.pid
            case ev.FrameFinished():
                self._finished(attempt, event)
            case ev.FrameFailed():
                task = self.tasks.get(attempt.task)
                one = FrameSet.of((event.frame,))
                if task is not None:
                    task.free(one, attempt.number, TRIED)
                self._failed(event.at, attempt.task, attempt.attempt, one, event.failure)
            case ev.FramesGivenBack():
                attempt.frames = attempt.frames - event.frames
                task = self.tasks.get(attempt.task)
                if task is not None:
                    for row in task.column.rows(event.frames):
                        task.tries[row] = max(0, task.tries[row] - 1)
                    task.free(event.frames, attempt.number, WAITING)
            case ev.SlotFreed():
                attempt.status = "finishing"
            case ev.AttemptSucceeded():
                self._over(attempt, event.at, "succeeded", WAITING)
            case ev.AttemptFailed():
                attempt.failure = event.failure
                hit = EMPTY
                if attempt.task in self.tasks:
                    finished = FrameSet.of(int(frame) for frame, _, _ in attempt.done)
                    hit = attempt.frames - finished
                if event.suspect is not None:
                    hit = FrameSet.of((event.suspect,))
                self._failed(event.at, attempt.task, attempt.attempt, hit, event.failure)
                self._over(attempt, event.at, "failed", TRIED)
            case ev.AttemptStopped():
                self._over(attempt, event.at, "stopped", WAITING)
            case ev.AttemptLost():
                self._over(attempt, event.at, "lost", WAITING)

    def _finished(self, attempt: AttemptRecord, event: ev.FrameFinished) -> None:
        task = self.tasks.get(attempt.task)
        if task is None:
            return  # A film is whole or not there; its attempt's end tells.
        attempt.done.append((event.frame, round(event.at, 3), round(event.seconds, 3)))
        row = task.column.row(event.frame)
        if row is None:
            return
        task.seconds[row] = event.seconds
        task.memory[row] = min(event.memory_bytes // MIB, 0xFFFFFFFF)
        if not task.task.segments:
            task.states[row] = DONE
        elif len(attempt.done) >= len(attempt.frames):
            # The frames of a segment are done together.
            task.set_all(attempt.frames, DONE)

    def _over(self, attempt: AttemptRecord, at: float, status: str, state: int) -> None:
        attempt.ended, attempt.status = at, status
        task = self.tasks.get(attempt.task)
        if task is not None:
            task.free(attempt.frames, attempt.number, state)

    def _failed(
        self, at: float, task: str, attempt: str, frames: FrameSet, failure: Failure
    ) -> None:
        self.failures.append(
            FailureRecord(at=at, task=task, attempt=attempt, frames=frames, failure=failure)
        )
        del self.failures[:-MOST_FAILURES]
