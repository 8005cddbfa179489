"""How many sessions with how many threads each: the layout, chosen from what was measured.

The frame time on T of C cores is taken as f(T) = a + b/T: `a` is what one thread does alone (evaluation, writing
files), `b` is what all share (sampling). One session with all threads wastes (C-1)·a; N sessions with C/N threads
waste less, but each costs its start. Measurements behind the formula: `docs/benchmarks.md`.
"""

from dataclasses import dataclass

MEMORY_SHARE = 0.8
"""Share of the free memory that sessions may fill."""
WORTH_IT = 0.95
"""Another layout must be expected to end at least 5 % sooner: changing costs, and measurements err."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about a task when its layout is chosen."""

    cores: int
    free_bytes: int
    """Memory free for renderers before any of ours started."""
    footprint_bytes: int
    """Of one session; the renderer's typical one until measured."""
    is_footprint_measured: bool
    frames: int
    """Of the whole task: more sessions than frames are never useful."""
    frames_left: int
    frame_seconds: float
    """Mean wall time of a frame; 0 when none is measured."""
    cpu_seconds: float
    """Mean CPU time of a frame."""
    measured_frames: int
    threads: int
    """Threads with which these were measured."""
    start_seconds: float
    """Until a new session has rendered its first frame, less an ordinary frame."""
    sessions: int
    """Open now."""
    uses_all_cores: bool
    changes_threads: bool
    slots_wanted: int | None
    threads_wanted: int | None
    most_slots: int | None
    """Cap set by memory pressure or failures; None: no cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Slots × threads, and why."""

    slots: int
    threads: int
    reason: str


def choose(evidence: Evidence) -> Layout:
    """The layout to use from now on."""
    cores = max(1, evidence.cores)
    if evidence.slots_wanted is not None:
        slots = evidence.slots_wanted
        threads = evidence.threads_wanted or max(1, cores // slots)
        return _capped(evidence, Layout(slots=slots, threads=threads, reason="as asked"))
    if evidence.threads_wanted is not None:
        threads = min(evidence.threads_wanted, 1024)
        slots, why = _by_memory(evidence, max(1, cores // threads))
        return _capped(
            evidence, Layout(slots=slots, threads=threads, reason=f"{threads} threads as asked{why}")
        )
    if not evidence.uses_all_cores:
        slots, why = _by_memory(evidence, min(cores, max(1, evidence.frames)))
        return _capped(
            evidence,
            Layout(slots=slots, threads=max(1, cores // slots), reason=f"one process a core{why}"),
        )
    return _capped(evidence, _measured(evidence, cores))


def _measured(evidence: Evidence, cores: int) -> Layout:
    """One session with all threads first; more once the measurements say that they pay."""
    one = Layout(slots=1, threads=cores, reason="one session with all threads until frames are measured")
    if cores == 1:
        return Layout(slots=1, threads=1, reason="one core")
    if evidence.measured_frames < 2 or evidence.frame_seconds <= 0:
        return one
    serial, shared = split_of(evidence)
    most, why = _by_memory(evidence, min(cores, max(1, evidence.frames)))
    ends = {
        slots: expected_end(evidence, serial, shared, cores, slots)
        for slots in range(1, most + 1)
    }
    now = max(1, min(evidence.sessions, most))
    best = min(ends, key=lambda slots: (ends[slots], slots))
    if ends[best] > WORTH_IT * ends[now]:
        best = now
    share = 100 * serial / (serial + shared)
    if best == 1:
        reason = f"one session with all threads is fastest ({share:.0f} % of a frame uses one thread{why})"
    else:
        reason = (
            f"{best} sessions end about {100 * (1 - ends[best] / ends[1]):.0f} % sooner than one: "
            f"{share:.0f} % of a frame uses one thread{why}"
        )
    return Layout(slots=best, threads=max(1, cores // best), reason=reason)


def split_of(evidence: Evidence) -> tuple[float, float]:
    """(a, b) of f(T) = a + b/T, from wall time f and CPU time c = a + b of frames on T threads."""
    wall, threads = evidence.frame_seconds, max(1, evidence.threads)
    cpu = max(evidence.cpu_seconds, 0.0) or wall
    if threads == 1:
        # One thread tells nothing about the rest; what it computed is taken as shared, what it waited as serial.
        shared = min(cpu, wall)
        return wall - shared, shared
    shared = max(0.0, (cpu - wall) * threads / (threads - 1))
    shared = min(shared, wall * threads)
    return max(0.0, wall - shared / threads), shared


def expected_end(evidence: Evidence, serial: float, shared: float, cores: int, slots: int) -> float:
    """Seconds until the last frame with this many sessions, those not open yet paying their start."""
    threads = max(1.0, cores / slots)
    frame = serial + shared / threads
    starts = max(0, slots - max(1, evidence.sessions)) * evidence.start_seconds
    return (evidence.frames_left * frame + starts) / slots


def _by_memory(evidence: Evidence, slots: int) -> tuple[int, str]:
    """At most as many sessions as fit into the free memory; before one is measured only half of that is trusted."""
    share = MEMORY_SHARE if evidence.is_footprint_measured else MEMORY_SHARE / 2
    room = evidence.free_bytes * share
    fit = max(1, int(room // max(1, evidence.footprint_bytes)))
    if fit >= slots:
        return slots, ""
    size = evidence.footprint_bytes / 1e9
    return fit, f"; memory holds {fit} of {size:.1f} GB"


def _capped(evidence: Evidence, layout: Layout) -> Layout:
    cap = evidence.most_slots
    if cap is None or layout.slots <= cap:
        return layout
    cores = max(1, evidence.cores)
    threads = evidence.threads_wanted or max(layout.threads, cores // max(1, cap))
    return Layout(slots=max(1, cap), threads=threads, reason=f"{layout.reason}; fewer because memory ran short")
