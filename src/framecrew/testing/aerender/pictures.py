"""Real picture files, written with the standard library alone: PNG, TIFF, EXR and JPEG.

They are what such files are, and no more: TIFF and EXR are not compressed, and a JPEG holds
blocks of one value each (`pixels.blocks` says why that is enough).
"""

import struct
import zlib

from framecrew.testing.aerender.pixels import ALPHA, colour_of, is_white

PICTURE_ENDINGS = {"png": ".png", "tiff": ".tif", "exr": ".exr", "jpeg": ".jpg"}


def picture(kind: str, width: int, height: int, code: int, *, alpha: bool) -> bytes:
    """A whole picture that shows the number `code`; a JPEG has no alpha."""
    if kind == "jpeg":
        from framecrew.testing.aerender.jpeg import jpeg

        return jpeg(
            width, height, lambda x, y: 255 if is_white(code, x, y, width, height) else 0
        )
    pixel = colour_of(code) + (bytes([ALPHA]) if alpha else b"")
    write = {"png": png, "tiff": tiff, "exr": exr}[kind]
    return write(width, height, pixel)


def png(width: int, height: int, pixel: bytes) -> bytes:
    """8 bits; RGB, or RGBA when the pixel has four bytes."""
    rows = (b"\0" + pixel * width) * height
    kind = 6 if len(pixel) == 4 else 2
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + _png_chunk(b"IDAT", zlib.compress(rows, 1))
        + _png_chunk(b"IEND", b"")
    )


def tiff(width: int, height: int, pixel: bytes) -> bytes:
    """8 bits, one strip that ends with the file; a fourth byte is straight alpha."""
    samples = len(pixel)
    short, long = 3, 4
    entries = [
        (256, long, [width]),
        (257, long, [height]),
        (258, short, [8] * samples),
        (259, short, [1]),  # Not compressed.
        (262, short, [2]),  # RGB.
        (273, long, [0]),  # Where the strip begins: filled in below.
        (277, short, [samples]),
        (278, long, [height]),
        (279, long, [width * height * samples]),
        (284, short, [1]),
    ]
    if samples == 4:
        entries.append((338, short, [2]))
    bits_at = 8 + 2 + 12 * len(entries) + 4
    pixels_at = bits_at + 2 * samples
    directory = struct.pack("<H", len(entries))
    for tag, kind, values in entries:
        value = bits_at if tag == 258 else pixels_at if tag == 273 else values[0]
        directory += struct.pack("<HHII", tag, kind, len(values), value)
    bits = struct.pack(f"<{samples}H", *[8] * samples)
    head = struct.pack("<2sHI", b"II", 42, 8)
    return head + directory + bytes(4) + bits + pixel * (width * height)


def exr(width: int, height: int, pixel: bytes) -> bytes:
    """Half floats from 0 to 1, one scanline after the other."""
    values = dict(zip("RGBA", pixel, strict=False))
    names = sorted(values)
    channels = b"".join(
        name.encode() + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in names
    )
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    head = struct.pack("<ii", 20000630, 2)
    for name, kind, value in (
        ("channels", "chlist", channels + b"\0"),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ):
        head += f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value
    head += b"\0"
    line = b"".join(struct.pack("<e", values[name] / 255) * width for name in names)
    first = len(head) + 8 * height
    places = [first + y * (8 + len(line)) for y in range(height)]
    lines = (struct.pack("<ii", y, len(line)) + line for y in range(height))
    return head + struct.pack(f"<{height}Q", *places) + b"".join(lines)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )
