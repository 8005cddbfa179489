"""The queue on the page: live, searched, sorted, chosen, put in order, by mouse and by keys."""

from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Page, expect

from framecrew.model.jobs import JobSpec
from framecrew.model.statuses import JobStatus
from framecrew.store.store import Store
from framecrew.testing import write_scene

pytestmark = pytest.mark.slow


def submit(
    daemon: DaemonProcess,
    scene_name: str,
    *,
    seconds: float = 0.05,
    last: int = 4,
    **keys: object,
) -> int:
    scene = write_scene(
        Path(daemon.output) / f"{scene_name}.standin",
        last=last,
        seconds=seconds,
        width=32,
        height=18,
    )
    output = str(daemon.output / scene_name / "f_####.png")
    return daemon.client.submit({"scene": str(scene), "output": output, "slots": 1, **keys})


def submit_waiting(daemon: DaemonProcess, *names: str) -> list[int]:
    """One job that keeps the machine busy, and others behind it."""
    submit(daemon, "busy", seconds=1.0, last=500, priority=90, slots=2)
    return [submit(daemon, name) for name in names]


def names(page: Page) -> list[str]:
    return page.locator(".line:not(.head) .name a").all_inner_texts()


def test_a_job_appears_runs_and_ends_without_a_reload(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon)
    expect(page.get_by_text("The queue is empty")).to_be_visible()

    submit(daemon, "kitchen")

    row = page.get_by_role("row").filter(has_text="kitchen")
    expect(row).to_contain_text("Done")
    expect(row).to_contain_text("100 %")
    expect(row).to_contain_text("4 / 4")
    expect(page.get_by_role("status").filter(has_text="kitchen: done")).to_be_visible()


@pytest.mark.thorough
def test_a_job_that_ends_behind_the_back_is_told_by_the_browser(
    page: Page, daemon: DaemonProcess
) -> None:
    page.add_init_script(NOTIFICATIONS)
    enter(page, daemon)
    page.get_by_role("button", name="Notifications of the browser").click()
    expect(page.get_by_role("button", name="Notifications of the browser")).to_have_attribute(
        "aria-pressed", "true"
    )
    submit(daemon, "watched")
    expect(page.get_by_role("status").filter(has_text="watched: done")).to_be_visible()
    assert page.evaluate("told.length") == 0

    page.evaluate("isAway = true")
    job = submit(daemon, "unwatched")

    seen(page, lambda: page.evaluate("told.length") > 0, "the notification")
    assert page.evaluate("told.map(each => [each.title, each.body])") == [
        ["unwatched: done", "4 of 4 frames"]
    ]
    page.evaluate("told[0].onclick()")
    expect(page.get_by_role("heading", name="unwatched")).to_be_visible()
    assert page.url.endswith(f"#/job/{job}/film")


NOTIFICATIONS = """
  window.told = [];
  window.isAway = false;
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { return (this.permission = "granted"); }
    constructor(title, { body }) { told.push(Object.assign(this, { title, body })); }
  };
  Object.defineProperty(document, "hidden", { get: () => isAway });
"""


def test_a_name_with_markup_is_text(page: Page, daemon: DaemonProcess) -> None:
    markup = '<img src=x onerror="document.title=1">'
    job = submit(daemon, "plain", name=markup)
    daemon.client.set_note(job, "<b>bold</b>")

    enter(page, daemon)

    expect(page.get_by_role("link", name=markup)).to_be_visible()
    expect(page.get_by_text("<b>bold</b>")).to_be_visible()
    assert page.title() == "framecrew Studio"


def test_the_queue_is_searched_filtered_and_sorted(page: Page, daemon: DaemonProcess) -> None:
    for job in [submit(daemon, name) for name in ("cellar", "attic", "barn")]:
        daemon.wait_over(job)
    enter(page, daemon)
    seen(page, lambda: names(page) == ["barn", "attic", "cellar"], "newest first")

    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    seen(page, lambda: names(page) == ["attic", "barn", "cellar"], "the order of names")

    page.get_by_role("searchbox").fill("barn done")
    seen(page, lambda: names(page) == ["barn"], "the search")

    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Live").click()
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_everything_in_the_queue_can_be_done_with_keys_alone(
    page: Page, daemon: DaemonProcess
) -> None:
    first, second, _ = submit_waiting(daemon, "first", "second", "third")
    enter(page, daemon)
    seen(page, lambda: names(page) == ["busy", "first", "second", "third"], "the queue")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("h")
    daemon.wait_until(first, lambda row: row.wish == "hold")
    expect(page.get_by_role("row").filter(has_text="first")).to_contain_text("Held")
    page.keyboard.press("h")
    daemon.wait_until(first, lambda row: row.wish == "run")

    page.keyboard.press("Alt+ArrowDown")
    seen(page, lambda: names(page) == ["busy", "second", "first", "third"], "the new order")

    page.keyboard.press("+")
    daemon.wait_until(first, lambda row: row.priority > daemon.row(second).priority)

    page.keyboard.press("e")
    page.keyboard.type("for Ada")
    page.keyboard.press("Enter")
    daemon.wait_until(first, lambda row: row.note == "for Ada")

    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    for job in (first, second):
        daemon.wait_until(job, lambda row: row.status == "cancelled")

    page.keyboard.press("/")
    page.keyboard.type("first")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="first")).to_be_visible()
    page.keyboard.press("q")
    expect(page.get_by_role("grid", name="Queue")).to_be_focused()


