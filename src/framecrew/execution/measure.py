"""What the process trees of renderers use: CPU time, memory, bytes read and written.

The root of a tree is the guard (or, on Windows, the renderer itself). The guard's own share is
left out: what a tree used is told by what is below it, and by what it has inherited from its
ended children. A forked session is a root without a guard inside another tree; it counts for
itself alone, and of the memory it shares with others only its part.
"""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psutil

HAS_GUARD = sys.platform != "win32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one process tree has used until now."""

    cpu_seconds: float = 0.0
    """Of all threads and processes, ended ones included; grows only, but for ended orphans."""
    memory_bytes: int = 0
    """Resident now."""
    io_bytes: int = 0
    """Read and written by the living; 0 where the system does not tell."""
    processes: int = 0


def measure_trees(
    roots: Collection[int], *, forked: Collection[int] = frozenset()
) -> dict[int, Usage]:
    """The usage of each tree, with one look at the machine's processes for all. Takes some
    milliseconds: call it in a thread. A root that has gone is left out. `forked` are those of
    the roots that are forked sessions.
    """
    if not roots:
        return {}
    children: dict[int, list[psutil.Process]] = defaultdict(list)
    processes: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        try:
            parent = process.ppid()
        except psutil.Error:
            continue
        children[parent].append(process)
        processes[process.pid] = process
    return {
        root: _usage(
            processes[root],
            list(_below(root, children, without=forked)),
            is_forked=root in forked,
        )
        for root in roots
        if root in processes
    }


def _below(
    root: int, children: dict[int, list[psutil.Process]], *, without: Collection[int]
) -> Iterable[psutil.Process]:
    waiting = list(children.get(root, ()))
    while waiting:
        process = waiting.pop()
        if process.pid not in without:
            yield process
            waiting.extend(children.get(process.pid, ()))


def _usage(root: psutil.Process, below: list[psutil.Process], *, is_forked: bool) -> Usage:
    cpu_seconds, memory, io, count = 0.0, 0, 0, 0
    if HAS_GUARD and not is_forked:
        try:
            inherited = root.cpu_times()
            cpu_seconds += inherited.children_user + inherited.children_system
        except psutil.Error:
            pass
    else:
        below = [root, *below]
    for process in below:
        try:
            with process.oneshot():
                times = process.cpu_times()
                cpu_seconds += (
                    times.user + times.system + times.children_user + times.children_system
                )
                memory += _own_memory(process) if is_forked else process.memory_info().rss
                io += _io_bytes(process)
                count += 1
        except psutil.Error:
            continue  # It ended while we looked, or is not ours to look into.
    return Usage(cpu_seconds=cpu_seconds, memory_bytes=memory, io_bytes=io, processes=count)


if sys.platform == "linux":

    def _own_memory(process: psutil.Process) -> int:
        """What it shares is counted in parts: dearer to find out than the resident size."""
        return int(process.memory_full_info().pss)

else:

    def _own_memory(process: psutil.Process) -> int:
        return process.memory_info().rss


if sys.platform == "darwin":

    def _io_bytes(_process: psutil.Process) -> int:
        return 0  # The system does not tell.

elif sys.platform == "win32":

    def _io_bytes(process: psutil.Process) -> int:
        counters = process.io_counters()
        return counters.read_bytes + counters.write_bytes + counters.other_bytes

else:

    def _io_bytes(process: psutil.Process) -> int:
        counters = process.io_counters()
        return counters.read_chars + counters.write_chars  # Also what the page cache answered.
