"""Exit codes in words."""

import pytest

from framecrew.model.failures import FailureKind
from framecrew.renderers.exits import exit_story


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (-11, FailureKind.CRASH, "SIGSEGV"),
        (139, FailureKind.CRASH, "SIGSEGV"),
        (-9, FailureKind.CRASH, "runs out of memory"),
        (137, FailureKind.CRASH, "runs out of memory"),
        (-15, FailureKind.CRASH, "from outside"),
        (-25, FailureKind.OUTPUT_NOT_WRITABLE, "limit of file size"),
        (-64, FailureKind.CRASH, "signal 64"),
        (-1073741819, FailureKind.CRASH, "access violation"),
        (3221225477, FailureKind.CRASH, "access violation"),
        (0xC0000017, FailureKind.OUT_OF_MEMORY, "memory"),
        (-1073741523, FailureKind.OUT_OF_MEMORY, "paging file"),
        (0xC0000135, FailureKind.PROGRAM_MISSING, "DLL"),
        (0xC0FFEE00, FailureKind.CRASH, "0xC0FFEE00"),
        (0x40000015, FailureKind.CRASH, "gave itself up"),
        (127, FailureKind.PROGRAM_MISSING, "missing"),
    ],
)
def test_an_unnatural_end_is_told_in_words(code: int, kind: FailureKind, words: str) -> None:
    story = exit_story(code)

    assert story.kind is kind
    assert words in story.words


@pytest.mark.parametrize("code", [0, 1, 2, 7, 100, 255])
def test_a_program_that_left_by_itself_did_not_crash(code: int) -> None:
    story = exit_story(code)

    assert not story.is_crash
    assert story.words == f"left with exit code {code}"


@pytest.mark.parametrize("code", [-9, 137, 0xC0000005, 0xC0FFEE00])
def test_a_program_that_did_not_leave_by_itself_crashed(code: int) -> None:
    assert exit_story(code).is_crash
