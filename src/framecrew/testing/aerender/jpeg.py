"""A baseline JPEG whose every cell of 8 by 8 pixels has one value: grey, in three components.

Such a cell is its mean and nothing else, so neither cosines nor quantisation are needed.
"""

import struct
from collections.abc import Callable

CELL = 8
SIZES = 12
"""Lengths in bits that a difference of means can have: 0 to 11."""


def jpeg(width: int, height: int, value_at: Callable[[int, int], int]) -> bytes:
    """Each cell gets the value (0 to 255) of the pixel in its middle."""
    bits: list[str] = []
    before = 0
    for top in range(0, height, CELL):
        for left in range(0, width, CELL):
            x, y = min(left + CELL // 2, width - 1), min(top + CELL // 2, height - 1)
            mean = (value_at(x, y) - 128) * CELL
            bits += (_difference(mean - before), "0", *("0000", "0") * 2)
            before = mean
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    stream = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    scan = b"".join(bytes([number, 0x00]) for number in (1, 2, 3))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _segment(0xDB, b"\0" + b"\1" * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + components),
            # Means: all twelve lengths as codes of four bits. The rest: "nothing more", as 0.
            _segment(0xC4, b"\x00" + bytes([0, 0, 0, SIZES, *[0] * 12]) + bytes(range(SIZES))),
            _segment(0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
            _segment(0xDA, b"\3" + scan + b"\0\x3f\0"),
            stream,
            b"\xff\xd9",
        )
    )


def _difference(value: int) -> str:
    size = abs(value).bit_length()
    if size == 0:
        return "0000"
    stored = value if value > 0 else value + (1 << size) - 1
    return f"{size:04b}{stored:0{size}b}"


def _segment(mark: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data
