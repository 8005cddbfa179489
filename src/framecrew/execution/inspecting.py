"""Inspecting a scene: a session is opened, tells its facts, and waits for the first attempt."""

import asyncio
import itertools

from framecrew.execution.listening import Listening
from framecrew.execution.logs import LogFile
from framecrew.execution.opening import await_opened, start_session
from framecrew.execution.session_attempt import session_key
from framecrew.execution.story import Story
from framecrew.execution.workshop import Workshop
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.renderers.contract import FoundProgram, Renderer

_numbers = itertools.count(1)

TOLD_BY_FACTS = (FailureKind.MISSING_ASSET, FailureKind.MISSING_LIBRARY)
"""What a scene misses is listed in its facts, all of it at once; whether it may is for planning
to judge."""


async def inspect(
    card: Renderer,
    request: RenderRequest,
    program: FoundProgram,
    workshop: Workshop,
    *,
    threads: int,
    patience: Patience,
) -> SceneFacts | Failure:
    """The facts of the scene, from an idle session that knows them already, or from a new
    one.
    """
    if not card.traits.stays_open:
        return Failure(
            kind=FailureKind.BAD_REQUEST,
            reason=f"{card.title} cannot tell what a scene holds; name the frames to render",
        )
    order = _inspection(request, card, threads=threads, patience=patience)
    key = session_key(card, order, program)
    known = workshop.idle.inspected(key)
    if known is not None and known.facts is not None:
        return known.facts
    started = await start_session(
        card,
        order,
        program,
        homes=workshop.homes,
        exchange=workshop.exchange,
        meter=workshop.meter,
    )
    if isinstance(started, Failure):
        return started
    if not card.film_presets:
        # It may be segments of a film that are wanted, which others decode.
        workshop.ready_judges()
    story = Story(order, card.reader(request), has_channel=True)
    log = LogFile(workshop.logs / f"{order.attempt}.log")
    listening = Listening(
        started,
        story,
        log,
        patience=patience,
        memory_limit=None,
        clock=workshop.clock,
        wake=asyncio.Event(),
    )
    try:
        failure = await await_opened(card, request, listening, story)
    except asyncio.CancelledError:
        await started.stop()
        raise
    finally:
        listening.leave()
        log.close()
    if failure is not None:
        return failure
    await workshop.idle.keep_inspected(key, started)
    assert started.facts is not None
    workshop.known.remember(card, request, started.facts)
    return started.facts


def _inspection(
    request: RenderRequest, card: Renderer, *, threads: int, patience: Patience
) -> Assignment:
    """An assignment without frames: all that a card needs to open a session."""
    return Assignment(
        attempt=f"inspection-{next(_numbers)}",
        job=0,
        task="",
        kind=TaskKind.RENDER,
        slot=0,
        threads=threads,
        frames=FrameSet.of(()),
        sequence=(),
        request=request,
        promises=(),
        traits=card.traits,
        patience=patience,
        allowed=TOLD_BY_FACTS,
    )
