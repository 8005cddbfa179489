"""The end of a job in words, and its exit code."""

from dataclasses import replace

import pytest

from framecrew.cli.summary import exit_code, summary
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model.failures import ADVICE, Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import JobStatus, TaskStatus
from framecrew.model.views import JobView, Loss, TaskView

FRAMES = FrameSet.range(1, 10)
CRASH = Failure(
    kind=FailureKind.CRASH,
    reason="Blender crashed in frame 7",
    evidence=("Writing: /tmp/a.crash.txt", "odd \x1b[2J line"),
)


def task(kind: TaskKind, done: FrameSet, *losses: Loss) -> TaskView:
    is_film = kind is TaskKind.STITCH
    return TaskView(
        id="film" if is_film else "render", kind=kind, target="", status=TaskStatus.DONE,
        frames=FRAMES, done=done, losses=losses, slots=2, threads=1, reason="",
        seconds_per_frame=1.0, footprint_bytes=0, attempts=(),
        outputs=("/shots/a.mp4",) if is_film else ("/shots/a_####.png",),
    )  # fmt: skip


def view(status: JobStatus, *tasks: TaskView) -> JobView:
    return JobView(
        id=3, name="a", status=status, wish=Wish.RUN, priority=0, held_because="",
        submitted=0.0, finished=9.0, phase="over", progress=1.0, eta=None, tasks=tasks,
    )  # fmt: skip


def test_a_job_that_is_done_tells_its_files() -> None:
    done = view(JobStatus.DONE, task(TaskKind.RENDER, FRAMES), task(TaskKind.STITCH, FRAMES))

    assert summary(done, seconds=32) == [
        "Done: 10 frames, all decoded and checked, in 32 s.",
        "  /shots/a_####.png",
        "  /shots/a.mp4 (every frame of it decoded and counted)",
    ]


def test_what_is_missing_is_told_to_the_frame_with_reason_and_advice() -> None:
    loss = Loss(frames=FrameSet.parse("7"), failure=CRASH)
    lines = summary(
        view(JobStatus.INCOMPLETE, task(TaskKind.RENDER, FRAMES.without_frame(7), loss)),
        seconds=32,
    )

    assert lines[0] == "Incomplete: 9 of 10 frames delivered in 32 s."
    assert "frame 7: crash: Blender crashed in frame 7" in lines
    assert f"  {ADVICE[FailureKind.CRASH]}" in lines
    assert "Missing: 7" in lines
    assert "  Render them with: --frames 7" in lines


def test_of_several_targets_each_tells_what_is_missing() -> None:
    whole = replace(task(TaskKind.RENDER, FRAMES), id="render:Sky", target="Sky")
    seven = FRAMES.without_frame(7)
    holed = replace(task(TaskKind.RENDER, seven), id="render:Sea", target="Sea")
    lines = summary(view(JobStatus.INCOMPLETE, whole, holed), seconds=1)

    assert "Missing of Sea: 7" in lines
    assert not any("Missing of Sky" in line for line in lines)


def test_a_frames_text_that_a_shell_would_change_is_quoted() -> None:
    missing = FRAMES - FrameSet.parse("2,7")
    lines = summary(view(JobStatus.INCOMPLETE, task(TaskKind.RENDER, missing)), seconds=1)

    assert '  Render them with: --frames "2,7"' in lines


def test_a_film_that_was_not_made_is_no_missing_frame() -> None:
    loss = Loss(frames=EMPTY, failure=CRASH)
    lines = summary(
        view(
            JobStatus.INCOMPLETE,
            task(TaskKind.RENDER, FRAMES),
            task(TaskKind.STITCH, EMPTY, loss),
        ),
        seconds=5,
    )

    assert lines[0] == "Incomplete: 10 of 10 frames delivered in 5.0 s, but no film."
    assert "film: crash: Blender crashed in frame 7" in lines
    assert not any("Missing" in line or "a.mp4" in line for line in lines)


def test_what_a_renderer_printed_cannot_steer_the_terminal() -> None:
    loss = Loss(frames=FrameSet.parse("7"), failure=CRASH)
    lines = summary(view(JobStatus.FAILED, task(TaskKind.RENDER, EMPTY, loss)), seconds=5)

    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (JobStatus.DONE, 0),
        (JobStatus.FAILED, 1),
        (JobStatus.INCOMPLETE, 3),
        (JobStatus.CANCELLED, 130),
        (JobStatus.INTERRUPTED, 130),
    ],
)
def test_every_end_has_its_exit_code(status: JobStatus, code: int) -> None:
    assert exit_code(view(status)) == code
