"""How many sessions with how many threads: golden cases, with measured numbers."""

from dataclasses import replace
from typing import Any

import pytest
from simulation import GB

from framecrew.scheduler.layout import Evidence, choose, split_of


def evidence(**fields: Any) -> Evidence:
    """A task nothing is known about yet, on two cores."""
    known: dict[str, Any] = {
        "cores": 2,
        "free_bytes": 20 * GB,
        "footprint_bytes": GB // 4,
        "is_footprint_measured": True,
        "frames": 1000,
        "frames_left": 1000,
        "frame_seconds": 0.0,
        "cpu_seconds": 0.0,
        "measured_frames": 0,
        "threads": 2,
        "start_seconds": 1.5,
        "restart_seconds": 0.0,
        "sessions": 1,
        "slots_now": 1,
        "uses_all_cores": True,
        "slots_wanted": None,
        "threads_wanted": None,
        "most_slots": None,
    }
    return Evidence(**{**known, **fields})


def measured(wall: float, cpu: float, **fields: Any) -> Evidence:
    return evidence(frame_seconds=wall, cpu_seconds=cpu, measured_frames=4, **fields)


def layout(known: Evidence) -> tuple[int, int]:
    chosen = choose(known)
    assert chosen.reason
    return chosen.slots, chosen.threads


# ── measured scenes ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("left", [60, 240, 10_000])
def test_spin_gets_a_session_for_each_of_two_cores_when_many_frames_are_left(left: int) -> None:
    """Blender 3.4: 0.298 s on two threads, 0.506 s on one; 1.3 s until the first frame."""
    assert layout(measured(0.298, 0.506, frames_left=left, start_seconds=1.3)) == (2, 1)


def test_spin_stays_with_one_session_for_a_handful_of_frames() -> None:
    assert layout(measured(0.298, 0.506, frames_left=12, start_seconds=1.3)) == (1, 2)


def test_heavy_load_with_persistent_data_stays_with_one_session() -> None:
    """0.118 s on two threads, 0.198 s on one; 4.6 s until a session has its first frame."""
    known = measured(0.118, 0.198, frames=12, frames_left=12, start_seconds=4.6)
    assert layout(known) == (1, 2)


def test_a_scene_that_is_built_anew_when_threads_change_is_left_as_it_is() -> None:
    """0.300 s and 0.362 CPU s of two threads, on a machine that others use: 7.3 s to build."""
    known = measured(0.300, 0.362, frames_left=57, start_seconds=8.6)
    assert layout(known) == (2, 1)
    assert layout(replace(known, restart_seconds=7.3)) == (1, 2)
    assert layout(replace(known, restart_seconds=7.3, frames_left=1000)) == (2, 1)


def test_heavy_file_gets_two_sessions_once_its_load_pays() -> None:
    """0.176 s on two threads, 0.283 s on one; 2.05 s to load."""
    assert layout(measured(0.176, 0.283, frames_left=12, start_seconds=2.05)) == (1, 2)
    assert layout(measured(0.176, 0.283, frames_left=240, start_seconds=2.05)) == (2, 1)


def test_sixteen_cores_with_a_third_of_a_frame_serial_get_many_sessions() -> None:
    serial, shared = 0.3, 0.7
    known = measured(serial + shared / 16, serial + shared, cores=16, threads=16)
    slots, threads = layout(known)
    assert slots >= 12
    assert slots * threads <= 16


def test_a_frame_that_all_threads_share_needs_no_second_session() -> None:
    assert layout(measured(1.0, 16.0, cores=16, threads=16)) == (1, 16)


def test_a_gpu_frame_that_waits_more_than_it_computes_counts_as_serial() -> None:
    serial, shared = split_of(measured(1.0, 0.2, cores=16, threads=16))
    assert (serial, shared) == (1.0, 0.0)


def test_the_split_gives_back_what_was_measured() -> None:
    serial, shared = split_of(measured(0.3 + 0.7 / 8, 1.0, cores=8, threads=8))
    assert serial == pytest.approx(0.3)
    assert shared == pytest.approx(0.7)


def test_one_thread_tells_what_waits_and_what_computes() -> None:
    assert split_of(measured(1.0, 0.75, threads=1)) == (0.25, 0.75)


def test_cpu_time_nobody_told_counts_as_the_wall_time() -> None:
    assert split_of(measured(1.0, 0.0, threads=1)) == (0.0, 1.0)


# ── before and beside measurements ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("frames", [0, 1])
def test_one_session_with_all_threads_until_frames_are_measured(frames: int) -> None:
    known = measured(1.0, 1.0, cores=16)
    known = evidence(cores=16, frame_seconds=1.0, cpu_seconds=1.0, measured_frames=frames)
    assert layout(known) == (1, 16)


