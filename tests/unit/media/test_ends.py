"""Ends: a format's own structure tells whether a file was written to its end."""

import struct
import zlib

import pytest

from framecrew.media.ends import (
    PNG_SIGNATURE,
    TGA_FOOTER,
    find_jpeg_fault,
    find_png_fault,
    find_tga_fault,
    find_webp_fault,
    has_zero_tail,
)


def chunk(name: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )


PNG = (
    PNG_SIGNATURE + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"xyz" * 9) + chunk(b"IEND", b"")
)


def test_a_png_is_whole_at_its_end_mark_and_at_no_byte_before() -> None:
    assert find_png_fault(PNG) is None
    assert find_png_fault(PNG + b"trailing") is None
    for length in range(len(PNG_SIGNATURE), len(PNG)):
        assert find_png_fault(PNG[:length]), length


def test_every_flipped_byte_of_a_png_is_found() -> None:
    for place in range(len(PNG_SIGNATURE), len(PNG)):
        damaged = bytearray(PNG)
        damaged[place] ^= 0x10
        assert find_png_fault(bytes(damaged)), place


# A header with a thumbnail that has an end mark of its own, a scan with stuffing and a restart.
THUMBNAIL = b"\xff\xd8\xff\xd9"
JPEG = (
    b"\xff\xd8\xff\xe1"
    + struct.pack(">H", 2 + len(THUMBNAIL))
    + THUMBNAIL
    + b"\xff\xda\x00\x04ab"
    + b"data\xff\x00more\xff\xd0last"
    + b"\xff\xd9"
)


def test_a_jpeg_is_whole_at_its_end_mark_and_at_no_byte_before() -> None:
    assert find_jpeg_fault(JPEG) is None
    assert find_jpeg_fault(JPEG + b"trailing") is None
    for length in range(2, len(JPEG)):
        assert find_jpeg_fault(JPEG[:length]), length


def test_an_end_mark_inside_a_thumbnail_ends_no_jpeg() -> None:
    assert find_jpeg_fault(JPEG[: JPEG.index(b"\xff\xda")])


def tga(kind: int = 2, footer: bytes = TGA_FOOTER) -> bytes:
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, kind, 0, 0, 0, 0, 0, 4, 3, 24, 0)
    return header + bytes(4 * 3 * 3) + footer


@pytest.mark.parametrize("footer", [b"", TGA_FOOTER, bytes(300) + TGA_FOOTER])
def test_an_uncompressed_tga_is_whole_with_all_pixels_and_a_whole_footer(footer: bytes) -> None:
    whole = tga(footer=footer)
    pixels_end = len(tga(footer=b""))
    assert find_tga_fault(whole) is None
    for length in range(len(whole)):
        assert (find_tga_fault(whole[:length]) is None) is (length == pixels_end), length


def test_of_a_run_length_tga_nothing_is_told_by_its_length() -> None:
    assert find_tga_fault(tga(kind=10)[:30]) is None


def test_a_webp_is_as_long_as_its_head_says() -> None:
    webp = b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8 data"
    assert find_webp_fault(webp) is None
    assert find_webp_fault(webp + b"more") is None
    assert find_webp_fault(webp[:-1])


def test_only_a_long_run_of_zeros_is_a_zero_tail() -> None:
    assert has_zero_tail(bytes(64))
    assert has_zero_tail(b"x" + bytes(64))
    assert not has_zero_tail(bytes(63))
    assert not has_zero_tail(bytes(63) + b"x")
