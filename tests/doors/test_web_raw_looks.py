"""A film of a canvas shows what the screen does, however the page around it looks and draws."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases import further
from doors.media import WITH_FFMPEG
from doors.terminal import Terminal
from doors.test_web_raw import OF_PLAYED, PLAYED, canvas, pictures_in, screen
from doors.web import WITH_BROWSER

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

LOOKS = (
    ("html", "filter: invert(1)"),
    ("html", "opacity: 0.5"),
    ("html::before", "content: ''; position: fixed; inset: 8px; background: lime"),
    ("head, style", "display: block; position: fixed; inset: 0; overflow: hidden"),
    ("body", "content-visibility: hidden; contain-intrinsic-size: 64px 36px"),
    ("body", "contain: paint; height: 10px"),
    (),
    ("canvas", "rotate: 180deg"),
    ("canvas", "scale: -1 1"),
    ("canvas", "border-radius: 50%"),
    ("canvas", "object-position: 10px 5px"),
    ("canvas", "outline: 4px solid lime; outline-offset: -6px"),
    ("canvas", "box-sizing: border-box; width: 64px; height: 36px; padding: 5px"),
    ("canvas", "box-sizing: border-box; width: 64px; height: 36px; border: 5px solid lime"),
    ("canvas", "position: absolute; clip: rect(0, 20px, 20px, 0)"),
    ("canvas", "-webkit-mask-box-image: linear-gradient(black, transparent)"),
    ("body", "background: lime; height: 9px } html { background: red } canvas { opacity: 0.9"),
    ("html", "overflow: hidden } body { overflow: hidden; height: 10px"),
)
"""Of every frame, but for the one in the middle and the last, which are compared at the start."""


@pytest.mark.thorough
def test_a_film_shows_a_canvas_as_the_page_makes_it_look_in_one_frame_only(
    tmp_path: Path,
) -> None:
    rules = [f"{look[0]} {{ {look[1]} }}" if look else "" for look in LOOKS]
    body = f"const sheet = document.querySelector('style'); sheet.textContent = {json.dumps(rules)}[frame] ?? '';"
    scene = canvas(tmp_path, head="<head><style></style></head>", body=body)
    terminal, film = Terminal(tmp_path), tmp_path / "film.mkv"
    wanted = screen(terminal, scene)
    told = terminal.run("plan", scene, "--output", film)
    said = terminal.run("render", scene, "--output", film, "--slots", 1)
    assert "for films as raw pixels" in told.out
    assert said.code == 0, said.err
    different = (pictures_in("-i", str(film)) != wanted).any(axis=(1, 2, 3))
    assert not different.any(), [LOOKS[frame] for frame in np.flatnonzero(different)]


EMPTY = "if (frame > 11) { brush.clearRect(0, 0, 64, 36); brush.fillRect(frame, 3, 9, 9); }"
"""What lies behind the canvas is seen late."""

ROOT = """if (frame === 12) {
  const last = document.createElement("div");
  last.style = "position: fixed; inset: 8px; background: lime";
  document.documentElement.append(last);
}"""

SHADOW = """if (frame === 12) {
  document.body.attachShadow({ mode: "closed" }).innerHTML =
    '<slot></slot><div style="position: fixed; inset: 8px; background: lime"></div>';
}"""

TRANSITION = "if (frame === 12) document.startViewTransition(() => undefined);"


@pytest.mark.parametrize(
    ("style", "body"),
    [
        further("canvas { background: lime }", EMPTY),
        further("html { background: rgb(0 0 255 / 0.5) }", EMPTY),
        further("html { background: lime } body { background: blue; height: 9px }", EMPTY),
        further(":root { color-scheme: dark }", EMPTY),
        further("", ROOT),
        further("", SHADOW),
        ("", TRANSITION),
    ],
    ids=["own", "half", "two", "dark", "root", "shadow", "transition"],
)
def test_a_film_shows_what_lies_around_a_canvas_and_is_seen_late(
    tmp_path: Path, style: str, body: str
) -> None:
    # At the start, when it is compared, nothing shines through.
    text = PLAYED.replace(" / 0.5)`;", ")`;").replace("<body", f"<style>{style}</style><body")
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, text, body=body)
    film = tmp_path / "film.mkv"
    wanted = screen(terminal, scene, *OF_PLAYED)
    said = terminal.run("render", scene, "--output", film, "--slots", 1, *OF_PLAYED)
    assert said.code == 0, said.err
    assert np.array_equal(pictures_in("-i", str(film)), wanted)


WATCHED = """<!doctype html><style>
  body { margin: 0; overflow: hidden } canvas { display: block; animation: turn 0.08s infinite }
  @keyframes turn { from { --turn: 0 } to { --turn: 1 } }
