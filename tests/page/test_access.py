"""Nobody is kept out: axe finds nothing wrong in any view, light or dark."""

from pathlib import Path
from typing import Literal

import pytest
from browser import axe_path, enter
from cases import further
from daemon import DaemonProcess
from playwright.sync_api import Page

from framecrew.testing import fault, write_scene

pytestmark = pytest.mark.slow

VIEWS = (
    "",
    "/new",
    "/machine",
    *(f"/job/1/{tab}" for tab in ("frames", "table", "log", "film", "details")),
)
RULES = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]});
  return found.violations.map(each => `${each.id}: ${each.help}\\n  `
    + each.nodes.slice(0, 4).map(one => one.html + " " + one.failureSummary).join("\\n  "));
}"""


@pytest.mark.parametrize("colours", ["dark", further("light")])
def test_axe_finds_nothing_wrong(
    page: Page, daemon: DaemonProcess, colours: Literal["dark", "light"]
) -> None:
    path = write_scene(
        Path(daemon.output) / "shot.standin",
        last=8,
        width=96,
        height=54,
        faults=[fault("fail", frame=3)],
    )
    daemon.wait_over(daemon.client.submit(daemon.keys(path, tries=1), note="for Ada"))
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    enter(page, daemon)
    source = axe_path().read_text(encoding="utf-8")
    wrong: list[str] = []

    def examine(name: str) -> None:
        page.wait_for_timeout(400)
        page.evaluate(source)
        wrong.extend(f"{name} {each}" for each in page.evaluate(RULES))

    for view in VIEWS:
        page.goto(f"{daemon.client.url}/#{view}")
        examine(view or "/")

    page.goto(f"{daemon.client.url}/#/")
    page.keyboard.press("?")
    examine("the keys")
    page.keyboard.press("Escape")
    page.get_by_role("gridcell", name="shot").click(button="right", position={"x": 200, "y": 5})
    examine("the menu")
    page.keyboard.press("Escape")
    page.goto(f"{daemon.client.url}/#/job/1")
    page.get_by_role("button", name="Last lines and command").click()
    page.locator(".cells").focus()
    page.keyboard.press("Home")
    examine("a failure and a frame")
    page.goto(f"{daemon.client.url}/#/new/1")
    page.locator(".plan-number").wait_for()
    examine("a plan")
    page.get_by_role("button", name="Browse", exact=True).click()
    examine("a folder")

    assert not wrong, "\n".join(wrong)


@pytest.mark.thorough
def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, daemon: DaemonProcess) -> None:
    path = write_scene(
        Path(daemon.output) / f"{'long_' * 20}shot.standin",
        last=8,
        faults=[fault("fail", frame=3, text="x" * 300)],
    )
    daemon.wait_over(daemon.client.submit(daemon.keys(path, tries=1), note="for Ada " * 20))
    enter(page, daemon)
    wide: list[str] = []
    for width in (390, 760):
        page.set_viewport_size({"width": width, "height": 800})
        for view in VIEWS:
            page.goto(f"{daemon.client.url}/#{view}")
            page.get_by_role("main").wait_for()
            page.wait_for_load_state("networkidle")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(f"{view} at {width}")
        page.goto(f"{daemon.client.url}/#/job/1")
        box = page.locator(".failure strong").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width

    assert not wide


@pytest.mark.thorough
@pytest.mark.parametrize("width", [870, 900, 1100, 1280])
def test_every_column_of_the_queue_that_is_shown_is_shown_whole(
    page: Page, daemon: DaemonProcess, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    path = write_scene(Path(daemon.output) / "a.standin", last=1)
    daemon.wait_over(daemon.client.submit(daemon.keys(path)))
    enter(page, daemon)
    page.locator(".line:not(.head)").wait_for()

    cells = page.locator(".line:not(.head) > span").evaluate_all(
        "all => all.filter(at => getComputedStyle(at).visibility === 'visible')"
        ".map(at => [at.innerText, at.getBoundingClientRect().right, at.scrollWidth - at.clientWidth])"
    )

    assert len(cells) >= 9
    assert [cell for cell in cells if cell[1] > width or cell[2] > 0] == []


@pytest.mark.thorough
def test_a_wish_for_less_motion_is_kept(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon)

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(each => {
          const style = getComputedStyle(each);
          return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
        }).length"""
    )
    assert moving == 0
