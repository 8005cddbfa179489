"""Promises of frame sets."""

import copy
import pickle
import tracemalloc
from collections.abc import Callable

import pytest

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.sets import EMPTY, FrameSet

TEN_MILLION = 10_000_000


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("7", [7]),
        ("1-5", [1, 2, 3, 4, 5]),
        ("1,5,9", [1, 5, 9]),
        ("1-10x4", [1, 5, 9, 10]),
        ("1-9x4", [1, 5, 9]),
        ("-2-1", [-2, -1, 0, 1]),
        ("-10--8", [-10, -9, -8]),
        ("-10", [-10]),
        ("1-6,!3-4", [1, 2, 5, 6]),
        ("!3-4,1-6", [1, 2, 5, 6]),
        ("1-9,!1-9x4", [2, 3, 4, 6, 7, 8]),
        ("3,1,2,1-2", [1, 2, 3]),
    ],
)
def test_a_text_means_these_frames(text: str, frames: list[int]) -> None:
    assert list(FrameSet.parse(text)) == frames


def test_a_step_always_includes_both_ends() -> None:
    assert list(FrameSet.parse("1-100x5"))[-3:] == [91, 96, 100]
    assert FrameSet.range(1, 100, 5) == FrameSet.parse("1-100x5")


def test_python_ranges_keep_their_own_meaning() -> None:
    assert list(FrameSet.of(range(1, 11, 4))) == [1, 5, 9]
    assert list(FrameSet.of(range(9, 0, -4))) == [1, 5, 9]
    assert FrameSet.of(range(5, 5)) == EMPTY


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        (range(1, 101), "1-100"),
        (range(1, 100, 2), "1-99x2"),
        ([1, 5, 9], "1-9x4"),
        ([1, 2], "1-2"),
        ([1, 3], "1,3"),
        ([1, 2, 4, 6, 8], "1-2,4-8x2"),
        ([1, 3, 4, 5], "1,3-5"),
        ([-3, -2, -1], "-3--1"),
        ([*range(1, 97, 5), 96, 100], "1-96x5,100"),
        ([7], "7"),
    ],
)
def test_the_text_of_a_set_is_its_regular_spelling(frames: list[int], text: str) -> None:
    assert str(FrameSet.of(frames)) == text


@pytest.mark.parametrize("step", [1, 2, 3, 64, 1000, 16383, 16384, 16385, 40000])
def test_long_regular_sets_are_told_in_one_term_whatever_the_step(step: int) -> None:
    last = -100_000 + 200 * step
    text = f"-100000-{last}" + (f"x{step}" if step > 1 else "")
    assert str(FrameSet.of(range(-100_000, last + 1, step))) == text


@pytest.mark.parametrize("gap", [16383, 16384, 16385, 32767, 32768, 49152])
def test_a_hole_is_found_wherever_it_lies(gap: int) -> None:
    frames = FrameSet.range(0, 65535).without_frame(gap)
    assert str(frames) == f"0-{gap - 1},{gap + 1}-65535"
    assert list(frames.runs()) == [(0, gap - 1), (gap + 1, 65535)]


def test_blocks_that_look_alike_but_do_not_join_are_not_taken_for_one_run() -> None:
    frames = FrameSet.range(10, 16383) | FrameSet.range(16394, 32767)
    assert str(frames) == "10-16383,16394-32767"
    assert list(frames.runs()) == [(10, 16383), (16394, 32767)]


def test_an_extra_frame_ends_a_stepped_run() -> None:
    frames = FrameSet.of(range(0, 60_000, 2)).with_frame(40_001)
    assert str(frames) == "0-40000x2,40001-40002,40004-59998x2"


def test_the_empty_set_has_no_first_and_no_last_frame() -> None:
    assert not EMPTY
    assert len(EMPTY) == 0
    assert str(EMPTY) == ""
    assert repr(EMPTY) == "FrameSet()"
    assert list(EMPTY.runs()) == []
    assert EMPTY.near(5) is None
    assert EMPTY.before(5) is None
    asks: list[Callable[[], int]] = [
        lambda: EMPTY.first,
        lambda: EMPTY.last,
        lambda: EMPTY.nth(0),
    ]
    for ask in asks:
        with pytest.raises(ValueError, match=r"empty frame set|0 frames"):
            ask()


def test_first_last_and_rank() -> None:
    frames = FrameSet.parse("-5,1-3,40000")
    assert (frames.first, frames.last) == (-5, 40000)
    assert [frames.nth(rank) for rank in (0, 1, 3, 4, -1, -5)] == [-5, 1, 3, 40000, 40000, -5]
    for rank in (5, -6):
        with pytest.raises(ValueError, match="5 frames"):
            frames.nth(rank)


def test_near_looks_upwards_and_before_looks_downwards() -> None:
    frames = FrameSet.parse("10-20x5,50000")
    assert [frames.near(frame) for frame in (-9, 10, 11, 21, 50000)] == [
        10,
        10,
        15,
        50000,
        50000,
    ]
    assert frames.near(50001) is None
    assert [frames.before(frame) for frame in (99999, 50000, 49999, 14, 10)] == [
        50000,
        50000,
        20,
        10,
        10,
    ]
    assert frames.before(9) is None


