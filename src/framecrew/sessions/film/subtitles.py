"""The proof of a film's subtitles: read back, they are shown at the same times with the same words."""

import re

from film.program import QUIETLY, read_ffmpeg
from film.saying import FilmError

CUE = re.compile(
    r"^(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n(.*?)(?=^\d+\n\d+:\d+:|\Z)",
    re.MULTILINE | re.DOTALL,
)
MARKUP = re.compile(r"</?(?:[bius]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}|\s+", re.IGNORECASE)

OFF = 2
"""Milliseconds: a file may count in other parts of a second."""


def prove_subtitles(film, subtitles, ffmpeg):
    """FilmError unless the film's track says what the file says."""
    wanted = read_cues(subtitles, ffmpeg)
    try:
        found = read_cues(film, ffmpeg)
    except FilmError as error:
        raise FilmError(
            "bad_output", f"the finished film has no subtitles that can be read: {error}"
        ) from error
    if len(found) != len(wanted):
        raise FilmError(
            "bad_output", f"the finished film has {len(found)} subtitles, wanted {len(wanted)}"
        )
    for number, (one, other) in enumerate(zip(found, wanted, strict=True), start=1):
        if any(abs(a - b) > OFF for a, b in zip(one[:2], other[:2], strict=True)):
            raise FilmError(
                "bad_output",
                f"subtitle {number} of the film is shown from {one[0]} to {one[1]} ms, "
                f"wanted {other[0]} to {other[1]} ms",
            )
        if one[2] != other[2]:
            raise FilmError("bad_output", f"subtitle {number} of the film says something else")


def read_cues(path, ffmpeg):
    """Start, end and bare words of each."""
    told = b"".join(
        read_ffmpeg([ffmpeg, *QUIETLY, "-i", path, "-map", "0:s:0", "-f", "srt", "pipe:1"])
    )
    return [
        (milliseconds(*cue[:4]), milliseconds(*cue[4:8]), MARKUP.sub("", cue[8]))
        for cue in CUE.findall(told.decode("utf-8", "replace").replace("\r\n", "\n"))
    ]


def milliseconds(hours, minutes, seconds, rest):
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)
