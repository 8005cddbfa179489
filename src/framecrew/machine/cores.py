"""How many processors renderers may use: not those of the machine, but those that are ours."""

import os
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import psutil

from framecrew.machine.cgroups import number_in, our_folders, read_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """Processors of this machine, and how many of them are ours."""

    usable: int
    """Logical processors that we may keep busy; at least 1."""
    logical: int
    """Of the machine."""
    physical: int
    """Of the machine; as many as logical where the system does not tell."""
    limit: str = ""
    """What keeps `usable` below `logical`, in words; empty when nothing does."""


def usable_cores(*, logical: int, allowed: int, share: float | None) -> tuple[int, str]:
    """Work out how many cores are ours, and why not all.

    `allowed` is the number in our affinity mask, `share` what a container may use: 1.5 is one
    and a half cores, on which 2 threads are busy most of the time.
    """
    usable, limit = logical, ""
    if allowed < usable:
        usable, limit = allowed, f"the affinity mask allows {allowed} of {logical}"
    if share is not None and ceil(share) < usable:
        usable, limit = ceil(share), f"the control group allows {share:g} of {logical}"
    return max(usable, 1), limit


def share_of_unified(words: list[str]) -> float | None:
    """Read `cpu.max` of version 2: `200000 100000` is 2 cores, `max 100000` is no limit."""
    if len(words) != 2:
        return None
    quota, period = number_in(words), number_in(words[1:])
    return quota / period if quota and period else None


def share_of_v1(quota: list[str], period: list[str]) -> float | None:
    """Read `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1; -1 is no limit."""
    most, each = number_in(quota), number_in(period)
    return most / each if most and each else None


def read_share(folders: list[Path]) -> float | None:
    """The tightest share of all groups we are in; None for no limit."""
    shares = [
        share
        for folder in folders
        for share in (
            share_of_unified(read_words(folder / "cpu.max")),
            share_of_v1(
                read_words(folder / "cpu.cfs_quota_us"),
                read_words(folder / "cpu.cfs_period_us"),
            ),
        )
        if share is not None
    ]
    return min(shares, default=None)


def read_allowed(logical: int) -> int:
    """The number of processors in our affinity mask; all where the system has none (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    ask = getattr(psutil.Process(), "cpu_affinity", None)
    return len(ask()) if ask is not None else logical


def read_cores() -> Cores:
    """Look at this machine now; the mask and the limits can change while we live."""
    logical = psutil.cpu_count(logical=True) or os.cpu_count() or 1
    usable, limit = usable_cores(
        logical=logical, allowed=read_allowed(logical), share=read_share(our_folders("cpu"))
    )
    return Cores(
        usable=usable,
        logical=logical,
        physical=psutil.cpu_count(logical=False) or logical,
        limit=limit,
    )
