"""Pages of Hyperframes as they are written: without its runtime, with compositions in files of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from cases import further
from doors.media import heard_in, write_level
from doors.terminal import Terminal
from doors.web import COUNT, PAGES, WITH_BROWSER, Folder, write_page

pytestmark = WITH_BROWSER

PROJECT = PAGES / "hyperframes" / "index.html"

Colour = tuple[int, int, int]
BLACK, WHITE, GREEN, DARK = (0, 0, 0), (255, 255, 255), (0, 255, 0), (9, 9, 9)
YELLOW, MAGENTA = (255, 255, 0), (255, 0, 255)


def at(frame: int) -> Colour:
    """What shows this frame's time, in hundredths of a second, at ten frames a second."""
    return (0, 0, 10 * frame)


def within(first: int, end: int, shown: Callable[[int], Colour]) -> Callable[[int], Colour]:
    """From the first of these frames to the one before the last; told how far it is from there."""
    return lambda frame: shown(frame - first) if first <= frame < end else BLACK


Cells = dict[str, tuple[tuple[int, int], Callable[[int], Colour]]]


def cells_of_part(name: str, x: int, first: int, tone: Colour) -> Cells:
    """Of `parts/part.html` at this place, which is there for ten frames, with this value of its variable."""

    def shown(
        place: int, what: Callable[[int], Colour]
    ) -> tuple[tuple[int, int], Callable[[int], Colour]]:
        return (x + 8 * place, 9), within(first, first + 10, what)

    return {
        f"{name}: its own timeline": shown(0, at),
        f"{name}: a clip": shown(1, lambda frame: WHITE if 2 <= frame < 5 else DARK),
        f"{name}: a variable": shown(2, lambda _: tone),
        f"{name}: a part of it": shown(
            3, lambda frame: at(frame - 5) if 5 <= frame < 9 else DARK
        ),
    }


CELLS: Cells = {
    "the page's own timeline": ((0, 0), at),
    "a clip": ((8, 0), within(5, 10, lambda _: WHITE)),
    "a clip that begins after another": ((16, 0), within(12, 15, lambda _: WHITE)),
    "an animation of CSS in a clip": (
        (24, 0),
        within(5, 20, lambda frame: (0, 0, min(20 * frame, 200))),
    ),
    "a variable in a style": ((32, 0), lambda _: GREEN),
    "a variable that a script asks for": ((40, 0), lambda _: GREEN),
    "the event of a moment": ((48, 0), at),
    "a clip with an end": ((56, 0), within(5, 12, lambda _: WHITE)),
    **cells_of_part("the part", 0, 5, YELLOW),
    **cells_of_part("the same part again", 32, 10, MAGENTA),
    "a part from a template of the page": ((0, 18), within(10, 15, at)),
    "what calls itself visible in a clip": ((16, 18), within(10, 15, lambda _: WHITE)),
    "a composition in the page": ((8, 18), within(5, 15, at)),
}


def colours(picture: Path, places: list[tuple[int, int]]) -> list[Colour]:
    pixels = OpenImageIO.ImageBuf(str(picture)).get_pixels(OpenImageIO.UINT8)
    assert pixels is not None
    found = (pixels[y + 4, x + 4] for x, y in places)
    return [(int(pixel[0]), int(pixel[1]), int(pixel[2])) for pixel in found]


@pytest.mark.parametrize("slots", [further(1), 3])
def test_every_part_of_a_project_is_at_its_own_time(tmp_path: Path, slots: int) -> None:
    folder = Folder(tmp_path)

    said = folder.render(PROJECT, "--slots", slots, "--chunk-size", 3)

    assert said.code == 0, said
    places = [place for place, _ in CELLS.values()]
    for frame in range(COUNT):
        found = dict(zip(CELLS, colours(folder.picture(frame), places), strict=True))
        assert found == {name: wanted(frame) for name, (_, wanted) in CELLS.items()}, frame


@pytest.mark.thorough
def test_props_are_the_variables_of_a_project(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    props = json.dumps({"accent": "#0000ff"})
    said = folder.render(PROJECT, "--frames", 3, "--props", props)
    assert said.code == 0, said
    assert colours(folder.picture(3), [(32, 0), (40, 0)]) == [(0, 0, 255), (0, 0, 255)]


CALLS = """<!doctype html><body style="margin: 0"><div data-composition-id="main" data-width="64"
  data-height="36" data-fps="25" data-duration="0.8" style="height: 36px"></div><script>
  const root = document.querySelector("div");
  const called = Array.from({ length: 20 }, (_, frame) => ({ vars: { onStart() {
    root.style.background = `rgb(0 0 ${frame + 1})`;
  } } }));
  window.__timelines.main = { at: -0.01, pause() {}, duration: () => 0.8, getChildren: () => called,
    totalTime(t, isSilent) {
      if (t === undefined) return this.at;
      // As GSAP does: what lies between is called when it is passed forwards, and never backwards.
      const [from, to] = [this.at, t].map((at) => Math.floor(at * 25 + 1e-6));
      if (!isSilent) for (let one = from + 1; one <= to; one++) called[one].vars.onStart();
      this.at = t;
    } };
</script>"""


def test_what_is_called_on_the_way_is_passed_in_its_order(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    scene = write_page(tmp_path, CALLS)

    told = folder.terminal.run("plan", scene, "--output", tmp_path / "f_####.png")
    said = folder.render(scene, "--slots", 2, "--order", "reverse")

    assert "order: replayed" in told.out
    assert said.code == 0, said
    assert folder.shown() == {frame: frame for frame in range(COUNT)}


def test_a_composition_that_is_not_there_is_named_before_anything_is_rendered(
    tmp_path: Path,
) -> None:
    text = PROJECT.read_text(encoding="utf-8").replace("parts/part.html", "parts/lost.html")
    terminal, scene = Terminal(tmp_path), write_page(tmp_path, text)
    said = terminal.run("render", scene, "--output", tmp_path / "f_####.png")
    assert said.code == 2, said
    assert "parts/lost.html" in said.err
    assert not list(tmp_path.glob("f_*.png"))


SOUND = """<!doctype html><body>
<div data-composition-id="main" data-width="64" data-height="36" data-fps="25" data-duration="1.2">
  <div data-composition-id="part" data-start="0.5" data-duration="0.7">
    <audio id="level" src="level.wav" data-start="0.2" data-duration="0.25" data-media-start="0.1"></audio>
  </div>
</div>"""


@pytest.mark.thorough
def test_a_sound_of_a_part_is_heard_when_the_part_is_there(tmp_path: Path) -> None:
    scene, film = write_page(tmp_path, SOUND), tmp_path / "film.mov"
    write_level(scene.parent / "level.wav", 8000, 1.0)

    said = Terminal(tmp_path).run("render", scene, "--output", film)

    assert said.code == 0, said.err
    loud = np.flatnonzero(heard_in(film))
    # From 0.5 + 0.2 seconds on, for a quarter of one.
    assert (loud[0], loud[-1] + 1) == (33_600, 45_600)
