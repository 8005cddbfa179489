"""Digests: a short number that tells whether a file's bytes are still the proven ones."""

import hashlib
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framecrew.media.pixels import Strip

SIZE = 16
"""Bytes; BLAKE2b at this length is written as 32 hexadecimal characters."""


def digest_of(data: bytes) -> str:
    """The digest of bytes at hand."""
    return hashlib.blake2b(data, digest_size=SIZE).hexdigest()


def read_digest(path: Path) -> str:
    """The digest of a file, read block by block."""
    with path.open("rb") as file:
        return read_digest_of(file)


def read_digest_of(file: BufferedReader) -> str:
    """The digest of an open file from where it stands to its end."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=SIZE)).hexdigest()


class ByteDigest:
    """The digest of bytes that come block by block."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=SIZE)

    def add(self, block: bytes) -> None:
        self._hash.update(block)

    @property
    def text(self) -> str:
        return self._hash.hexdigest()


class PixelDigest:
    """The digest of decoded pixels, strip by strip; the same for files whose heads differ."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=SIZE)

    def add(self, strip: "Strip") -> None:
        self._hash.update(strip.tobytes())

    @property
    def text(self) -> str:
        return self._hash.hexdigest()
