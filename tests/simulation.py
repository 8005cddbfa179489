"""A simulated machine for the pure scheduler: virtual seconds, no processes.

It answers instructions as the local backend would: sessions start, frames take their time (a serial part and a part
shared by the threads), frames are given back, and faults are what the test says they are.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model import instructions as ins
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure
from framecrew.model.jobs import Order
from framecrew.model.outputs import Promise
from framecrew.model.plans import Plan, Task, TaskKind, Traits
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.scheduler.dispatch import Consequences, Scheduler

SESSION = Traits(
    stays_open=True, any_frames=True, can_give_back=True, changes_threads=True,
    start_seconds=1.0, memory_bytes=100_000_000,
)  # fmt: skip


def render_task(frames: str, traits: Traits = SESSION, name: str = "render") -> Task:
    return Task(
        id=name, kind=TaskKind.RENDER, frames=FrameSet.parse(frames), traits=traits,
        request=RenderRequest(renderer="simulated", scene="/scene"),
        promises=(
            Promise(
                name="main", made=FramePattern.parse("f_####.png"),
                final=FramePattern.parse(f"/out/{name.replace(':', '_')}_####.png"),
            ),
        ),
    )  # fmt: skip


def film_task(frames: str, after: str = "render") -> Task:
    request = FilmRequest(pictures="/out/f_####.png", film="/out/f.mp4", preset="h264", fps="24")
    return Task(
        id="film", kind=TaskKind.STITCH, frames=FrameSet.parse(frames), request=request, after=(after,)
    )


def plan_of(*tasks: Task, order: Order = Order.FORWARD, **fields: object) -> Plan:
    return Plan(name="test", tasks=tasks, order=order, **fields)  # type: ignore[arg-type]


Fault = Callable[[Assignment, int], Failure | str | None]
"""(assignment, frame) → a Failure that fails this frame alone, the text `crash`, or None."""


@dataclass
class Live:
    assignment: Assignment
    queue: list[int]
    current: int | None = None
    opened: bool = False
    finished: int = 0


@dataclass
class Machine:
    """Runs plans on virtual time; look at `journal` and `finished` afterwards."""

    cores: int = 2
    serial: float = 0.0
    """Part of a frame that one thread does alone, as a share of its cost."""
    cost: Callable[[int], float] = lambda _frame: 1.0
    start: float = 1.0
    first_extra: float = 0.0
    call: float = 0.0
    fault: Fault = lambda _assignment, _frame: None
    refuses_start: Callable[[Assignment], Failure | None] = lambda _assignment: None
    suspect_known: bool = True
    memory: int = 100_000_000
    free: int = 16_000_000_000

    now: float = 1000.0
    scheduler: Scheduler = field(default_factory=Scheduler)
    journal: list[ev.Event] = field(default_factory=list)
    live: dict[str, Live] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    ticket: "count[int]" = field(default_factory=count)
    busy_seconds: float = 0.0
    most_live: int = 0
    watch: Callable[["Machine"], None] = lambda _machine: None

    def begin(self, *plans: Plan, priorities: Sequence[int] = ()) -> None:
        self.tell(ev.MachineMeasured(at=self.now, cores=self.cores, memory_bytes=self.free))
        for job, plan in enumerate(plans, 1):
            priority = priorities[job - 1] if priorities else 50
            self.tell(ev.JobSubmitted(at=self.now, job=job, priority=priority, plan=plan))

    def run(self, *plans: Plan, priorities: Sequence[int] = ()) -> float:
        """Run all plans to their end; the virtual seconds it took."""
        began = self.now
        self.begin(*plans, priorities=priorities)
        self.go_on()
        return self.now - began

    def go_on(self, until: float = float("inf")) -> None:
        steps = 0
        while self.agenda and self.agenda[0][0] <= until:
            self.now, _, do = heapq.heappop(self.agenda)
            do()
            self.watch(self)
            steps += 1
            assert steps < 400_000, "the job never ends"

    def tell(self, event: ev.Event) -> None:
        self.journal.append(event)
        self._follow(self.scheduler.handle([event]))

    def _follow(self, out: Consequences) -> None:
        self.journal += out.facts
        for instruction in out.instructions:
            self._obey(instruction)
        self.most_live = max(self.most_live, len(self.live))

    def _obey(self, instruction: ins.Instruction) -> None:
        match instruction:
            case ins.StartAttempt():
                self._start(instruction.assignment)
            case ins.StopAttempt():
                self._at(0.1, lambda: self._stop(instruction.attempt))
            case ins.TakeBackFrames():
                self._at(0.001, lambda: self._give_back(instruction.attempt, instruction.frames))
            case ins.CloseSessions():
                for slot in instruction.slots:
                    self.sessions.pop(slot, None)
            case ins.WakeAt():
                self._at(
                    max(0.0, instruction.at - self.now),
                    lambda: self._follow(self.scheduler.decide(self.now)),
                )

    def _at(self, delay: float, do: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (self.now + delay, next(self.ticket), do))

    def _start(self, assignment: Assignment) -> None:
        assert assignment.attempt not in self.live
        assert assignment.slot not in {other.assignment.slot for other in self.live.values()}
        live = self.live[assignment.attempt] = Live(assignment, list(assignment.sequence))
        key = f"{assignment.job}/{assignment.task}"
        is_open = self.sessions.get(assignment.slot) == key and assignment.traits.stays_open
        delay = 0.0 if is_open else self.start
        self._at(delay, lambda: self._opened(live, delay, is_open))

    def _opened(self, live: Live, seconds: float, was_open: bool) -> None:
        assignment = live.assignment
        if assignment.attempt not in self.live:
            return
        refusal = self.refuses_start(assignment)
        if refusal is not None:
            del self.live[assignment.attempt]
            self.tell(ev.AttemptFailed(at=self.now, attempt=assignment.attempt, failure=refusal))
            return
        live.opened = True
        self.sessions[assignment.slot] = f"{assignment.job}/{assignment.task}"
        self.tell(
            ev.SessionOpened(
                at=self.now, attempt=assignment.attempt, pid=1, seconds=seconds,
                memory_bytes=self.memory,
            )  # fmt: skip
        )
        self._at(self.call, lambda: self._next_frame(live, is_first=not was_open))

    def _next_frame(self, live: Live, is_first: bool) -> None:
        assignment = live.assignment
        if assignment.attempt not in self.live:
            return
        if assignment.kind is TaskKind.STITCH:
            del self.live[assignment.attempt]
            failure = self.fault(assignment, -1)
            if isinstance(failure, Failure):
                self.tell(ev.AttemptFailed(at=self.now, attempt=assignment.attempt, failure=failure))
            else:
                self.tell(ev.AttemptSucceeded(at=self.now, attempt=assignment.attempt))
            return
        if not live.queue:
            del self.live[assignment.attempt]
            if not assignment.traits.stays_open:
                self.sessions.pop(assignment.slot, None)
            self.tell(ev.AttemptSucceeded(at=self.now, attempt=assignment.attempt))
            return
        live.current = live.queue.pop(0)
        cost = self.cost(live.current)
        threads = assignment.threads
        seconds = cost * self.serial + cost * (1 - self.serial) / threads
        seconds += self.first_extra if is_first else 0.0
        self._at(seconds, lambda: self._frame_over(live, seconds, cost, is_first))

    def _frame_over(self, live: Live, seconds: float, cost: float, is_first: bool) -> None:
        assignment, frame = live.assignment, live.current
        if assignment.attempt not in self.live or frame is None:
            return
        self.busy_seconds += seconds
        fault = self.fault(assignment, frame)
        if fault == "crash":
            del self.live[assignment.attempt]
            self.sessions.pop(assignment.slot, None)
            from framecrew.model.failures import FailureKind

            failure = Failure(kind=FailureKind.CRASH, reason="signal 11")
            suspect = frame if self.suspect_known else None
            self.tell(
                ev.AttemptFailed(
                    at=self.now, attempt=assignment.attempt, failure=failure, suspect=suspect
                )
            )
            return
        live.current = None
        if isinstance(fault, Failure):
            self.tell(
                ev.FrameFailed(at=self.now, attempt=assignment.attempt, frame=frame, failure=fault)
            )
        else:
            live.finished += 1
            self.tell(
                ev.FrameFinished(
                    at=self.now, attempt=assignment.attempt, frame=frame, seconds=seconds,
                    cpu_seconds=cost, memory_bytes=self.memory, is_first=is_first,
                )  # fmt: skip
            )
        self._next_frame(live, is_first=False)

    def _stop(self, attempt: str) -> None:
        live = self.live.pop(attempt, None)
        if live is not None:
            self.sessions.pop(live.assignment.slot, None)
            self.tell(ev.AttemptStopped(at=self.now, attempt=attempt))

    def _give_back(self, attempt: str, frames: FrameSet) -> None:
        live = self.live.get(attempt)
        if live is not None:
            given = FrameSet.of(frame for frame in live.queue if frame in frames)
            live.queue = [frame for frame in live.queue if frame not in given]
            self.tell(ev.FramesGivenBack(at=self.now, attempt=attempt, frames=given))

    # ── what came of it ──────────────────────────────────────────────────────────────────────────

    def status(self, job: int = 1) -> str:
        return str(self.scheduler.state.jobs[job].status)

    def done(self, job: int = 1, task: str = "render") -> FrameSet:
        return self.scheduler.state.jobs[job].tasks[task].done

    def bound(self, frames: str) -> float:
        """No schedule is faster: all work spread evenly, or the dearest frame alone."""
        costs = [self.cost(frame) for frame in FrameSet.parse(frames)]
        return max(sum(costs) / self.cores, max(costs))
