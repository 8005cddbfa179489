"""Opening a session: start its program, hear its hello, tell it its scene, hear that it is
ready.
"""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from framecrew.execution.channel import Exchange
from framecrew.execution.endings import diagnose, diagnose_broken_session
from framecrew.execution.environments import environment_of
from framecrew.execution.listening import Listening
from framecrew.execution.meter import Meter
from framecrew.execution.process import start_process
from framecrew.execution.session import Session
from framecrew.execution.story import Story
from framecrew.execution.words import failure_kind, scene_facts, text
from framecrew.execution.workspace import make_workspace
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, Renderer

SETTLE_SECONDS = 0.02
"""What the program printed before `opened` may still be in the pipe; a session is opened
once."""


async def start_session(
    card: Renderer,
    assignment: Assignment,
    program: FoundProgram,
    *,
    homes: Path,
    exchange: Exchange,
    meter: Meter,
) -> Session | Failure:
    """Start the program of a session that stays open; its own folder is made in `homes`."""
    home = await asyncio.to_thread(
        make_workspace,
        output_folder=homes,
        job=assignment.job,
        attempt=f"session-{assignment.attempt}",
        scratch=str(homes),
    )
    if isinstance(home, Failure):
        return home
    token, caller = exchange.expect()
    command = card.open_command(program, assignment)
    channel = {"FRAMECREW_CHANNEL": exchange.address, "FRAMECREW_TOKEN": token}
    wanted = environment_of(assignment.request, assignment.slot)
    command = replace(command, environment={**command.environment, **wanted, **channel})
    try:
        process = await start_process(
            command, folder=home, workspace=home, cpus=assignment.cpus
        )
    except OSError as error:
        exchange.forget(token)
        return not_started(command.arguments[0], error)
    meter.watch(process)
    return Session(process, caller=caller, home=home, forget=lambda: exchange.forget(token))


async def start_chunk(
    card: Renderer,
    assignment: Assignment,
    program: FoundProgram,
    *,
    workspace: Path,
    meter: Meter,
) -> Session | Failure:
    """Start the program of a session of one chunk, in the attempt's workspace."""
    command = card.open_command(program, assignment)
    wanted = environment_of(assignment.request, assignment.slot)
    command = replace(command, environment={**command.environment, **wanted})
    try:
        process = await start_process(
            command, folder=workspace, workspace=workspace, cpus=assignment.cpus
        )
    except OSError as error:
        return not_started(command.arguments[0], error)
    meter.watch(process)
    return Session(process)


def not_started(program: str, error: OSError) -> Failure:
    reason = f"{program} could not be started: {error.strerror or error}"
    return Failure(kind=FailureKind.PROGRAM_MISSING, reason=reason)


async def await_opened(
    card: Renderer,
    request: RenderRequest,
    listening: Listening,
    story: Story,
    *,
    known: str = "",
) -> Failure | None:
    """Talk until the session is ready, or has failed; then it is ended already. `known` is what an earlier one
    found out.
    """
    session = listening.session
    greeted = False
    while True:
        await listening.wait()
        listening.hear()
        if listening.has_said_hello and not greeted:
            greeted = True
            if session.forked_from is None:  # Else its scene is open already.
                opening = card.open_message(request) if card.open_message is not None else {}
                session.send({"type": "open", **opening, "known": known})
        failure = None
        if listening.opened is not None:
            if listening.opened.get("type") == "opened":
                break
            reason = text(listening.opened, "reason") or "the session refused without a reason"
            failure = Failure(
                kind=failure_kind(listening.opened),
                reason=reason,
                evidence=story.heard.last_lines(),
            )
        elif listening.has_ended:
            code = await session.finish()
            return diagnose_broken_session(card, story, exit_code=code, opened=False)
        elif not listening.is_wanted:
            failure = Failure(
                kind=FailureKind.UNKNOWN, reason="it was stopped while it was opened"
            )
        failure = failure or listening.look()
        if failure is not None:
            await session.stop()
            return failure
    await asyncio.sleep(SETTLE_SECONDS)
    listening.hear()
    session.facts = scene_facts(listening.opened)
    session.version = session.version or session.facts.program_version
    session.opened_in = time.monotonic() - session.process.started_at
    if story.heard.fatal is not None:
        failure = diagnose(card, story, exit_code=None, answer="", opened=True)
        await session.stop()
        return failure
    return None
