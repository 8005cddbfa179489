"""The log and the film of a job on the page."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Browser, Page, expect

from framecrew.testing import fault, write_scene

pytestmark = pytest.mark.slow


def render(daemon: DaemonProcess, *, film: str = "", **scene: object) -> int:
    values: dict[str, object] = {"last": 12, "seconds": 0.02, "width": 320, "height": 180}
    path = write_scene(Path(daemon.output) / "shot.standin", **(values | scene))
    keys = daemon.keys(path, slots=1)
    if film:
        keys["film"] = str(daemon.output / film)
    job = daemon.client.submit(keys)
    daemon.wait_over(job)
    return job


def lines(page: Page) -> list[str]:
    return page.locator(".lines .text").all_inner_texts()


def test_a_long_log_holds_few_elements_and_is_searched_whole(
    page: Page, daemon: DaemonProcess
) -> None:
    job = render(daemon, last=3, lines_per_frame=3000)
    enter(page, daemon, f"#/job/{job}/log")
    seen(page, lambda: any("line 2999 of frame 3" in line for line in lines(page)), "the end")
    assert len(lines(page)) < 120

    page.get_by_role("searchbox").fill("line 1234 of")
    seen(page, lambda: len(lines(page)) == 1, "what was searched for")

    page.get_by_role("searchbox").fill("no such words")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


@pytest.mark.thorough
def test_only_warnings_are_shown_and_a_frame_is_jumped_to(
    page: Page, daemon: DaemonProcess
) -> None:
    warning = fault("complaint", frame=3, severity="warning", text="<b>no</b> texture")
    job = render(daemon, lines_per_frame=60, faults=[warning])
    enter(page, daemon, f"#/job/{job}/log")
    seen(page, lambda: len(lines(page)) > 5, "lines")

    # Whichever attempt rendered it.
    page.get_by_role("spinbutton", name="Jump to frame").fill("3")
    page.keyboard.press("Enter")
    seen(page, lambda: any("line 0 of frame 3" in line for line in lines(page)), "frame 3")
    page.get_by_role("button", name="Only warnings").click()
    seen(page, lambda: len(lines(page)) == 1, "the warning alone")
    assert "<b>no</b> texture" in lines(page)[0]
    page.get_by_role("spinbutton", name="Jump to frame").fill("3")
    page.keyboard.press("Enter")
    seen(page, lambda: any("line 0 of frame 3" in line for line in lines(page)), "all lines")
    page.get_by_role("spinbutton", name="Jump to frame").fill("99")
    page.keyboard.press("Enter")
    expect(page.locator(".toasts")).to_contain_text("Frame 99 was not rendered by this job yet")


@pytest.mark.thorough
def test_the_log_tells_the_hour_of_the_place(browser: Browser, daemon: DaemonProcess) -> None:
    job = render(daemon, last=1, lines_per_frame=1)
    first = datetime.fromisoformat(daemon.client.log(job).lines[0].at)
    context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()

    enter(page, daemon, f"#/job/{job}/log")

    in_tokyo = first.astimezone(timezone(timedelta(hours=9)))
    expect(page.locator(".lines .at").first).to_have_text(f"{in_tokyo:%H:%M:%S}")


@pytest.mark.thorough
def test_the_log_is_followed_until_one_scrolls_away(page: Page, daemon: DaemonProcess) -> None:
    path = write_scene(
        Path(daemon.output) / "long.standin", last=400, seconds=0.1, lines_per_frame=40
    )
    job = daemon.client.submit(daemon.keys(path, slots=1))
    enter(page, daemon, f"#/job/{job}/log")
    seen(page, lambda: len(lines(page)) > 10, "lines")
    before = lines(page)[-1]
    seen(page, lambda: (lines(page) or [before])[-1] != before, "newer lines")

    page.locator(".lines").hover()
    page.mouse.wheel(0, -900)
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")


def test_a_film_is_stepped_by_frames_with_its_timecode(
    page: Page, daemon: DaemonProcess
) -> None:
    job = render(daemon, film="shot.webm")
    enter(page, daemon, f"#/job/{job}/film")
    slider = page.get_by_role("slider", name="Position")
    expect(slider).to_have_attribute("max", "11")

    page.get_by_role("group", name="Player").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".timecode")).to_have_text("00:00:00:02")
    expect(page.locator(".frame-now")).to_have_text("Frame 3")
    shown = "() => document.querySelector('video').currentTime"
    seen(page, lambda: 2 / 24 < page.evaluate(shown) < 3 / 24, "the third frame")

    page.keyboard.press("End")
    expect(page.locator(".frame-now")).to_have_text("Frame 12")


@pytest.mark.thorough
def test_an_animation_is_shown_as_the_picture_it_is(page: Page, daemon: DaemonProcess) -> None:
    job = render(daemon, film="shot.gif", last=3, width=64, height=36)
    enter(page, daemon, f"#/job/{job}/film")

    picture = page.get_by_role("img", name="The animation shot.gif")
    seen(page, lambda: picture.evaluate("image => image.naturalWidth") == 64, "the animation")


@pytest.mark.thorough
def test_frames_are_played_laid_out_and_compared_where_there_is_no_film(
    page: Page, daemon: DaemonProcess
) -> None:
    job = render(daemon)
    enter(page, daemon, f"#/job/{job}/film")
    page.get_by_role("button", name="One frame on").click()
    expect(page.get_by_role("img", name="Picture of frame 2")).to_be_visible()

    page.get_by_role("button", name="Contact sheet").click()
    expect(page.get_by_role("listitem")).to_have_count(12)

    page.get_by_role("button", name="Compare").click()
    page.get_by_role("spinbutton", name="Right").fill("9")
    page.get_by_role("spinbutton", name="Right").press("Enter")
    expect(page.get_by_role("img", name="Picture of frame 9")).to_be_visible()
    wiper = page.get_by_role("slider", name="Wiper")
    wiper.fill("25")
    over = page.locator(".compare-pair .over")
    assert over.evaluate("image => image.style.clipPath") == "inset(0px 75% 0px 0px)"
