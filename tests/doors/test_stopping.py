"""Ctrl-C, SIGTERM and `framecrew cancel`, in every phase of a job."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
from doors.terminal import GONE_SECONDS, Running, Terminal, alive, wait_until

from framecrew.cli.running import LAST_RESORT
from framecrew.testing import fault

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")

NEEDS_FFMPEG = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg here")
SIGNALS = pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"]
)


def stop_and_expect_130(running: Running, number: int) -> str:
    """What it printed; everything of it is gone in time."""
    family = running.family()
    running.signal(number)
    assert alive(family) == []
    said = running.end()
    assert said.code == 130, said
    assert "Traceback" not in said.err
    return said.out + said.err


@SIGNALS
def test_a_stop_while_the_scene_is_opened_starts_nothing(tmp_path: Path, number: int) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(start_seconds=60)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("opening")
        wait_until(lambda: _is_opening(running), "the stand-in to be started")

        said = stop_and_expect_130(running, number)

    assert "Stopped before anything was rendered" in said
    assert terminal.jobs() == []
    assert not (tmp_path / "out").exists()


def _is_opening(running: Running) -> bool:
    return any("stand_in_session" in " ".join(_words(one)) for one in running.family())


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
@SIGNALS
def test_a_stop_in_mid_job_keeps_what_is_finished_and_the_next_run_renders_the_rest(
    tmp_path: Path, number: int
) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.1)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in", times=6)

        said = stop_and_expect_130(running, number)

    finished = terminal.delivered()
    assert 6 <= len(finished) < 40
    assert f"{len(finished)} of 40 frames delivered" in said
    assert terminal.unfinished() == []
    assert terminal.status(1) == "cancelled"
    again = terminal.render(terminal.scene(last=40))
    assert again.code == 0
    assert list(terminal.kept(2)) == finished
    assert sorted([*finished, *terminal.rendered(2)]) == list(range(1, 41))


def test_a_renderer_that_ignores_everything_goes_with_all_it_started(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    left_behind = fault("grandchild", frame=1, pid_file=str(tmp_path / "pid"))
    scene = terminal.scene(last=9, seconds=30, ignores_terminate=True, faults=[left_behind])
    with terminal.start("render", scene, "--output", terminal.output) as running:
        wait_until(lambda: _has_text(tmp_path / "pid"), "the grandchild")
        grandchild = psutil.Process(int((tmp_path / "pid").read_text(encoding="utf-8")))

        stop_and_expect_130(running, signal.SIGINT)

    assert alive([grandchild]) == []
    assert terminal.unfinished() == []
    assert terminal.delivered() == []


def _has_text(path: Path) -> bool:
    return path.exists() and bool(path.read_text(encoding="utf-8"))


@pytest.mark.slow
@NEEDS_FFMPEG
def test_a_stop_while_filming_leaves_all_frames_and_no_film(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    film = tmp_path / "film.mp4"
    scene = terminal.scene(last=60, width=640, height=480)
    flags = ("--output", terminal.output, "--film", film)
    with terminal.start("render", scene, *flags) as running:
        wait_until(
            lambda: _is_filming(running), "ffmpeg", lambda: running.process.poll() is None
        )

        stop_and_expect_130(running, signal.SIGINT)

    assert terminal.delivered() == list(range(1, 61))
    assert not film.exists()
    assert [path.name for path in tmp_path.iterdir() if "framecrew" in path.name] == []
    assert terminal.unfinished() == []
    again = terminal.run("render", scene, *flags)
    assert again.code == 0
    assert len(terminal.kept(2)) == 60
    assert terminal.rendered(2) == []
    assert film.exists()


def _is_filming(running: Running) -> bool:
    return any("film_session" in " ".join(_words(one)) for one in running.family())


def test_a_job_is_cancelled_from_another_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.2)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in", times=3)
        family = running.family()

        cancelled = terminal.run("cancel", 1)

        said = running.end()
    assert alive(family) == []
    assert cancelled.code == 0
    assert "job 1: cancelled" in cancelled.out
    assert said.code == 130
    assert 3 <= len(terminal.delivered()) < 40
    assert terminal.unfinished() == []
    assert terminal.render(terminal.scene(last=40)).code == 0
    assert list(terminal.delivered()) == list(range(1, 41))


def test_a_job_that_is_over_cannot_be_cancelled(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.render(terminal.scene(last=2))

    said = terminal.run("cancel", 1)

    assert said.code == 1
    assert "found it done" in said.err
    assert "Traceback" not in said.err


@pytest.mark.thorough
def test_a_second_ctrl_c_changes_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.2, ignores_terminate=True)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in", times=2)
        family = running.family()
        for _ in range(5):
            running.signal(signal.SIGINT)
            time.sleep(0.02)
        said = running.end()
    assert alive(family) == []
    assert said.code == 130
    assert "Traceback" not in said.err
    assert terminal.unfinished() == []


def test_a_stop_is_the_last_line_of_json(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.1)
    with terminal.start("render", scene, "--output", terminal.output, "--json") as running:
        running.until_said("frame_finished", times=3)
        running.signal(signal.SIGINT)
        said = running.end()
    *events, summary = said.events
    assert said.code == 130
    assert summary["event"] == "summary"
    assert summary["status"] == "cancelled"
    assert summary["done"] == len(terminal.delivered())
    assert [event["event"] for event in events][-1] == "job_finished"


@pytest.mark.slow
def test_where_something_does_not_let_go_a_late_second_ctrl_c_ends_us_all_the_same(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.2)
    with terminal.start("render", scene, "--output", terminal.output) as running:
        running.until_said("done in", times=2)
        family = running.family()
        guards = [one for one in family if "guard.py" in " ".join(_words(one))]
        for guard in guards:
            guard.suspend()
        running.signal(signal.SIGINT)
        time.sleep(LAST_RESORT + 0.5)
        assert running.process.poll() is None

        running.signal(signal.SIGINT)

        assert running.process.wait(GONE_SECONDS) == 130
        for guard in guards:
            guard.resume()
        assert alive(family) == []
        running.end()


PRESSES = """\
import os, signal, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == "framecrew.cli.rendering":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Presses())
"""


def test_a_ctrl_c_before_anything_has_begun_is_one_as_well(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(PRESSES, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    terminal = Terminal(tmp_path)

    said = terminal.run("render", terminal.scene(), environment={"PYTHONPATH": path})

    assert said.code == 130, said
    assert said.err == "framecrew: stopped\n"
