"""Delivery: from the folder where Blender writes to the places promised."""

import contextlib
import os
import shutil

from framecrew_blender.disk import SMALLEST_SPACE, probe_disk
from framecrew_blender.paths import frame_path, with_suffix

PRIVATE = ".making"
"""Folder inside the workspace where Blender writes, so that its own way of numbering never
matters."""


class Delivery:
    """The files of one chunk."""

    def __init__(self, workspace, made, facts, sides):
        self.workspace = workspace
        self.made = made
        self.extension = facts["extension"]
        self.views = facts["views"] or [""]
        self.sides = sides
        self.private = os.path.join(workspace, PRIVATE)
        self.main = os.path.join(self.private, "main")

    def main_files(self, frame):
        """Where Blender writes the main picture: view suffix to path."""
        name = os.path.join(self.main, f"f{frame:04d}")
        return {view: f"{name}{view}{self.extension}" for view in self.views}

    def veto(self, frame):
        """An empty file in its place makes Blender step over a frame."""
        for path in self.main_files(frame).values():
            with open(path, "xb"):
                pass

    def lift_vetoes(self, frames):
        for frame in frames:
            for path in self.main_files(frame).values():
                with contextlib.suppress(OSError):
                    os.remove(path)

    def deliver(self, frame):
        """Move what Blender wrote to the places promised; what is missing as (kind, reason)."""
        if shutil.disk_usage(self.workspace).free < SMALLEST_SPACE:
            # Blender does not tell a picture cut short by a full disk from a whole one.
            return ("disk_full", f"No space was left beside frame {frame} in {self.workspace}.")
        moves = []
        for view, written in self.main_files(frame).items():
            pattern = self.made.get("main" + view)
            if pattern is None and "main" in self.made:
                pattern = with_suffix(self.made["main"], view)
            if pattern is not None:
                moves.append(
                    ("the picture" + (f" of view {view}" if view else ""), written, pattern)
                )
        for side in self.sides:
            for view in self.views:
                name = side.name + view
                if name in self.made:
                    moves.append((f"output {name!r}", side.written(view), self.made[name]))
        for what, written, pattern in moves:
            if written is None or not os.path.exists(written):
                return (
                    "skipped_frame",
                    f"Blender said it was done but left no file for {what}.",
                )
            if os.path.getsize(written) == 0:
                return probe_disk(self.workspace) or (
                    "bad_output",
                    f"Blender left an empty file for {what}.",
                )
            place = os.path.join(self.workspace, frame_path(pattern, frame))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(written, place)
        return None

    def clear(self, vetoed):
        """Nothing of a frame may be taken for the next one's. Vetoes of the run stay."""
        kept = {path for frame in vetoed for path in self.main_files(frame).values()}
        for folder, _, names in os.walk(self.private):
            for name in names:
                path = os.path.join(folder, name)
                if path not in kept:
                    with contextlib.suppress(OSError):
                        os.remove(path)
