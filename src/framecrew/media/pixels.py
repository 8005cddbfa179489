"""Pixels of a picture file, decoded to the last one, a strip of rows at a time.

1. Everything is decoded: all parts of a multi-part EXR, all channels, all rows.
2. Nothing is cached: the same path a second later may be another picture.
3. Integers stay integers (8 or 16 bits); all else comes as 32-bit floats.
4. Colour is as stored: a PNG's straight alpha is not multiplied into its colour.
5. Any number of threads may decode at once: decoding frees the interpreter's lock (measured:
   two threads decode twice as much), and a decoder keeps to the thread that called it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from framecrew.model.outputs import DefectKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Strip = npt.NDArray[Any]
    """8-bit or 16-bit unsigned integers, or 32-bit floats."""

FULL_SCALE = {1: 255, 2: 65535}
"""White, by bytes of an integer value."""

ROWS = 64
"""A strip of 64 rows stays in the processor's cache: 10 to 40 % faster than whole pictures."""
ROWS_OF_COMPRESSION = {"dwab": 256}
"""Where a compressed block is higher than a strip, each strip would decode it again."""

# How the decoders word a file that ended too early (OpenImageIO 3 and what it uses).
_SIGNS_OF_TRUNCATION = (
    "early end",
    "end of file",
    "failed to read scanlines",
    "got ",
    "implausible",
    "incorrect data check",
    "invalid scanline position",
    "missing or corrupted",
    "premature",
    "read error",
    "read_io",
)


class UndecodableError(Exception):
    """A picture cannot be decoded to its last pixel; says which defect that is."""

    def __init__(self, kind: DefectKind, reason: str) -> None:
        self.kind = kind
        self.reason = reason
        super().__init__(reason)

    def __reduce__(self) -> tuple[type, tuple[DefectKind, str]]:
        """From one process to another it comes with both."""
        return type(self), (self.kind, self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One picture inside a file; all formats but multi-part EXR (and animations) have one."""

    number: int
    width: int
    height: int
    """Pixels that are stored: the data window."""
    full_width: int
    full_height: int
    """The display window, which is a frame's size; EXR can store more of it, or less."""
    channels: int
    is_float: bool
    """Scene-linear values; else display-referred integers."""
    colour: tuple[int, ...]
    """Indices of the channels a person would look at."""
    alpha: int | None
    compression: str


@cache
def _library() -> ModuleType:
    """OpenImageIO, told once to decode in the calling thread: frames are our threads."""
    import OpenImageIO

    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", -1)
    return OpenImageIO


def load_libraries() -> None:
    """What decoding needs, before there is anything to decode."""
    import numpy as np  # noqa: F401  loaded is all that is wanted

    _library()


@contextmanager
def open_picture(path: Path) -> Iterator["Picture"]:
    """Open a picture; UndecodableError when its head is not one of a picture."""
    library = _library()
    hints = library.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    decoder = library.ImageInput.open(str(path), hints)
    if decoder is None:
        # Kept for each thread until it is fetched; unfetched it is printed when that ends.
        raise _undecodable(library.geterror())
    try:
        yield Picture(library, decoder)
    finally:
        decoder.close()
        decoder.geterror()


class Picture:
    """An open picture file; its parts and their strips are read in order."""

    def __init__(self, library: ModuleType, decoder: Any) -> None:  # noqa: ANN401
        self._library = library
        self._decoder = decoder

    def parts(self) -> Iterator[Part]:
        number = 0
        while self._decoder.seek_subimage(number, 0):
            yield _part(number, self._decoder.spec())
            number += 1
        if self._decoder.has_error and number == 0:
            raise _undecodable(self._decoder.geterror())
        self._decoder.geterror()

    def strips(self, part: Part) -> Iterator["Strip"]:
        """All rows of a part from top to bottom, each strip as rows, columns and channels."""
        self._decoder.seek_subimage(part.number, 0)
        spec = self._decoder.spec()
        if spec.deep:
            self._read_deep(part)
            return
        height = spec.tile_height or ROWS_OF_COMPRESSION.get(part.compression, ROWS)
        for top in range(spec.y, spec.y + spec.height, height):
            bottom = min(top + height, spec.y + spec.height)
            yield self._read_rows(spec, part.number, top, bottom)

    def _read_rows(self, spec: Any, number: int, top: int, bottom: int) -> "Strip":  # noqa: ANN401
        kept = (self._library.UINT8, self._library.UINT16)
        kind = spec.format if spec.format in kept else self._library.FLOAT
        left, right, depth = spec.x, spec.x + spec.width, spec.z
        if spec.tile_height:
            rows = self._decoder.read_tiles(
                number, 0, left, right, top, bottom, depth, depth + 1, 0, spec.nchannels, kind
            )
        else:
            rows = self._decoder.read_scanlines(
                number, 0, top, bottom, depth, 0, spec.nchannels, kind
            )
        # A JPEG decoder fills what is missing with grey, gives rows and an error besides.
        if rows is None or self._decoder.has_error:
            raise _undecodable(self._decoder.geterror())
        whole: Strip = rows.reshape(bottom - top, spec.width, spec.nchannels)
        return whole

    def _read_deep(self, part: Part) -> None:
        """Decode deep samples, which have no plain pixels to show."""
        if self._decoder.read_native_deep_image(part.number, 0) is None:
            raise _undecodable(self._decoder.geterror())


def _part(number: int, spec: Any) -> Part:  # noqa: ANN401
    names: tuple[str, ...] = spec.channelnames
    alpha = spec.alpha_channel if spec.alpha_channel >= 0 else None
    return Part(
        number=number,
        width=spec.width,
        height=spec.height,
        full_width=spec.full_width,
        full_height=spec.full_height,
        channels=spec.nchannels,
        is_float=str(spec.format) in {"half", "float", "double"},
        colour=_colour_channels(names, alpha, spec.z_channel),
        alpha=alpha,
        compression=spec.get_string_attribute("compression"),
    )


def _colour_channels(names: tuple[str, ...], alpha: int | None, depth: int) -> tuple[int, ...]:
    """Red, green and blue of the beauty pass, as far as the names tell.

    Plain `R G B` come first, then those of a layer called Combined or beauty, such as
    `View Layer.Combined.R`, then those of the first layer that has them, then whatever is
    neither alpha nor depth.
    """
    layers: dict[str, dict[str, int]] = {}
    for index, name in enumerate(names):
        layer, _, last = name.rpartition(".")
        layers.setdefault(layer, {})[last.upper()] = index
    coloured = [layer for layer, found in layers.items() if {"R", "G", "B"} <= found.keys()]
    if coloured:
        best = min(
            coloured,
            key=lambda layer: (
                layer != "",
                not layer.lower().endswith(("combined", "beauty", "rgba", "rgb")),
            ),
        )
        return tuple(layers[best][name] for name in ("R", "G", "B"))
    rest = tuple(index for index in range(len(names)) if index not in {alpha, depth})
    return rest[:3] if len(rest) >= 3 else rest[:1] or (0,)


def _undecodable(reason: str) -> UndecodableError:
    """Word a decoder's complaint; a file that ended early is told from one that is damaged."""
    lines = reason.strip().splitlines()
    text = lines[0].strip() if lines else "the decoder gave no reason"
    lowered = text.lower()
    is_cut = any(sign in lowered for sign in _SIGNS_OF_TRUNCATION)
    kind = DefectKind.TRUNCATED if is_cut else DefectKind.UNREADABLE
    return UndecodableError(kind, text)
