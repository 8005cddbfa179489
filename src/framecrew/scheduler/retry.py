"""What happens after a failure, by its kind: one row each."""

from dataclasses import dataclass
from enum import StrEnum

from framecrew.model.failures import FailureKind as Kind


class Scope(StrEnum):
    """Whom a failure blames."""

    FRAME = "frame"
    """The frame in work; where that is not known, the chunk, which is halved until it is."""
    TASK = "task"
    """No frame: all of the task would meet it, so trying others is a waste."""
    MACHINE = "machine"
    """Nobody's fault, and no try is counted: the job waits until the cause is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, and after which pauses, work that failed in one way is tried again."""

    scope: Scope
    tries: int
    """All tries together, the first one counted."""
    pauses: tuple[float, ...] = (0.0,)
    """Seconds before the second, third … try; the last one repeats."""
    fewer_slots: bool = False
    """Take one slot less from now on."""
    holds_job: bool = False
    """Start nothing until the cause is seen to be gone."""
    holds_queue: bool = False
    """During the pause no job starts this renderer: all would meet the same."""
    spreads_starts: bool = False
    """From now on its programs start one at a time, and further apart."""

    def next_try(self, tries_made: int, now: float, *, most: int | None = None) -> float | None:
        """The moment of the next try, or None to give up; `most` is a person's own limit."""
        limit = self.tries if most is None or self.scope is not Scope.FRAME else most
        if tries_made >= limit:
            return None
        return now + self.pauses[min(tries_made, len(self.pauses)) - 1]


_HOPELESS = RetryPolicy(scope=Scope.TASK, tries=1)
_PERHAPS = RetryPolicy(scope=Scope.FRAME, tries=3, pauses=(0.0, 1.0))

POLICIES: dict[Kind, RetryPolicy] = {
    Kind.MISSING_ASSET: _HOPELESS,
    Kind.MISSING_LIBRARY: _HOPELESS,
    Kind.PLUGIN_MISSING: _HOPELESS,
    Kind.BAD_SCENE: _HOPELESS,
    Kind.BAD_REQUEST: _HOPELESS,
    Kind.PROGRAM_MISSING: _HOPELESS,
    Kind.OUTPUT_NOT_WRITABLE: RetryPolicy(scope=Scope.TASK, tries=2, pauses=(2.0,)),
    Kind.HOLE: _HOPELESS,
    # A script that raises does so again; a second try would only hide a script that depends on
    # what ran before.
    Kind.SCRIPT_ERROR: RetryPolicy(scope=Scope.FRAME, tries=1),
    Kind.OUT_OF_MEMORY: RetryPolicy(
        scope=Scope.FRAME, tries=3, pauses=(2.0,), fewer_slots=True
    ),
    Kind.GPU_LOST: RetryPolicy(scope=Scope.FRAME, tries=3, pauses=(5.0, 30.0)),
    Kind.LICENCE: RetryPolicy(
        scope=Scope.TASK, tries=8, pauses=(15.0, 30.0, 60.0, 120.0), holds_queue=True
    ),
    Kind.BUSY_INSTANCE: RetryPolicy(
        scope=Scope.TASK, tries=8, pauses=(2.0, 4.0, 8.0, 15.0), spreads_starts=True
    ),
    Kind.START_HANG: RetryPolicy(
        scope=Scope.TASK, tries=3, pauses=(2.0, 10.0), spreads_starts=True
    ),
    Kind.CRASH: _PERHAPS,
    Kind.STALL: RetryPolicy(scope=Scope.FRAME, tries=2, pauses=(1.0,)),
    Kind.EXIT_HANG: _PERHAPS,
    Kind.BAD_OUTPUT: _PERHAPS,
    Kind.SKIPPED_FRAME: _PERHAPS,
    Kind.UNKNOWN: _PERHAPS,
    Kind.DISK_FULL: RetryPolicy(scope=Scope.MACHINE, tries=1, holds_job=True),
    Kind.LOST: RetryPolicy(scope=Scope.TASK, tries=8, pauses=(1.0, 5.0, 15.0, 60.0)),
}

LAUNCH_POLICY = RetryPolicy(scope=Scope.TASK, tries=3, pauses=(1.0, 5.0))
"""For a renderer that ends before it is ready: no frame is to blame yet."""

STITCH_POLICY = RetryPolicy(scope=Scope.TASK, tries=2, pauses=(1.0,))
"""For a stitch, which has no frames to halve; what is hopeless for frames is so for it too."""
