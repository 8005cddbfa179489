"""Why Blender could not read a file: found by looking at its bytes."""

import gzip
import importlib
import os
import re

from framecrew_blender.words import VERSION, version_text


def explain_unreadable(path, said):
    """Why Blender could not read a file, found by looking at the file itself."""
    words = f" Blender said: {said}" if said else ""
    try:
        size = os.path.getsize(path)
        start, packing = read_start(path)
    except OSError as error:
        return f"The scene {path!r} cannot be read: {error.strerror}.{words}"
    if size == 0:
        return f"The scene {path!r} is empty.{words}"
    made_by = header_version(start) if start else None
    if made_by is not None and made_by > VERSION[:2]:
        return (
            f"The scene {path!r} was made by Blender {version_text(made_by)}, newer than this "
            f"{version_text(VERSION[:2])}.{words}"
        )
    if start and made_by is None:
        return f"The scene {path!r} is not a .blend file.{words}"
    if not ends_whole(path, packing):
        return f"The scene {path!r} is truncated: its end is missing.{words}"
    if start == b"":
        return (
            f"The scene {path!r} is damaged, or made by a newer Blender; it is packed by "
            f"{packing}, which this Blender's Python cannot look into.{words}"
        )
    return f"The scene {path!r} is damaged.{words}"


def read_start(path):
    """The first unpacked bytes and the packing's name; None for broken, empty for unknown."""
    with open(path, "rb") as file:
        start = file.read(32)
    if start[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as unpacked:
                return unpacked.read(32), "gzip"
        except (OSError, EOFError):
            return None, "gzip"
    if start[:4] == b"\x28\xb5\x2f\xfd":
        return read_zstandard_start(path), "zstd"
    return start, ""


def read_zstandard_start(path):
    """Blender's own Python has the module; where it is missing the header stays unknown."""
    for name in ("zstandard", "compression.zstd"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        try:
            with open(path, "rb") as file, module.open(file, "rb") as unpacked:
                return unpacked.read(32)
        except Exception:  # each module has errors of its own
            return None
    return b""


def header_version(start):
    """The Blender that wrote a file, e.g. (3, 4), by its first bytes; None if it is no .blend.

    `BLENDER-v304` up to 4.5; `BLENDER17-01v0500` from 5.0 on.
    """
    found = re.match(rb"BLENDER(?:[-_][vV](\d)(\d\d)|\d\d-\d\dv(\d\d)(\d\d))", start)
    if found is None:
        return None
    numbers = [int(number) for number in found.groups() if number is not None]
    return tuple(numbers)


def ends_whole(path, packing):
    """A whole .blend ends with the block ENDB; packed by zstd, with a table of its parts."""
    try:
        if packing == "gzip":
            with gzip.open(path) as unpacked:
                tail = b""
                for block in iter(lambda: unpacked.read(1 << 20), b""):
                    tail = (tail + block)[-64:]
        else:
            with open(path, "rb") as file:
                file.seek(-min(64, os.path.getsize(path)), os.SEEK_END)
                tail = file.read()
    except (OSError, EOFError):
        return False
    return tail.endswith(b"\xb1\xea\x92\x8f") if packing == "zstd" else b"ENDB" in tail
