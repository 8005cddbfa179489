"""The scheduler's state: what you get by applying the journal's events in order. Nothing else changes it.

`State.apply` is the only door for facts; replaying a journal therefore gives the live state. What is remembered only
to avoid asking twice (a stop asked for, frames asked back) is no fact: it lives in `Asked` and is lost with us.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.statuses import AttemptStatus, JobStatus
from framecrew.scheduler.costs import CostCurve
from framecrew.scheduler.retry import LAUNCH_POLICY, POLICIES, STITCH_POLICY, RetryPolicy, Scope

_UNSETTLED = Failure(
    kind=FailureKind.SKIPPED_FRAME, reason="the attempt said it succeeded, but this frame was never delivered"
)


@dataclass(slots=True, kw_only=True)
class ThreadEvidence:
    """Finished frames with one number of threads."""

    frames: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    cost: float = 0.0
    """In the cost curve's seconds."""


@dataclass(slots=True, kw_only=True)
class AttemptState:
    """One live attempt."""

    id: str
    job: int
    task: str
    slot: int
    threads: int
    sequence: tuple[int, ...]
    left: FrameSet
    """Frames it has neither finished, failed nor given back."""
    started: float
    status: AttemptStatus = AttemptStatus.STARTING
    pid: int = 0
    finished: int = 0
    last_frame_at: float = 0.0
    memory_bytes: int = 0


@dataclass(slots=True, kw_only=True)
class TaskState:
    """One task of a job. Every frame of it is in exactly one of: pending, resting, live, done, failed."""

    task: Task
    pending: FrameSet
    done: FrameSet = EMPTY
    given_up: FrameSet = EMPTY
    reasons: dict[int, Failure] = field(default_factory=dict)
    """Why, for the given-up frames blamed one by one; for the others `last_failure` is why."""
    tries: dict[int, int] = field(default_factory=dict)
    suspects: list[FrameSet] = field(default_factory=list)
    """Parts of failed chunks whose culprit is not known; each is tried as a chunk of its own, and halved again."""
    resting: list[tuple[float, FrameSet]] = field(default_factory=list)
    rests_until: float = 0.0
    """The whole task starts nothing before this moment."""
    launches_failed: int = 0
    """In a row, with no frame finished between."""
    failures_of_task: dict[FailureKind, int] = field(default_factory=dict)
    curve: CostCurve
    evidence: dict[int, ThreadEvidence] = field(default_factory=dict)
    """By number of threads."""
    layout: tuple[int, int, str] = (0, 0, "")
    """Slots, threads, reason; zero slots until chosen."""
    open_slots: set[int] = field(default_factory=set)
    """Slots whose session for this task is believed open."""
    start_seconds: float = 0.0
    """From starting a program to its being ready; typical until measured."""
    first_seconds: float = 0.0
    """Cost of the first frame of a session, which holds what is done once; 0 until measured."""
    spread_cursor: Iterator[int] | None = None
    """Where giving out in spread order has come to."""
    footprint_bytes: int = 0
    is_footprint_measured: bool = False
    most_slots: int | None = None
    live: dict[str, AttemptState] = field(default_factory=dict)
    has_ended: bool = False
    was_skipped: bool = False
    last_failure: Failure | None = None

    @property
    def is_render(self) -> bool:
        return self.task.kind is TaskKind.RENDER

    @property
    def missing(self) -> FrameSet:
        return self.task.frames - self.done

    @property
    def unfinished(self) -> FrameSet:
        """Frames that may still come: neither done nor given up."""
        return self.missing - self.given_up

    @property
    def first_extra(self) -> float:
        """Seconds by which the first frame of a session is longer than an ordinary one."""
        return max(0.0, self.first_seconds - self.curve.mean) if self.curve.count else 0.0

    def pace(self, threads: int) -> float:
        """Wall seconds per second of the cost curve with so many threads; a guess where none was measured."""
        known = self.evidence.get(threads)
        if known is None and self.evidence:
            nearest = min(self.evidence, key=lambda count: abs(count - threads))
            other = self.evidence[nearest]
            return min(1.0, other.wall / max(other.cost, 1e-9) * nearest / max(1, threads))
        return known.wall / max(known.cost, 1e-9) if known else 1.0

    def why(self, frame: int) -> Failure | None:
        """The failure that made us give a frame up; None if we did not."""
        return self.reasons.get(frame, self.last_failure) if frame in self.given_up else None


