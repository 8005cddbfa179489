"""A test leaves nothing behind: no process, no thread, no open file or socket.

What ends by itself gets a moment to do so. Fixtures of a wider scope than one test may keep
things open: they are set up before the first look and torn down after the last.
"""

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from hypothesis import settings

from framecrew.media.decoders import PROGRAM as DECODER

# A busy computer is no reason to fail.
settings.register_profile("calm", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough", action="store_true", help="also tests and cases that are marked thorough"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("--thorough") else "calm")
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(FailuresAtOnce(terminal))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Files are handed out in this order: none that takes long is left for the end.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if config.getoption("--thorough"):
        return
    further = [item for item in items if item.get_closest_marker("thorough")]
    items[:] = [item for item in items if item not in further]
    config.hook.pytest_deselected(items=further)


class FailuresAtOnce:
    """Whoever ends a run before its end has read what failed."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.terminal.write_line(
                f"\n{report.when} of {report.nodeid}:\n{report.longreprtext}\n"
            )


PATIENCE_SECONDS = 3.0
OWN_THREADS = ("asyncio_", "execnet")
"""Threads of the loop's default executor and of pytest-xdist, which end with their owners."""


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    node: str = request.node.nodeid
    pids, threads, handles = set(psutil.pids()), set(threading.enumerate()), open_handles()
    yield
    leaks = [
        *wait_until_none(lambda: leaked_processes(pids, node)),
        *wait_until_none(lambda: leaked_threads(threads)),
        *wait_until_none(lambda: sorted(open_handles() - handles)),
    ]
    if leaks:
        pytest.fail("The test left behind: " + "; ".join(leaks), pytrace=False)


def wait_until_none(look: Callable[[], list[str]]) -> list[str]:
    """What is still there after the moment that a thing may take to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
    return found


def leaked_processes(before: set[int], node: str) -> list[str]:
    return [
        f"process {pid} ({name})"
        for pid in set(psutil.pids()) - before
        if (name := name_if_ours(pid, before, node)) is not None
    ]


def name_if_ours(pid: int, before: set[int], node: str) -> str | None:
    """A child of ours, or an orphan that inherited the name of the test in its environment."""
    try:
        process = psutil.Process(pid)
        if DECODER in process.cmdline() and process.ppid() in before:
            return None  # of a daemon that serves several tests
        is_child = os.getpid() in {parent.pid for parent in process.parents()}
        test = "" if is_child else process.environ().get("PYTEST_CURRENT_TEST", "")
        return process.name() if is_child or test.rpartition(" ")[0] == node else None
    except psutil.Error:
        return None


def leaked_threads(before: set[threading.Thread]) -> list[str]:
    return [
        f"thread {thread.name}"
        for thread in set(threading.enumerate()) - before
        if not thread.name.startswith(OWN_THREADS)
    ]


def open_handles() -> set[str]:
    """Files, pipes and sockets; on Windows files only, for its other handles come and go."""
    if sys.platform == "win32":
        return {f"file {file.path}" for file in psutil.Process().open_files()}
    else:  # noqa: RET505 - mypy leaves out the other platform's branch, not what follows it
        return {name for number in os.listdir("/dev/fd") if (name := handle_name(int(number)))}  # noqa: PTH208


def handle_name(number: int) -> str:
    """Empty for one that is gone: the handle that listed them all."""
    try:
        facts = os.fstat(number)
    except OSError:
        return ""
    return f"handle {number} (mode {facts.st_mode:o}, inode {facts.st_ino})"
