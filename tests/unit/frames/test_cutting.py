"""Promises of cutting."""

import pytest

from framecrew.frames.cutting import chunk, cut
from framecrew.frames.sets import EMPTY, FrameSet


@pytest.mark.parametrize(
    ("text", "size", "pieces"),
    [
        ("1-10,20-23,30", 4, ["1-4", "5-8", "9-10", "20-23", "30"]),
        ("1-10", 100, ["1-10"]),
        ("1-3", 1, ["1", "2", "3"]),
        ("1-21x5,100", 4, ["1-16x5", "21", "100"]),
        ("1-20x5", 4, ["1-16x5", "20"]),
        ("1-5,7-11x2", 4, ["1-4", "5", "7-11x2"]),
    ],
)
def test_pieces_end_at_gaps_and_after_the_size(text: str, size: int, pieces: list[str]) -> None:
    frames = FrameSet.parse(text)
    assert [str(piece) for piece in cut(frames, size)] == pieces
    assert [str(chunk(frames, size, index)) for index in range(len(pieces))] == pieces


def test_nothing_is_cut_into_nothing() -> None:
    assert list(cut(EMPTY, 5)) == []


@pytest.mark.parametrize("index", [5, 6, -1])
def test_a_chunk_that_is_not_there_is_refused_with_their_number(index: int) -> None:
    with pytest.raises(ValueError, match=f"wanted chunk {index} .* there are 5 chunks"):
        chunk(FrameSet.parse("1-10,20-23,30"), 4, index)


def test_a_chunk_far_out_is_found_without_making_the_others() -> None:
    assert (
        str(chunk(FrameSet.parse("1-2000000000"), 10, 199_999_999)) == "1999999991-2000000000"
    )


@pytest.mark.parametrize("size", [0, -1])
def test_a_size_below_one_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="1 frame or more"):
        list(cut(FrameSet.parse("1-10"), size))
    with pytest.raises(ValueError, match="1 frame or more"):
        chunk(FrameSet.parse("1-10"), size, 0)
