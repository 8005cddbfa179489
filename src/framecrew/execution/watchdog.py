"""The watchdog: tells a renderer that hangs from one that thinks in silence. Pure; times come
in.

Rule 1: a line, a message, a share of a core, or bytes read or written are signs of life.
Rule 2: a renderer without any of them for longer than the patience of its phase hangs.
Rule 3: one that computes in silence is alive, as long as no limit for silence was set.
Rule 4: once everything it was asked for is there, it has the last phase's patience to leave, or
six times that while it is busy with leaving.
Rule 5: if the measuring itself had a gap, the machine slept: counting starts anew.

Example of rule 1: a hung program with a timer takes 0.1 % of a core: silent. One that lays out
a big scene takes 100 % for ten minutes without a word: alive.
"""

from dataclasses import dataclass
from enum import StrEnum

from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Patience

IDLE_SHARE = 0.02
"""Of one core: less than this since the last sign of life is no life."""
BUSY_SHARE = 0.10
"""Of one core: this much between two looks is life at once, however long the quiet before."""
IDLE_BYTES_PER_SECOND = 4096
"""Event loops that turn idly read and write some bytes for their own waking."""
BUSY_LEAVING = 6
"""Times the patience of the last phase, for a process that works on its own end."""
SLEPT_SECONDS = 30.0
"""Looks come every second or so; a gap this long means that the machine (or we) slept."""


class Phase(StrEnum):
    STARTING = "starting"
    """The program is being opened."""
    RENDERING = "rendering"
    FINISHING = "finishing"
    """All it was asked for is there; the process has not gone."""


_KINDS = {
    Phase.STARTING: FailureKind.START_HANG,
    Phase.RENDERING: FailureKind.STALL,
    Phase.FINISHING: FailureKind.EXIT_HANG,
}


@dataclass(slots=True)
class _Mark:
    """Where things stood at the last sign of life."""

    at: float
    cpu_seconds: float
    io_bytes: int


class Watchdog:
    """Watches one process tree; all times are seconds of one clock that only grows."""

    def __init__(self, patience: Patience, *, now: float) -> None:
        self._patience = patience
        self._phase = Phase.STARTING
        self._phase_since = now
        self._heard_at = now
        self._last = _Mark(now, 0.0, 0)
        self._alive = _Mark(now, 0.0, 0)

    @property
    def phase(self) -> Phase:
        return self._phase

    def enter(self, phase: Phase, *, now: float) -> None:
        """Begin a phase; entering the same one again changes nothing."""
        if phase is not self._phase:
            self._phase = phase
            self._phase_since = now
            self.heard(now=now)

    def heard(self, *, now: float) -> None:
        """A line or a message came."""
        self._heard_at = max(self._heard_at, now)

    def look(self, *, now: float, cpu_seconds: float, io_bytes: int) -> Failure | None:
        """Judge the newest measurement: None while alive, else the hang with its evidence."""
        last, self._last = self._last, _Mark(now, cpu_seconds, io_bytes)
        if now - last.at > SLEPT_SECONDS:
            self._phase_since = self._heard_at = now
            self._alive = self._last
            return None
        if self._is_busy(last):
            self._alive = self._last
        if self._heard_at > self._alive.at:
            self._alive = _Mark(self._heard_at, last.cpu_seconds, last.io_bytes)
        if self._phase is Phase.FINISHING:
            return self._judge_leaving(now)
        return self._judge_quiet(now) or self._judge_silence(now)

    def _is_busy(self, last: _Mark) -> bool:
        newest, alive = self._last, self._alive
        since_look, since_life = newest.at - last.at, newest.at - alive.at
        a_process_ended = (
            newest.cpu_seconds < last.cpu_seconds or newest.io_bytes < last.io_bytes
        )
        return (
            a_process_ended
            or newest.cpu_seconds - last.cpu_seconds > BUSY_SHARE * since_look
            or newest.cpu_seconds - alive.cpu_seconds > IDLE_SHARE * since_life
            or newest.io_bytes - last.io_bytes > IDLE_BYTES_PER_SECOND * since_look
        )

    def _judge_leaving(self, now: float) -> Failure | None:
        patience = self._patience.finish
        quiet, waited = now - self._alive.at, now - self._phase_since
        if quiet <= patience and waited <= BUSY_LEAVING * patience:
            return None
        return self._hang(
            f"it did not leave within {waited:.0f} s after its work (patience {patience:g} s)",
            f"no sign of life for the last {quiet:.0f} s",
        )

    def _judge_quiet(self, now: float) -> Failure | None:
        quiet = now - self._alive.at
        if quiet <= self._limit:
            return None
        used = self._last.cpu_seconds - self._alive.cpu_seconds
        moved = self._last.io_bytes - self._alive.io_bytes
        return self._hang(
            f"no sign of life for {quiet:.0f} s while {self._phase.value}"
            f" (patience {self._limit:g} s)",
            f"last line or message {now - self._heard_at:.0f} s ago",
            f"{used:.2f} s of CPU time in {quiet:.0f} s ({used / quiet:.1%} of one core)",
            f"{moved:,} bytes read or written meanwhile",
        )

    def _judge_silence(self, now: float) -> Failure | None:
        limit, silent = self._patience.silence, now - self._heard_at
        if limit is None or silent <= limit:
            return None
        return self._hang(
            f"busy, but neither a line nor a message for {silent:.0f} s (limit {limit:g} s)",
        )

    def _hang(self, reason: str, *evidence: str) -> Failure:
        return Failure(kind=_KINDS[self._phase], reason=reason, evidence=evidence)

    @property
    def _limit(self) -> float:
        return self._patience.start if self._phase is Phase.STARTING else self._patience.stall
