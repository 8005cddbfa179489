"""A full disk: the job is held, nothing is damaged, and it goes on by itself when there is space."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import further
from doors.terminal import Terminal

from framecrew.model import events as ev

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk"),
    pytest.mark.slow,
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "out"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "framecrew-test", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave room for some frames only; the file that takes the rest."""
    ballast = disk / "fballast"
    ballast.write_bytes(b"x" * (8 * 1024 * 1024 - 100_000))
    return ballast


@pytest.mark.parametrize("has_scratch", [further(False), True])
def test_a_job_held_by_a_full_disk_goes_on_when_there_is_space(
    tmp_path: Path, disk: Path, *, has_scratch: bool
) -> None:
    terminal = Terminal(tmp_path)
    ballast = fill(disk)
    scene = terminal.scene(last=60, width=500, height=400, seconds=0.02)
    scratch = tmp_path / "scratch"
    flags = ("--scratch", scratch) if has_scratch else ()

    with terminal.start("render", scene, "--output", terminal.output, *flags) as running:
        running.until_said("job 1 held: ")
        delivered = terminal.delivered()
        assert len(delivered) < 60
        assert terminal.status(1) == "held"
        ballast.unlink()
        said = running.end()

    assert said.code == 0, said
    assert "job 1 goes on" in said.out
    held = [event for event in terminal.journal(1) if isinstance(event, ev.QueueHeld)]
    # What is first: that it is full, or that it is seen to become so.
    assert re.search("No space left|is full| left, and ", held[0].reason), held
    assert terminal.delivered() == list(range(1, 61))
    assert terminal.unfinished() == []
    assert not has_scratch or list(scratch.iterdir()) == []


@pytest.mark.parametrize("has_scratch", [False, further(True)])
def test_a_job_held_by_a_full_disk_can_be_cancelled(
    tmp_path: Path, disk: Path, *, has_scratch: bool
) -> None:
    terminal = Terminal(tmp_path)
    fill(disk)
    scene = terminal.scene(last=60, width=500, height=400)
    scratch = tmp_path / "scratch"
    flags = ("--scratch", scratch) if has_scratch else ()
    with terminal.start("render", scene, "--output", terminal.output, *flags) as running:
        running.until_said("job 1 held: ")

        cancelled = terminal.run("cancel", 1)

        assert cancelled.code == 0
        assert running.end().code == 130
    assert terminal.unfinished() == []
    assert not has_scratch or list(scratch.iterdir()) == []
