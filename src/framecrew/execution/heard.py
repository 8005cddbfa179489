"""What is heard of one attempt: its last lines, and what was complained of, window by window. Pure.

A window is what is printed about one frame: it opens behind the frame before, and is closed when
the frame ends.
"""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace

from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.contract import Complaint, Severity

MOST_COMPLAINTS = 200
TAIL_LINES = 20
EVIDENCE_LINES = 10


class Heard:
    """Lines and complaints of one attempt; those of `allowed` kinds are warnings."""

    def __init__(self, allowed: Collection[FailureKind]) -> None:
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.complaints: deque[Complaint] = deque(maxlen=MOST_COMPLAINTS)
        """All but warnings."""
        self.fatal: Complaint | None = None
        """The first that ends the attempt."""
        self._allowed = allowed
        self._window: list[Complaint] = []

    def last_lines(self) -> tuple[str, ...]:
        return tuple(self.tail)[-EVIDENCE_LINES:]

    def complain(self, complaint: Complaint) -> Complaint:
        """Take it down; as it counts here."""
        if complaint.kind in self._allowed:
            complaint = replace(complaint, severity=Severity.WARNING)
        if complaint.severity is not Severity.WARNING:
            self.complaints.append(complaint)
            if len(self._window) < MOST_COMPLAINTS:
                self._window.append(complaint)
        if complaint.severity is Severity.FATAL:
            self.fatal = self.fatal or complaint
        return complaint

    def close_window(self) -> tuple[Complaint, ...]:
        window, self._window = tuple(self._window), []
        return window

    def explained(self, failure: Failure) -> Failure:
        """The failure, as the window that is open explains it."""
        return explained(failure, self._window)


def explained(failure: Failure, window: Sequence[Complaint]) -> Failure:
    """A complaint of a named kind says more than an unknown failure or a missing file."""
    worst = worst_of(window)
    vague = {FailureKind.UNKNOWN, FailureKind.SKIPPED_FRAME}
    if worst is None or failure.kind not in vague or worst.kind is FailureKind.UNKNOWN:
        return failure
    return replace(
        failure,
        kind=worst.kind,
        reason=f"{failure.reason}; the renderer said: {worst.text}",
    )


def worst_of(complaints: Sequence[Complaint]) -> Complaint | None:
    """The first that is FATAL, else the first of a named kind, else the first."""
    return min(
        complaints,
        key=lambda one: (one.severity is not Severity.FATAL, one.kind is FailureKind.UNKNOWN),
        default=None,
    )


def texts_of(complaints: Sequence[Complaint]) -> tuple[str, ...]:
    """What they say, as evidence."""
    return tuple(complaint.text for complaint in complaints)[:EVIDENCE_LINES]
