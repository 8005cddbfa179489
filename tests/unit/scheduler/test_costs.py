"""What frames cost."""

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.scheduler.costs import MOST_KNOTS, CostCurve


def curve(frames: str, costs: dict[int, float]) -> CostCurve:
    made = CostCurve(FrameSet.parse(frames))
    for frame, seconds in costs.items():
        made.learn(frame, seconds)
    return made


def test_nothing_known_costs_nothing() -> None:
    nothing = curve("1-9", {})
    assert (nothing.estimate(5), nothing.total(FrameSet.parse("1-9")), nothing.mean) == (
        0,
        0,
        0,
    )
    assert not nothing.is_steep


def test_between_frames_seen_the_curve_is_straight_and_outside_it_is_level() -> None:
    known = curve("1-10", {2: 1.0, 4: 3.0, 8: 3.0})
    assert [known.estimate(frame) for frame in (1, 2, 3, 4, 6, 10)] == [1, 1, 2, 3, 3, 3]


def test_a_total_is_the_sum_of_its_frames() -> None:
    known = curve("1-10", {1: 1.0, 5: 5.0, 10: 10.0})
    assert known.total(FrameSet.parse("1-10")) == pytest.approx(55.0)


def test_a_total_of_many_frames_is_nearly_their_sum() -> None:
    known = curve("1-100000", {frame: frame / 1000 for frame in range(1, 100_001, 500)})
    frames = FrameSet.parse("1-100000x2")
    exact = sum(known.estimate(frame) for frame in frames)
    assert known.total(frames) == pytest.approx(exact, rel=0.01)


def test_the_curve_stays_small_however_many_frames_it_learns() -> None:
    known = curve("1-10000", dict.fromkeys(range(1, 10_001), 1.0))
    assert len(known.knots) == MOST_KNOTS
    assert known.count == 10_000


@pytest.mark.parametrize("frames", ["1-100", "1-20,80-100", "3", "50-60x5"])
def test_the_dearest_frame_is_found_without_looking_at_all(frames: str) -> None:
    known = curve("1-100", {1: 1.0, 30: 9.0, 55: 2.0, 90: 7.0})
    members = FrameSet.parse(frames)
    found = known.dearest(members)
    assert found in members
    assert known.estimate(found) == max(known.estimate(frame) for frame in members)


def test_uneven_costs_are_steep_and_noise_is_not() -> None:
    assert curve("1-9", {1: 1.0, 5: 1.1, 9: 1.7}).is_steep
    assert not curve("1-9", {1: 1.0, 5: 1.1, 9: 1.5}).is_steep
    assert not curve("1-9", {1: 1.0, 9: 99.0}).is_steep


def test_first_frames_are_a_guess_until_some_are_learnt() -> None:
    known = CostCurve(FrameSet.parse("1-100"))
    known.presume(1, 3.0)
    known.presume(100, 5.0)
    assert known.estimate(1) == 3.0
    known.learn(50, 2.0)
    assert (known.estimate(1), known.estimate(100)) == (1.0, 3.0)
    known.learn(2, 1.0)
    known.learn(99, 1.0)
    assert known.estimate(100) == 1.0


def test_a_guess_never_falls_below_a_tenth_of_what_is_sure() -> None:
    known = CostCurve(FrameSet.parse("1-100"))
    known.presume(1, 1.0)
    known.presume(100, 99.0)
    known.learn(50, 2.0)
    assert known.estimate(1) == pytest.approx(0.2)


def test_a_part_rendered_often_counts_once_in_the_mean() -> None:
    known = curve("1-6400", {**dict.fromkeys(range(1, 101), 1.0), 3000: 4.0, 6400: 7.0})
    assert known.mean == pytest.approx(4.0)
