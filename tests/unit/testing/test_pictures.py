"""The stand-in's pictures are real ones, and tell which frame they are."""

from pathlib import Path

import pytest

from framecrew.media.pixels import open_picture
from framecrew.testing import read_frame_number
from framecrew.testing.aerender.pictures import PICTURE_ENDINGS, picture
from framecrew.testing.aerender.pixels import ALPHA, blocks, code_of, code_of_blocks, frame_of


@pytest.mark.parametrize("frame", [0, 1, 255, 256, 123_456, 8_000_000, -1, -250])
@pytest.mark.parametrize("kind", sorted(PICTURE_ENDINGS))
def test_a_picture_tells_its_frame(tmp_path: Path, kind: str, frame: int) -> None:
    file = tmp_path / f"f{PICTURE_ENDINGS[kind]}"

    file.write_bytes(picture(kind, 64, 36, code_of(frame), alpha=False))

    assert read_frame_number(file) == frame


@pytest.mark.parametrize("kind", ["png", "tiff", "exr"])
def test_alpha_is_stored_beside_the_frame(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"f{PICTURE_ENDINGS[kind]}"
    file.write_bytes(picture(kind, 64, 36, code_of(7), alpha=True))

    with open_picture(file) as opened:
        part = next(opened.parts())
        pixel = next(opened.strips(part))[0][0].tolist()

    assert (part.width, part.height, part.channels) == (64, 36, 4)
    assert round(pixel[3] / (1 if part.is_float else 255) * 255) == ALPHA
    assert read_frame_number(file) == 7


@pytest.mark.parametrize("kind", sorted(PICTURE_ENDINGS))
def test_a_black_picture_is_no_frame(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"f{PICTURE_ENDINGS[kind]}"
    file.write_bytes(picture(kind, 64, 36, code_of(7, black=True), alpha=False))

    assert read_frame_number(file) is None


def test_a_picture_of_two_frames_is_refused(tmp_path: Path) -> None:
    first = picture("tiff", 64, 36, code_of(1), alpha=False)
    second = picture("tiff", 64, 36, code_of(2), alpha=False)
    file = tmp_path / "f.tif"
    file.write_bytes(first[: len(first) // 2] + second[len(second) // 2 :])

    with pytest.raises(ValueError, match="more than one frame"):
        read_frame_number(file)


@pytest.mark.parametrize(("width", "height"), [(6, 4), (64, 36), (50, 33), (257, 145)])
def test_blocks_tell_their_frame_at_any_size(width: int, height: int) -> None:
    rows = blocks(code_of(123_456), width, height, alpha=False)

    middles = bytes(
        rows[3 * ((2 * y + 1) * height // 8 * width + (2 * x + 1) * width // 12)]
        for y in range(4)
        for x in range(6)
    )

    assert len(rows) == 3 * width * height
    assert frame_of(code_of_blocks(middles)) == 123_456
