"""The tasks of a film: segments to render and to join, or pictures to encode."""

import os
from dataclasses import replace
from fractions import Fraction

from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.model.outputs import Segment
from framecrew.model.plans import Task, TaskKind, Traits
from framecrew.model.requests import FilmRequest, JoinRequest, RenderRequest, SoundRun
from framecrew.model.scenes import SceneFacts, Track
from framecrew.planning.film_output import rushes_folder
from framecrew.planning.grid import make_grid
from framecrew.planning.paths import absolute, ending
from framecrew.planning.rates import parse_rate
from framecrew.planning.targets import Target, placed
from framecrew.planning.tracks import film_tracks
from framecrew.planning.wanted import grid_size, wanted_frames
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.ffmpeg import RENDERER as FFMPEG
from framecrew.renderers.film_presets import DEFAULTS, PRESETS


def film_task(
    spec: JobSpec,
    facts: SceneFacts | None,
    folder: str,
    *,
    name: str,
    render: Task,
    target: Target,
    ffmpeg: str,
    rushes: str = "",
) -> Task:
    """The stitch that encodes the pictures of a render task."""
    film = absolute(placed(spec.film, target), folder)
    fps = parse_rate(spec.film_fps or (facts.fps if facts else "24"))
    preset = spec.film_preset or DEFAULTS[ending(film)]
    has_sound = PRESETS[preset].has_sound(ending(film))
    return Task(
        id=name,
        kind=TaskKind.STITCH,
        frames=render.frames,
        request=FilmRequest(
            pictures=render.promises[0].final.text,
            film=film,
            preset=preset,
            fps=fps,
            audio=absolute(spec.audio, folder),
            tracks=_tracks(spec, facts, render.frames) if has_sound else (),
            burn_subtitles=spec.burn_subtitles,
            ffmpeg=ffmpeg,
            width=facts.width if facts else None,
            height=facts.height if facts else None,
        ),
        after=(render.id,),
        traits=FFMPEG.traits,
        rushes=rushes,
    )


def segment_tasks(
    spec: JobSpec,
    facts: SceneFacts | None,
    folder: str,
    *,
    names: tuple[str, str],
    request: RenderRequest,
    traits: Traits,
    target: Target,
    program: FoundProgram | None,
    scene_stamp: str,
    card: Renderer,
    preset: str = "",
) -> tuple[Task, Task]:
    """The task that renders the segments of an output that is a film, and the one that joins
    them; `names` are theirs. `preset`: how the renderer encodes them, where that can be chosen.
    """
    frames = wanted_frames(spec, facts)
    film = absolute(placed(spec.output, target), folder)
    told = spec.film_fps or (facts.fps if facts else "")
    fps = parse_rate(told) if told else ""
    rate = float(Fraction(fps)) if fps else None
    grid = make_grid(frames, traits, rate=rate, size=grid_size(spec))
    rushes = rushes_folder(
        film,
        _as_segments_see_it(request, card),
        program=program,
        scene_stamp=scene_stamp,
        grid=grid.segments,
        preset=preset,
        is_forgiving=spec.allow_missing,
    )
    segments = tuple(
        Segment(
            frames=stretch,
            path=os.path.join(rushes, _name(stretch.first, stretch.last, ending(film))),  # noqa: PTH118
            width=facts.width if facts else None,
            height=facts.height if facts else None,
            fps=fps,
            preset=preset,
        )
        for stretch in grid.segments
    )
    has_sound = bool(card.has_sound and card.has_sound(request.options)) and not spec.audio
    render = Task(
        id=names[0],
        kind=TaskKind.RENDER,
        frames=frames,
        request=request,
        segments=segments,
        grid_reason=grid.reason,
        traits=traits,
    )
    stitch = Task(
        id=names[1],
        kind=TaskKind.STITCH,
        frames=frames,
        request=JoinRequest(
            segments=segments,
            film=film,
            fps=fps,
            audio=absolute(spec.audio, folder),
            tracks=_tracks(spec, facts, frames),
            sound=has_sound,
            sound_run=_sound_run(card, program, request, frames) if has_sound else None,
            allow_reencode=spec.allow_reencode,
            ffmpeg=request.ffmpeg,
        ),
        after=(render.id,),
        traits=FFMPEG.traits,
        rushes=rushes,
    )
    return render, stitch


def _as_segments_see_it(request: RenderRequest, card: Renderer) -> RenderRequest:
    """Another wish for the sound run alone leaves the segments what they are."""
    options = {
        name: value for name, value in request.options.items() if name not in card.sound_options
    }
    return replace(request, options=options)


def _sound_run(
    card: Renderer, program: FoundProgram | None, request: RenderRequest, frames: FrameSet
) -> SoundRun | None:
    """Sound goes on where frames are left out, so the run is that of all from first to last."""
    if card.sound_run is None or program is None:
        return None
    return card.sound_run(program, request, FrameSet.range(frames.first, frames.last))


def _tracks(spec: JobSpec, facts: SceneFacts | None, frames: FrameSet) -> tuple[Track, ...]:
    """The scene's own sounds; a sound file of the job takes their place."""
    if facts is None or spec.audio or not facts.tracks:
        return ()
    return film_tracks(facts.tracks, frames, facts.fps)


def _name(first: int, last: int, extension: str) -> str:
    """Ours, so that no name a person chose breaks a renderer; the sign comes before the zeros."""
    return f"segment_{_number(first)}-{_number(last)}{extension}"


def _number(frame: int) -> str:
    return f"{'-' if frame < 0 else ''}{abs(frame):04d}"
