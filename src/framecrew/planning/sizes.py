"""Sizes of memory and disk, as people write and read them."""

import re

SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", re.IGNORECASE)

POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str) -> int:
    """Bytes of a text such as `8G`, `512MB` or `1.5 GiB`; 1K is 1024. ValueError otherwise."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size")
    return int(float(match[1]) * 1024 ** POWERS[match[2].lower()])


def size_text(count: int) -> str:
    """The same for reading: three digits, e.g. `1.46 GB`; 1 KB is 1024 bytes here too."""
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{count} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} TB"
