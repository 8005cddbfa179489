"""Why a Blender ended: its exit codes, its last words, and which complaint caused the others."""

from collections.abc import Mapping

from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.blender_lines import RULES
from framecrew.renderers.causes import worst_of
from framecrew.renderers.contract import Complaint, End, Severity
from framecrew.renderers.exits import exit_story

SCRIPT_FAILED = 7
"""Exit code of a Blender whose session program raised; Blender itself does not use it."""

CAUSES = (
    FailureKind.PROGRAM_MISSING,
    FailureKind.OUT_OF_MEMORY,
    FailureKind.DISK_FULL,
    FailureKind.GPU_LOST,
    FailureKind.LICENCE,
    FailureKind.MISSING_LIBRARY,
    FailureKind.MISSING_ASSET,
    FailureKind.BAD_REQUEST,
    FailureKind.BAD_SCENE,
    FailureKind.PLUGIN_MISSING,
    FailureKind.OUTPUT_NOT_WRITABLE,
    FailureKind.SCRIPT_ERROR,
    FailureKind.SKIPPED_FRAME,
    FailureKind.CRASH,
    FailureKind.UNKNOWN,
)
"""Where several complaints stand together, the earlier kind is the cause of the later: Blender
out of memory crashes, a full disk cannot be written to, a script fails because of the scene."""

BLENDER_EXITS: Mapping[int, tuple[FailureKind, str]] = {
    3: (FailureKind.CRASH, "crashed: it gave itself up (exit code 3, abort on Windows)"),
    11: (FailureKind.CRASH, "crashed (exit code 11, what Blender leaves with on Windows)"),
    SCRIPT_FAILED: (FailureKind.SCRIPT_ERROR, "left because its session program failed"),
}

DONE = "done"
EVIDENCE_LINES = 12


def diagnose(end: End) -> Failure | None:
    """Weigh what was complained of, how the process ended, and what the session answered.

    A FATAL complaint decides, then the end of the process, then the answer. A lesser complaint
    explains an end that needs explaining, and is nothing if the end is clean.
    """
    worst = worst_of(end.complaints, CAUSES)
    if worst is not None and worst.severity is Severity.FATAL:
        return Failure(
            kind=worst.kind,
            reason=f"Blender complained: {worst.text}{_and_how_it_ended(end)}",
            evidence=_evidence(end),
        )
    if end.answer not in {"", DONE}:
        answered = worst_of(_complaints_in(end.answer), CAUSES)
        kind = answered.kind if answered is not None else FailureKind.UNKNOWN
        return _explained(end, worst, kind, f"Blender answered: {end.answer}")
    if end.exit_code is None or (end.exit_code == 0 and end.answer == DONE):
        return None
    kind, words = _exit(end.exit_code)
    if end.exit_code == 0:
        words += " without having done its work" if end.opened else " before it was ready"
    return _explained(end, worst, kind, f"Blender {words}")


def _complaints_in(text: str) -> tuple[Complaint, ...]:
    return tuple(one for one in RULES.read(text) if isinstance(one, Complaint))


def _exit(exit_code: int) -> tuple[FailureKind, str]:
    if exit_code in BLENDER_EXITS:
        return BLENDER_EXITS[exit_code]
    story = exit_story(exit_code)
    return story.kind, story.words


def _and_how_it_ended(end: End) -> str:
    if not end.exit_code:
        return ""
    return f"; it {_exit(end.exit_code)[1]}"


def _explained(end: End, worst: Complaint | None, kind: FailureKind, reason: str) -> Failure:
    """A complaint of a named kind says more than an exit code does."""
    if worst is not None:
        reason = f"{reason}; it complained: {worst.text}"
        if kind in {FailureKind.UNKNOWN, FailureKind.CRASH, FailureKind.SCRIPT_ERROR} and (
            worst.kind is not FailureKind.UNKNOWN
        ):
            kind = worst.kind
    return Failure(kind=kind, reason=reason, evidence=_evidence(end))


def _evidence(end: End) -> tuple[str, ...]:
    """The complaints, or, where nothing was complained of, the last lines."""
    said = tuple(one.text for one in end.complaints if one.severity is not Severity.WARNING)
    return said[:EVIDENCE_LINES] or end.tail[-EVIDENCE_LINES:]
