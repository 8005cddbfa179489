"""Doubted frames: published, far from both neighbours, and what becomes of them."""

from dataclasses import dataclass, field

from invariants import check_state, essence, replayed
from simulation import film_task, plan_of, render_task

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.instructions import StartAttempt
from framecrew.model.plans import Plan
from framecrew.model.statuses import JobStatus
from framecrew.scheduler.dispatch import Scheduler
from framecrew.scheduler.tasks import TaskState

ONE_SLOT = plan_of(render_task("1-5"), film_task("1-5"), slots=1, chunk_size=5)


@dataclass
class Desk:
    """One job, told event by event."""

    plan: Plan = ONE_SLOT
    scheduler: Scheduler = field(default_factory=Scheduler)
    journal: list[ev.Event] = field(default_factory=list)
    started: list[Assignment] = field(default_factory=list)
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.tell(ev.MachineMeasured(at=self.now, cores=1, memory_bytes=8_000_000_000))
        self.tell(ev.JobSubmitted(at=self.now, job=1, priority=50, plan=self.plan))

    def tell(self, *events: ev.Event) -> None:
        out = self.scheduler.handle(events)
        self.journal += [*events, *out.facts]
        self.started += [
            one.assignment for one in out.instructions if isinstance(one, StartAttempt)
        ]
        check_state(self.scheduler.state)
        assert essence(replayed(self.journal)) == essence(self.scheduler.state)

    def render(self, *doubts: ev.FrameDoubted) -> None:
        """The newest attempt renders all its frames; the doubts come with the last of them."""
        attempt = self.started[-1]
        finished = [
            ev.FrameFinished(at=self.now, attempt=attempt.attempt, frame=frame, seconds=1.0)
            for frame in attempt.sequence
        ]
        over = ev.AttemptSucceeded(at=self.now, attempt=attempt.attempt)
        self.tell(*finished, *doubts, over)

    def doubt(self, frame: int, pixels: str, evidence: str = "measured") -> ev.FrameDoubted:
        reason = f"/out/f_{frame:04}.png is doubtful: it is far from both its neighbours"
        kind = FailureKind.BAD_OUTPUT
        failure = Failure(kind=kind, reason=reason, evidence=(evidence,))
        return ev.FrameDoubted(
            at=self.now, job=1, task="render", frame=frame, failure=failure, pixels=pixels
        )

    def wait(self, seconds: float) -> None:
        self.now += seconds
        out = self.scheduler.decide(self.now)
        self.journal += out.facts
        self.started += [
            one.assignment for one in out.instructions if isinstance(one, StartAttempt)
        ]

    @property
    def task(self) -> TaskState:
        return self.scheduler.state.jobs[1].tasks["render"]

    @property
    def status(self) -> JobStatus | None:
        return self.scheduler.state.jobs[1].status


def test_a_doubted_frame_is_not_done_and_is_rendered_once_more() -> None:
    desk = Desk()
    desk.render(desk.doubt(3, "black"))
    assert desk.task.done == FrameSet.parse("1-2,4-5")
    assert desk.started[-1].frames == FrameSet.of([3])


def test_no_film_is_begun_of_a_sequence_with_a_doubted_frame() -> None:
    desk = Desk()
    desk.render(desk.doubt(3, "black"))
    assert [order.task for order in desk.started] == ["render", "render"]


def test_a_second_render_that_nobody_doubts_makes_the_job_whole() -> None:
    desk = Desk()
    desk.render(desk.doubt(3, "black"))
    desk.render()
    assert desk.started[-1].task == "film"
    desk.tell(ev.AttemptSucceeded(at=desk.now, attempt=desk.started[-1].attempt))
    assert desk.status is JobStatus.DONE


def test_the_same_pixels_again_are_given_up_and_both_measurements_are_told() -> None:
    desk = Desk()
    desk.render(desk.doubt(3, "black", "the first time"))
    desk.render(desk.doubt(3, "black", "the second time"))
    (loss,) = desk.task.losses.values()
    assert loss.frames == FrameSet.of([3])
    assert loss.failure.kind is FailureKind.BAD_OUTPUT
    assert loss.failure.reason.startswith("/out/f_0003.png is doubtful")
    assert "rendered again, it came out the same" in loss.failure.reason
    assert loss.failure.evidence == ("the first time", "the second time")
    assert desk.status is JobStatus.INCOMPLETE


def test_other_pixels_get_the_tries_of_a_bad_output_and_no_more() -> None:
    desk = Desk()
    for pixels in ("one", "two", "three"):
        assert desk.task.given_up == FrameSet()
        desk.wait(2.0)
        desk.render(desk.doubt(3, pixels))
    assert desk.task.given_up == FrameSet.of([3])
    assert desk.status is JobStatus.INCOMPLETE


def test_a_person_who_wants_one_try_gets_one() -> None:
    desk = Desk(plan=plan_of(render_task("1-5"), slots=1, chunk_size=5, tries=1))
    desk.render(desk.doubt(3, "black"))
    assert desk.task.given_up == FrameSet.of([3])


def test_a_requeued_frame_is_doubted_as_if_for_the_first_time() -> None:
    desk = Desk()
    desk.render(desk.doubt(3, "black"))
    desk.render(desk.doubt(3, "black"))
    again = ev.FramesRequeued(at=desk.now, job=1, task="render", frames=FrameSet.of([3]))
    desk.tell(again)
    desk.render(desk.doubt(3, "black"))
    assert desk.task.given_up == FrameSet()
    assert desk.started[-1].frames == FrameSet.of([3])


def test_a_kept_film_of_a_doubted_frame_is_made_anew() -> None:
    desk = Desk(plan=ONE_SLOT)
    whole = FrameSet.parse("1-5")
    desk.scheduler = Scheduler()
    desk.journal.clear()
    desk.tell(
        ev.JobSubmitted(at=desk.now, job=1, priority=50, plan=ONE_SLOT),
        ev.FramesKept(at=desk.now, job=1, task="render", frames=whole),
        ev.FramesKept(at=desk.now, job=1, task="film", frames=whole),
        desk.doubt(3, "black"),
    )
    assert desk.started[-1].frames == FrameSet.of([3])
    desk.render()
    assert desk.started[-1].task == "film"


def test_a_frame_that_is_not_done_cannot_be_doubted() -> None:
    desk = Desk()
    before = essence(desk.scheduler.state)
    desk.tell(desk.doubt(3, "black"))
    assert essence(desk.scheduler.state) == before
