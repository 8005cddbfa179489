"""Looks at the machine: what changes is looked at anew each time, what costs seconds only once."""

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from framecrew.conductor.checkup import Checkup, examine
from framecrew.machine.cores import read_cores
from framecrew.machine.disks import read_disk
from framecrew.machine.memory import read_memory
from framecrew.model.answers import MachineNow, ProgramRow, SlotRow

SHORTEST_LOOK = 0.5
"""Seconds of all processors between two looks; less tells nothing, for the system counts in ticks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds that all processors together have spent since the system started."""

    idle: float
    total: float


def read_spent() -> Spent:
    times = psutil.cpu_times()._asdict()
    # Linux counts the time of guests twice, among its own and by itself.
    total = sum(spent for name, spent in times.items() if not name.startswith("guest"))
    return Spent(idle=times["idle"] + times.get("iowait", 0.0), total=total)


def busy_percent(before: Spent, now: Spent) -> float | None:
    """How busy the processors were in between; None where it was too short to tell."""
    total = now.total - before.total
    if total < SHORTEST_LOOK:
        return None
    return min(100.0, max(0.0, 100.0 * (1.0 - (now.idle - before.idle) / total)))


class MachineLooks:
    """May be asked from several threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._turn = threading.Lock()
        self._checkup: Checkup | None = None
        self._looked_at = 0.0
        self._spent = read_spent()
        self._busy = 0.0

    def now(self, slots: tuple[SlotRow, ...], *, is_fresh: bool) -> MachineNow:
        """This computer at this moment; `is_fresh` looks for programs and GPUs again."""
        with self._turn:
            if self._checkup is None or is_fresh:
                self._checkup = examine([self._home, Path.home()], with_speeds=False)
                self._looked_at = time.time()
            found = self._checkup
            busy = self._busy_now()
        cores = read_cores()
        return MachineNow(
            system=found.machine.system,
            cores=asdict(cores),
            memory=asdict(read_memory()),
            cpu_percent=busy,
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

    def _busy_now(self) -> float:
        """Since the last look. psutil's own percentage remembers that for each thread, and every
        request may come from another.
        """
        spent = read_spent()
        busy = busy_percent(self._spent, spent)
        if busy is not None:
            self._spent, self._busy = spent, busy
        return self._busy

    @staticmethod
    def _disk(folder: str) -> Mapping[str, object]:
        disk = read_disk(Path(folder))
        return {**asdict(disk), "is_network": disk.is_network}


def _found(one: Mapping[str, object]) -> Mapping[str, object]:
    return {key: one[key] for key in ("path", "version", "where")}
