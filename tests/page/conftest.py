"""Fixtures of the page's tests: a daemon, a browser, a page in it that fails on any error."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import ensure_page, find_chromium
from daemon import DaemonProcess
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

SIZE = ViewportSize(width=1440, height=900)
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Only for one file: while it runs, so does its event loop, and others may want one."""
    find_chromium()
    ensure_page()
    with sync_playwright() as running:
        yield running


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for each test, so that none of its processes outlives it."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert not problems


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    with DaemonProcess(tmp_path / "studio") as running:
        yield running
