"""Lines are the same however the bytes were cut on their way, and never cost more than their
limit."""

import re

from hypothesis import given
from hypothesis import strategies as st

from framecrew.execution.lines import LONGEST_LINE, LineCutter

PIECES = st.sampled_from(
    [
        b"\n",
        b"\r",
        b"\r\n",
        b"a",
        b"frame 7",
        b"\xff",
        "ü".encode(),
        "€".encode(),
        b"\xe2\x82",
        b" ",
    ]
)
STREAMS = st.lists(PIECES, max_size=40).map(b"".join)
LONG = {"n": b"\n", "r": b"\r", "x": b"x" * 30_000, "u": "ü".encode() * 9_999, "y": b"y"}
LONG_STREAMS = st.lists(st.sampled_from(sorted(LONG)), max_size=12).map(
    lambda names: b"".join(LONG[name] for name in names)
)


def cut(stream: bytes, places: list[int]) -> list[str]:
    cutter, lines, start = LineCutter(), [], 0
    for place in [*sorted(place % (len(stream) + 1) for place in places), len(stream)]:
        lines += cutter.feed(stream[start:place])
        start = place
    return lines + cutter.finish()


@given(STREAMS, st.lists(st.integers(0, 500)))
def test_lines_do_not_depend_on_where_the_bytes_were_cut(
    stream: bytes, places: list[int]
) -> None:
    assert cut(stream, places) == cut(stream, [])


@given(LONG_STREAMS, st.lists(st.integers(0, 500_000), max_size=20))
def test_nor_do_lines_that_are_too_long(stream: bytes, places: list[int]) -> None:
    assert cut(stream, places) == cut(stream, [])


@given(STREAMS)
def test_lines_are_what_stands_between_the_line_ends(stream: bytes) -> None:
    parts = re.split(rb"\r\n|\r|\n", stream)
    last = [parts[-1].decode("utf-8", "replace")] if parts[-1] else []
    assert cut(stream, []) == [part.decode("utf-8", "replace") for part in parts[:-1]] + last


@given(LONG_STREAMS)
def test_a_line_keeps_its_beginning_and_says_what_was_left_out(stream: bytes) -> None:
    lines = cut(stream, [])
    parts = re.split(rb"\r\n|\r|\n", stream)
    for line, part in zip(lines, parts, strict=False):
        note = (
            f" [framecrew: {len(part) - LONGEST_LINE:,} more bytes of this line were left out]"
        )
        if len(part) > LONGEST_LINE:
            assert line.endswith(note)
            kept = line.removesuffix(note).encode()
            assert part.startswith(kept)
            assert LONGEST_LINE - len(kept) < 4
        else:
            assert line == part.decode()


def test_an_endless_line_costs_no_more_than_its_limit() -> None:
    cutter = LineCutter()
    for _ in range(200):
        assert cutter.feed(b"." * 100_000) == []
    (line,) = cutter.finish()
    assert len(line) < LONGEST_LINE + 100
    assert "19,934,464 more bytes" in line