def test_take_and_skip_share_the_frames_between_them() -> None:
    frames = FrameSet.parse("1-3,40000-40003")
    assert str(frames.take(5)) == "1-3,40000-40001"
    assert str(frames.skip(5)) == "40002-40003"
    assert frames.take(99) == frames == frames.skip(0)
    assert frames.take(0) == frames.take(-1) == frames.skip(7) == EMPTY


def test_adding_what_is_there_and_removing_what_is_not_changes_nothing() -> None:
    frames = FrameSet.parse("1-3")
    assert frames.with_frame(2) is frames
    assert frames.without_frame(9) is frames


def test_removing_every_frame_leaves_the_empty_set() -> None:
    frames = FrameSet.parse("16380-16390")
    for frame in frames:
        frames = frames.without_frame(frame)
    assert frames == EMPTY


def test_only_ints_are_members() -> None:
    assert 2 in FrameSet.parse("1-3")
    assert "2" not in FrameSet.parse("1-3")
    assert 2.0 not in FrameSet.parse("1-3")


def test_a_set_never_changes() -> None:
    frames = FrameSet.parse("1-3")
    with pytest.raises(AttributeError, match="never changes"):
        frames.size = 5
    with pytest.raises(AttributeError, match="never changes"):
        del frames.size
    with pytest.raises(AttributeError):
        frames.other = 5


def test_a_set_travels_between_processes() -> None:
    frames = FrameSet.parse("1-100x3,!7")
    assert pickle.loads(pickle.dumps(frames)) == frames
    assert copy.deepcopy(frames) == frames
    assert repr(frames) == "FrameSet('1,4,10-100x3')"


def test_a_set_is_not_equal_to_other_things() -> None:
    assert FrameSet.parse("1-3") != {1, 2, 3}
    assert FrameSet.of({3, 1, 2}) == FrameSet.parse("1-3")
    assert FrameSet.of(FrameSet.parse("1-3")) == FrameSet.parse("1-3")


@pytest.mark.parametrize(
    "join",
    [
        lambda frames: frames | {1},
        lambda frames: frames & {1},
        lambda frames: frames - {1},
        lambda frames: frames <= {1},
    ],
)
def test_sets_of_frames_do_not_mix_with_other_sets(join: Callable[[FrameSet], object]) -> None:
    with pytest.raises(TypeError):
        join(FrameSet.parse("1-3"))


def test_frame_numbers_out_of_reach_are_refused() -> None:
    makes: list[Callable[[], FrameSet]] = [
        lambda: EMPTY.with_frame(2**31),
        lambda: FrameSet.of([0, -(2**31) - 1]),
        lambda: FrameSet.of([10**30]),
        lambda: FrameSet.of(range(2**31 + 1)),
        lambda: FrameSet.range(0, 2**31),
    ]
    for make in makes:
        with pytest.raises(ValueError, match=r"from -2147483648 to 2147483647"):
            make()


def test_a_range_goes_upwards_by_a_step_of_one_or_more() -> None:
    with pytest.raises(ValueError, match="wanted 1-10, found 10-1"):
        FrameSet.range(10, 1)
    with pytest.raises(ValueError, match="found 0"):
        FrameSet.range(1, 10, 0)


def test_what_is_no_whole_number_is_no_frame() -> None:
    with pytest.raises(TypeError):
        FrameSet.of([1.5])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "text", ["1-2000000000", "-2147483648-2147483647", "1-1999999999x2", "2000000000"]
)
def test_the_longest_sets_are_kept_in_a_few_stretches(text: str) -> None:
    frames = FrameSet.parse(text)
    assert len(frames.stretches) <= 3
    assert str(frames) == text
    assert frames.without_frame(frames.last).with_frame(frames.last) == frames


def test_exclusions_that_leave_nothing_are_refused_at_the_one_that_does() -> None:
    with pytest.raises(FrameSyntaxError, match="leaves no frame") as caught:
        FrameSet.parse("1-9, !1-4,!5-20,!30")
    assert caught.value.position == 10


@pytest.mark.parametrize(
    "text", ["1-10000000", "1-10000000x2", "1-10000000x7", "1-10000000,!5000000"]
)
def test_ten_million_frames_cost_a_few_megabytes_in_every_operation(text: str) -> None:
    tracemalloc.start()
    try:
        frames = FrameSet.parse(text)
        other = FrameSet.range(-5_000_000, 5_000_000, 3)
        union, both, rest = frames | other, frames & other, frames - other
        assert union.size == frames.size + other.size - both.size
        assert rest.size == frames.size - both.size
        assert rest.isdisjoint(other)
        assert both <= frames <= union
        assert FrameSet.parse(str(frames)) == frames
        assert hash(FrameSet.parse(text)) == hash(frames)
        half = frames.size // 2
        assert frames.take(half) | frames.skip(half) == frames
        assert frames.nth(half) == frames.skip(half).first == frames.near(frames.nth(half))
        assert frames.before(TEN_MILLION) == frames.last == next(reversed(frames))
        assert next(iter(frames)) == frames.first == next(frames.runs())[0]
        assert frames.nth(half) in frames
        assert frames.nth(half) not in frames.without_frame(frames.nth(half))
        assert len(frames.with_frame(0)) == len(frames) + 1
        assert pickle.loads(pickle.dumps(frames)) == frames
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Four bytes a frame would be 40 MB.
    assert most < 8_000_000
