"""Paths as people have them: spaces, quotes, percent signs, other scripts, a leading dash."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cases import further
from doors.terminal import Terminal

from framecrew.testing import read_frame_number, write_scene

ROOT = Path(__file__).parents[2]
BUILDER = ROOT / "tests" / "scenes" / "build_scene.py"

ODD = [
    "it's",
    "Größe 日本",
    "semi;colon & $HOME",
    *map(further, ("with space", "100%", "-dash")),
]
if sys.platform != "win32":
    ODD += ["[brackets]{braces}*?", *map(further, ('say "hi"', "back\\slash", "tab\there"))]


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_the_stand_in_renders_with_odd_paths_everywhere(tmp_path: Path, odd: str) -> None:
    folder = tmp_path / odd
    folder.mkdir()
    terminal = Terminal(folder, home=f"home {odd}")
    write_scene(folder / f"{odd}.standin", last=3)
    flags = ["--scratch", folder / f"scratch {odd}"]
    if shutil.which("ffmpeg"):
        flags += ["--film", folder / f"{odd}.mp4"]

    # A pattern has one place for the number; what else looks like one is part of a folder's name.
    said = terminal.run(
        "render", "--output", folder / "out" / "f_####.png", *flags, "--", f"{odd}.standin"
    )

    assert said.code == 0, said
    assert sorted(read_frame_number(path) or 0 for path in (folder / "out").glob("*.png")) == [
        1,
        2,
        3,
    ]
    assert [path for path in (folder / f"scratch {odd}").rglob("*") if path.is_file()] == []
    if shutil.which("ffmpeg"):
        assert (folder / f"{odd}.mp4").stat().st_size > 0


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("blender"), reason="no blender here")
def test_blender_renders_with_odd_paths_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / "it's 100% Größe 日本"
    folder.mkdir()
    program = shutil.which("blender")
    assert program is not None
    scene = folder / "-it's %04d.blend"
    build = [program, "-b", "--factory-startup", "--python", str(BUILDER), "--"]
    subprocess.run([*build, "handler_fails_at_7", str(scene)], check=True, capture_output=True)
    terminal = Terminal(folder, home="home 'it''s'")

    said = terminal.run(
        "render", scene, "--frames", "1-3", "--output", folder / "out" / "it's 100% ####.png"
    )

    assert said.code == 0, said
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        f"it's 100% {frame:04}.png" for frame in (1, 2, 3)
    ]
