"""Films that are GIF or WebP animations: times, transparency, colours, and their proof."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest
import stitching
from stitching import FFMPEG

from framecrew.frames.sets import FrameSet
from framecrew.media.animations import read_animation
from framecrew.media.films import FilmFacts, examine_film
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Defect
from framecrew.model.requests import FilmRequest
from framecrew.renderers.contract import FoundProgram
from framecrew.renderers.ffmpeg import film_mark
from framecrew.renderers.film_presets import TICKS

Pixels = npt.NDArray[np.uint8]

pytestmark = pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")


def request(
    folder: Path, pictures: list[Pixels], ending: str, preset: str = "", fps: str = "30"
) -> FilmRequest:
    folder.mkdir()
    for number, pixels in enumerate(pictures, start=1):
        height, width, channels = pixels.shape
        spec = OpenImageIO.ImageSpec(width, height, channels, "uint8")
        output = OpenImageIO.ImageOutput.create("any.png")
        assert output is not None
        assert output.open(str(folder / f"shot_{number:04d}.png"), spec)
        assert output.write_image(pixels)
        assert output.close()
    return FilmRequest(
        pictures=str(folder / "shot_####.png"),
        film=f"/out/film{ending}",
        preset=preset or ending[1:],
        fps=fps,
    )


def made(folder: Path, pictures: list[Pixels], ending: str, preset: str = "") -> Path:
    asked = request(folder / "in", pictures, ending, preset)
    film, _ = stitching.stitch(folder, asked, FrameSet.range(1, len(pictures)))
    assert isinstance(film, Path), film
    return film


def moving(count: int, channels: int = 3) -> list[Pixels]:
    """A bar that moves by a column in each frame."""
    pictures = []
    for number in range(count):
        pixels = np.full((24, 48, channels), 255, np.uint8)
        pixels[:, number % 48, :3] = (200, 30, 40)
        pictures.append(pixels)
    return pictures


def shown(film: Path) -> list[Pixels]:
    """Every stored frame, as a viewer composes it: RGBA."""
    decoder = OpenImageIO.ImageInput.open(str(film))
    assert decoder is not None
    found: list[Pixels] = []
    while decoder.seek_subimage(len(found), 0):
        pixels = decoder.read_image(len(found), 0, 0, 4, OpenImageIO.UINT8)
        found.append(np.asarray(pixels))
    decoder.close()
    return found


@pytest.mark.parametrize("ending", [".gif", ".webp"])
@pytest.mark.parametrize("fps", ["24", "30", "30000/1001", "50", "25/2"])
def test_an_animation_lasts_as_long_as_its_pictures_to_the_tick(
    tmp_path: Path, ending: str, fps: str
) -> None:
    asked = request(tmp_path / "in", moving(31), ending, fps=fps)
    film, _ = stitching.stitch(tmp_path, asked, FrameSet.range(1, 31))
    assert isinstance(film, Path), film
    delays = read_animation(film).delays
    each = TICKS[ending] / Fraction(fps)
    assert len(delays) == 31
    assert sum(delays) == round(31 * each)
    assert {int(each), -int(-each // 1)} >= set(delays)
    found = examine_film(film, ffmpeg=FFMPEG, frames=31, fps=fps)
    assert isinstance(found, FilmFacts)
    assert (found.width, found.height, found.has_audio) == (48, 24, False)


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_pictures_that_are_the_same_are_all_counted(tmp_path: Path, ending: str) -> None:
    still = moving(1)
    film = made(tmp_path, still * 40 + moving(20) + still * 30, ending)
    assert sum(read_animation(film).delays) == 90 * TICKS[ending] // 30
    found = examine_film(film, ffmpeg=FFMPEG, frames=90, fps="30")
    assert isinstance(found, FilmFacts)


@pytest.mark.parametrize("ending", [".gif", ".webp"])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_film_of_one_picture_held_still_keeps_its_length(
    tmp_path: Path, ending: str, channels: int
) -> None:
    film = made(tmp_path, moving(1, channels) * 45, ending)
    found = examine_film(film, ffmpeg=FFMPEG, frames=45, fps="30")
    assert isinstance(found, FilmFacts)
    assert found.seconds == 1.5


def stored(film: Path) -> list[Pixels]:
    """Every stored frame of a WebP film by itself, for OpenImageIO lays each over the last."""
    data, place = film.read_bytes(), 12
    found: list[Pixels] = []
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] == b"ANMF":
            inside = b"WEBP" + data[place + 24 : place + 8 + size]
            still = film.with_name(f"still_{len(found)}.webp")
            still.write_bytes(b"RIFF" + len(inside).to_bytes(4, "little") + inside)
            (pixels,) = shown(still)
            found.append(pixels)
        place += 8 + size + (size & 1)
    return found


def test_a_lossless_webp_holds_every_pixel(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (12, 24, 48, 4), np.uint8)
    noise[..., 3] = np.where(noise[..., 3] < 128, 128, 255)
    film = made(tmp_path, list(noise), ".webp", "webp-lossless")
    opaque = noise[..., 3] == 255
    for found, wanted, solid in zip(stored(film), noise, opaque, strict=True):
        assert np.array_equal(found[..., 3], wanted[..., 3])
        assert np.array_equal(found[solid], wanted[solid])


def test_a_gif_of_few_colours_holds_every_pixel_and_what_is_transparent(tmp_path: Path) -> None:
    pictures = moving(12, 4)
    for pixels in pictures:
        pixels[:6, :, 3] = 0
    film = made(tmp_path, pictures, ".gif")
    for found, wanted in zip(shown(film), pictures, strict=True):
        assert np.array_equal(found[..., 3], wanted[..., 3])
        assert np.array_equal(found[6:, :, :3], wanted[6:, :, :3])


def test_the_palette_of_a_gif_is_of_the_whole_film(tmp_path: Path) -> None:
    """A colour that only the last picture has comes back as it was."""
    ramp = np.tile(np.arange(48, dtype=np.uint8)[None, :, None] * 2, (24, 1, 3))
    last = ramp.copy()
    last[8:16] = (250, 10, 200)
    film = made(tmp_path, [*([ramp] * 5), last], ".gif")
    assert shown(film)[-1][12, 24, :3] == pytest.approx([250, 10, 200], abs=2)


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_an_animation_tells_what_it_was_made_of(tmp_path: Path, ending: str) -> None:
    asked = request(tmp_path / "in", moving(6), ending)
    frames = FrameSet.range(1, 6)
    film, _ = stitching.stitch(tmp_path, asked, frames)
    assert isinstance(film, Path), film
    found = examine_film(film, ffmpeg=FFMPEG, frames=6, fps="30")
    assert isinstance(found, FilmFacts)
    assert found.mark == film_mark(asked, frames)


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_an_animation_that_was_cut_off_is_a_defect(tmp_path: Path, ending: str) -> None:
    film = made(tmp_path, moving(20), ending)
    data = film.read_bytes()
    for size in (len(data) - 1, len(data) * 2 // 3, len(data) // 4):
        film.write_bytes(data[:size])
        found = examine_film(film, ffmpeg=FFMPEG, frames=20, fps="30")
        assert isinstance(found, Defect), size


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_an_animation_of_another_rate_or_length_is_a_defect(
    tmp_path: Path, ending: str
) -> None:
    film = made(tmp_path, moving(20), ending)
    for frames, fps in ((20, "24"), (19, "30"), (21, "30")):
        assert isinstance(examine_film(film, ffmpeg=FFMPEG, frames=frames, fps=fps), Defect)


LOSES_FRAMES = """\
import subprocess, sys
arguments = sys.argv[1:]
if "pipe:0" in arguments and "-update" not in arguments:
    arguments[-1:-1] = ["-frames:v", "9"]
sys.exit(subprocess.run([{ffmpeg!r}, *arguments]).returncode)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_an_animation_with_too_few_frames_is_never_delivered(tmp_path: Path) -> None:
    """A GIF tells its last frame's end; a WebP film's last frame would be held instead."""
    loses = tmp_path / "loses.py"
    loses.write_text(f"#!{sys.executable}\n{LOSES_FRAMES.format(ffmpeg=FFMPEG)}", "utf-8")
    loses.chmod(0o755)
    program = FoundProgram(name="ffmpeg", path=str(loses), version="")
    asked = request(tmp_path / "in", moving(20), ".gif")
    found, _ = stitching.stitch(tmp_path, asked, FrameSet.range(1, 20), program)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_OUTPUT
    assert "wanted 20" in found.reason


def test_ffmpeg_itself_decodes_the_gif(tmp_path: Path) -> None:
    film = made(tmp_path, moving(20), ".gif")
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-xerror", "-i", str(film), "-f", "framemd5", "pipe:1"],
        capture_output=True,
        check=True,
    )
    assert len([line for line in done.stdout.splitlines() if line[:1] != b"#"]) == 20
