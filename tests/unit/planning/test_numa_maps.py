"""NUMA maps in every form that is in use, and every mistake with its place."""

import json

import pytest

from framecrew.planning.numa_maps import parse_numa_map


@pytest.mark.parametrize(
    ("data", "nodes"),
    [
        ({"node0": [0, 1], "node1": [2, 3]}, ((0, 1), (2, 3))),
        ({"group_10": [2], "group_2": [1], "group_1": [0]}, ((0,), (1,), (2,))),
        ({"a": ["0", "1"], "b": [" 2 ", "4-6"]}, ((0, 1), (2, 4, 5, 6))),
        ({"a": [[0, 1], [[2]], 3]}, ((0, 1, 2, 3),)),
        ([[0, 1], [2, 3]], ((0, 1), (2, 3))),
        ([3, 1, 2], ((1, 2, 3),)),
    ],
)
def test_every_form_is_understood(data: object, nodes: tuple[tuple[int, ...], ...]) -> None:
    found = parse_numa_map(json.dumps(data))
    assert found.nodes == nodes
    assert not found.mistakes


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("{", "numa_map", "Expecting property name"),
        ("{}", "numa_map", "none"),
        ("[]", "numa_map", "an empty list"),
        ("7", "numa_map", "7"),
        ('{"a": 3}', "numa_map: a", "3"),
        ('{"a": [-1]}', "numa_map: a", "-1"),
        ('{"a": [true]}', "numa_map: a", "true"),
        ('{"a": [1.5]}', "numa_map: a", "1.5"),
        ('{"a": ["x"]}', "numa_map: a", '"x"'),
        ('{"a": ["5-2"]}', "numa_map: a", '"5-2"'),
        ('{"a": ["0-99999999999"]}', "numa_map: a", '"0-99999999999"'),
        ('{"a": [1, 1]}', "numa_map: a", "1 twice"),
        ('{"a": [1], "b": [1]}', "numa_map: b", "1 in numa_map: a as well"),
        ('{"a": [9]}', "numa_map: a", "9"),
    ],
)
def test_a_mistake_says_where_it_is(text: str, place: str, found: str) -> None:
    (mistake,) = parse_numa_map(text, frozenset(range(8))).mistakes
    assert mistake.place == place
    assert found in mistake.found


def test_all_mistakes_are_told_at_once() -> None:
    text = '{"a": [1, -1, "x"], "b": 5, "c": [1]}'
    found = parse_numa_map(text)
    assert [one.place for one in found.mistakes] == [
        "numa_map: b",
        "numa_map: a",
        "numa_map: a",
        "numa_map: c",
    ]
    assert not found.nodes
