"""Paths of frames: where a number stands in them, and what Blender reads into them."""

import os
import re

from framecrew_blender.words import VERSION


def frame_path(pattern, frame):
    """The frame's file: the last run of # in the file name; digits are padded, not the sign."""
    folder, name = os.path.split(pattern)
    places = list(re.finditer(r"#+", name))
    if not places:
        return pattern
    at = places[-1]
    number = f"{'-' if frame < 0 else ''}{abs(frame):0{len(at[0])}d}"
    return os.path.join(folder, name[: at.start()] + number + name[at.end() :])


def with_suffix(path, suffix):
    stem, extension = os.path.splitext(path)
    return stem + suffix + extension


def with_number(path, extension):
    """Blender's rule: without a # in its file name a path gets four; then its ending."""
    folder, name = os.path.split(path)
    if extension and name.lower().endswith(extension):
        name = name[: -len(extension)]
    return os.path.join(folder, (name if "#" in name else name + "####") + extension)


def escape_braces(path):
    """Blender 4.5 and later read {…} in output paths as a template."""
    return path.replace("{", "{{").replace("}", "}}") if VERSION >= (4, 5) else path


def safe_name(text):
    return re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_") or "output"
