"""A film as the output: whether one is wanted, how it comes about, and where its rushes lie.

The *rushes* of a film are what it is made of: segments, or pictures. They lie beside it in a
hidden folder of their own until the film is proved. The folder is named by a digest of all that
decides what is in it, so a second run finds what a first one left, and a changed scene never
meets what was rendered of it before.
"""

import json
import os
from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.model.outputs import rushes_name
from framecrew.model.requests import RenderRequest
from framecrew.planning.paths import ending
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.film_presets import DEFAULTS

FILM_ENDINGS = (
    *(".mp4", ".mov", ".webm", ".mkv", ".m4v", ".avi", ".mxf"),
    *(".mpg", ".mpeg", ".wmv", ".flv", ".ogv"),
    *(".gif", ".webp"),
)
"""What people call a film, whether anybody here can write it or not."""


class FilmWay(StrEnum):
    """How a film that is the output comes about."""

    SEGMENTS = "segments"
    """The renderer writes films: stretches of this one, which are joined."""
    PICTURES = "pictures"
    """The renderer writes pictures, which are encoded."""


def film_way(spec: JobSpec, card: Renderer | None) -> FilmWay | None:
    """The way of an output that is a film; None for one that is a sequence of pictures."""
    extension = ending(spec.output)
    if card is not None and extension in card.picture_formats:
        # Pictures and films of this ending are told apart by the place for the frame's number.
        is_film = extension in DEFAULTS and not is_pattern(spec.output)
        return FilmWay.PICTURES if is_film else None
    if card is not None and extension in card.film_formats and not spec.burn_subtitles:
        preset = segment_preset(spec, card)
        if not card.film_presets or preset in card.film_presets:
            return FilmWay.SEGMENTS
    return FilmWay.PICTURES if extension in FILM_ENDINGS else None


def is_pattern(output: str) -> bool:
    """Whether it names a file for each frame; the @ of `clip@2x.mov` is a part of the name."""
    try:
        pattern = FramePattern.parse_or_none(output)
    except FrameSyntaxError:
        return True
    return pattern is not None and pattern.text[pattern.start : pattern.end] != "@"


def segment_preset(spec: JobSpec, card: Renderer) -> str:
    """The preset by which this renderer encodes segments; empty where its options decide."""
    if not card.film_presets:
        return ""
    return spec.film_preset or DEFAULTS.get(ending(spec.output), "")


def film_text(spec: JobSpec, card: Renderer | None) -> str:
    """The film that is wanted, as written: as the output or beside it; empty for none."""
    return spec.output if film_way(spec, card) is not None else spec.film


def made_ending(spec: JobSpec, card: Renderer) -> str:
    """The ending of the files a renderer makes for a film that is the output."""
    if film_way(spec, card) is FilmWay.SEGMENTS:
        return ending(spec.output)
    # The picture as a person would look at it; PNG has no view left to be applied.
    return ".png" if ".png" in card.picture_formats else card.picture_formats[0]


def rushes_folder(
    film: str,
    request: RenderRequest,
    *,
    program: FoundProgram | None,
    scene_stamp: str,
    grid: Sequence[FrameSet] = (),
    preset: str = "",
    is_forgiving: bool = False,
) -> str:
    """Where what this film is made of lies; `film` is its absolute path.

    `scene_stamp` is the scene file's size and time as found; `is_forgiving`: missing textures
    are borne. Pictures have no grid: frames rendered for a shorter film are good for this one.
    """
    made_of = {
        "renderer": request.renderer,
        "version": program.version if program else "",
        "scene": [request.scene, scene_stamp],
        "target": request.target,
        "made": request.made,
        "options": dict(request.options),
        "environment": dict(request.environment),
        "slot_environment": {
            name: list(values) for name, values in request.slot_environment.items()
        },
        "grid": [str(frames) for frames in grid],
        "preset": preset,
        "is_forgiving": is_forgiving,
    }
    text = json.dumps(made_of, sort_keys=True, default=str)
    digest = blake2b(text.encode(), digest_size=8).hexdigest()
    folder, name = os.path.split(film)
    return os.path.join(folder, rushes_name(name, digest))  # noqa: PTH118
