"""A person at a terminal: framecrew as a process of its own, with its own home, and what it left."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.store.store import Store
from framecrew.testing import read_frame_number, write_scene

PATIENCE_SECONDS = 40.0
GONE_SECONDS = 2.0
"""Within this, no process of a run that was stopped or killed is alive."""
KILL: int = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Windows has no such signal; there SIGTERM ends a process as abruptly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one command printed, and how it left."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of `--json`; a line that is no JSON fails the test."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def mistakes(self) -> list[str]:
        """One text for each mistake that was named."""
        lines = self.err.splitlines()
        return [
            line.removeprefix("framecrew: ") for line in lines if line.startswith("framecrew: ")
        ]


class Running:
    """A command that has been started; it never outlives the block."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout, self.out)),
            threading.Thread(target=self._read, args=(process.stderr, self.err)),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.end()

    def family(self) -> list[psutil.Process]:
        """All processes below the command, itself not counted."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def until_said(self, text: str, *, times: int = 1) -> None:
        """Wait until so many lines that hold this text are there."""
        wait_until(
            lambda: sum(text in line for line in (*self.out, *self.err)) >= times,
            f"{times} × {text!r}",
            lambda: self.process.poll() is None,
            lambda: "".join((*self.out, *self.err)),
        )

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, *, timeout: float = PATIENCE_SECONDS) -> Said:
        code = self.process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return Said(code=code, out="".join(self.out), err="".join(self.err))

    @staticmethod
    def _read(stream: Any, lines: list[str]) -> None:
        lines.extend(iter(stream.readline, ""))


class Terminal:
    """Commands in a folder, with a home of their own: nothing of the user's is read or written."""

    def __init__(self, folder: Path, *, home: str = "home") -> None:
        self.folder = folder
        self.home = folder / home
        self.environment = {
            **os.environ,
            "FRAMECREW_HOME": str(self.home),
            "FRAMECREW_CONFIG": str(folder / "no-config.toml"),
            "PYTHONIOENCODING": "utf-8",
        }

    def scene(self, name: str = "shot.standin", /, **values: object) -> Path:
        return write_scene(self.folder / name, **values)

    def start(
        self, *arguments: object, environment: Mapping[str, str] | None = None
    ) -> Running:
        return Running(
            subprocess.Popen(
                [sys.executable, "-m", "framecrew", *map(str, arguments)],
                cwd=self.folder,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        )

    def run(self, *arguments: object, environment: Mapping[str, str] | None = None) -> Said:
        with self.start(*arguments, environment=environment) as running:
            return running.end()

    def render(self, scene: Path, *arguments: object, **more: Any) -> Said:
        return self.run("render", scene, "--output", self.output, *arguments, **more)

    @property
    def output(self) -> str:
        return str(self.folder / "out" / "f_####.png")

    # ── what is on disk ──────────────────────────────────────────────────────────────────────

    def picture(self, frame: int) -> Path:
        return self.folder / "out" / f"f_{frame:04}.png"

    def delivered(self) -> list[int]:
        """Frames of the stand-in whose file is there; each shows its own number, or it fails."""
        frames = []
        for path in sorted((self.folder / "out").glob("f_*.png")):
            frame = int(path.stem.removeprefix("f_"))
            assert read_frame_number(path) == frame
            frames.append(frame)
        return frames

    def unfinished(self) -> list[str]:
        """Files beside the delivered ones, and scratch folders.

        An owner's file that names nobody is not counted: who is killed between making and
        filling it leaves it, and it is removed a minute later.
        """
        paths = sorted((self.folder / "out").rglob("*"))
        empty = [
            path
            for path in paths
            if path.name.endswith(".owner.json") and not path.stat().st_size
        ]
        spared = {*empty, *(path.parent for path in empty)}
        names = {path.name for path in paths if path not in spared}
        return sorted(name for name in names if not name.startswith("f"))

    # ── what is in the journal ───────────────────────────────────────────────────────────────

    def journal(self, job: int) -> list[ev.Event]:
        with Store.open(self.home) as store:
            return list(store.journal(job))

    def status(self, job: int) -> str:
        with Store.open(self.home) as store:
            return store.job(job).status.value

    def jobs(self) -> list[int]:
        with Store.open(self.home) as store:
            return [job.id for job in store.jobs()]

    def kept(self, job: int) -> FrameSet:
        whole = EMPTY
        for event in self.journal(job):
            if isinstance(event, ev.FramesKept):
                whole = whole | event.frames
        return whole

    def rendered(self, job: int) -> list[int]:
        """Frames finished by attempts of this job, one entry for each time; the film's left out."""
        renders = self.attempts(job)
        return sorted(
            event.frame
            for event in self.journal(job)
            if isinstance(event, ev.FrameFinished) and event.attempt in renders
        )

    def attempts(self, job: int) -> dict[str, FrameSet]:
        """Attempt → its frames, the film's left out."""
        return {
            event.attempt: event.frames
            for event in self.journal(job)
            if isinstance(event, ev.AttemptStarted) and event.task.startswith("render")
        }


def wait_until(
    is_so: Callable[[], bool],
    what: str,
    may_wait: Callable[[], bool] = lambda: True,
    found: Callable[[], str] = lambda: "",
) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        may_still = may_wait() and time.monotonic() < deadline
        if not may_still and not is_so():
            raise AssertionError(f"waited in vain for {what}; found {found()}")
        time.sleep(0.02)


def alive(processes: list[psutil.Process]) -> list[str]:
    """Those that still run after the moment they may take to go; a zombie does not run."""
    deadline = time.monotonic() + GONE_SECONDS
    while (left := [one for one in processes if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [f"{one.pid} {one}" for one in left]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
