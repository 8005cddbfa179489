"""The whole house with a real browser: every kind of page, frame by frame."""

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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SHELL and os.environ.get("CI") != "true", reason="no chromium-headless-shell here"
    ),
]


class Folder:
    """A terminal, and what the web left there."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.out = folder / "out"

    def render(self, page: Path | str, *arguments: object) -> Said:
        output = self.out / "f_####.png"
        return self.terminal.run("render", page, "--output", output, *arguments)

    def picture(self, frame: int) -> Path:
        return self.out / f"f_{frame:04}.png"

    def shown(self) -> dict[int, int]:
        """Frame → the number that all its pixels tell."""
        paths = sorted(self.out.glob("f_*.png"))
        return {int(path.stem.removeprefix("f_")): number_in(path) for path in paths}

    def bytes(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.out.glob("f_*.png"))]


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


EXACT = {frame: frame for frame in range(COUNT)}


@pytest.mark.parametrize(
    "name",
    [
        *("own", "awaited", "css", "late_css", "waapi", "raf", "counting", "history"),
        *("canvas", "webgl", "svg", "helios", "hyperframes", "frame"),
    ],
)
def test_every_kind_of_page_shows_each_frame_at_its_place(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)

    said = folder.render(PAGES / f"{name}.html", "--slots", 1)

    assert said.code == 0, said
    expected = {**EXACT, **({} if name != "late_css" else dict.fromkeys(range(5), -1))}
    assert folder.shown() == expected