def test_one_core_gets_one_session() -> None:
    assert layout(measured(1.0, 1.0, cores=1, threads=1)) == (1, 1)


def test_a_renderer_of_one_core_gets_a_process_for_each() -> None:
    assert layout(evidence(cores=8, uses_all_cores=False)) == (8, 1)
    assert layout(evidence(cores=8, uses_all_cores=False, frames=3)) == (3, 2)


@pytest.mark.parametrize(("slots", "threads"), [(3, 5), (7, 2), (16, 1), (20, 1)])
def test_slots_a_person_asked_for_are_obeyed(slots: int, threads: int) -> None:
    assert layout(evidence(cores=16, slots_wanted=slots)) == (slots, threads)


def test_slots_without_work_are_not_kept_and_their_threads_go_to_the_others() -> None:
    chosen = choose(evidence(cores=16, frames=2, slots_wanted=8))
    assert (chosen.slots, chosen.threads) == (2, 8)
    assert chosen.reason == "no more can work at once; 8 asked"


def test_threads_a_person_asked_for_are_obeyed() -> None:
    assert layout(evidence(cores=16, threads_wanted=4)) == (4, 4)
    assert layout(evidence(cores=16, threads_wanted=99)) == (1, 99)
    assert layout(evidence(cores=16, slots_wanted=2, threads_wanted=3)) == (2, 3)


def test_more_sessions_than_frames_are_never_opened() -> None:
    serial = measured(1.0, 1.0, cores=16, threads=16, frames=3, frames_left=3, start_seconds=0)
    assert layout(serial) == (3, 5)


# ── memory ────────────────────────────────────────────────────────────────────────────────────


def test_memory_limits_the_sessions_and_says_so() -> None:
    known = measured(1.0, 1.0, cores=16, threads=16, free_bytes=10 * GB, footprint_bytes=2 * GB)
    chosen = choose(known)
    assert (chosen.slots, chosen.threads) == (4, 4)
    assert "memory holds 4 of 2.0 GB" in chosen.reason


def test_a_footprint_that_is_a_guess_is_trusted_half() -> None:
    guessed = evidence(
        cores=16,
        uses_all_cores=False,
        is_footprint_measured=False,
        free_bytes=10 * GB,
        footprint_bytes=GB,
    )
    assert layout(guessed) == (4, 4)


def test_one_session_is_opened_however_little_memory_there_is() -> None:
    known = measured(1.0, 1.0, cores=16, threads=16, free_bytes=0, footprint_bytes=2 * GB)
    assert layout(known) == (1, 16)


@pytest.mark.parametrize("wanted", [None, 8])
def test_a_cap_holds_even_against_what_a_person_asked_for(wanted: int | None) -> None:
    known = measured(1.0, 1.0, cores=16, threads=16, most_slots=3, slots_wanted=wanted)
    assert layout(known) == (3, 5)


def test_a_cap_leaves_threads_a_person_asked_for_as_they_are() -> None:
    assert layout(evidence(cores=16, threads_wanted=2, most_slots=3)) == (3, 2)


# ── changing ──────────────────────────────────────────────────────────────────────────────────


def test_a_layout_is_not_changed_for_less_than_a_twentieth() -> None:
    wall = 0.5 * 1.04
    assert layout(measured(wall, 1.0, start_seconds=0.0)) == (1, 2)


def test_open_sessions_are_kept_when_few_frames_are_left() -> None:
    known = measured(0.298, 0.506, frames_left=2, sessions=1, slots_now=2, start_seconds=9.0)
    assert layout(known) == (2, 1)


# ── limits of a person ────────────────────────────────────────────────────────────────────────


def test_a_limit_of_slots_holds_for_every_way_of_choosing() -> None:
    light = {"cores": 16, "limit": 3, "frames": 100}
    for known in (
        evidence(**light, uses_all_cores=False),
        evidence(**light, threads_wanted=2),
        evidence(**light, slots_wanted=8),
        measured(1.0, 1.0, **light),
    ):
        assert choose(known).slots == 3
    assert "at most 3 as asked" in choose(evidence(**light, uses_all_cores=False)).reason


def test_the_classic_figures_of_a_large_workstation_give_the_classic_number() -> None:
    """128 logical processors, 512 GB, 32 GB each, 16 threads each: 8."""
    known = evidence(
        cores=128,
        free_bytes=512 * GB,
        footprint_bytes=32 * GB,
        threads_wanted=16,
        limit=24,
    )
    assert layout(known) == (8, 16)
