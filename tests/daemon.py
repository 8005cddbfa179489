"""A daemon as a process of its own, with its own home, and a client to speak to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from framecrew.client import Client
from framecrew.media.decoders import PROGRAM
from framecrew.model.answers import JobRow
from framecrew.store.daemon_file import find_daemon

PATIENCE_SECONDS = 40.0


class DaemonProcess:
    """Use it as `with DaemonProcess(tmp_path) as daemon`; nothing of it outlives the block."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.home = folder / "home"
        self.output = folder / "out"
        self._folder = folder
        self._arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self._renderers: list[psutil.Process] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)
        until_gone(self._renderers)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "FRAMECREW_HOME": str(self.home),
            "FRAMECREW_CONFIG": str(self._folder / "none.toml"),
        }

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._folder.mkdir(exist_ok=True)
        # Any port at first; then the one it had, as without any flag.
        port = () if self._arguments or self.process else ("--port", "0")
        with (self._folder / "daemon.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "framecrew.studio", *self._arguments, *port],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            until(self._answers)
        except BaseException:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)
            raise
        self.client = Client.connect(self.home)

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError((self._folder / "daemon.txt").read_text())
        found = find_daemon(self.home)
        if found is None or found.owner.pid != self.process.pid:
            return False
        return Client.connect(self.home).status().pid == self.process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self._renderers = self.renderers()
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def renderers(self) -> list[psutil.Process]:
        """All processes below it, but for decoders, which stay a while for what may come."""
        assert self.process is not None
        below = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in below if not is_decoder(one)]

    def keys(self, scene: Path, **more: object) -> dict[str, object]:
        """Keys of a job that renders a scene of the stand-in."""
        return {"scene": str(scene), "output": str(self.output / "f_####.png"), **more}

    def row(self, job: int) -> JobRow:
        return self.client.job(job).job

    def wait_until(self, job: int, holds: Callable[[JobRow], bool]) -> JobRow:
        until(lambda: holds(self.row(job)))
        return self.row(job)

    def wait_over(self, job: int) -> JobRow:
        return self.wait_until(job, lambda row: row.phase == "over")


def is_decoder(process: psutil.Process) -> bool:
    try:
        return PROGRAM in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def until_gone(processes: Iterable[psutil.Process]) -> None:
    """Wait for the end of all these; who fails tells which of them did not end.

    One that was seen before it had begun its program may turn out to be a decoder.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := [one for one in processes if is_at_work(one) and not is_decoder(one)]:
        assert time.monotonic() < deadline, [story_of(one) for one in left]
        time.sleep(0.03)


def is_at_work(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def story_of(process: psutil.Process) -> object:
    try:
        return process.as_dict(["pid", "ppid", "status", "create_time", "cmdline"])
    except psutil.NoSuchProcess:
        return process


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must come; a test that waits in vain fails."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.03)
