"""What happens after a failure, by its kind."""

import pytest

from framecrew.model.failures import FailureKind
from framecrew.scheduler.retry import LAUNCH_POLICY, POLICIES, RetryPolicy, Scope

HOPELESS = {
    FailureKind.MISSING_ASSET,
    FailureKind.MISSING_LIBRARY,
    FailureKind.PLUGIN_MISSING,
    FailureKind.BAD_SCENE,
    FailureKind.BAD_REQUEST,
    FailureKind.PROGRAM_MISSING,
    FailureKind.HOLE,
}


def test_every_kind_of_failure_has_its_row() -> None:
    assert set(POLICIES) == set(FailureKind)


def test_no_row_tries_for_ever() -> None:
    assert all(policy.tries <= 8 for policy in POLICIES.values())


@pytest.mark.parametrize("kind", sorted(HOPELESS))
def test_what_every_frame_would_meet_is_not_tried_again(kind: FailureKind) -> None:
    policy = POLICIES[kind]
    assert policy.scope is Scope.TASK
    assert policy.next_try(1, 100.0) is None


def test_pauses_grow_and_the_last_one_repeats() -> None:
    policy = POLICIES[FailureKind.LICENCE]
    moments = [policy.next_try(made, 0.0) for made in range(1, 9)]
    assert moments == [15.0, 30.0, 60.0, 120.0, 120.0, 120.0, 120.0, None]


def test_a_first_crash_is_tried_again_at_once_and_a_third_not_at_all() -> None:
    policy = POLICIES[FailureKind.CRASH]
    assert [policy.next_try(made, 50.0) for made in (1, 2, 3)] == [50.0, 51.0, None]


def test_a_persons_own_limit_counts_for_frames_and_not_for_tasks() -> None:
    crash, licence = POLICIES[FailureKind.CRASH], POLICIES[FailureKind.LICENCE]
    assert crash.next_try(1, 0.0, most=1) is None
    assert crash.next_try(4, 0.0, most=5) == 1.0
    assert licence.next_try(1, 0.0, most=1) == 15.0


def test_a_renderer_is_launched_three_times() -> None:
    assert [LAUNCH_POLICY.next_try(made, 0.0) for made in (1, 2, 3)] == [1.0, 5.0, None]


def test_only_a_full_disk_holds_the_job_and_only_memory_costs_slots() -> None:
    def kinds(asks: str) -> list[FailureKind]:
        return [kind for kind, policy in POLICIES.items() if getattr(policy, asks)]

    assert kinds("holds_job") == [FailureKind.DISK_FULL]
    assert kinds("fewer_slots") == [FailureKind.OUT_OF_MEMORY]


def test_a_policy_without_pauses_tries_again_at_once() -> None:
    assert RetryPolicy(scope=Scope.FRAME, tries=2).next_try(1, 7.0) == 7.0
