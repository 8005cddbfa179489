"""The intake: from what a person wrote to a plan, or to the full list of what is wrong with it.

Nothing is started for the job and nothing is written before the list is empty. The scene is opened once, to inspect
it; the session stays open and renders the first frames.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from framecrew.backends.contract import Backend
from framecrew.conductor.searching import Search
from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.failures import Failure
from framecrew.model.jobs import JobSpec
from framecrew.model.plans import Plan
from framecrew.model.requests import StitchRequest
from framecrew.model.scenes import SceneFacts
from framecrew.planning.absolute import absolute_spec
from framecrew.planning.environments import (
    environment_file,
    plan_with_environment,
    with_environment,
)
from framecrew.planning.findings import Findings
from framecrew.planning.making import inspection_request, make_plan
from framecrew.planning.mistakes import mistakes
from framecrew.planning.numa_maps import affinity_doubts, numa_map
from framecrew.planning.room import need_of, room_doubts, room_mistakes
from framecrew.planning.scratch import scratch_of
from framecrew.planning.subtitled_films import plan_with_subtitles, subtitle_doubts
from framecrew.planning.subtitles import subtitles
from framecrew.planning.tracks import sound_doubts
from framecrew.renderers.contract import Renderer
from framecrew.renderers.registry import installed_renderers

SCENE_PLACES = ("scene", "renderer", "program", "env_file", "env-file")
"""What must be right before a scene can be opened."""
NO_OUTPUT = "frame_####"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A spec that holds no mistake, with all that was found on the way to its plan."""

    spec: JobSpec
    renderer: Renderer
    findings: Findings
    facts: SceneFacts | None
    plan: Plan

    @property
    def patterns(self) -> tuple[str, ...]:
        """Everything the job will write; equal texts are equal files."""
        finals = [promise.final.key for task in self.plan.tasks for promise in task.promises]
        films = [
            task.request.film
            for task in self.plan.tasks
            if isinstance(task.request, StitchRequest)
        ]
        return tuple(dict.fromkeys([*finals, *films]))


async def take_in(
    spec: JobSpec,
    *,
    search: Search,
    backend: Backend,
    cores: int,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Intake:
    """The intake of one spec. WrongUse with every mistake that can be seen at this point."""
    card, wrong = _card(spec)
    findings, wrong_program = search.look(spec, card)
    _raise([*wrong, *wrong_program, *mistakes(spec, findings, None, card)])
    assert card is not None
    # The spec is kept for a retry, which may be asked for from another folder.
    spec = absolute_spec(spec, findings.folder, card.options)
    for doubt in affinity_doubts(findings):
        on_step(doubt)
    spec = replace(spec, scratch=scratch_of(spec, findings, card))
    findings = search.look_at_scratch(findings, spec)
    variables = environment_file(findings)
    facts: SceneFacts | None = None
    if card.open_message is not None:
        on_step(f"opening {spec.scene}")
        request = inspection_request(spec, card, findings.folder, findings.program)
        request = with_environment(request, variables)
        answer = await backend.inspect(request, threads=spec.threads or cores)
        if isinstance(answer, Failure):
            raise WrongUse([_refusal(spec, answer)])
        facts = answer
        _raise(mistakes(spec, findings, facts, card))
    plan = make_plan(
        spec,
        card=card,
        folder=findings.folder,
        program=findings.program,
        facts=facts,
        ffmpeg=findings.ffmpeg,
        scene_stamp=f"{findings.scene_stamp}; {findings.texts.get('env_file', '')}",
    )
    titles = subtitles(findings)
    plan = plan_with_subtitles(plan_with_environment(plan, variables), titles)
    plan = replace(plan, numa=numa_map(findings).nodes)
    findings = search.look_at_outputs(findings, plan)
    _raise(mistakes(spec, findings, facts, card))
    for doubt in (*subtitle_doubts(plan, titles), *sound_doubts(plan, facts)):
        on_step(doubt)
    return Intake(spec=spec, renderer=card, findings=findings, facts=facts, plan=plan)


def check_room(intake: Intake, on_step: Callable[[str], None]) -> None:
    """Tell of a disk that may be too small. WrongUse where one surely is."""
    need = need_of(intake.plan, intake.findings, intake.facts)
    _raise(list(room_mistakes(need, intake.findings)))
    for doubt in room_doubts(need, intake.findings):
        on_step(doubt)


async def look_into(
    spec: JobSpec, *, search: Search, backend: Backend, cores: int
) -> SceneFacts | Failure:
    """What a scene holds, before anything else of the job is known. WrongUse if it cannot be
    looked at, or if its renderer cannot tell.
    """
    card, wrong = _card(spec)
    # Where no output is named yet, the scene tells what it would write.
    spec = replace(spec, output=spec.output or NO_OUTPUT)
    findings, wrong_program = search.look(spec, card)
    found = mistakes(spec, findings, None, card)
    about_scene = [one for one in found if one.place.lstrip("-") in SCENE_PLACES]
    _raise([*wrong, *wrong_program, *about_scene])
    if card is None or card.open_message is None or not findings.program:
        raise WrongUse([_cannot_tell(spec)])
    spec = absolute_spec(spec, findings.folder, card.options)
    request = inspection_request(spec, card, findings.folder, findings.program)
    request = with_environment(request, environment_file(findings))
    return await backend.inspect(request, threads=spec.threads or cores)


def _cannot_tell(spec: JobSpec) -> Mistake:
    return Mistake(
        place="scene",
        wanted="a scene whose renderer can tell what it holds",
        found=spec.scene or "none",
        advice="Say the frames yourself.",
    )


def _card(spec: JobSpec) -> tuple[Renderer | None, list[Mistake]]:
    """The renderer of a spec, or what is wrong with the one that is wanted."""
    registry = installed_renderers()
    try:
        card = registry.get(spec.renderer) if spec.renderer else registry.for_scene(spec.scene)
    except WrongUse as unknown:
        # No scene at all is one mistake, told with the others, and not two.
        return None, list(unknown.mistakes) if spec.scene or spec.renderer else []
    return card, []


def _raise(found: list[Mistake]) -> None:
    if found:
        raise WrongUse(found)


def _refusal(spec: JobSpec, failure: Failure) -> Mistake:
    return Mistake(
        place=f"scene {spec.scene}",
        wanted="a scene that opens with the options given",
        found=failure.reason.rstrip("."),
        advice=failure.advice,
    )
