"""What is seen on the page stays right when the daemon or the connection goes away and returns."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Page, WebSocketRoute, expect

from framecrew.testing import write_scene

pytestmark = pytest.mark.slow


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    """At a port of its own, so that one started after it is found by the page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with DaemonProcess(tmp_path / "studio", "--port", str(port)) as running:
        yield running


def submit(daemon: DaemonProcess) -> int:
    path = write_scene(Path(daemon.output) / "shot.standin", last=60, seconds=0.1)
    return daemon.client.submit(daemon.keys(path, slots=2))


@pytest.mark.thorough
def test_a_connection_that_was_cut_misses_no_event(page: Page, daemon: DaemonProcess) -> None:
    routes: list[WebSocketRoute] = []

    def through(route: WebSocketRoute) -> None:
        routes.append(route)
        route.connect_to_server()

    page.route_web_socket("**/events*", through)
    job = submit(daemon)
    enter(page, daemon, f"#/job/{job}")
    for cut in range(3):
        seen(page, lambda cut=cut: daemon.row(job).done >= 8 * (cut + 1), "frames")  # type: ignore[misc]
        routes[-1].close()

    expect(page.locator(".job-head .pill")).to_have_text("Done")
    expect(page.get_by_role("group", name="60 frames: 60 done")).to_be_visible()
    assert len(routes) >= 4


@pytest.mark.thorough
def test_eight_pages_are_told_the_same(page: Page, daemon: DaemonProcess) -> None:
    job = submit(daemon)
    enter(page, daemon, f"#/job/{job}")
    pages = [page, *(page.context.new_page() for _ in range(7))]
    for other in pages[1:]:
        other.goto(f"{daemon.client.url}/#/job/{job}")

    for each in pages:
        expect(each.locator(".job-head .pill")).to_have_text("Done")
        expect(each.get_by_role("group", name="60 frames: 60 done")).to_be_attached()
    assert daemon.client.status().clients == 8


@pytest.mark.thorough
def test_a_daemon_that_was_killed_and_started_again_goes_on_in_the_open_page(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon)
    enter(page, daemon, f"#/job/{job}")
    seen(page, lambda: daemon.row(job).done >= 5, "frames")

    daemon.kill()
    expect(page.get_by_text("connection cut, trying again")).to_be_visible()
    daemon.start()

    expect(page.get_by_text("live", exact=True)).to_be_visible()
    expect(page.locator(".job-head .pill")).to_have_text("Done")
    expect(page.locator(".job-head")).to_contain_text("60 / 60")


@pytest.mark.thorough
def test_a_job_that_is_opened_while_no_daemon_answers_is_there_once_one_does(
    page: Page, daemon: DaemonProcess
) -> None:
    job = submit(daemon)
    enter(page, daemon, "#/")
    daemon.kill()
    page.goto(page.url.partition("#")[0] + f"#/job/{job}")
    expect(page.get_by_text("nothing answers at this address")).to_be_visible()
    daemon.start()
    expect(page.locator(".job-head .pill")).to_have_text("Done")
