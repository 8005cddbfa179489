"""Where a program may be: the candidates for one program card, in order of preference. Pure.

A person's word stands above everything: if a path, a variable or the configuration names the
program, nothing else is a candidate. What is wrong there is an error, never a reason to take
another one silently.
"""

import ntpath
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import ModuleType

from framecrew.renderers.contract import Program, ProgramFlavour


class Rank(IntEnum):
    """How near to a person's will a candidate is; the lower, the nearer."""

    NAMED = 0
    """By a path, a variable or the configuration."""
    ON_PATH = 1
    INSTALLED = 2
    MODULE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A path, or a pattern of paths, where the program may be."""

    path: str
    """May hold the wildcards `*`, `?` and `[…]` where `is_pattern`."""
    where: str
    """Why we look there, in words: `--program`, `BLENDER`, `PATH`, `install place`."""
    rank: Rank
    flavour: ProgramFlavour = ProgramFlavour.EXECUTABLE
    is_pattern: bool = False
    is_name: bool = False
    """A bare name, to be looked up on PATH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the candidates depend on, so that every system can be thought through on any."""

    platform: str
    """`linux`, `darwin` or `win32`."""
    home: str
    environment: Mapping[str, str]
    data_folder: str = ""
    """Of framecrew, where modules' own environments live; empty: none."""
    python: str = ""
    """This Python, if the module is in it; empty otherwise."""

    @property
    def paths(self) -> ModuleType:
        return ntpath if self.platform == "win32" else posixpath


def candidates(
    program: Program, system: System, *, explicit: str = "", configured: str = ""
) -> tuple[Candidate, ...]:
    """Everywhere the program may be. `explicit` comes from a flag or a job file."""
    named = named_candidate(program, system, explicit=explicit, configured=configured)
    if named is not None:
        return (named,)
    return (
        *(
            Candidate(path=name, where="PATH", rank=Rank.ON_PATH, is_name=True)
            for name in program.executables
        ),
        *(
            Candidate(
                path=expanded(place, system),
                where="install place",
                rank=Rank.INSTALLED,
                is_pattern=True,
            )
            for place in program.places.get(system.platform, ())
        ),
        *module_candidates(program, system),
    )


def named_candidate(
    program: Program, system: System, *, explicit: str = "", configured: str = ""
) -> Candidate | None:
    """The one that a person named: on the command line, by a variable, in the configuration."""
    words = [
        (explicit, "--program"),
        *((system.environment.get(name, ""), name) for name in program.variables),
        (configured, "the configuration"),
    ]
    for word, where in words:
        if word.strip():
            return _named(program, system, word.strip(), where)
    return None


def _named(program: Program, system: System, word: str, where: str) -> Candidate:
    path = expanded(word, system)
    is_module = bool(program.module) and is_python(path)
    return Candidate(
        path=path,
        where=where,
        rank=Rank.NAMED,
        flavour=ProgramFlavour.PYTHON_MODULE if is_module else ProgramFlavour.EXECUTABLE,
        is_name=not any(separator in path for separator in ("/", "\\")),
    )


def is_python(path: str) -> bool:
    """Whether the file is a Python interpreter, by its name: then the module in it is meant."""
    name = re.split(r"[/\\]", path)[-1].lower()
    return re.fullmatch(r"python[\d.]*w?(\.exe)?", name) is not None


def module_variable(program: Program) -> str:
    """The variable that names the Python with the module in it, e.g. `FRAMECREW_BPY_PYTHON`."""
    return f"FRAMECREW_{program.module.upper()}_PYTHON"


def module_candidates(program: Program, system: System) -> Iterator[Candidate]:
    """Pythons that may have the program as a module.

    Such a module fits one version of Python exactly, so it often lives in an environment of
    its own, where `framecrew doctor` would put it or where the variable points.
    """
    if not program.module:
        return
    variable = module_variable(program)
    named = system.environment.get(variable, "")
    if named:
        yield _module_in(expanded(named, system), variable)
        return
    if system.python:
        yield _module_in(system.python, "this Python")
    if system.data_folder:
        yield _module_in(environment_python(program, system), "its own environment")


def environment_python(program: Program, system: System) -> str:
    """The interpreter of the module's own environment, there or not."""
    ends = ("Scripts", "python.exe") if system.platform == "win32" else ("bin", "python")
    path: str = system.paths.join(system.data_folder, "environments", program.module, *ends)
    return path


def _module_in(python: str, where: str) -> Candidate:
    return Candidate(
        path=python, where=where, rank=Rank.MODULE, flavour=ProgramFlavour.PYTHON_MODULE
    )


def expanded(text: str, system: System) -> str:
    """Put in the home folder for a leading `~`, and variables for `%NAME%` (any case).

    A variable that is not set leaves its place empty, and so a path that is not there.
    """
    upper = {name.upper(): value for name, value in system.environment.items()}
    if text == "~" or text.startswith(("~/", "~\\")):
        text = system.home + text[1:]
    return re.sub(r"%([A-Za-z_][\w()]*)%", lambda match: upper.get(match[1].upper(), ""), text)


def version_numbers(text: str) -> tuple[int, ...]:
    """`4.5.10` as numbers, which sort as people mean it; nothing for an unknown version."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def is_too_old(version: str, program: Program) -> bool:
    """Whether the version is known, and below what works."""
    numbers = version_numbers(version)
    return bool(numbers and program.oldest) and numbers < program.oldest


def wording(oldest: tuple[int, ...]) -> str:
    """`(2, 93)` as people write it."""
    return ".".join(str(part) for part in oldest)
