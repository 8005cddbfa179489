"""Programs: which of those that a card describes are really here, and where was looked.

The list of everywhere we looked is kept whole: a message that says "not found" without it
sends a person searching.
"""

import glob
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import platformdirs

from framecrew.machine.asking import ask
from framecrew.machine.places import (
    Candidate,
    Rank,
    System,
    candidates,
    is_too_old,
    module_variable,
    version_numbers,
    wording,
)
from framecrew.machine.versions import VersionBook
from framecrew.model.errors import FramecrewError, Mistake, WrongUse
from framecrew.renderers.contract import FoundProgram, Program, ProgramFlavour

ANSWER_SECONDS = 30.0
"""What a Python may take to say where a module's program lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One place where we looked, and what we saw there."""

    where: str
    path: str
    saw: str
    """`not there`, `version 4.5.1`, `too old: …`, or why it does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The outcome of looking for one program."""

    program: Program
    found: tuple[FoundProgram, ...]
    """The best first: as near to the person's will as possible, then the newest."""
    looked: tuple[Looked, ...]
    """In the order in which we looked."""

    @property
    def best(self) -> FoundProgram:
        """The one to use; ProgramMissingError says where was looked and what installs it."""
        if self.found:
            return self.found[0]
        raise ProgramMissingError(self.missing)

    @property
    def missing(self) -> str:
        """What to tell a person when nothing was found."""
        program = self.program
        places = "\n".join(f"  {look.where}: {look.path}: {look.saw}" for look in self.looked)
        hint = program.install_hint.get(sys.platform, "")
        oldest = f" {wording(program.oldest)} or newer" if program.oldest else ""
        variable = f", set {program.variables[0]}" if program.variables else ""
        return (
            f"No {program.name}{oldest} found. Looked at:\n{places}\n"
            f"Name it with --program{variable}, or install it{': ' + hint if hint else ''}."
        )


class ProgramMissingError(FramecrewError):
    """The program was not found; the message lists where was looked and what installs it."""


def this_system(program: Program, *, data_folder: str | None = None) -> System:
    """This computer, as far as the search for a program depends on it."""
    # find_spec looks for the module without importing it: bpy takes a second to be imported.
    has_module = bool(program.module) and find_spec(program.module) is not None
    if data_folder is None:
        data_folder = platformdirs.user_data_dir("framecrew", appauthor=False)
    return System(
        platform="linux" if sys.platform.startswith("linux") else sys.platform,
        home=str(Path.home()),
        environment=dict(os.environ),
        data_folder=data_folder,
        python=sys.executable if has_module else "",
    )


def version_file() -> Path:
    """Where versions are kept between runs."""
    return Path(platformdirs.user_cache_dir("framecrew", appauthor=False)) / "versions.json"


def find_programs(
    program: Program,
    *,
    explicit: str = "",
    configured: str = "",
    system: System | None = None,
    book: VersionBook | None = None,
) -> Search:
    """Find all programs that a card describes, the best first.

    Raises WrongUse if a person named one that is not there or does not work.
    """
    if system is None:
        system = this_system(program)
    if book is None:
        book = VersionBook(version_file())
    found: list[tuple[Rank, FoundProgram]] = []
    looked: list[Looked] = []
    seen: set[str] = set()
    for candidate in candidates(program, system, explicit=explicit, configured=configured):
        paths = existing_paths(candidate, program, system)
        if not paths:
            looked.append(Looked(where=candidate.where, path=candidate.path, saw="not there"))
        for path in paths:
            identity = identity_of(path, candidate.flavour)
            if identity not in seen:
                seen.add(identity)
                look, one = look_at(program, candidate, path, book)
                looked.append(look)
                if one is not None:
                    found.append((candidate.rank, one))
        if candidate.rank is Rank.NAMED and not found:
            raise WrongUse([mistake_of(program, candidate, looked[-1])])
    return Search(
        program=program,
        found=tuple(one for _, one in sorted(found, key=preference)),
        looked=tuple(looked),
    )


def program_file(program: Program, found: FoundProgram) -> str:
    """The program itself, also where a Python module brings it; empty if that is gone."""
    if found.flavour is ProgramFlavour.EXECUTABLE or not program.module_program:
        return found.path
    answer = ask([found.path, "-c", program.module_program], seconds=ANSWER_SECONDS)
    return answer.text.strip() if answer.is_good else ""


def preference(pair: tuple[Rank, FoundProgram]) -> tuple[Rank, list[int]]:
    """Nearer to the person's will first, then the newer version."""
    rank, one = pair
    return rank, [-number for number in version_numbers(one.version)] or [1]


def look_at(
    program: Program, candidate: Candidate, path: str, book: VersionBook
) -> tuple[Looked, FoundProgram | None]:
    """Ask what is there for its version, and judge whether it will do."""
    answer = book.version(program, path, candidate.flavour)
    one = None
    if answer.trouble:
        saw = answer.trouble
    elif is_too_old(answer.version, program):
        saw = f"too old: version {answer.version}, at least {wording(program.oldest)} is needed"
    else:
        saw = f"version {answer.version}" if answer.version else "there, of unknown version"
        one = FoundProgram(
            name=program.name,
            path=path,
            version=answer.version,
            flavour=candidate.flavour,
            where=candidate.where,
        )
    return Looked(where=candidate.where, path=path, saw=saw), one


def mistake_of(program: Program, candidate: Candidate, look: Looked) -> Mistake:
    """A person named a program that will not do."""
    unset = "" if candidate.where == "--program" else f", or remove {candidate.where}"
    return Mistake(
        place="program" if candidate.where == "--program" else candidate.where,
        wanted=f"the path of {program.name}",
        found=f"{look.path}: {look.saw}",
        advice=f"Correct the path{unset} to have framecrew look for it.",
    )


def existing_paths(candidate: Candidate, program: Program, system: System) -> list[str]:
    """The files that a candidate stands for, newest name first where it is a pattern."""
    if candidate.is_name:
        on_path = shutil.which(candidate.path, path=system.environment.get("PATH"))
        return [on_path] if on_path else []
    if candidate.is_pattern:
        paths: Iterable[str] = sorted(glob.glob(candidate.path), reverse=True)  # noqa: PTH207
    else:
        paths = program_inside(candidate.path, program)
    return [path for path in paths if is_program(path)]


def program_inside(path: str, program: Program) -> list[str]:
    """The path itself, or the program in it when a person names its folder or its `.app`."""
    # A person's path may be too long for the system, at which Path.is_dir raises.
    if not os.path.isdir(path):  # noqa: PTH112
        return [path]
    return [
        str(Path(path, *parts, name + ending))
        for parts in ((), ("Contents", "MacOS"), ("bin",), ("Support Files",))
        for name in (*program.executables, program.name)
        for ending in ("", ".exe")
    ]


def is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113


def identity_of(path: str, flavour: ProgramFlavour) -> str:
    """Equal for two ways to one program; an environment's Python, a link, is its own."""
    if flavour is ProgramFlavour.PYTHON_MODULE:
        return str(Path(path).absolute())
    return str(Path(path).resolve())


__all__ = [
    "Looked",
    "ProgramMissingError",
    "Search",
    "find_programs",
    "module_variable",
    "program_file",
    "this_system",
    "version_file",
]
