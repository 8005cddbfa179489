"""How much memory renderers have: the machine's, or less where a container limits us."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from framecrew.machine.cgroups import number_in, our_folders, read_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes that are ours, and bytes of them that are free now."""

    total: int
    free: int
    """What can be given out without swapping; caches that would be dropped count as free."""
    limit: str = ""
    """What keeps `total` below the machine's memory, in words; empty when nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMemory:
    """The limit of one control group, and how much of it is in use."""

    most: int
    used: int
    """Without the file cache that would be dropped first."""

    @property
    def free(self) -> int:
        return max(self.most - self.used, 0)


def memory_of(*, total: int, free: int, groups: list[GroupMemory]) -> Memory:
    """The tightest of the machine and all groups; the least limit may have most room left."""
    tight = [group for group in groups if group.most < total]
    if not tight:
        return Memory(total=total, free=min(free, total))
    least = min(group.most for group in tight)
    return Memory(
        total=least,
        free=min(free, *(group.free for group in tight)),
        limit=f"the control group allows {least / 2**30:.1f} of {total / 2**30:.1f} GiB",
    )


def droppable_in(words: list[str], name: str) -> int:
    """The bytes that `memory.stat` tells for one name, e.g. `inactive_file`."""
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    return number_in([pairs[name]]) or 0 if name in pairs else 0


def read_groups(folders: list[Path]) -> list[GroupMemory]:
    """All limits that hold for us, in both versions of control groups."""
    found = []
    for folder in folders:
        stat = read_words(folder / "memory.stat")
        for most_name, used_name, droppable in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            most = number_in(read_words(folder / most_name))
            used = number_in(read_words(folder / used_name))
            if most is not None and used is not None:
                found.append(
                    GroupMemory(most=most, used=max(used - droppable_in(stat, droppable), 0))
                )
    return found


def read_memory() -> Memory:
    """Look at this machine now."""
    whole = psutil.virtual_memory()
    return memory_of(
        total=whole.total, free=whole.available, groups=read_groups(our_folders("memory"))
    )
