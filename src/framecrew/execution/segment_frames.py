"""Frames of a segment, which end together when its one file is proved. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from framecrew.execution.claims import Claim
from framecrew.model.attempts import Assignment
from framecrew.model.events import FrameFinished

Rendered = Sequence[tuple[Claim, float]]
"""What was said to be rendered, and when."""


def finished_frames(
    assignment: Assignment, rendered: Rendered, *, seconds: float, memory_bytes: int, at: float
) -> Iterator[FrameFinished]:
    """Every frame of a segment that is proved; rendering it took so long altogether."""
    times = frame_seconds(assignment.sequence, rendered, seconds)
    claims = {claim.frame: claim for claim, _ in rendered}
    for place, frame in enumerate(assignment.sequence):
        claim = claims.get(frame)
        yield FrameFinished(
            at=at,
            attempt=assignment.attempt,
            frame=frame,
            seconds=times[frame],
            cpu_seconds=claim.cpu_seconds if claim is not None else 0.0,
            memory_bytes=memory_bytes,
            is_first=claim.is_first if claim is not None else place == 0,
        )


def frame_seconds(
    sequence: Sequence[int], rendered: Rendered, seconds: float
) -> dict[int, float]:
    """What each frame took: as told, else its share of the time since those before, else like
    the others.
    """
    known: dict[int, float] = {}
    before: float | None = None
    for at, together in groupby(rendered, key=itemgetter(1)):
        claims = [claim for claim, _ in together]
        share = 0.0 if before is None else (at - before) / len(claims)
        known |= {claim.frame: took for claim in claims if (took := claim.seconds or share) > 0}
        before = at
    mean = sum(known.values()) / len(known) if known else seconds / max(1, len(sequence))
    return {frame: known.get(frame, mean) for frame in sequence}
