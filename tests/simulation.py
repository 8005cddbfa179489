"""A simulated machine for the pure scheduler: virtual seconds, no processes.

It answers instructions as the local backend would: sessions start, frames take their time (a
serial part and a part shared by the threads), frames are given back, and faults are what the
test says.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from typing import Any

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Order
from framecrew.model.outputs import Promise, Segment
from framecrew.model.plans import Plan, Task, TaskKind, Traits
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.model.views import JobView
from framecrew.scheduler.dispatch import Consequences, Scheduler
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.tasks import TaskState
from framecrew.scheduler.views import job_view

GB = 1_000_000_000

SESSION = Traits(
    stays_open=True,
    any_frames=True,
    can_give_back=True,
    changes_threads=True,
    start_seconds=1.0,
    memory_bytes=100_000_000,
)
"""A renderer that stays open and gives frames back."""

COLD = Traits(can_give_back=True, start_seconds=10.0, memory_bytes=100_000_000)
"""A renderer that pays its start with every chunk."""


def render_task(
    frames: str,
    traits: Traits = SESSION,
    name: str = "render",
    renderer: str = "simulated",
) -> Task:
    """One target's frames."""
    final = FramePattern.parse(f"/out/{name.replace(':', '_')}_####.png")
    return Task(
        id=name,
        kind=TaskKind.RENDER,
        frames=FrameSet.parse(frames),
        traits=traits,
        request=RenderRequest(renderer=renderer, scene="/scene"),
        promises=(Promise(name="main", made=FramePattern.parse("f_####.png"), final=final),),
    )


def segments_task(
    frames: str, *sizes: int, traits: Traits = COLD, name: str = "render"
) -> Task:
    """The same, as segments of a film; sizes take turns."""
    left, segments, turns = FrameSet.parse(frames), [], cycle(sizes)
    while left:
        first, last = next(left.runs())
        piece = FrameSet.range(first, min(last, first + next(turns) - 1))
        segments.append(Segment(frames=piece, path=f"/out/{name}/{piece}.mov"))
        left = left - piece
    task = render_task(frames, traits, name)
    return replace(task, promises=(), segments=tuple(segments))


def film_task(frames: str, after: str = "render", name: str = "film") -> Task:
    """A film of the same frames."""
    return Task(
        id=name,
        kind=TaskKind.STITCH,
        frames=FrameSet.parse(frames),
        request=FilmRequest(
            pictures="/out/f_####.png", film="/out/f.mp4", preset="h264", fps="24"
        ),
        after=(after,),
    )


def plan_of(*tasks: Task, order: Order = Order.FORWARD, **fields: Any) -> Plan:
    """A plan with defaults."""
    return Plan(name="test", tasks=tasks, order=order, **fields)


@dataclass(frozen=True)
class Ending:
    """A fault that ends the whole attempt."""

    failure: Failure


def failure(kind: FailureKind, reason: str = "simulated") -> Failure:
    """A failure of this kind."""
    return Failure(kind=kind, reason=reason)


CRASH = Ending(failure(FailureKind.CRASH, "signal 11"))

Fault = Callable[[Assignment, int], Failure | Ending | None]
"""(assignment, frame) → a Failure that fails this frame alone, an Ending, or None.

For a stitch the frame is -1, and a Failure ends it.
"""


def no_fault(_assignment: Assignment, _frame: int) -> None:
    """Nothing goes wrong."""


@dataclass
class Live:
    """One attempt the machine is busy with."""

    assignment: Assignment
    queue: list[int]
    current: int | None = None
    unproved: list[ev.FrameFinished] = field(default_factory=list)
    """Frames of a segment, which are told of when its process has ended."""
    is_finishing: bool = False


