"""The end of a process, told by its three witnesses: exit, end mark, files. Pure."""

import signal
from dataclasses import replace

from framecrew.execution.story import Story
from framecrew.execution.tree import CANNOT_START
from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.contract import End, Renderer


def diagnose(
    card: Renderer, story: Story, *, exit_code: int | None, answer: str, opened: bool
) -> Failure | None:
    """What the end amounts to in the words of the renderer's card; None for a clean one."""
    for line in story.heard.tail:
        if line.startswith(CANNOT_START):
            return Failure(
                kind=FailureKind.PROGRAM_MISSING, reason=line.removeprefix("framecrew: ")
            )
    end = End(
        exit_code=exit_code,
        complaints=tuple(story.heard.complaints),
        tail=tuple(story.heard.tail),
        answer=answer,
        end_seen=story.end_seen,
        opened=opened,
    )
    failure = card.diagnose(end)
    if failure is None and story.heard.fatal is not None:
        failure = Failure(kind=story.heard.fatal.kind, reason=story.heard.fatal.text)
    return _with_evidence(failure, story)


def diagnose_broken_session(
    card: Renderer, story: Story, *, exit_code: int, opened: bool
) -> Failure:
    """A session that ended before it had answered: that is a failure whatever its exit code."""
    failure = diagnose(card, story, exit_code=exit_code, answer="", opened=opened)
    if failure is not None:
        return failure
    when = "before its chunk was done" if opened else "before it was ready"
    kind = FailureKind.CRASH if exit_code < 0 else FailureKind.UNKNOWN
    unknown = Failure(kind=kind, reason=f"the session ended {when} ({exit_words(exit_code)})")
    return _with_evidence(unknown, story) or unknown


def exit_words(exit_code: int) -> str:
    """An exit code in words, e.g. `ended by SIGSEGV`."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"ended by signal {-exit_code}"


def _with_evidence(failure: Failure | None, story: Story) -> Failure | None:
    if failure is None or failure.evidence:
        return failure
    return replace(failure, evidence=story.heard.last_lines())
