"""What is going on right now, folded from events and pulses, for whoever shows it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.plans import Plan, TaskKind
from framecrew.model.pulses import FrameProgress, LinePrinted, ProcessMeasured, Pulse
from framecrew.model.requests import StitchRequest
from framecrew.model.statuses import JobStatus, TaskStatus
from framecrew.model.views import JobView
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.views import ALMOST, progress_with

WINDOW_SECONDS = 60.0
"""Throughput is counted over this long."""
MOST_WARNINGS = 50
UNPROVED = 0.95
"""What frames of a segment count for, before its file is decoded."""
PACE_FRAMES = 8
"""Frames whose mean is a slot's time per frame."""


@dataclass(slots=True)
class SlotNow:
    """One slot between two events. It outlives its attempts, as its session does."""

    slot: int
    task: str = ""
    frame: int | None = None
    percent: float | None = None
    segment: FrameSet = EMPTY
    """The frames of its attempt, where they become one file and are done together."""
    memory_bytes: int = 0
    tells_percent: bool = False
    """Whether this renderer has ever told how far inside a frame it is."""
    cpu_percent: float | None = None
    """None when nobody has measured it of late."""
    is_fresh: bool = False
    """Whether CPU was measured since the attempt began."""
    pid: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=PACE_FRAMES))
    """Of the last frames of this slot."""

    @property
    def pace(self) -> float | None:
        """Seconds a frame takes here; None before the first."""
        return sum(self.seconds) / len(self.seconds) if self.seconds else None

    @property
    def inside(self) -> float:
        """Frames' worth of work in what is not finished; a segment's last bit is its proof."""
        part = (self.percent or 0.0) / 100
        if not self.segment or self.frame is None:
            return part
        first = self.segment.first
        before = self.segment & FrameSet.range(first, max(first, self.frame))
        return UNPROVED * (len(before) - 1 + part)


