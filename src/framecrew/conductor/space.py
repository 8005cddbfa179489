"""Room on disk: a job held by a full disk goes on by itself when there is space again."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from framecrew.conductor.clock import Clock
from framecrew.model import events as ev
from framecrew.model.plans import Plan
from framecrew.model.requests import StitchRequest

LOOK_EVERY = 2.0
"""Seconds between two looks."""
ENOUGH_BYTES = 64_000_000
ENOUGH_SHARE = 0.05
"""Of the disk; the smaller of the two is enough to go on."""


class SpaceWatch:
    """Looks after the disks of held jobs and posts `QueueReleased`."""

    def __init__(self, post: Callable[[ev.Event], None], clock: Clock) -> None:
        self._post = post
        self._clock = clock
        self._watches: dict[int, asyncio.Task[None]] = {}

    def watch(self, job: int, plan: Plan) -> None:
        """Look from now on; a second call for the same job changes nothing."""
        known = self._watches.get(job)
        if known is None or known.done():
            self._watches[job] = asyncio.create_task(self._look(job, folders_of(plan)))

    def close(self) -> None:
        for task in self._watches.values():
            task.cancel()

    async def _look(self, job: int, folders: tuple[Path, ...]) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if all(has_room(folder) for folder in folders):
                self._post(ev.QueueReleased(at=self._clock.now(), job=job))
                return


def folders_of(plan: Plan) -> tuple[Path, ...]:
    """Every folder the plan writes into."""
    folders = {Path(promise.final.folder) for task in plan.tasks for promise in task.promises}
    folders |= {Path(task.rushes) for task in plan.tasks if task.rushes}
    folders |= {
        Path(task.request.film).parent
        for task in plan.tasks
        if isinstance(task.request, StitchRequest)
    }
    if plan.scratch:
        folders.add(Path(plan.scratch))
    return tuple(sorted(folders))


def has_room(folder: Path) -> bool:
    """True if the folder's disk has space worth going on for."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free >= min(ENOUGH_BYTES, usage.total * ENOUGH_SHARE)
