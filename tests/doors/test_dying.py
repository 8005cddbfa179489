"""kill -9 of framecrew, and of a renderer, in mid-job: nothing runs on, nothing is half."""

import shutil
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from doors.terminal import KILL, Running, Terminal, alive, wait_until

from framecrew.frames.sets import FrameSet
from framecrew.testing import fault

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'"),
]

NEEDS_FFMPEG = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg here")


def kill_framecrew(running: Running) -> None:
    family = running.family()
    assert family
    running.signal(KILL)
    running.process.wait()
    assert alive(family) == []


def killed_in_mid_job(terminal: Terminal, **more: object) -> list[int]:
    """The frames that were delivered before."""
    path = terminal.scene(last=40, seconds=0.1, **more)
    with terminal.start("render", path, "--output", terminal.output) as running:
        running.until_said("done in", times=6)
        kill_framecrew(running)
    return terminal.delivered()


def test_no_renderer_outlives_framecrew_and_no_frame_is_half(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    pid_file = tmp_path / "pid"

    finished = killed_in_mid_job(
        terminal,
        ignores_terminate=True,
        faults=[fault("grandchild", frame=1, pid_file=str(pid_file))],
    )

    assert 6 <= len(finished) < 40
    assert not psutil.pid_exists(int(pid_file.read_text(encoding="utf-8")))


def test_a_job_whose_framecrew_was_killed_is_listed_as_interrupted(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    killed_in_mid_job(terminal)

    said = terminal.run("jobs")

    assert "interrupted" in said.out
    assert terminal.status(1) == "interrupted"
    assert "job 1: shot, interrupted" in terminal.run("show", 1).out


def test_the_next_run_renders_what_is_missing_and_sweeps_the_scratch_folders(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    finished = killed_in_mid_job(terminal)

    said = terminal.render(terminal.scene(last=40))

    assert said.code == 0
    assert list(terminal.kept(2)) == finished
    assert sorted([*finished, *terminal.rendered(2)]) == list(range(1, 41))
    assert terminal.unfinished() == []


@pytest.mark.thorough
def test_retry_goes_on_with_a_killed_job_from_any_folder(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=40, seconds=0.1)
    with terminal.start("render", scene.name, "--output", "out/f_####.png") as running:
        running.until_said("done in", times=6)
        kill_framecrew(running)
    finished = terminal.delivered()
    elsewhere = Terminal(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    elsewhere.environment = terminal.environment

    said = elsewhere.run("retry", 1)

    assert said.code == 0
    assert terminal.delivered() == list(range(1, 41))
    assert list(terminal.kept(2)) == finished
    assert terminal.unfinished() == []


@NEEDS_FFMPEG
def test_framecrew_killed_while_filming_leaves_no_film_and_the_next_run_makes_it(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "film").mkdir()
    film = tmp_path / "film" / "shot.mp4"
    scene = terminal.scene(last=60, width=640, height=480)
    flags = ("--output", terminal.output, "--film", film)
    with terminal.start("render", scene, *flags) as running:
        wait_until(lambda: _is_filming(running), "ffmpeg")
        kill_framecrew(running)

    assert not film.exists()
    assert terminal.delivered() == list(range(1, 61))
    assert terminal.run("render", scene, *flags).code == 0
    assert terminal.rendered(2) == []
    assert [path.name for path in film.parent.iterdir()] == ["shot.mp4"]
    assert terminal.unfinished() == []


def _is_filming(running: Running) -> bool:
    return any("film_session" in " ".join(_words(one)) for one in running.family())


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_killed_renderer_costs_only_the_frames_it_had_not_delivered(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=30, seconds=0.1)
    # One chunk on one slot: the renderer is in the middle of it whenever it is struck.
    flags = ("--slots", 1, "--chunk-size", 30)
    with terminal.start("render", scene, "--output", terminal.output, *flags) as running:
        running.until_said("done in", times=5)
        # The guard's child is the renderer.
        victim = next(
            one
            for one in running.family()
            if "stand_in_session" in _words(one)[-1] and "guard" not in " ".join(_words(one))
        )
        victim.send_signal(KILL)
        said = running.end()

    assert said.code == 0, said
    assert terminal.delivered() == list(range(1, 31))
    assert terminal.rendered(1) == list(range(1, 31))
    assert "crash" in said.out


def test_a_session_that_dies_between_two_chunks_is_opened_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    once = str(tmp_path / "struck")
    crash = fault("crash", frame=9, at="frame", once=once)

    said = terminal.render(terminal.scene(last=20, faults=[crash]), "--chunk-size", 3)

    assert said.code == 0
    assert terminal.delivered() == list(range(1, 21))
    assert terminal.rendered(1) == list(range(1, 21))


def test_working_folders_of_a_killed_run_are_swept_by_the_next(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    terminal.environment["TMPDIR"] = str(scratch)
    assert tempfile.gettempdir() != str(scratch)
    killed_in_mid_job(terminal)
    assert any(scratch.rglob("*.owner.json"))

    assert terminal.render(terminal.scene(last=40)).code == 0

    assert [path for path in scratch.rglob("*") if path.is_file()] == []


@pytest.mark.thorough
def test_a_farm_of_frames_is_not_lost_with_the_journal(tmp_path: Path) -> None:
    """The queue's folder is gone: what is on disk is proved again and kept."""
    terminal = Terminal(tmp_path)
    finished = killed_in_mid_job(terminal)
    shutil.rmtree(terminal.home)

    said = terminal.render(terminal.scene(last=40))

    assert said.code == 0
    assert list(terminal.kept(1)) == finished
    assert FrameSet.of(terminal.rendered(1)).isdisjoint(FrameSet.of(finished))
