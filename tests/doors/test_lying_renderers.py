"""Renderers that crash, lie or babble: never a wrong success, never a frame lost beside the bad one."""

from pathlib import Path

import pytest
from cases import further
from doors.terminal import Terminal

from framecrew.testing import fault

LIES = [
    (fault("skip", frame=4), "skipped_frame", ()),
    (fault("truncated", frame=4), "bad_output", ()),
    further(fault("wrong_size", frame=4), "bad_output", ()),
    (fault("black", frame=4), "bad_output", ("--not-black",)),
    (fault("no_claim", frame=4), "skipped_frame", ()),
    further(fault("crash", frame=4, at="frame"), "crash", ()),
    (fault("crash", frame=4, at="frame", exit_code=0), "crash", ()),
    further(fault("fail", frame=4, failure="script_error"), "script_error", ()),
]


@pytest.mark.parametrize(("lie", "kind", "flags"), LIES, ids=lambda one: str(one)[:40])
def test_exactly_the_bad_frame_is_missing(
    tmp_path: Path, lie: dict[str, object], kind: str, flags: tuple[str, ...]
) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=10, faults=[lie]), "--json", *flags)

    summary = said.events[-1]
    assert said.code == 3
    assert summary["missing"] == "4"
    assert [(loss["frames"], loss["kind"]) for loss in summary["losses"]] == [("4", kind)]
    assert terminal.delivered() == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert terminal.unfinished() == []


@pytest.mark.thorough
def test_a_black_frame_is_whole_where_black_is_allowed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=2, faults=[fault("black", frame=2)]))

    assert said.code == 0
    assert terminal.picture(2).exists()


def test_a_session_that_never_says_it_is_done_loses_no_frame(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=6, faults=[fault("no_answer", once=str(tmp_path / "once"))])

    said = terminal.render(scene, "--stall-timeout", "1", "--exit-timeout", "1")

    assert said.code == 0
    assert terminal.delivered() == [1, 2, 3, 4, 5, 6]


def test_a_frame_that_stalls_is_ended_and_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=6, faults=[fault("hang", frame=3, at="frame")])

    said = terminal.render(scene, "--stall-timeout", "1", "--tries", "1")

    assert said.code == 3
    assert "frame 3: stall" in said.out
    assert terminal.delivered() == [1, 2, 4, 5, 6]


def test_bytes_that_are_no_text_and_endless_lines_are_logged_and_harm_nothing(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4, faults=[fault("bad_bytes"), fault("long_line")])

    said = terminal.render(scene)

    logs = terminal.run("logs", 1)
    assert said.code == 0
    assert terminal.delivered() == [1, 2, 3, 4]
    assert logs.code == 0
    assert "stand-in: \N{REPLACEMENT CHARACTER}" in logs.out
    assert "xxxxxxxxxx" in logs.out


def test_the_log_tells_what_every_attempt_said(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.render(terminal.scene(last=3, lines_per_frame=2), "--slots", 1)

    whole, tail = terminal.run("logs", 1), terminal.run("logs", 1, "--tail", 1)

    for frame in (1, 2, 3):
        assert f"stand-in: line 1 of frame {frame}" in whole.out
    assert len(tail.out) < len(whole.out)
    assert "framecrew: mark" not in whole.out


def test_a_renderer_that_never_opens_is_told_before_there_is_a_job(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(faults=[fault("crash", at="start", exit_code=3)])

    said = terminal.render(scene)

    assert said.code == 2
    assert len(said.mistakes) == 1
    assert "Traceback" not in said.err
    assert terminal.jobs() == []
    assert not (tmp_path / "out").exists()
