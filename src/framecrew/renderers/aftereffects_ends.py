"""Why an aerender ended: its exit codes, its last words, and which complaint caused the others."""

import re
from collections.abc import Mapping

from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.causes import worst_of
from framecrew.renderers.contract import End, Severity
from framecrew.renderers.exits import exit_story

EVIDENCE_LINES = 20

PREFIX = re.compile(
    r"^(?:(?:WARNING|INFO|aerender (?:ERROR|Error)):\s*)+(?:After Effects (?:error|warning):\s*)?"
)
"""What comes before the words of a complaint."""

CAUSES = (
    FailureKind.LICENCE,
    FailureKind.BUSY_INSTANCE,
    FailureKind.DISK_FULL,
    FailureKind.BAD_REQUEST,
    FailureKind.BAD_SCENE,
    FailureKind.MISSING_ASSET,
    FailureKind.OUT_OF_MEMORY,
    FailureKind.GPU_LOST,
    FailureKind.OUTPUT_NOT_WRITABLE,
    FailureKind.BAD_OUTPUT,
    FailureKind.CRASH,
    FailureKind.SCRIPT_ERROR,
)
"""Of several complaints the one that causes the others."""

AERENDER_EXITS: Mapping[int, tuple[FailureKind, str]] = {
    1: (FailureKind.CRASH, "After Effects itself failed"),
    2: (FailureKind.BAD_REQUEST, "it was only asked for its usage"),
    5: (FailureKind.SCRIPT_ERROR, "a script failed"),
    6: (FailureKind.SCRIPT_ERROR, "a script failed"),
    7: (FailureKind.BAD_REQUEST, "it has no such composition, template or output"),
    8: (FailureKind.BAD_REQUEST, "it has no such composition, template or output"),
    9: (FailureKind.CRASH, "an error in After Effects ended the render"),
    10: (FailureKind.CRASH, "an error in After Effects ended the render"),
    11: (FailureKind.CRASH, "it could not open a socket to After Effects"),
}
"""Those of aerender's own script, the same in all languages; the even ones of 6 to 10 are said
where a log file was named. 3 and 4, an option that it does not know, are left out: a program
that gives itself up on Windows leaves with 3 too, and an option is named in the message."""

NOT_LAUNCHED = (
    "After Effects never opened the composition; it may be waiting for a licence, a sign-in, a plug-in's"
    " dialog or a crash report on this desktop"
)


def diagnose(end: End) -> Failure | None:
    """A clean end is exit code 0 behind the end line, with no fatal word before it."""
    fatal = [one for one in end.complaints if one.severity is Severity.FATAL]
    worst = worst_of(fatal, CAUSES)
    evidence = end.tail[-EVIDENCE_LINES:]
    if worst is not None:
        reason, kind = PREFIX.sub("", worst.text), worst.kind
        if end.exit_code:
            by_exit, words = _exit(end.exit_code)
            reason = f"{reason}; it {words}"
            if kind is FailureKind.UNKNOWN:
                kind = by_exit
        return Failure(kind=kind, reason=reason, evidence=evidence)
    if end.exit_code is None or (end.exit_code == 0 and end.end_seen):
        return None
    if end.exit_code == 0:
        where = (
            "before it said that the composition is finished" if end.opened else NOT_LAUNCHED
        )
        reason = f"aerender left with exit code 0: {where}"
        return Failure(kind=FailureKind.CRASH, reason=reason, evidence=evidence)
    by_exit, words = _exit(end.exit_code)
    kind = by_exit if by_exit is not FailureKind.UNKNOWN else FailureKind.CRASH
    reason = f"aerender {words}"
    if not end.opened and end.exit_code not in AERENDER_EXITS:
        reason = f"{reason}: {NOT_LAUNCHED}"
    return Failure(kind=kind, reason=reason, evidence=evidence)


def _exit(exit_code: int) -> tuple[FailureKind, str]:
    if exit_code in AERENDER_EXITS:
        kind, why = AERENDER_EXITS[exit_code]
        return kind, f"left with exit code {exit_code}: {why}"
    story = exit_story(exit_code)
    return story.kind, story.words
