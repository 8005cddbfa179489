"""The decisions: state in, facts and instructions out. No clock, disk, thread or await.

`decide` lets each fact it makes change the state at once, so a fact of this step is seen by the
next one, and replaying the journal gives the same state without deciding anything again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.attempts import Assignment
from framecrew.model.jobs import Wish
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.blocks import blocks
from framecrew.scheduler.carving import CALL_SECONDS, carve
from framecrew.scheduler.evidence import evidence_of, news_key
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.layout import choose
from framecrew.scheduler.memory import critical_below
from framecrew.scheduler.room import claim, free_slot, threads_for_one_more
from framecrew.scheduler.samples import none_came
from framecrew.scheduler.segments import segment_of
from framecrew.scheduler.state import State
from framecrew.scheduler.status import final_status, is_hopeless, is_ready
from framecrew.scheduler.straggling import find_straggler
from framecrew.scheduler.tasks import TaskState


@dataclass(slots=True, kw_only=True)
class Consequences:
    """What one decision led to: facts to be written down, then instructions to carry out."""

    facts: list[ev.Event] = field(default_factory=list)
    instructions: list[ins.Instruction] = field(default_factory=list)


class Scheduler:
    """The pure scheduler of one conductor."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._backs_asked: set[str] = set()
        """Attempts asked for frames, which have not answered yet."""
        self._backs_refused: set[str] = set()
        """Attempts that gave nothing back; they are not asked again."""
        self._weighed: dict[tuple[int, str], tuple[object, ...]] = {}
        self._may_stop_for_memory = False
        self._now = 0.0
        self._out = Consequences()

    def handle(self, events: Sequence[ev.Event]) -> Consequences:
        """Apply events in order, then decide once; they are not among the facts returned."""
        for event in events:
            self._settle_questions(event)
            self.state.apply(event)
        return self.decide(events[-1].at)

    def _settle_questions(self, event: ev.Event) -> None:
        """Forget what was asked when its answer comes, or the end of whom we asked."""
        match event:
            case ev.FramesGivenBack():
                self._backs_asked.discard(event.attempt)
                attempt = self.state.attempts.get(event.attempt)
                if attempt is not None and attempt.left.isdisjoint(event.frames):
                    self._backs_refused.add(event.attempt)
            case (
                ev.AttemptSucceeded()
                | ev.AttemptFailed()
                | ev.AttemptStopped()
                | ev.AttemptLost()
            ):
                self._backs_asked.discard(event.attempt)
                self._backs_refused.discard(event.attempt)
            case ev.MemoryMeasured():
                self._may_stop_for_memory = True
            case _:
                pass

    def decide(self, now: float) -> Consequences:
        """Everything that follows from the state at this moment."""
        self._now, self._out = now, Consequences()
        over: set[int] = set()
        has_unclaimed = False
        for job in self.state.queue:
            self._hold_or_wake(job)
            over |= self._end(job)
            # One that ends before its sessions were open leaves that which looked into its scene.
            has_unclaimed |= job.status is not None and job.opens_sessions
        for job in self.state.queue:
            self._stop_ending(job)
            if job.may_start:
                self._choose_layouts(job)
                over |= self._shrink(job)
        idle = self._ease_memory()
        self._start_attempts()
        self._take_from_stragglers()
        leaving = (over | idle) - self.state.used_slots if over or idle else over
        if leaving or has_unclaimed:
            self._out.instructions.append(ins.CloseSessions(slots=tuple(sorted(leaving))))
        moment = self._next_moment()
        if moment is not None:
            self._out.instructions.append(ins.WakeAt(at=moment))
        return self._out

    # ── what is over, held or cancelled ───────────────────────────────────────────────────────

    def _hold_or_wake(self, job: JobState) -> None:
        if job.must_hold and not job.held_because:
            self._hold(job)
        elif job.held_because and job.hold_until is not None and job.hold_until <= self._now:
            self._fact(ev.QueueReleased(at=self._now, job=job.id))
        for task in job.tasks.values():
            if task.resting:
                task.wake(self._now)

    def _hold(self, job: JobState) -> None:
        """Hold a job; for a time that is known, all others that would meet the same with it."""
        reason, until = job.must_hold, job.hold_until
        others = (
            other
            for other in self.state.queue
            if until is not None
            and not other.held_because
            and not other.live
            and not other.renderers.isdisjoint(job.renderers)
        )
        for each in {job.id: job, **{other.id: other for other in others}}.values():
            self._fact(ev.QueueHeld(at=self._now, job=each.id, reason=reason, until=until))

    def _end(self, job: JobState) -> set[int]:
        """Tell what has come to its end; the slots whose sessions a finished job leaves.

        The end of a task may be the end of one after it, wherever that stands in the plan.
        """
        is_news = True
        while is_news:
            is_news = False
            for task in job.tasks.values():
                if self._is_over(job, task):
                    missing = task.missing
                    self._fact(
                        ev.TaskEnded(
                            at=self._now, job=job.id, task=task.task.id, missing=missing
                        )
                    )
                    is_news = True
        if not all(task.has_ended for task in job.tasks.values()):
            return set()
        slots = set[int]().union(*(task.open_slots for task in job.tasks.values()))
        self._fact(ev.JobFinished(at=self._now, job=job.id, status=final_status(job)))
        return slots

    @staticmethod
    def _is_over(job: JobState, task: TaskState) -> bool:
        if task.has_ended or task.live:
            return False
        return task.is_settled or is_hopeless(job, task)

    def _stop_ending(self, job: JobState) -> None:
        if job.wish is Wish.CANCEL or job.is_failing_fast:
            for attempt in job.live:
                self._stop(attempt)

    # ── layouts and memory ────────────────────────────────────────────────────────────────────

    def _choose_layouts(self, job: JobState) -> None:
        for task in job.tasks.values():
            if not (task.pending or task.live) or not is_ready(job, task):
                continue
            if not self._is_news(job, task):
                continue
            layout = choose(evidence_of(self.state, job, task))
            if (layout.slots, layout.threads) != task.layout[:2]:
                chosen = ev.LayoutChosen(
                    at=self._now,
                    job=job.id,
                    task=task.task.id,
                    slots=layout.slots,
                    threads=layout.threads,
                    reason=layout.reason,
                )
                self._fact(chosen)

    def _is_news(self, job: JobState, task: TaskState) -> bool:
        """True when something changed that a layout rests on."""
        place, key = (job.id, task.task.id), news_key(self.state, job, task)
        if task.layout[0] and self._weighed.get(place) == key:
            return False
        self._weighed[place] = key
        return True

    def _shrink(self, job: JobState) -> set[int]:
        """Where a person wants fewer slots now: what is too much ends after the frame in work;
        the slots whose sessions are idle, and not wanted any more.
        """
        if not job.has_new_slots:
            return set()
        leaving: set[int] = set()
        for task in job.tasks.values():
            if not task.is_render or task.has_ended or not task.layout[0]:
                continue
            working = sorted(task.at_work, key=lambda one: (not one.is_open, one.slot))
            for attempt in working[task.layout[0] :]:
                self._relieve(task, attempt)
            idle = sorted(task.open_slots - self.state.used_slots)
            room = max(0, task.layout[0] - len(working))
            leaving.update(idle[room:])
            task.open_slots.difference_update(idle[room:])
        return leaving

    def _relieve(self, task: TaskState, attempt: AttemptState) -> None:
        """Let an attempt end soon: one that has begun nothing at once."""
        if not attempt.is_open:
            self._stop(attempt)
            return
        asked = attempt.id in self._backs_asked or attempt.id in self._backs_refused
        waiting = FrameSet.of(attempt.waiting)
        can_part = task.task.traits.can_give_back and not task.task.segments
        if waiting and can_part and not asked and not attempt.is_stopping:
            self._backs_asked.add(attempt.id)
            back = ins.TakeBackFrames(attempt=attempt.id, frames=waiting)
            self._out.instructions.append(back)

    def _ease_memory(self) -> set[int]:
        """While memory is tight: the slots whose sessions are idle.

        Before the system ends something of its own choice, the youngest attempt is stopped; one
        for each measurement, for only the next one shows what that helped.
        """
        if not self.state.is_memory_tight:
            return set()
        attempts = self.state.at_work
        free, critical = self.state.free_bytes or 0, critical_below(self.state.total_bytes)
        if self._may_stop_for_memory and free < critical and len(attempts) > 1:
            self._stop(max(attempts, key=lambda attempt: (attempt.started, attempt.number)))
        self._may_stop_for_memory = False
        idle: set[int] = set()
        used = self.state.used_slots
        for job in self.state.queue:
            for task in job.tasks.values():
                idle |= task.open_slots - used
                task.open_slots &= used
        return idle

    # ── starting ──────────────────────────────────────────────────────────────────────────────

    def _start_attempts(self) -> None:
        """Fill the free slots, in the order of the queue.

        A task keeps the cores its layout wants: what is behind it gets only what is left over,
        so nothing that comes later can slow it down.
        """
        claimed = 0
        for job in self.state.queue:
            if not job.may_start:
                continue
            for task in job.tasks.values():
                pays = True
                while pays and self._has_work(job, task):
                    slot = free_slot(self.state, task)
                    threads = threads_for_one_more(self.state, job, task, slot, claimed)
                    if not threads:
                        return
                    pays = self._pays(task, slot)
                    if pays:
                        self._start(job, task, slot, threads)
                if pays and task.pending and self._may_go_on(job, task):
                    claimed += claim(self.state, task)

    def _has_work(self, job: JobState, task: TaskState) -> bool:
        return (
            bool(task.pending)
            and len(task.at_work) < task.layout[0]
            and self._may_go_on(job, task)
            and (self._may_launch(task) or free_slot(self.state, task) in task.open_slots)
        )

    def _may_launch(self, task: TaskState) -> bool:
        if task.starts_alone and task.is_starting:
            return False
        return self.state.next_launch(task) <= self._now

    def _may_go_on(self, job: JobState, task: TaskState) -> bool:
        return task.rests_until <= self._now and is_ready(job, task) and not none_came(task)

    def _pays(self, task: TaskState, slot: int) -> bool:
        """False for a session that would open only to find the work done by the open ones."""
        working = len(task.at_work)
        if not working or slot in task.open_slots or not task.task.traits.stays_open:
            return True
        if not task.curve.count or task.suspects:
            return True
        pace = task.pace(task.layout[1])
        left = task.curve.total(task.pending) + sum(
            task.curve.total(attempt.left) for attempt in task.at_work
        )
        ends = left * pace / working
        return task.start_seconds + task.curve.estimate(task.pending.first) * pace < ends

    def _start(self, job: JobState, task: TaskState, slot: int, threads: int) -> None:
        slots = max(task.layout[0], len(task.at_work) + 1)
        is_session = task.task.traits.stays_open
        if is_session and not task.curve.knots and job.slots_wanted is None:
            slots = max(slots, self.state.cores)  # As many may come once frames are measured.
        sequence = carve(task, job.plan.order, job.plan.chunk_size, slot=slot, slots=slots)
        is_ascending = all(a < b for a, b in pairwise(sequence))
        started = ev.AttemptStarted(
            at=self._now,
            job=job.id,
            task=task.task.id,
            attempt=f"{job.id}.{job.attempts_made + 1}",
            slot=slot,
            threads=threads,
            frames=FrameSet.of(sequence),
            sequence=() if is_ascending else sequence,
        )
        self._fact(started)
        assignment = assignment_of(self.state, job, task, started, sequence)
        self._out.instructions.append(ins.StartAttempt(assignment=assignment))

    # ── stragglers ────────────────────────────────────────────────────────────────────────────

    def _take_from_stragglers(self) -> None:
        """Give idle slots a share of what the slowest live attempts have not begun.

        Where a person fixed the size of chunks, chunks stay as they were cut.
        """
        for job in self.state.queue:
            if not job.may_start or job.plan.chunk_size is not None:
                continue
            for task in job.tasks.values():
                traits = task.task.traits
                # To take what another session has played up to, one would play all of it again.
                may_part = traits.can_give_back and not traits.plays_through
                if may_part and not task.task.segments and task.live and not task.pending:
                    self._take_back(job, task)

    def _take_back(self, job: JobState, task: TaskState) -> None:
        idle = task.layout[0] - len(task.live)
        idle -= len(self._backs_asked.intersection(task.live))
        if idle <= 0 or not self._may_go_on(job, task):
            return
        slot = free_slot(self.state, task)
        if not threads_for_one_more(self.state, job, task, slot, 0):
            return
        is_open = slot in task.open_slots
        cost = CALL_SECONDS if is_open else task.start_seconds + task.first_extra
        while idle > 0:
            willing = list(self._willing(task))
            found = find_straggler(task, willing, idle=idle, cost=cost, now=self._now)
            if found is None:
                return
            self._backs_asked.add(found.attempt.id)
            back = ins.TakeBackFrames(attempt=found.attempt.id, frames=found.frames)
            self._out.instructions.append(back)
            idle -= found.slots

    def _willing(self, task: TaskState) -> Iterator[AttemptState]:
        unwilling = self._backs_asked | self._backs_refused
        for attempt in task.live.values():
            if not attempt.is_stopping and attempt.id not in unwilling:
                yield attempt

    # ── small ones ────────────────────────────────────────────────────────────────────────────

    def _fact(self, event: ev.Event) -> None:
        self._out.facts.append(event)
        self.state.apply(event)

    def _stop(self, attempt: AttemptState) -> None:
        if not attempt.is_stopping:
            attempt.is_stopping = True
            self._out.instructions.append(ins.StopAttempt(attempt=attempt.id))

    def _next_moment(self) -> float | None:
        """When something that rests may go on; None if nothing does."""
        moments = [
            until
            for job in self.state.queue
            if job.may_start
            for task in job.tasks.values()
            if not task.has_ended
            for until in (task.rests_until, self.state.next_launch(task), *task.resting)
            if until > self._now
        ]
        moments += [
            job.hold_until
            for job in self.state.queue
            if job.hold_until is not None and job.hold_until > self._now
        ]
        return min(moments, default=None)


