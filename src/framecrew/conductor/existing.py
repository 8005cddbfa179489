"""What of a new job is there already, as facts: whole frames, and films made of them."""

import asyncio
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from framecrew.conductor.keeping import any_standing, keep
from framecrew.conductor.searching import FILM_RENDERER, Search
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.machine.programs import ProgramMissingError
from framecrew.media.films import NO_WINDOW, examine_film
from framecrew.model import events as ev
from framecrew.model.errors import WrongUse
from framecrew.model.outputs import Defect
from framecrew.model.plans import Plan, TaskKind
from framecrew.model.requests import FilmRequest, JoinRequest
from framecrew.renderers.contract import ProgramFlavour
from framecrew.renderers.ffmpeg import PYTHON_ASKS, film_mark


async def find_existing(
    plan: Plan, job: int, *, search: Search, now: Callable[[], float],
    on_step: Callable[[str], None],
) -> list[ev.Event]:  # fmt: skip
    """Everything that need not be made again, verified; in the order it is to be posted."""
    facts: list[ev.Event] = []
    whole: dict[str, FrameSet] = {}
    renders = [task for task in plan.tasks if task.kind is TaskKind.RENDER]
    for task in plan.tasks:
        if isinstance(task.request, FilmRequest):
            if all(whole.get(name) == _frames(plan, name) for name in task.after) and (
                await _is_kept(task.request, task.frames, search, on_step)
            ):
                facts.append(ev.FramesKept(at=now(), job=job, task=task.id, frames=task.frames))
            continue
        if isinstance(task.request, JoinRequest) or not any_standing(
            task.promises, task.frames
        ):
            continue
        where = f"{task.request.target}: " if len(renders) > 1 else ""
        found = await keep(
            task,
            partial(_tell_progress, on_step, where),
        )
        for frame, defect in found.broken:
            on_step(f"{where}frame {frame} is there but {defect.reason}; it is rendered again")
        facts += [
            ev.FrameMeasured(
                at=now(), job=job, task=task.id, frame=frame, pictures=found.pictures[frame]
            )
            for frame in found.pictures
        ]
        facts.append(ev.FramesKept(at=now(), job=job, task=task.id, frames=found.whole))
        whole[task.id] = found.whole
    return facts


def _tell_progress(on_step: Callable[[str], None], where: str, done: int, total: int) -> None:
    on_step(f"{where}verifying frames that are there: {done}/{total}")


def _frames(plan: Plan, name: str) -> FrameSet:
    return next((task.frames for task in plan.tasks if task.id == name), EMPTY)


async def _is_kept(
    request: FilmRequest, frames: FrameSet, search: Search, on_step: Callable[[str], None]
) -> bool:
    """Whether the film that stands is the one that would be made; tells of it in words."""
    film = Path(request.film)
    if not film.is_file():
        return False
    on_step(f"verifying the film that is there: {film}")
    ffmpeg = await asyncio.to_thread(_find_ffmpeg, search, request.ffmpeg)
    reason = await asyncio.to_thread(why_made_again, request, frames, ffmpeg)
    if reason:
        on_step(f"{film} is there but {reason}; it is made again")
    else:
        on_step(f"{film} is there, whole and newer than its frames; it is kept")
    return not reason


def _find_ffmpeg(search: Search, chosen: str) -> str:
    """Path of the program itself, also where a Python module brings it; empty if it is gone."""
    try:
        found = search.program(FILM_RENDERER, chosen)
    except (ProgramMissingError, WrongUse):
        return ""
    if found.flavour is ProgramFlavour.EXECUTABLE:
        return found.path
    told = subprocess.run(
        [found.path, "-c", PYTHON_ASKS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        creationflags=NO_WINDOW,
    )
    return told.stdout.strip()


def why_made_again(request: FilmRequest, frames: FrameSet, ffmpeg: str) -> str:
    """Why a film that is there is not what these whole frames give; empty if it is."""
    if not ffmpeg:
        return "there is no ffmpeg to verify it"
    film = Path(request.film)
    pattern = FramePattern.parse(request.pictures)
    try:
        made = film.stat().st_mtime_ns
        sources = [Path(pattern.path(frame)) for frame in frames]
        sources += [Path(request.audio)] if request.audio else []
        newer = next((one for one in sources if one.stat().st_mtime_ns > made), None)
    except OSError as error:
        return f"it cannot be compared with its frames: {error.strerror or error}"
    if newer is not None:
        return f"{newer} is newer"
    found = examine_film(film, ffmpeg=ffmpeg, frames=len(frames), fps=request.fps)
    if isinstance(found, Defect):
        return found.reason
    if found.mark != film_mark(request, frames):
        return "it was made of other frames, or in another way"
    return ""
