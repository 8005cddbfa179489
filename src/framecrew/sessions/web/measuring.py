"""Measuring: what the browser's processes take. Nothing where the system has no /proc."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096

LOOK_SECONDS = 1.0
"""Between two looks for new processes: to find them means to open a file for each thread."""


class Meter:
    """The processor time of a process and all below it."""

    def __init__(self, pid):
        self._pid = pid
        self._files, self._looked_at = [], 0.0
        """What the system tells of each process, kept open."""
        self._last = 0.0

    def taken(self):
        """Seconds of a processor since this was last asked; those of ended processes too, if they
        were waited for.
        """
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._look()
            self._looked_at = now
        ticks = sum(sum(map(int, each[11:15])) for each in map(_fields, self._files) if each)
        last, self._last = self._last, ticks / TICKS
        return max(0.0, self._last - last)

    def _look(self):
        for file in self._files:
            os.close(file)
        self._files = [file for file in map(_opened, _tree(self._pid)) if file is not None]


def memory_bytes(pid):
    """Memory of a process and all below it; what they share is counted for each."""
    total = 0
    for file in map(_opened, _tree(pid)):
        if file is not None:
            fields = _fields(file)
            total += int(fields[21]) * PAGE if fields else 0
            os.close(file)
    return total


def _opened(pid):
    try:
        return os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None


def _fields(file):
    """What is told of a process; nothing once it is gone."""
    try:
        return os.pread(file, 4096, 0).rpartition(b")")[2].split()
    except OSError:
        return []


def _tree(pid):
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:
                    waiting += [int(child) for child in file.read().split()]
        except (OSError, ValueError):
            continue
