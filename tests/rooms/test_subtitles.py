"""Subtitles in films, with a real ffmpeg: as a track of every container, and burnt once."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest
import stitching
from stitching import FFMPEG

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.requests import FilmRequest
from framecrew.renderers.contract import FoundProgram
from framecrew.renderers.film_presets import DEFAULTS
from framecrew.renderers.film_subtitles import CODECS

pytestmark = pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")

COUNT, SIZE = 25, (192, 108)
"""One second."""

TEXT = """\
1
00:00:00,200 --> 00:00:00,400
Grüße an alle

2
00:00:00,600 --> 00:01:00,000
the <i>end</i>
"""
INSIDE = TEXT.replace("00:01:00,000", "00:00:01,000")
"""As planning cuts it at the film's end."""


def request(folder: Path, ending: str, subtitles: str = INSIDE, *, burn: bool) -> FilmRequest:
    folder.mkdir()
    spec = OpenImageIO.ImageSpec(*SIZE, 3, "uint8")
    for number in range(1, COUNT + 1):
        output = OpenImageIO.ImageOutput.create("any.png")
        assert output is not None
        assert output.open(str(folder / f"shot_{number:04d}.png"), spec)
        assert output.write_image(np.full((SIZE[1], SIZE[0], 3), 40, np.uint8))
        assert output.close()
    return FilmRequest(
        pictures=str(folder / "shot_####.png"),
        film=f"/out/film{ending}",
        preset=DEFAULTS[ending],
        fps="25",
        subtitles=subtitles,
        burn_subtitles=burn,
    )


def stitched(
    folder: Path, asked: FilmRequest, found: FoundProgram | None = None
) -> Path | Failure:
    return stitching.stitch(folder, asked, FrameSet.range(1, COUNT), found)[0]


def read(film: Path, *arguments: str) -> bytes:
    command = [FFMPEG, "-v", "error", "-nostdin", "-i", str(film), *arguments, "pipe:1"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def pixels(film: Path) -> npt.NDArray[np.uint8]:
    raw = read(film, "-f", "rawvideo", "-pix_fmt", "rgb24")
    return np.frombuffer(raw, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)


@pytest.mark.parametrize("ending", sorted(CODECS.keys() & DEFAULTS.keys()))
def test_a_track_says_what_the_file_says_and_leaves_the_pictures_alone(
    tmp_path: Path, ending: str
) -> None:
    film = stitched(tmp_path, request(tmp_path / "in", ending, burn=False))
    assert isinstance(film, Path), film
    assert read(film, "-map", "0:s:0", "-f", "srt").decode().split() == INSIDE.split()
    assert np.ptp(pixels(film)) <= 2


@pytest.mark.parametrize("ending", [".mkv", ".gif"])
def test_burnt_subtitles_are_seen_while_they_are_told_and_not_else(
    tmp_path: Path, ending: str
) -> None:
    film = stitched(tmp_path, request(tmp_path / "in", ending, burn=True))
    assert isinstance(film, Path), film
    seen = [bool(np.ptp(picture) > 100) for picture in pixels(film)]
    assert seen == [5 <= place < 10 or place >= 15 for place in range(COUNT)]


LOSES_A_CUE = """\
import pathlib, subprocess, sys
arguments = sys.argv[1:]
if "pipe:0" in arguments:
    told = pathlib.Path(".film.srt").read_text(encoding="utf-8")
    pathlib.Path("less.srt").write_text(told.partition("\\n\\n")[0], encoding="utf-8")
    arguments = ["less.srt" if one == ".film.srt" else one for one in arguments]
code = subprocess.run([{ffmpeg!r}, *arguments]).returncode
pathlib.Path("less.srt").unlink(missing_ok=True)
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_a_film_that_lost_a_subtitle_is_never_delivered(tmp_path: Path) -> None:
    loses = tmp_path / "loses.py"
    loses.write_text(f"#!{sys.executable}\n{LOSES_A_CUE.format(ffmpeg=FFMPEG)}", "utf-8")
    loses.chmod(0o755)
    program = FoundProgram(name="ffmpeg", path=str(loses), version="")
    found = stitched(tmp_path, request(tmp_path / "in", ".mp4", burn=False), program)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_OUTPUT
    assert "1 subtitles, wanted 2" in found.reason
