"""What the session of a browser prints, and why it ended."""

import re

from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.contract import Complaint, End, Severity
from framecrew.renderers.exits import exit_story
from framecrew.renderers.rules import Rule, Rules, complaint, harmless, noise


def _told(match: re.Match[str]) -> Complaint:
    known = match["kind"] in set(FailureKind)
    kind = FailureKind(match["kind"]) if known else FailureKind.UNKNOWN
    return Complaint(text=match["text"], severity=Severity.ERROR, kind=kind)


def _warned(match: re.Match[str]) -> Complaint:
    return Complaint(text=match["text"], severity=Severity.WARNING)


RULES = Rules(
    (
        Rule(r"^framecrew-web: warning (?P<text>.+)$", _warned),
        Rule(r"^framecrew-web: error kind=(?P<kind>\w+) (?P<text>.+)$", _told),
        Rule(r"^framecrew-web: ", harmless),
        Rule(
            r"No usable sandbox!|Failed to move to new namespace|zygote_host_impl_linux|"
            r"without --no-sandbox is not supported",
            complaint(Severity.ERROR, FailureKind.BAD_REQUEST),
        ),
        Rule(
            r"error while loading shared libraries",
            complaint(Severity.ERROR, FailureKind.PROGRAM_MISSING),
        ),
        # A browser without a desktop misses its buses and devices, and says so again and again; what its console
        # is told, the session tells with the frame.
        Rule(
            r"^\[[\d:/.]+:(?:(?:INFO|WARNING|VERBOSE\d):|"
            r"ERROR:.*(?:dbus|bus\.cc|gcm|viz|gpu|gl_|ssl_client|device_event))",
            noise,
        ),
    )
)

DONE = "done"
EVIDENCE_LINES = 12


def diagnose(end: End) -> Failure | None:
    """The end of the session's program; a frame that went wrong has failed by itself."""
    said = [one for one in end.complaints if one.severity is not Severity.WARNING]
    evidence = tuple(one.text for one in said)[:EVIDENCE_LINES] or end.tail[-EVIDENCE_LINES:]
    if end.answer not in {"", DONE}:
        return Failure(
            kind=FailureKind.UNKNOWN, reason=f"it answered: {end.answer}", evidence=evidence
        )
    if end.exit_code is None or (end.exit_code == 0 and end.answer == DONE):
        return None
    story = exit_story(end.exit_code)
    reason = f"the session of the browser {story.words}"
    if end.exit_code == 0:
        reason += " without having done its work" if end.opened else " before it was ready"
    return Failure(kind=story.kind, reason=reason, evidence=evidence)
