"""An owner: the framecrew process that drives a job, told from any later one of its number.

A process number comes back after a while, so it alone proves nothing. Beside it stands a mark
of the process's start that stays the same for as long as it lives, whatever happens to the
clock: on Linux the tick since boot with the id of the boot, elsewhere the start time that the
system itself keeps for the process.
"""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    host: str
    pid: int
    started: str
    """See `start_mark`."""

    @property
    def is_alive(self) -> bool:
        """Whether it still runs. One of another computer cannot be seen and counts as alive."""
        if self.host != platform.node():
            return True
        return start_mark(self.pid) == self.started


def this_process() -> Owner:
    """The process we are."""
    return Owner(
        host=platform.node(), pid=os.getpid(), started=start_mark(os.getpid()) or "unknown"
    )


def linux_start_mark(pid: int) -> str | None:
    """From /proc: boot and tick of the start; None when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The program's name stands in parentheses and may hold any character: count from its end.
    rest = stat.rpartition(")")[2].split()
    if rest[0] in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id")
    boot_id = boot.read_text(encoding="ascii").strip() if boot.exists() else ""
    return f"{boot_id}/{rest[19]}"


def system_start_mark(pid: int) -> str | None:
    """The start time as the system tells it; None when there is no such process."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return repr(process.create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        # It lives and is not ours; no process of ours is closed to us.
        return None


# psutil's start time is counted from a boot time that moves when the clock is set, on Linux.
start_mark = linux_start_mark if sys.platform == "linux" else system_start_mark
"""A text that no other process on this computer has, or None when there is no such process."""
