"""Laws of the grid: the segments of a film, whoever renders them."""

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.sets import FrameSet
from framecrew.model.plans import Traits
from framecrew.planning.grid import MOST_SEGMENTS, make_grid

FRAMES = st.one_of(
    st.builds(
        lambda first, count: FrameSet.range(first, first + count - 1),
        st.integers(-50, 5000),
        st.integers(1, 20_000),
    ),
    st.sets(st.integers(-20, 200), min_size=1).map(FrameSet.of),
    st.sampled_from(["1-100x5", "1-40,60-300,400", "7"]).map(FrameSet.parse),
)
TRAITS = st.builds(
    Traits,
    stays_open=st.booleans(),
    start_seconds=st.floats(0.0, 600.0),
    frame_seconds=st.floats(0.001, 600.0),
)
RATES = st.none() | st.sampled_from([1.0, 23.976, 25.0, 120.0])
SIZES = st.none() | st.integers(1, 500)


@given(FRAMES, TRAITS, RATES, SIZES)
def test_segments_are_runs_in_order_and_together_just_the_frames(
    frames: FrameSet, traits: Traits, rate: float | None, size: int | None
) -> None:
    grid = make_grid(frames, traits, rate=rate, size=size)
    assert [frame for segment in grid.segments for frame in segment] == list(frames)
    assert all(len(list(segment.runs())) == 1 for segment in grid.segments)
    assert grid.reason


@given(FRAMES, TRAITS, RATES)
def test_the_segments_of_a_run_are_equally_long_give_or_take_one(
    frames: FrameSet, traits: Traits, rate: float | None
) -> None:
    segments = make_grid(frames, traits, rate=rate).segments
    for first, last in frames.runs():
        run = FrameSet.range(first, last)
        lengths = {segment.size for segment in segments if segment <= run}
        assert max(lengths) - min(lengths) <= 1


@given(FRAMES, TRAITS, st.integers(1, 500))
def test_a_chosen_length_is_kept_but_for_the_last_of_a_run(
    frames: FrameSet, traits: Traits, size: int
) -> None:
    segments = make_grid(frames, traits, size=size).segments
    runs = [FrameSet.range(first, last) for first, last in frames.runs()]
    assert all(segment.size <= size for segment in segments)
    short = [segment for segment in segments if segment.size < size]
    assert all(any(segment.last == run.last for run in runs) for segment in short)


@given(st.integers(1, 3_000_000), TRAITS)
def test_a_start_is_never_more_than_the_work_of_a_segment_and_files_stay_countable(
    count: int, traits: Traits
) -> None:
    segments = make_grid(FrameSet.range(1, count), traits).segments
    assert len(segments) <= 1.5 * MOST_SEGMENTS
    if not traits.stays_open and len(segments) > 1:
        # Rounding to a number of parts may shorten them by a third at most.
        assert 1.5 * (segments[0].size + 1) * traits.frame_seconds >= traits.start_seconds
