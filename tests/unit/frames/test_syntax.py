"""Promises of the grammar of frames texts: each mistake is named, with its character."""

import pytest

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.sets import FrameSet
from framecrew.frames.syntax import Term, read


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("10-1", 0, "write 1-10, and --order reverse"),
        ("5, 10-1", 3, "write 1-10, and --order reverse"),
        ("1,!10--1", 3, "write -1-10"),
        ("1-10x0", 5, "1 or more"),
        ("1-10x-2", 5, "1 or more"),
        ("1-2x0.5", 5, "whole numbers"),
        ("1.5", 1, "whole numbers"),
        (".5", 0, "whole numbers"),
        ("1..5", 1, "write 1-5"),
        ("1...5", 1, "write 1-5"),
        ("1:5", 1, "a step in one tool, a stagger in another"),
        ("1-10:2", 4, "write x for a step"),
        ("1-5y2", 3, "1-100,!1-100x5"),
        ("1-5z2", 3, "'z' is not known"),
        ("a", 0, "found 'a'"),
        ("1-5,b", 4, "found 'b'"),
        ("1-10X2", 4, "small x"),
        ("1-10×2", 4, "small x"),
        ("1–5", 1, "typographic dash"),  # noqa: RUF001 - an en dash
        ("−5", 0, "typographic dash"),  # noqa: RUF001 - a minus sign
        ("１", 0, "not a plain digit"),  # noqa: RUF001 - a wide digit
        ("1٣", 1, "not a plain digit"),
        ("1-٣", 2, "not a plain digit"),
        ("1,²", 2, "not a plain digit"),
        ("5,\u00a06", 2, "unusual blank"),
        ("+5", 0, "no plus sign"),
        ("- 5", 0, "minus sign"),
        ("--5", 0, "minus sign"),
        ("1---5", 2, "minus sign"),
        ("1;2", 1, "commas"),
        ("1 5", 2, "a comma is missing"),
        ("1-5!3", 3, "a comma is missing"),
        ("1-10-20", 4, "two ends"),
        ("7x2", 1, "belongs to a range"),
        ("1-10x2x3", 6, "one step"),
        ("1-10x", 5, "the step is missing"),
        ("1-", 2, "last frame of the range is missing"),
        ("1- ,2", 3, "last frame of the range is missing"),
        ("1,!", 3, "a frame is missing"),
        ("1,!!2", 3, "found '!'"),
        ("", 0, "no frames named"),
        (" ", 0, "no frames named"),
        (",,", 0, "no frames named"),
        (" !5", 1, "only exclusions"),
        ("3000000000", 0, "out of reach"),
        ("2147483648", 0, "out of reach"),
        ("1,-2147483649", 2, "out of reach"),
        ("1-10x99999999999", 5, "out of reach"),
        ("1," + "9" * 10_000, 2, "out of reach"),
    ],
)
def test_a_mistake_is_named_with_its_character(text: str, position: int, words: str) -> None:
    with pytest.raises(FrameSyntaxError) as caught:
        read(text)
    assert words in caught.value.message
    assert caught.value.position == position
    assert caught.value.text == text
    assert f"(character {position + 1} of " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (" 1 - 10 x 2 ", "1-10x2"),
        (",1,,2,", "1,2"),
        ("1,\n\t2\r\n", "1,2"),
        ("! 5 , 1-9", "!5,1-9"),
        ("5 -10", "5-10"),
        ("007-0010", "7-10"),
    ],
)
def test_blanks_zeros_and_needless_commas_mean_nothing(text: str, same: str) -> None:
    def meaning(text: str) -> list[tuple[int, int, int, bool]]:
        return [(term.first, term.last, term.step, term.is_excluded) for term in read(text)]

    assert meaning(text) == meaning(same)


def test_terms_are_told_in_the_order_they_were_written() -> None:
    assert read("!5, -3--1x2") == (
        Term(first=5, last=5, step=1, is_excluded=True, position=0),
        Term(first=-3, last=-1, step=2, is_excluded=False, position=4),
    )


def test_the_farthest_frames_can_be_named() -> None:
    (term,) = read("-2147483648-2147483647")
    assert (term.first, term.last) == (-(2**31), 2**31 - 1)


def test_a_number_written_with_thousands_of_zeros_is_that_number() -> None:
    assert str(FrameSet.parse(f"{'0' * 5_000}7-{'0' * 5_000}9")) == "7-9"
    assert str(FrameSet.parse(f"-{'0' * 5_000}7")) == "-7"
