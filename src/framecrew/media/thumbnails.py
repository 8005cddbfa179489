"""Thumbnails: small pictures for people, as JPEG bytes, and many of them on one sheet.

Colour is shown the way a film is encoded (`docs/film.md`): integers as they are, scene-linear
floats through the sRGB curve. What is transparent lies over black.
"""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from framecrew.media.decoders import DecoderGoneError, decoded
from framecrew.media.pixels import FULL_SCALE, Part, UndecodableError, open_picture
from framecrew.model.outputs import DefectKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from framecrew.media.pixels import Strip

    Display = npt.NDArray[np.float32]

QUALITY = 85
GAP = 4
"""Pixels between the pictures of a sheet."""
BACKGROUND = 0.1


def thumbnail(path: Path, width: int) -> bytes:
    """A picture as a JPEG that is `width` pixels wide, or less if the picture is.

    Raises UndecodableError when the picture cannot be decoded to its last pixel.
    """
    try:
        return decoded(_thumbnail, path, width)
    except DecoderGoneError:
        raise UndecodableError(DefectKind.UNREADABLE, "whoever decodes it crashes") from None


def _thumbnail(path: Path, width: int) -> bytes:
    return _jpeg(_small(path, width))


def contact_sheet(paths: Sequence[Path], columns: int, *, width: int = 240) -> bytes:
    """Pictures side by side, row after row, each `width` pixels wide, as a JPEG.

    A picture that cannot be decoded leaves its place empty, so that counting places finds it.
    """
    if not paths:
        raise ValueError("a contact sheet needs at least one picture; none was given")
    return decoded(_contact_sheet, paths, columns, width)


def _contact_sheet(paths: Sequence[Path], columns: int, width: int) -> bytes:
    import numpy as np

    cells = [_small_or_none(path, width) for path in paths]
    columns = max(1, min(columns, len(cells)))
    rows = math.ceil(len(cells) / columns)
    height = max((cell.shape[0] for cell in cells if cell is not None), default=width)
    sheet = np.full(
        (rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3),
        BACKGROUND,
        dtype=np.float32,
    )
    for index, cell in enumerate(cells):
        if cell is None:
            continue
        row, column = divmod(index, columns)
        top = GAP + row * (height + GAP) + (height - cell.shape[0]) // 2
        left = GAP + column * (width + GAP) + (width - cell.shape[1]) // 2
        sheet[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
    return _jpeg(sheet)


def _small_or_none(path: Path, width: int) -> "Display | None":
    try:
        return _small(path, width)
    except (UndecodableError, OSError):
        return None


def _small(path: Path, width: int) -> "Display":
    """A picture as it is shown, reduced by averaging: three channels from 0 to 1."""
    import numpy as np

    with open_picture(path) as picture:
        part = next(picture.parts(), None)
        if part is None:
            raise UndecodableError(DefectKind.UNREADABLE, "it holds no picture")
        strips = [_coloured(strip, part) for strip in picture.strips(part)]
    if not strips:
        raise UndecodableError(DefectKind.UNREADABLE, "it holds deep samples, nothing to show")
    whole: Strip = np.concatenate(strips)
    small = _reduced(whole, width)
    if not part.is_float:
        return _scaled(small, _full_scale(whole))
    # Light is averaged before the curve: half white, half black is brighter than grey 128.
    if not np.isfinite(small).all():
        small = _reduced(np.nan_to_num(whole, nan=0.0, posinf=1.0, neginf=0.0), width)
    return _srgb(small)


def _coloured(strip: "Strip", part: Part) -> "Strip":
    """The three colour channels, over black: straight alpha makes them floats from 0 to 1.

    Float formats are stored multiplied by alpha, which is the picture over black already.
    """
    colour = [part.colour[min(index, len(part.colour) - 1)] for index in range(3)]
    values: Strip = strip[:, :, colour] if colour != list(range(strip.shape[2])) else strip
    if part.is_float or part.alpha is None:
        return values
    full = _full_scale(strip)
    return _scaled(values, full) * _scaled(strip[:, :, part.alpha, None], full)


def _scaled(values: "Strip", full: int) -> "Display":
    import numpy as np

    shown: Display = values.astype(np.float32) / np.float32(full)
    return shown


def _full_scale(values: "Strip") -> int:
    """White: 1 for floats."""
    return 1 if values.dtype.kind == "f" else FULL_SCALE[values.dtype.itemsize]


def _reduced(values: "Strip", width: int) -> "Display":
    """Averages of boxes, three times as fast as the library's box filter."""
    import numpy as np

    height, full_width = values.shape[:2]
    if full_width <= width:
        return values.astype(np.float32)
    rows = _box_starts(height, max(1, round(height * width / full_width)))
    columns = _box_starts(full_width, width)
    sums = np.add.reduceat(values, rows[:-1], axis=0, dtype=np.float32)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    sizes = np.diff(rows)[:, None, None] * np.diff(columns)[None, :, None]
    averages: Display = (sums / sizes).astype(np.float32)
    return averages


def _box_starts(length: int, boxes: int) -> "npt.NDArray[np.intp]":
    """Where each box begins, and the end of the last."""
    import numpy as np

    return np.arange(boxes + 1, dtype=np.intp) * length // boxes


def _srgb(linear: "Display") -> "Display":
    """The curve of IEC 61966-2-1, after clipping to 0 to 1."""
    import numpy as np

    values = np.clip(linear, 0.0, 1.0)
    bright = 1.055 * np.power(values, 1 / 2.4) - 0.055
    shown: Display = np.where(values <= 0.0031308, values * 12.92, bright).astype(np.float32)
    return shown


def _jpeg(pixels: "Display") -> bytes:
    import numpy as np
    import OpenImageIO

    height, width = pixels.shape[:2]
    spec = OpenImageIO.ImageSpec(width, height, 3, "uint8")
    spec.attribute("Compression", f"jpeg:{QUALITY}")
    values = np.ascontiguousarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    # The library's Python side writes to files only.
    with tempfile.TemporaryDirectory(prefix="framecrew-") as folder:
        path = Path(folder) / "picture.jpg"
        output = OpenImageIO.ImageOutput.create(str(path))
        if output is None or not output.open(str(path), spec):
            raise OSError(f"no JPEG can be written: {OpenImageIO.geterror()}")
        is_written = output.write_image(values) and output.close()
        if not is_written:
            raise OSError(f"no JPEG can be written: {output.geterror()}")
        return path.read_bytes()
