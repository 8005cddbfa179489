"""Laws of frame sets: they agree with Python's sets, and their text means them."""

from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.cutting import chunk, cut
from framecrew.frames.limits import HIGHEST_FRAME, LOWEST_FRAME
from framecrew.frames.orders import forward, reverse, spread
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.frames.stretches import BLOCK

# Frames near the seams of blocks, near nothing, and anywhere.
numbers = st.one_of(
    st.integers(-40, 40),
    st.builds(
        lambda block, offset: block * BLOCK + offset, st.integers(-2, 3), st.integers(-3, 3)
    ),
    st.integers(LOWEST_FRAME, HIGHEST_FRAME),
)
ranges = st.builds(
    lambda first, count, step: range(first, first + count * step, step),
    st.one_of(st.integers(-50, 50), st.integers(-40_000, 40_000)),
    st.integers(1, 300),
    st.one_of(
        st.integers(1, 9), st.sampled_from([64, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 30_000])
    ),
)
members = st.builds(
    lambda lone, regular: reduce(set.union, map(set, regular), lone),
    st.sets(numbers, max_size=20),
    st.lists(ranges, max_size=3),
)
sets = st.builds(FrameSet.of, members)


@given(members)
def test_a_set_holds_its_frames_ascending_and_once(frames: set[int]) -> None:
    made = FrameSet.of(frames)
    assert list(made) == sorted(frames)
    assert list(reversed(made)) == sorted(frames, reverse=True)
    assert len(made) == len(frames)
    assert bool(made) == bool(frames)


@given(sets)
def test_the_text_of_a_set_means_the_set(frames: FrameSet) -> None:
    if frames:
        assert FrameSet.parse(str(frames)) == frames


@given(sets)
def test_the_text_has_no_more_terms_than_runs_or_frames_need(frames: FrameSet) -> None:
    terms = str(frames).split(",") if frames else []
    assert len(terms) <= len(frames)
    rebuilt = [frame for term in terms for frame in FrameSet.parse(term)]
    assert rebuilt == list(frames)


@given(members, members)
def test_set_algebra_agrees_with_python(one: set[int], two: set[int]) -> None:
    left, right = FrameSet.of(one), FrameSet.of(two)
    for made, meant in (
        (left | right, one | two),
        (left & right, one & two),
        (left - right, one - two),
    ):
        assert made == FrameSet.of(meant)
        assert hash(made) == hash(FrameSet.of(meant))
        assert list(made) == sorted(meant)
        assert len(made) == len(meant)
    assert (left <= right) == (one <= two)
    assert (left == right) == (one == two)
    assert left.isdisjoint(right) == one.isdisjoint(two)


@given(members, numbers)
def test_single_frames_come_and_go_as_in_python(frames: set[int], frame: int) -> None:
    made = FrameSet.of(frames)
    assert (frame in made) == (frame in frames)
    assert made.with_frame(frame) == FrameSet.of(frames | {frame})
    assert made.without_frame(frame) == FrameSet.of(frames - {frame})
    assert len(made.with_frame(frame)) == len(frames | {frame})
    assert len(made.without_frame(frame)) == len(frames - {frame})


@given(members, numbers)
def test_near_and_before_find_the_closest_member(frames: set[int], frame: int) -> None:
    made = FrameSet.of(frames)
    assert made.near(frame) == min((each for each in frames if each >= frame), default=None)
    assert made.before(frame) == max((each for each in frames if each <= frame), default=None)


@given(members, st.integers(-5, 400))
def test_ranks_agree_with_a_sorted_list(frames: set[int], rank: int) -> None:
    made, meant = FrameSet.of(frames), sorted(frames)
    assert made.take(rank) == FrameSet.of(meant[: max(rank, 0)])
    assert made.skip(rank) == FrameSet.of(meant[max(rank, 0) :])
    assert made.take(rank) | made.skip(rank) == made
    if -len(meant) <= rank < len(meant):
        assert made.nth(rank) == meant[rank]
    if meant:
        assert (made.first, made.last) == (meant[0], meant[-1])


@given(sets)
def test_runs_are_the_set_and_as_long_as_can_be(frames: FrameSet) -> None:
    found = list(frames.runs())
    assert reduce(FrameSet.__or__, (FrameSet.range(*run) for run in found), EMPTY) == frames
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


@given(st.integers(-100_000, 100_000), st.integers(0, 100_000), st.integers(1, 50_000))
def test_a_range_has_both_ends_and_each_step_between(
    first: int, length: int, step: int
) -> None:
    last = first + length
    assert FrameSet.range(first, last, step) == FrameSet.of({*range(first, last, step), last})
    assert FrameSet.parse(f"{first}-{last}x{step}") == FrameSet.range(first, last, step)


@given(sets, st.integers(1, 50))
def test_the_pieces_of_a_cut_are_the_frames_and_each_is_regular(
    frames: FrameSet, size: int
) -> None:
    pieces = list(cut(frames, size))
    assert [frame for piece in pieces for frame in piece] == list(frames)
    for index, piece in enumerate(pieces):
        assert 1 <= len(piece) <= size
        listed = list(piece)
        assert len({after - before for before, after in pairwise(listed)}) <= 1
        if index % 50 == 0:
            assert chunk(frames, size, index) == piece


@given(sets)
def test_every_order_gives_each_frame_once(frames: FrameSet) -> None:
    assert list(forward(frames)) == list(frames)
    assert list(reverse(frames)) == list(frames)[::-1]
    given_out = list(spread(frames))
    assert sorted(given_out) == list(frames)
    assert given_out[:2] == list(dict.fromkeys([frames.first, frames.last])) if frames else True


@given(st.integers(1, 600))
def test_spread_gives_each_rank_once_whatever_the_size(size: int) -> None:
    assert sorted(spread(FrameSet.range(1, size))) == list(range(1, size + 1))
