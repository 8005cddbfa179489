"""Gathering Python tracebacks out of a stream of lines."""

import pytest

from framecrew.renderers.tracebacks import (
    LONGEST_TRACEBACK,
    Traceback,
    TracebackGatherer,
)


def gather(*lines: str) -> Traceback | None:
    gatherer = TracebackGatherer()
    ended = None
    for line in lines:
        gatherer.take(line, is_known=line.startswith("Known"))
        ended = gatherer.hand_over() or ended
    return ended


BEGIN = "Traceback (most recent call last):"
PLACE = '  File "/job/a.py", line 7, in render'


@pytest.mark.parametrize(
    "last",
    [
        "ValueError: no",
        "AssertionError",
        "KeyboardInterrupt",
        "struct.error: unpack requires a buffer",
        "my.package.OutOfPaint: red",
        "StopIteration",
        "RuntimeError: Error: Cannot render, no camera",
    ],
)
def test_the_last_line_is_the_exception(last: str) -> None:
    found = gather(BEGIN, PLACE, "    go()", "    ^^^^", last)

    assert found is not None
    assert found.last_line == last
    assert found.text == f'{last} (file "/job/a.py", line 7, in render)'


def test_a_syntax_error_has_no_heading_of_its_own() -> None:
    found = gather(
        'Error: Python:   File "/job/syn.py", line 1', "    def f(:", "SyntaxError: bad"
    )

    assert found is not None
    assert found.text == 'SyntaxError: bad (file "/job/syn.py", line 1)'


def test_the_place_to_correct_is_the_innermost_outside_of_libraries() -> None:
    found = gather(
        BEGIN,
        PLACE,
        '  File "/opt/blender/4.5/scripts/modules/bpy/ops.py", line 109, in __call__',
        "RuntimeError: no",
    )

    assert found is not None
    assert found.blamed is not None
    assert found.blamed.file == "/job/a.py"


def test_a_traceback_of_libraries_alone_blames_the_innermost() -> None:
    found = gather(
        BEGIN,
        '  File "C:\\blender\\4.5\\scripts\\modules\\addon_utils.py", line 1, in enable',
        '  File "C:\\blender\\4.5\\scripts\\modules\\bpy\\ops.py", line 2, in call',
        "ImportError: no",
    )

    assert found is not None
    assert found.blamed is not None
    assert found.blamed.line == 2


def test_other_lines_between_are_left_to_others() -> None:
    gatherer = TracebackGatherer()

    assert gatherer.take(BEGIN, is_known=False)
    assert not gatherer.take("Known: a line of another thread", is_known=True)
    assert gatherer.take("ValueError: no", is_known=False)


def test_without_a_traceback_an_exceptions_name_is_just_a_line() -> None:
    assert gather("ValueError: no") is None


def test_a_traceback_without_an_end_is_given_up() -> None:
    gatherer = TracebackGatherer()
    gatherer.take(BEGIN, is_known=False)

    taken = [gatherer.take("  torn", is_known=False) for _ in range(LONGEST_TRACEBACK + 1)]

    assert taken[-1] is False
    assert not gatherer.take("ValueError: no", is_known=False)


def test_two_chained_exceptions_are_two_tracebacks() -> None:
    gatherer = TracebackGatherer()
    lasts = []
    for line in (
        BEGIN,
        PLACE,
        "KeyError: 'a'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        BEGIN,
        PLACE,
        "ValueError: no",
    ):
        gatherer.take(line, is_known=False)
        if (ended := gatherer.hand_over()) is not None:
            lasts.append(ended.last_line)

    assert lasts == ["KeyError: 'a'", "ValueError: no"]
