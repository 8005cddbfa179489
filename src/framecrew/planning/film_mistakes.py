"""Mistakes about the film, as the output or beside it: name, preset, rate, sound, and the
program that makes it.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from framecrew.frames.errors import FrameSyntaxError
from framecrew.model.errors import Mistake
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.film_output import (
    FilmWay,
    film_text,
    film_way,
    is_pattern,
)
from framecrew.planning.findings import Findings, PathState
from framecrew.planning.paths import absolute, ending, same_file
from framecrew.planning.rates import parse_rate
from framecrew.planning.reading import did_you_mean
from framecrew.planning.wanted import all_frames
from framecrew.renderers.contract import Renderer
from framecrew.renderers.film_join import CONTAINERS
from framecrew.renderers.film_presets import DEFAULTS, FASTEST, PRESETS
from framecrew.renderers.film_subtitles import CODECS

SILENT = {
    end for end in DEFAULTS if not any(preset.has_sound(end) for preset in PRESETS.values())
}
"""Endings of films that hold no sound."""

MOST_RUNS = 5_000
"""Runs of frames in a film of segments: each is a file and a start of its own."""


def film_mistakes(
    spec: JobSpec, findings: Findings, facts: SceneFacts | None, card: Renderer | None = None
) -> Iterator[Mistake]:
    """What is wrong with the film that is wanted; with `audio` and the like where none is."""
    way = film_way(spec, card)
    if not film_text(spec, card):
        yield from _without_film(spec)
        return
    if way is not None and is_pattern(spec.output):
        yield Mistake(
            place="output",
            wanted="one file, as the output is a film",
            found=f"{spec.output}, a name for each frame",
            advice="Leave the place for the frame's number out; for pictures, end it in .png.",
        )
        return
    place = "film" if way is None else "output"
    yield from _path(spec, findings, place)
    if way is None:
        yield from _preset(spec)
    else:
        yield from _output(spec, facts, card, way)
    yield from _size(spec, facts, card, place)
    yield from _rate(spec, facts, ending(film_text(spec, card)))
    if spec.audio and ending(film_text(spec, card)) in SILENT:
        yield Mistake(
            place="audio",
            wanted="a film that can hold sound",
            found=ending(film_text(spec, card)),
            advice="Leave the sound out, or give the film another ending: .mp4.",
        )
    elif spec.audio and findings.audio is not PathState.FILE:
        yield Mistake(
            place="audio",
            wanted="a sound file that can be read",
            found=f"{findings.audio.value} at {absolute(spec.audio, findings.folder)}",
            advice="Check the path, or leave the sound out.",
        )
    elif findings.is_silent:
        yield Mistake(
            place="audio",
            wanted="a file that holds a sound",
            found=f"none in {absolute(spec.audio, findings.folder)}",
            advice="Name another file, or leave the sound out.",
        )
    yield from _subtitles(spec, ending(film_text(spec, card)))
    if not findings.ffmpeg:
        yield Mistake(
            place="ffmpeg",
            wanted="the program ffmpeg, which makes the film",
            found=f"none at {spec.ffmpeg}" if spec.ffmpeg else "none",
            advice=findings.ffmpeg_hint or "Install it: pip install framecrew[ffmpeg].",
        )
    if way is None and spec.chunk_index is not None:
        yield Mistake(
            place="film",
            wanted="all frames, to make a film of them",
            found=f"chunk {spec.chunk_index} alone",
            advice="Make the film when all chunks are rendered, without --chunk-index.",
        )
    if way is not FilmWay.SEGMENTS:
        yield from _segment_size(spec)


def _without_film(spec: JobSpec) -> Iterator[Mistake]:
    if spec.audio:
        yield Mistake(
            place="audio",
            wanted="a film to put it under",
            found="none",
            advice="Name the film with --film, or leave the sound out.",
        )
    if spec.subtitles or spec.burn_subtitles:
        yield Mistake(
            place="subtitles",
            wanted="a film to put them into",
            found="none",
            advice="Name the film with --film, or leave the subtitles out.",
        )
    yield from _segment_size(spec)


def _subtitles(spec: JobSpec, extension: str) -> Iterator[Mistake]:
    if spec.burn_subtitles and not spec.subtitles:
        yield Mistake(
            place="burn_subtitles",
            wanted="subtitles to burn",
            found="none",
            advice="Name their file with --subtitles.",
        )
    elif spec.subtitles and not spec.burn_subtitles and extension not in CODECS:
        yield Mistake(
            place="subtitles",
            wanted=f"a film that can hold them ({', '.join(CODECS)})",
            found=extension or "no ending",
            advice="Draw them on its pictures: --burn-subtitles.",
        )


def _segment_size(spec: JobSpec) -> Iterator[Mistake]:
    if spec.segment_size is not None:
        yield Mistake(
            place="segment_size",
            wanted="an output that its renderer writes as a film, in segments",
            found=spec.output or "no output",
            advice="Leave it out; --chunk-size fixes the number of frames a process gets.",
        )


# ── the output ────────────────────────────────────────────────────────────────────────────────


def _output(
    spec: JobSpec, facts: SceneFacts | None, card: Renderer | None, way: FilmWay
) -> Iterator[Mistake]:
    """What only an output that is a film can have wrong."""
    if spec.film:
        yield Mistake(
            place="film",
            wanted="one film of the job, and the output is one",
            found=f"{spec.film} besides",
            advice="Leave one of them out; a film and its pictures are --film and --output.",
        )
        return
    if way is FilmWay.SEGMENTS:
        yield from _of_segments(spec, facts, card)
        return
    extension = ending(spec.output)
    if card is not None and (extension not in DEFAULTS or not card.picture_formats):
        yield Mistake(
            place="output",
            wanted=f"a film that {card.title} can write or ffmpeg can make of its pictures "
            f"({', '.join(_films(card))})",
            found=extension,
            advice="Give the film one of these endings.",
        )
    else:
        yield from _preset(spec)
    if facts is not None and facts.views:
        yield Mistake(
            place="output",
            wanted="pictures, as the scene has several views, each with files of its own",
            found=spec.output,
            advice="Write them to --output renders/shot_####.png; --film is made of the first.",
        )


def _films(card: Renderer) -> tuple[str, ...]:
    encoded = tuple(DEFAULTS) if card.picture_formats else ()
    return tuple(dict.fromkeys((*card.film_formats, *encoded)))


def _of_segments(
    spec: JobSpec, facts: SceneFacts | None, card: Renderer | None
) -> Iterator[Mistake]:
    title = card.title if card is not None else "The renderer"
    if ending(spec.output) not in CONTAINERS:
        yield Mistake(
            place="output",
            wanted=f"a film whose segments can be joined ({', '.join(CONTAINERS)})",
            found=ending(spec.output),
            advice="Give the film one of these endings.",
        )
    if card is not None and card.film_presets:
        yield from _preset(spec)
    elif spec.film_preset:
        yield Mistake(
            place="film_preset",
            wanted=f"none, as {title} encodes {ending(spec.output)} itself",
            found=spec.film_preset,
            advice=f"Leave it out, or encode pictures: --output renders/shot_####"
            f"{card.picture_formats[0] if card and card.picture_formats else '.png'} "
            f"--film {spec.output}.",
        )
    for place in ("not_black", "outliers"):
        if getattr(spec, place):
            yield Mistake(
                place=place,
                wanted="pictures to look at",
                found=f"a film that {title} encodes",
                advice="Leave it out, or render pictures: --output renders/shot_####.png.",
            )
    try:
        runs = sum(1 for _ in all_frames(spec, facts).runs())
    except FrameSyntaxError:
        return  # Said already, in its own place.
    if runs > MOST_RUNS:
        yield Mistake(
            place="frames",
            wanted=f"a film of at most {MOST_RUNS} runs of frames, each of which is a start",
            found=f"{runs} of them",
            advice="Render a range without gaps, or pictures.",
        )


# ── its path ──────────────────────────────────────────────────────────────────────────────────


def _path(spec: JobSpec, findings: Findings, place: str) -> Iterator[Mistake]:
    text: str = getattr(spec, place)
    film = absolute(text, findings.folder)
    for other in ("scene", "audio"):
        path = getattr(spec, other)
        if path and same_file(film, absolute(path, findings.folder)):
            yield Mistake(
                place=place,
                wanted=f"a file that is not the {other}",
                found=text,
                advice="Choose another name for the film.",
            )
    folder = findings.film_folder
    if findings.film is PathState.FOLDER:
        yield Mistake(
            place=place,
            wanted="a file to write",
            found=f"a folder at {film}",
            advice="Name the file inside it.",
        )
    elif folder is not None and not folder.can_write:
        yield Mistake(
            place=place,
            wanted="a folder that can be written",
            found=f"{folder.path}, but {folder.reason or 'it may not be written'}",
            advice=f"Make that folder writable, or choose another with --{place}.",
        )
    elif spec.existing is Existing.REFUSE and findings.film is not PathState.NOT_THERE:
        yield Mistake(
            place=place,
            wanted="no film there yet, as `existing` is refuse",
            found=film,
            advice="Choose another name, or --existing keep or replace.",
        )


# ── how it is encoded ─────────────────────────────────────────────────────────────────────────


def preset_mistakes(spec: JobSpec) -> Iterator[Mistake]:
    """What can be said of the film's preset without any finding: an unknown one, or one that
    the film's container cannot hold.
    """
    if spec.film or ending(spec.output) in DEFAULTS:
        yield from _preset(spec)
    elif spec.film_preset and spec.film_preset not in PRESETS:
        yield from _preset(replace(spec, film=f"film{next(iter(DEFAULTS))}"))


def _preset(spec: JobSpec) -> Iterator[Mistake]:
    """`film_preset` and the ending it is put into."""
    place = "film" if spec.film else "output"
    extension = ending(getattr(spec, place))
    preset = PRESETS.get(spec.film_preset)
    if place == "film" and extension not in DEFAULTS:
        yield Mistake(
            place=place,
            wanted=f"a film ending in {', '.join(DEFAULTS)}",
            found=extension or "no ending",
            advice="Give the film one of these endings.",
        )
    elif spec.film_preset and preset is None:
        yield Mistake(
            place="film_preset",
            wanted=f"one of {', '.join(PRESETS)}",
            found=spec.film_preset,
            advice=did_you_mean(spec.film_preset, PRESETS)
            or "`framecrew presets` tells of each.",
        )
    elif preset is not None and extension not in preset.endings:
        usual = DEFAULTS.get(extension)
        yield Mistake(
            place="film_preset",
            wanted=f"a film ending in {' or '.join(preset.endings)} for {preset.name}",
            found=extension,
            advice=f"Change the ending, or leave the preset out{f' for {usual}' if usual else ''}.",
        )


def _size(
    spec: JobSpec, facts: SceneFacts | None, card: Renderer | None, place: str
) -> Iterator[Mistake]:
    """Sizes that the preset does not take. An odd one is padded, but not by a session that encodes itself."""
    extension = ending(film_text(spec, card))
    is_own = film_way(spec, card) is FilmWay.SEGMENTS
    if is_own and (card is None or not card.film_presets):
        return  # Its renderer encodes it.
    preset = PRESETS.get(spec.film_preset or DEFAULTS.get(extension, ""))
    if preset is None or facts is None or not facts.width or not facts.height:
        return
    even_width, even_height = preset.even
    width = facts.width + facts.width % even_width
    height = facts.height + facts.height % even_height
    if is_own and (width, height) != (facts.width, facts.height):
        yield Mistake(
            place=place,
            wanted=f"pictures of an even {'size' if even_height > 1 else 'width'}, "
            f"as {preset.name} stores colours for pairs of pixels",
            found=f"{facts.width}x{facts.height}",
            advice="Change the size by a pixel, or make an .mkv of it, where ffv1 stores each pixel.",
        )
    if not preset.takes(width, height):
        others = (
            one.name
            for one in PRESETS.values()
            if extension in one.endings and one.takes(width, height)
        )
        advice = f"Render larger pictures, or choose another preset: {', '.join(others)}."
        yield Mistake(
            place="film_preset" if spec.film_preset else place,
            wanted=f"pictures of at least {preset.least[0]}x{preset.least[1]} pixels "
            f"for {preset.name}",
            found=f"{facts.width}x{facts.height}",
            advice=advice,
        )


def _rate(spec: JobSpec, facts: SceneFacts | None, extension: str) -> Iterator[Mistake]:
    rate = spec.film_fps or (facts.fps if facts else "")
    try:
        found = parse_rate(rate or "24")
    except ValueError:
        yield Mistake(
            place="film_fps",
            wanted="a frame rate such as 25, 29.97 or 30000/1001",
            found=rate if spec.film_fps else f"{rate} in the scene",
            advice="Write it: --film-fps 25.",
        )
        return
    fastest = FASTEST.get(extension)
    if fastest is not None and Fraction(found) > fastest:
        yield Mistake(
            place="film_fps",
            wanted=f"at most {fastest} frames a second in {extension}, as players slow down more",
            found=rate if spec.film_fps else f"{rate} in the scene",
            advice="Render fewer frames a second, or end the film in .webp.",
        )
