"""Subtitles in a film: as a track of their own, or burnt into its pictures."""

from collections.abc import Mapping
from pathlib import PurePath

SUBTITLES = ".film.subtitles"
"""Where the film's session finds them, relative to the workspace; SRT or WebVTT."""

VTT_AS_IT_IS = "copy"
"""Ffmpeg's encoder of WebVTT leaves what looks like markup in it."""

CODECS: Mapping[str, str] = {
    ".mp4": "mov_text",
    ".m4v": "mov_text",
    ".mov": "mov_text",
    ".mkv": "subrip",
    ".webm": VTT_AS_IT_IS,
}
"""How a film's track stores them, by ending; others can only have them burnt in."""


def subtitle_arguments(film: str, *, place: int) -> tuple[str, ...]:
    """Ffmpeg's arguments for a track, whose file is input number `place`."""
    return ("-map", f"{place}:s:0", "-c:s", CODECS[PurePath(film).suffix.lower()])


def burn_filter(*, has_alpha: bool) -> str:
    """Draws them on the pictures; also where those are transparent."""
    return f"subtitles=filename={SUBTITLES}:alpha={int(has_alpha)}"
