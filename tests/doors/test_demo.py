"""The demo, as `python3 bootstrap.py demo` runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framecrew.demo import FOLDER, install_line
from framecrew.frames.sets import FrameSet
from framecrew.machine.programs import find_programs
from framecrew.media.pictures import examine
from framecrew.model.outputs import Checks, PictureFacts
from framecrew.renderers.registry import installed_renderers

FLAGS = ("--plain", "--frames", "1-3", "--resolution-percent", "25")


def has_program(name: str) -> bool:
    return bool(find_programs(installed_renderers().get(name).program).found)


def demo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "framecrew.demo", *arguments],
        cwd=folder,
        env={**os.environ, "FRAMECREW_HOME": str(folder / "home"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.skipif(not has_program("blender"), reason="no Blender here")
@pytest.mark.skipif(not has_program("ffmpeg"), reason="no ffmpeg here")
def test_the_demo_leaves_frames_film_and_sheet_and_a_second_run_keeps_them(
    tmp_path: Path,
) -> None:
    first = demo(tmp_path, *FLAGS)

    made = tmp_path / FOLDER
    assert first.returncode == 0, first.stdout + first.stderr
    for frame in FrameSet.parse("1-3"):
        facts = examine(
            made / "frames" / f"demo_{frame:04d}.png", checks=Checks(width=160, height=90)
        )
        assert isinstance(facts, PictureFacts)
    assert (made / "demo.mp4").stat().st_size > 1_000
    assert isinstance(examine(made / "contact-sheet.jpg", checks=Checks()), PictureFacts)
    assert str(made / "demo.mp4") in first.stdout
    assert "$ framecrew render " in first.stdout

    times = {path: path.stat().st_mtime_ns for path in (made / "frames").iterdir()}
    second = demo(tmp_path, *FLAGS)

    assert second.returncode == 0, second.stdout + second.stderr
    assert "3 frames kept" in second.stdout
    assert {path: path.stat().st_mtime_ns for path in (made / "frames").iterdir()} == times


def test_a_wrong_blender_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    wrong = str(tmp_path / "nowhere" / "blender")

    said = demo(tmp_path, BLENDER=wrong)

    assert said.returncode == 2
    assert wrong in said.stdout
    assert not (tmp_path / FOLDER).exists()


def test_what_installs_blender_is_one_line() -> None:
    assert install_line()
    assert "\n" not in install_line()
