"""Sizes as people write and read them."""

import pytest

from framecrew.planning.sizes import parse_size, size_text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("8G", 8 * 1024**3),
        ("512MB", 512 * 1024**2),
        ("1.5 GiB", 3 * 1024**3 // 2),
        (" 2t ", 2 * 1024**4),
        ("100", 100),
        ("7kb", 7 * 1024),
    ],
)
def test_a_size_is_read(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "G", "8 apples", "-8G", "1.2.3G", "8GG", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1024, "1 KB"),
        (1_600_000_000, "1.49 GB"),
        (5 * 1024**5, "5.12e+03 TB"),
        (3 * 1024**4, "3 TB"),
    ],
)
def test_a_size_is_told_in_three_digits(count: int, text: str) -> None:
    assert size_text(count) == text
