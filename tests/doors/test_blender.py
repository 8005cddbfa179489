"""The whole house with a real Blender."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import further
from doors.terminal import KILL, Terminal, alive

from framecrew.media.pictures import examine
from framecrew.model.outputs import Checks, Defect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("blender"), reason="no blender here"),
]

ROOT = Path(__file__).parents[2]
BUILDER = ROOT / "tests" / "scenes" / "build_scene.py"

Build = Callable[[str], Path]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds a scene by name, once."""
    folder = tmp_path_factory.mktemp("scenes")

    def scene(name: str) -> Path:
        path = folder / name / "scene.blend"
        if not path.exists():
            path.parent.mkdir()
            program = shutil.which("blender") or "blender"
            start = [program, "-b", "--factory-startup", "--python", str(BUILDER), "--"]
            subprocess.run([*start, name, str(path)], check=True, capture_output=True)
        return path

    return scene


def whole(terminal: Terminal) -> list[int]:
    """Frames whose picture decodes at the scene's size."""
    frames = []
    for path in sorted((terminal.folder / "out").glob("f_*.png")):
        assert not isinstance(examine(path, checks=Checks(width=64, height=36)), Defect)
        frames.append(int(path.stem.removeprefix("f_")))
    return frames


def test_frames_and_a_film_are_delivered(tmp_path: Path, build: Build) -> None:
    terminal = Terminal(tmp_path)
    film = ("--film", tmp_path / "shot.mp4") if shutil.which("ffmpeg") else ()

    said = terminal.render(build("two_of_everything"), "--frames", "1-4", *film)

    assert said.code == 0, said
    assert whole(terminal) == [1, 2, 3, 4]
    assert (tmp_path / "shot.mp4").exists() == bool(film)
    assert terminal.unfinished() == []


def test_a_handler_that_raises_loses_exactly_its_frame(tmp_path: Path, build: Build) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(build("handler_fails_at_7"), "--json")

    summary = said.events[-1]
    assert said.code == 3
    assert summary["missing"] == "7"
    assert [loss["kind"] for loss in summary["losses"]] == ["script_error"]
    assert "no size for frame 7" in summary["losses"][0]["reason"]
    assert "grow" in str(terminal.run("show", 1).out)
    assert whole(terminal) == [1, 2, 3, 4, 5, 6, 8, 9, 10]


@pytest.mark.parametrize("slots", [further("1"), "2"])
def test_the_log_of_every_attempt_tells_its_own_frames(
    tmp_path: Path, build: Build, slots: str
) -> None:
    terminal = Terminal(tmp_path)
    sizes = ("--chunk-size", "2", "--slots", slots, "--threads", "1")

    said = terminal.render(build("two_of_everything"), "--frames", "1-8", *sizes)

    assert said.code == 0, said
    logs = (tmp_path / "home" / "logs" / "1").glob("*.log")
    told = [re.findall(r"Fra:(\d+) ", log.read_text(encoding="utf-8")) for log in logs]
    assert sorted(sorted(set(frames)) for frames in told) == [
        ["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (("--scene", "Nowhere"), "Nowhere"),
        further(("--camera", "Nobody"), "Nobody"),
        further(("--view-layer", "Nothing"), "Nothing"),
    ],
)
def test_an_unknown_scene_camera_or_layer_is_a_mistake_that_lists_those_there_are(
    tmp_path: Path, build: Build, flags: tuple[str, ...], wanted: str
) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(build("two_of_everything"), *flags)

    assert said.code == 2, said
    assert len(said.mistakes) == 1
    assert wanted in said.mistakes[0]
    assert "Traceback" not in said.err
    assert terminal.jobs() == []
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_missing_files_are_mistakes_until_they_are_allowed(
    tmp_path: Path, build: Build
) -> None:
    terminal = Terminal(tmp_path)
    scene = build("missing_files")

    refused = terminal.render(scene, "--frames", "1-2")
    allowed = terminal.render(scene, "--frames", "1-2", "--allow-missing")

    assert refused.code == 2
    assert any("wood.png" in mistake for mistake in refused.mistakes)
    assert any("library.blend" in mistake for mistake in refused.mistakes)
    assert allowed.code == 0, allowed
    assert re.search(r"wood\.png is missing: .* is rendered without it", allowed.out)
    assert whole(terminal) == [1, 2]


def test_a_truncated_blend_is_named(tmp_path: Path, build: Build) -> None:
    terminal = Terminal(tmp_path)
    data = build("two_of_everything").read_bytes()
    (tmp_path / "half.blend").write_bytes(data[: len(data) // 2])

    said = terminal.render(tmp_path / "half.blend")

    assert said.code == 2, said
    assert len(said.mistakes) == 1
    assert "half.blend" in said.mistakes[0]
    assert terminal.jobs() == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
@pytest.mark.parametrize("number", [further(signal.SIGINT), KILL], ids=["INT", "KILL"])
def test_blender_goes_with_framecrew_and_the_rest_is_rendered_next(
    tmp_path: Path, build: Build, number: int
) -> None:
    terminal = Terminal(tmp_path)
    scene = build("two_of_everything")
    flags = ("--output", terminal.output, "--frames", "1-60")
    with terminal.start("render", scene, *flags) as running:
        running.until_said("done in", times=4)
        family = running.family()
        running.signal(number)
        running.process.wait()
        assert alive(family) == []
        said = running.end()
    finished = whole(terminal)
    assert said.code == (130 if number == signal.SIGINT else -KILL)
    assert 4 <= len(finished) < 60

    again = terminal.run("render", scene, *flags)

    assert again.code == 0, again
    assert list(terminal.kept(2)) == finished
    assert whole(terminal) == list(range(1, 61))
    assert terminal.unfinished() == []


def test_a_plan_writes_nothing_and_names_the_exact_command(
    tmp_path: Path, build: Build
) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.run("plan", build("two_of_everything"), "--output", terminal.output)

    assert said.code == 0, said
    assert re.search(r"blender\S* ", said.out)
    assert "10 frames" in said.out or "1-10" in said.out
    assert not (tmp_path / "out").exists()
    assert not terminal.home.exists()
