"""Which frame a stand-in's picture or film shows: read back from the decoded pixels."""

import struct
import subprocess
import zlib
from pathlib import Path

from framecrew.testing.aerender.pixels import (
    BITS,
    COLUMNS,
    ROWS,
    code_of_blocks,
    frame_of,
)

JPEG_ENDINGS = {".jpg", ".jpeg"}


def read_frame_number(picture: Path) -> int | None:
    """The frame that a whole picture of a stand-in shows; None for a black one.

    Raises ValueError when its pixels do not agree.
    """
    if picture.suffix.lower() == ".png":
        return _one_pixel(picture, *_png_rows(picture))
    return _decoded(picture)


def read_film_frame_numbers(film: Path, ffmpeg: str = "ffmpeg") -> list[int | None]:
    """The frame that each picture of a film shows, in order; None for a black one.

    Raises ValueError when ffmpeg cannot decode the film to its end.
    """
    grid = f"scale={COLUMNS}:{ROWS}:flags=area,format=gray"
    values = _decode(film, ffmpeg, "-map", "0:v:0", "-vf", grid, "-f", "rawvideo")
    return [
        frame_of(code_of_blocks(values[place : place + BITS]))
        for place in range(0, len(values), BITS)
    ]


def read_film_samples(film: Path, ffmpeg: str = "ffmpeg") -> bytes:
    """The sound of a film: 16 bit, stereo, 48 kHz, to be compared with `comp_samples`."""
    return _decode(film, ffmpeg, "-map", "0:a:0", "-f", "s16le", "-ar", "48000", "-ac", "2")


def _decode(film: Path, ffmpeg: str, *arguments: str) -> bytes:
    timing = ("-fps_mode", "passthrough") if "-vf" in arguments else ()
    command = [ffmpeg, "-v", "error", "-nostdin", "-i", str(film), *timing, *arguments, "-"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0 or done.stderr:
        raise ValueError(f"{film} cannot be decoded: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _png_rows(picture: Path) -> tuple[int, int, int, bytes]:
    """Width, height, bytes of a pixel, and the rows as they are stored."""
    data, pixels, place = picture.read_bytes(), b"", 8
    width, height, _depth, kind = struct.unpack(">IIBB", data[16:26])
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            pixels += data[place + 8 : place + 8 + size]
        place += size + 12
    return width, height, 4 if kind == 6 else 3, zlib.decompress(pixels)


def _one_pixel(picture: Path, width: int, height: int, size: int, rows: bytes) -> int | None:
    pixel = rows[1 : 1 + size]
    if rows != (b"\0" + pixel * width) * height:
        raise ValueError(f"{picture} shows more than one frame")
    return frame_of(int.from_bytes(pixel[:3], "big"))


def _decoded(picture: Path) -> int | None:
    """A picture of another format, by the decoder that proves frames."""
    from framecrew.media.pixels import open_picture

    with open_picture(picture) as opened:
        part = next(opened.parts())
        rows = [row for strip in opened.strips(part) for row in strip.tolist()]
    white = 1 if part.is_float else 255
    if picture.suffix.lower() in JPEG_ENDINGS:
        blocks = (
            rows[(2 * y + 1) * part.height // (2 * ROWS)][
                (2 * x + 1) * part.width // (2 * COLUMNS)
            ][0]
            for y in range(ROWS)
            for x in range(COLUMNS)
        )
        return frame_of(code_of_blocks(bytes(blocks)))
    pixels = {
        tuple(round(value / white * 255) for value in pixel) for row in rows for pixel in row
    }
    if len(pixels) != 1:
        raise ValueError(f"{picture} shows more than one frame")
    return frame_of(int.from_bytes(bytes(pixels.pop()[:3]), "big"))
