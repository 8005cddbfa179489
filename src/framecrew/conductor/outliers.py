"""Outliers: published frames that are far from both their neighbours, for jobs that ask for it.

A frame is judged as soon as it and both frames beside it in its task's frames are published,
whatever the order they come in, and again when one of the three is replaced. A doubted frame is
nobody's neighbour: what lies beside it cannot be judged by it. Nothing is remembered, and
nothing done, for jobs without the check.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from framecrew.frames.sets import FrameSet
from framecrew.media.neighbours import find_outlier
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import PictureFacts, Promise
from framecrew.model.plans import Plan
from framecrew.scheduler.state import State


@dataclass(slots=True, kw_only=True)
class _Sequence:
    """The frames of one task, as far as they are published."""

    job: int
    task: str
    frames: FrameSet
    promises: tuple[Promise, ...]
    """Those whose pictures are compared."""
    measured: dict[int, dict[str, PictureFacts]] = field(default_factory=dict)
    """By frame and promise; of published frames, and of those about to be."""
    sound: set[int] = field(default_factory=set)
    """Published, and not doubted."""


class Outliers:
    """Compares frames with their neighbours; give it every batch of events before it is
    decided upon.
    """

    def __init__(self, state: State) -> None:
        """`state` tells which task an attempt belongs to."""
        self._state = state
        self._sequences: dict[tuple[int, str], _Sequence] = {}

    def doubts(self, events: Sequence[ev.Event]) -> list[ev.FrameDoubted]:
        """What these events give reason to doubt, to be decided upon together with them."""
        found: list[ev.FrameDoubted] = []
        for event in events:
            if isinstance(event, ev.JobSubmitted):
                self._enter(event.job, event.plan)
            elif self._sequences:
                found += self._follow(event)
        return found

    def _enter(self, job: int, plan: Plan) -> None:
        for task in plan.tasks:
            compared = tuple(one for one in task.promises if one.checks.outliers)
            if compared:
                self._sequences[job, task.id] = _Sequence(
                    job=job, task=task.id, frames=task.frames, promises=compared
                )

    def _follow(self, event: ev.Event) -> list[ev.FrameDoubted]:
        match event:
            case ev.FrameMeasured():
                sequence = self._sequences.get((event.job, event.task))
                if sequence is not None:
                    sequence.measured[event.frame] = dict(event.pictures)
            case ev.FrameFinished():
                attempt = self._state.attempts.get(event.attempt)
                if attempt is not None:
                    place = (attempt.job, attempt.task)
                    return self._judge_beside(place, (event.frame,), at=event.at)
            case ev.FramesKept():
                return self._judge_beside((event.job, event.task), event.frames, at=event.at)
            case _:
                pass
        return []

    def _judge_beside(
        self, place: tuple[int, str], frames: Iterable[int], *, at: float
    ) -> list[ev.FrameDoubted]:
        """Judge these frames, which are published now, and those beside them.

        Those beside come first: a sound frame between two odd ones is as far from both as one
        odd frame between two sound ones, and who lies beside them tells which it is.
        """
        sequence = self._sequences.get(place)
        if sequence is None:
            return []
        published = [frame for frame in frames if frame in sequence.measured]
        sequence.sound.update(published)
        trios = (_trio(sequence.frames, frame) for frame in published)
        middles = dict.fromkeys(
            one for before, frame, after in trios for one in (before, after, frame)
        )
        doubts = [_judge(sequence, frame, at=at) for frame in middles if frame is not None]
        return [doubt for doubt in doubts if doubt is not None]


def _trio(frames: FrameSet, frame: int) -> tuple[int | None, int, int | None]:
    """The frame between those before and after it in the sequence, which need not be numbers
    that follow each other.
    """
    return frames.before(frame - 1), frame, frames.near(frame + 1)


def _judge(sequence: _Sequence, frame: int, *, at: float) -> ev.FrameDoubted | None:
    before, _, after = _trio(sequence.frames, frame)
    if before is None or after is None or not sequence.sound.issuperset((before, frame, after)):
        return None
    for promise in sequence.promises:
        seen = [sequence.measured[one].get(promise.name) for one in (before, frame, after)]
        first, middle, last = seen
        reason = None if middle is None else find_outlier(first, middle, last)
        if reason is None:
            continue
        sequence.sound.discard(frame)
        failure = Failure(
            kind=FailureKind.BAD_OUTPUT,
            reason=f"{promise.final.path(frame)} is doubtful: {reason}",
            evidence=tuple(
                f"frame {one}: {_words(facts)}"
                for one, facts in zip((before, frame, after), seen, strict=True)
                if facts is not None
            ),
        )
        return ev.FrameDoubted(
            at=at,
            job=sequence.job,
            task=sequence.task,
            frame=frame,
            failure=failure,
            pixels=_pixels(sequence.measured[frame]),
        )
    return None


def _words(facts: PictureFacts) -> str:
    colour = " ".join(f"{mean:.3f}" for mean in facts.means or (facts.mean,))
    return f"mean colour {colour}, {facts.bytes} bytes"


def _pixels(pictures: dict[str, PictureFacts]) -> str:
    """The digests of all its pictures; equal when every one of them came out the same."""
    return " ".join(facts.pixels for _, facts in sorted(pictures.items()))
