"""What a process and all below it hold, by Linux's /proc."""

from contextlib import suppress
from pathlib import Path


def below(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                text = (thread / "children").read_text(encoding="ascii")
                waiting += [int(child) for child in text.split()]
    return found


def tree_memory(pid: int) -> float:
    """MiB of a process and all below it."""
    return sum(own_memory(one) for one in below(pid))


def own_memory(pid: int) -> float:
    """MiB of a process alone, what is shared divided among those who share it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
