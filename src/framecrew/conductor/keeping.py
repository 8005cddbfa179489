"""Frames that stand there already: verified whole before anything is rendered, so only the rest is."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.media.pictures import examine
from framecrew.model.outputs import Defect, PictureFacts, Promise
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
    pictures: Mapping[int, Mapping[str, PictureFacts]] = field(default_factory=dict)
    """Of whole frames, by promise: the pictures to be compared with their neighbours."""


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


def older_than(scene: str, promises: tuple[Promise, ...], frames: FrameSet) -> FrameSet:
    """Frames with a file that was written before the scene was; none where it is an address."""
    try:
        changed = Path(scene).stat().st_mtime_ns
        return FrameSet.of(
            frame
            for frame in frames
            if any(Path(one.final.path(frame)).stat().st_mtime_ns < changed for one in promises)
        )
    except OSError:
        return EMPTY


async def keep(task: Task, on_progress: Callable[[int, int], None]) -> Kept:
    """Decode every file of the frames that stand; `on_progress(done, total)` is told now and then."""
    there = standing(task.promises, task.frames)
    total = len(there)
    whole: list[int] = []
    broken: list[tuple[int, Defect]] = []
    pictures: dict[int, Mapping[str, PictureFacts]] = {}
    done = 0
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(READERS, thread_name_prefix="keep") as readers:
        while done < total:
            batch = tuple(there.skip(done).take(AT_ONCE))
            verdicts = await asyncio.gather(
                *(
                    loop.run_in_executor(readers, _examined, task.promises, frame)
                    for frame in batch
                )
            )
            for frame, verdict in zip(batch, verdicts, strict=True):
                if isinstance(verdict, Defect):
                    broken.append((frame, verdict))
                    continue
                whole.append(frame)
                if verdict:
                    pictures[frame] = verdict
            done += len(batch)
            on_progress(done, total)
    return Kept(whole=FrameSet.of(whole), broken=tuple(broken), pictures=pictures)


def _examined(promises: tuple[Promise, ...], frame: int) -> dict[str, PictureFacts] | Defect:
    """The first defect of a frame, else its pictures that are compared with their neighbours'."""
    pictures: dict[str, PictureFacts] = {}
    for promise in promises:
        found = examine(Path(promise.final.path(frame)), checks=promise.checks)
        if isinstance(found, Defect):
            return found
        if promise.checks.outliers:
            pictures[promise.name] = found
    return pictures


def _numbers_in(promise: Promise, frames: FrameSet) -> FrameSet:
    folder = Path(promise.final.folder)
    if not folder.is_dir():
        return EMPTY
    names = (promise.final.match(entry.name) for entry in folder.iterdir())
    return FrameSet.of(number for number in names if number is not None) & frames
