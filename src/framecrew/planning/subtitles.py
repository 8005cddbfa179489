"""Subtitles: an SRT or WebVTT file, read to its last line. What WebVTT says of places and voices is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from framecrew.model.errors import Mistake
from framecrew.planning.cue_words import from_srt, from_vtt
from framecrew.planning.findings import Findings

FIELD = "subtitles"

MOST_MISTAKES = 10

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
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
    lines = _LINE_END.split(text)
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
    for at, line in enumerate(block):
        if unseen := _UNSEEN.search(line):
            return _mistake(
                "words that can be shown",
                f"the control character {unseen[0]!r} in line {number + at}",
                "Take it out.",
            )
    shown = "\n".join(line.rstrip() for line in block[place + 1 :])
    return Cue(start=start, end=end, text=(from_vtt if is_vtt else from_srt)(shown))


def _milliseconds(parts: tuple[str | None, ...]) -> int | None:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if minutes > 59 or seconds > 59:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((parts[3] or "").ljust(3, "0"))


def _mistake(wanted: str, found: str, advice: str) -> Mistake:
    return Mistake(place=FIELD, wanted=wanted, found=found, advice=advice)