def assignment_of(
    state: State,
    job: JobState,
    task: TaskState,
    started: ev.AttemptStarted,
    sequence: tuple[int, ...],
) -> Assignment:
    """Everything a backend needs to know of one started attempt."""
    return Assignment(
        attempt=started.attempt,
        job=job.id,
        task=task.task.id,
        kind=task.task.kind,
        slot=started.slot,
        threads=started.threads,
        frames=started.frames,
        sequence=sequence,
        request=task.task.request,
        promises=task.task.promises,
        traits=task.task.traits,
        patience=job.plan.patience,
        scratch=job.plan.scratch,
        memory_limit=job.plan.memory_limit,
        allowed=job.plan.allowed,
        slots=max(task.layout[0], 1),
        share=min(1.0, started.threads / state.cores),
        cpus=_cpus(state, job, task, started.slot),
        stage=job.plan.stage,
        segment=segment_of(task.task, started.frames),
    )


def _cpus(state: State, job: JobState, task: TaskState, slot: int) -> tuple[int, ...]:
    """The processors of a slot; any where there is nothing to choose from."""
    if not job.plan.affinity or not task.is_render:
        return ()
    numa = job.plan.numa
    if not numa and not task.task.traits.stays_open and len(state.numa) > 1:
        # A session is opened before it is known how many there will be.
        numa = state.numa
    if not numa:
        return ()
    return blocks(numa, max(task.layout[0], slot + 1))[slot]
