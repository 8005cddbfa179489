"""Work is shared so that all end together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecrew.scheduler.shares import level

SECONDS = st.floats(0, 1000)


def test_equal_beginnings_share_evenly() -> None:
    assert level([10.0, 10.0], 40.0) == 30.0


def test_who_would_begin_after_the_end_takes_nothing() -> None:
    assert level([0.0, 50.0], 40.0) == 40.0


@given(st.lists(SECONDS, min_size=1, max_size=12), SECONDS)
def test_what_is_done_until_then_is_all_the_work(offsets: list[float], work: float) -> None:
    end = level(offsets, work)
    done = sum(max(0.0, end - offset) for offset in offsets)
    assert done == pytest.approx(work, abs=1e-6)
