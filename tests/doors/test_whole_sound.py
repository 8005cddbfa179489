"""The sound of a film of After Effects whose segments hold it encoded: rendered once, in one piece."""

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cases import further
from doors.terminal import Said, Terminal

from framecrew.testing import (
    comp_samples,
    install_aerender,
    read_film_frame_numbers,
    read_film_samples,
    write_project,
)

FFMPEG = shutil.which("ffmpeg") or ""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FFMPEG, reason="no ffmpeg here"),
]

COUNT, FPS = 12, Fraction(25)
SEGMENT = 4
CLICKS = "clicks can be heard at the seams"


class Comp:
    """A folder with a stand-in aerender that tells of its starts."""

    def __init__(self, folder: Path, ending: str = ".mp4") -> None:
        self.terminal = Terminal(folder)
        self.folder = folder
        self.film = folder / "out" / f"shot{ending}"
        self.program = install_aerender(folder / "bin")

    def render(self, *flags: object, frames: str = f"1-{COUNT}", **values: Any) -> Said:
        comp = {"last": COUNT, "fps": str(FPS), "audio": True, "width": 64, "height": 48}
        starts = str(self.folder / "starts")
        project = write_project(
            self.folder / "shot.aep", **{**comp, "starts": starts, **values}
        )
        return self.terminal.run(
            *("render", project, "--comp", "Main", "--output", self.film, "--plain"),
            *("--frames", frames, "--program", self.program, "--slots", 2),
            *("--segment-size", SEGMENT, "--spawn-delay", "0", *flags),
        )

    @property
    def starts(self) -> list[dict[str, Any]]:
        lines = (self.folder / "starts").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def modules(self) -> list[str]:
        """The output-module template that each start named; empty for none."""
        words = [start["arguments"] for start in self.starts]
        return [
            one[one.index("-OMtemplate") + 1] if "-OMtemplate" in one else "" for one in words
        ]

    def encoded_at_once(self, samples: bytes) -> bytes:
        """What is heard of these samples when they are encoded in one go, as the film's are."""
        alone = self.folder / "alone.mp4"
        source = ("-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "pipe:0")
        coding = ("-c:a", "aac", "-b:a", "320k", str(alone))
        command = [FFMPEG, "-v", "error", "-y", *source, *coding]
        subprocess.run(command, check=True, input=samples)
        return read_film_samples(alone, FFMPEG)


def test_the_sound_of_an_encoding_film_is_rendered_once_and_encoded_once(
    tmp_path: Path,
) -> None:
    comp = Comp(tmp_path)
    said = comp.render()
    assert said.code == 0, said.out + said.err
    assert CLICKS not in said.out
    whole = comp_samples(1, COUNT, FPS, start=1)
    assert read_film_samples(comp.film, FFMPEG) == comp.encoded_at_once(whole)
    assert comp.modules == ["", "", "", "AIFF 48kHz"]
    assert comp.film.parent.joinpath("sound.aif").exists() is False
    words = comp.starts[-1]["arguments"]
    assert words[words.index("-s") : words.index("-s") + 4] == ["-s", "1", "-e", str(COUNT)]


@pytest.mark.thorough
def test_a_film_of_frames_with_gaps_has_just_their_sound(tmp_path: Path) -> None:
    comp = Comp(tmp_path)
    said = comp.render(frames="3-5,10-12")
    assert said.code == 0, said.out + said.err
    parts = (comp_samples(first, first + 2, FPS, start=1) for first in (3, 10))
    assert read_film_samples(comp.film, FFMPEG) == comp.encoded_at_once(b"".join(parts))
    assert read_film_frame_numbers(comp.film, FFMPEG) == [3, 4, 5, 10, 11, 12]


@pytest.mark.parametrize(
    ("template", "why"),
    [("Not There", "No output module template was found"), further("MP3", "loses something")],
)
def test_without_a_whole_sound_the_film_comes_and_the_seams_are_told_loudly(
    tmp_path: Path, template: str, why: str
) -> None:
    comp = Comp(tmp_path)
    said = comp.render("--sound-template", template)
    assert said.code == 0, said.out + said.err
    assert CLICKS in said.out
    assert why in said.out
    assert "--sound-template" in said.out
    assert comp.modules == ["", "", "", template, template]
    assert read_film_frame_numbers(comp.film, FFMPEG) == list(range(1, COUNT + 1))
    missing = len(comp_samples(1, COUNT, FPS, start=1)) - len(
        read_film_samples(comp.film, FFMPEG)
    )
    assert abs(missing) < 2 * 1024 * 4


@pytest.mark.parametrize(
    ("ending", "flags", "values"),
    [
        (".mov", (), {}),
        further(".mp4", (), {"audio": False}),
        further(".mp4", ("--sound-template", ""), {}),
        further(".mp4", ("--segment-size", COUNT), {}),
    ],
    ids=["sound without loss", "no sound", "not wanted", "one segment"],
)
def test_after_effects_is_started_for_sound_only_where_that_helps(
    tmp_path: Path, ending: str, flags: tuple[object, ...], values: dict[str, Any]
) -> None:
    comp = Comp(tmp_path, ending)
    said = comp.render(*flags, **values)
    assert said.code == 0, said.out + said.err
    assert set(comp.modules) == {""}
    assert (CLICKS in said.out) is ("--sound-template" in flags)


@pytest.mark.thorough
def test_the_sound_is_rendered_in_the_environment_of_the_pictures(tmp_path: Path) -> None:
    comp = Comp(tmp_path)
    variables = tmp_path / "variables.json"
    variables.write_text('{"SHOW": "k", "API_TOKEN": "0123456789"}', encoding="utf-8")
    flags = ("--env-file", variables, "--env", "SLOT=s{slot}")
    said = comp.render(*flags, environment=["SHOW", "API_TOKEN", "SLOT"])
    assert said.code == 0, said.out + said.err
    told = comp.starts[-1]["environment"]
    assert told == {"SHOW": "k", "API_TOKEN": "0123456789", "SLOT": "s0"}
    shown = comp.terminal.run("jobs", "--json").out + said.out
    assert "0123456789" not in shown
