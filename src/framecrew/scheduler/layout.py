"""How many sessions with how many threads each: the layout, chosen from what was measured.

The frame time on T of C cores is taken as f(T) = a + b/T: `a` is what one thread does alone
(evaluation, writing files), `b` is what all share (sampling). One session with all threads
wastes (C-1)·a; N sessions with C/N threads waste less, but each costs its start. Measurements
behind the formula: `docs/benchmarks.md`.
"""

from dataclasses import dataclass

MEMORY_SHARE = 0.8
"""Share of the free memory that sessions may fill."""
WORTH_IT = 0.95
"""Another layout must be expected to end 5 % sooner: changing costs, and measurements err."""


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
    """Of the whole task, or its segments: more sessions than these are never useful."""
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
    restart_seconds: float
    """What an open session pays once when its threads change: with kept data, for example, it
    builds its scene anew."""
    sessions: int
    """Open now."""
    slots_now: int
    """Of the layout in use; 0 when none was chosen."""
    uses_all_cores: bool
    slots_wanted: int | None
    threads_wanted: int | None
    most_slots: int | None
    """Cap set by memory pressure or failures; None: no cap."""
    limit: int | None = None
    """Cap that a person or the licences set; None: no cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Slots, threads of each, and why."""

    slots: int
    threads: int
    reason: str


def choose(evidence: Evidence) -> Layout:
    """The layout to use from now on."""
    cores = max(1, evidence.cores)
    if evidence.slots_wanted is not None:
        asked = evidence.slots_wanted
        allowed = min(asked, evidence.limit or asked)
        slots = min(allowed, max(1, evidence.frames))
        threads = evidence.threads_wanted or max(1, cores // slots)
        reason = "as asked"
        if slots < allowed:
            reason = f"no more can work at once; {asked} asked"
        elif slots < asked:
            reason = f"its own limit; {asked} asked"
        layout = Layout(slots=slots, threads=threads, reason=reason)
    elif evidence.threads_wanted is not None:
        threads = min(evidence.threads_wanted, 1024)
        slots, why = _fitting(evidence, max(1, cores // threads))
        layout = Layout(slots=slots, threads=threads, reason=f"{threads} threads as asked{why}")
    elif not evidence.uses_all_cores:
        slots, why = _fitting(evidence, min(cores, max(1, evidence.frames)))
        threads = max(1, cores // slots)
        layout = Layout(slots=slots, threads=threads, reason=f"one process a core{why}")
    else:
        layout = _measured(evidence, cores)
    return _capped(evidence, layout)


def _measured(evidence: Evidence, cores: int) -> Layout:
    """One session with all threads first; more once the measurements say that they pay."""
    if cores == 1:
        return Layout(slots=1, threads=1, reason="one core")
    if evidence.measured_frames < 2 or evidence.frame_seconds <= 0:
        why = "one session with all threads until frames are measured"
        return Layout(slots=1, threads=cores, reason=why)
    serial, shared = split_of(evidence)
    most, why = _fitting(evidence, min(cores, max(1, evidence.frames)))
    now = max(1, min(evidence.slots_now, most))
    ends = {
        slots: expected_end(evidence, serial, shared, cores, slots)
        for slots in range(1, most + 1)
    }
    # Sessions that are open cost nothing more, so measurements only ever add some.
    best = min(range(now, most + 1), key=lambda slots: (ends[slots], slots))
    if ends[best] > WORTH_IT * ends[now]:
        best = now
    share = f"{100 * serial / (serial + shared):.0f} % of a frame uses one thread{why}"
    if best == 1:
        reason = f"one session with all threads is fastest ({share})"
    else:
        sooner = 100 * (1 - ends[best] / ends[1])
        reason = f"{best} sessions end about {sooner:.0f} % sooner than one: {share}"
    return Layout(slots=best, threads=max(1, cores // best), reason=reason)


def split_of(evidence: Evidence) -> tuple[float, float]:
    """(a, b) of f(T) = a + b/T, from wall time f and CPU time a + b on T threads."""
    wall, threads = evidence.frame_seconds, max(1, evidence.threads)
    cpu = max(evidence.cpu_seconds, 0.0) or wall
    if threads == 1:
        # One thread tells nothing about the rest; what it computed is taken as shared, what it
        # waited as serial.
        shared = min(cpu, wall)
        return wall - shared, shared
    shared = max(0.0, (cpu - wall) * threads / (threads - 1))
    shared = min(shared, wall * threads)
    return max(0.0, wall - shared / threads), shared


def expected_end(
    evidence: Evidence, serial: float, shared: float, cores: int, slots: int
) -> float:
    """Seconds until the last frame, when sessions that are not open yet pay their start, and
    open ones what a change of threads costs.
    """
    frame = serial + shared / max(1.0, cores / slots)
    opened = min(slots, max(1, evidence.sessions))
    starts = (slots - opened) * evidence.start_seconds
    if cores // slots != cores // max(1, evidence.slots_now):
        starts += opened * evidence.restart_seconds
    return max(evidence.frames_left / slots, 1) * frame + starts / slots


def _fitting(evidence: Evidence, slots: int) -> tuple[int, str]:
    """At most as many as the memory holds and the limit allows, and a word about which it was."""
    fit, why = _by_memory(evidence, slots)
    if evidence.limit is not None and evidence.limit < fit:
        return evidence.limit, f"; at most {evidence.limit} as asked"
    return fit, why


def _by_memory(evidence: Evidence, slots: int) -> tuple[int, str]:
    """At most as many sessions as fit into the free memory, and a word about it if they do not.

    Before one is measured, only half of that is trusted.
    """
    share = MEMORY_SHARE if evidence.is_footprint_measured else MEMORY_SHARE / 2
    room = evidence.free_bytes * share
    fit = max(1, int(room // max(1, evidence.footprint_bytes)))
    if fit >= slots:
        return slots, ""
    size = evidence.footprint_bytes / 1e9
    return fit, f"; memory holds {fit} of {size:.1f} GB"


def _capped(evidence: Evidence, layout: Layout) -> Layout:
    """Fewer slots where memory ran short, or where one more session did not get ready."""
    cap = evidence.most_slots
    if cap is None or layout.slots <= cap:
        return layout
    threads = evidence.threads_wanted or max(layout.threads, max(1, evidence.cores) // cap)
    reason = f"{layout.reason}; fewer because there was no room for more"
    return Layout(slots=cap, threads=threads, reason=reason)
