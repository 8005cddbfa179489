"""What of one attempt is shown while it runs: pulses, few enough for any watcher. Pure."""

from collections.abc import Sequence

from framecrew.model.pulses import FrameProgress, LinePrinted, Pulse
from framecrew.renderers.contract import Complaint, Severity

PROGRESS_SECONDS = 0.2
"""Between two progress pulses of an attempt."""
LINES_PER_SECOND = 50
"""Line pulses of an attempt; the log has them all."""
MOST_DOUBTS = 10
"""Shown of one scene; `plan` lists them all."""


class Shown:
    """Makes the pulses of one attempt; `pulses` are to be taken out."""

    def __init__(self, attempt: str) -> None:
        self.pulses: list[Pulse] = []
        self._attempt = attempt
        self._progress_at = 0.0
        self._line_second = (0, 0)

    def line(
        self, text: str, complaint: Complaint | None, *, frame: int | None, at: float
    ) -> None:
        second, shown = self._line_second
        if int(at) != second:
            second, shown = int(at), 0
        self._line_second = (second, shown + 1)
        if shown < LINES_PER_SECOND:
            severity = complaint.severity if complaint is not None else None
            self.pulses.append(
                LinePrinted(
                    attempt=self._attempt,
                    frame=frame,
                    text=text,
                    is_warning=severity is Severity.WARNING,
                    is_error=severity in {Severity.ERROR, Severity.FATAL},
                )
            )

    def doubts(self, doubts: Sequence[str], *, at: float) -> None:
        """What is doubtful about the scene itself."""
        for text in doubts[:MOST_DOUBTS]:
            self.line(text, Complaint(text=text, severity=Severity.WARNING), frame=None, at=at)

    def progress(self, frame: int, percent: float | None, *, at: float) -> None:
        if not 0 <= at - self._progress_at < PROGRESS_SECONDS:
            self._progress_at = at
            self.pulses.append(
                FrameProgress(attempt=self._attempt, frame=frame, percent=percent)
            )
