"""Frames that stand there already: verified whole before anything is rendered, so only the rest is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.media.pictures import examine
from framecrew.model.outputs import Defect, Promise
from framecrew.model.plans import Task

READERS = 2
"""Files decoded at a time."""
AT_ONCE = 64
"""Frames handed to the readers before we look for a wish to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was found of one task's frames."""

    whole: FrameSet
    broken: tuple[tuple[int, Defect], ...]
    """Frames with a file that is there and not whole; they are rendered again."""


def standing(promises: tuple[Promise, ...], frames: FrameSet) -> FrameSet:
    """Frames of which every promised file exists; no file is opened."""
    found = frames
    for promise in promises:
        found = found & _numbers_in(promise, frames)
    return found if promises else EMPTY


def any_standing(promises: tuple[Promise, ...], frames: FrameSet) -> FrameSet:
    """Frames of which at least one promised file exists."""
    found = EMPTY
    for promise in promises:
        found = found | _numbers_in(promise, frames)
    return found


async def keep(task: Task, on_progress: Callable[[int, int], None]) -> Kept:
    """Decode every file of the frames that stand; `on_progress(done, total)` is told now and then."""
    there = standing(task.promises, task.frames)
    total = len(there)
    whole: list[int] = []
    broken: list[tuple[int, Defect]] = []
    done = 0
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(READERS, thread_name_prefix="keep") as readers:
        while done < total:
            batch = tuple(there.skip(done).take(AT_ONCE))
            verdicts = await asyncio.gather(
                *(loop.run_in_executor(readers, _defect_of, task.promises, frame) for frame in batch)
            )
            for frame, defect in zip(batch, verdicts, strict=True):
                if defect is None:
                    whole.append(frame)
                else:
                    broken.append((frame, defect))
            done += len(batch)
            on_progress(done, total)
    return Kept(whole=FrameSet.of(whole), broken=tuple(broken))


def _defect_of(promises: tuple[Promise, ...], frame: int) -> Defect | None:
    for promise in promises:
        found = examine(Path(promise.final.path(frame)), checks=promise.checks)
        if isinstance(found, Defect):
            return found
    return None


def _numbers_in(promise: Promise, frames: FrameSet) -> FrameSet:
    folder = Path(promise.final.folder)
    if not folder.is_dir():
        return EMPTY
    names = (promise.final.match(entry.name) for entry in folder.iterdir())
    return FrameSet.of(number for number in names if number is not None) & frames
