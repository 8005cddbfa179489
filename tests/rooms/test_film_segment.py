"""Segments that a session encodes of its pictures: exact, in the right colours, always the same."""

import io
import subprocess
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from framecrew.frames.sets import FrameSet
from framecrew.media.films import FilmFacts, examine_film
from framecrew.model.outputs import Segment
from framecrew.renderers.film_presets import PRESETS
from framecrew.renderers.film_segment import SEGMENT_PRESETS, segment_arguments, takes_jpeg

COLOUR = (200, 60, 40)
WIDTH, HEIGHT = 256, 144


def picture(folder: Path, ending: str, *, frame: int, alpha: int | None = None) -> bytes:
    """A plain picture with a bar whose place tells the frame."""
    pixels = np.full((HEIGHT, WIDTH, 4), (*COLOUR, 255 if alpha is None else alpha), np.uint8)
    pixels[:20, 8 * frame : 8 * frame + 8, :3] = 255
    if alpha is None:
        pixels = pixels[:, :, :3]
    path = folder / f"picture{ending}"
    spec = OpenImageIO.ImageSpec(WIDTH, HEIGHT, pixels.shape[2], "uint8")
    spec.attribute("CompressionQuality", 95)
    spec.attribute("jpeg:subsampling", "4:2:0")
    spec.attribute("oiio:UnassociatedAlpha", 1)
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out is not None
    assert out.open(str(path), spec)
    assert out.write_image(pixels)
    out.close()
    return path.read_bytes()


def encode(folder: Path, preset: str, kind: str, frames: FrameSet, ending: str) -> Path:
    path = folder / f"{preset}-{kind}{ending}"
    path.unlink(missing_ok=True)
    segment = Segment(frames=frames, path=str(path), fps="30000/1001", preset=preset)
    encoder = PRESETS[preset].encoders[0]
    pixels = io.BytesIO()
    for frame in frames:
        pixels.write(
            picture(
                folder,
                ".jpg" if kind == "jpeg" else ".png",
                frame=frame,
                alpha=128 if kind == "png-alpha" else None,
            )
        )
    done = subprocess.run(
        ["ffmpeg", *segment_arguments(segment, PRESETS[preset], encoder, kind)],
        cwd=folder,
        input=pixels.getvalue(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return path


def shown(film: Path, *, alpha: bool = False) -> np.ndarray:
    """All pictures, RGB or RGBA, decoded by what the film says of its own colours."""
    decoder = ["-c:v", "libvpx-vp9"] if film.suffix == ".webm" else []
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", *decoder, "-i", str(film), "-f", "rawvideo",
         "-pix_fmt", "rgba" if alpha else "rgb24", "pipe:1"],
        capture_output=True,
        check=True,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 4 if alpha else 3)


@pytest.mark.parametrize(
    ("preset", "kind"),
    [
        *((preset, "png") for preset in SEGMENT_PRESETS),
        *((preset, "jpeg") for preset in SEGMENT_PRESETS if takes_jpeg(PRESETS[preset])),
    ],
)
def test_a_segment_has_its_frames_and_their_colours(
    tmp_path: Path, preset: str, kind: str
) -> None:
    film = encode(tmp_path, preset, kind, FrameSet.range(3, 8), PRESETS[preset].endings[0])

    facts = examine_film(film, ffmpeg="ffmpeg", frames=6, fps="30000/1001")
    assert isinstance(facts, FilmFacts), facts
    assert facts.frames == 6
    pixels = shown(film)
    assert len(pixels) == 6
    assert np.abs(pixels[:, 60, 128].astype(int) - COLOUR).max() <= 4
    assert [int(one[4, :, 2].argmax()) // 8 for one in pixels] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("preset", [one for one in SEGMENT_PRESETS if PRESETS[one].keeps_alpha])
def test_alpha_is_stored_where_the_preset_can(tmp_path: Path, preset: str) -> None:
    film = encode(
        tmp_path, preset, "png-alpha", FrameSet.range(1, 3), PRESETS[preset].endings[0]
    )
    assert np.abs(shown(film, alpha=True)[:, 60, 128, 3].astype(int) - 128).max() <= 3


@pytest.mark.parametrize("preset", ["h264", "h265", "vp9", "av1"])
def test_a_segment_is_the_same_file_each_time(tmp_path: Path, preset: str) -> None:
    ending = PRESETS[preset].endings[0]
    first = encode(tmp_path, preset, "jpeg", FrameSet.range(1, 8), ending).read_bytes()
    assert encode(tmp_path, preset, "jpeg", FrameSet.range(1, 8), ending).read_bytes() == first
