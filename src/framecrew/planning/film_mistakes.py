"""Mistakes about the film: its ending, preset, rate, sound, and the program that makes it."""

from collections.abc import Iterator

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.model.errors import Mistake
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.findings import Findings, PathState
from framecrew.planning.paths import absolute, ending, same_file
from framecrew.planning.rates import parse_rate
from framecrew.planning.reading import did_you_mean
from framecrew.renderers.film_presets import DEFAULTS, PRESETS


def film_mistakes(
    spec: JobSpec, findings: Findings, facts: SceneFacts | None
) -> Iterator[Mistake]:
    """What is wrong with `film`, `film_preset`, `film_fps`, `audio` and `ffmpeg`."""
    if not spec.film:
        if spec.audio:
            yield Mistake(
                place="audio",
                wanted="a film to put it under",
                found="none",
                advice="Name the film with --film, or leave the sound out.",
            )
        return
    yield from _path(spec, findings)
    yield from _preset(spec)
    yield from _rate(spec, facts)
    if spec.audio and findings.audio is not PathState.FILE:
        yield Mistake(
            place="audio",
            wanted="a sound file that can be read",
            found=f"{findings.audio.value} at {absolute(spec.audio, findings.folder)}",
            advice="Check the path, or leave the sound out.",
        )
    if not findings.ffmpeg:
        yield Mistake(
            place="ffmpeg",
            wanted="the program ffmpeg, which makes the film",
            found=f"none at {spec.ffmpeg}" if spec.ffmpeg else "none",
            advice=findings.ffmpeg_hint or "Install it: pip install framecrew[ffmpeg].",
        )
    if spec.chunk_index is not None:
        yield Mistake(
            place="film",
            wanted="all frames, to make a film of them",
            found=f"chunk {spec.chunk_index} alone",
            advice="Make the film when all chunks are rendered, without --chunk-index.",
        )


def _path(spec: JobSpec, findings: Findings) -> Iterator[Mistake]:
    film = absolute(spec.film, findings.folder)
    for place in ("scene", "audio"):
        other = getattr(spec, place)
        if other and same_file(film, absolute(other, findings.folder)):
            yield Mistake(
                place="film",
                wanted=f"a file that is not the {place}",
                found=spec.film,
                advice="Choose another name for the film.",
            )
    if _is_a_picture(spec, film, findings):
        yield Mistake(
            place="film",
            wanted="a file that is none of the frames",
            found=f"{spec.film}, which fits --output {spec.output}",
            advice="Choose another name or ending for one of them.",
        )
    folder = findings.film_folder
    if findings.film is PathState.FOLDER:
        yield Mistake(
            place="film",
            wanted="a file to write",
            found=f"a folder at {film}",
            advice="Name the file inside it.",
        )
    elif folder is not None and not folder.can_write:
        yield Mistake(
            place="film",
            wanted="a folder that can be written",
            found=f"{folder.path}, but {folder.reason or 'it may not be written'}",
            advice="Make that folder writable, or choose another with --film.",
        )
    elif spec.existing is Existing.REFUSE and findings.film is not PathState.NOT_THERE:
        yield Mistake(
            place="film",
            wanted="no film there yet, as `existing` is refuse",
            found=film,
            advice="Choose another name, or --existing keep or replace.",
        )


def _is_a_picture(spec: JobSpec, film: str, findings: Findings) -> bool:
    output = absolute(spec.output, findings.folder)
    if not output:
        return False
    try:
        pattern = FramePattern.parse(output)
    except FrameSyntaxError:
        # Said already, in its own place.
        return same_file(output, film)
    return same_file(output, film) or pattern.match(film) is not None


def _preset(spec: JobSpec) -> Iterator[Mistake]:
    extension = ending(spec.film)
    preset = PRESETS.get(spec.film_preset)
    if extension not in DEFAULTS:
        yield Mistake(
            place="film",
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
        yield Mistake(
            place="film_preset",
            wanted=f"a film ending in {' or '.join(preset.endings)} for {preset.name}",
            found=extension,
            advice=f"Change the ending, or leave the preset out for {DEFAULTS[extension]}.",
        )


def _rate(spec: JobSpec, facts: SceneFacts | None) -> Iterator[Mistake]:
    rate = spec.film_fps or (facts.fps if facts else "")
    try:
        parse_rate(rate or "24")
    except ValueError:
        yield Mistake(
            place="film_fps",
            wanted="a frame rate such as 25, 29.97 or 30000/1001",
            found=rate if spec.film_fps else f"{rate} in the scene",
            advice="Write it: --film-fps 25.",
        )
