"""A picture examined: decoded to its last pixel, measured, compared with what it must be."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from framecrew.media.decoders import DecoderGoneError, decoded
from framecrew.media.digests import PixelDigest, digest_of, read_digest_of
from framecrew.media.ends import (
    JPEG_SIGNATURE,
    PNG_SIGNATURE,
    RIFF_SIGNATURE,
    ZERO_TAIL,
    find_jpeg_fault,
    find_png_fault,
    find_tga_fault,
    find_webp_fault,
    has_zero_tail,
)
from framecrew.media.pixels import FULL_SCALE, Part, UndecodableError, open_picture
from framecrew.model.outputs import Checks, Defect, DefectKind, PictureFacts

if TYPE_CHECKING:
    from framecrew.media.pixels import Strip

NEVER_ENDS_IN_ZEROS = frozenset({"rle", "zip", "zips", "piz", "pxr24", "dwaa", "dwab"})
"""EXR compressions whose last block is no run of zeros; b44 and none store plain pixels."""


def examine(path: Path, *, checks: Checks) -> PictureFacts | Defect:
    """Decode a picture whole and say what it is, or the first thing that is wrong with it.

    May run in any number of threads. Beside decoding, only the file's bytes are read, once, for
    its digest and (PNG, JPEG, WebP, TGA) for its end, which decoders do not insist on.
    """
    try:
        return decoded(_examined, path, checks)
    except DecoderGoneError:
        reason = "whoever decodes it crashes"
        return Defect(kind=DefectKind.UNREADABLE, path=str(path), reason=reason)


def _examined(path: Path, checks: Checks) -> PictureFacts | Defect:
    try:
        size, digest, tail = _read_file(path)
        measured = _measure(path, tail, with_pixels=checks.outliers)
    except FileNotFoundError:
        return Defect(kind=DefectKind.MISSING, path=str(path), reason="there is no such file")
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        return Defect(kind=DefectKind.UNREADABLE, path=str(path), reason=reason)
    except UndecodableError as error:
        return Defect(kind=error.kind, path=str(path), reason=error.reason)
    facts = PictureFacts(
        width=measured.width,
        height=measured.height,
        channels=measured.channels,
        bytes=size,
        digest=digest,
        mean=sum(measured.means) / len(measured.means) if measured.means else 0.0,
        is_black=measured.is_black,
        has_nan=measured.has_nan,
        means=measured.means,
        pixels=measured.pixels,
    )
    return find_defect(path, facts, checks=checks) or facts


def find_defect(path: Path, facts: PictureFacts, *, checks: Checks) -> Defect | None:
    """Compare a whole picture with what it must be: size, channels, real numbers, not black."""
    wanted = (checks.width or facts.width, checks.height or facts.height)
    if wanted != (facts.width, facts.height):
        return Defect(
            kind=DefectKind.WRONG_SIZE,
            path=str(path),
            reason=f"wanted {wanted[0]}x{wanted[1]} pixels, found {facts.width}x{facts.height}",
        )
    if checks.channels is not None and facts.channels < checks.channels:
        return Defect(
            kind=DefectKind.WRONG_CHANNELS,
            path=str(path),
            reason=f"wanted at least {checks.channels} channels, found {facts.channels}",
        )
    if facts.has_nan:
        return Defect(
            kind=DefectKind.NOT_A_NUMBER,
            path=str(path),
            reason="some of its values are not a number (NaN)",
        )
    if checks.not_black and facts.is_black:
        return Defect(
            kind=DefectKind.BLACK,
            path=str(path),
            reason="it is pure black or fully transparent",
        )
    return None


def _read_file(path: Path) -> tuple[int, str, bytes]:
    """Size, digest and last bytes of a file whose end mark, if its format has one, is there."""
    with path.open("rb") as file:
        head = file.read(len(PNG_SIGNATURE))
        if not head:
            raise UndecodableError(DefectKind.EMPTY, "it has 0 bytes")
        file.seek(0)
        find_fault = _fault_finder(head, path.suffix.lower())
        if find_fault is None:
            return _read_by_blocks(file)
        data = file.read()
    if fault := find_fault(data):
        raise UndecodableError(DefectKind.TRUNCATED, fault)
    return len(data), digest_of(data), data[-ZERO_TAIL:]


def _fault_finder(head: bytes, ending: str) -> Callable[[bytes], str | None] | None:
    """Tell by the first bytes, as decoders do; for TGA, which has none, the ending tells."""
    if head == PNG_SIGNATURE:
        return find_png_fault
    if head.startswith(JPEG_SIGNATURE):
        return find_jpeg_fault
    if head.startswith(RIFF_SIGNATURE):
        return find_webp_fault
    return find_tga_fault if ending == ".tga" else None


def _read_by_blocks(file: BufferedReader) -> tuple[int, str, bytes]:
    digest = read_digest_of(file)
    size = file.tell()
    file.seek(max(0, size - ZERO_TAIL))
    return size, digest, file.read(ZERO_TAIL)


@dataclass(slots=True)
class _Measured:
    """What was seen of a picture while its strips went by; its first part is the frame."""

    width: int = 0
    height: int = 0
    channels: int = 0
    means: tuple[float, ...] = ()
    is_black: bool = False
    has_nan: bool = False
    pixels: str = ""
    compressions: set[str] = field(default_factory=set)


def _measure(path: Path, tail: bytes, *, with_pixels: bool) -> _Measured:
    measured = _Measured()
    pixels = PixelDigest() if with_pixels else None
    with open_picture(path) as picture:
        for part in picture.parts():
            measured.compressions.add(part.compression)
            totals = _PartTotals(part)
            for strip in picture.strips(part):
                totals.add(strip)
                if pixels is not None:
                    pixels.add(strip)
            measured.has_nan |= totals.has_nan
            if part.number == 0:
                measured.width, measured.height = part.full_width, part.full_height
                measured.channels = part.channels
                measured.means = totals.means()
                measured.is_black = totals.is_black
    if pixels is not None:
        measured.pixels = pixels.text
    if measured.compressions <= NEVER_ENDS_IN_ZEROS and has_zero_tail(tail):
        raise UndecodableError(
            DefectKind.TRUNCATED,
            f"its last {ZERO_TAIL} bytes or more are zeros, not picture data",
        )
    return measured


class _PartTotals:
    """Sums over the strips of one part."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._sums = [0.0] * part.channels
        self._scale = 1.0
        self._has_colour = False
        self._has_alpha = part.alpha is None
        self._rows = 0
        self.has_nan = False

    def add(self, strip: "Strip") -> None:
        import numpy as np

        rows, columns, channels = strip.shape
        self._rows += rows
        whole = strip.dtype.kind == "u"
        if whole:
            self._scale = 1.0 / FULL_SCALE[strip.dtype.itemsize]
        # Rows first, then columns: adding along the long axis is four times as fast.
        total_kind = np.uint64 if whole else np.float64
        with np.errstate(invalid="ignore", over="ignore"):
            by_column = strip.reshape(rows, columns * channels).sum(axis=0, dtype=total_kind)
            sums = by_column.reshape(columns, channels).sum(axis=0)
        if not whole and not np.isfinite(sums).all():
            self.has_nan |= bool(np.isnan(strip).any())
            sums = np.where(np.isfinite(strip), strip, 0).sum(axis=(0, 1), dtype=np.float64)
        self._sums = [old + float(new) for old, new in zip(self._sums, sums, strict=True)]
        self._has_colour = self._has_colour or _is_lit(strip, sums, self._part.colour)
        if self._part.alpha is not None:
            self._has_alpha = self._has_alpha or _is_lit(strip, sums, (self._part.alpha,))

    def means(self) -> tuple[float, ...]:
        """Mean of each colour channel over the finite values; empty for deep pictures."""
        pixels = self._rows * self._part.width
        if pixels == 0:
            return ()
        found = tuple(self._sums[index] / pixels * self._scale for index in self._part.colour)
        return tuple(mean if math.isfinite(mean) else 0.0 for mean in found)

    @property
    def is_black(self) -> bool:
        return self._rows > 0 and not (self._has_colour and self._has_alpha)


def _is_lit(strip: "Strip", sums: Sequence[float], channels: tuple[int, ...]) -> bool:
    """Whether any value is not zero; a sum of 0 is looked into, for floats can be negative."""
    if any(sums[index] for index in channels):
        return True
    return strip.dtype.kind == "f" and bool(strip[:, :, channels].any())
