"""Which version a program is: it is asked once, and the answer kept until its file changes."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from framecrew.machine.asking import Answer, ask
from framecrew.renderers.contract import Program, ProgramFlavour

SECONDS = 30.0
"""A program on a cold network disk takes its time; a snap unpacks itself first."""

MOST_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAnswer:
    """What a program said of itself."""

    version: str = ""
    """Empty when it runs and names none that we know how to read."""
    trouble: str = ""
    """Why it cannot be used; empty when it can."""


class VersionBook:
    """Answers by path, change time and size of the file; kept in a file of the user's cache."""

    def __init__(self, file: Path | None) -> None:
        """`file` None keeps nothing."""
        self._file = file
        self._kept = _read(file)

    def version(self, program: Program, path: str, flavour: ProgramFlavour) -> VersionAnswer:
        """The version, asked only if it is not known for this very file."""
        key = f"{flavour}|{program.name}|{path}|{_stamp(Path(path), flavour)}"
        if key in self._kept:
            return VersionAnswer(version=self._kept[key])
        answer = ask_version(program, path, flavour)
        if not answer.trouble:
            # The newest entries stand last; of the oldest, programs may long be gone.
            self._kept = dict([*self._kept.items(), (key, answer.version)][-MOST_KEPT:])
            self._write()
        return answer

    def _write(self) -> None:
        if self._file is None:
            return
        # A cache that cannot be written costs a second next time, and nothing else.
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".versions-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._kept, file, indent=1)
            Path(name).replace(self._file)


def _read(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {str(key): str(version) for key, version in kept.items()}


def _stamp(path: Path, flavour: ProgramFlavour) -> str:
    """Changes when the program does; of a module, the folder of packages changes."""
    files = [path]
    if flavour is ProgramFlavour.PYTHON_MODULE:
        home = path.parent.parent
        files += [*home.glob("lib/python3*/site-packages"), home / "Lib" / "site-packages"]
    stamps = []
    for file in files:
        with suppress(OSError):
            facts = file.stat()
            stamps.append(f"{facts.st_mtime_ns}:{facts.st_size}")
    return ",".join(stamps)


def ask_version(program: Program, path: str, flavour: ProgramFlavour) -> VersionAnswer:
    """Run the program once and read what it prints."""
    if flavour is ProgramFlavour.PYTHON_MODULE:
        code = program.module_version or f"import {program.module}; print('{program.name}')"
        arguments = [path, "-c", code]
    else:
        arguments = [path, *program.version_arguments]
    return version_in(program, ask(arguments, seconds=SECONDS, environment=_clean(os.environ)))


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the variables by which our Python would lead another one astray."""
    ours = {"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in environment.items() if name not in ours}


def version_in(program: Program, answer: Answer) -> VersionAnswer:
    """Read an answer: a program that fails, or does not say its name, is not the one we want.

    A build from today's sources may say its name and no number; it is taken.
    """
    if not answer.is_good:
        lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
        said = f" and says: {lines[-1][:200]}" if lines else ""
        return VersionAnswer(trouble=f"{answer.trouble}{said}")
    found = re.search(program.version_pattern, answer.text)
    if found:
        return VersionAnswer(version=found[1])
    if program.name.lower() in answer.text.lower():
        return VersionAnswer()
    return VersionAnswer(trouble=f"it runs, and does not say that it is {program.name}")