class LiveJob:
    """Folds one job's items.

    The progress it shows never runs backwards, whoever asks and whatever ends us: what is
    reached is written down before it is shown, and whoever goes on with the job begins there.
    """

    def __init__(self, job: int) -> None:
        self.job = job
        self.attempts: dict[str, SlotNow] = {}
        """Those that are live."""
        self.warnings: dict[str, int] = {}
        """Text → how often it was said."""
        self.finished: deque[float] = deque(maxlen=2_000)
        self.films: dict[str, str] = {}
        """Task → the film it makes."""
        self._targets: dict[str, str] = {}
        self._of_segments: set[str] = set()
        """Tasks that render segments of films."""
        self._slots: dict[int, SlotNow] = {}
        self._shown = 0.0
        self.has_news = False
        """Whether something came since `reached` was last asked for."""

    def take(self, item: ev.Event | Pulse) -> None:
        """Fold one item in; those of other jobs are passed over."""
        self.has_news = True
        match item:
            case ev.JobSubmitted() if item.job == self.job:
                self._learn(item.plan)
            case ev.AttemptStarted() if item.job == self.job:
                slot = self.attempts[item.attempt] = self._slot_for(item.slot, item.task)
                slot.segment = item.frames if item.task in self._of_segments else EMPTY
                self._shown = min(ALMOST, self._shown)
            case ev.SlotFreed() if item.attempt in self.attempts:
                place = self.attempts[item.attempt]
                # What the slot does next is told of the next attempt.
                rendered = replace(place, percent=100.0)
                if place.segment:
                    rendered.frame = place.segment.last
                self.attempts[item.attempt] = rendered
            case ev.SessionOpened():
                self._with(item.attempt, pid=item.pid, memory_bytes=item.memory_bytes)
            case ev.FrameFinished():
                now = self.attempts.get(item.attempt)
                if now is not None:
                    now.seconds.append(item.seconds)
                    self.finished.append(item.at)
                    if now.frame == item.frame or now.segment:
                        now.frame, now.percent = None, None
            case FrameProgress():
                self._with(item.attempt, frame=item.frame, percent=item.percent)
                if item.percent is not None:
                    self._with(item.attempt, tells_percent=True)
            case ProcessMeasured():
                self._with(
                    item.attempt,
                    memory_bytes=item.memory_bytes,
                    cpu_percent=item.cpu_percent,
                    is_fresh=True,
                )
            case LinePrinted() if item.attempt in self.attempts and (
                item.is_warning or item.is_error
            ):
                self.warn(item.text)
            case ev.FrameDoubted() if item.job == self.job:
                self.warn(item.failure.reason)
            case ev.FrameFailed() if item.attempt in self.attempts:
                self.warn(f"frame {item.frame}: {item.failure.reason}")
            case ev.AttemptFailed() if item.attempt in self.attempts:
                self.warn(f"attempt {item.attempt}: {item.failure.reason}")
                gone = self.attempts.pop(item.attempt)
                if self._slots.get(gone.slot) is gone:
                    # Its process is gone; the next attempt here has another.
                    del self._slots[gone.slot]
            case ev.AttemptSucceeded() | ev.AttemptStopped() | ev.AttemptLost():
                self.attempts.pop(item.attempt, None)
            case _:
                pass

    def target(self, task: str) -> str:
        """What this task renders, where the job has several targets; else empty."""
        return self._targets.get(task, "")

    def warn(self, text: str) -> None:
        """Remember a warning once, and how often it came."""
        if text in self.warnings or len(self.warnings) < MOST_WARNINGS:
            self.warnings[text] = self.warnings.get(text, 0) + 1

    def reached(self, job: JobState) -> float:
        """The progress of a job that is not over: facts, and what pulses tell besides, the parts
        of frames and of films that are done. Never less than what was shown.
        """
        self.has_news = False
        inside = encoded = 0.0
        for now in self.attempts.values():
            if now.task in self.films:
                encoded += UNPROVED * (now.percent or 0.0) / 100
            else:
                inside += now.inside
        return max(self._shown, progress_with(job, inside, encoded))

    def show(self, progress: float) -> None:
        """It is written down that so much was reached: from now on it is shown."""
        self._shown = max(self._shown, min(ALMOST, progress))

    def show_done(self) -> None:
        """It is written down that the job is done."""
        self._shown = 1.0

    def pictured(self, view: JobView) -> JobView:
        """The view with the progress that may be shown, 1 only when the job is done and that is
        written down, and whether a film is only being checked still.
        """
        if view.status is JobStatus.DONE and self._shown < 1.0:
            view = replace(view, status=JobStatus.RUNNING, phase="checking", finished=0.0)
        films = [task for task in view.tasks if task.kind is TaskKind.STITCH]
        running = [task.id for task in films if task.status is TaskStatus.RUNNING]
        phase = view.phase
        if phase == "stitching" and self.film_percent(running) >= 100:
            phase = "checking"
        return replace(view, progress=self._shown, phase=phase)

    def film_percent(self, tasks: Iterable[str]) -> float:
        """Of the films that are being encoded now, their mean; 0 when none is."""
        wanted = set(tasks)
        seen = [now.percent or 0.0 for now in self.attempts.values() if now.task in wanted]
        return sum(seen) / len(seen) if seen else 0.0

    def frames_per_second(self, now: float) -> float:
        """Delivered in the last minute; 0 before the second frame."""
        recent = [at for at in self.finished if at > now - WINDOW_SECONDS]
        if len(recent) < 2:
            return 0.0
        # Between n frames lie n - 1 frames' worth of work.
        return (len(recent) - 1) / max(now - recent[0], 1e-3)

    def _learn(self, plan: Plan) -> None:
        targets: dict[str, str] = {}
        self._of_segments = {task.id for task in plan.tasks if task.segments}
        for task in plan.tasks:
            if isinstance(task.request, StitchRequest):
                self.films[task.id] = task.request.film
            else:
                targets[task.id] = task.request.target
        if len(targets) > 1:
            of_films = {
                task.id: targets[name]
                for task in plan.tasks
                for name in task.after
                if name in targets
            }
            self._targets = {**targets, **of_films}

    def _slot_for(self, slot: int, task: str) -> SlotNow:
        now = self._slots.get(slot)
        if now is None or now.task != task:
            # What the session of another task took tells nothing of this one.
            now = self._slots[slot] = SlotNow(slot=slot, task=task)
        now.frame, now.percent = None, None
        # Short attempts may end unmeasured; a number from two of them ago says nothing.
        now.cpu_percent = now.cpu_percent if now.is_fresh else None
        now.is_fresh = False
        return now

    def _with(self, attempt: str, **changes: float | int | None) -> None:
        now = self.attempts.get(attempt)
        if now is not None:
            for name, value in changes.items():
                setattr(now, name, value)
