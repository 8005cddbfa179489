"""Rows of patterns, and the reader that remembers."""

import pytest

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import (
    Complaint,
    FileWritten,
    FrameBegun,
    FramePercent,
    Reading,
    Severity,
)
from framecrew.renderers.rules import (
    MOST_COMPLAINTS,
    MOST_SHAPES,
    Rule,
    RuleReader,
    Rules,
    complaint,
    harmless,
)

ROWS = (
    Rule(r"Frame (?P<frame>\d+)", lambda match: FrameBegun(frame=int(match["frame"]))),
    Rule(r"(?P<percent>\d+) %", lambda match: FramePercent(percent=float(match["percent"]))),
    Rule(r"Wrote '(?P<path>[^']+)'", lambda match: FileWritten(path=match["path"])),
    Rule(r"Error: nothing to fear", harmless),
    Rule(r"disk is full", complaint(Severity.FATAL, FailureKind.DISK_FULL)),
    Rule(r"Error: ", complaint(Severity.ERROR)),
)
RULES = Rules(ROWS, prefixes=(r"\[\w+\] ",))


def read(*lines: str) -> list[Reading]:
    reader = RuleReader(RULES)
    return [reading for line in lines for reading in reader.read(line)]


def complaints(*lines: str) -> list[str]:
    return [one.text for one in read(*lines) if isinstance(one, Complaint)]


def test_a_line_that_matches_no_row_is_noise() -> None:
    assert read("hello", "", "   ") == []


def test_two_streams_glued_into_one_line_are_both_understood() -> None:
    assert read("warming upFrame 3Error: lamp brokenWrote '/out/3.png'") == [
        FrameBegun(frame=3),
        FileWritten(path="/out/3.png", frame=3),
        Complaint(
            text="warming upFrame 3Error: lamp brokenWrote '/out/3.png'",
            severity=Severity.ERROR,
        ),
    ]


@pytest.mark.parametrize(
    "prefix",
    [
        "STDOUT: ",
        "STDERR: ",
        "2024-05-01 10:00:00:  0: STDOUT: ",
        "[2024/05/01 10:00:00.123] ",
        "[farm] ",
        "STDOUT: [farm] ",
    ],
)
def test_wrappers_and_log_columns_are_cut_off_before_reading(prefix: str) -> None:
    assert complaints(f"{prefix}Error: lamp broken") == ["Error: lamp broken"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_the_end_of_a_line_is_no_part_of_a_complaint(end: str) -> None:
    assert complaints(f"Error: lamp broken{end}") == ["Error: lamp broken"]


def test_the_special_row_wins_over_the_general_one() -> None:
    assert read("Error: disk is full") == [
        Complaint(
            text="Error: disk is full", severity=Severity.FATAL, kind=FailureKind.DISK_FULL
        )
    ]


def test_a_harmless_row_keeps_later_rows_silent() -> None:
    assert read("Error: nothing to fear") == []


def test_a_complaint_once_a_pixel_is_told_once_a_frame() -> None:
    flood = ["Error: no light"] * 5000

    assert len(complaints("Frame 1", *flood, "Frame 2", *flood)) == 2


def test_two_complaints_taking_turns_are_told_once_each() -> None:
    assert len(complaints(*["Error: no light", "Error: no camera"] * 500)) == 2


def test_complaints_that_differ_in_an_address_do_not_flood() -> None:
    lines = [f"Error: at 0x{number:08x}" for number in range(10_000)]

    assert len(complaints(*lines)) == MOST_COMPLAINTS


def test_a_flood_of_one_kind_does_not_drown_another() -> None:
    lines = [f"Error: at 0x{number:08x}" for number in range(1000)]

    assert complaints(*lines, "disk is full")[-1] == "disk is full"


@pytest.mark.parametrize("border", ["Frame 2", "Wrote '/out/1.png'", "framecrew: mark 7"])
def test_what_is_said_again_for_another_frame_is_told_again(border: str) -> None:
    assert complaints("Frame 1", "Error: no light", border, "Error: no light") == [
        "Error: no light",
        "Error: no light",
    ]


def test_a_frame_is_begun_once_however_often_its_number_is_printed() -> None:
    begun = [
        one
        for one in read("Frame 1", "Frame 1: 5 %", "Frame 2", "Frame 2: 5 %")
        if isinstance(one, FrameBegun)
    ]

    assert begun == [FrameBegun(frame=1), FrameBegun(frame=2)]


@pytest.mark.parametrize("border", ["Wrote '/out/1.png'", "framecrew: mark 7"])
def test_the_same_number_after_its_file_or_a_mark_is_a_frame_anew(border: str) -> None:
    assert read("Frame 1", border, "Frame 1").count(FrameBegun(frame=1)) == 2


def test_the_same_percentage_is_told_once_until_it_changes() -> None:
    assert read("5 %", "at 5 %", "6 %", "5 %") == [
        FramePercent(percent=5.0),
        FramePercent(percent=6.0),
        FramePercent(percent=5.0),
    ]


def test_a_file_belongs_to_the_frame_begun_last() -> None:
    assert read("Frame 4", "Wrote 'a'", "Wrote 'b'")[1:] == [
        FileWritten(path="a", frame=4),
        FileWritten(path="b", frame=4),
    ]


def test_lines_of_one_shape_are_told_apart_by_their_digits() -> None:
    assert read("Frame 1", "Frame 7") == [FrameBegun(frame=1), FrameBegun(frame=7)]


def test_a_chatty_program_costs_no_memory() -> None:
    rules = Rules(ROWS)
    reader = RuleReader(rules)

    for number in range(MOST_SHAPES + 50):
        reader.read("x" * number)

    assert len(rules._known) <= MOST_SHAPES
    assert list(reader.read("Frame 1")) == [FrameBegun(frame=1)]


def test_a_traceback_is_one_complaint() -> None:
    assert read(
        "Traceback (most recent call last):",
        '  File "/job/hook.py", line 3, in <module>',
        "    raise ValueError('no')",
        "ValueError: no",
    ) == [
        Complaint(
            text='ValueError: no (file "/job/hook.py", line 3, in <module>)',
            severity=Severity.ERROR,
            kind=FailureKind.SCRIPT_ERROR,
        )
    ]


def test_a_traceback_whose_last_line_a_row_knows_is_of_that_kind() -> None:
    found = read(
        "Traceback (most recent call last):",
        '  File "/job/hook.py", line 3, in save',
        "OSError: disk is full",
    )

    assert [one.kind for one in found if isinstance(one, Complaint)] == [FailureKind.DISK_FULL]


def test_facts_inside_a_torn_traceback_are_not_lost() -> None:
    found = read(
        "Traceback (most recent call last):",
        '  File "/job/hook.py", line 3, in save',
        "Wrote '/out/1.png'",
        "ValueError: no",
    )

    assert FileWritten(path="/out/1.png") in found
    assert len([one for one in found if isinstance(one, Complaint)]) == 1


def test_a_complaint_of_a_huge_line_is_kept_short() -> None:
    assert len(complaints("Error: " + "x" * 100_000)[0]) <= 500
