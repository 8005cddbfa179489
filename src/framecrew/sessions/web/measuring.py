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
        self._pids, self._looked_at = [], 0.0

    def cpu_seconds(self):
        """So far; of ended processes too, if they were waited for."""
        now = time.monotonic()
        if not self._pids or now - self._looked_at >= LOOK_SECONDS:
            self._pids, self._looked_at = list(_tree(self._pid)), now
        return (
            sum(sum(int(field) for field in each[11:15]) for each in _told(self._pids)) / TICKS
        )


def memory_bytes(pid):
    """Memory of a process and all below it; what they share is counted for each."""
    return sum(int(each[21]) for each in _told(_tree(pid))) * PAGE


def _told(pids):
    """What the system tells of each process that is still there."""
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                yield file.read().rpartition(")")[2].split()
        except OSError:
            continue


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
