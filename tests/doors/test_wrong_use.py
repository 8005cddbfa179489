"""Wrong use: every mistake named at once in plain words, exit code 2, and nothing written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from cases import further
from doors.terminal import Said, Terminal


def expect_mistakes(terminal: Terminal, said: Said, *wanted: str) -> None:
    """One message for each, in any order; nothing was started and nothing written."""
    assert said.code == 2, said
    assert "Traceback" not in said.err
    assert len(said.mistakes) == len(wanted), said.mistakes
    for words in wanted:
        assert any(words in mistake for mistake in said.mistakes), (words, said.mistakes)
    assert terminal.jobs() == []
    assert not (terminal.folder / "out").exists()


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (("--frames", "1-10,x3"), "character 6"),
        further(("--frames", "1-10,!1-10"), "frames: wanted"),
        further(("--frames", "1-10:3"), "frames: wanted"),
        further(("--order", "sideways"), "order: wanted"),
        further(("--existing", "keeep"), "existing: wanted"),
        (("--slots", "0"), "slots: wanted"),
        further(("--threads", "many"), "threads: wanted"),
        (("--chunk-index", "2"), "chunk_index: wanted --chunk-size beside it"),
        further(("--chunk-size", "4", "--chunk-index", "99"), "chunk_index: wanted"),
        further(("--memory-limit", "lots"), "memory_limit: wanted a size"),
        (("--env", "NOVALUE"), "--env: wanted NAME=VALUE"),
        further(("--renderer", "blendr"), "renderer: wanted"),
        (("--program", "/nowhere/python"), "/nowhere/python"),
        further(("--film", "x.mp4", "--ffmpeg", "/nowhere/ffmpeg"), "ffmpeg"),
        further(("--film", "film.xyz"), "film"),
        further(("--film", "film.mp4", "--film-fps", "often"), "film_fps"),
        further(("--audio", "nothing.wav", "--film", "film.mp4"), "audio"),
        further(("--stall-timeout", "-3"), "stall-timeout: wanted"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_wrong_flag_is_named(tmp_path: Path, flags: tuple[str, ...], wanted: str) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(), *flags)

    expect_mistakes(terminal, said, wanted)


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ("out/frame.png", "output: wanted a place for the frames"),
        further("out/f_####.psd", "output: wanted pictures"),
        ("out/f_####.mp4", "output: wanted one file, as the output is a film"),
        further("~/out/f_####.png", "~"),
        ("f" * 300 + "_####.png", "output: wanted a folder that can be written"),
        further("d" * 300 + "/f_####.png", "output: wanted a folder that can be written"),
        further("d/" * 3_000 + "f_####.png", "output: wanted a folder that can be written"),
    ],
)
def test_a_wrong_output_is_named(tmp_path: Path, output: str, wanted: str) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.run("render", terminal.scene(), "--output", output)

    expect_mistakes(terminal, said, wanted)


def test_a_scene_that_is_not_there_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(tmp_path / "gone.standin")

    expect_mistakes(terminal, said, "scene: wanted a file that can be read")


def test_a_folder_is_no_scene(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "folder.standin").mkdir()

    said = terminal.render(tmp_path / "folder.standin")

    expect_mistakes(terminal, said, "Name the scene file inside it")


def test_a_damaged_scene_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "bad.standin").write_text("{", encoding="utf-8")

    said = terminal.render(tmp_path / "bad.standin")

    expect_mistakes(terminal, said, "wanted a scene that opens")


def test_nothing_named_at_all_is_two_mistakes(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.run("render")

    expect_mistakes(terminal, said, "scene: wanted", "output: wanted")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    flags = ("--frames", "1-", "--output", "out/f.png", "--memory-limit", "lots")

    said = terminal.run("render", "gone.standin", *flags)

    expect_mistakes(
        terminal,
        said,
        "scene: wanted",
        "frames: wanted",
        "output: wanted",
        "memory_limit: wanted",
    )


def test_a_wrong_flag_name_is_answered_with_the_right_one(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(), "--frame", "1-3")

    assert said.code == 2
    assert "--frames" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("ending", ["toml", further("json")])
def test_all_mistakes_of_a_job_file_are_told_at_once(tmp_path: Path, ending: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.scene()
    keys = {
        "scene": "shot.standin",
        "output": "out/f_####.png",
        "framse": "1-3",
        "slots": "x",
        "tries": 0,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    text = json.dumps(keys) if ending == "json" else "\n".join(lines)
    (tmp_path / f"job.{ending}").write_text(text, encoding="utf-8")

    said = terminal.run("render", "--job", f"job.{ending}")

    expect_mistakes(terminal, said, "framse", "slots: wanted", "tries: wanted")
    assert "Did you mean frames?" in said.err or "did you mean frames" in said.err.lower()


@pytest.mark.parametrize(("name", "text"), [("job.toml", "scene = "), ("job.json", "[1, 2]")])
def test_a_job_file_that_cannot_be_read_is_one_mistake(
    tmp_path: Path, name: str, text: str
) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")

    expect_mistakes(terminal, terminal.run("render", "--job", name), name)


def test_a_job_file_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    expect_mistakes(terminal, terminal.run("render", "--job", "gone.toml"), "gone.toml")


@pytest.mark.thorough
@pytest.mark.skipif(not find_spec("imageio_ffmpeg"), reason="no packaged ffmpeg here")
def test_without_a_path_the_packaged_ffmpeg_makes_the_film(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "bin").mkdir()
    nowhere = {"PATH": str(tmp_path / "bin"), "FFMPEG": ""}

    said = terminal.render(terminal.scene(), "--film", "film.mp4", environment=nowhere)

    assert said.code == 0, said
    assert (tmp_path / "film.mp4").stat().st_size > 0


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (("--film", "f" * 300 + ".mp4"), "film: wanted a folder"),
        further(
            ("--film", "f.mp4", "--audio", "s" * 300 + ".wav"), "audio: wanted a sound file"
        ),
        further(
            ("--film", "f.mp4", "--subtitles", "s" * 300 + ".srt"), "subtitles: wanted a file"
        ),
        further(("--scratch", "d" * 300), "scratch: wanted a folder"),
        further(("--program", "./" + "p" * 300), "program: wanted the path"),
    ],
)
def test_a_name_that_is_too_long_is_named(
    tmp_path: Path, flags: tuple[str, ...], wanted: str
) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(), *flags)

    expect_mistakes(terminal, said, wanted)


def test_a_scene_whose_name_is_too_long_is_not_there(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(Path("s" * 300 + ".standin"))

    expect_mistakes(terminal, said, "scene: wanted a file that can be read; found nothing")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere"
)
def test_an_output_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "closed").mkdir(mode=0o500)

    said = terminal.run("render", terminal.scene(), "--output", "closed/f_####.png")

    expect_mistakes(terminal, said, "output: wanted a folder that can be written")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may enter every folder"
)
def test_a_folder_that_lets_nobody_in_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "closed").mkdir(mode=0)

    said = terminal.run("render", "closed/a.standin", "--output", "closed/out/f_####.png")

    expect_mistakes(
        terminal,
        said,
        "scene: wanted a file that can be read; found a file that may not be read",
        "output: wanted a folder that can be written",
    )


@contextmanager
def read_only_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "framecrew-test", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_an_output_on_a_read_only_disk_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    with read_only_disk(tmp_path / "disk"):
        said = terminal.run("render", terminal.scene(), "--output", "disk/f_####.png")

    expect_mistakes(terminal, said, "output: wanted a folder that can be written")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_program_that_is_too_old_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    old = tmp_path / "blender-old"
    old.write_text("#!/bin/sh\necho 'Blender 2.49'\n", encoding="utf-8")
    old.chmod(0o755)
    (tmp_path / "shot.blend").write_bytes(b"BLENDER")

    said = terminal.render(tmp_path / "shot.blend", "--program", old)

    expect_mistakes(terminal, said, "2.49")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_program_that_is_another_one_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "shot.blend").write_bytes(b"BLENDER")

    said = terminal.render(tmp_path / "shot.blend", "--program", "/bin/ls")

    expect_mistakes(terminal, said, "/bin/ls")
