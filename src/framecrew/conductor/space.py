"""Room on disk: a job starts nothing new on a disk that gets full, and goes on by itself when there
is space again.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

from framecrew.conductor.clock import Clock
from framecrew.frames.sets import FrameSet
from framecrew.machine.disks import existing_folder, free_bytes
from framecrew.model import events as ev
from framecrew.model.plans import Plan
from framecrew.model.requests import StitchRequest
from framecrew.planning.sizes import size_text
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.state import State
from framecrew.scheduler.tasks import TaskState

LOOK_EVERY = 2.0
"""Seconds between two looks."""
ENOUGH_BYTES = 64_000_000
ENOUGH_SHARE = 0.05
"""Of the disk; the smaller of the two is enough to go on."""


SAMPLES = 8
"""Delivered frames (or segments) whose mean tells what one takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shortage:
    """What kept a job from starting more."""

    live: float
    """Bytes that the frames being rendered were going to take."""
    frame: float
    """Bytes of one."""


class SpaceWatch:
    """Holds jobs whose disk gets full, and lets held ones go on when there is space again.

    Frames in work always come to their end; what is held is the start of new ones.
    """

    def __init__(self, post: Callable[[ev.Event], None], clock: Clock, state: State) -> None:
        self._post = post
        self._clock = clock
        self._state = state
        self._watches: dict[int, asyncio.Task[None]] = {}
        self._shortages: dict[int, _Shortage] = {}
        self._patrol: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._patrol = asyncio.create_task(self._look_ahead(), name="room on disk")

    def watch(self, job: int, plan: Plan) -> None:
        """Look from now on; a second call for the same job changes nothing."""
        known = self._watches.get(job)
        if known is None or known.done():
            self._watches[job] = asyncio.create_task(self._look(job, folders_of(plan)))

    def close(self) -> None:
        for task in (*self._watches.values(), self._patrol):
            if task is not None:
                task.cancel()

    def forget(self, job: int) -> None:
        """It is over."""
        self._shortages.pop(job, None)

    async def _look(self, job: int, folders: tuple[Path, ...]) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if await asyncio.to_thread(_have_room, folders, self._wanted(job)):
                self._shortages.pop(job, None)
                self._post(ev.QueueReleased(at=self._clock.now(), job=job))
                return

    def _wanted(self, job: int) -> float:
        """Bytes to go on with: of what was in work, or of all that is left if that is less."""
        known, state = self._shortages.get(job), self._state.jobs.get(job)
        if known is None or state is None:
            return 0.0
        left = sum(len(task.unfinished) for task in state.tasks.values() if task.is_render)
        return min(known.live, known.frame * left)

    # ── before it is full ─────────────────────────────────────────────────────────────────────

    async def _look_ahead(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            for job in tuple(self._state.queue):
                if job.may_start and job.live:
                    await self._look_at(job)

    async def _look_at(self, job: JobState) -> None:
        """Hold a job if what is in work takes all the room there is."""
        pending = sum(len(task.pending) for task in job.tasks.values() if task.is_render)
        live = sum(len(task.left_of_live) for task in job.tasks.values() if task.is_render)
        if not pending or not live:
            return
        samples = [one for task in job.tasks.values() for one in _samples(task)]
        frame = await asyncio.to_thread(_mean_size, samples)
        need = frame * live
        folder, free = await asyncio.to_thread(_fullest, folders_of(job.plan))
        if free >= need or not job.may_start:
            return
        self._shortages[job.id] = _Shortage(live=need, frame=frame)
        reason = (
            f"the disk of {folder} has {size_text(free)} left, and the frames in work take "
            f"about {size_text(round(need))}"
        )
        self._post(ev.QueueHeld(at=self._clock.now(), job=job.id, reason=reason))


def _samples(task: TaskState) -> Iterator[tuple[tuple[Path, ...], int]]:
    """Files of what is delivered, and how many frames they hold; spread over all of it."""
    done, promises = task.done, task.task.promises
    if promises:
        for frame in _spread(done):
            yield tuple(Path(one.final.path(frame)) for one in promises), 1
    segments = (one for one in task.task.segments if one.frames <= done)
    for segment in islice(segments, SAMPLES):
        yield (Path(segment.path),), len(segment.frames)


def _spread(frames: FrameSet) -> Iterator[int]:
    count = len(frames)
    return (frames.nth(place) for place in range(0, count, max(1, count // SAMPLES)))


def _mean_size(samples: Iterable[tuple[tuple[Path, ...], int]]) -> float:
    """Bytes of a frame; 0 where none is there."""
    size = count = 0
    for paths, frames in samples:
        with suppress(OSError):
            size += sum(path.stat().st_size for path in paths)
            count += frames
    return size / count if count else 0.0


def _fullest(folders: Iterable[Path]) -> tuple[Path, int]:
    """The folder with the least room, and how much that is."""
    return min(((folder, free_bytes(folder)) for folder in folders), key=itemgetter(1))


def _have_room(folders: Iterable[Path], wanted: float) -> bool:
    return all(has_room(folder) and free_bytes(folder) >= wanted for folder in folders)


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
    usage = shutil.disk_usage(existing_folder(folder))
    return usage.free >= min(ENOUGH_BYTES, usage.total * ENOUGH_SHARE)
