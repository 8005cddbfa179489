"""One job on the page: its lanes, frames, failures, and its verbs in every phase."""

import sys
from pathlib import Path

import pytest
from browser import enter, seen
from cases import further
from daemon import DaemonProcess, until_gone
from playwright.sync_api import Page, expect

from framecrew.testing import fault, write_scene

pytestmark = pytest.mark.slow


def submit(
    daemon: DaemonProcess, *, keys: dict[str, object] | None = None, **scene: object
) -> int:
    values: dict[str, object] = {"last": 8, "seconds": 0.05, "width": 96, "height": 54}
    path = write_scene(Path(daemon.output) / "shot.standin", **(values | scene))
    return daemon.client.submit(daemon.keys(path, **(keys or {})))


def lanes(page: Page) -> str:
    return page.locator(".lanes canvas").get_attribute("aria-label") or ""


@pytest.mark.parametrize(
    ("slots", "last", "seen_lanes"),
    [further(2, 40, "2 slots"), (1, 8, "1 slot"), further(2, 1, "1 slot")],
    ids=["two", "one", "more than frames"],
)
def test_there_are_as_many_lanes_as_slots_at_work(
    page: Page, daemon: DaemonProcess, slots: int, last: int, seen_lanes: str
) -> None:
    job = submit(daemon, last=last, keys={"slots": slots})
    enter(page, daemon, f"#/job/{job}")

    seen(page, lambda: lanes(page).startswith(f"{seen_lanes} over time"), "the lanes")
    expect(page.locator(".job-head")).to_contain_text("100 %")
    expect(page.locator(".job-head")).to_contain_text(f"{last} / {last}")


def test_a_slot_that_hangs_in_a_frame_is_seen_to_stand_still(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(
        daemon, last=9, seconds=0.2, faults=[fault("hang", frame=6)], keys={"slots": 1}
    )
    enter(page, daemon, f"#/job/{job}")

    standing = page.locator(".lanes").get_by_role("status")
    expect(standing).to_contain_text("Slot 1 stands still since")
    seen(page, lambda: page.evaluate(HATCHED) > 0, "the hatched stretch of the lane")
    row = daemon.row(job)
    assert (row.status, row.done, daemon.client.failures(job).failures) == ("running", 5, ())

    daemon.client.cancel(job)
    expect(page.locator(".job-head .pill")).to_have_text("Cancelled")
    expect(standing).to_be_empty()


HATCHED = """() => {
  const canvas = document.querySelector(".lanes canvas");
  const pen = canvas.getContext("2d");
  const ground = getComputedStyle(document.querySelector(".lanes .standing")).color;
  const [red, green, blue] = ground.match(/\\d+/g).map(Number);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    count += data[at] === red && data[at + 1] === green && data[at + 2] === blue;
  }
  return count;
}"""


def test_a_running_job_gets_more_renderers_and_fewer(page: Page, daemon: DaemonProcess) -> None:
    job = submit(daemon, last=400, seconds=0.1, keys={"slots": 1})
    enter(page, daemon, f"#/job/{job}")
    now = page.get_by_role("button", name="Concurrency: ")
    expect(now).to_contain_text("1 slot ×")

    now.click()
    number = page.get_by_role("dialog").get_by_role("spinbutton", name="Number of renderers")
    number.fill("2")
    number.press("Enter")

    expect(now).to_contain_text("2 slots × 1 thread")
    seen(page, lambda: lanes(page).startswith("2 slots over time"), "the second lane")
    now.click()
    expect(page.get_by_role("dialog")).to_contain_text("Runs as 2 × 1 thread: as asked.")
    number.fill("1")
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    expect(now).to_contain_text("1 slot ×")
    now.click()
    page.get_by_role("dialog").get_by_role("radio", name="Auto").check()
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    seen(page, lambda: daemon.row(job).slots_wanted is None, "auto")
    daemon.client.cancel(job)


def test_a_frame_is_shown_with_its_picture_time_and_lines(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon, lines_per_frame=2)
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}")

    page.get_by_role("group", name="8 frames: 8 done").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")

    aside = page.get_by_role("complementary", name="The chosen frame")
    expect(aside.get_by_role("heading", name="Frame 2")).to_be_visible()
    expect(aside).to_contain_text("done")
    picture = aside.get_by_role("img", name="Picture of frame 2")
    seen(page, lambda: picture.evaluate("image => image.naturalWidth") > 0, "the picture")


@pytest.mark.thorough
def test_the_table_lists_only_the_frames_one_asks_for(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon, faults=[fault("fail", frame=3)], keys={"tries": 1})
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}/table")
    expect(page.get_by_role("row").filter(has_text="given up")).to_have_count(1)

    page.get_by_label("Status").select_option(label="given up (1)")
    expect(page.locator(".frame-line:not(.head)")).to_have_count(1)


def test_a_failure_says_what_happened_what_to_do_and_how_to_repeat_it(
    page: Page, daemon: DaemonProcess, tmp_path: Path
) -> None:
    job = submit(
        daemon,
        faults=[fault("fail", frame=3, once=str(tmp_path / "struck"))],
        keys={"tries": 1},
    )
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}")

    box = page.get_by_role("region", name="What went wrong").get_by_role("article")
    expect(box).to_contain_text("Frame 3")
    box.get_by_role("button", name="Last lines and command").click()
    expect(box.locator("code").filter(has_text="framecrew render")).to_contain_text(
        "--frames 3"
    )

    box.get_by_role("button", name="Retry these frames").click()

    expect(page.locator(".job-head .pill")).to_have_text("Done")
    expect(page.get_by_role("region", name="What went wrong")).to_have_count(0)


