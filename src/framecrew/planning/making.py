"""Making the plan: a job spec and what is known of its scene become tasks with their promises.

Call it when `mistakes` found none; it does not look at the disk and judges nothing.
"""

from dataclasses import replace

from framecrew.frames.patterns import FramePattern
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import JobSpec
from framecrew.model.outputs import Checks, Promise
from framecrew.model.plans import Patience, Plan, Task, TaskKind, Traits
from framecrew.model.requests import ALL_FRAMES, RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.planning.absolute import absolute_options
from framecrew.planning.film_output import (
    FilmWay,
    film_text,
    film_way,
    made_ending,
    rushes_folder,
    segment_preset,
)
from framecrew.planning.film_tasks import film_task, segment_tasks
from framecrew.planning.paths import absolute, ending
from framecrew.planning.reading import read_options
from framecrew.planning.sizes import parse_size
from framecrew.planning.targets import PLACE, Target, chosen_layer, placed, targets_of
from framecrew.planning.wanted import job_name, main_pattern, view_pattern, wanted_frames
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.film_presets import DEFAULTS, PRESETS

RENDER = "render"
FILM = "film"

ALLOWED_WHEN_MISSING = (FailureKind.MISSING_ASSET, FailureKind.MISSING_LIBRARY)

MADE = "frame_####"
"""The name inside a workspace: ours, so that no name a person chose breaks a renderer."""

MAIN = "main"
"""Name of the promise of the picture itself."""


def make_plan(
    spec: JobSpec,
    *,
    card: Renderer,
    folder: str,
    program: FoundProgram | None = None,
    facts: SceneFacts | None = None,
    ffmpeg: str = "ffmpeg",
    scene_stamp: str = "",
) -> Plan:
    """The plan of a spec whose relative paths start at `folder`, an absolute one.

    `facts` None: the scene was not inspected, so its frames must be written in the spec.
    `scene_stamp` is the scene file's size and time, as found.
    """
    targets = targets_of(spec, card)
    traits = _traits(card, spec, facts)
    way = film_way(spec, card)
    scene_stamp += facts.stamp if facts else ""
    tasks: list[Task] = []
    for target in targets:
        names = (_task_id(RENDER, target, targets), _task_id(FILM, target, targets))
        if way is FilmWay.SEGMENTS:
            made = FramePattern.parse(f"{MADE}{made_ending(spec, card)}")
            request = _render_request(spec, card, folder, program, made, target)
            tasks += segment_tasks(
                spec,
                facts,
                folder,
                names=names,
                request=replace(request, ffmpeg=ffmpeg),
                traits=traits,
                target=target,
                program=program,
                scene_stamp=scene_stamp,
                card=card,
                preset=segment_preset(spec, card),
            )
            continue
        own, rushes = spec, ""
        if way is FilmWay.PICTURES:
            own, rushes = _as_pictures(spec, card, folder, program, target, scene_stamp)
        made = _made(own, facts, folder, target)
        render = Task(
            id=names[0],
            kind=TaskKind.RENDER,
            frames=wanted_frames(spec, facts),
            request=_render_request(own, card, folder, program, made, target),
            promises=_promises(own, card, facts, folder, target, targets),
            traits=traits,
        )
        tasks.append(render)
        if own.film:
            film = film_task(
                own,
                facts,
                folder,
                name=names[1],
                render=render,
                target=target,
                ffmpeg=ffmpeg,
                rushes=rushes,
            )
            tasks.append(film)
    defaults = Patience()
    return Plan(
        name=job_name(spec),
        tasks=tuple(tasks),
        order=spec.order,
        # One chunk of a farm is what all slots render here; it is no attempt's size.
        chunk_size=spec.chunk_size if spec.chunk_index is None else None,
        slots=spec.slots,
        threads=spec.threads,
        existing=spec.existing,
        scratch=absolute(spec.scratch, folder),
        patience=Patience(
            start=spec.start_timeout or defaults.start,
            stall=spec.stall_timeout or defaults.stall,
            finish=spec.exit_timeout or defaults.finish,
        ),
        memory_limit=parse_size(spec.memory_limit) if spec.memory_limit else None,
        tries=spec.tries,
        allowed=ALLOWED_WHEN_MISSING if spec.allow_missing else (),
        max_slots=min(filter(None, (spec.max_slots, spec.licences)), default=None),
        memory_per_slot=parse_size(spec.memory_per_slot) if spec.memory_per_slot else None,
        spawn_seconds=spec.spawn_delay,
        fail_fast=spec.fail_fast,
        affinity=spec.affinity,
        stage=spec.stage,
    )


