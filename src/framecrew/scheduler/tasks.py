"""One task of a job, as the journal tells it: where each frame is, and what was learnt."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median_low

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model.failures import Failure
from framecrew.model.plans import Task, TaskKind
from framecrew.model.views import Loss
from framecrew.scheduler.attempts import AttemptState, holding
from framecrew.scheduler.costs import CostCurve

FIRST_SPREAD_SECONDS = 2.0
MOST_SPREAD_SECONDS = 60.0
"""The pause between two starts doubles from one to the other while starts collide."""
MOST_FIRSTS = 8
"""First frames of sessions that are remembered; the latest ones."""


@dataclass(slots=True, kw_only=True)
class ThreadEvidence:
    """Finished frames with one number of threads."""

    frames: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    cost: float = 0.0
    """In the cost curve's seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFrame:
    """The first frame of a session: its time holds what is done once."""

    frame: int
    wall: float
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Failures of one sort that the whole task met, with no frame finished between them."""

    made: int
    until: int
    """Number of the last attempt started before the last of them: it met the same incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A frame that came out far from both its neighbours."""

    times: int
    pixels: str
    """Digest of its pixels the last time."""
    evidence: tuple[str, ...]
    """What was measured, all times together."""


@dataclass(slots=True, kw_only=True)
class TaskState:
    """One task of a job.

    Every frame of it is in exactly one of: pending, resting, live (left of one attempt), done,
    given up.
    """

    task: Task
    pending: FrameSet
    hoped: FrameSet
    """What was to be tried when it began, or was last asked for again."""
    failures: int = 0
    """Of frames and chunks since then."""
    done_before: FrameSet = EMPTY
    """Done before `done_since` was last emptied."""
    done_since: set[int] = field(default_factory=set)
    """Done since; gathered, for a frame set is cheaper to change in one go."""
    given_up: FrameSet = EMPTY
    resting: dict[float, FrameSet] = field(default_factory=dict)
    """Frames to be tried again, by the moment from which they may be."""
    losses: dict[tuple[str, str], Loss] = field(default_factory=dict)
    """The given-up frames by kind and reason of the failure that made us give them up."""
    tries: dict[int, int] = field(default_factory=dict)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    """By frame. A finished frame forgets its tries, but not that it was doubted."""
    suspects: list[FrameSet] = field(default_factory=list)
    """Parts of failed chunks whose culprit is not known; each is tried as a chunk of its own,
    and halved again."""
    rests_until: float = 0.0
    """The whole task starts nothing before this moment."""
    launches_rest_until: float = 0.0
    """It opens no new session before this moment; open ones go on."""
    spawn_seconds: float = 0.0
    """Least pause between two starts of its program; longer after starts have collided."""
    starts_alone: bool = False
    """It starts no program while another of it is starting."""
    incidents: dict[str, Incidents] = field(default_factory=dict)
    """By kind of failure; renderers that end before they are ready are one sort."""
    curve: CostCurve
    evidence: dict[int, ThreadEvidence] = field(default_factory=dict)
    """By number of threads."""
    firsts: tuple[FirstFrame, ...] = ()
    layout: tuple[int, int, str] = (0, 0, "")
    """Slots, threads, reason; zero slots until chosen."""
    open_slots: set[int] = field(default_factory=set)
    """Slots whose session for this task is believed open. No fact, and no fact rests on it."""
    reached: dict[int, int] = field(default_factory=dict)
    """By slot: the last frame that it was given."""
    start_seconds: float = 0.0
    """From starting a program to its being ready; typical until measured."""
    spread_cursor: Iterator[int] | None = None
    """Where giving out in spread order has come to."""
    footprint_bytes: int = 0
    is_footprint_measured: bool = False
    most_slots: int | None = None
    live: dict[str, AttemptState] = field(default_factory=dict)
    has_ended: bool = False
    was_skipped: bool = False

    @property
    def is_render(self) -> bool:
        return self.task.kind is TaskKind.RENDER

    @property
    def done(self) -> FrameSet:
        """Frames published and proved."""
        if self.done_since:
            self.done_before = self.done_before | FrameSet.of(self.done_since)
            self.done_since.clear()
        return self.done_before

    @property
    def done_count(self) -> int:
        """The same counted, without gathering them."""
        return len(self.done_before) + len(self.done_since)

    @property
    def missing(self) -> FrameSet:
        return self.task.frames - self.done

    @property
    def unfinished(self) -> FrameSet:
        """Frames that may still come: neither done nor given up."""
        return self.missing - self.given_up

    @property
    def is_settled(self) -> bool:
        """True if nothing is live and nothing is left to try."""
        return not (self.live or self.pending or self.resting)

    @property
    def left_of_live(self) -> FrameSet:
        """Frames that live attempts hold."""
        whole = EMPTY
        for attempt in self.live.values():
            whole = whole | attempt.left
        return whole

    @property
    def first_extra(self) -> float:
        """Seconds by which the first frame of a session is longer than it would be later.

        A first frame that is dear in itself must not count, so the median of what was seen.
        """
        if not self.firsts or not self.curve.count:
            return 0.0
        extras = [
            max(0.0, first.wall - self.curve.estimate(first.frame) * self.pace(first.threads))
            for first in self.firsts
        ]
        return median_low(extras)

    @property
    def at_work(self) -> list[AttemptState]:
        """Live attempts that hold their slot; the others only have their file finished."""
        return holding(self.live.values())

    @property
    def is_starting(self) -> bool:
        """True while one of its programs is not ready yet."""
        return any(not attempt.is_open for attempt in self.at_work)

    def starts(self, slots: int, first: float) -> list[float]:
        """When so many programs that start one after another are ready; `first`: the first."""
        return [first + slot * self.spawn_seconds for slot in range(slots)]

    def spread_starts(self) -> None:
        """Starts have got into each other's way."""
        self.starts_alone = True
        wider = max(FIRST_SPREAD_SECONDS, 2 * self.spawn_seconds)
        self.spawn_seconds = min(wider, max(MOST_SPREAD_SECONDS, self.spawn_seconds))

    def pace(self, threads: int) -> float:
        """Wall seconds per second of the cost curve with so many threads.

        A guess from the nearest number measured where this one was not.
        """
        known = self.evidence.get(threads)
        if known is None and self.evidence:
            nearest = min(self.evidence, key=lambda count: abs(count - threads))
            other = self.evidence[nearest]
            return min(1.0, other.wall / max(other.cost, 1e-9) * nearest / max(1, threads))
        return known.wall / max(known.cost, 1e-9) if known else 1.0

    # ── moving frames ─────────────────────────────────────────────────────────────────────────

    def wake(self, now: float) -> None:
        """Frames whose rest is over are pending again."""
        for until in [until for until in self.resting if until <= now]:
            self.pending = self.pending | self.resting.pop(until)

    def rest(self, frames: FrameSet, until: float) -> None:
        """These frames, which nobody holds, wait for a moment."""
        self.pending = self.pending - frames
        self.resting[until] = self.resting.get(until, EMPTY) | frames

    def free_to_try(self, frames: FrameSet) -> FrameSet:
        """Those of the frames that are pending or resting."""
        free = frames & self.pending
        for resting in self.resting.values():
            free = free | (frames & resting)
        return free

    def take_out(self, frames: FrameSet) -> None:
        """These are neither pending, resting nor suspect any more."""
        self.pending = self.pending - frames
        if self.suspects:
            self.suspects = [rest for group in self.suspects if (rest := group - frames)]
        if self.resting:
            self.resting = {
                until: rest for until, group in self.resting.items() if (rest := group - frames)
            }

    def give_up(self, frames: FrameSet, failure: Failure) -> None:
        """These frames are not tried again, for this reason."""
        frames = frames - self.given_up
        if not frames:
            return
        self.take_out(frames)
        self.given_up = self.given_up | frames
        sort = (failure.kind, failure.reason)
        known = self.losses.get(sort)
        if known is None:
            self.losses[sort] = Loss(frames=frames, failure=failure)
        else:
            self.losses[sort] = Loss(frames=known.frames | frames, failure=known.failure)

    def finish(self, frames: FrameSet) -> None:
        """These frames, which are in no other place, are done."""
        self.done_before = self.done | frames

    def undo(self, frames: FrameSet) -> None:
        """These were done, and are pending again."""
        self.done_before = self.done - frames
        self.pending = self.pending | frames

    def begin_anew(self) -> None:
        """Nothing of it is done any more, and nothing given up."""
        done, self.done_before = self.done, EMPTY
        self.forgive(self.given_up)
        self.pending = self.pending | done

    def forgive(self, frames: FrameSet) -> None:
        """Given-up frames are pending again, as if never tried."""
        self.given_up = self.given_up - frames
        self.pending = self.pending | frames
        self.losses = {
            sort: Loss(frames=rest, failure=loss.failure)
            for sort, loss in self.losses.items()
            if (rest := loss.frames - frames)
        }
        self.tries = {frame: made for frame, made in self.tries.items() if frame not in frames}
        self.doubts = {
            frame: doubt for frame, doubt in self.doubts.items() if frame not in frames
        }
        self.incidents.clear()
        self.hoped, self.failures = self.unfinished, 0
        self.rests_until = self.launches_rest_until = 0.0
