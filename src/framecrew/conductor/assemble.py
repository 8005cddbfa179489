"""Assembling the house: which concrete things stand behind the contracts."""

from collections.abc import Callable
from pathlib import Path

from framecrew.backends.contract import Backend
from framecrew.backends.local import LocalBackend
from framecrew.conductor.searching import Search
from framecrew.conductor.settings import read_settings
from framecrew.machine.cores import read_cores
from framecrew.machine.memory import read_memory
from framecrew.machine.numa import read_nodes
from framecrew.model.events import Event, MachineMeasured
from framecrew.model.pulses import Pulse


def make_search() -> Search:
    """The search of this machine. WrongUse if the settings cannot be read."""
    return Search(read_settings())


def make_backend(
    report: Callable[[Event | Pulse], None], logs: Path, search: Search
) -> Backend:
    """The backend that runs attempts on this machine."""
    return LocalBackend(
        report=report, logs=logs, find_card=search.card, find_program=search.program
    )


def measured_machine(now: float) -> MachineMeasured:
    """What this computer offers to renderers at this moment."""
    return MachineMeasured(
        at=now,
        cores=read_cores().usable,
        memory_bytes=read_memory().free,
        numa=read_nodes(),
    )