@dataclass
class Machine:
    """Runs plans on virtual time; look at `journal` and `scheduler.state` afterwards."""

    cores: int = 2
    serial: float = 0.0
    """Part of a frame that one thread does alone, as a share of its cost."""
    cost: Callable[[int], float] = lambda _frame: 1.0
    start: float = 1.0
    first_extra: float = 0.0
    call: float = 0.0
    fault: Fault = no_fault
    refuses_start: Callable[[Assignment], Failure | None] = lambda _assignment: None
    suspect_known: bool = True
    gives_back: bool = True
    flush: float | None = None
    """Seconds a session needs to finish a segment while it takes the next; None: it takes none."""
    disk_seconds: float = 20.0
    """Until a full disk has space again."""
    memory: int = 100_000_000
    free: int = 16 * GB

    now: float = 1000.0
    scheduler: Scheduler = field(default_factory=Scheduler)
    journal: list[ev.Event] = field(default_factory=list)
    starts: list[Assignment] = field(default_factory=list)
    backs: list[ins.TakeBackFrames] = field(default_factory=list)
    closes: list[ins.CloseSessions] = field(default_factory=list)
    live: dict[str, Live] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    ticket: "count[int]" = field(default_factory=count)
    wake: int = -1
    most_live: int = 0
    watch: Callable[["Machine"], None] = lambda _machine: None

    def begin(self, *plans: Plan, priorities: Sequence[int] = ()) -> None:
        """Measure the machine and submit the plans as jobs 1, 2 …."""
        self.tell(ev.MachineMeasured(at=self.now, cores=self.cores, memory_bytes=self.free))
        for job, plan in enumerate(plans, 1):
            self.submit(job, plan, priorities[job - 1] if priorities else 50)

    def submit(self, job: int, plan: Plan, priority: int = 50) -> None:
        """One job more, now."""
        self.tell(ev.JobSubmitted(at=self.now, job=job, priority=priority, plan=plan))

    def run(self, *plans: Plan, priorities: Sequence[int] = ()) -> float:
        """Run all plans to their end; the virtual seconds it took."""
        began = self.now
        self.begin(*plans, priorities=priorities)
        self.go_on()
        return self.now - began

    def go_on(self, until: float = float("inf")) -> None:
        """Let time pass until a moment, or until nothing is left to happen."""
        steps = 0
        while self.agenda and self.agenda[0][0] <= until:
            self.now, _, do = heapq.heappop(self.agenda)
            do()
            self.watch(self)
            steps += 1
            assert steps < 400_000, "the job never ends"
        if until != float("inf"):
            self.now = max(self.now, until)

    def tell(self, *events: ev.Event) -> None:
        """Give events to the scheduler and do what follows."""
        self.journal += events
        self._follow(self.scheduler.handle(events))

    def _follow(self, out: Consequences) -> None:
        self.journal += out.facts
        for instruction in out.instructions:
            self._obey(instruction)
        for fact in out.facts:
            if isinstance(fact, ev.QueueHeld) and fact.until is None:
                self._release_later(fact.job)
        self.most_live = max(self.most_live, len(self.live))

    def _release_later(self, job: int) -> None:
        self._at(self.disk_seconds, lambda: self.tell(ev.QueueReleased(at=self.now, job=job)))

    def _obey(self, instruction: ins.Instruction) -> None:
        match instruction:
            case ins.StartAttempt():
                self._start(instruction.assignment)
            case ins.StopAttempt():
                self._at(0.1, lambda: self._stop(instruction.attempt))
            case ins.TakeBackFrames():
                self.backs.append(instruction)
                self._at(
                    0.001, lambda: self._give_back(instruction.attempt, instruction.frames)
                )
            case ins.CloseSessions():
                self.closes.append(instruction)
                for slot in instruction.slots:
                    used = [live.assignment.slot for live in self.live.values()]
                    assert slot not in used, "closes a session that works"
                    self.sessions.pop(slot, None)
            case ins.WakeAt():
                self._wake_at(instruction.at)

    def _wake_at(self, moment: float) -> None:
        """The latest wish to be woken counts, as in the conductor."""
        self.wake = wake = next(self.ticket)

        def decide() -> None:
            if wake == self.wake:
                self._follow(self.scheduler.decide(self.now))

        heapq.heappush(self.agenda, (max(moment, self.now), wake, decide))

    def _at(self, delay: float, do: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (self.now + delay, next(self.ticket), do))

    # ── one attempt ───────────────────────────────────────────────────────────────────────────

    @property
    def busy(self) -> set[int]:
        return {live.assignment.slot for live in self.live.values() if not live.is_finishing}

    def _start(self, assignment: Assignment) -> None:
        assert assignment.attempt not in self.live
        assert assignment.slot not in self.busy
        self.starts.append(assignment)
        live = self.live[assignment.attempt] = Live(assignment, list(assignment.sequence))
        key = f"{assignment.job}/{assignment.task}"
        is_open = self.sessions.pop(assignment.slot, "") == key
        delay = 0.0 if is_open else self.start
        self._at(delay, lambda: self._opened(live, delay))

    def _opened(self, live: Live, seconds: float) -> None:
        assignment = live.assignment
        if assignment.attempt not in self.live:
            return
        refusal = self.refuses_start(assignment)
        if refusal is not None:
            self._fail(live, refusal)
            return
        self.tell(
            ev.SessionOpened(
                at=self.now,
                attempt=assignment.attempt,
                pid=1,
                seconds=seconds,
                memory_bytes=self.memory,
            )
        )
        self._at(self.call, lambda: self._next_frame(live, is_first=seconds > 0))

    def _next_frame(self, live: Live, *, is_first: bool) -> None:
        assignment = live.assignment
        if assignment.attempt not in self.live:
            return
        if assignment.kind is TaskKind.STITCH:
            fault = self.fault(assignment, -1)
            if isinstance(fault, Failure):
                self._fail(live, fault)
            else:
                self._succeed(live)
            return
        if not live.queue:
            if live.unproved and self.flush is not None and assignment.traits.stays_open:
                self._free_slot(live, self.flush)
            else:
                self._prove(live)
            return
        live.current = live.queue.pop(0)
        cost = self.cost(live.current)
        seconds = cost * self.serial + cost * (1 - self.serial) / assignment.threads
        seconds += self.first_extra if is_first else 0.0
        self._at(seconds, lambda: self._frame_over(live, seconds, cost, is_first=is_first))

    def _frame_over(self, live: Live, seconds: float, cost: float, *, is_first: bool) -> None:
        assignment, frame = live.assignment, live.current
        if assignment.attempt not in self.live or frame is None:
            return
        fault = self.fault(assignment, frame)
        if assignment.segment is not None and isinstance(fault, Failure):
            fault = Ending(fault)
        if isinstance(fault, Ending):
            self._fail(live, fault.failure, frame if self.suspect_known else None)
            return
        live.current = None
        attempt = assignment.attempt
        if fault is not None:
            self.tell(ev.FrameFailed(at=self.now, attempt=attempt, frame=frame, failure=fault))
        else:
            finished = ev.FrameFinished(
                at=self.now,
                attempt=attempt,
                frame=frame,
                seconds=seconds,
                cpu_seconds=cost,
                memory_bytes=self.memory,
                is_first=is_first,
            )
            if assignment.segment is None:
                self.tell(finished)
            else:
                live.unproved.append(finished)
        self._next_frame(live, is_first=False)

    def _free_slot(self, live: Live, flush: float) -> None:
        assignment = live.assignment
        live.is_finishing = True
        self.sessions[assignment.slot] = f"{assignment.job}/{assignment.task}"
        self._at(flush, lambda: self._prove(live))
        self.tell(ev.SlotFreed(at=self.now, attempt=assignment.attempt))

    def _prove(self, live: Live) -> None:
        if live.assignment.attempt not in self.live:
            return
        if live.unproved:
            self.tell(*live.unproved)
        self._succeed(live)

    def _succeed(self, live: Live) -> None:
        assignment = live.assignment
        del self.live[assignment.attempt]
        if assignment.traits.stays_open and not live.is_finishing:
            self.sessions[assignment.slot] = f"{assignment.job}/{assignment.task}"
        self.tell(ev.AttemptSucceeded(at=self.now, attempt=assignment.attempt))

    def _fail(self, live: Live, failure: Failure, suspect: int | None = None) -> None:
        attempt = live.assignment.attempt
        del self.live[attempt]
        self.tell(
            ev.AttemptFailed(at=self.now, attempt=attempt, failure=failure, suspect=suspect)
        )

    def _stop(self, attempt: str) -> None:
        if self.live.pop(attempt, None) is not None:
            self.tell(ev.AttemptStopped(at=self.now, attempt=attempt))

    def _give_back(self, attempt: str, frames: FrameSet) -> None:
        live = self.live.get(attempt)
        if live is not None:
            wanted = frames if self.gives_back else FrameSet()
            given = FrameSet.of(frame for frame in live.queue if frame in wanted)
            live.queue = [frame for frame in live.queue if frame not in given]
            self.tell(ev.FramesGivenBack(at=self.now, attempt=attempt, frames=given))

    # ── what came of it ───────────────────────────────────────────────────────────────────────

    def job(self, job: int = 1) -> JobState:
        return self.scheduler.state.jobs[job]

    def task(self, task: str = "render", job: int = 1) -> TaskState:
        return self.job(job).tasks[task]

    def status(self, job: int = 1) -> str:
        return str(self.job(job).status)

    def view(self, job: int = 1) -> JobView:
        return job_view(self.job(job), self.now)

    def done(self, task: str = "render", job: int = 1) -> FrameSet:
        return self.task(task, job).done

    def chunks(self, task: str = "render", job: int = 1) -> list[tuple[int, ...]]:
        """The chunks in the order they were started."""
        return [
            started.sequence
            for started in self.starts
            if (started.job, started.task) == (job, task)
        ]

    def facts(self, kind: type[Any]) -> list[Any]:
        """All events of one kind, in order."""
        return [event for event in self.journal if isinstance(event, kind)]

    def bound(self, frames: str) -> float:
        """No schedule is faster: all work spread evenly, or the dearest frame alone."""
        costs = [self.cost(frame) for frame in FrameSet.parse(frames)]
        return max(sum(costs) / self.cores, *costs)
