"""Takes docs/images/studio-*.png: the main views of Studio, light and dark, of real renders.

python scripts/studio_pictures.py

Needs Blender, ffmpeg and Chromium. What the pictures show was rendered for them, into a folder
that is removed again.
"""

import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import ensure_page, find_chromium  # noqa: E402 - of the tests
from daemon import DaemonProcess  # noqa: E402

from framecrew.conductor.assemble import make_search  # noqa: E402
from framecrew.demo import build  # noqa: E402
from framecrew.testing import fault, write_scene  # noqa: E402

PICTURES = ROOT / "docs" / "images"
SIZE = (1280, 800)
FEW_COLOURS = "split[a][b];[a]palettegen=max_colors=256[p];[b][p]paletteuse=dither=none"
ENOUGH = 60
"""Frames of the job at work that are done when its picture is taken."""

Colours = Literal["light", "dark"]


def fill(daemon: DaemonProcess, shots: Path) -> tuple[int, int, int, Path]:
    """Jobs as a day has them; those with the film, with a failure and at work, and a scene."""
    scene = shots / "sq010" / "sh0040_light.blend"
    build(scene, make_search().program("blender", ""))

    def stand_in(name: str, last: int, *, note: str = "", **values: object) -> int:
        priority = values.pop("priority", 50)
        path = write_scene(shots / f"{name}.standin", last=last, width=160, height=90, **values)
        keys = {"scene": str(path), "output": str(shots / "renders" / name / "f_####.png")}
        job = {**keys, "slots": 2, "tries": 1, "priority": priority}
        return daemon.client.submit(job, note=note)

    def blender(name: str, frames: str, **keys: object) -> int:
        output = str(shots / "renders" / name / f"{name}_####.png")
        return daemon.client.submit(
            {"scene": str(scene), "name": name, "frames": frames, "output": output, **keys},
            note="Ada: for the client's review",
        )

    for name, last in (("sq010_sh0010_layout", 96), ("sq010_sh0020_layout", 48)):
        daemon.wait_over(stand_in(name, last, seconds=0.01))
    film = blender("sq010_sh0040_light", "1-48", film=str(shots / "renders" / "sh0040.mp4"))
    wait(lambda: daemon.row(film).phase == "over")
    faults = [fault("fail", frame=31), fault("crash", frame=64)]
    broken = stand_in(
        "sq020_sh0110_fx", 120, note="Grace", seconds=0.01, lines_per_frame=6, faults=faults
    )
    daemon.wait_over(broken)
    working = blender("sq010_sh0050_light", "1-400", slots=2, priority=70)
    for name in ("sq020_sh0120_fx", "sq020_sh0130_fx", "title_card", "sq030_sh0010_anim"):
        stand_in(name, 240, seconds=0.2, note="" if "fx" in name else "Lin")
    daemon.client.hold(daemon.client.jobs().jobs[0].id)
    wait(lambda: daemon.row(working).done >= ENOUGH)
    return film, broken, working, scene


def wait(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.2)


def take(
    page: Page, daemon: DaemonProcess, jobs: tuple[int, int, int, Path], folder: Path
) -> None:
    """Every view once, in the colours the page has now."""
    film, broken, working, scene = jobs

    def show(name: str, place: str, act: Callable[[], object] = lambda: None) -> None:
        page.goto(f"{daemon.client.url}/#{place}")
        page.wait_for_timeout(900)
        act()
        page.wait_for_timeout(1500)
        page.evaluate(HIDE, of_this_computer(folder))
        colours = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        save(page, f"studio-{name}-{'dark' if colours else 'light'}.png")

    show("queue", "/")
    show(
        "job",
        f"/job/{working}",
        lambda: page.locator(".cells").click(position={"x": 210, "y": 30}),
    )
    show(
        "failure",
        f"/job/{broken}",
        page.get_by_text("Last lines and command").first.click,
    )
    show("log", f"/job/{working}/log")
    show(
        "film",
        f"/job/{film}/film",
        lambda: page.get_by_role("slider", name="Position").fill("20"),
    )
    show("new", "/new", lambda: write(page, scene))
    # Until the charts tell something.
    show("machine", "/machine", lambda: page.wait_for_timeout(20_000))


def of_this_computer(folder: Path) -> dict[str, str]:
    """What is only of the computer that takes the pictures, and what stands there instead."""
    return {
        str(folder / "shots"): "/home/ada/shots",
        str(folder / "home"): "/home/ada/.local/share/framecrew",
        sys.prefix: "/home/ada/.venv",
        str(Path.home()): "/home/ada",
        platform.release(): "",
    }


HIDE = """names => {
  const shown = text => Object.entries(names).reduce((all, [name, other]) => all.replaceAll(name, other), text);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    if (shown(texts.currentNode.data) !== texts.currentNode.data)
      texts.currentNode.data = shown(texts.currentNode.data);
  for (const field of document.querySelectorAll('input'))
    if (shown(field.value) !== field.value) field.value = shown(field.value);
}"""


def write(page: Page, scene: Path) -> None:
    page.locator("#scene").fill(str(scene))
    page.locator("#scene").press("Tab")
    page.get_by_role("button", name="Start render").wait_for()
    page.locator(".scene-facts").wait_for()
    page.locator(".plan-number").wait_for()
    page.evaluate("document.activeElement.blur()")


def save(page: Page, name: str) -> None:
    """With few colours, so that the repository stays small."""
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.png"
        page.screenshot(path=whole)
        wanted = ["-i", str(whole), "-vf", FEW_COLOURS, "-pred", "mixed", str(PICTURES / name)]
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *wanted], check=True)


def main() -> None:
    ensure_page()
    with (
        TemporaryDirectory(prefix="studio-") as folder,
        DaemonProcess(Path(folder)) as daemon,
        sync_playwright() as playwright,
    ):
        jobs = fill(daemon, Path(folder) / "shots")
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        colours: Colours
        for colours in ("dark", "light"):
            context = browser.new_context(
                viewport={"width": SIZE[0], "height": SIZE[1]},
                color_scheme=colours,
                locale="en-GB",
            )
            page = context.new_page()
            page.goto(daemon.client.link())
            page.locator(".line").first.wait_for()
            take(page, daemon, jobs, Path(folder))
            context.close()
        browser.close()
        for job in daemon.client.jobs(status="running,queued,held").jobs:
            daemon.client.cancel(job.id)
        time.sleep(1)


if __name__ == "__main__":
    main()
