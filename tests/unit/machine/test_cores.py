"""How many cores are ours: mask, share and machine, each thought through on its own."""

from pathlib import Path

import pytest

from framecrew.machine.cores import (
    read_cores,
    read_share,
    share_of_unified,
    share_of_v1,
    usable_cores,
)


@pytest.mark.parametrize(
    ("logical", "allowed", "share", "usable"),
    [
        (16, 16, None, 16),
        (16, 4, None, 4),
        (16, 16, 2.0, 2),
        (16, 4, 8.0, 4),
        (16, 8, 1.5, 2),
        (16, 16, 0.1, 1),
        (1, 0, None, 1),
    ],
)
def test_the_tightest_limit_decides(
    logical: int, allowed: int, share: float | None, usable: int
) -> None:
    found, limit = usable_cores(logical=logical, allowed=allowed, share=share)

    assert found == usable
    assert bool(limit) == (usable < logical or allowed < logical)


@pytest.mark.parametrize(
    ("words", "share"),
    [
        (["max", "100000"], None),
        (["200000", "100000"], 2.0),
        (["150000", "100000"], 1.5),
        ([], None),
        (["200000"], None),
        (["junk", "100000"], None),
    ],
)
def test_a_share_of_version_2_is_quota_by_period(words: list[str], share: float | None) -> None:
    assert share_of_unified(words) == share


@pytest.mark.parametrize(
    ("quota", "period", "share"),
    [(["-1"], ["100000"], None), (["50000"], ["100000"], 0.5), ([], ["100000"], None)],
)
def test_a_share_of_version_1_is_quota_by_period(
    quota: list[str], period: list[str], share: float | None
) -> None:
    assert share_of_v1(quota, period) == share


def test_the_tightest_group_above_us_counts(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "cpu.max").write_text("max 100000\n")
    (tmp_path / "cpu.max").write_text("300000 100000\n")

    assert read_share([tmp_path / "ours", tmp_path, tmp_path / "gone"]) == 3.0


def test_this_machine_has_at_least_one_core_for_us() -> None:
    cores = read_cores()

    assert 1 <= cores.usable <= cores.logical
    assert cores.physical >= 1
