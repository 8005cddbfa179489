"""What is going on right now, folded from events and pulses; the board and the plain lines read it."""

from collections import deque
from dataclasses import dataclass, field

from framecrew.model import events as ev
from framecrew.model.pulses import FrameProgress, LinePrinted, ProcessMeasured, Pulse
from framecrew.model.views import JobView

WINDOW_SECONDS = 60.0
"""Throughput is counted over this long."""
MOST_WARNINGS = 50


@dataclass(slots=True)
class SlotNow:
    """One live attempt, between two events."""

    slot: int
    frame: int | None = None
    percent: float | None = None
    memory_bytes: int = 0
    cpu_percent: float = 0.0
    pid: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    """Of the last frames of this slot."""


class LiveJob:
    """Folds one job's items. Progress read from it never runs backwards."""

    def __init__(self, job: int) -> None:
        self.job = job
        self.attempts: dict[str, SlotNow] = {}
        self.warnings: dict[str, int] = {}
        """Text → how often it was said."""
        self.finished: deque[float] = deque(maxlen=2_000)
        self._paces: dict[int, deque[float]] = {}
        self._most = 0.0

    def take(self, item: ev.Event | Pulse) -> None:
        """Fold one item in; those of other jobs are passed over."""
        match item:
            case ev.AttemptStarted() if item.job == self.job:
                pace = self._paces.setdefault(item.slot, deque(maxlen=8))
                self.attempts[item.attempt] = SlotNow(slot=item.slot, seconds=pace)
            case ev.SessionOpened():
                self._with(item.attempt, pid=item.pid, memory_bytes=item.memory_bytes)
            case ev.FrameFinished():
                now = self.attempts.get(item.attempt)
                if now is not None:
                    now.seconds.append(item.seconds)
                    self.finished.append(item.at)
                    if now.frame == item.frame:
                        now.frame, now.percent = None, None
            case FrameProgress():
                self._with(item.attempt, frame=item.frame, percent=item.percent)
            case ProcessMeasured():
                self._with(
                    item.attempt, memory_bytes=item.memory_bytes, cpu_percent=item.cpu_percent
                )
            case LinePrinted() if item.attempt in self.attempts and (
                item.is_warning or item.is_error
            ):
                self.warn(item.text)
            case ev.FrameFailed() if item.attempt in self.attempts:
                self.warn(f"frame {item.frame}: {item.failure.reason}")
            case ev.AttemptFailed() if item.attempt in self.attempts:
                self.warn(f"attempt {item.attempt}: {item.failure.reason}")
                self.attempts.pop(item.attempt)
            case ev.AttemptSucceeded() | ev.AttemptStopped() | ev.AttemptLost():
                self.attempts.pop(item.attempt, None)
            case _:
                pass

    def warn(self, text: str) -> None:
        """Remember a warning once, and how often it came."""
        if text in self.warnings or len(self.warnings) < MOST_WARNINGS:
            self.warnings[text] = self.warnings.get(text, 0) + 1

    def progress(self, view: JobView) -> float:
        """0 to 1, with what is done inside the frames in work; never less than what was said before."""
        inside = sum((now.percent or 0.0) for now in self.attempts.values()) / 100
        share = inside / view.total if view.total else 0.0
        whole = view.progress if view.status.is_over else min(0.999, view.progress + share)
        self._most = max(self._most, whole)
        return self._most

    def frames_per_second(self, now: float) -> float:
        """Delivered in the last minute; 0 before the second frame."""
        recent = [at for at in self.finished if at > now - WINDOW_SECONDS]
        if len(recent) < 2:
            return 0.0
        return len(recent) / max(now - recent[0], 1e-3)

    def _with(self, attempt: str, **changes: float | int | None) -> None:
        now = self.attempts.get(attempt)
        if now is not None:
            for name, value in changes.items():
                setattr(now, name, value)
