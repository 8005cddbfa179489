"""The story of an attempt, told to it line by line and message by message."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from framecrew.execution.claims import Verdict
from framecrew.execution.shown import LINES_PER_SECOND
from framecrew.execution.story import Story
from framecrew.model.attempts import Assignment
from framecrew.model.events import FrameFailed, FrameFinished, FramesGivenBack
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import TaskKind
from framecrew.model.pulses import FrameProgress, LinePrinted
from framecrew.model.requests import FilmRequest
from framecrew.renderers.contract import (
    FileWritten,
    FrameBegun,
    FrameCounted,
    FramePercent,
    Reader,
    Reading,
)
from framecrew.renderers.rules import Rule, RuleReader, Rules, noise
from framecrew.testing import ONE_CHUNK, RENDERER, make_assignment

FOLDER = Path("/renders")


def order(frames: str = "1-5", card: object = RENDERER) -> Assignment:
    chosen = ONE_CHUNK if card is ONE_CHUNK else RENDERER
    return make_assignment(FOLDER / "s.standin", FOLDER, frames=frames, card=chosen)


def session(assignment: Assignment | None = None) -> Story:
    assignment = assignment or order()
    story = Story(assignment, RENDERER.reader(assignment.request), has_channel=True)
    story.expect_frames(is_first=True)
    return story


def process(assignment: Assignment | None = None, reader: Reader | None = None) -> Story:
    assignment = assignment or order(card=ONE_CHUNK)
    return Story(assignment, reader or ONE_CHUNK.reader(assignment.request), has_channel=False)


def written(frame: int, mark: int = 1, **more: object) -> Mapping[str, object]:
    return {"type": "frame_written", "frame": frame, "seconds": 0.5, "mark": mark, **more}


def failures(story: Story) -> dict[int, FailureKind]:
    return {
        event.frame: event.failure.kind
        for event in story.events
        if isinstance(event, FrameFailed)
    }


class Scripted:
    """A reader whose lines mean what the test says."""

    def __init__(self, meanings: Mapping[str, Reading]) -> None:
        self._meanings = meanings

    def read(self, line: str) -> tuple[Reading, ...]:
        return (self._meanings[line],) if line in self._meanings else ()


# ── sessions ─────────────────────────────────────────────────────────────────────────────────


def test_a_written_frame_is_a_claim_and_finished_only_by_its_verdict() -> None:
    story = session()
    story.hear_message({"type": "frame_begun", "frame": 1}, at=1.0)
    story.hear_message(written(1, cpu_seconds=0.25), at=2.0)
    (claim,) = story.claims
    assert (claim.frame, claim.seconds, claim.cpu_seconds, claim.is_first) == (
        1,
        0.5,
        0.25,
        True,
    )
    assert story.events == []
    story.judge(Verdict(claim=claim, failure=None), at=3.0)
    (event,) = story.events
    assert isinstance(event, FrameFinished)
    assert (event.frame, event.at, event.is_first) == (1, 3.0, True)


def test_a_frame_is_claimed_once() -> None:
    story = session()
    story.hear_message(written(1, mark=1), at=1.0)
    story.hear_message(written(1, mark=2), at=2.0)
    assert len(story.claims) == 1


def test_frames_and_messages_nobody_asked_for_change_nothing() -> None:
    story = session()
    story.hear_message(written(99), at=1.0)
    story.hear_message({"type": "frame_written"}, at=1.0)
    story.hear_message({"type": "dance", "frame": 1}, at=1.0)
    story.hear_message({"type": "chunk_done", "chunk": "another"}, at=1.0)
    story.hear_message({}, at=1.0)
    assert story.claims == []
    assert not story.chunk_is_done
    assert story.frames_left == {1, 2, 3, 4, 5}


def test_an_error_belongs_to_the_frame_of_the_next_mark() -> None:
    story = session()
    story.hear_message(written(1, mark=1), at=1.0)
    story.hear_line("stand-in: error script_error: boom", at=1.5)
    story.hear_message(written(2, mark=2), at=2.0)
    story.hear_message(written(3, mark=3), at=3.0)
    assert failures(story) == {2: FailureKind.SCRIPT_ERROR}
    assert [claim.frame for claim in story.claims] == [1, 3]


def test_what_was_complained_of_while_loading_is_cleared_by_the_frames() -> None:
    story = session()
    story.hear_line("stand-in: error script_error: an add-on that is not needed", at=0.5)
    story.expect_frames(is_first=True)
    story.hear_message(written(1), at=1.0)
    assert failures(story) == {}
    assert len(story.claims) == 1


def test_a_failed_frame_with_an_unknown_kind_is_explained_by_its_complaint() -> None:
    story = session()
    story.hear_line("stand-in: error out_of_memory: no room for a texture", at=1.0)
    story.hear_message({"type": "frame_failed", "frame": 1, "reason": "it failed"}, at=2.0)
    (event,) = story.events
    assert isinstance(event, FrameFailed)
    assert event.failure.kind is FailureKind.OUT_OF_MEMORY
    assert event.failure.reason == "it failed; the renderer said: no room for a texture"


def test_the_suspect_is_the_frame_that_was_begun_and_not_claimed() -> None:
    story = session()
    story.hear_message({"type": "frame_begun", "frame": 2}, at=1.0)
    assert story.suspect == 2
    story.hear_message(written(2), at=2.0)
    assert story.suspect is None


def test_a_begun_frame_is_never_given_back() -> None:
    story = session()
    story.hear_message({"type": "frame_begun", "frame": 2}, at=1.0)
    story.hear_message({"type": "given_back", "frames": [2, 3, 4, 77]}, at=2.0)
    (event,) = story.events
    assert isinstance(event, FramesGivenBack)
    assert list(event.frames) == [3, 4]
    assert story.frames_left == {1, 2, 5}


def test_a_full_disk_blames_no_frame_but_ends_the_attempt() -> None:
    story = session()
    story.hear_message(written(1), at=1.0)
    failure = Failure(kind=FailureKind.DISK_FULL, reason="/renders is full")
    story.judge(Verdict(claim=story.claims[0], failure=failure, kept=True), at=2.0)
    assert failures(story) == {}
    assert story.escalation == failure


# ── a process without a channel ──────────────────────────────────────────────────────────────


def test_a_process_tells_by_its_lines() -> None:
    story = process()
    for line in ("frame 1 begun", "frame 1 done", "frame 2 begun"):
        story.hear_line(f"stand-in: {line}", at=1.0)
    story.hear_line("stand-in: frame 2 done", at=3.5)
    assert [(claim.frame, claim.seconds) for claim in story.claims] == [(1, 0.0), (2, 2.5)]
    story.hear_line("stand-in: end", at=4.0)
    assert story.end_seen


def test_a_session_is_not_believed_by_its_lines() -> None:
    story = session()
    story.hear_line("stand-in: frame 1 done", at=1.0)
    assert story.claims == []


def shortened(*told: str) -> Story:
    """A process that has told this of 1-5, and is asked for 3-5 then."""
    story = process(
        reader=Scripted({"2 begun": FrameBegun(frame=2), "4": FrameCounted(count=4)})
    )
    for line in told:
        story.hear_line(line, at=1.0)
    story.give_end_back([3, 4, 5], at=2.0)
    return story


@pytest.mark.parametrize(
    ("told", "given"),
    [((), [3, 4, 5]), (("2 begun",), [3, 4, 5]), (("4",), [5]), (("2 begun", "4"), [5])],
)
def test_a_process_gives_back_what_is_above_all_that_it_told_of(
    told: tuple[str, ...], given: list[int]
) -> None:
    story = shortened(*told)
    (event,) = [event for event in story.events if isinstance(event, FramesGivenBack)]
    assert list(event.frames) == given
    assert story.frames_left == {1, 2, 3, 4, 5}.difference(given)


def test_a_process_is_relieved_when_it_has_made_what_was_left_to_it() -> None:
    story = shortened()
    story.see_files([1], at=3.0, is_early=True)
    assert not story.is_relieved
    story.see_files([2], at=4.0, is_early=True)
    assert story.is_relieved


def test_a_process_that_kept_all_is_not_relieved_at_its_end() -> None:
    story = process()
    story.give_end_back([], at=1.0)
    story.see_files([1, 2, 3, 4, 5], at=2.0)
    assert not story.is_relieved


def test_an_error_before_the_first_frame_is_cleared_by_it() -> None:
    story = process()
    story.hear_line("stand-in: error script_error: while loading", at=0.5)
    story.hear_line("stand-in: frame 1 begun", at=1.0)
    story.hear_line("stand-in: frame 1 done", at=2.0)
    assert failures(story) == {}


def test_a_frame_with_several_files_is_claimed_when_all_are_written() -> None:
    assignment = order(card=ONE_CHUNK)
    main = assignment.promises[0]
    depth = replace(
        main, name="depth", made=type(main.made).parse("z_####.png"), final=main.final
    )
    meanings = {
        "picture": FileWritten(path="/attempt/f_0002.png"),
        "depth": FileWritten(path="z_0002.png"),
    }
    story = process(replace(assignment, promises=(main, depth)), Scripted(meanings))
    story.hear_line("picture", at=1.0)
    assert story.claims == []
    story.hear_line("depth", at=2.0)
    assert [claim.frame for claim in story.claims] == [2]


def test_a_frame_with_too_few_files_is_claimed_when_the_next_begins() -> None:
    assignment = order(card=ONE_CHUNK)
    main = assignment.promises[0]
    meanings: dict[str, Reading] = {
        "picture": FileWritten(path="f_0002.png"),
        "next": FrameBegun(frame=3),
    }
    story = process(replace(assignment, promises=(main, main)), Scripted(meanings))
    story.hear_line("picture", at=1.0)
    story.hear_line("next", at=2.0)
    assert [claim.frame for claim in story.claims] == [2]


def test_frames_without_a_word_are_skipped_frames() -> None:
    story = process(order("1-2", card=ONE_CHUNK))
    story.see_files([1], at=1.0)
    story.miss_frames("it ended without this frame", at=2.0)
    assert failures(story) == {2: FailureKind.SKIPPED_FRAME}
    assert story.all_is_claimed


def test_a_film_tells_its_progress_and_where_it_lies() -> None:
    film = FilmRequest(pictures="/a/f_####.png", film="/a/a.mp4", preset="h264", fps="24")
    assignment = replace(order(), kind=TaskKind.STITCH, request=film, promises=())
    meanings: dict[str, Reading] = {
        "half": FramePercent(percent=50.0),
        "wrote": FileWritten(path="film.mp4"),
    }
    story = process(assignment, Scripted(meanings))
    story.hear_line("half", at=10.0)
    story.hear_line("wrote", at=11.0)
    progress = [pulse for pulse in story.shown.pulses if isinstance(pulse, FrameProgress)]
    assert [pulse.percent for pulse in progress] == [50.0]
    assert story.files_written == ["film.mp4"]
    assert story.has_moved


# ── what is shown ────────────────────────────────────────────────────────────────────────────


def test_a_flood_of_lines_becomes_a_trickle_of_pulses() -> None:
    story = session()
    for number in range(10_000):
        story.hear_line(f"noise {number}", at=5.0 + number / 5_000)
    lines = [pulse for pulse in story.shown.pulses if isinstance(pulse, LinePrinted)]
    assert len(lines) == 2 * LINES_PER_SECOND
    assert story.heard.last_lines()[-1] == "noise 9999"


def test_what_explains_nothing_is_shown_and_is_no_evidence() -> None:
    story = process(reader=RuleReader(Rules((Rule(r"^hello from", noise),))))
    for line in ("cannot go on", "hello from build 7"):
        story.hear_line(line, at=5.0)
    lines = [pulse.text for pulse in story.shown.pulses if isinstance(pulse, LinePrinted)]
    assert lines == ["cannot go on", "hello from build 7"]
    assert story.heard.last_lines() == ("cannot go on",)


def test_errors_and_warnings_are_shown_as_such() -> None:
    story = session()
    story.hear_line("stand-in: warning unknown: hm", at=1.0)
    story.hear_line("stand-in: error unknown: oh", at=1.0)
    shown = [pulse for pulse in story.shown.pulses if isinstance(pulse, LinePrinted)]
    assert [(pulse.is_warning, pulse.is_error) for pulse in shown] == [
        (True, False),
        (False, True),
    ]


def test_progress_is_told_some_times_a_second() -> None:
    story = session()
    for hundredth in range(200):
        message = {"type": "frame_percent", "frame": 1, "percent": hundredth / 2}
        story.hear_message(message, at=100.0 + hundredth / 100)
    progress = [pulse for pulse in story.shown.pulses if isinstance(pulse, FrameProgress)]
    assert 5 <= len(progress) <= 11