def inspection_request(
    spec: JobSpec, card: Renderer, folder: str, program: FoundProgram | None
) -> RenderRequest:
    """What a session is opened with to inspect the scene, before its facts are known.

    Of several targets it is the first: all of them are of one scene. Where the output has no
    ending, or is not known yet, what is made has none either, and the scene tells its own.
    """
    if not spec.output:
        extension = ""
    elif film_way(spec, card) is not None:
        extension = made_ending(spec, card)
    else:
        extension = FramePattern.parse(absolute(spec.output, folder)).extension
    made = FramePattern.parse(f"{MADE}{extension}")
    return _render_request(spec, card, folder, program, made, targets_of(spec, card)[0])


def _as_pictures(
    spec: JobSpec,
    card: Renderer,
    folder: str,
    program: FoundProgram | None,
    target: Target,
    scene_stamp: str,
) -> tuple[JobSpec, str]:
    """The spec of a film whose renderer writes pictures, as one for pictures in a hidden folder
    and a film of them; with that folder.
    """
    film = absolute(placed(spec.output, target), folder)
    made = FramePattern.parse(f"{MADE}{made_ending(spec, card)}")
    rushes = rushes_folder(
        film,
        _render_request(spec, card, folder, program, made, target),
        program=program,
        scene_stamp=scene_stamp,
        is_forgiving=spec.allow_missing,
    )
    return replace(spec, output=made.in_folder(rushes).text, film=film), rushes


def _task_id(kind: str, target: Target, targets: tuple[Target, ...]) -> str:
    return f"{kind}:{target.name}" if len(targets) > 1 else kind


def _render_request(
    spec: JobSpec,
    card: Renderer,
    folder: str,
    program: FoundProgram | None,
    made: FramePattern,
    target: Target,
) -> RenderRequest:
    options, _ = read_options(card.options, spec.options, renderer=card.title)
    return RenderRequest(
        renderer=card.name,
        scene=absolute(spec.scene, folder),
        target=target.name,
        chosen_by=tuple(target.options),
        program=program.path if program else "",
        made=made.text,
        options={**absolute_options(card.options, options, folder), **target.options},
        environment=dict(spec.environment),
        ffmpeg=spec.ffmpeg,
        listens=_listens(spec, card),
    )


def _listens(spec: JobSpec, card: Renderer) -> str:
    """The frames of a film that is to have the scene's own sound."""
    film = film_text(spec, card)
    preset = PRESETS.get(spec.film_preset or DEFAULTS.get(ending(film), ""))
    if not film or spec.audio or preset is None or not preset.has_sound(ending(film)):
        return ""
    return spec.frames or ALL_FRAMES


def _traits(card: Renderer, spec: JobSpec, facts: SceneFacts | None) -> Traits:
    traits = card.traits
    if card.traits_with is not None:
        options, _ = read_options(card.options, spec.options, renderer=card.title)
        traits = card.traits_with(options)
    return replace(traits, plays_through=facts is not None and facts.plays_through)


def _made(spec: JobSpec, facts: SceneFacts | None, folder: str, target: Target) -> FramePattern:
    return FramePattern.parse(f"{MADE}{main_pattern(spec, facts, folder, target).extension}")


def _promises(
    spec: JobSpec,
    card: Renderer,
    facts: SceneFacts | None,
    folder: str,
    target: Target,
    targets: tuple[Target, ...],
) -> tuple[Promise, ...]:
    made = _made(spec, facts, folder, target)
    final = main_pattern(spec, facts, folder, target)
    checks = Checks(
        width=facts.width if facts else None,
        height=facts.height if facts else None,
        not_black=spec.not_black,
        outliers=spec.outliers,
    )
    if facts is None or not facts.views:
        pictures = [Promise(name=MAIN, made=made, final=final, checks=checks)]
    else:
        # A stereo scene writes a file per view, and none by the plain name.
        pictures = [
            Promise(
                name=f"{MAIN}{view}",
                made=view_pattern(made, view),
                final=view_pattern(final, view),
                checks=checks,
            )
            for view in facts.views
        ]
    layer = chosen_layer(target, card)
    # A compositor's slot may have another size, so it only has to be whole.
    slots = [
        Promise(
            name=side.name,
            made=FramePattern.parse(side.made),
            final=_side_final(side.final, folder, target, targets),
        )
        for side in (facts.side_outputs if facts else ())
        if not (layer and side.layers) or layer in side.layers
    ]
    return (*pictures, *slots)


def _side_final(
    path: str, folder: str, target: Target, targets: tuple[Target, ...]
) -> FramePattern:
    """Where a file that the scene itself names goes: its path is one for all targets.

    Without a place for the target in it, each has a folder of its own beside the path.
    """
    pattern = FramePattern.parse(absolute(placed(path, target), folder))
    if PLACE in path or len(targets) == 1:
        return pattern
    return pattern.in_folder(absolute(target.file_name, pattern.folder))
