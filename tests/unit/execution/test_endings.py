from dataclasses import replace
from pathlib import Path

from framecrew.execution.endings import diagnose, diagnose_broken_session, exit_words
from framecrew.execution.story import Story
from framecrew.execution.tree import CANNOT_START
from framecrew.model.failures import FailureKind
from framecrew.testing import RENDERER, make_assignment

FOLDER = Path("/renders")


def told(*lines: str) -> Story:
    assignment = make_assignment(FOLDER / "s.standin", FOLDER, frames="1-5")
    story = Story(assignment, RENDERER.reader(assignment.request), has_channel=True)
    for line in lines:
        story.hear_line(line, at=1.0)
    return story


def test_an_answer_without_complaints_is_a_clean_end() -> None:
    assert diagnose(RENDERER, told(), exit_code=None, answer="done", opened=True) is None


def test_a_fatal_line_is_a_failure_even_if_the_card_sees_none() -> None:
    lenient = replace(RENDERER, diagnose=lambda _end: None)
    story = told("stand-in: fatal licence: no seat is free")
    failure = diagnose(lenient, story, exit_code=0, answer="done", opened=True)
    assert failure is not None
    assert failure.kind is FailureKind.LICENCE
    assert failure.evidence == ("stand-in: fatal licence: no seat is free",)


def test_a_session_that_left_without_an_answer_failed_whatever_its_exit_code() -> None:
    lenient = replace(RENDERER, diagnose=lambda _end: None)
    failure = diagnose_broken_session(lenient, told("bye"), exit_code=0, opened=True)
    assert failure.kind is FailureKind.UNKNOWN
    assert failure.reason == "the session ended before its chunk was done (exit code 0)"
    assert failure.evidence == ("bye",)


def test_a_session_that_left_by_a_signal_crashed() -> None:
    lenient = replace(RENDERER, diagnose=lambda _end: None)
    failure = diagnose_broken_session(lenient, told(), exit_code=-11, opened=False)
    assert failure.kind is FailureKind.CRASH
    assert failure.reason == "the session ended before it was ready (ended by SIGSEGV)"


def test_a_program_that_could_not_be_executed_is_missing() -> None:
    story = told(f"{CANNOT_START}/opt/blender: Exec format error")
    failure = diagnose(RENDERER, story, exit_code=127, answer="", opened=False)
    assert failure is not None
    assert failure.kind is FailureKind.PROGRAM_MISSING
    assert failure.reason == "cannot start /opt/blender: Exec format error"


def test_exit_codes_are_told_in_words() -> None:
    assert exit_words(3) == "exit code 3"
    assert exit_words(-9) == "ended by SIGKILL"
    assert exit_words(-250) == "ended by signal 250"
