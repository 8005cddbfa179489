"""Pages of the web, and the pictures that were made of them."""

import os
import shutil
from pathlib import Path

import pytest
from doors.terminal import Said, Terminal

from framecrew.media.pixels import open_picture

PAGES = Path(__file__).parents[1] / "pages"
SHELL = shutil.which("chromium-headless-shell") or ""
COUNT = 20
"""Frames of every page in tests/pages: 0.8 s at 25 a second."""

EXACT = {frame: frame for frame in range(COUNT)}

WITH_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SHELL and os.environ.get("CI") != "true", reason="no chromium-headless-shell here"
    ),
]
"""Marks of tests that start one."""

HOOK = """<!doctype html><body><script>
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {
    %s
    document.body.style.background = `rgb(0 0 ${frame + 1})`;
  } };
</script>"""


class Folder:
    """A terminal, and what the web left there."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.out = folder / "out"

    def render(self, page: Path | str, *arguments: object, ending: str = "png") -> Said:
        output = self.out / f"f_####.{ending}"
        return self.terminal.run("render", page, "--output", output, *arguments)

    def picture(self, frame: int) -> Path:
        return self.out / f"f_{frame:04}.png"

    def shown(self) -> dict[int, int]:
        """Frame → the number that all its pixels tell."""
        paths = sorted(self.out.glob("f_*.png"))
        return {int(path.stem.removeprefix("f_")): number_in(path) for path in paths}

    def bytes(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.out.glob("f_*"))]


def pixels_in(picture: Path) -> set[tuple[int, ...]]:
    """All colours of a picture, in 256 steps."""
    with open_picture(picture) as opened:
        part = next(opened.parts())
        rows = [row for strip in opened.strips(part) for row in strip.tolist()]
    return {tuple(round(value) for value in pixel) for row in rows for pixel in row}


def number_in(picture: Path) -> int:
    """The frame that a page shows: each pixel is black with the number plus one in blue."""
    (pixel,) = pixels_in(picture)
    assert pixel[:2] == (0, 0)
    return pixel[2] - 1


def greys(folder: Folder) -> dict[int, int]:
    """Frame → the grey that all its pixels show."""
    found = {}
    for frame in range(COUNT):
        shown = pixels_in(folder.picture(frame))
        assert len({pixel[:3] for pixel in shown}) == 1, frame
        found[frame] = min(shown)[0]
    return found


def write_page(folder: Path, text: str) -> Path:
    path = folder / "page" / "index.html"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def write_hook(folder: Path, code: str) -> Path:
    """A page of our contract that does this in each of its frames."""
    return write_page(folder, HOOK % code)
