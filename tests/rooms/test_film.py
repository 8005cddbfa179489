"""Films, with a real ffmpeg: every preset, every way to fail, and the proof of the result."""

import json
import shutil
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest
import stitching
from stitching import FFMPEG

from framecrew.frames.sets import FrameSet
from framecrew.media.films import FilmFacts, examine_film
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Defect, DefectKind
from framecrew.model.requests import FilmRequest
from framecrew.renderers.contract import FoundProgram, ProgramFlavour
from framecrew.renderers.film_presets import PRESETS

Pixels = npt.NDArray[np.float32]

pytestmark = pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")

SCRIPTS_ARE_PROGRAMS = pytest.mark.skipif(
    sys.platform == "win32", reason="a script cannot stand for a program on Windows"
)

COUNT = 12


def grey(number: int) -> float:
    """The brightness that tells a frame's number."""
    return (40 + 15 * number) / 255


def flat(*colour: float, size: tuple[int, int] = (256, 144)) -> Pixels:
    return np.tile(np.array(colour, np.float32), (size[1], size[0], 1))


def write(path: Path, pixels: Pixels, kind: str = "uint8") -> None:
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, kind)
    if channels in {2, 4}:
        spec.alpha_channel = channels - 1
        spec.attribute("oiio:UnassociatedAlpha", 0 if kind == "half" else 1)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(pixels), output.geterror()
    assert output.close()


def sequence(
    folder: Path, pixels: Sequence[Pixels], ending: str = ".png", kind: str = "uint8"
) -> str:
    folder.mkdir()
    for number, each in enumerate(pixels, start=1):
        write(folder / f"shot_{number:04d}{ending}", each, kind)
    return str(folder / f"shot_####{ending}")


def numbered(size: tuple[int, int] = (256, 144)) -> list[Pixels]:
    return [flat(*[grey(number)] * 3, size=size) for number in range(COUNT)]


def stitch(
    folder: Path, asked: FilmRequest, found: FoundProgram | None = None
) -> Path | Failure:
    return stitching.stitch(folder, asked, FrameSet.range(1, COUNT), found)[0]


def made(folder: Path, asked: FilmRequest, found: FoundProgram | None = None) -> Path:
    film = stitch(folder, asked, found=found)
    assert isinstance(film, Path), film
    return film


def failed(folder: Path, asked: FilmRequest, kind: FailureKind, *words: str) -> None:
    found = stitch(folder, asked)
    assert isinstance(found, Failure), found
    assert found.kind is kind, found
    assert all(word in found.reason for word in words), found.reason


def facts(film: Path, fps: str = "24") -> FilmFacts:
    found = examine_film(film, ffmpeg=FFMPEG, frames=COUNT, fps=fps)
    assert isinstance(found, FilmFacts), found
    return found


def request(
    pictures: str, ending: str, preset: str, *, fps: str = "24", audio: str = ""
) -> FilmRequest:
    return FilmRequest(
        pictures=pictures, film=f"/out/film{ending}", preset=preset, fps=fps, audio=audio
    )


def decoded(film: Path, pixel_format: str, *before: str) -> npt.NDArray[np.uint8]:
    """The middle pixel of every frame."""
    if film.suffix == ".webp":
        # No ffmpeg of before 8 decodes such a film.
        decoder = OpenImageIO.ImageInput.open(str(film))
        assert decoder is not None
        pictures = [
            np.asarray(decoder.read_image(number, 0, 0, 3, OpenImageIO.UINT8))
            for number in range(COUNT)
        ]
        return np.stack([pixels[72, 128] for pixels in pictures])
    done = subprocess.run(
        [
            *(FFMPEG, "-v", "error", "-nostdin", *before, "-i", str(film)),
            *("-vf", "crop=2:2,scale=in_color_matrix=bt709:flags=accurate_rnd"),
            *("-f", "rawvideo", "-pix_fmt", pixel_format, "pipe:1"),
        ],
        capture_output=True,
        check=True,
    )
    channels = 4 if pixel_format == "rgba" else 3
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 4, channels)[:, 0]


def write_sound(path: Path, seconds: float) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48000)
        times = np.arange(int(seconds * 48000)) / 48000
        tone = (np.sin(times * 440 * 2 * np.pi) * 8000).astype("<i2")
        file.writeframes(np.repeat(tone, 2).tobytes())
    return str(path)


