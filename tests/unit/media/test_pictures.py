"""Pictures: a file is whole, and what it must be, or a defect says what is wrong."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest

from framecrew.media.pictures import examine
from framecrew.model.outputs import Checks, Defect, DefectKind, PictureFacts

Pixels = npt.NDArray[np.float32]
K = DefectKind

FORMATS = {
    "8.png": ("uint8", ""),
    "16.png": ("uint16", ""),
    "a.jpg": ("uint8", ""),
    "lzw.tif": ("uint8", "lzw"),
    "zip.tif": ("uint16", "zip"),
    "plain.tif": ("uint8", "none"),
    "float.tif": ("float", "none"),
    "zip.exr": ("half", "zip"),
    "piz.exr": ("half", "piz"),
    "dwaa.exr": ("half", "dwaa"),
    "dwab.exr": ("half", "dwab"),
    "plain.exr": ("float", "none"),
    "a.webp": ("uint8", ""),
    "a.bmp": ("uint8", ""),
    "a.tga": ("uint8", "none"),
    "8.dpx": ("uint8", ""),
    "10.dpx": ("uint10", ""),
    "a.hdr": ("float", ""),
}

ZEROS_LOOK_LIKE_PIXELS = {"plain.tif", "float.tif", "a.webp", "a.bmp", "8.dpx", "10.dpx"}
"""Nothing but a checksum could tell zeros at their end from a black strip; they have none."""


def noise(width: int = 64, height: int = 36, channels: int = 3) -> Pixels:
    generator = np.random.default_rng(1)
    return generator.random((height, width, channels)).astype(np.float32)


def flat(*colour: float, width: int = 32, height: int = 18) -> Pixels:
    return np.tile(np.array(colour, np.float32), (height, width, 1))


def write(path: Path, pixels: Pixels, kind: str = "uint8", compression: str = "") -> Path:
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, kind)
    if compression:
        spec.attribute("compression", compression)
    save(path, spec, pixels)
    return path


def save(path: Path, spec: OpenImageIO.ImageSpec, pixels: Pixels) -> None:
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(pixels), output.geterror()
    assert output.close()


def facts_of(path: Path, checks: Checks | None = None) -> PictureFacts:
    found = examine(path, checks=checks or Checks())
    assert isinstance(found, PictureFacts), found
    return found


def defect_of(path: Path, checks: Checks | None = None) -> Defect:
    found = examine(path, checks=checks or Checks())
    assert isinstance(found, Defect), found
    assert found.path == str(path)
    assert found.reason
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_picture_tells_its_facts(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, noise(), *FORMATS[name])
    facts = facts_of(path, Checks(width=64, height=36, channels=3, not_black=True))
    assert facts.bytes == path.stat().st_size
    assert len(facts.digest) == 32
    assert facts.mean == pytest.approx(0.5, abs=0.03)
    assert facts.mean == pytest.approx(sum(facts.means) / 3)
    assert not facts.is_black
    assert not facts.has_nan


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kept", ["half", "99 %", "all but 20 bytes", "all but 1 byte"])
def test_a_truncated_picture_is_a_defect_in_every_format(
    tmp_path: Path, name: str, kept: str
) -> None:
    path = write(tmp_path / name, noise(), *FORMATS[name])
    data = path.read_bytes()
    lengths = {"half": len(data) // 2, "99 %": len(data) * 99 // 100}
    lengths |= {"all but 20 bytes": len(data) - 20, "all but 1 byte": len(data) - 1}
    path.write_bytes(data[: lengths[kept]])
    assert defect_of(path).kind is K.TRUNCATED


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - ZEROS_LOOK_LIKE_PIXELS))
def test_a_tail_of_zeros_is_a_defect_where_zeros_cannot_be_pixels(
    tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / name, noise(), *FORMATS[name])
    data = path.read_bytes()
    tail = len(data) // 10
    path.write_bytes(data[:-tail] + bytes(tail))
    assert defect_of(path).kind in {K.TRUNCATED, K.UNREADABLE}


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_file_is_a_defect_in_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert defect_of(path).kind is K.EMPTY


@pytest.mark.parametrize("name", FORMATS)
def test_bytes_after_a_proper_end_are_tolerated(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, noise(), *FORMATS[name])
    whole = facts_of(path)
    path.write_bytes(path.read_bytes() + b"farm stamp" * 5)
    assert facts_of(path).means == whole.means


@pytest.mark.parametrize("compression", ["rle", "zip", "zips", "piz", "pxr24", "dwaa", "dwab"])
def test_a_black_exr_is_not_taken_for_a_truncated_one(tmp_path: Path, compression: str) -> None:
    path = write(tmp_path / "a.exr", flat(0, 0, 0, 0), "half", compression)
    assert facts_of(path).is_black


@pytest.mark.parametrize("name", ["a.png", "a.exr", "a.jpg", "a.tif", "a.tga"])
def test_a_file_that_is_no_picture_is_a_defect(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"Error: out of disk space on the render farm\n" * 20)
    assert defect_of(path).kind in {K.UNREADABLE, K.TRUNCATED}


def test_a_missing_picture_is_a_defect(tmp_path: Path) -> None:
    assert defect_of(tmp_path / "none.png").kind is K.MISSING


def test_a_flipped_bit_in_a_png_is_a_defect(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", noise())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "checksum" in defect_of(path).reason


def test_another_size_is_a_defect_that_names_both_sizes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", noise())
    found = defect_of(path, Checks(width=1920, height=1080))
    assert found.kind is K.WRONG_SIZE
    assert "1920x1080" in found.reason
    assert "64x36" in found.reason


def test_the_size_of_a_cropped_exr_is_its_display_window(tmp_path: Path) -> None:
    spec = OpenImageIO.ImageSpec(20, 10, 3, "half")
    spec.x, spec.y, spec.full_width, spec.full_height = 5, 5, 64, 36
    path = tmp_path / "cropped.exr"
    save(path, spec, noise(20, 10))
    facts = facts_of(path, Checks(width=64, height=36))
    assert (facts.width, facts.height) == (64, 36)


def test_too_few_channels_are_a_defect(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", noise())
    assert defect_of(path, Checks(channels=4)).kind is K.WRONG_CHANNELS
    assert facts_of(path, Checks(channels=3)).channels == 3


def test_not_a_number_is_a_defect_and_infinity_is_none(tmp_path: Path) -> None:
    pixels = noise()
    pixels[3, 4, 1] = np.inf
    assert facts_of(write(tmp_path / "inf.exr", pixels, "half")).mean == pytest.approx(
        0.5, abs=0.03
    )
    pixels[3, 4, 1] = np.nan
    assert defect_of(write(tmp_path / "nan.exr", pixels, "half")).kind is K.NOT_A_NUMBER


def test_infinities_of_both_signs_are_no_nan(tmp_path: Path) -> None:
    pixels = noise()
    pixels[3, 4, 1], pixels[7, 4, 1] = np.inf, -np.inf
    assert not facts_of(write(tmp_path / "inf.exr", pixels, "float")).has_nan


@pytest.mark.parametrize(
    ("name", "colour", "is_black"),
    [
        ("a.png", (0, 0, 0), True),
        ("a.png", (0, 0, 0, 1), True),
        ("transparent.png", (1, 1, 1, 0), True),
        ("a.exr", (0, 0, 0, 0), True),
        ("a.jpg", (0, 0, 0), True),
        ("dark.png", (0, 0, 1 / 255), False),
        ("dark.exr", (0, 0, 1e-4), False),
        ("a.png", (0.5, 0, 0, 1), False),
    ],
)
def test_black_or_fully_empty_pictures_are_a_defect_when_asked(
    tmp_path: Path, name: str, colour: tuple[float, ...], is_black: bool
) -> None:
    path = write(tmp_path / name, flat(*colour), "half" if name.endswith("exr") else "uint8")
    assert facts_of(path).is_black is is_black
    found = examine(path, checks=Checks(not_black=True))
    assert (isinstance(found, Defect) and found.kind is K.BLACK) is is_black


def test_colours_that_add_up_to_nothing_are_not_black(tmp_path: Path) -> None:
    pixels = flat(0.0, 0.0, 0.0)
    pixels[0, 0], pixels[0, 1] = 1.0, -1.0
    assert not facts_of(write(tmp_path / "a.exr", pixels, "float")).is_black


def test_means_are_those_of_the_colours_without_alpha(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", flat(1, 0.2, 0, 1))
    assert facts_of(path).means == pytest.approx((1, 0.2, 0), abs=0.002)


def test_a_grey_picture_has_one_mean(tmp_path: Path) -> None:
    assert facts_of(write(tmp_path / "a.png", flat(0.2))).means == pytest.approx(
        (0.2,), abs=0.002
    )


def write_layers(path: Path, names: list[str], values: list[float]) -> None:
    spec = OpenImageIO.ImageSpec(16, 9, len(names), "float")
    spec.channelnames = names
    save(path, spec, flat(*values, width=16, height=9))


def test_depth_and_other_passes_do_not_count_as_colour(tmp_path: Path) -> None:
    path = tmp_path / "layers.exr"
    names = ["V.Combined.R", "V.Combined.G", "V.Combined.B", "V.Combined.A", "V.Depth.Z"]
    write_layers(path, [*names, "V.Normal.X"], [0.1, 0.2, 0.3, 1.0, 1e10, -1.0])
    facts = facts_of(path)
    assert facts.means == pytest.approx((0.1, 0.2, 0.3))
    assert facts.channels == 6


def test_a_nan_in_any_part_of_a_multi_part_exr_is_found(tmp_path: Path) -> None:
    path = tmp_path / "parts.exr"
    specs = []
    for name in ("beauty", "depth"):
        spec = OpenImageIO.ImageSpec(16, 9, 3, "float")
        spec.attribute("oiio:subimagename", name)
        specs.append(spec)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), tuple(specs))
    assert output.write_image(flat(0.5, 0.5, 0.5, width=16, height=9))
    assert output.open(str(path), specs[1], "AppendSubimage")
    assert output.write_image(flat(0.5, np.nan, 0.5, width=16, height=9))
    assert output.close()
    assert defect_of(path).kind is K.NOT_A_NUMBER


def test_tiled_pictures_are_decoded_to_the_last_tile(tmp_path: Path) -> None:
    path = tmp_path / "tiled.exr"
    spec = OpenImageIO.ImageSpec(50, 40, 3, "half")
    spec.tile_width = spec.tile_height = 16
    save(path, spec, noise(50, 40))
    assert facts_of(path).mean == pytest.approx(0.5, abs=0.03)
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    assert defect_of(path).kind is K.TRUNCATED


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    one = write(tmp_path / "one.exr", noise(), "half")
    other = tmp_path / "other.exr"
    other.write_bytes(one.read_bytes())
    assert facts_of(one).digest == facts_of(other).digest
    other.write_bytes(one.read_bytes() + b"x")
    assert facts_of(one).digest != facts_of(other).digest


def test_the_pixels_of_two_files_with_other_heads_have_one_digest(tmp_path: Path) -> None:
    """Renderers write the time of rendering into their files."""
    checks = Checks(outliers=True)
    found = []
    for number, colour in ((1, 0.5), (2, 0.5), (3, 0.6)):
        path = tmp_path / f"{number}.png"
        spec = OpenImageIO.ImageSpec(32, 18, 3, "uint8")
        spec.attribute("ImageDescription", f"rendered at {number}")
        save(path, spec, flat(colour, colour, colour))
        found.append(facts_of(path, checks))
    one, same, other = found
    assert one.digest != same.digest
    assert one.pixels == same.pixels != other.pixels
    assert facts_of(tmp_path / "1.png").pixels == ""


def test_pictures_are_examined_in_many_threads_at_once(tmp_path: Path) -> None:
    good = [write(tmp_path / f"{n}.png", flat(n / 10, 0, 0)) for n in range(10)]
    bad = tmp_path / "bad.exr"
    bad.write_bytes(b"no picture")
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda path: examine(path, checks=Checks()), [*good, bad, bad] * 5)
        )
    for start in range(0, len(found), 12):
        means = [
            each.means[0] for each in found[start : start + 10] if not isinstance(each, Defect)
        ]
        assert means == pytest.approx([n / 10 for n in range(10)], abs=0.002)
        assert all(isinstance(each, Defect) for each in found[start + 10 : start + 12])


QUIET_PROGRAM = """
import sys, threading
from pathlib import Path
from framecrew.media.pictures import examine
from framecrew.model.outputs import Checks
paths = [Path(each) for each in sys.argv[1:]]
work = lambda: [examine(each, checks=Checks()) for each in paths]
thread = threading.Thread(target=work); thread.start(); thread.join(); work()
"""


def test_decoders_print_nothing_of_their_own(tmp_path: Path) -> None:
    cut = []
    for name, how in FORMATS.items():
        path = write(tmp_path / name, noise(), *how)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        cut.append(str(path))
    text = tmp_path / "text.tif"
    text.write_bytes(b"no picture at all")
    done = subprocess.run(
        [sys.executable, "-c", QUIET_PROGRAM, *cut, str(text)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
