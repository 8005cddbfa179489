"""Outliers: which published frames are doubted, whatever the order they come in."""

from collections.abc import Iterable
from itertools import permutations

import pytest
from simulation import SESSION, plan_of, render_task

from framecrew.conductor.outliers import Outliers
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import Checks, PictureFacts, Promise
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.scheduler.state import State

GREY, BLACK = 0.5, 0.0


def looks(mean: float) -> PictureFacts:
    return PictureFacts(
        width=64, height=36, channels=3, bytes=300, digest="of the file", mean=mean,
        is_black=mean == 0, has_nan=False, means=(mean,) * 3, pixels=f"pixels of {mean}",
    )  # fmt: skip


def compared(frames: str, *names: str) -> Task:
    """A render task whose pictures are compared with their neighbours."""
    return Task(
        id="render",
        kind=TaskKind.RENDER,
        frames=FrameSet.parse(frames),
        traits=SESSION,
        request=RenderRequest(renderer="simulated", scene="/scene"),
        promises=tuple(
            Promise(
                name=name,
                made=FramePattern.parse(f"{name}_####.png"),
                final=FramePattern.parse(f"/out/{name}_####.png"),
                checks=Checks(outliers=True),
            )
            for name in names or ("main",)
        ),
    )


class Sequence:
    """One job whose frames come one after the other."""

    def __init__(self, plan: Plan) -> None:
        self.state = State()
        self.outliers = Outliers(self.state)
        self.frames = plan.tasks[0].frames
        started = ev.AttemptStarted(
            at=1.0, job=1, task="render", attempt="1.1", slot=0, threads=1, frames=self.frames
        )
        for event in (ev.JobSubmitted(at=0.0, job=1, priority=50, plan=plan), started):
            assert self.tell(event) == []

    def tell(self, *events: ev.Event) -> list[ev.FrameDoubted]:
        doubts = self.outliers.doubts(events)
        for event in events:
            self.state.apply(event)
        return doubts

    def publish(self, frame: int, mean: float, name: str = "main") -> list[int]:
        """Frames that are doubted when this one is published."""
        doubts = self.tell(
            measured(frame, mean, name),
            ev.FrameFinished(at=2.0, attempt="1.1", frame=frame, seconds=1.0),
        )
        return [doubt.frame for doubt in doubts]

    def keep(self, means: Iterable[tuple[int, float]]) -> list[int]:
        known = dict(means)
        doubts = self.tell(
            *(measured(frame, mean) for frame, mean in known.items()),
            ev.FramesKept(at=2.0, job=1, task="render", frames=FrameSet.of(known)),
        )
        return [doubt.frame for doubt in doubts]


def measured(frame: int, mean: float, name: str = "main") -> ev.FrameMeasured:
    return ev.FrameMeasured(
        at=2.0, job=1, task="render", frame=frame, pictures={name: looks(mean)}
    )


@pytest.mark.parametrize("order", list(permutations((4, 5, 6))))
def test_the_middle_of_three_is_judged_when_all_are_there_whatever_came_last(
    order: tuple[int, ...],
) -> None:
    sequence = Sequence(plan_of(compared("4-6")))
    means = {4: GREY, 5: BLACK, 6: GREY}
    *early, last = [sequence.publish(frame, means[frame]) for frame in order]
    assert early == [[], []]
    assert last == [5]


def test_a_doubt_names_the_file_and_gives_all_three_measurements() -> None:
    sequence = Sequence(plan_of(compared("4-6")))
    sequence.publish(4, GREY)
    sequence.publish(6, GREY)
    finished = ev.FrameFinished(at=2.0, attempt="1.1", frame=5, seconds=1.0)
    (doubt,) = sequence.tell(measured(5, BLACK), finished)
    assert doubt.failure.kind is FailureKind.BAD_OUTPUT
    assert doubt.failure.reason.startswith("/out/main_0005.png is doubtful: its mean colour")
    assert [line.partition(":")[0] for line in doubt.failure.evidence] == [
        "frame 4",
        "frame 5",
        "frame 6",
    ]
    assert doubt.pixels == "pixels of 0.0"


def test_neighbours_are_those_in_the_sequence_not_in_the_numbers() -> None:
    sequence = Sequence(plan_of(compared("1-41x20")))
    assert [sequence.publish(frame, mean) for frame, mean in ((1, GREY), (21, BLACK))] == [
        [],
        [],
    ]
    assert sequence.publish(41, GREY) == [21]


def test_the_ends_of_a_sequence_are_never_doubted() -> None:
    sequence = Sequence(plan_of(compared("1-3")))
    means = ((1, BLACK), (2, GREY), (3, GREY))
    assert [sequence.publish(frame, mean) for frame, mean in means] == [[], [], []]


def test_a_second_render_is_judged_again_by_the_same_neighbours() -> None:
    sequence = Sequence(plan_of(compared("4-6")))
    for frame, mean in ((4, GREY), (5, BLACK), (6, GREY)):
        sequence.publish(frame, mean)
    assert sequence.publish(5, BLACK) == [5]
    assert sequence.publish(5, GREY) == []


def test_frames_kept_from_an_earlier_run_are_neighbours_and_are_judged() -> None:
    sequence = Sequence(plan_of(compared("1-9")))
    kept = dict.fromkeys((1, 2, 3, 5, 6, 7, 8, 9), GREY)
    assert sequence.keep({**kept, 7: BLACK}.items()) == [7]
    assert sequence.publish(4, BLACK) == [4]


def test_a_sound_frame_between_two_odd_ones_is_saved_by_those_beside_them() -> None:
    sequence = Sequence(plan_of(compared("1-5")))
    means = {1: GREY, 2: BLACK, 3: GREY, 4: BLACK, 5: GREY}
    assert sorted(sequence.keep(means.items())) == [2, 4]


def test_a_frame_is_not_judged_by_a_doubted_one() -> None:
    sequence = Sequence(plan_of(compared("1-5")))
    assert sequence.publish(1, GREY) == []
    assert sequence.publish(2, BLACK) == []
    assert sequence.publish(3, GREY) == [2]
    assert sequence.publish(4, BLACK) == []
    assert sequence.publish(5, GREY) == [4]


def test_every_view_of_a_stereo_scene_is_compared_with_its_own() -> None:
    sequence = Sequence(plan_of(compared("1-3", "main_L", "main_R")))
    for frame in (1, 3):
        both = {"main_L": looks(GREY), "main_R": looks(0.9)}
        event = ev.FrameMeasured(at=2.0, job=1, task="render", frame=frame, pictures=both)
        finished = ev.FrameFinished(at=2.0, attempt="1.1", frame=frame, seconds=1.0)
        assert sequence.tell(event, finished) == []
    both = {"main_L": looks(GREY), "main_R": looks(BLACK)}
    event = ev.FrameMeasured(at=2.0, job=1, task="render", frame=2, pictures=both)
    finished = ev.FrameFinished(at=2.0, attempt="1.1", frame=2, seconds=1.0)
    (doubt,) = sequence.tell(event, finished)
    assert "main_R_0002.png" in doubt.failure.reason


def test_without_the_check_nothing_is_compared() -> None:
    sequence = Sequence(plan_of(render_task("4-6")))
    for frame, mean in ((4, GREY), (5, BLACK), (6, GREY)):
        assert sequence.publish(frame, mean) == []
