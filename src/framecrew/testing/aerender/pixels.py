"""A frame's number in its pixels, and back.

Pictures: every pixel is the number plus one as 24 bits, red the highest; black is no number.
Lossy pictures and films: the same 24 bits as blocks of black and white, six in a row and four
rows, the highest bit first, so that a lossy encoder cannot lose them.
"""

COLUMNS, ROWS = 6, 4
BITS = COLUMNS * ROWS
MODULUS = 0xFFFFFF
ALPHA = 128
"""Of every pixel, where alpha is stored: neither of the values a lost channel would have."""


def code_of(frame: int, *, black: bool = False) -> int:
    return 0 if black else frame % MODULUS + 1


def frame_of(code: int) -> int | None:
    if code == 0:
        return None
    return code - 1 if code <= MODULUS // 2 else code - 1 - MODULUS


def colour_of(code: int) -> bytes:
    return code.to_bytes(3, "big")


def is_white(code: int, x: int, y: int, width: int, height: int) -> bool:
    """Whether the pixel stands in a block that is a 1."""
    block = y * ROWS // height * COLUMNS + x * COLUMNS // width
    return bool(code >> (BITS - 1 - block) & 1)


def blocks(code: int, width: int, height: int, *, alpha: bool) -> bytes:
    """A picture of blocks as raw pixels: RGB, or RGBA."""
    tail = bytes([ALPHA]) if alpha else b""
    white, black = b"\xff\xff\xff" + tail, b"\0\0\0" + tail
    rows = bytearray()
    for row in range(ROWS):
        top, bottom = -(-row * height // ROWS), -(-(row + 1) * height // ROWS)
        line = b"".join(
            white if is_white(code, x, top, width, height) else black for x in range(width)
        )
        rows += line * (bottom - top)
    return bytes(rows)


def code_of_blocks(values: bytes) -> int:
    """The number that blocks show; a value for each, 0 to 255."""
    code = 0
    for value in values:
        code = code << 1 | (value > 127)
    return code
