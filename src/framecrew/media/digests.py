"""Digests: a short number that tells whether a file's bytes are still the proven ones."""

import hashlib
from io import BufferedReader
from pathlib import Path

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
