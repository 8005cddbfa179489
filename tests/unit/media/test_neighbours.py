"""Neighbours: only a frame far from both, while they agree, is an outlier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecrew.media.neighbours import find_outlier
from framecrew.model.outputs import PictureFacts


def facts(*means: float, size: int = 100_000) -> PictureFacts:
    return PictureFacts(
        width=64,
        height=36,
        channels=3,
        bytes=size,
        digest="",
        mean=sum(means) / len(means),
        is_black=not any(means),
        has_nan=False,
        means=means,
    )


GREY = facts(0.4, 0.4, 0.4)
BLACK = facts(0, 0, 0)


def test_a_black_flash_is_an_outlier_and_the_reason_tells_the_means() -> None:
    reason = find_outlier(GREY, BLACK, GREY)
    assert reason is not None
    assert "0.000" in reason
    assert "0.400" in reason


def test_a_black_flash_in_a_dark_shot_is_an_outlier() -> None:
    dark = facts(0.05, 0.05, 0.06)
    assert find_outlier(dark, BLACK, dark)


def test_a_magenta_frame_is_an_outlier_although_its_brightness_fits() -> None:
    assert find_outlier(GREY, facts(0.6, 0.0, 0.6), GREY)


def test_a_white_frame_is_an_outlier() -> None:
    assert find_outlier(GREY, facts(1, 1, 1), GREY)


@pytest.mark.parametrize("size", [45_000, 230_000])
def test_a_file_of_half_or_double_size_is_an_outlier(size: int) -> None:
    reason = find_outlier(GREY, facts(0.4, 0.4, 0.4, size=size), GREY)
    assert reason is not None
    assert str(size) in reason


def test_the_first_and_the_last_frame_are_never_outliers() -> None:
    assert find_outlier(None, BLACK, GREY) is None
    assert find_outlier(GREY, BLACK, None) is None


def test_a_cut_is_no_outlier_on_either_side() -> None:
    shot = [GREY, GREY, BLACK, BLACK]
    assert find_outlier(*shot[:3]) is None
    assert find_outlier(*shot[1:]) is None


def test_a_flash_of_two_frames_is_no_outlier() -> None:
    shot = [GREY, BLACK, BLACK, GREY]
    assert find_outlier(*shot[:3]) is None
    assert find_outlier(*shot[1:]) is None


def test_grain_in_a_channel_that_is_nearly_black_is_no_outlier() -> None:
    assert find_outlier(facts(0.5, 0.001), facts(0.5, 0.004), facts(0.5, 0.001)) is None


def test_small_files_are_not_compared_by_size() -> None:
    small, smaller = facts(0.4, size=3000), facts(0.4, size=900)
    assert find_outlier(small, smaller, small) is None


def test_pictures_with_other_channels_are_not_compared_by_colour() -> None:
    assert find_outlier(GREY, facts(0.0), GREY) is None


def test_without_means_of_channels_the_mean_of_all_is_compared() -> None:
    bare = PictureFacts(
        width=1,
        height=1,
        channels=1,
        bytes=1,
        digest="",
        mean=0.5,
        is_black=False,
        has_nan=False,
    )
    dark = PictureFacts(
        width=1,
        height=1,
        channels=1,
        bytes=1,
        digest="",
        mean=0.0,
        is_black=True,
        has_nan=False,
    )
    assert find_outlier(bare, dark, bare)
    assert find_outlier(bare, bare, bare) is None


amounts = st.floats(0, 4, allow_nan=False)
pictures = st.builds(facts, amounts, amounts, amounts, size=st.integers(1, 10**7))


@given(pictures, pictures)
def test_a_frame_equal_to_a_neighbour_is_never_an_outlier(
    one: PictureFacts, other: PictureFacts
) -> None:
    assert find_outlier(one, one, other) is None
    assert find_outlier(other, one, one) is None


@given(pictures, pictures, pictures)
def test_it_does_not_matter_which_neighbour_comes_first(
    one: PictureFacts, frame: PictureFacts, other: PictureFacts
) -> None:
    assert (find_outlier(one, frame, other) is None) == (
        find_outlier(other, frame, one) is None
    )


@given(st.floats(0, 1), st.integers(3, 60))
def test_a_fade_is_never_an_outlier(level: float, steps: int) -> None:
    fade = [facts(level * step / steps) for step in range(steps + 1)]
    for before, frame, after in zip(fade, fade[1:], fade[2:], strict=False):
        assert find_outlier(before, frame, after) is None
