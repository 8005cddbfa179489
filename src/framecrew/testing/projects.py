"""The stand-in aerender, ready to use: its projects, its faults, its program."""

import json
import shlex
import sys
from pathlib import Path

from framecrew.testing.aerender.faults import KINDS
from framecrew.testing.aerender.versions import NEWEST

PROGRAM = Path(__file__).with_name("aerender") / "__main__.py"


def write_project(path: Path, **values: object) -> Path:
    """Write a project for the stand-in aerender; `framecrew.testing.aerender` tells its keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def ae_fault(
    kind: str,
    *,
    frame: int | None = None,
    at: str | None = None,
    once: Path | None = None,
    chance: float | None = None,
    **particulars: object,
) -> dict[str, object]:
    """One thing that goes wrong, for a project's `faults`.

    With `frame` it strikes in that frame, else in all; with `at` at that place alone; with
    `once` (a path) a single time in all processes, and makes that file; with `chance` as often
    as that, from 0 to 1.
    """
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ValueError(f"aerender's stand-in knows no fault {kind!r}. It knows: {known}")
    given = {
        "frame": frame,
        "at": at,
        "once": None if once is None else str(once),
        "chance": chance,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return {"kind": kind, **kept, **particulars}


def install_aerender(folder: Path, *, version: str = NEWEST) -> Path:
    """Put an executable `aerender` (on Windows `aerender.cmd`) into the folder, to be found on
    PATH or named with --program. It says that it is this version.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = "FRAMECREW_AERENDER_VERSION"
    if sys.platform == "win32":
        launcher = folder / "aerender.cmd"
        text = f'@set "{name}={version}"\r\n@"{sys.executable}" -I -S "{PROGRAM}" %*\r\n'
    else:
        launcher = folder / "aerender"
        words = shlex.join([sys.executable, "-I", "-S", str(PROGRAM)])
        text = f'#!/bin/sh\n{name}={shlex.quote(version)} exec {words} "$@"\n'
    launcher.write_text(text, encoding="utf-8", newline="")
    launcher.chmod(0o755)
    return launcher
