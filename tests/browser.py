"""A browser for tests of the page: Chromium as the system has it, driven by Playwright."""

import os
import shutil
import time
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from daemon import DaemonProcess
from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE_SECONDS = 30.0


def find_chromium() -> str:
    """Its path. Where there is none the test is skipped, but not in CI."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    message = f"no browser; looked for {', '.join(NAMES)} on PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def ensure_page() -> None:
    """The page as its sources are now, and what checks it; once for all processes of a run."""
    hook = load_hook()
    turn = ROOT / "studio" / "node_modules.lock"
    deadline = time.monotonic() + 10 * PATIENCE_SECONDS
    while True:
        try:
            os.close(os.open(turn, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            if time.monotonic() > deadline or time.time() - turn.stat().st_mtime > 300:
                turn.unlink(missing_ok=True)
            time.sleep(0.2)
        else:
            break
    try:
        hook.ensure_page(ROOT)
        if not axe_path().exists():
            hook.take(ROOT, "npm", ["ci", "--ignore-scripts"])
    finally:
        turn.unlink(missing_ok=True)


def load_hook() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def axe_path() -> Path:
    return ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"


def enter(page: Page, daemon: DaemonProcess, place: str = "") -> None:
    """Open the page with a link, as `framecrew studio` does, and go to a place of it."""
    page.goto(daemon.client.link())
    page.get_by_role("main").wait_for()
    if place:
        page.goto(f"{daemon.client.url}/{place}")


def seen(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait for something that must come to be on the page."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(
                f"{what} did not come. The page says:\n{page.inner_text('body')}"
            )
        page.wait_for_timeout(50)
