"""Subtitles in films, with a real ffmpeg: as a track of every container, and burnt once."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest
import stitching
from stitching import FFMPEG

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.requests import FilmRequest, StitchRequest
from framecrew.planning.cue_words import JOINER
from framecrew.planning.subtitled_films import with_subtitles
from framecrew.planning.subtitles import parse_subtitles
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

FRAMES = FrameSet.range(1, COUNT)


def request(folder: Path, ending: str, text: str = TEXT, *, burn: bool) -> StitchRequest:
    folder.mkdir()
    spec = OpenImageIO.ImageSpec(*SIZE, 3, "uint8")
    for number in range(1, COUNT + 1):
        output = OpenImageIO.ImageOutput.create("any.png")
        assert output is not None
        assert output.open(str(folder / f"shot_{number:04d}.png"), spec)
        assert output.write_image(np.full((SIZE[1], SIZE[0], 3), 40, np.uint8))
        assert output.close()
    asked = FilmRequest(
        pictures=str(folder / "shot_####.png"),
        film=f"/out/film{ending}",
        preset=DEFAULTS[ending],
        fps="25",
        burn_subtitles=burn,
    )
    return with_subtitles(asked, FRAMES, parse_subtitles(text))


def stitched(
    folder: Path, asked: StitchRequest, found: FoundProgram | None = None
) -> Path | Failure:
    return stitching.stitch(folder, asked, FRAMES, found)[0]


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


WORDS = {
    "1<2": "1<2",
    "1 < 2 > 0": "1 < 2 > 0",
    "a <word> like {this} & that": "a <word> like {this} & that",
    "&amp; &lt;b&gt;": "&amp; &lt;b&gt;",
    "a --> b": "a --> b",
    r"C:\new\Here\{x}": r"C:\new\Here\{x}",
    "{y:i}no": "{y:i}no",
    "<I>lean</I> <b>bold</b> x": "lean bold x",
    '<font color="red">r</font>{\\an8}ed': "red",
    "</v> <v Bob>hi": "</v> <v Bob>hi",
    "one<br/>two": "one\ntwo",
    "line\u2028here": "line\u2028here",
}
"""What a subtitle of an SRT file says."""
VTT_WORDS = {
    "&lt;b&gt; &amp;lt; &lt;word&gt;": "<b> &lt; <word>",
    "<v Ann>Fish &amp; <c.loud>chips</c> <00:00:00.300><b.big>now</b>": "Fish & chips now",
    "{word} 1 &gt; 0": "{word} 1 > 0",
}


def words_of(film: Path) -> list[str]:
    """As its track stores them, read without what our proof reads them with."""
    if film.suffix == ".mp4":
        told = ["ffprobe", "-v", "error", "-show_packets", "-show_data", "-of", "json"]
        packets = json.loads(
            subprocess.check_output([*told, "-select_streams", "s", str(film)])
        )
        raw = [
            bytes.fromhex("".join(line[10:50] for line in one["data"].strip().split("\n")))
            for one in packets["packets"]
        ]
        texts = [one[2 : 2 + int.from_bytes(one[:2], "big")].decode() for one in raw]
        return [one.replace(JOINER, "") for one in texts if one]
    kind = "webvtt" if film.suffix == ".webm" else "srt"
    text = read(film, "-map", "0:s:0", "-c", "copy", "-f", kind).decode().replace("\r", "")
    cues = re.split(r"(?:^\d+\n)?^[\d:.,]+ --> [\d:.,]+\n", text, flags=re.MULTILINE)[1:]
    if film.suffix == ".webm":
        return [html.unescape(re.sub(r"<[^>]*>", "", one)).strip("\n") for one in cues]
    bare = [re.sub(r"</?([biu]|font)( [^>]*)?>|\{\\an\d\}", "", one) for one in cues]
    return [one.replace(JOINER, "").strip("\n") for one in bare]


def file_of(words: Iterable[str], head: str = "") -> str:
    times = (f"00:00:00.{20 * at:03d} --> 00:00:00.{20 * at + 20:03d}" for at in range(COUNT))
    return head + "\n\n".join(map("\n".join, zip(times, words, strict=False)))


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
@pytest.mark.parametrize("head", ["", "WEBVTT\n\n"], ids=["srt", "vtt"])
def test_words_that_look_like_markup_are_shown_as_they_are(
    tmp_path: Path, ending: str, head: str
) -> None:
    words = VTT_WORDS if head else WORDS
    film = stitched(
        tmp_path, request(tmp_path / "in", ending, file_of(words, head), burn=False)
    )
    assert isinstance(film, Path), film
    assert words_of(film) == list(words.values())


@pytest.mark.parametrize("word", ["<word>", "{word}", r"\{word}"])
def test_words_that_look_like_markup_are_drawn(tmp_path: Path, word: str) -> None:
    film = stitched(tmp_path, request(tmp_path / "in", ".mkv", file_of([word]), burn=True))
    assert isinstance(film, Path), film
    drawn, others = pixels(film)[0, :, :, 0], pixels(film)[5]
    columns = np.flatnonzero(np.abs(drawn.astype(int) - 40).max(axis=0) > 40)
    assert np.ptp(columns) > 15, "no word has so few columns"
    assert np.ptp(others) <= 2


LOSES_A_CUE = """\
import pathlib, subprocess, sys
arguments = sys.argv[1:]
if "pipe:0" in arguments:
    told = pathlib.Path(".film.subtitles").read_text(encoding="utf-8")
    pathlib.Path("less.srt").write_text(told.partition("\\n\\n")[0], encoding="utf-8")
    arguments = ["less.srt" if one == ".film.subtitles" else one for one in arguments]
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
