"""aerender itself: starts After Effects as a process of its own, passes on what that says, and
leaves with its number.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from framecrew.testing.aerender.arguments import USAGE
from framecrew.testing.aerender.faults import collides
from framecrew.testing.aerender.project import Project, glance
from framecrew.testing.aerender.refusals import FAILURE_FROM_APP, SHOW_USAGE
from framecrew.testing.aerender.versions import Version

AFTER_EFFECTS = "--after-effects"
"""The word by which the program knows that it is After Effects and not aerender."""

BUSY = (
    "aerender ERROR: After Effects can not render for aerender. Another instance of aerender, "
    "or another script, may be running; or, AE may be waiting for response from a modal dialog, "
    "or for a render to complete. Try running aerender without the -reuse flag to invoke a "
    "separate instance of After Effects"
)
APPLE_EVENT = "aerender ERROR -1701: AEGetParamPt failed at line 894"


def aerender(words: Sequence[str], *, installed: str) -> int:
    """Run aerender; the number to leave with."""
    if "-version" in words:
        _say(f"aerender version {Version(installed).with_build}")
        return 0
    if not words or "-help" in words:
        _say(USAGE.rstrip())
        return SHOW_USAGE
    project = glance(project_path(words), installed=installed)
    lines = [
        f"aerender version {project.version.with_build}",
        "PROGRESS: Launching After Effects...",
    ]
    refusal = _refusal(project)
    if refusal is not None:
        text, exit_code = refusal
        _say(*lines, *text)
        return exit_code
    if not project.launcher_speaks_last:
        _say(*lines)
    exit_code = _launch(words, project, installed=installed)
    if project.launcher_speaks_last:
        _say(*lines, "PROGRESS: ...After Effects successfully launched")
    return _leave_as(exit_code)


def project_path(words: Sequence[str]) -> str | None:
    """The project that the words name, were they read rightly."""
    places = [place for place, word in enumerate(words[:-1]) if word == "-project"]
    return words[places[-1] + 1] if places else None


def _refusal(project: Project) -> tuple[list[str], int] | None:
    """Why After Effects is not started: what is said of it, and the number to leave with."""
    faults, collision = project.faults, project.collision
    fault = faults.strikes("busy")
    if fault or (collision and collides(collision["file"], collision["seconds"])):
        return [BUSY], int((fault or collision).get("exit_code", FAILURE_FROM_APP))
    fault = faults.strikes("apple_event")
    if fault:
        return [APPLE_EVENT], int(fault.get("exit_code", FAILURE_FROM_APP))
    fault = faults.strikes("never_launched")
    if fault:
        return [], int(fault.get("exit_code", 0))
    return None


def _launch(words: Sequence[str], project: Project, *, installed: str) -> int:
    program = str(Path(__file__).with_name("__main__.py"))
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", program, AFTER_EFFECTS, installed, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    if project.starts:
        _write_start(words, project, process.pid)
    assert process.stdout is not None
    while block := os.read(process.stdout.fileno(), 65536):
        _pass_on(block)
    return process.wait()


def _leave_as(exit_code: int) -> int:
    """It does not outlive a crash of After Effects, and does not hide it."""
    if sys.platform != "win32" and exit_code < 0:
        if -exit_code != signal.SIGKILL:
            signal.signal(-exit_code, signal.SIG_DFL)
        os.kill(os.getpid(), -exit_code)
    return exit_code


def _write_start(words: Sequence[str], project: Project, pid: int) -> None:
    """A line of JSON about this start, for whoever wants to know how it was called."""
    start = {
        "arguments": list(words),
        "pid": os.getpid(),
        "after_effects": pid,
        "at": time.time(),
        "folder": str(Path.cwd()),
        "environment": {name: os.environ.get(name) for name in project.environment},
        "cpus": _cpus(),
    }
    with Path(project.starts).open("a", encoding="utf-8") as file:
        file.write(json.dumps(start) + "\n")


def _cpus() -> list[int] | None:
    """The cores it was given, and gives to After Effects; None where nobody can tell."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    else:  # noqa: RET505 - the type checker knows of platforms, not of early ends
        return None


def _say(*lines: str) -> None:
    _pass_on("".join(f"{line}\n" for line in lines).encode())


def _pass_on(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]
