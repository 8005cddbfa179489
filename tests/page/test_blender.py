"""The whole way with a real Blender: scene, form, plan, two lanes, film."""

import re
import shutil
from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Page, expect

from framecrew.conductor.assemble import make_search
from framecrew.demo import build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("blender") is None, reason="no Blender on PATH"),
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on PATH"),
]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes") / "demo.blend"
    build(path, make_search().program("blender", ""))
    return path


def test_a_scene_is_inspected_planned_rendered_by_two_and_shown_as_a_film(
    page: Page, daemon: DaemonProcess, scene: Path, tmp_path: Path
) -> None:
    enter(page, daemon, "#/new")

    page.get_by_role("textbox", name="File or address of the scene").fill(str(scene))
    page.get_by_role("textbox", name="File or address of the scene").press("Tab")
    facts = page.locator(".scene-facts")
    expect(facts).to_contain_text("640 × 360")
    expect(facts).to_contain_text("24 fps")
    expect(facts).to_contain_text("ViewLayer")
    page.get_by_label("Frames", exact=True).fill("1-8")
    page.get_by_label("Film", exact=True).fill(str(tmp_path / "shots" / "demo.webm"))
    page.get_by_role("spinbutton", name="Number of renderers").fill("2")
    page.get_by_label("Samples").fill("1")
    plan = page.get_by_role("complementary", name="Plan")
    expect(plan).to_contain_text("2 slots")
    expect(plan).to_contain_text("demo.webm")
    page.get_by_role("button", name="Start render").click()

    lanes = page.locator(".lanes canvas")
    two = "2 slots over time"
    seen(page, lambda: (lanes.get_attribute("aria-label") or "").startswith(two), "two lanes")
    page.get_by_role("link", name="Log").click()
    page.get_by_label("Attempt").select_option(label="Slot 1, whatever it renders")
    seen(page, lambda: "Fra:" in page.locator(".lines").inner_text(), "a line of Blender")
    expect(page.locator(".job-head .pill")).to_have_text("Done", timeout=120_000)

    page.get_by_role("link", name="Film").click()
    shown = "() => document.querySelector('video')?.videoWidth"
    seen(page, lambda: page.evaluate(shown) == 640, "the film")
    expect(page.get_by_role("slider", name="Position")).to_have_attribute("max", "7")
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_text("framecrew render")).to_be_visible()


@pytest.mark.thorough
def test_of_more_renderers_than_frames_only_those_are_shown_that_run(
    page: Page, daemon: DaemonProcess, scene: Path, tmp_path: Path
) -> None:
    enter(page, daemon, "#/new")
    page.get_by_role("textbox", name="File or address of the scene").fill(str(scene))
    page.get_by_role("textbox", name="File or address of the scene").press("Tab")
    expect(page.locator(".scene-facts")).to_contain_text("ViewLayer")
    page.get_by_label("Frames", exact=True).fill("1")
    page.get_by_label("Output", exact=True).fill(str(tmp_path / "shot_####.png"))
    page.get_by_role("spinbutton", name="Number of renderers").fill("2")
    page.get_by_label("Samples").fill("1")
    plan = page.get_by_role("complementary", name="Plan")
    expect(plan).to_contain_text("1 slot ×")
    expect(plan).to_contain_text("no more can work at once; 2 asked")
    page.get_by_role("button", name="Start render").click()

    expect(page.locator(".job-head .pill")).to_have_text("Done", timeout=120_000)
    expect(page.locator(".job-head")).to_contain_text("1 / 1")
    expect(page.locator(".job-head")).to_contain_text("1 slot ×")
    lanes = page.locator(".lanes canvas")
    expect(lanes).to_have_attribute("aria-label", re.compile("^1 slot over time, 1 attempt;"))
    assert [path.name for path in tmp_path.glob("shot_*")] == ["shot_0001.png"]
