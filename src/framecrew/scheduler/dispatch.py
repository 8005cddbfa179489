"""The decisions: state in, facts and instructions out. No clock, disk, thread or await.

`decide` lets each fact it makes change the state at once, so a fact of this step is seen by the next one, and
replaying the journal gives the same state without deciding anything again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.attempts import Assignment
from framecrew.model.jobs import Wish
from framecrew.model.statuses import AttemptStatus
from framecrew.scheduler.carving import CALL_SECONDS, carve
from framecrew.scheduler.layout import Evidence, choose
from framecrew.scheduler.state import AttemptState, JobState, State, TaskState
from framecrew.scheduler.status import final_status, is_ready


@dataclass(slots=True, kw_only=True)
class Consequences:
    """What one decision led to: facts to be written down first, instructions to be carried out after."""

    facts: list[ev.Event] = field(default_factory=list)
    instructions: list[ins.Instruction] = field(default_factory=list)


class Scheduler:
    """The pure scheduler of one conductor."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._stops_asked: set[str] = set()
        self._backs_asked: set[str] = set()
        self._backs_refused: dict[str, FrameSet] = {}
        self._weighed: dict[tuple[int, str], tuple[object, ...]] = {}
        self._now = 0.0
        self._out = Consequences()

    def handle(self, events: Sequence[ev.Event]) -> Consequences:
        """Apply some events in order, then decide once. They are not among the facts returned."""
        for event in events:
            self._settle_questions(event)
            self.state.apply(event)
        return self.decide(events[-1].at)

    def _settle_questions(self, event: ev.Event) -> None:
        """Forget what was asked of an attempt when its answer or its end comes."""
        match event:
            case ev.FramesGivenBack():
                self._backs_asked.discard(event.attempt)
                attempt = self.state.attempts.get(event.attempt)
                if attempt is not None and not event.frames:
                    self._backs_refused[event.attempt] = attempt.left
            case ev.AttemptSucceeded() | ev.AttemptFailed() | ev.AttemptStopped() | ev.AttemptLost():
                self._backs_asked.discard(event.attempt)
                self._backs_refused.pop(event.attempt, None)
                self._stops_asked.discard(event.attempt)
            case _:
                pass

    def decide(self, now: float) -> Consequences:
        """Everything that follows from the state at this moment."""
        self._now, self._out = now, Consequences()
        for job in self._queue():
            self._hold_or_wake(job)
            self._stop_cancelled(job)
            self._choose_layouts(job)
        self._ease_memory()
        self._start_attempts()
        self._take_from_stragglers()
        for job in list(self.state.jobs.values()):
            if job.status is None:
                self._end(job)
        moment = self._next_moment()
        if moment is not None:
            self._out.instructions.append(ins.WakeAt(at=moment))
        return self._out

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _queue(self) -> list[JobState]:
        """Unfinished jobs: higher priority first, then first in, first out."""
        jobs = [job for job in self.state.jobs.values() if job.status is None]
        return sorted(jobs, key=lambda job: (-job.priority, job.submitted, job.id))

    def _hold_or_wake(self, job: JobState) -> None:
        if job.must_hold and not job.held_because:
            self._fact(ev.QueueHeld(at=self._now, job=job.id, reason=job.must_hold))
        for task in job.tasks.values():
            if not task.resting:
                continue
            for until, frames in task.resting:
                if until <= self._now:
                    task.pending = task.pending | frames
            task.resting = [rest for rest in task.resting if rest[0] > self._now]

    def _stop_cancelled(self, job: JobState) -> None:
        if job.wish is Wish.CANCEL:
            for attempt in job.live:
                self._stop(attempt)

    def _choose_layouts(self, job: JobState) -> None:
        for task in job.tasks.values():
            if is_ready(job, task) and (task.pending or task.live) and self._is_news(job, task):
                layout = choose(self._evidence(job, task))
                if (layout.slots, layout.threads) != task.layout[:2]:
                    self._fact(
                        ev.LayoutChosen(
                            at=self._now, job=job.id, task=task.task.id, slots=layout.slots,
                            threads=layout.threads, reason=layout.reason,
                        )  # fmt: skip
                    )

    def _is_news(self, job: JobState, task: TaskState) -> bool:
        """True when something changed that a layout rests on; frames count by doublings."""
        frames = sum(known.frames for known in task.evidence.values())
        key = (
            frames.bit_length(), frames < 4 and frames, len(task.live), len(task.open_slots),
            task.most_slots, self.state.cores, self.state.memory_bytes, task.is_footprint_measured,
        )  # fmt: skip
        place = (job.id, task.task.id)
        if self._weighed.get(place) == key:
            return False
        self._weighed[place] = key
        return True

    def _evidence(self, job: JobState, task: TaskState) -> Evidence:
        traits = task.task.traits
        threads = max(
            (count for count, known in task.evidence.items() if known.frames >= 2),
            default=max(task.evidence, default=1),
        )
        known = task.evidence.get(threads)
        left = task.pending | _union(attempt.left for attempt in task.live.values())
        wall = known.wall / known.frames if known else 0.0
        # Times of the frames left, by the curve; the split of wall into CPU as it was measured.
        expected = wall
        if known and left:
            expected = task.curve.total(left) / len(left) * task.pace(threads)
        return Evidence(
            cores=self.state.cores,
            free_bytes=self.state.memory_bytes,
            footprint_bytes=task.footprint_bytes,
            is_footprint_measured=task.is_footprint_measured,
            frames=len(task.task.frames),
            frames_left=len(left),
            frame_seconds=expected if known else 0.0,
            cpu_seconds=(known.cpu / known.wall * expected) if known and known.wall else 0.0,
            measured_frames=known.frames if known else 0,
            threads=threads,
            start_seconds=task.start_seconds + task.first_extra,
            sessions=max(len(task.open_slots), len(task.live)),
            uses_all_cores=traits.uses_all_cores or not task.is_render,
            changes_threads=traits.changes_threads,
            slots_wanted=1 if not task.is_render else job.plan.slots,
            threads_wanted=self.state.cores if not task.is_render else job.plan.threads,
            most_slots=task.most_slots,
        )

    def _ease_memory(self) -> None:
        """Before the system ends something: close what is idle, and never start while it is tight."""
        if not self.state.is_memory_tight:
            return
        busy = {attempt.slot for attempt in self.state.attempts.values()}
        idle: set[int] = set()
        for job in self._queue():
            for task in job.tasks.values():
                idle |= task.open_slots - busy
                task.open_slots &= busy
        if idle:
            self._out.instructions.append(ins.CloseSessions(slots=tuple(sorted(idle))))
        free, total = self.state.free_bytes or 0, self.state.total_bytes
        young = max(self.state.attempts.values(), key=lambda a: a.started, default=None)
        if free < total // 33 and young is not None and len(self.state.attempts) > 1:
            self._stop(young)

    def _start_attempts(self) -> None:
        for job in self._queue():
            if job.wish is not Wish.RUN or job.held_because or job.must_hold:
                continue
            for task in job.tasks.values():
                while self._has_work(job, task):
                    threads = self._threads_now(job, task)
                    if not threads:
                        # What is next in the queue waits for room; nothing behind it may take that room away.
                        return
                    if not self._start(job, task, threads):
                        break

    def _has_work(self, job: JobState, task: TaskState) -> bool:
        return (
            is_ready(job, task)
            and bool(task.pending)
            and task.rests_until <= self._now
            and len(task.live) < task.layout[0]
        )

    def _threads_now(self, job: JobState, task: TaskState) -> int:
        """Threads for one more attempt of this task; 0 when there is no room.

        Alone, a task's layout is trusted. Beside other tasks it gets the cores they leave over.
        """
        live = self.state.attempts
        slots, threads, _ = task.layout
        if live and self.state.is_memory_tight:
            return 0
        if job.plan.threads is None:
            # The last few frames share all cores, and cores that do not divide evenly go to the first slots.
            slots = min(slots, len(task.live) + len(task.pending))
            spare = self.state.cores % slots
            threads = max(threads, self.state.cores // slots + (self._free_slot(task) < spare))
        others = sum(a.threads for a in live.values() if (a.job, a.task) != (job.id, task.task.id))
        if not others:
            return threads
        mine = sum(a.threads for a in task.live.values())
        return min(threads, max(0, self.state.cores - others - mine))

    def _start(self, job: JobState, task: TaskState, threads: int) -> bool:
        slot = self._free_slot(task)
        slots = max(task.layout[0], len(task.live) + 1)
        if not self._pays(task, slot):
            return False
        sequence = carve(task, job.plan.order, job.plan.chunk_size, slots)
        frames = FrameSet.of(sequence)
        is_ascending = all(a < b for a, b in zip(sequence, sequence[1:], strict=False))
        started = ev.AttemptStarted(
            at=self._now, job=job.id, task=task.task.id, attempt=f"{job.id}.{job.attempts_made + 1}",
            slot=slot, threads=threads, frames=frames, sequence=() if is_ascending else sequence,
        )  # fmt: skip
        self._fact(started)
        self._out.instructions.append(
            ins.StartAttempt(assignment=assignment_of(job, task, started, sequence))
        )
        return True

    def _pays(self, task: TaskState, slot: int) -> bool:
        """False for a new session that would open only to find the work done by the open ones."""
        if not task.live or slot in task.open_slots or not task.task.traits.stays_open:
            return True
        if not task.curve.count or task.suspects:
            return True
        pace = task.pace(task.layout[1])
        left = task.curve.total(task.pending) + sum(
            task.curve.total(attempt.left) for attempt in task.live.values()
        )
        ends = left * pace / len(task.live)
        return task.start_seconds + task.curve.estimate(task.pending.first) * pace < ends

    def _free_slot(self, task: TaskState) -> int:
        """The lowest free slot that has this task's session open, else the lowest free one."""
        busy = {attempt.slot for attempt in self.state.attempts.values()}
        open_and_free = sorted(task.open_slots - busy)
        if open_and_free:
            return open_and_free[0]
        slot = 0
        while slot in busy:
            slot += 1
        return slot

    def _take_from_stragglers(self) -> None:
        """Give an idle slot half of what the slowest live attempt of its task has not begun."""
        for job in self._queue():
            if job.wish is not Wish.RUN or job.held_because:
                continue
            for task in job.tasks.values():
                if not task.task.traits.can_give_back or task.pending or not task.live:
                    continue
                idle = task.layout[0] - len(task.live)
                if idle > 0 and not any(a in self._backs_asked for a in task.live):
                    self._take_back(task)

    def _take_back(self, task: TaskState) -> None:
        busy = {attempt.slot for attempt in self.state.attempts.values()}
        cost = CALL_SECONDS if task.open_slots - busy else task.start_seconds + task.first_extra
        willing = [
            attempt
            for attempt in task.live.values()
            if attempt.id not in self._stops_asked
            and attempt.status is AttemptStatus.RUNNING
            and self._backs_refused.get(attempt.id) != attempt.left
        ]
        if not willing:
            return
        victim = max(willing, key=lambda attempt: task.curve.total(attempt.left))
        waiting = [frame for frame in victim.sequence if frame in victim.left][1:]
        gain = task.curve.total(FrameSet.of(waiting)) * task.pace(victim.threads)
        if not waiting or gain < cost:
            return
        taken = FrameSet.of(waiting[len(waiting) // 2 :])
        self._backs_asked.add(victim.id)
        self._out.instructions.append(ins.TakeBackFrames(attempt=victim.id, frames=taken))

    def _end(self, job: JobState) -> None:
        for task in job.tasks.values():
            if task.has_ended or task.live:
                continue
            if task.unfinished and not self._is_hopeless(job, task):
                continue
            self._fact(
                ev.TaskEnded(at=self._now, job=job.id, task=task.task.id, missing=task.missing)
            )
        if all(task.has_ended for task in job.tasks.values()):
            self._fact(ev.JobFinished(at=self._now, job=job.id, status=final_status(job)))
            slots = sorted(set().union(*(task.open_slots for task in job.tasks.values())))
            for task in job.tasks.values():
                task.open_slots.clear()
            if slots and not self.state.attempts:
                self._out.instructions.append(ins.CloseSessions(slots=tuple(slots)))

    @staticmethod
    def _is_hopeless(job: JobState, task: TaskState) -> bool:
        """True if what is unfinished will never be tried: cancelled, or a task before it failed."""
        return job.wish is Wish.CANCEL or any(
            job.tasks[name].has_ended and job.tasks[name].missing for name in task.task.after
        )

    # ── small ones ───────────────────────────────────────────────────────────────────────────────

    def _fact(self, event: ev.Event) -> None:
        self._out.facts.append(event)
        self.state.apply(event)

    def _stop(self, attempt: AttemptState) -> None:
        if attempt.id not in self._stops_asked:
            self._stops_asked.add(attempt.id)
            attempt.status = AttemptStatus.STOPPING
            self._out.instructions.append(ins.StopAttempt(attempt=attempt.id))

    def _next_moment(self) -> float | None:
        moments = [
            until
            for job in self._queue()
            if job.wish is Wish.RUN and not job.held_because
            for task in job.tasks.values()
            for until in (task.rests_until, *(until for until, _ in task.resting))
            if until > self._now and task.unfinished
        ]
        return min(moments, default=None)


def assignment_of(
    job: JobState, task: TaskState, started: ev.AttemptStarted, sequence: tuple[int, ...]
) -> Assignment:
    """Everything a backend needs to know of one started attempt."""
    return Assignment(
        attempt=started.attempt, job=job.id, task=task.task.id, kind=task.task.kind,
        slot=started.slot, threads=started.threads, frames=started.frames, sequence=sequence,
        request=task.task.request, promises=task.task.promises, traits=task.task.traits,
        patience=job.plan.patience, scratch=job.plan.scratch, memory_limit=job.plan.memory_limit,
    )  # fmt: skip


def _union(sets: Iterator[FrameSet]) -> FrameSet:
    whole = FrameSet.of(())
    for one in sets:
        whole = whole | one
    return whole
