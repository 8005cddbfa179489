"""A new render on the page: checked while it is written, planned before it starts."""

from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Page, expect

from framecrew.testing import write_scene

pytestmark = pytest.mark.slow


def scene(daemon: DaemonProcess, **values: object) -> Path:
    return write_scene(
        Path(daemon.output) / "shot.standin", **({"last": 20, "seconds": 0.1} | values)
    )


def write(page: Page, path: Path) -> None:
    page.get_by_role("textbox", name="Scene", exact=True).fill(str(path))
    page.get_by_role("textbox", name="Scene", exact=True).press("Tab")


def test_what_the_form_shows_is_what_runs(page: Page, daemon: DaemonProcess) -> None:
    path = scene(daemon)
    enter(page, daemon, "#/new")
    write(page, path)
    expect(page.get_by_text("The scene's own range: 1-20")).to_be_visible()
    expect(page.get_by_label("Output", exact=True)).to_have_value(
        str(path.parent / "renders" / "shot_####.png")
    )
    page.get_by_role("radio", name="Number of renderers").check()
    page.get_by_role("spinbutton", name="Number of renderers").fill("2")
    plan = page.get_by_role("complementary", name="Plan")
    expect(plan).to_contain_text("2 slots × 1 thread")
    expect(plan).to_contain_text("as asked")

    page.get_by_role("button", name="Start render").click()

    expect(page.locator(".job-head")).to_contain_text("2 slots × 1 thread")
    lanes = page.locator(".lanes canvas")
    seen(
        page,
        lambda: (lanes.get_attribute("aria-label") or "").startswith("2 slots"),
        "two lanes",
    )
    assert daemon.client.job(1).spec["slots"] == 2


def test_auto_tells_the_number_that_runs_and_why(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    auto = page.locator(".choice").first
    expect(auto).to_contain_text("because:")
    text = auto.inner_text()
    number = int(text.split("(= ")[1].split(")")[0])

    page.get_by_role("button", name="Start render").click()

    expect(page.get_by_role("heading", name="shot")).to_be_visible()
    expect(page.locator(".job-head")).to_contain_text(f"{number} slot")


def test_frames_are_counted_or_refused_at_the_character(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    frames = page.get_by_label("Frames", exact=True)

    frames.fill("1-100x10,!50")
    expect(page.get_by_text("frames, from 1 to 100")).to_be_visible()

    frames.fill("1-10,2:4")
    expect(frames).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".pointer b")).to_have_text(":")


def test_a_mistake_keeps_the_render_from_being_started(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    expect(page.get_by_role("button", name="Start render")).to_be_enabled()

    page.get_by_label("Output", exact=True).fill("/nowhere/at/all/shot.png")

    expect(page.get_by_role("alert")).to_contain_text("Output")
    expect(page.get_by_role("button", name="Start render")).to_be_disabled()


def test_only_presets_that_fit_the_film_can_be_chosen(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    page.get_by_label("Film", exact=True).fill("/films/shot.mp4")
    choices = page.get_by_label("Film preset").locator("option")
    seen(page, lambda: choices.count() > 1, "the presets")
    fitting = choices.all_inner_texts()

    assert not any("vp9" in text.lower() for text in fitting)
    page.get_by_label("Film", exact=True).fill("/films/shot.webm")
    seen(page, lambda: any("vp9" in text.lower() for text in choices.all_inner_texts()), "VP9")


def test_a_preset_is_saved_laid_over_another_form_and_removed(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    page.get_by_label("Priority").fill("77")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Urgent")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Preset", exact=True)).to_contain_text("Urgent")

    page.reload()
    expect(page.get_by_label("Priority")).to_have_value("")
    page.get_by_label("Preset", exact=True).select_option("Urgent")

    expect(page.get_by_label("Priority")).to_have_value("77")


def test_a_scene_is_picked_from_a_folder(page: Page, daemon: DaemonProcess) -> None:
    daemon.client.submit(
        daemon.keys(scene(daemon))
    )  # its folder may be looked into from now on
    enter(page, daemon, "#/new")
    page.get_by_role("button", name="Browse", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("list").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_dropped_scene_is_taken_in(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon, "#/new")
    page.locator(".scene").evaluate(
        """area => {
          const data = new DataTransfer();
          data.items.add(new File(['{"last": 5}'], "dropped.standin"));
          area.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )

    field = page.get_by_role("textbox", name="Scene", exact=True)
    seen(page, lambda: field.input_value().endswith("dropped.standin"), "the scene")
