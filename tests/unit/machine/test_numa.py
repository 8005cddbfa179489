"""NUMA nodes as the system tells them."""

from pathlib import Path

import pytest

from framecrew.machine import numa
from framecrew.machine.numa import parse_cpu_list, read_nodes


@pytest.mark.parametrize(
    ("text", "found"),
    [("0-3\n", {0, 1, 2, 3}), ("0-1,8,10-11", {0, 1, 8, 10, 11}), ("\n", set()), ("5", {5})],
)
def test_the_kernels_lists_are_read(text: str, found: set[int]) -> None:
    assert parse_cpu_list(text) == found


def a_machine(folder: Path, **nodes: str) -> Path:
    for name, processors in nodes.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "cpulist").write_text(processors, encoding="ascii")
    return folder


def test_nodes_come_in_their_order_with_the_processors_we_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numa, "usable_processors", lambda: frozenset({0, 1, 5, 9}))
    sysfs = a_machine(tmp_path, node10="8-9\n", node2="4-7\n", node0="0-3\n", node3="\n")
    assert read_nodes(sysfs) == ((0, 1), (5,), (9,))


def test_a_machine_that_does_not_tell_is_one_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numa, "usable_processors", lambda: frozenset({0, 1, 5}))
    assert read_nodes(tmp_path / "nothing") == ((0, 1, 5),)


def test_this_machine_has_nodes_without_a_processor_twice() -> None:
    found = [cpu for processors in read_nodes() for cpu in processors]
    assert len(found) == len(set(found)) > 0