@dataclass(slots=True, kw_only=True)
class JobState:
    """One job with its tasks."""

    id: int
    plan: Plan
    priority: int
    submitted: float
    tasks: dict[str, TaskState]
    wish: Wish = Wish.RUN
    held_because: str = ""
    must_hold: str = ""
    """A failure wants the job held; told to the world by the next `QueueHeld`."""
    attempts_made: int = 0
    status: JobStatus | None = None
    """Set when the job has finished."""
    finished: float = 0.0

    @property
    def live(self) -> list[AttemptState]:
        return [attempt for task in self.tasks.values() for attempt in task.live.values()]


class State:
    """All jobs of one conductor, and what the machine offers them."""

    def __init__(self) -> None:
        self.cores = 1
        self.memory_bytes = 8_000_000_000
        self.free_bytes: int | None = None
        self.total_bytes = 0
        self.jobs: dict[int, JobState] = {}
        self.attempts: dict[str, AttemptState] = {}

    @property
    def is_memory_tight(self) -> bool:
        return self.free_bytes is not None and self.free_bytes < tight_below(self.total_bytes)

    def task_of(self, attempt: AttemptState) -> TaskState:
        return self.jobs[attempt.job].tasks[attempt.task]

    def apply(self, event: ev.Event) -> None:
        """Let one fact change the state. Facts about attempts that are not live any more change nothing."""
        match event:
            case ev.FrameFinished():
                self._frame_finished(event)
            case ev.AttemptStarted():
                self._attempt_started(event)
            case ev.SessionOpened():
                self._session_opened(event)
            case ev.FrameFailed():
                self._frame_failed(event)
            case ev.FramesGivenBack():
                self._given_back(event)
            case ev.AttemptSucceeded():
                self._attempt_succeeded(event)
            case ev.AttemptFailed():
                self._attempt_failed(event)
            case ev.AttemptStopped() | ev.AttemptLost():
                self._attempt_over(event.attempt, keeps_session=False)
            case ev.JobSubmitted():
                self._submitted(event)
            case ev.FramesKept():
                self._kept(event)
            case ev.FramesRequeued():
                self._requeued(event)
            case ev.LayoutChosen():
                task = self.jobs[event.job].tasks[event.task]
                task.layout = (event.slots, event.threads, event.reason)
            case ev.WishChanged():
                self.jobs[event.job].wish = event.wish
            case ev.PriorityChanged():
                self.jobs[event.job].priority = event.priority
            case ev.QueueHeld():
                self.jobs[event.job].held_because = event.reason
            case ev.QueueReleased():
                self.jobs[event.job].held_because = self.jobs[event.job].must_hold = ""
            case ev.TaskEnded():
                self._task_ended(event)
            case ev.JobFinished():
                job = self.jobs[event.job]
                job.status, job.finished = event.status, event.at
            case ev.MachineMeasured():
                self.cores, self.memory_bytes = max(1, event.cores), event.memory_bytes
            case ev.MemoryMeasured():
                self._memory_measured(event)

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────────

    def _submitted(self, event: ev.JobSubmitted) -> None:
        tasks = {
            task.id: TaskState(
                task=task, pending=task.frames, curve=CostCurve(task.frames),
                start_seconds=task.traits.start_seconds, footprint_bytes=task.traits.memory_bytes,
            )
            for task in event.plan.tasks
        }
        self.jobs[event.job] = JobState(
            id=event.job, plan=event.plan, priority=event.priority, submitted=event.at, tasks=tasks
        )

    def _kept(self, event: ev.FramesKept) -> None:
        task = self.jobs[event.job].tasks[event.task]
        kept = event.frames & task.pending
        task.pending = task.pending - kept
        task.done = task.done | kept

    def _requeued(self, event: ev.FramesRequeued) -> None:
        job = self.jobs[event.job]
        task = job.tasks[event.task]
        again = event.frames & task.given_up
        for frame in [frame for frame in task.tries if frame in again]:
            del task.tries[frame]
        for frame in [frame for frame in task.reasons if frame in again]:
            del task.reasons[frame]
        task.given_up = task.given_up - again
        task.pending = task.pending | again
        task.launches_failed, task.rests_until = 0, 0.0
        task.failures_of_task.clear()
        job.status = None
        job.wish = Wish.RUN
        for other in job.tasks.values():
            if other is task or task.task.id in other.task.after:
                other.has_ended = other.was_skipped = False
                if other is not task:
                    other.given_up, other.done = EMPTY, EMPTY
                    other.pending = other.task.frames
                    other.reasons.clear()
                    other.failures_of_task.clear()

    def _task_ended(self, event: ev.TaskEnded) -> None:
        job = self.jobs[event.job]
        task = job.tasks[event.task]
        task.has_ended = True
        holes = sum(len(job.tasks[name].missing) for name in task.task.after)
        if holes and task.missing:
            task.was_skipped = True
            reason = f"{holes} frames of the sequence are missing"
            task.last_failure = Failure(kind=FailureKind.HOLE, reason=reason)
            task.given_up, task.pending = task.missing, EMPTY

    def _memory_measured(self, event: ev.MemoryMeasured) -> None:
        self.free_bytes, self.total_bytes = event.free_bytes, event.total_bytes
        for job in self.jobs.values():
            for task in job.tasks.values():
                if event.free_bytes < tight_below(event.total_bytes):
                    if len(task.live) > 1 or len(task.open_slots) > 1:
                        now = max(len(task.live), len(task.open_slots))
                        task.most_slots = max(1, min(task.most_slots or now, now) - 1)
                elif task.most_slots is not None and event.free_bytes > easy_above(
                    event.total_bytes, task.footprint_bytes
                ):
                    task.most_slots += 1

    # ── attempts ─────────────────────────────────────────────────────────────────────────────────

    def _attempt_started(self, event: ev.AttemptStarted) -> None:
        job = self.jobs[event.job]
        task = job.tasks[event.task]
        attempt = AttemptState(
            id=event.attempt, job=event.job, task=event.task, slot=event.slot,
            threads=event.threads, sequence=event.sequence or tuple(event.frames),
            left=event.frames, started=event.at, last_frame_at=event.at,
        )  # fmt: skip
        job.attempts_made += 1
        task.pending = task.pending - event.frames
        task.suspects = [group for group in task.suspects if group.isdisjoint(event.frames)]
        task.resting = [
            (until, rest) for until, frames in task.resting if (rest := frames - event.frames)
        ]
        task.live[event.attempt] = attempt
        self.attempts[event.attempt] = attempt

    def _session_opened(self, event: ev.SessionOpened) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        task = self.task_of(attempt)
        attempt.status, attempt.pid = AttemptStatus.RUNNING, event.pid
        attempt.memory_bytes = event.memory_bytes
        attempt.last_frame_at = event.at
        if event.seconds > 0:
            task.start_seconds = event.seconds
        if task.task.traits.stays_open:
            task.open_slots.add(attempt.slot)

    def _frame_finished(self, event: ev.FrameFinished) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None or event.frame not in attempt.left:
            return
        task = self.task_of(attempt)
        attempt.left = attempt.left.without_frame(event.frame)
        attempt.finished += 1
        attempt.last_frame_at = event.at
        task.done = task.done.with_frame(event.frame)
        task.launches_failed = 0
        if task.tries:
            task.tries.pop(event.frame, None)
        if event.memory_bytes > attempt.memory_bytes:
            attempt.memory_bytes = event.memory_bytes
            known = task.footprint_bytes if task.is_footprint_measured else 0
            task.footprint_bytes = max(known, event.memory_bytes)
            task.is_footprint_measured = True
        self._learn(task, attempt.threads, event)

    @staticmethod
    def _learn(task: TaskState, threads: int, event: ev.FrameFinished) -> None:
        """The cost of a frame is what it would take one core, so frames of any number of threads compare.

        Where a renderer waits more than it computes (a GPU does the work), it is the wall time.
        """
        cost = max(event.seconds, event.cpu_seconds)
        if event.is_first:
            task.first_seconds = max(task.first_seconds, cost)
            task.curve.presume(event.frame, cost)
            return
        task.curve.learn(event.frame, cost)
        known = task.evidence.get(threads)
        if known is None:
            known = task.evidence[threads] = ThreadEvidence()
        known.frames += 1
        known.wall += event.seconds
        known.cpu += event.cpu_seconds
        known.cost += cost

    def _frame_failed(self, event: ev.FrameFailed) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None or event.frame not in attempt.left:
            return
        attempt.left = attempt.left.without_frame(event.frame)
        task = self.task_of(attempt)
        self._blame(task, event.failure, FrameSet.of((event.frame,)), event.at, attempt.job)

    def _given_back(self, event: ev.FramesGivenBack) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        back = event.frames & attempt.left
        attempt.left = attempt.left - back
        task = self.task_of(attempt)
        task.pending = task.pending | back

    def _attempt_succeeded(self, event: ev.AttemptSucceeded) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is not None:
            task = self.task_of(attempt)
            if not task.is_render:
                task.done, attempt.left = task.done | attempt.left, EMPTY
            elif attempt.left:
                # Success over frames nobody settled: they are not done, whatever the attempt says of itself.
                unsettled, attempt.left = attempt.left, EMPTY
                self._blame(task, _UNSETTLED, unsettled, event.at, attempt.job)
        self._attempt_over(event.attempt, keeps_session=True)

    def _attempt_failed(self, event: ev.AttemptFailed) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        task = self.task_of(attempt)
        left = attempt.left
        was_opened = attempt.status is not AttemptStatus.STARTING
        self._attempt_over(event.attempt, keeps_session=False)
        failure = event.failure
        policy = POLICIES[failure.kind]
        task.last_failure = failure
        if not task.is_render:
            made = task.failures_of_task.get(failure.kind, 0) + 1
            task.failures_of_task[failure.kind] = made
            self._rest_task(task, failure, STITCH_POLICY if policy.tries > 1 else policy, made, event.at)
        elif policy.scope is Scope.FRAME and not was_opened and not attempt.finished:
            task.launches_failed += 1
            self._rest_task(task, failure, LAUNCH_POLICY, task.launches_failed, event.at)
        elif policy.scope is not Scope.FRAME:
            self._blame(task, failure, left, event.at, attempt.job)
        elif event.suspect is not None and event.suspect in left:
            self._blame(task, failure, FrameSet.of((event.suspect,)), event.at, attempt.job)
        elif len(left) == 1:
            self._blame(task, failure, left, event.at, attempt.job)
        elif left:
            half = left.take(len(left) // 2)
            task.suspects += [half, left - half]

    def _attempt_over(self, attempt_id: str, *, keeps_session: bool) -> None:
        """The attempt is gone; what it had not settled is free again."""
        attempt = self.attempts.pop(attempt_id, None)
        if attempt is None:
            return
        task = self.task_of(attempt)
        task.live.pop(attempt_id, None)
        task.pending = task.pending | attempt.left
        if not keeps_session:
            task.open_slots.discard(attempt.slot)

    # ── blame ────────────────────────────────────────────────────────────────────────────────────

    def _blame(
        self, task: TaskState, failure: Failure, frames: FrameSet, at: float, job: int
    ) -> None:
        """Give these frames back with one try less, or give them (or the whole task) up."""
        policy = POLICIES[failure.kind]
        task.last_failure = failure
        if policy.fewer_slots and max(len(task.live), len(task.open_slots)) > 1:
            task.most_slots = max(1, max(len(task.live), len(task.open_slots)) - 1)
        if policy.holds_job:
            self.jobs[job].must_hold = failure.reason
        if policy.scope is Scope.MACHINE:
            task.pending = task.pending | frames
            return
        if policy.scope is Scope.TASK:
            task.pending = task.pending | frames
            made = task.failures_of_task.get(failure.kind, 0) + 1
            task.failures_of_task[failure.kind] = made
            self._rest_task(task, failure, policy, made, at)
            return
        most = self.jobs[job].plan.tries
        for frame in frames:
            made = task.tries.get(frame, 0) + 1
            task.tries[frame] = made
            again = policy.next_try(made, at, most=most)
            one = FrameSet.of((frame,))
            task.pending = task.pending - one
            if again is None:
                task.given_up = task.given_up | one
                task.reasons[frame] = failure
            elif again > at:
                task.resting.append((again, one))
            else:
                task.pending = task.pending | one

    @staticmethod
    def _rest_task(
        task: TaskState, failure: Failure, policy: RetryPolicy, made: int, at: float
    ) -> None:
        again = policy.next_try(made, at)
        if again is not None:
            task.rests_until = max(task.rests_until, again)
            return
        for frames in (task.pending, *(frames for _, frames in task.resting)):
            task.given_up = task.given_up | frames
        task.pending, task.resting, task.suspects = EMPTY, [], []


def tight_below(total_bytes: int) -> int:
    """Free memory below this is too little: 10 % of all, at least 1 GB (but never half of a small machine)."""
    return min(max(total_bytes // 10, 1_000_000_000), total_bytes // 2)


def easy_above(total_bytes: int, footprint_bytes: int) -> int:
    """Free memory above this allows one session more: room for two, and twice the lower mark."""
    return 2 * tight_below(total_bytes) + 2 * footprint_bytes
