"""Frame rates are exact."""

import pytest

from framecrew.planning.rates import parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("25", "25"),
        ("25.0", "25"),
        ("30000/1001", "30000/1001"),
        ("29.97", "30000/1001"),
        (" 23.976 ", "24000/1001"),
        ("12.5", "25/2"),
        ("60/2", "30"),
    ],
)
def test_a_rate_is_read_exactly(text: str, rate: str) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "0", "-25", "1/0", "nan", "inf", "1001", "25fps"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_rate(text)
