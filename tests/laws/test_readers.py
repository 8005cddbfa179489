"""Laws of the readers: whatever a renderer prints, its reader goes on reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import Complaint, Reader, Severity
from framecrew.renderers.registry import installed_renderers
from framecrew.renderers.rules import LONGEST_TEXT

RENDERERS = ("aftereffects", "blender")

PIECES = st.sampled_from(
    [
        *(
            "Fra:7 ",
            "| ",
            "Saved: '",
            "'",
            "Sample 3/0",
            "Sample 3/8",
            "Part 1-0",
            "Append frame ",
        ),
        *(
            "Traceback (most recent call last):",
            '  File "a.py", line 3, in f',
            "E: ",
            "Error: ",
        ),
        *(
            "PROGRESS:  ",
            "0:00:00:01 (2): ",
            "0 Seconds",
            "WARNING:",
            "aerender ERROR",
            "Output To: ",
        ),
        *(
            "1/2/2024 10:00:00 AM: ",
            "\u201c",
            "\u201d",
            "\u00ab",
            "\ufffd",
            "\x00",
            "\r",
            "\t",
            " ",
        ),
        *(
            "2024-01-01 12:00:00:  0: STDOUT: ",
            "00:01.532  render           | ",
            "> ",
            "[12:00:00] ",
        ),
        *("out of memory", "after effects", "license", "missing", "failed to load ", "9" * 400),
    ]
)
LINES = st.lists(
    st.one_of(
        st.text(),
        st.binary().map(lambda block: block.decode("utf-8", "replace")),
        st.lists(PIECES, max_size=12).map("".join),
    ),
    max_size=30,
)


def reader_of(name: str) -> Reader:
    options = {"comp": "Main"} if name == "aftereffects" else {}
    request = RenderRequest(renderer=name, scene="/job/scene", options=options)
    return installed_renderers().get(name).reader(request)


@pytest.mark.parametrize("name", RENDERERS)
@given(lines=LINES)
def test_no_line_stops_a_reader_and_no_complaint_is_long(name: str, lines: list[str]) -> None:
    reader = reader_of(name)

    for line in lines:
        for reading in reader.read(line):
            if isinstance(reading, Complaint):
                assert (
                    len(reading.text) <= LONGEST_TEXT + 500
                )  # a traceback names its place too


@pytest.mark.parametrize("name", RENDERERS)
@given(filler=st.sampled_from(["a ", "1", "Sample 1/", "failed to open ", "\u00ab", "| a, b "]))
def test_what_is_glued_to_the_end_of_an_endless_line_is_read(name: str, filler: str) -> None:
    line = filler * (60_000 // len(filler)) + "\tError: Out of memory. No space left on device"

    told = [one for one in reader_of(name).read(line) if isinstance(one, Complaint)]

    assert [one.severity for one in told] == [Severity.FATAL]
