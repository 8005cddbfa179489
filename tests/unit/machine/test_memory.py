"""How much memory is ours."""

from pathlib import Path

from framecrew.machine.memory import (
    GroupMemory,
    droppable_in,
    memory_of,
    read_groups,
    read_memory,
)

GIB = 2**30


def test_without_limits_the_machine_decides() -> None:
    memory = memory_of(total=64 * GIB, free=40 * GIB, groups=[])

    assert (memory.total, memory.free, memory.limit) == (64 * GIB, 40 * GIB, "")


def test_a_container_sees_its_own_limit_and_its_own_use() -> None:
    memory = memory_of(
        total=64 * GIB, free=40 * GIB, groups=[GroupMemory(most=8 * GIB, used=3 * GIB)]
    )

    assert (memory.total, memory.free) == (8 * GIB, 5 * GIB)
    assert "8.0 of 64.0 GiB" in memory.limit


def test_a_full_machine_is_full_for_a_container_too() -> None:
    memory = memory_of(
        total=64 * GIB, free=1 * GIB, groups=[GroupMemory(most=8 * GIB, used=3 * GIB)]
    )

    assert memory.free == 1 * GIB


def test_the_fullest_group_decides_what_is_free() -> None:
    memory = memory_of(
        total=64 * GIB,
        free=40 * GIB,
        groups=[
            GroupMemory(most=8 * GIB, used=1 * GIB),
            GroupMemory(most=16 * GIB, used=14 * GIB),
        ],
    )

    assert (memory.total, memory.free) == (8 * GIB, 2 * GIB)


def test_a_limit_above_the_machine_is_none() -> None:
    memory = memory_of(
        total=4 * GIB, free=2 * GIB, groups=[GroupMemory(most=8 * GIB, used=8 * GIB)]
    )

    assert memory.free == 2 * GIB


def test_a_file_cache_that_would_be_dropped_is_free(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(f"{8 * GIB}\n")
    (tmp_path / "memory.current").write_text(f"{6 * GIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 1\ninactive_file {4 * GIB}\n")

    assert read_groups([tmp_path]) == [GroupMemory(most=8 * GIB, used=2 * GIB)]


def test_version_1_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "memory.limit_in_bytes").write_text(f"{2 * GIB}\n")
    (tmp_path / "memory.usage_in_bytes").write_text(f"{GIB}\n")

    assert read_groups([tmp_path]) == [GroupMemory(most=2 * GIB, used=GIB)]


def test_a_statistic_that_is_not_there_is_nothing() -> None:
    assert droppable_in(["anon", "5"], "inactive_file") == 0


def test_this_machine_has_memory() -> None:
    memory = read_memory()

    assert 0 <= memory.free <= memory.total
