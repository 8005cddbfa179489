"""An installed stand-in aerender, a project for it, and what comes out."""

import os
import re
import subprocess
import time
from pathlib import Path

from framecrew.testing import install_aerender, read_frame_number, write_project

FRAME_LINE = re.compile(r"^PROGRESS:  \d+:\d\d:\d\d:\d\d \((\d+)\): \d+ Seconds$")
PATIENCE_SECONDS = 30.0


class AfterEffects:
    """An installed aerender, a project, and a folder for its frames."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = install_aerender(folder / "bin")
        self.project = folder / "shot.aep"
        self.output = folder / "out"
        self.output.mkdir()

    def command(self, *arguments: str, output: str = "f_[####].png") -> list[str]:
        return [
            *(str(self.program), "-project", str(self.project)),
            *("-comp", "Main", "-output", str(self.output / output), *arguments),
        ]

    def render(
        self, *arguments: str, output: str = "f_[####].png", **values: object
    ) -> subprocess.CompletedProcess[str]:
        write_project(self.project, **values)
        return run(self.command(*arguments, output=output))

    def frames(self) -> dict[str, int | None]:
        return {path.name: read_frame_number(path) for path in sorted(self.output.iterdir())}


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE_SECONDS,
        env=os.environ | environment,
    )


def told(done: subprocess.CompletedProcess[str]) -> list[int]:
    """The `n` of each frame line, in the order they came."""
    return [int(m[1]) for line in done.stdout.splitlines() if (m := FRAME_LINE.match(line))]


def wait_for(happened: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if happened.exists() and (text := happened.read_text(encoding="utf-8")):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{happened} never came")
