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
from framecrew.scheduler.views import ALMOST, progress_of

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
    """Folds one job's items. Progress told by it never runs backwards."""

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
        self._most = 0.0
        self._most_frames = 0.0

    def take(self, item: ev.Event | Pulse) -> None:
        """Fold one item in; those of other jobs are passed over."""
        match item:
            case ev.JobSubmitted() if item.job == self.job:
                self._learn(item.plan)
            case ev.AttemptStarted() if item.job == self.job:
                slot = self.attempts[item.attempt] = self._slot_for(item.slot, item.task)
                slot.segment = item.frames if item.task in self._of_segments else EMPTY
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
                # Its process is gone; the next attempt here has another.
                self._slots.pop(self.attempts.pop(item.attempt).slot, None)
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

    def pictured(self, view: JobView) -> JobView:
        """The view with what pulses tell besides: the parts of frames and of films that are done,
        and whether a film is only being checked still.

        Its progress is never less than in the picture before, and 1 only when the job is done.
        """
        if view.status is JobStatus.DONE:
            self._most = 1.0
            return view
        films = [task for task in view.tasks if task.kind is TaskKind.STITCH]
        running = [task.id for task in films if task.status is TaskStatus.RUNNING]
        stitched = sum(not task.missing for task in films)
        encoding = UNPROVED * self.film_percent(running) / 100 * len(running)
        done = min(view.total, view.done + self._inside(view))
        whole = progress_of(done, view.total, stitched + encoding, len(films))
        self._most = max(min(ALMOST, self._most), whole)
        phase = view.phase
        if phase == "stitching" and self.film_percent(running) >= 100:
            phase = "checking"
        return replace(view, progress=self._most, phase=phase)

    def frames_progress(self, view: JobView) -> float:
        """0 to 1 of the frames alone, whatever films are to come; never less than before."""
        if view.total and not view.status.is_over:
            done = min(view.total, view.done + self._inside(view)) / view.total
            self._most_frames = max(self._most_frames, done)
            return self._most_frames
        return view.done / view.total if view.total else 0.0

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

    def _inside(self, view: JobView) -> float:
        """Frames' worth of work done inside the frames that are not finished."""
        renders = {task.id for task in view.tasks if task.kind is TaskKind.RENDER}
        return sum(now.inside for now in self.attempts.values() if now.task in renders)

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
