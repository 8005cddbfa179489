"""Numbers as people read them."""

import pytest

from framecrew.cli.words import bytes_text, eta_text, frames_text, layout_text, seconds_text
from framecrew.model.views import Eta


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (12, "12 s"), (185, "3:05"), (7_800, "2:10:00"), (99.7, "100 s")],
)
def test_seconds_are_told_as_on_a_clock(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (64_000, "64 KB"), (512e6, "512 MB"), (1.44e9, "1.4 GB")],
)
def test_bytes_are_told_in_a_unit_that_suits_them(count: float, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("eta", "text"),
    [
        (None, "time left not known yet"),
        (Eta(soonest=9.6, latest=24.2), "10 to 24 s left"),
        (Eta(soonest=3.8, latest=4.1), "4 s left"),
        (Eta(soonest=70, latest=100), "1:10 to 1:40 left"),
        (Eta(soonest=120.1, latest=120.2), "2:00 left"),
    ],
)
def test_time_left_is_a_range_unless_both_ends_read_the_same(
    eta: Eta | None, text: str
) -> None:
    assert eta_text(eta) == text


def test_one_is_no_plural() -> None:
    assert frames_text(1) == "1 frame"
    assert frames_text(1_200) == "1,200 frames"
    assert layout_text(1, 2) == "1 slot \N{MULTIPLICATION SIGN} 2 threads"
