"""How far a frame is, where Blender itself prints nothing of it."""

import re

import bpy
from framecrew_blender.words import VERSION

PRINTS_PROGRESS = VERSION < (5, 0) or not getattr(bpy.app, "module", False)
"""The module prints nothing inside a frame since 5.0; there we tell what its handler hears."""

PERCENT_SECONDS = 0.2
"""Least time between two percentages."""


def percent_in(text):
    """How far a frame is, told as `Sample 3/64`, `Rendered 1/4 Tiles, Sample 3/64`, or
    `Rendering 3 / 64 samples`; None where it is not told.
    """
    found = re.search(r"(?:Sample|Rendering) +(\d+) ?/ ?(\d+)", text)
    if found is None:
        return None
    done, tiles = int(found[1]) / max(1, int(found[2])), 1
    of_tiles = re.search(r"Rendered (\d+)/(\d+) Tiles", text)
    if of_tiles is not None and int(of_tiles[2]) > 1:
        # At the end of a tile its full samples still stand beside the new number of tiles.
        done, tiles = int(of_tiles[1]) + done % 1, int(of_tiles[2])
    return round(100 * min(done / tiles, 1.0), 1)
