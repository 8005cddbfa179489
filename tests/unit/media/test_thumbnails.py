"""Thumbnails: small, in the right colours, and every place of a sheet counts."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest

from framecrew.media.pixels import UndecodableError
from framecrew.media.thumbnails import contact_sheet, thumbnail


def write(
    path: Path, *colour: float, kind: str = "uint8", size: tuple[int, int] = (90, 50)
) -> Path:
    width, height = size
    spec = OpenImageIO.ImageSpec(width, height, len(colour), kind)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec)
    assert output.write_image(np.tile(np.array(colour, np.float32), (height, width, 1)))
    assert output.close()
    return path


def decoded(data: bytes, folder: Path) -> npt.NDArray[np.uint8]:
    path = folder / "decoded.jpg"
    path.write_bytes(data)
    decoder = OpenImageIO.ImageInput.open(str(path))
    assert decoder is not None
    pixels = decoder.read_image(OpenImageIO.UINT8)
    assert pixels is not None
    decoder.close()
    return pixels


def middle(pixels: npt.NDArray[np.uint8]) -> list[int]:
    return [int(each) for each in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]]


def test_a_thumbnail_has_the_width_asked_for_and_the_shape_of_the_picture(
    tmp_path: Path,
) -> None:
    small = decoded(thumbnail(write(tmp_path / "a.png", 0.2, 0.4, 0.6), 30), tmp_path)
    assert small.shape == (17, 30, 3)
    assert middle(small) == pytest.approx([51, 102, 153], abs=2)


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", 1, 0, 0, size=(20, 10))
    assert decoded(thumbnail(path, 320), tmp_path).shape == (10, 20, 3)


def test_scene_linear_half_is_shown_as_188(tmp_path: Path) -> None:
    small = decoded(
        thumbnail(write(tmp_path / "a.exr", 0.5, 0.5, 0.5, kind="half"), 30), tmp_path
    )
    assert middle(small) == pytest.approx([188] * 3, abs=1)


def test_light_that_is_no_number_or_too_bright_stays_in_range(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", np.nan, np.inf, 7.0, kind="half")
    assert middle(decoded(thumbnail(path, 30), tmp_path)) == pytest.approx([0, 255, 255], abs=3)


def test_what_is_transparent_lies_over_black(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", 0.5, 0.5, 0.5, 0.5, size=(64, 36))
    # Written multiplied by alpha, as the library keeps it: straight white at one half.
    assert middle(decoded(thumbnail(path, 16), tmp_path)) == pytest.approx([128] * 3, abs=2)


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_grey_pictures_are_shown_grey(tmp_path: Path, kind: str) -> None:
    small = decoded(thumbnail(write(tmp_path / "a.png", 0.4, kind=kind), 30), tmp_path)
    assert middle(small) == pytest.approx([102] * 3, abs=2)


def test_a_fine_pattern_becomes_its_average(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = np.zeros((64, 64, 3), np.float32)
    pixels[:, ::2] = 1.0
    spec = OpenImageIO.ImageSpec(64, 64, 3, "uint8")
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec)
    assert output.write_image(pixels)
    assert output.close()
    small = decoded(thumbnail(path, 16), tmp_path)
    assert small.min() >= 125
    assert small.max() <= 130


def test_a_broken_picture_has_no_thumbnail(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", 0.5, 0.5, 0.5, kind="half")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UndecodableError, match="missing"):
        thumbnail(path, 30)


def test_a_sheet_holds_the_pictures_row_after_row_and_leaves_places_of_broken_ones(
    tmp_path: Path,
) -> None:
    red = write(tmp_path / "red.png", 1, 0, 0)
    green = write(tmp_path / "green.png", 0, 1, 0)
    sheet = decoded(contact_sheet([red, tmp_path / "none.png", green], 2, width=40), tmp_path)
    height = round(50 * 40 / 90)
    assert sheet.shape == (2 * (height + 4) + 4, 2 * 44 + 4, 3)
    at = {"first": (14, 24), "second": (14, 68), "third": (height + 18, 24)}
    shown = {place: [int(each) for each in sheet[point]] for place, point in at.items()}
    assert shown["first"] == pytest.approx([254, 0, 0], abs=6)
    assert shown["second"] == pytest.approx([26, 26, 26], abs=6)
    assert shown["third"] == pytest.approx([0, 255, 1], abs=6)


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([], 3)