# ── every preset ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "ending"), [(name, preset.endings[0]) for name, preset in PRESETS.items()]
)
def test_twelve_pictures_become_twelve_frames_in_order(
    tmp_path: Path, name: str, ending: str
) -> None:
    pictures = sequence(tmp_path / "in", numbered())
    film = made(tmp_path, request(pictures, ending, name))
    assert facts(film).frames == COUNT
    wanted = [round(grey(number) * 255) for number in range(COUNT)]
    for channel in range(3):
        assert decoded(film, "rgb24")[:, channel].tolist() == pytest.approx(wanted, abs=3)


@pytest.mark.parametrize("name", ["h264", "prores-hq", "ffv1"])
def test_colours_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    colours = [(0.9, 0.1, 0.1), (0.1, 0.8, 0.2), (0.1, 0.2, 0.9), (0.5, 0.5, 0.5)] * 3
    pictures = sequence(tmp_path / "in", [flat(*colour) for colour in colours])
    film = made(tmp_path, request(pictures, PRESETS[name].endings[0], name))
    for found, wanted in zip(decoded(film, "rgb24").tolist(), colours, strict=True):
        assert found == pytest.approx([each * 255 for each in wanted], abs=4)


def test_a_lossless_film_holds_every_pixel(tmp_path: Path) -> None:
    noise = (
        np.random.default_rng(1).integers(0, 256, (COUNT, 36, 64, 3)).astype(np.float32) / 255
    )
    pictures = sequence(tmp_path / "in", list(noise))
    film = made(tmp_path, request(pictures, ".mkv", "ffv1"))
    done = subprocess.run(
        [
            FFMPEG,
            "-v",
            "error",
            "-i",
            str(film),
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "pipe:1",
        ],
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.stdout == np.rint(noise * 255).astype(np.uint8).tobytes()


def test_rates_that_are_no_whole_numbers_give_even_steps(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    film = made(tmp_path, request(pictures, ".mkv", "ffv1", fps="24000/1001"))
    assert facts(film, fps="24000/1001").frames == COUNT
    found = examine_film(film, ffmpeg=FFMPEG, frames=COUNT, fps="25")
    assert isinstance(found, Defect)


def test_an_odd_size_is_padded_by_its_edge_and_told(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((65, 37)))
    film = made(tmp_path, request(pictures, ".mp4", "h264"))
    assert (facts(film).width, facts(film).height) == (66, 38)
    shutil.rmtree(tmp_path / "workspace")
    film = made(tmp_path, request(pictures, ".mkv", "ffv1"))
    assert (facts(film).width, facts(film).height) == (65, 37)


def test_the_ffmpeg_inside_a_python_module_is_found_and_works(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    inside = FoundProgram(
        name="ffmpeg", path=sys.executable, version="", flavour=ProgramFlavour.PYTHON_MODULE
    )
    film = made(tmp_path, request(pictures, ".mp4", "h264"), found=inside)
    assert facts(film).frames == COUNT


# ── colour and alpha ──────────────────────────────────────────────────────────────────────────


def test_scene_linear_half_becomes_188(tmp_path: Path) -> None:
    light = [flat(0.5, 0.5, 0.5, size=(64, 36)), flat(np.nan, 4.0, -1.0, size=(64, 36))] * 6
    pictures = sequence(tmp_path / "in", light, ".exr", "half")
    film = made(tmp_path, request(pictures, ".mkv", "ffv1"))
    assert facts(film).pixel_format == "gbrp16le"
    shown = decoded(film, "rgb24").tolist()
    assert shown[0] == pytest.approx([188, 188, 188], abs=1)
    assert shown[1] == [0, 255, 0]


@pytest.mark.parametrize(
    ("name", "ending", "decoder"),
    [
        ("prores-4444", ".mov", ()),
        ("vp9", ".webm", ("-c:v", "libvpx-vp9")),
        ("ffv1", ".mkv", ()),
    ],
)
@pytest.mark.parametrize(("kind", "picture_ending"), [("uint8", ".png"), ("half", ".exr")])
def test_alpha_survives_straight_where_the_preset_keeps_it(
    tmp_path: Path,
    name: str,
    ending: str,
    decoder: tuple[str, ...],
    kind: str,
    picture_ending: str,
) -> None:
    levels = [number / (COUNT - 1) for number in range(COUNT)]
    if kind == "half":
        # Light multiplied by alpha: 0.5 of light, 188 of 255 when shown.
        drawn, red = [flat(0.5 * a, 0, 0, a, size=(64, 64)) for a in levels], 188
    else:
        drawn, red = [flat(0.6, 0, 0, a, size=(64, 64)) for a in levels], 153
    pictures = sequence(tmp_path / "in", drawn, picture_ending, kind)
    film = made(tmp_path, request(pictures, ending, name))
    found = decoded(film, "rgba", *decoder)
    assert found[:, 3].tolist() == pytest.approx([level * 255 for level in levels], abs=4)
    assert found[1:, 0].tolist() == pytest.approx([red] * (COUNT - 1), abs=6)


def test_where_no_alpha_is_kept_pictures_lie_over_black(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", [flat(1, 1, 1, 0.5, size=(64, 64))] * COUNT)
    film = made(tmp_path, request(pictures, ".mp4", "h264"))
    assert decoded(film, "rgb24")[0].tolist() == pytest.approx([128] * 3, abs=3)


def test_grey_pictures_become_grey_films(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", [flat(0.4, size=(64, 64))] * COUNT)
    film = made(tmp_path, request(pictures, ".mkv", "ffv1"))
    assert decoded(film, "rgb24")[0].tolist() == [102] * 3


def test_a_cropped_exr_stands_in_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(1, COUNT + 1):
        spec = OpenImageIO.ImageSpec(20, 20, 3, "half")
        spec.x, spec.y, spec.full_width, spec.full_height = 20, 8, 64, 36
        path = str(folder / f"shot_{number:04d}.exr")
        output = OpenImageIO.ImageOutput.create(path)
        assert output is not None
        assert output.open(path, spec)
        assert output.write_image(flat(1, 1, 1, size=(20, 20)))
        assert output.close()
    film = made(tmp_path, request(str(folder / "shot_####.exr"), ".mkv", "ffv1"))
    assert (facts(film).width, facts(film).height) == (64, 36)
    assert decoded(film, "rgb24")[0].tolist() == [255] * 3


# ── sound ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ending", "name"),
    [(".mp4", "h264"), (".mov", "prores-hq"), (".webm", "vp9"), (".mkv", "ffv1")],
)
@pytest.mark.parametrize("seconds", [0.2, 3.0])
def test_a_film_is_as_long_as_its_pictures_whatever_its_sound(
    tmp_path: Path, ending: str, name: str, seconds: float
) -> None:
    sound = write_sound(tmp_path / "sound.wav", seconds)
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    found = facts(made(tmp_path, request(pictures, ending, name, audio=sound)))
    assert found.has_audio
    assert found.seconds == pytest.approx(COUNT / 24, abs=0.05)


def test_a_sound_file_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    asked = request(pictures, ".mp4", "h264", audio=str(tmp_path / "none.wav"))
    failed(tmp_path, asked, FailureKind.MISSING_ASSET, "none.wav")


# ── what must not become a film ───────────────────────────────────────────────────────────────


def test_a_hole_is_named_before_anything_is_encoded(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    for number in (5, 7):
        (tmp_path / "in" / f"shot_{number:04d}.png").unlink()
    failed(
        tmp_path,
        request(pictures, ".mp4", "h264"),
        FailureKind.HOLE,
        "frame 5, 7",
        "shot_0005.png",
    )


@pytest.mark.parametrize("left", [0, 200])
def test_an_empty_or_cut_picture_is_named(tmp_path: Path, left: int) -> None:
    generator = np.random.default_rng(1)
    noise = [generator.random((64, 64, 3)).astype(np.float32) for _ in range(COUNT)]
    pictures = sequence(tmp_path / "in", noise)
    broken = tmp_path / "in" / "shot_0009.png"
    broken.write_bytes(broken.read_bytes()[:left])
    failed(
        tmp_path,
        request(pictures, ".mp4", "h264"),
        FailureKind.BAD_OUTPUT,
        "frame 9",
        broken.name,
    )


def test_a_picture_of_another_size_is_named(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    write(tmp_path / "in" / "shot_0004.png", flat(1, 1, 1, size=(64, 32)))
    failed(
        tmp_path, request(pictures, ".mp4", "h264"), FailureKind.BAD_OUTPUT, "frame 4", "64x32"
    )


def test_pictures_of_another_size_than_planned_are_told(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    asked = FilmRequest(
        pictures=pictures, film="/out/a.mp4", preset="h264", fps="24", width=1920, height=1080
    )
    failed(tmp_path, asked, FailureKind.BAD_OUTPUT, "frame 1", "1920x1080")


def test_pictures_too_small_for_the_preset_are_told_before_they_are_encoded(
    tmp_path: Path,
) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    asked = request(pictures, ".mov", "dnxhr-hq")
    failed(tmp_path, asked, FailureKind.BAD_REQUEST, "at least 256x120", "found 64x64")


NO_GOOD = """\
import subprocess, sys
if "pipe:0" in sys.argv:
    sys.exit("Error while opening encoder: it is no good")
sys.exit(subprocess.run([{ffmpeg!r}, *sys.argv[1:]]).returncode)
"""


@SCRIPTS_ARE_PROGRAMS
def test_an_ffmpeg_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    dies = tmp_path / "dies.py"
    text = f"#!{sys.executable}\n" + NO_GOOD.format(ffmpeg=FFMPEG)
    dies.write_text(text, encoding="utf-8")
    dies.chmod(0o755)
    program = FoundProgram(name="ffmpeg", path=str(dies), version="")
    found = stitch(tmp_path, request(pictures, ".mp4", "h264"), found=program)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_REQUEST
    assert "it is no good" in found.reason


@SCRIPTS_ARE_PROGRAMS
def test_an_ffmpeg_without_the_encoder_is_told_before_the_work(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    asked = request(pictures, ".mp4", "h264")
    poor = tmp_path / "poor.py"
    poor.write_text(f"#!{sys.executable}\nprint(' V....D mpeg4  MPEG-4')\n", encoding="utf-8")
    poor.chmod(0o755)
    found = stitch(
        tmp_path, asked, found=FoundProgram(name="ffmpeg", path=str(poor), version="")
    )
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_REQUEST
    assert "libx264" in found.reason


LOSES_FRAMES = """\
import subprocess, sys
arguments = sys.argv[1:]
if "pipe:0" in arguments:
    arguments[-1:-1] = ["-frames:v", "9"]
sys.exit(subprocess.run([{ffmpeg!r}, *arguments]).returncode)
"""


@SCRIPTS_ARE_PROGRAMS
def test_a_film_with_too_few_frames_is_never_delivered(tmp_path: Path) -> None:
    pictures = sequence(tmp_path / "in", numbered((64, 64)))
    loses = tmp_path / "loses.py"
    text = f"#!{sys.executable}\n" + LOSES_FRAMES.format(ffmpeg=FFMPEG)
    loses.write_text(text, encoding="utf-8")
    loses.chmod(0o755)
    program = FoundProgram(name="ffmpeg", path=str(loses), version="")
    found = stitch(tmp_path, request(pictures, ".mkv", "ffv1"), found=program)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_OUTPUT
    assert "9 frames, wanted 12" in found.reason


# ── examining films ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ending", "name"), [(".mp4", "h264"), (".mkv", "ffv1"), (".webm", "vp9")]
)
def test_a_truncated_film_is_a_defect(tmp_path: Path, ending: str, name: str) -> None:
    generator = np.random.default_rng(1)
    noise = [generator.random((64, 64, 3)).astype(np.float32) for _ in range(COUNT)]
    film = made(tmp_path, request(sequence(tmp_path / "in", noise), ending, name))
    data = film.read_bytes()
    film.write_bytes(data[: len(data) // 2])
    found = examine_film(film, ffmpeg=FFMPEG, frames=COUNT, fps="24")
    assert isinstance(found, Defect)
    assert found.kind in {DefectKind.TRUNCATED, DefectKind.UNREADABLE}


def test_a_film_of_other_length_is_a_defect(tmp_path: Path) -> None:
    film = made(
        tmp_path, request(sequence(tmp_path / "in", numbered((64, 64))), ".mkv", "ffv1")
    )
    for frames, kind in ((13, DefectKind.TRUNCATED), (11, DefectKind.WRONG_SIZE)):
        found = examine_film(film, ffmpeg=FFMPEG, frames=frames)
        assert isinstance(found, Defect)
        assert found.kind is kind
        assert f"wanted {frames} frames, found 12" in found.reason


def test_text_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text(json.dumps({"no": "film"}))
    found = examine_film(path, ffmpeg=FFMPEG)
    assert isinstance(found, Defect)
    assert found.kind is DefectKind.UNREADABLE
