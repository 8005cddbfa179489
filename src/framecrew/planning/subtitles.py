"""Subtitles: an SRT or WebVTT file read to its last line, as what a film of some frames shows.

Second 0 of the file is the film's first picture. Cues that overlap are laid over each other, for
MP4 knows none: two lines where two are shown. What WebVTT says of places and voices is left out.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from framecrew.frames.sets import FrameSet
from framecrew.model.errors import Mistake
from framecrew.model.plans import Plan, Task
from framecrew.model.requests import StitchRequest
from framecrew.planning.findings import Findings

FIELD = "subtitles"

MOST_MISTAKES = 10

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_VTT_TAG = re.compile(r"</?(?:c|v|lang|ruby|rt)(?:[.\s][^>]*)?>|<[\d:.]+>|(?<=<[biu])\.[^>\s]+")
_NOT_CUES = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Some lines, and when they are shown: milliseconds from the film's start."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitles:
    """What a file says; with any mistake in it, it has no cues."""

    cues: tuple[Cue, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def subtitles(findings: Findings) -> Subtitles:
    """The file that the spec names; without one, nothing."""
    text = findings.texts.get(FIELD)
    return Subtitles() if text is None else parse_subtitles(text)


def parse_subtitles(text: str) -> Subtitles:
    """Read SRT, or WebVTT if it begins with that word."""
    lines = text.splitlines()
    is_vtt = bool(lines) and lines[0].startswith("WEBVTT")
    cues, wrong = list[Cue](), list[Mistake]()
    for number, block in _blocks(lines):
        if is_vtt and (number == 1 or block[0].startswith(_NOT_CUES)):
            continue
        found = _cue(number, block, is_vtt=is_vtt)
        if isinstance(found, Mistake):
            wrong.append(found)
        else:
            cues.append(found)
    if not cues and not wrong:
        wrong.append(_mistake("at least one subtitle", "none", "Choose another file."))
    if wrong:
        return Subtitles(mistakes=tuple(wrong[:MOST_MISTAKES]))
    return Subtitles(cues=tuple(cues))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines that belong together, with the number of the first one, from 1."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(number: int, block: list[str], *, is_vtt: bool) -> Cue | Mistake:
    # Before the times may stand a number, or in WebVTT a name.
    place = 1 if "-->" not in block[0] and len(block) > 1 else 0
    times = _TIMES.match(block[place])
    if times is None:
        return _mistake(
            "two times such as 00:00:01,000 --> 00:00:02,500",
            f"{block[place].strip()[:60]!r} in line {number + place}",
            "Correct that line; an empty line parts two subtitles.",
        )
    start, end = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
    if start is None or end is None or end <= start:
        return _mistake(
            "an end behind the start, and at most 59 minutes and seconds",
            f"{times[0].strip()} in line {number + place}",
            "Correct the times.",
        )
    shown = "\n".join(line.rstrip() for line in block[place + 1 :])
    return Cue(start=start, end=end, text=_plain(shown) if is_vtt else shown)


def _milliseconds(parts: tuple[str | None, ...]) -> int | None:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if minutes > 59 or seconds > 59:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((parts[3] or "").ljust(3, "0"))


def _plain(text: str) -> str:
    return html.unescape(_VTT_TAG.sub("", text))


def _mistake(wanted: str, found: str, advice: str) -> Mistake:
    return Mistake(place=FIELD, wanted=wanted, found=found, advice=advice)


# ── in a film ─────────────────────────────────────────────────────────────────────────────────


def plan_with_subtitles(plan: Plan, found: Subtitles) -> Plan:
    """The plan with these subtitles in all its films."""
    return replace(plan, tasks=tuple(_titled(task, found) for task in plan.tasks))


def _titled(task: Task, found: Subtitles) -> Task:
    request = task.request
    if not isinstance(request, StitchRequest) or not found.cues:
        return task
    shown = film_subtitles(found.cues, task.frames, request.fps)
    return replace(task, request=replace(request, subtitles=shown))


def film_subtitles(cues: Iterable[Cue], frames: FrameSet, fps: str) -> str:
    """The text of an SRT file for a film of these frames, one cue after the other; what is
    beyond its end is cut.
    """
    end = round(len(frames) * 1000 / Fraction(fps)) if fps else None
    inside = (
        cue if end is None else replace(cue, end=min(cue.end, end))
        for cue in cues
        if end is None or cue.start < end
    )
    return "\n".join(
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n"
        for number, cue in enumerate(one_after_the_other(inside), start=1)
    )


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


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d},{rest:03d}"
