"""What of a new job is there already, as facts: whole frames, segments, and films made of them."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from framecrew.conductor.keeping import READERS, any_standing, keep, older_than
from framecrew.conductor.searching import FILM_RENDERER, Search
from framecrew.execution.proving import find_defect
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.machine.programs import ProgramMissingError, program_file
from framecrew.media.films import ANY_RATE, examine_film
from framecrew.model import events as ev
from framecrew.model.errors import WrongUse
from framecrew.model.outputs import Defect
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import FilmRequest, JoinRequest, RenderRequest, StitchRequest
from framecrew.renderers.ffmpeg import film_mark
from framecrew.renderers.film_join import join_mark

Step = Callable[[str], None]


async def find_existing(
    plan: Plan, job: int, *, search: Search, now: Callable[[], float], on_step: Step
) -> list[ev.Event]:
    """Everything that need not be made again, verified; in the order it is to be posted."""
    facts: list[ev.Event] = []
    whole: dict[str, FrameSet] = {}
    renders = [task for task in plan.tasks if task.kind is TaskKind.RENDER]
    # What such a film was made of is gone, so the film itself is looked at first.
    for film in plan.tasks:
        if film.rushes and await _is_kept(film, search, on_step):
            whole |= dict.fromkeys((*film.after, film.id), film.frames)
    for task in plan.tasks:
        request = task.request
        if task.id in whole:
            kept = whole[task.id]
        elif isinstance(request, StitchRequest):
            sources = all(whole.get(name) == _frames(plan, name) for name in task.after)
            if task.rushes or not sources or not await _is_kept(task, search, on_step):
                continue
            kept = task.frames
        else:
            where = f"{request.target}: " if len(renders) > 1 else ""
            if task.segments:
                kept = await _whole_segments(task, request, search, where, on_step)
            elif any_standing(task.promises, task.frames):
                found = await keep(task, partial(_tell_progress, on_step, where))
                for frame, defect in found.broken:
                    on_step(
                        f"{where}frame {frame} is there but {defect.reason}; "
                        "it is rendered again"
                    )
                facts += [
                    ev.FrameMeasured(
                        at=now(), job=job, task=task.id, frame=frame, pictures=pictures
                    )
                    for frame, pictures in found.pictures.items()
                ]
                kept = found.whole
                older = await asyncio.to_thread(older_than, request.scene, task.promises, kept)
                if older:
                    on_step(
                        f"{where}frames {older} are kept, and were rendered before {Path(request.scene).name} was "
                        "changed; --existing replace renders them anew"
                    )
            else:
                continue
            whole[task.id] = kept
        facts.append(ev.FramesKept(at=now(), job=job, task=task.id, frames=kept))
    return facts


def _tell_progress(on_step: Step, where: str, done: int, total: int) -> None:
    on_step(f"{where}verifying frames that are there: {done}/{total}")


def _frames(plan: Plan, name: str) -> FrameSet:
    return next((task.frames for task in plan.tasks if task.id == name), EMPTY)


# ── segments ──────────────────────────────────────────────────────────────────────────────────


async def _whole_segments(
    task: Task, request: RenderRequest, search: Search, where: str, on_step: Step
) -> FrameSet:
    """Frames of the segments that are there and are what was proved."""
    standing = [segment for segment in task.segments if Path(segment.path).exists()]
    if not standing:
        return EMPTY
    ffmpeg = await asyncio.to_thread(_find_ffmpeg, search, request.ffmpeg)
    kept = EMPTY
    # A few at a time, so that a wish to stop does not wait for all of them.
    for done in range(0, len(standing), READERS):
        batch = standing[done : done + READERS]
        looks = (asyncio.to_thread(find_defect, segment, ffmpeg=ffmpeg) for segment in batch)
        for segment, defect in zip(batch, await asyncio.gather(*looks), strict=True):
            if defect is None:
                kept = kept | segment.frames
            else:
                on_step(
                    f"{where}the segment of frames {segment.frames} is there but "
                    f"{defect.reason}; it is rendered again"
                )
        on_step(
            f"{where}verifying segments that are there: {done + len(batch)}/{len(standing)}"
        )
    return kept


# ── films ─────────────────────────────────────────────────────────────────────────────────────


async def _is_kept(task: Task, search: Search, on_step: Step) -> bool:
    """Whether the film that stands is the one that would be made; tells of it in words."""
    request = task.request
    assert isinstance(request, StitchRequest)
    film = Path(request.film)
    if not film.is_file():
        return False
    on_step(f"verifying the film that is there: {film}")
    ffmpeg = await asyncio.to_thread(_find_ffmpeg, search, request.ffmpeg)
    has_sources = not task.rushes
    reason = await asyncio.to_thread(
        why_made_again, request, task.frames, ffmpeg, has_sources=has_sources
    )
    newer = "whole and newer than its frames" if has_sources else "whole and of just this scene"
    if reason:
        on_step(f"{film} is there but {reason}; it is made again")
    else:
        on_step(f"{film} is there, {newer}; it is kept")
    return not reason


def _find_ffmpeg(search: Search, chosen: str) -> str:
    """Path of the program itself; empty if it is gone."""
    try:
        found = search.program(FILM_RENDERER, chosen)
    except (ProgramMissingError, WrongUse):
        return ""
    return program_file(search.card(FILM_RENDERER).program, found)


def why_made_again(
    request: StitchRequest, frames: FrameSet, ffmpeg: str, *, has_sources: bool
) -> str:
    """Why a film that is there is not what these whole frames give; empty if it is.

    `has_sources`: its pictures stand beside it. Where they do not, its mark alone tells what it
    was made of.
    """
    if not ffmpeg:
        return "there is no ffmpeg to verify it"
    film = Path(request.film)
    sources = [Path(request.audio)] if request.audio else []
    sources += [Path(one.source) for one in request.tracks if one.is_file]
    if has_sources and isinstance(request, FilmRequest):
        pattern = FramePattern.parse(request.pictures)
        sources += [Path(pattern.path(frame)) for frame in frames]
    try:
        made = film.stat().st_mtime_ns
        newer = next((one for one in sources if one.stat().st_mtime_ns > made), None)
    except OSError as error:
        return f"it cannot be compared with its frames: {error.strerror or error}"
    if newer is not None:
        return f"{newer} is newer"
    fps = request.fps or ANY_RATE
    found = examine_film(film, ffmpeg=ffmpeg, frames=len(frames), fps=fps)
    if isinstance(found, Defect):
        return found.reason
    if found.mark != _mark(request, frames):
        return "it was made of other frames, or in another way"
    return ""


def _mark(request: StitchRequest, frames: FrameSet) -> str:
    if isinstance(request, JoinRequest):
        return join_mark(request, frames)
    return film_mark(request, frames)
