"""Making the plan: a job spec and what is known of its scene become tasks with their promises.

Call it when `mistakes` found none; it does not look at the disk and judges nothing.
"""

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import JobSpec
from framecrew.model.outputs import Checks, Promise
from framecrew.model.plans import Patience, Plan, Task, TaskKind
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.planning.absolute import absolute_options
from framecrew.planning.paths import absolute, ending
from framecrew.planning.rates import parse_rate
from framecrew.planning.reading import read_options
from framecrew.planning.sizes import parse_size
from framecrew.planning.wanted import job_name, main_pattern, view_pattern, wanted_frames
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.ffmpeg import DEFAULTS
from framecrew.renderers.ffmpeg import RENDERER as FFMPEG

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
) -> Plan:
    """The plan of a spec whose relative paths start at `folder`, an absolute one.

    `facts` None: the scene was not inspected, so its frames must be written in the spec.
    """
    frames = wanted_frames(spec, facts)
    promises = _promises(spec, facts, folder)
    tasks = [
        Task(
            id=RENDER,
            kind=TaskKind.RENDER,
            frames=frames,
            request=_render_request(spec, card, folder, program, _made(spec, facts, folder)),
            promises=promises,
            traits=card.traits,
        )
    ]
    if spec.film:
        tasks.append(_film_task(spec, facts, folder, frames, promises[0].final, ffmpeg))
    defaults = Patience()
    return Plan(
        name=job_name(spec),
        tasks=tuple(tasks),
        order=spec.order,
        chunk_size=spec.chunk_size,
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
    )


def inspection_request(
    spec: JobSpec, card: Renderer, folder: str, program: FoundProgram | None
) -> RenderRequest:
    """What a session is opened with to inspect the scene, before its facts are known.

    Where the output has no ending, neither has what is made, and the scene tells its own.
    """
    extension = FramePattern.parse(absolute(spec.output, folder)).extension
    made = FramePattern.parse(f"{MADE}{extension}")
    return _render_request(spec, card, folder, program, made)


def _render_request(
    spec: JobSpec, card: Renderer, folder: str, program: FoundProgram | None, made: FramePattern
) -> RenderRequest:
    options, _ = read_options(card.options, spec.options, renderer=card.title)
    return RenderRequest(
        renderer=card.name,
        scene=absolute(spec.scene, folder),
        program=program.path if program else "",
        made=made.text,
        options=absolute_options(card.options, options, folder),
        environment=dict(spec.environment),
    )


def _made(spec: JobSpec, facts: SceneFacts | None, folder: str) -> FramePattern:
    return FramePattern.parse(f"{MADE}{main_pattern(spec, facts, folder).extension}")


def _promises(spec: JobSpec, facts: SceneFacts | None, folder: str) -> tuple[Promise, ...]:
    made = _made(spec, facts, folder)
    final = main_pattern(spec, facts, folder)
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
    # A compositor's slot may have another size, so it only has to be whole.
    slots = [
        Promise(
            name=side.name,
            made=FramePattern.parse(side.made),
            final=FramePattern.parse(absolute(side.final, folder)),
        )
        for side in (facts.side_outputs if facts else ())
    ]
    return (*pictures, *slots)


def _film_task(
    spec: JobSpec,
    facts: SceneFacts | None,
    folder: str,
    frames: FrameSet,
    pictures: FramePattern,
    ffmpeg: str,
) -> Task:
    film = absolute(spec.film, folder)
    return Task(
        id=FILM,
        kind=TaskKind.STITCH,
        frames=frames,
        request=FilmRequest(
            pictures=pictures.text,
            film=film,
            preset=spec.film_preset or DEFAULTS[ending(film)],
            fps=parse_rate(spec.film_fps or (facts.fps if facts else "24")),
            audio=absolute(spec.audio, folder),
            ffmpeg=ffmpeg,
            width=facts.width if facts else None,
            height=facts.height if facts else None,
        ),
        after=(RENDER,),
        traits=FFMPEG.traits,
    )