</style><div><canvas width="64" height="36"></canvas></div><script>
  const brush = document.querySelector("canvas").getContext("2d");
  let drawn = 0, frame = 0;
  function draw(y) {
    drawn += 1;
    brush.fillStyle = `rgb(${drawn % 3} 200 ${5 * drawn} / 0.5)`;
    brush.fillRect(0, y, 64, 18);
  }
  new ResizeObserver(() => draw(0)).observe(document.querySelector("div"));
  document.addEventListener("animationiteration", () => draw(18));
  requestAnimationFrame(function grow() {
    document.querySelector("div").style.width = `${100 + frame++}px`;
    requestAnimationFrame(grow);
  });
</script>"""
"""Its canvas is drawn by nobody but who waits for the page to be drawn."""


@pytest.mark.thorough
def test_what_observers_and_events_of_animations_draw_is_in_the_film_for_any_number_of_slots(
    tmp_path: Path,
) -> None:
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, WATCHED)
    wanted = screen(terminal, scene, *OF_PLAYED)
    told = terminal.run("plan", scene, "--output", tmp_path / "film.mkv", *OF_PLAYED)
    assert "for films as raw pixels" in told.out
    for slots in (1, 3):
        film = tmp_path / f"film-{slots}.mkv"
        arguments = ("--slots", slots, "--segment-size", 6, *OF_PLAYED)
        said = terminal.run("render", scene, "--output", film, *arguments)
        assert said.code == 0, said.err
        assert np.array_equal(pictures_in("-i", str(film)), wanted)


HALF_SEEN = """<!doctype html><body style="margin: 0; background: #357">
<canvas width="64" height="36" style="display: block"></canvas><script>
  const ink = document.querySelector("canvas").getContext("webgl", { premultipliedAlpha: false });
  let frame = 0;
  requestAnimationFrame(function draw() {
    ink.clearColor(frame / 20, 0.5, 1 - frame / 20, frame < 11 ? 1 : frame / 20);
    ink.clear(ink.COLOR_BUFFER_BIT);
    frame += 1;
    requestAnimationFrame(draw);
  });
</script>"""


@pytest.mark.thorough
def test_a_film_shows_what_shines_through_webgl_that_is_not_premultiplied(
    tmp_path: Path,
) -> None:
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, HALF_SEEN)
    film = tmp_path / "film.mkv"
    wanted = screen(terminal, scene, *OF_PLAYED)
    said = terminal.run("render", scene, "--output", film, "--slots", 1, *OF_PLAYED)
    assert said.code == 0, said.err
    assert np.array_equal(pictures_in("-i", str(film)), wanted)


@pytest.mark.thorough
def test_what_a_played_page_says_before_its_first_rendered_frame_is_told_of_its_own_frame(
    tmp_path: Path,
) -> None:
    body = "if (frame === 3) console.error('the third is dim');"
    scene, film = canvas(tmp_path, PLAYED, body=body), tmp_path / "film.mkv"
    arguments = ("--size", "64x36", "--fps", 25, "--frames", "10-15", "--slots", 1)
    said = Terminal(tmp_path).run("render", scene, "--output", film, *arguments)
    assert said.code == 0, said.err
    assert "frame 3: console: the third is dim" in said.out + said.err
