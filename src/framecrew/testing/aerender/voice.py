"""Where lines go, and with which word in front.

The launcher's lines have one blank after `PROGRESS:`, those of the body have two. With `-log`
the body goes to a file, without `PROGRESS:` and with CR at the line ends.
"""

import os
from pathlib import Path
from typing import BinaryIO

from framecrew.testing.aerender.arguments import Arguments
from framecrew.testing.aerender.grammar import now
from framecrew.testing.aerender.project import Project
from framecrew.testing.aerender.refusals import after_effects_error
from framecrew.testing.aerender.versions import SYSTEMS

STDOUT, STDERR = 1, 2
DATE = "{month}/{day}/{year} at {hour12}:{minute:02}:{second:02} {half}"


class Voice:
    """What After Effects says to aerender."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._log: BinaryIO | None = None
        self._is_verbose = True
        self._is_mute = False

    def heed(self, arguments: Arguments) -> None:
        """Be as quiet as `-v` says, and write to the file of `-log`."""
        self._is_verbose = arguments.is_verbose
        path = arguments.text("-log")
        if path is None:
            return
        if not Path(path).parent.is_dir():
            self.line(
                f"aerender ERROR: Directory specified for log file does not exist: {path}"
            )
            raise after_effects_error("Runtime error in After Effects.")
        self._log = Path(path).open("wb")  # noqa: SIM115 - closed at the end, or by the end
        version, system = self._project.version.text, SYSTEMS[self._project.system]
        name = Path(self._project.path).name
        self._write_log(
            f'Adobe After Effects v{version} {system} render log for project "{name}"'
        )
        self._write_log(f"Rendering started on {now(DATE)}")

    @property
    def has_log(self) -> bool:
        return self._log is not None

    def launch(self, text: str) -> None:
        """A line of the launch: one blank."""
        if self._is_verbose:
            self.line(f"PROGRESS: {text}")

    def body(self, text: str) -> None:
        """A line of the render log: two blanks; an empty line has no word in front."""
        if not self._is_verbose:
            return
        if self._log is not None:
            self._write_log(f"  {text}" if text else "")
        else:
            self._print(f"PROGRESS:  {text}" if text else "", self._project.line_end)

    def line(self, text: str) -> None:
        """A line that stands for itself: an INFO, a WARNING."""
        if self._log is not None:
            self._write_log(text)
        else:
            self._print(text, self._project.line_end)

    def inform(self, text: str) -> None:
        if self._is_verbose:
            self.line(f"INFO:{text}")

    def warn(self, text: str) -> None:
        if self._is_verbose:
            self.line(f"WARNING:{self._project.grammar.words.warning}: {text}")

    def fail(self, text: str) -> None:
        """An error; it is told at every verbosity."""
        if self._log is not None:
            self._write_log(text)
        elif self._project.errors_to_stderr:
            self.raw(text.encode(self._project.encoding, "replace") + b"\n", to=STDERR)
        else:
            self._print(text, self._project.line_end)

    def raw(self, data: bytes, *, to: int = STDOUT) -> None:
        """These bytes as they are. That nobody listens any more does not stop it."""
        if self._is_mute:
            return
        try:
            while data:
                data = data[os.write(to, data) :]
        except OSError:
            self._is_mute = True

    def mute(self) -> None:
        self._is_mute = True

    def close(self) -> None:
        if self._log is not None:
            self._write_log(f"Log closed on {now(DATE)}")
            self._log.close()
            self._log = None

    def _print(self, text: str, end: str) -> None:
        self.raw((text + end).encode(self._project.encoding, "replace"))

    def _write_log(self, text: str) -> None:
        assert self._log is not None
        self._log.write((text + "\r").encode(self._project.encoding, "replace"))
        self._log.flush()