@pytest.mark.parametrize(
    ("scene", "doing"),
    [
        # One of two is open already: it looked into the scene.
        further({"start_seconds": 4, "seconds": 1.0, "last": 60}, "starting up"),
        ({"seconds": 1.0, "last": 60}, "Frame"),
    ],
    ids=["start-up", "rendering"],
)
def test_a_cancel_ends_every_renderer_and_keeps_what_is_done(
    page: Page, daemon: DaemonProcess, scene: dict[str, object], doing: str
) -> None:
    enter(page, daemon)
    job = submit(daemon, keys={"slots": 2}, **scene)
    page.goto(f"{daemon.client.url}/#/job/{job}")
    expect(page.locator(".slots").get_by_text(doing).first).to_be_visible()
    renderers = daemon.renderers()

    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(page.locator(".job-head .pill")).to_have_text("Cancelled")
    until_gone(renderers)


@pytest.mark.skipif(sys.platform == "win32", reason="the slow ffmpeg is a shell script")
@pytest.mark.thorough
def test_a_cancel_while_the_film_is_stitched_keeps_the_frames(
    page: Page, daemon: DaemonProcess, tmp_path: Path
) -> None:
    slow = tmp_path / "ffmpeg"
    looks = 'case "$*" in *-i*) sleep 60;; esac'
    slow.write_text(f'#!/bin/sh\n{looks}\nexec ffmpeg "$@"\n', encoding="utf-8")
    slow.chmod(0o755)
    film = str(tmp_path / "shot.mp4")
    job = submit(daemon, keys={"film": film, "ffmpeg": str(slow)})
    enter(page, daemon, f"#/job/{job}")
    expect(page.locator(".job-head .pill")).to_have_text("Stitching")
    expect(page.locator(".job-head")).not_to_contain_text("100 %")
    at_work = daemon.renderers()

    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(page.locator(".job-head .pill")).to_have_text("Cancelled")
    expect(page.get_by_role("group", name="8 frames: 8 done")).to_be_visible()
    assert at_work
    until_gone(at_work)


@pytest.mark.thorough
def test_a_frame_that_is_whole_is_rendered_again_as_a_job_of_its_own(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon)
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}")
    page.get_by_role("group", name="8 frames: 8 done").focus()
    page.keyboard.press("End")

    page.get_by_role("button", name="Render again").click()
    page.get_by_role("link", name="Rendered again as job 2").click()

    expect(page.locator(".job-head .pill")).to_have_text("Done")
    expect(page.get_by_role("group", name="1 frame: 1 done")).to_be_visible()


def test_a_reload_in_the_middle_loses_nothing(page: Page, daemon: DaemonProcess) -> None:
    job = submit(daemon, last=40, seconds=0.1, keys={"slots": 2})
    enter(page, daemon, f"#/job/{job}")
    seen(page, lambda: daemon.row(job).done >= 5, "some frames")

    page.reload()

    expect(page.locator(".job-head .pill")).to_have_text("Done")
    expect(page.get_by_role("group", name="40 frames: 40 done")).to_be_visible()
    done = page.evaluate("() => document.querySelectorAll('.job-head .number')[0].innerText")
    assert "40 / 40" in done


@pytest.mark.thorough
def test_a_hundred_thousand_frames_are_walked_zoomed_and_listed(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon, last=100_000, seconds=0.2, keys={"slots": 2})
    enter(page, daemon, f"#/job/{job}")
    grid = page.locator(".cells")
    grid.focus()

    page.keyboard.press("End")
    heading = page.get_by_role("heading", name="Frame 100000")
    expect(heading).to_be_visible()
    for _ in range(12):
        page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Frame 99999")).to_be_visible()
    page.get_by_role("button", name="Time", exact=True).click()

    page.goto(f"{daemon.client.url}/#/job/{job}/table")
    page.get_by_role("grid", name="Frames").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("gridcell", name="100000", exact=True)).to_be_visible()
    assert page.get_by_role("row").count() < 100


@pytest.mark.thorough
def test_time_memory_and_tries_are_maps_of_their_own(page: Page, daemon: DaemonProcess) -> None:
    job = submit(daemon, last=6, seconds=[0.0, 0.3], faults=[fault("fail", frame=2)])
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}")
    legend = page.locator(".legend")

    page.get_by_role("button", name="Tries", exact=True).click()
    expect(legend).to_have_text("13")
    page.get_by_role("button", name="Time", exact=True).click()
    expect(legend).to_contain_text("s")
    page.get_by_role("button", name="Memory", exact=True).click()
    expect(legend).to_contain_text("MB")


@pytest.mark.thorough
def test_the_colours_of_the_grid_are_those_of_the_frames(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon, last=4, faults=[fault("fail", frame=2)], keys={"tries": 1})
    daemon.wait_over(job)
    enter(page, daemon, f"#/job/{job}")
    expect(page.get_by_role("group", name="4 frames: 3 done, 1 given up")).to_be_visible()
    legend = page.locator(".legend")
    expect(legend).to_contain_text("done 3")
    expect(legend).to_contain_text("given up 1")
