"""Promises of the orders in which frames are given out."""

from itertools import islice

from framecrew.frames.orders import forward, reverse, spread
from framecrew.frames.sets import EMPTY, FrameSet


def test_forward_goes_up_and_reverse_goes_down() -> None:
    frames = FrameSet.parse("1-3,16390")
    assert list(forward(frames)) == [1, 2, 3, 16390]
    assert list(reverse(frames)) == [16390, 3, 2, 1]


def test_spread_gives_first_last_middle_quarters_eighths() -> None:
    assert list(spread(FrameSet.parse("1-9"))) == [1, 9, 5, 3, 7, 2, 4, 6, 8]


def test_spread_knows_short_sets() -> None:
    assert list(spread(EMPTY)) == []
    assert list(spread(FrameSet.parse("4"))) == [4]
    assert list(spread(FrameSet.parse("4,7"))) == [4, 7]
    assert list(spread(FrameSet.parse("4,7,9"))) == [4, 9, 7]


def test_spread_of_a_billion_frames_begins_at_once() -> None:
    frames = FrameSet.parse("1-1000000001")
    assert list(islice(spread(frames), 4)) == [1, 1000000001, 500000001, 250000001]
