"""The NUMA nodes of this machine: which processors are near which memory."""

import os
import sys
from pathlib import Path

SYSFS = Path("/sys/devices/system/node")

Nodes = tuple[tuple[int, ...], ...]


def read_nodes(sysfs: Path = SYSFS) -> Nodes:
    """The logical processors of each node that we may use, in the order of the nodes.

    One node holds all where the system does not tell; none where it has no affinity (macOS).
    """
    allowed = usable_processors()
    found = _system_nodes(sysfs)
    if found is None:
        return ()
    ours = (tuple(sorted(allowed.intersection(processors))) for processors in found)
    nodes = tuple(processors for processors in ours if processors)
    return nodes or (tuple(sorted(allowed)),)


def usable_processors() -> frozenset[int]:
    """The numbers of the logical processors that we may use."""
    ours = getattr(os, "sched_getaffinity", None)  # Linux alone has it.
    return frozenset(ours(0) if ours is not None else range(os.cpu_count() or 1))


def parse_cpu_list(text: str) -> frozenset[int]:
    """Read the kernel's lists: `0-3,8,10-11` is 0, 1, 2, 3, 8, 10, 11; ValueError otherwise."""
    found: set[int] = set()
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


if sys.platform == "win32":
    import ctypes

    def _system_nodes(_sysfs: Path) -> list[frozenset[int]] | None:
        """By `GetNumaNodeProcessorMask`: processors 0 to 63, those of our processor group."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        highest = ctypes.c_ulong()
        if not kernel.GetNumaHighestNodeNumber(ctypes.byref(highest)):
            return []
        nodes = []
        for number in range(highest.value + 1):
            mask = ctypes.c_ulonglong()
            if kernel.GetNumaNodeProcessorMask(ctypes.c_ubyte(number), ctypes.byref(mask)):
                nodes.append(frozenset(bit for bit in range(64) if mask.value >> bit & 1))
        return nodes

elif sys.platform == "darwin":

    def _system_nodes(_sysfs: Path) -> list[frozenset[int]] | None:
        """There is no affinity to make use of them."""
        return None

else:

    def _system_nodes(sysfs: Path) -> list[frozenset[int]] | None:
        nodes: list[tuple[int, frozenset[int]]] = []
        for folder in sysfs.glob("node[0-9]*"):
            try:
                processors = parse_cpu_list((folder / "cpulist").read_text(encoding="ascii"))
                nodes.append((int(folder.name.removeprefix("node")), processors))
            except (OSError, ValueError):
                continue  # A node without processors, or one that is being taken offline.
        return [processors for _, processors in sorted(nodes, key=lambda node: node[0])]
