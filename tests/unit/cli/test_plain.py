"""The line about the whole job, in a log."""

import pytest

from framecrew.cli.plain import sums
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import Wish
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import JobStatus, TaskStatus
from framecrew.model.views import Eta, JobView, TaskView


@pytest.mark.parametrize(
    ("phase", "progress", "wanted"),
    [
        ("rendering", 0.24, "24.0 %  3/12  0.50 frames/s  16 to 20 s left"),
        ("stitching", 0.999, "99.9 %  3/12  stitching"),
        ("starting", 0.0, "0.0 %  3/12  starting"),
    ],
)
def test_speed_and_time_left_are_told_while_frames_are_rendered_and_else_what_goes_on(
    phase: str, progress: float, wanted: str
) -> None:
    render = TaskView(
        id="render", kind=TaskKind.RENDER, target="", status=TaskStatus.RUNNING,
        frames=FrameSet.range(1, 12), done=FrameSet.range(1, 3), losses=(), slots=2, threads=1, reason="",
        seconds_per_frame=1.0, footprint_bytes=0, attempts=(), outputs=(),
    )  # fmt: skip
    view = JobView(
        id=3, name="a", status=JobStatus.RUNNING, wish=Wish.RUN, priority=0, held_because="", submitted=0.0,
        finished=0.0, phase=phase, progress=progress, eta=Eta(soonest=16, latest=20), tasks=(render,),
    )  # fmt: skip

    assert sums(view, 0.5) == wanted
