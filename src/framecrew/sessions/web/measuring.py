"""Measuring: what the browser's processes take. Nothing where the system has no /proc."""

import os

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def cpu_seconds(pid):
    """Processor time of a process and all below it, ended ones that were waited for included."""
    return sum(sum(int(field) for field in fields[11:15]) for fields in _tree(pid)) / TICKS


def memory_bytes(pid):
    """Memory of a process and all below it; what they share is counted for each."""
    return sum(int(fields[21]) for fields in _tree(pid)) * PAGE


def _tree(pid):
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            with open(f"/proc/{one}/stat", encoding="ascii", errors="replace") as file:
                yield file.read().rpartition(")")[2].split()
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:
                    waiting += [int(child) for child in file.read().split()]
        except (OSError, ValueError):
            continue
