"""What is folded from events and pulses, for whoever shows a job."""

from dataclasses import replace

from simulation import film_task, plan_of, render_task, segments_task

from framecrew.conductor.live import LiveJob
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import Task, TaskKind
from framecrew.model.pulses import FrameProgress, ProcessMeasured
from framecrew.model.statuses import JobStatus, TaskStatus
from framecrew.model.views import JobView, TaskView
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.state import State

FRAMES = FrameSet.range(1, 10)


def started(
    attempt: str, *, slot: int = 0, task: str = "render", job: int = 1
) -> ev.AttemptStarted:
    return ev.AttemptStarted(
        at=0.0, job=job, task=task, attempt=attempt, slot=slot, threads=1, frames=FRAMES
    )


def job_of(done: int, *tasks: Task) -> JobState:
    """A job of ten frames, so many of them done."""
    state = State()
    plan = plan_of(*(tasks or (render_task("1-10"),)))
    state.apply(ev.JobSubmitted(at=0.0, job=1, priority=50, plan=plan))
    task = state.jobs[1].tasks["render"]
    task.take_out(FRAMES.take(done))
    task.finish(FRAMES.take(done))
    return state.jobs[1]


def view_of(done: int) -> JobView:
    task = TaskView(
        id="render", kind=TaskKind.RENDER, target="", status=TaskStatus.RUNNING, frames=FRAMES,
        done=FRAMES.take(done), losses=(), slots=1, threads=1, reason="", seconds_per_frame=1.0,
        footprint_bytes=0, attempts=(), outputs=(),
    )  # fmt: skip
    return JobView(
        id=1, name="a", status=JobStatus.RUNNING, wish=Wish.RUN, priority=0, held_because="",
        submitted=0.0, finished=0.0, phase="rendering", progress=done / 10, eta=None, tasks=(task,),
    )  # fmt: skip


def test_progress_holds_what_is_done_inside_a_frame() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(FrameProgress(attempt="1.1", frame=3, percent=50.0))

    assert live.reached(job_of(2)) == 0.25


def test_nothing_is_shown_before_it_is_written_down() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(FrameProgress(attempt="1.1", frame=3, percent=50.0))
    reached = live.reached(job_of(2))

    assert live.pictured(view_of(2)).progress == 0.0
    live.show(reached)
    assert live.pictured(view_of(2)).progress == 0.25


def test_whoever_goes_on_with_a_job_begins_where_its_progress_was() -> None:
    after = LiveJob(1)
    after.show(0.25)

    assert after.reached(job_of(2)) == after.pictured(view_of(2)).progress == 0.25


def test_frames_of_a_segment_count_as_they_come_and_whole_only_when_it_is_proved() -> None:
    live = LiveJob(1)
    plan = plan_of(segments_task("1-10", 10))
    live.take(ev.JobSubmitted(at=0.0, job=1, priority=50, plan=plan))
    live.take(started("1.1"))
    seen = []
    for frame in range(1, 11):
        live.take(FrameProgress(attempt="1.1", frame=frame, percent=100.0))
        seen.append(live.reached(job_of(0)))
    assert seen == sorted(set(seen))
    assert 0.9 < seen[-1] < 1.0
    for frame in range(1, 11):
        live.take(ev.FrameFinished(at=1.0, attempt="1.1", frame=frame, seconds=0.5))
    assert seen[-1] < live.reached(job_of(10)) < 1.0


def test_progress_never_runs_backwards() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(FrameProgress(attempt="1.1", frame=3, percent=90.0))
    before = live.reached(job_of(2))
    live.show(before)
    live.take(
        ev.AttemptFailed(
            at=1.0, attempt="1.1", failure=Failure(kind=FailureKind.CRASH, reason="it crashed")
        )
    )

    assert live.reached(job_of(2)) == live.pictured(view_of(2)).progress == before


def test_only_a_job_that_is_done_is_whole() -> None:
    live = LiveJob(1)
    live.show(1.0)
    done = replace(view_of(10), status=JobStatus.DONE, progress=1.0, phase="over", finished=9.0)

    assert live.pictured(view_of(10)).progress < 1.0
    unwritten = live.pictured(done)
    assert not unwritten.status.is_over
    assert unwritten.progress < 1.0
    live.show_done()
    assert live.pictured(done) == done


def test_other_jobs_are_passed_over() -> None:
    live = LiveJob(1)
    live.take(started("2.1", job=2))
    live.take(ev.FrameFinished(at=1.0, attempt="2.1", frame=1, seconds=1.0))

    assert not live.attempts
    assert not live.finished


