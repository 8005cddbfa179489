"""Laws of progress: whatever happens and whoever asks, it never runs backwards, nor ahead of the proof."""

from hypothesis import given
from hypothesis import strategies as st
from simulation import film_task, plan_of, render_task

from framecrew.conductor.live import LiveJob
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.pulses import FrameProgress
from framecrew.model.statuses import JobStatus
from framecrew.scheduler.state import State
from framecrew.scheduler.views import frames_part, job_view

FRAMES = 6
CRASH = Failure(kind=FailureKind.CRASH, reason="it crashed")

STEPS = st.lists(
    st.sampled_from(["percent", "frame", "crash", "doubt", "write", "killed"]), max_size=60
)


class Owner:
    """What one conductor after another does with one job and its journal."""

    def __init__(self) -> None:
        self.journal: list[ev.Event] = []
        self.written = 0.0
        self.attempts = 0
        self.begin()
        plan = plan_of(render_task(f"1-{FRAMES}"), film_task(f"1-{FRAMES}"))
        self.tell(ev.JobSubmitted(at=0.0, job=1, priority=50, plan=plan))

    def begin(self) -> None:
        self.state, self.live = State(), LiveJob(1)
        self.live.show(self.written)
        for event in self.journal:
            self.state.apply(event)
            self.live.take(event)

    def tell(self, event: ev.Event) -> None:
        self.journal.append(event)
        self.state.apply(event)
        self.live.take(event)
        self.write()

    def write(self) -> None:
        self.written = max(self.written, self.live.reached(self.state.jobs[1]))
        self.live.show(self.written)

    def start(self, task: str, frames: FrameSet) -> str:
        self.attempts += 1
        attempt = f"1.{self.attempts}"
        self.tell(
            ev.AttemptStarted(
                at=0.0, job=1, task=task, attempt=attempt, slot=0, threads=1, frames=frames
            )
        )
        return attempt

    def step(self, step: str, percent: float) -> None:
        render, film = (self.state.jobs[1].tasks[name] for name in ("render", "film"))
        task = film if not render.pending and not render.live else render
        if not task.live and task.pending:
            self.start(task.task.id, task.pending)
        attempt = next(iter(task.live), "")
        match step:
            case "percent" if attempt:
                frame = task.live[attempt].left.first
                self.live.take(FrameProgress(attempt=attempt, frame=frame, percent=percent))
            case "frame" if attempt and task is render:
                frame = task.live[attempt].left.first
                self.tell(ev.FrameFinished(at=0.0, attempt=attempt, frame=frame, seconds=1.0))
                if not task.live[attempt].left:
                    self.tell(ev.AttemptSucceeded(at=0.0, attempt=attempt))
            case "crash" if attempt:
                self.tell(ev.AttemptLost(at=0.0, attempt=attempt))
            case "doubt" if render.done:
                self.tell(
                    ev.FrameDoubted(
                        at=0.0, job=1, task="render", frame=render.done.first, failure=CRASH
                    )
                )
            case "write":
                self.write()
            case "killed":
                self.begin()
                for lost in tuple(self.state.attempts):
                    self.tell(ev.AttemptLost(at=0.0, attempt=lost))
            case _:
                pass


@given(STEPS, st.lists(st.floats(0, 100), min_size=60, max_size=60))
def test_progress_never_runs_backwards_whoever_owns_the_job(
    steps: list[str], percents: list[float]
) -> None:
    owner = Owner()
    shown = [0.0]
    for step, percent in zip(steps, percents, strict=False):
        owner.step(step, percent)
        view = owner.live.pictured(job_view(owner.state.jobs[1], 0.0))
        shown.append(view.progress)
        assert 0.0 <= frames_part(view) <= 1.0
        assert (frames_part(view) == 1.0) <= (view.done == view.total)

    assert shown == sorted(shown)
    assert shown[-1] < 1.0


def test_it_is_whole_when_the_end_of_a_job_is_written_down() -> None:
    owner = Owner()
    for _ in range(FRAMES):
        owner.step("frame", 0.0)
    film = owner.start("film", FrameSet.range(1, FRAMES))
    owner.tell(ev.AttemptSucceeded(at=0.0, attempt=film))
    over = ev.JobFinished(at=1.0, job=1, status=JobStatus.DONE)
    owner.state.apply(over)
    before = owner.live.pictured(job_view(owner.state.jobs[1], 1.0))
    owner.live.show_done()
    after = owner.live.pictured(job_view(owner.state.jobs[1], 1.0))

    assert before.progress < 1.0
    assert (after.status, after.progress) == (JobStatus.DONE, 1.0)
