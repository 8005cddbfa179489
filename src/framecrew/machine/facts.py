"""All facts about this machine in one value, for `framecrew doctor` and for planning."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from framecrew.machine.cores import Cores, read_cores
from framecrew.machine.disks import Disk, read_disk
from framecrew.machine.gpus import Gpu, read_gpus
from framecrew.machine.memory import Memory, read_memory
from framecrew.machine.programs import Search, find_programs
from framecrew.model.errors import WrongUse
from framecrew.renderers.contract import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """What this computer is and has, when it was looked at."""

    system: str
    """E.g. `Linux 6.1.0 x86_64`."""
    python: str
    cores: Cores
    memory: Memory
    gpus: tuple[Gpu, ...]
    disks: tuple[Disk, ...]
    """One for each folder asked for, in that order."""
    programs: tuple[Search, ...]
    troubles: tuple[str, ...] = ()
    """What a person named wrongly, such as a variable that points nowhere."""


def read_facts(programs: Iterable[Program] = (), folders: Iterable[Path] = ()) -> MachineFacts:
    """Look at everything; takes seconds where programs must be asked for their versions."""
    searches: list[Search] = []
    troubles: list[str] = []
    for program in programs:
        try:
            searches.append(find_programs(program))
        except WrongUse as error:
            troubles.append(str(error))
            searches.append(Search(program=program, found=(), looked=()))
    return MachineFacts(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        cores=read_cores(),
        memory=read_memory(),
        gpus=read_gpus(),
        disks=tuple(read_disk(folder) for folder in folders),
        programs=tuple(searches),
        troubles=tuple(troubles),
    )
