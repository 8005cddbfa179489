"""Files as they are sent: whole, or the parts that a `Range` asks for."""

import re
from collections.abc import Iterable

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

PART = r"(?:\d{1,19}-\d{0,19}|-\d{1,19})"
RANGES = re.compile(rf"bytes={PART}(?:\s*,\s*{PART})*", re.ASCII | re.IGNORECASE)
"""No file has more bytes than nineteen digits tell."""


class SentFile(FileResponse):
    """A file, whole where a `Range` says nothing that can be understood, as HTTP wants it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = list(_understood(scope["headers"]))
        await super().__call__({**scope, "headers": headers}, receive, send)


def _understood(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    for name, value in headers:
        if name.lower() != b"range" or is_range(value.decode("latin-1")):
            yield name, value


def is_range(text: str) -> bool:
    """Whether it names parts of a file, none of which ends before it begins."""
    if not RANGES.fullmatch(text):
        return False
    parts = (part.strip().partition("-") for part in text.partition("=")[2].split(","))
    return all(not first or not last or int(first) <= int(last) for first, _, last in parts)
