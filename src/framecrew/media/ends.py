"""The end of a picture file: what the file's own structure says about being written whole.

Decoders forgive a missing end, since the pixels are there already. We do not: its writer was
stopped in the middle, and a frame is done or it is not. Bytes after a proper end may pass.
"""

import re
import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8"
RIFF_SIGNATURE = b"RIFF"
TGA_FOOTER = b"TRUEVISION-XFILE.\0"

ZERO_TAIL = 64
"""So many zero bytes never end a compressed EXR; of flat and noisy ones at most 1 did."""

_CHUNK = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_TGA_HEADER = struct.Struct("<BxB2xHB4xHHBx")
_TGA_UNCOMPRESSED = (1, 2, 3)
# In entropy-coded data 0xFF is followed by 0 (stuffing) or a restart; all else is a mark.
_JPEG_MARK = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_END = 0xD9
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Marks that no length follows."""


def find_png_fault(data: bytes) -> str | None:
    """Walk all chunks with their checksums up to the end mark; None when all is there."""
    place = len(PNG_SIGNATURE)
    while True:
        if place + _CHUNK.size > len(data):
            return "it ends before its end mark (IEND)"
        length, name = _CHUNK.unpack_from(data, place)
        end = place + _CHUNK.size + length
        if end + _CHECKSUM.size > len(data):
            return f"it ends inside its chunk {name.decode('latin-1')!r}"
        found = zlib.crc32(memoryview(data)[place + 4 : end])
        if found != _CHECKSUM.unpack_from(data, end)[0]:
            return f"the checksum of its chunk {name.decode('latin-1')!r} is wrong"
        if name == b"IEND":
            return None
        place = end + _CHECKSUM.size


def find_jpeg_fault(data: bytes) -> str | None:
    """Walk all marks up to the end mark; None when it is reached."""
    place = len(JPEG_SIGNATURE)
    while found := _JPEG_MARK.search(data, place):
        mark = found[1][0]
        place = found.end()
        if mark == _JPEG_END:
            return None
        if mark in _JPEG_BARE:
            continue
        # A scan's header has a length too; its entropy-coded data follow and hold no marks.
        place += int.from_bytes(data[place : place + 2], "big")
        if place > len(data):
            break
    return "it ends before its end mark (EOI)"


def find_webp_fault(data: bytes) -> str | None:
    """Compare a WebP's length with the one its first bytes tell; None when all is there."""
    needed = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < needed:
        return f"it has {len(data)} bytes where its header asks for {needed}"
    return None


def find_tga_fault(data: bytes) -> str | None:
    """Compare an uncompressed TGA's length with its header; None when all is there.

    Bytes after its pixels must hold a whole footer, for no writer puts anything else there.
    A run-length TGA names no length: only the decoder knows whether its pixels are whole.
    """
    if len(data) < _TGA_HEADER.size:
        return "it ends inside its header"
    identifier, kind, map_length, map_bits, width, height, bits = _TGA_HEADER.unpack_from(data)
    if kind not in _TGA_UNCOMPRESSED:
        return None
    pixels = width * height * ((bits + 7) // 8)
    needed = _TGA_HEADER.size + identifier + map_length * ((map_bits + 7) // 8) + pixels
    if len(data) < needed:
        return f"it has {len(data)} bytes where its header asks for at least {needed}"
    if len(data) > needed and data.find(TGA_FOOTER, needed) < 0:
        return "it ends inside its footer"
    return None


def has_zero_tail(tail: bytes) -> bool:
    """Whether a compressed file ends in the zeros that a crash or a stopped write leaves."""
    return len(tail) >= ZERO_TAIL and not tail[-ZERO_TAIL:].strip(b"\0")
