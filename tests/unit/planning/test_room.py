"""Room on disk: what a job will take, and when that is surely or perhaps too much."""

from dataclasses import replace

import pytest

from framecrew.model.jobs import JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.findings import Findings, FolderFinding
from framecrew.planning.making import make_plan
from framecrew.planning.room import LEAST_BYTES, Need, need_of, room_doubts, room_mistakes
from framecrew.renderers.contract import Renderer

SPEC = JobSpec(scene="shot.paint", output="/out/f_####.png", frames="1-100")
FACTS = SceneFacts(program_version="3.1", first=1, last=10, width=100, height=50)
MEASURED = Need(frames=100, bytes=1_000_000, is_measured=True)
BOUND = Need(frames=100, bytes=1_000_000, is_measured=False)
UNKNOWN = Need(frames=100, bytes=None, is_measured=False)


def with_free(findings: Findings, free: int | None, scratch: int | None = None) -> Findings:
    folder = FolderFinding(path="/out", free_bytes=free)
    local = None if scratch is None else FolderFinding(path="/s", free_bytes=scratch)
    return replace(findings, output_folder=folder, scratch_folder=local)


def test_the_need_is_that_of_the_frames_to_come(findings: Findings, card: Renderer) -> None:
    plan = make_plan(SPEC, card=card, folder="/studio")
    assert need_of(plan, findings, None) == Need(frames=100, bytes=None, is_measured=False)
    at_most = need_of(plan, findings, FACTS)
    assert at_most == Need(frames=100, bytes=100 * 50 * 4 * 100, is_measured=False)
    there = replace(findings, existing=20, existing_bytes=20_000)
    assert need_of(plan, there, FACTS) == Need(frames=80, bytes=80_000, is_measured=True)


@pytest.mark.parametrize(
    ("need", "free"),
    [
        (MEASURED, 499_999),
        (BOUND, 100 * LEAST_BYTES - 1),
        (UNKNOWN, 100 * LEAST_BYTES - 1),
        (UNKNOWN, 0),
    ],
)
def test_a_disk_that_surely_does_not_hold_the_frames_is_a_mistake(
    findings: Findings, need: Need, free: int
) -> None:
    (mistake,) = room_mistakes(need, with_free(findings, free))
    assert mistake.place == "output"
    assert "100 frames" in mistake.wanted
    assert "/out" in mistake.found
    assert list(room_doubts(need, with_free(findings, free))) == []


@pytest.mark.parametrize(("need", "free"), [(MEASURED, 500_000), (BOUND, 999_999)])
def test_a_disk_that_may_be_too_small_is_a_doubt_and_no_mistake(
    findings: Findings, need: Need, free: int
) -> None:
    found = with_free(findings, free)
    assert list(room_mistakes(need, found)) == []
    (doubt,) = room_doubts(need, found)
    assert "may be too small" in doubt
    assert "/out" in doubt


@pytest.mark.parametrize(
    ("need", "free"), [(MEASURED, 1_000_000), (UNKNOWN, 51_200), (MEASURED, None)]
)
def test_nothing_is_said_of_a_disk_with_room(
    findings: Findings, need: Need, free: int | None
) -> None:
    found = with_free(findings, free)
    assert list(room_mistakes(need, found)) + list(room_doubts(need, found)) == []


def test_a_scratch_folder_needs_room_for_the_frames_in_work_alone(findings: Findings) -> None:
    found = with_free(findings, 10**9, scratch=119_999)
    (mistake,) = room_mistakes(MEASURED, found)
    assert mistake.place == "scratch"
    assert "--scratch" in mistake.advice
    assert list(room_mistakes(MEASURED, with_free(findings, 10**9, scratch=120_000))) == []


def test_a_job_whose_frames_are_all_there_needs_nothing(findings: Findings) -> None:
    done = Need(frames=0, bytes=0, is_measured=True)
    assert list(room_mistakes(done, with_free(findings, 0, scratch=0))) == []