@pytest.mark.thorough
def test_a_stretch_begins_where_the_cursor_was_walked_to(
    page: Page, daemon: DaemonProcess
) -> None:
    submit_waiting(daemon, "first", "second", "third")
    enter(page, daemon)
    seen(page, lambda: names(page) == ["busy", "first", "second", "third"], "the queue")
    chosen = page.locator('.line[aria-selected="true"] .name a')

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")

    expect(chosen).to_have_text(["first", "second", "third"])
    page.keyboard.press("Shift+ArrowUp")
    expect(chosen).to_have_text(["first", "second"])


@pytest.mark.thorough
def test_a_name_that_turns_the_direction_of_writing_turns_nothing(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon, "plain", name="shot\u202egnp.exe")
    enter(page, daemon)
    seen(page, lambda: names(page) == ["shot\ufffdgnp.exe"], "the name")

    page.goto(f"{daemon.client.url}/#/job/{job}/details")

    expect(page.locator(".command code").first).to_contain_text("shot\ufffdgnp.exe")
    expect(page.get_by_role("heading", name="shot\ufffdgnp.exe")).to_be_visible()


@pytest.mark.thorough
def test_jobs_are_put_in_order_with_the_mouse(page: Page, daemon: DaemonProcess) -> None:
    submit_waiting(daemon, "first", "second", "third")
    enter(page, daemon)
    seen(page, lambda: names(page) == ["busy", "first", "second", "third"], "the queue")
    row = page.get_by_role("row").filter(has_text="third")
    row.hover()
    grip = row.locator(".grip").bounding_box()
    target = page.get_by_role("row").filter(has_text="first").bounding_box()
    assert grip
    assert target

    page.mouse.move(grip["x"] + 6, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 6, target["y"] + 3, steps=4)
    page.mouse.up()

    seen(page, lambda: names(page) == ["busy", "third", "first", "second"], "the new order")


def test_what_one_page_does_the_other_shows(page: Page, daemon: DaemonProcess) -> None:
    (job,) = submit_waiting(daemon, "shared")
    enter(page, daemon)
    other = page.context.new_page()
    other.goto(daemon.client.url)
    expect(other.get_by_role("row").filter(has_text="shared")).to_contain_text("Queued")

    page.get_by_role("row").filter(has_text="shared").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(other.get_by_role("row").filter(has_text="shared")).to_contain_text("Cancelled")
    assert daemon.row(job).status == "cancelled"


@pytest.mark.thorough
def test_two_thousand_jobs_are_one_scroll_of_few_elements(page: Page, tmp_path: Path) -> None:
    studio = DaemonProcess(tmp_path / "studio")
    with Store.open(studio.home) as store:
        for number in range(2000):
            job = store.new_job(JobSpec(scene=f"/shots/{number}.blend"), f"shot {number}", ())
            store.set_status(job, JobStatus.CANCELLED, done=0, failed=0, total=10)
    with studio as daemon:
        enter(page, daemon)
        seen(page, lambda: "shot 1999" in names(page), "the newest")
        assert page.get_by_role("row").count() < 100

        page.keyboard.press("End")

        seen(page, lambda: "shot 0" in names(page), "the oldest")
        assert page.get_by_role("row").count() < 100


@pytest.mark.thorough
def test_eight_pages_are_live_at_once(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon)
    pages = [page, *(page.context.new_page() for _ in range(7))]
    for other in pages[1:]:
        other.goto(daemon.client.url)

    submit(daemon, "seen")

    for each in pages:
        expect(each.get_by_role("row").filter(has_text="seen")).to_contain_text("Done")


def test_without_a_key_the_page_says_how_to_get_one(page: Page, daemon: DaemonProcess) -> None:
    page.goto(daemon.client.url)

    expect(page.get_by_role("heading", name="This page has no key")).to_be_visible()
    expect(page.get_by_text("framecrew studio", exact=True)).to_be_visible()
