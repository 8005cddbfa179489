"""How long the segments of a film are, and why."""

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.plans import Traits
from framecrew.planning.grid import make_grid

COLD = Traits(start_seconds=10.0, frame_seconds=1.0)
OPEN = Traits(stays_open=True, start_seconds=10.0, frame_seconds=1.0)


@pytest.mark.parametrize(
    ("count", "parts", "why"),
    [
        (3000, 60, "a fifth"),
        (300, 8, "8"),
        (60, 6, "half"),
        (12, 1, "half"),
        (1, 1, "half"),
    ],
)
def test_a_dear_start_makes_longer_segments(count: int, parts: int, why: str) -> None:
    grid = make_grid(FrameSet.range(1, count), COLD)
    assert len(grid.segments) == parts
    assert why in grid.reason


def test_a_session_that_stays_open_renders_a_second_at_a_time() -> None:
    grid = make_grid(FrameSet.range(1, 900), OPEN, rate=30.0)
    assert {segment.size for segment in grid.segments} == {30}


def test_a_short_film_is_parted_for_the_slots_where_sessions_stay_open() -> None:
    assert len(make_grid(FrameSet.range(1, 48), OPEN).segments) == 8


def test_a_gap_parts_segments() -> None:
    grid = make_grid(FrameSet.parse("1-5,10-14,20"), COLD)
    assert [str(segment) for segment in grid.segments] == ["1-5", "10-14", "20"]


def test_a_chosen_size_leaves_the_rest_to_the_last() -> None:
    grid = make_grid(FrameSet.parse("1-10"), COLD, size=4)
    assert [str(segment) for segment in grid.segments] == ["1-4", "5-8", "9-10"]
    assert grid.reason == "4 frames each, as asked"
