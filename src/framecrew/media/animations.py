"""Animations (GIF, WebP) examined: every stored frame decoded, its time compared, its mark read.

Each frame tells how long it is shown, in parts of a second, and frames that are the same may be
stored as one; so how many there are is told by time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from framecrew.media.decoders import DecoderGoneError, decoded

TICKS = {".gif": 100, ".webp": 1000}
"""Parts of a second that these files count in, by ending."""

_DESCRIPTION = re.compile(rb'dc:description="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """What a whole animation holds."""

    width: int
    height: int
    channels: int
    delays: tuple[int, ...]
    """Of each stored frame, in ticks."""
    mark: str
    """What its maker wrote into it; empty when there is nothing."""


class NotWholeError(Exception):
    """The file is no whole animation; the message says what is wrong with it."""


def read_animation(path: Path) -> Animation:
    """Decode it to its last frame. NotWholeError if that cannot be done."""
    try:
        return decoded(_read_animation, path)
    except DecoderGoneError:
        raise NotWholeError("whoever decodes it crashes") from None


def _read_animation(path: Path) -> Animation:
    import OpenImageIO

    data = path.read_bytes()
    try:
        delays, mark = _read_gif(data) if data[:3] == b"GIF" else _read_webp(data)
    except IndexError:
        raise NotWholeError("it ends too soon") from None
    decoder = OpenImageIO.ImageInput.open(str(path))
    if decoder is None:
        raise NotWholeError(f"it cannot be read: {OpenImageIO.geterror()}")
    try:
        spec = decoder.spec()
        for number in range(len(delays)):
            if not decoder.seek_subimage(number, 0) or decoder.read_image() is None:
                raise NotWholeError(
                    f"its frame {number + 1} cannot be decoded: {decoder.geterror()}"
                )
    finally:
        decoder.close()
    return Animation(
        width=spec.full_width,
        height=spec.full_height,
        channels=spec.nchannels,
        delays=delays,
        mark=mark,
    )


def count_frames(delays: tuple[int, ...], fps: Fraction, ticks: int) -> int | str:
    """How many frames of a film of this rate these are, or why they are none of it."""
    begin = number = 0
    for place, delay in enumerate(delays, start=1):
        begin += delay
        number = round(begin * fps / ticks)
        if abs(begin - number * ticks / fps) > 1:
            return f"its stored frame {place} ends at {begin} parts of {ticks} of a second, on no frame"
    return number


# ── GIF ───────────────────────────────────────────────────────────────────────────────────────

_TRAILER, _EXTENSION, _CONTROL, _COMMENT = 0x3B, 0x21, 0xF9, 0xFE


def _read_gif(data: bytes) -> tuple[tuple[int, ...], str]:
    place = 13 + _table_bytes(data[10])
    delay, delays, mark = 0, list[int](), ""
    while data[place] != _TRAILER:
        kind = data[place + 1] if data[place] == _EXTENSION else None
        if kind is None:
            delays.append(delay)
            place += 10 + _table_bytes(data[place + 9]) + 1
        else:
            place += 2
        told = bytearray()
        while size := data[place]:
            told += data[place + 1 : place + 1 + size]
            place += 1 + size
        place += 1
        if kind == _CONTROL:
            delay = int.from_bytes(told[1:3], "little")
        elif kind == _COMMENT:
            mark = told.decode("utf-8", "replace")
    return tuple(delays), mark


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


# ── WebP ──────────────────────────────────────────────────────────────────────────────────────


def _read_webp(data: bytes) -> tuple[tuple[int, ...], str]:
    delays, mark = list[int](), ""
    for name, body in _chunks(data):
        if name == b"ANMF":
            delays.append(int.from_bytes(body[12:15], "little"))
        elif name == b"XMP " and (found := _DESCRIPTION.search(body)):
            mark = found[1].decode("utf-8", "replace")
    return tuple(delays), mark


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + size > len(data):
            raise IndexError(place)
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += 8 + size + (size & 1)
