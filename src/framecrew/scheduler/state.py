"""The scheduler's state: what you get by applying the journal's events in order.

`State.apply` is the only door for facts; replaying a journal therefore gives the live state.
What is remembered only to avoid asking twice (a stop asked for, frames asked back), and what is
only believed (which sessions are open), is no fact: none rests on it, and it is lost with us.
"""

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import Plan, Task
from framecrew.model.requests import RenderRequest
from framecrew.scheduler.attempts import AttemptState, holding
from framecrew.scheduler.blame import UNSETTLED, blame_attempt, blame_doubted, blame_frames
from framecrew.scheduler.costs import CostCurve
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.memory import easy_above, tight_below
from framecrew.scheduler.samples import none_came, untried
from framecrew.scheduler.segments import whole_only, with_rest
from framecrew.scheduler.tasks import MOST_FIRSTS, FirstFrame, TaskState, ThreadEvidence


class State:
    """All jobs of one conductor, and what the machine offers them."""

    def __init__(self) -> None:
        self.cores = 1
        self.memory_bytes = 8_000_000_000
        self.free_bytes: int | None = None
        self.total_bytes = 0
        self.jobs: dict[int, JobState] = {}
        self.attempts: dict[str, AttemptState] = {}
        self.launched_at: dict[str, float] = {}
        """When a program of a renderer was started last."""
        self.numa: tuple[tuple[int, ...], ...] = ()
        self._queue: list[JobState] | None = None

    @property
    def queue(self) -> list[JobState]:
        """Unfinished jobs: higher priority first, then first in, first out."""
        if self._queue is None:
            jobs = (job for job in self.jobs.values() if job.status is None)
            self._queue = sorted(jobs, key=lambda job: (-job.priority, job.submitted, job.id))
        return self._queue

    @property
    def is_memory_tight(self) -> bool:
        return self.free_bytes is not None and self.free_bytes < tight_below(self.total_bytes)

    @property
    def used_slots(self) -> set[int]:
        """Slots whose session has something to do."""
        return {attempt.slot for attempt in self.attempts.values()}

    @property
    def at_work(self) -> list[AttemptState]:
        """Live attempts that hold their slot."""
        return holding(self.attempts.values())

    @property
    def busy_slots(self) -> set[int]:
        """Slots that take nothing more now."""
        return {attempt.slot for attempt in self.at_work}

    def task_of(self, attempt: AttemptState) -> TaskState:
        return self.jobs[attempt.job].tasks[attempt.task]

    @staticmethod
    def renderer_of(task: TaskState) -> str:
        """The name of the renderer whose programs a task starts; a stitch has none."""
        request = task.task.request
        return request.renderer if isinstance(request, RenderRequest) else ""

    def next_launch(self, task: TaskState) -> float:
        """The moment from which a task may start one more program."""
        last = self.launched_at.get(self.renderer_of(task))
        apart = 0.0 if last is None or not task.spawn_seconds else last + task.spawn_seconds
        return max(task.launches_rest_until, apart)

    def apply(self, event: ev.Event) -> None:
        """Let one fact change the state.

        Facts about jobs, tasks and attempts that are not there (any more) change nothing.
        """
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
            case ev.SlotFreed():
                self._slot_freed(event)
            case ev.AttemptSucceeded():
                self._attempt_succeeded(event)
            case ev.AttemptFailed():
                self._attempt_failed(event)
            case ev.AttemptStopped() | ev.AttemptLost():
                self._attempt_over(event.attempt, keeps_session=False)
            case ev.MachineMeasured():
                self.cores, self.memory_bytes = max(1, event.cores), event.memory_bytes
                self.numa = event.numa
            case ev.MemoryMeasured():
                self._memory_measured(event)
            case ev.JobSubmitted():
                self._submitted(event)
            case _:
                job = self.jobs.get(event.job)
                if job is not None:
                    self._apply_to_job(job, event)

    def _apply_to_job(self, job: JobState, event: ev.Event) -> None:
        match event:
            case ev.WishChanged():
                job.wish = event.wish
            case ev.PriorityChanged():
                job.priority, self._queue = event.priority, None
            case ev.SlotsChanged():
                self._slots_changed(job, event.slots)
            case ev.QueueHeld():
                job.held_because, job.hold_until = event.reason or "held", event.until
            case ev.QueueReleased():
                job.held_because = job.must_hold = ""
                job.hold_until = None
            case ev.JobFinished():
                self._job_finished(job, event)
            case (
                ev.FramesKept()
                | ev.FrameDoubted()
                | ev.FramesRequeued()
                | ev.LayoutChosen()
                | ev.TaskEnded()
            ):
                task = job.tasks.get(event.task)
                if task is not None:
                    self._apply_to_task(job, task, event)
            case _:
                pass

    def _apply_to_task(
        self,
        job: JobState,
        task: TaskState,
        event: ev.FramesKept
        | ev.FrameDoubted
        | ev.FramesRequeued
        | ev.LayoutChosen
        | ev.TaskEnded,
    ) -> None:
        match event:
            case ev.FramesKept():
                kept = whole_only(task.task, task.free_to_try(event.frames))
                task.take_out(kept)
                task.finish(kept)
            case ev.FrameDoubted():
                self._doubted(job, task, event)
            case ev.FramesRequeued():
                self._requeued(job, task, event.frames)
            case ev.LayoutChosen():
                task.layout = (event.slots, event.threads, event.reason)
            case ev.TaskEnded():
                self._task_ended(job, task)

    # ── jobs ──────────────────────────────────────────────────────────────────────────────────

    def _submitted(self, event: ev.JobSubmitted) -> None:
        if event.job in self.jobs:
            return
        tasks = {
            task.id: TaskState(
                task=task,
                pending=task.frames,
                hoped=task.frames,
                curve=CostCurve(task.frames),
                start_seconds=task.traits.start_seconds,
                spawn_seconds=_spawn_seconds(event.plan, task),
                footprint_bytes=task.traits.memory_bytes,
            )
            for task in event.plan.tasks
        }
        self.jobs[event.job] = JobState(
            id=event.job,
            plan=event.plan,
            priority=event.priority,
            submitted=event.at,
            tasks=tasks,
            slots_wanted=event.plan.slots,
        )
        self._queue = None

    @staticmethod
    def _slots_changed(job: JobState, slots: int | None) -> None:
        job.slots_wanted, job.has_new_slots = slots, True
        for task in job.tasks.values():
            if task.is_render and not task.has_ended:
                # Chosen anew: from evidence there would only ever be more.
                task.layout = (0, 0, "")

    def _requeued(self, job: JobState, task: TaskState, frames: FrameSet) -> None:
        """Given-up frames are tried again; so are those that a finished job never got to.

        A film after them begins anew: what it was made of changes.
        """
        again = with_rest(task.task, frames & task.given_up)
        is_over = job.status is not None
        if not again and not (is_over and task.free_to_try(frames)):
            return
        task.forgive(again)
        task.has_ended = task.was_skipped = False
        for other in job.dependents(task.task.id):
            other.has_ended = other.was_skipped = False
            other.begin_anew()
        if is_over or job.wish is Wish.CANCEL:
            job.wish = Wish.RUN
        job.status, job.finished, self._queue = None, 0.0, None

    @staticmethod
    def _doubted(job: JobState, task: TaskState, event: ev.FrameDoubted) -> None:
        """Frames are compared as they come, so a doubt comes before the end of their task.

        A film that was kept is made anew: what it was made of is doubted.
        """
        if task.has_ended or not task.is_render or event.frame not in task.done:
            return
        if task.task.segments:
            return  # Its frames are no pictures that could be compared.
        blame_doubted(job, task, event)
        for other in job.dependents(task.task.id):
            other.has_ended = other.was_skipped = False
            other.begin_anew()

    @staticmethod
    def _task_ended(job: JobState, task: TaskState) -> None:
        task.has_ended = True
        holes = sum(len(job.tasks[name].missing) for name in task.task.after)
        if holes and task.missing:
            task.was_skipped = True
            reason = f"{holes} frames of the sequence are missing"
            task.give_up(task.missing, Failure(kind=FailureKind.HOLE, reason=reason))
        elif none_came(task):
            task.give_up(task.missing, untried(task))

    def _job_finished(self, job: JobState, event: ev.JobFinished) -> None:
        job.status, job.finished, self._queue = event.status, event.at, None
        for task in job.tasks.values():
            task.open_slots.clear()

    def _memory_measured(self, event: ev.MemoryMeasured) -> None:
        """Too little: tasks at work have a slot less. Plenty: those cut back get one more."""
        self.free_bytes, self.total_bytes = event.free_bytes, event.total_bytes
        for job in self.queue:
            for task in job.tasks.values():
                if self.is_memory_tight:
                    if now := len(task.at_work):
                        task.most_slots = max(1, min(task.most_slots or now, now) - 1)
                elif task.most_slots is not None and event.free_bytes > easy_above(
                    event.total_bytes, task.footprint_bytes
                ):
                    task.most_slots += 1

    # ── attempts ──────────────────────────────────────────────────────────────────────────────

    def _attempt_started(self, event: ev.AttemptStarted) -> None:
        job = self.jobs.get(event.job)
        if job is None or event.task not in job.tasks:
            return
        task = job.tasks[event.task]
        job.attempts_made += 1
        attempt = AttemptState(
            id=event.attempt,
            number=job.attempts_made,
            job=event.job,
            task=event.task,
            slot=event.slot,
            threads=event.threads,
            sequence=event.sequence or tuple(event.frames),
            held=event.frames,
            started=event.at,
        )
        task.take_out(event.frames)
        task.reached[event.slot] = event.frames.last
        if event.slot not in task.open_slots:
            self.launched_at[self.renderer_of(task)] = event.at
        for other_job in self.queue:
            for other in other_job.tasks.values():
                if other is not task:
                    other.open_slots.discard(event.slot)
        task.live[event.attempt] = attempt
        self.attempts[event.attempt] = attempt

    def _session_opened(self, event: ev.SessionOpened) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        task = self.task_of(attempt)
        attempt.is_open, attempt.pid = True, event.pid
        attempt.memory_bytes = max(attempt.memory_bytes, event.memory_bytes)
        if event.seconds > 0:
            task.start_seconds = event.seconds
        if task.task.traits.stays_open:
            task.open_slots.add(attempt.slot)

    def _frame_finished(self, event: ev.FrameFinished) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None or not attempt.has(event.frame):
            return
        task = self.task_of(attempt)
        if not task.is_render:
            return  # A film is whole or not there; its attempt's end tells.
        if task.task.segments:
            if event.frame in attempt.proved:
                return
            self._segment_finished(task, attempt, event)
        else:
            attempt.settled.add(event.frame)
            attempt.finished += 1
            task.done_since.add(event.frame)
        if task.incidents:
            task.incidents.clear()
        if task.tries and event.frame in task.done_since:
            task.tries.pop(event.frame, None)
        if event.memory_bytes > attempt.memory_bytes:
            attempt.memory_bytes = event.memory_bytes
            known = task.footprint_bytes if task.is_footprint_measured else 0
            task.footprint_bytes = max(known, event.memory_bytes)
            task.is_footprint_measured = True
        self._learn(task, attempt, event)

    @staticmethod
    def _segment_finished(
        task: TaskState, attempt: AttemptState, event: ev.FrameFinished
    ) -> None:
        """The frames of a segment are done with the last of them, or not at all."""
        attempt.proved.add(event.frame)
        segment = attempt.left
        if len(attempt.proved) == len(segment):
            attempt.drop(segment)
            attempt.finished = len(segment)
            task.finish(segment)
            task.tries = {
                frame: made for frame, made in task.tries.items() if frame not in segment
            }

    @staticmethod
    def _learn(task: TaskState, attempt: AttemptState, event: ev.FrameFinished) -> None:
        """The cost of a frame is what it would take one core, whatever the threads.

        Where a renderer waits more than it computes (a GPU does the work), it is the wall time.
        Where every frame is the first of a program, first frames are the ordinary ones.
        """
        cost = max(event.seconds, event.cpu_seconds)
        threads = attempt.threads
        if event.is_first and (task.task.traits.stays_open or len(attempt.sequence) > 1):
            first = FirstFrame(frame=event.frame, wall=event.seconds, threads=threads)
            task.firsts = (*task.firsts[1 - MOST_FIRSTS :], first)
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
        if attempt is None or not attempt.has(event.frame):
            return
        task = self.task_of(attempt)
        if task.is_render and not task.task.segments:  # Else the attempt's end tells.
            one = FrameSet.of((event.frame,))
            attempt.drop(one)
            blame_frames(self.jobs[attempt.job], attempt, event.failure, one, at=event.at)

    def _given_back(self, event: ev.FramesGivenBack) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        task = self.task_of(attempt)
        if task.is_render:
            back = whole_only(task.task, event.frames & attempt.left)
            attempt.drop(back)
            task.pending = task.pending | back

    def _slot_freed(self, event: ev.SlotFreed) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is not None and self.task_of(attempt).task.segments:
            attempt.is_finishing = True

    def _attempt_succeeded(self, event: ev.AttemptSucceeded) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is None:
            return
        left = attempt.left
        attempt.drop(left)
        if not self.task_of(attempt).is_render:
            self.task_of(attempt).finish(left)
        elif left:
            # Success over frames nobody settled: they are not done, whatever it says of itself.
            blame_frames(self.jobs[attempt.job], attempt, UNSETTLED, left, at=event.at)
        self._attempt_over(event.attempt, keeps_session=True)

    def _attempt_failed(self, event: ev.AttemptFailed) -> None:
        attempt = self.attempts.get(event.attempt)
        if attempt is not None:
            self._attempt_over(event.attempt, keeps_session=False)
            blame_attempt(self.jobs[attempt.job], attempt, event)

    def _attempt_over(self, attempt_id: str, *, keeps_session: bool) -> None:
        """The attempt is gone; what it had not settled is free again."""
        attempt = self.attempts.pop(attempt_id, None)
        if attempt is None:
            return
        task = self.task_of(attempt)
        task.live.pop(attempt_id, None)
        task.pending = task.pending | attempt.left
        if not keeps_session and not attempt.is_finishing:
            # Else the session is another's by now.
            task.open_slots.discard(attempt.slot)


def _spawn_seconds(plan: Plan, task: Task) -> float:
    return task.traits.spawn_seconds if plan.spawn_seconds is None else plan.spawn_seconds
