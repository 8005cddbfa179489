"""Smooth scrolling goes on with the clock of the page."""

from math import sqrt
from pathlib import Path

import pytest
from cases import further
from doors.web import COUNT, WITH_BROWSER, Folder, write_page

pytestmark = WITH_BROWSER

PAGE = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
<style>body { margin: 0 } div { height: 436px } p { position: fixed; inset: 0; margin: 0 }
  i { display: block; height: 200px } HTML</style>
<body><div><i></i><i id="there" style="height: 36px"></i></div><p></p><script>
  const shown = document.querySelector("p");
  const show = (n) => { shown.style.background = `rgb(0 0 ${Math.round(n) + 1})`; };
  show(0);
  CODE
</script>"""
BY_ROUNDS = (
    "requestAnimationFrame(function draw() { show(scrollY); requestAnimationFrame(draw); });"
)
"""Shows how far it is scrolled."""


def eased(part: float) -> float:
    """The curve of Chromium 156 as it was measured, cubic-bezier(0.4, 0, 0, 1)."""
    low, high = 0.0, 1.0
    for _ in range(50):
        s = (low + high) / 2
        x = 3 * (1 - s) ** 2 * s * 0.4 + s**3
        low, high = (s, high) if x < part else (low, s)
    return 3 * (1 - low) * low * low + low**3


def scrolled(frame: int, begins: int, distance: int) -> float:
    """Pixels, in the time that Chromium takes."""
    seconds = sqrt(distance) / 60
    return distance * eased(min(1.0, max(0.0, (frame - begins) / 25 / seconds)))


SCROLLS = {
    "the page, by a script": ("", f"{BY_ROUNDS} setTimeout(() => scrollTo({{ top: 200, behavior: 'smooth' }}), 80);"),
    "the page, by its style": (
        "html { scroll-behavior: smooth; scroll-snap-type: y mandatory } i { scroll-snap-align: start }",
        f"{BY_ROUNDS} setTimeout(() => {{ document.documentElement.scrollTop = 200; }}, 80);",
    ),
    "to an element": (
        "",
        f"{BY_ROUNDS} setTimeout(() => there.scrollIntoView({{ behavior: 'smooth' }}), 80);",
    ),
    "and those who listen are told": (
        "",
        "onscroll = () => show(scrollY); setTimeout(() => scrollBy({ top: 200, behavior: 'smooth' }), 80);",
    ),
    "an element in it": (
        "div { height: 36px; overflow: scroll }",
        """const div = document.querySelector("div");
        requestAnimationFrame(function draw() { show(div.scrollTop); requestAnimationFrame(draw); });
        setTimeout(() => div.scrollTo({ top: 200, behavior: "smooth" }), 80);""",
    ),
}  # fmt: skip


LIKE_OTHERS = {"the page, by a script", "to an element", "an element in it"}


@pytest.mark.parametrize(
    "name", [further(one) if one in LIKE_OTHERS else one for one in SCROLLS]
)
def test_smooth_scrolling_is_where_it_belongs_in_every_frame(tmp_path: Path, name: str) -> None:
    style, code = SCROLLS[name]
    scene = write_page(tmp_path, PAGE.replace("HTML", style).replace("CODE", code))
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    found = folder.shown()
    for frame in range(COUNT):
        assert abs(found[frame] - scrolled(frame, 2, 200)) <= 1, (frame, found)


ENDS = """
  let ends = 0, jumps = 0;
  addEventListener("scrollend", () => { ends += 1; });
  setTimeout(() => scrollTo({ top: 200, behavior: "smooth" }), 0);
  setTimeout(() => scrollTo(0, 50), 160);
  setTimeout(() => { jumps = scrollY; scrollTo({ top: 0, behavior: "smooth" }); }, 280);
  setTimeout(() => show(100 * (ends >= 1) + jumps + scrollY), 720);
"""


def test_a_jump_ends_it_and_its_end_is_told(tmp_path: Path) -> None:
    scene = write_page(tmp_path, PAGE.replace("HTML", "").replace("CODE", ENDS))
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 1)

    assert said.code == 0, said
    assert folder.shown()[19] == 150