def test_a_slots_pace_and_memory_outlive_its_short_attempts() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(ProcessMeasured(attempt="1.1", cpu_percent=90.0, memory_bytes=7))
    live.take(ev.FrameFinished(at=1.0, attempt="1.1", frame=1, seconds=2.0))
    live.take(ev.AttemptSucceeded(at=1.0, attempt="1.1"))
    live.take(started("1.2"))

    slot = live.attempts["1.2"]
    assert (slot.pace, slot.memory_bytes, slot.cpu_percent) == (2.0, 7, 90.0)


def test_a_measurement_of_two_attempts_ago_is_forgotten() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(ProcessMeasured(attempt="1.1", cpu_percent=90.0, memory_bytes=7))
    for attempt in ("1.2", "1.3"):
        live.take(started(attempt))

    assert live.attempts["1.3"].cpu_percent is None


def test_a_film_in_a_slot_inherits_nothing_from_the_frames() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    live.take(ev.FrameFinished(at=1.0, attempt="1.1", frame=1, seconds=2.0))
    live.take(started("1.2", task="film"))
    live.take(FrameProgress(attempt="1.2", frame=1, percent=30.0))

    assert live.attempts["1.2"].pace is None
    assert live.film_percent(["film"]) == 30.0


def test_throughput_is_that_of_the_last_minute() -> None:
    live = LiveJob(1)
    live.take(started("1.1"))
    for at in (0.0, 100.0, 102.0, 104.0, 106.0):
        live.take(ev.FrameFinished(at=at, attempt="1.1", frame=int(at), seconds=2.0))

    assert live.frames_per_second(106.0) == 0.5
    assert live.frames_per_second(1_000.0) == 0.0


def test_a_warning_is_kept_once_and_counted() -> None:
    live = LiveJob(1)
    for _ in range(3):
        live.warn("no texture")

    assert live.warnings == {"no texture": 3}


def test_a_flood_of_different_warnings_takes_no_more_than_its_room() -> None:
    live = LiveJob(1)
    for number in range(1_000):
        live.warn(f"warning {number}")

    assert len(live.warnings) == 50


def with_film(view: JobView, status: TaskStatus) -> JobView:
    (frames,) = view.tasks
    film = replace(
        frames, id="film", kind=TaskKind.STITCH, status=status, done=FrameSet(), outputs=("f",)
    )
    return replace(view, phase="stitching", tasks=(frames, film))


def test_a_film_moves_the_progress_and_is_checked_before_it_is_whole() -> None:
    live = LiveJob(1)
    view = with_film(view_of(10), TaskStatus.RUNNING)
    job = job_of(10, render_task("1-10"), film_task("1-10"))
    live.take(ev.JobSubmitted(at=0.0, job=1, priority=50, plan=job.plan))
    before = live.reached(job)
    live.take(started("1.2", task="film"))
    seen = []
    for percent in (0.0, 50.0, 100.0):
        live.take(FrameProgress(attempt="1.2", frame=1, percent=percent))
        seen.append((live.pictured(view).phase, live.reached(job)))

    assert [phase for phase, _ in seen] == ["stitching", "stitching", "checking"]
    assert before == seen[0][1] < seen[1][1] < seen[2][1] < 1.0


def test_a_segment_that_is_finished_counts_while_its_slot_renders_the_next() -> None:
    job = job_of(0, segments_task("1-20", 10))
    live = LiveJob(1)
    live.take(ev.JobSubmitted(at=0.0, job=1, priority=50, plan=job.plan))
    live.take(started("1.1"))
    live.take(FrameProgress(attempt="1.1", frame=10, percent=None))
    live.take(ev.SlotFreed(at=1.0, attempt="1.1"))
    rendered = live.reached(job)
    assert rendered == 10 * 0.95 / 20
    second = replace(started("1.2"), frames=FrameSet.range(11, 20))
    live.take(second)
    live.take(FrameProgress(attempt="1.2", frame=12, percent=None))
    assert live.reached(job) == rendered + 0.95 / 20
    failure = Failure(kind=FailureKind.CRASH, reason="its encoder")
    live.take(ev.AttemptFailed(at=2.0, attempt="1.1", failure=failure))
    live.take(replace(started("1.3"), frames=FrameSet.range(11, 20)))
    assert live.attempts["1.3"] is live.attempts["1.2"], "a slot that goes on keeps its pace"
