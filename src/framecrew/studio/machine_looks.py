"""Looks at the machine: what changes is looked at anew each time, what costs seconds only once."""

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import psutil

from framecrew.conductor.checkup import Checkup, examine
from framecrew.machine.cores import read_cores
from framecrew.machine.disks import read_disk
from framecrew.machine.memory import read_memory
from framecrew.model.answers import MachineNow, ProgramRow, SlotRow


class MachineLooks:
    """May be asked from several threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._turn = threading.Lock()
        self._checkup: Checkup | None = None
        self._looked_at = 0.0

    def now(self, slots: tuple[SlotRow, ...], *, is_fresh: bool) -> MachineNow:
        """This computer at this moment; `is_fresh` looks for programs and GPUs again."""
        with self._turn:
            if self._checkup is None or is_fresh:
                self._checkup = examine([self._home, Path.home()], with_speeds=False)
                self._looked_at = time.time()
            found = self._checkup
        cores = read_cores()
        return MachineNow(
            system=found.machine.system,
            cores=asdict(cores),
            memory=asdict(read_memory()),
            cpu_percent=psutil.cpu_percent(None),
            gpus=tuple(asdict(gpu) for gpu in found.machine.gpus),
            disks=tuple(self._disk(disk.folder) for disk in found.machine.disks),
            slots=slots,
            programs=tuple(
                ProgramRow(
                    renderer=name,
                    name=search.program.name,
                    found=tuple(_found(asdict(one)) for one in search.found),
                    looked=tuple(asdict(look) for look in search.looked),
                    install=search.program.install_hint.get(sys.platform, ""),
                )
                for name, search in found.searches.items()
            ),
            lacking=tuple(name for name, lacks in found.lacking.items() if lacks),
            troubles=(
                *found.troubles,
                *(f"renderer {one.name}: {one.reason}" for one in found.broken),
            ),
            most_slots=cores.usable,
            looked_at=self._looked_at,
        )

    @staticmethod
    def _disk(folder: str) -> Mapping[str, object]:
        disk = read_disk(Path(folder))
        return {**asdict(disk), "is_network": disk.is_network}


def _found(one: Mapping[str, object]) -> Mapping[str, object]:
    return {key: one[key] for key in ("path", "version", "where")}
