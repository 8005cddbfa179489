"""Several framecrews at a time: what one writes no other may, and wishes reach across."""

import signal
import sys
from pathlib import Path

import pytest
from doors.terminal import Running, Terminal, wait_until

from framecrew.model import events as ev

LONG = 1_000
"""Frames that are not over before another terminal was heard, however busy the machine."""


def cancel(terminal: Terminal, running: Running) -> None:
    assert terminal.run("cancel", 1).code == 0
    running.end()


def test_a_second_framecrew_may_not_write_the_same_files(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=LONG, seconds=0.1)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in")

        said = terminal.render(terminal.scene("other.standin"), "--existing", "replace")

        assert said.code == 1
        assert len(said.mistakes) == 1
        assert f"job 1 (shot) in process {running.process.pid}" in said.err
        assert "framecrew cancel 1" in said.err
        cancel(terminal, running)
    assert terminal.jobs() == [1]


@pytest.mark.thorough
@pytest.mark.slow
def test_framecrews_of_other_outputs_run_side_by_side(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=20, seconds=0.1)
    with (
        terminal.start("render", scene, "--output", terminal.output) as one,
        terminal.start("render", scene, "--output", tmp_path / "b" / "f_####.png") as other,
    ):
        assert one.end().code == 0
        assert other.end().code == 0
    assert terminal.delivered() == list(range(1, 21))
    assert len(list((tmp_path / "b").iterdir())) == 20


@pytest.mark.slow
def test_a_held_job_starts_nothing_new_until_it_is_released(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.2)
    flags = ("--output", terminal.output, "--chunk-size", 1, "--slots", 1)
    with terminal.start("render", scene, *flags) as running:
        running.until_said("done in", times=2)
        assert terminal.run("hold", 1).code == 0
        wait_until(lambda: terminal.status(1) == "held", "the job to be held")

        assert terminal.run("release", 1).code == 0

        assert running.end().code == 0
    wishes = [event for event in terminal.journal(1) if isinstance(event, ev.WishChanged)]
    assert [wish.wish for wish in wishes] == ["hold", "run"]
    started = [one for one in terminal.journal(1) if isinstance(one, ev.AttemptStarted)]
    assert not [one for one in started if wishes[0].at < one.at < wishes[1].at]
    assert terminal.delivered() == list(range(1, 41))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_a_held_job_can_be_stopped(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=LONG, seconds=0.2)
    flags = ("--output", terminal.output, "--chunk-size", 1)
    with terminal.start("render", scene, *flags) as running:
        running.until_said("done in")
        terminal.run("hold", 1)
        wait_until(lambda: terminal.status(1) == "held", "the job to be held")
        running.signal(signal.SIGINT)

        assert running.end().code == 130
    assert terminal.status(1) == "cancelled"


def test_the_priority_of_a_running_job_is_changed_from_another_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=LONG, seconds=0.1)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in")
        assert terminal.run("priority", 1, 80).code == 0
        wait_until(lambda: _priority(terminal) == 80, "the new priority")
        cancel(terminal, running)


def test_the_slots_of_a_running_job_are_changed_from_another_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=80, seconds=0.2)
    with terminal.start(
        "render", scene, "--output", terminal.output, "--slots", 1, "--plain"
    ) as running:
        running.until_said("done in")

        assert terminal.run("slots", 1, 3).out == "job 1: 3 slots from now on\n"
        running.until_said("3 slots × 1 thread: as asked")
        running.until_said("[2 ")
        assert terminal.run("slots", 1, "auto").code == 0
        running.until_said(": one process a core")

        assert running.end().code == 0
    assert terminal.delivered() == list(range(1, 81))


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5", "²"])
def test_what_is_no_number_of_slots_is_refused(tmp_path: Path, number: str) -> None:
    said = Terminal(tmp_path).run("slots", 1, "--", number)

    assert said.code == 2
    assert "neither a number from 1 on nor auto" in said.err


def _priority(terminal: Terminal) -> int:
    return int(terminal.run("jobs", "--json").events[0]["priority"])


@pytest.mark.parametrize("verb", ["cancel", "hold", "release", "show", "logs", "retry"])
def test_a_job_that_never_was_is_told_in_plain_words(tmp_path: Path, verb: str) -> None:
    said = Terminal(tmp_path).run(verb, 77)

    assert said.code == 1
    assert len(said.mistakes) == 1
    assert "found no job of that number" in said.mistakes[0]


def test_a_running_job_is_not_retried(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=LONG, seconds=0.1)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in")

        said = terminal.run("retry", 1)

        assert said.code == 1
        assert "found it running" in said.err
        cancel(terminal, running)
