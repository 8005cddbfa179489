"""Subtitles in films: what of them a film of some frames shows, as a file that it is given.

Second 0 of the file is the film's first picture. Cues that overlap are laid over each other, for
MP4 knows none: two lines where two are shown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import PurePath

from framecrew.frames.sets import FrameSet
from framecrew.model.plans import Plan, Task
from framecrew.model.requests import FilmRequest, StitchRequest
from framecrew.planning.cue_words import CueWay, said_as
from framecrew.planning.subtitles import Cue, Subtitles
from framecrew.renderers.film_subtitles import CODECS, VTT_AS_IT_IS


def plan_with_subtitles(plan: Plan, found: Subtitles) -> Plan:
    """The plan with these subtitles in all its films."""
    return replace(plan, tasks=tuple(_titled(task, found) for task in plan.tasks))


def _titled(task: Task, found: Subtitles) -> Task:
    if not isinstance(task.request, StitchRequest) or not found.cues:
        return task
    return replace(task, request=with_subtitles(task.request, task.frames, found))


def with_subtitles(request: StitchRequest, frames: FrameSet, found: Subtitles) -> StitchRequest:
    """A film of these frames with what is shown in it of the file, as the film wants it."""
    shown = film_subtitles(found.cues, frames, request.fps, _way(request))
    return replace(request, subtitles=shown)


def _way(request: StitchRequest) -> CueWay:
    if isinstance(request, FilmRequest) and request.burn_subtitles:
        return CueWay.DRAWN
    is_vtt = CODECS.get(PurePath(request.film).suffix.lower()) == VTT_AS_IT_IS
    return CueWay.VTT if is_vtt else CueWay.SRT


def subtitle_doubts(plan: Plan, found: Subtitles) -> Iterator[str]:
    """What is said of a film that is over before the first of them."""
    for task in plan.tasks:
        if (
            isinstance(task.request, StitchRequest)
            and found.cues
            and not task.request.subtitles
        ):
            first = min(cue.start for cue in found.cues) / 1000
            yield (
                f"{task.request.film} has no subtitles: the first is shown at {first:g} s of the "
                f"film, which is over by then"
            )


def film_subtitles(
    cues: Iterable[Cue], frames: FrameSet, fps: str, way: CueWay = CueWay.SRT
) -> str:
    """The text of a file for a film of these frames, one cue after the other; what is beyond its
    end is cut. Empty where nothing is left.
    """
    end = round(len(frames) * 1000 / Fraction(fps)) if fps else None
    inside = (
        cue if end is None else replace(cue, end=min(cue.end, end))
        for cue in cues
        if end is None or cue.start < end
    )
    shown = [
        f"{number}\n{_clock(cue.start, way)} --> {_clock(cue.end, way)}\n{said_as(way, cue.text)}\n"
        for number, cue in enumerate(one_after_the_other(inside), start=1)
    ]
    return "\n".join([*(["WEBVTT\n"] if shown and way is CueWay.VTT else []), *shown])


def one_after_the_other(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Cues without overlaps, which together show the same.

    0-4 `a` and 2-6 `b` become 0-2 `a`, 2-4 `a` over `b`, and 4-6 `b`.
    """
    waiting = sorted((cue for cue in cues if cue.text), key=lambda cue: cue.start)
    shown: list[Cue] = []
    now = 0
    while waiting or shown:
        if not shown:
            now = waiting[0].start
        while waiting and waiting[0].start <= now:
            shown.append(waiting.pop(0))
        begun = waiting[0].start if waiting else None
        ended = min(cue.end for cue in shown)
        then = ended if begun is None else min(begun, ended)
        yield Cue(start=now, end=then, text="\n".join(cue.text for cue in shown))
        shown = [cue for cue in shown if cue.end > then]
        now = then


def _clock(milliseconds: int, way: CueWay) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    point = "." if way is CueWay.VTT else ","
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{rest:03d}"
