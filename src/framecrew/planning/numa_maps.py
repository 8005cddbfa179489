"""NUMA maps: a person's own list of which processors belong together.

The JSON forms that runners of After Effects use are all understood:

    {"node0": [0, 1, 2, 3], "node1": ["4", "5", "6-7"]}
    {"group_2": [[8, 9], [10, 11]], "group_10": [12]}
    [[0, 1, 2, 3], [4, 5, 6, 7]]
    [0, 1, 2, 3]

Names are put in the order of their numbers; lists inside a node's list are joined; a flat list
is one node.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from framecrew.model.errors import Mistake
from framecrew.planning.findings import Findings

FIELD = "numa_map"

EXAMPLE = '{"node0": [0, 1], "node1": [2, 3]}'

_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)")
MOST_PROCESSORS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class NumaMap:
    """What a map says."""

    nodes: tuple[tuple[int, ...], ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(slots=True)
class _Reading:
    mistakes: list[Mistake] = field(default_factory=list)
    seen: dict[int, str] = field(default_factory=dict)
    """Where each processor was named first."""


def parse_numa_map(text: str, processors: frozenset[int] = frozenset()) -> NumaMap:
    """Read a map; with any mistake in it, it gives no nodes.

    `processors`: those this machine lets us use; empty: not known.
    """
    try:
        data = json.loads(text)
    except ValueError as problem:
        return NumaMap(
            mistakes=(_mistake(FIELD, f"a JSON map such as {EXAMPLE}", str(problem)),)
        )
    reading = _Reading()
    nodes = [
        node
        for place, values in _named(data, reading)
        if (node := _node(place, values, reading, processors))
    ]
    if not nodes and not reading.mistakes:
        reading.mistakes.append(_mistake(FIELD, "at least one node", "none"))
    if reading.mistakes:
        return NumaMap(mistakes=tuple(reading.mistakes))
    return NumaMap(nodes=tuple(nodes))


def numa_map(findings: Findings) -> NumaMap:
    """The map that the spec names; without one, nothing."""
    text = findings.texts.get(FIELD)
    return NumaMap() if text is None else parse_numa_map(text, findings.processors)


def affinity_doubts(findings: Findings) -> Iterator[str]:
    """What is said of a map where the system keeps no process anywhere, as macOS."""
    if FIELD in findings.texts and not findings.processors:
        yield "this system keeps no process on chosen processors: --numa-map is ignored"


def _named(data: object, reading: _Reading) -> list[tuple[str, list[object]]]:
    """Each node's place in the file, and its list."""
    if isinstance(data, dict):
        names = sorted(data, key=_natural)
        pairs = [(f"{FIELD}: {name}", data[name]) for name in names]
    elif isinstance(data, list) and any(isinstance(one, list) for one in data):
        pairs = [(f"{FIELD}: {place}", one) for place, one in enumerate(data)]
    else:
        pairs = [(FIELD, data)]
    found = []
    for place, values in pairs:
        if isinstance(values, list) and values:
            found.append((place, values))
        else:
            reading.mistakes.append(
                _mistake(place, "a list of processor numbers", _shown(values))
            )
    return found


def _node(
    place: str, values: list[object], reading: _Reading, processors: frozenset[int]
) -> tuple[int, ...]:
    node: set[int] = set()
    for value in _flat(values):
        for number in _numbers(place, value, reading):
            other = reading.seen.setdefault(number, place)
            if number in node or other != place:
                where = "twice" if other == place else f"in {other} as well"
                reading.mistakes.append(
                    _mistake(place, "every processor once", f"{number} {where}")
                )
            elif processors and number not in processors:
                reading.mistakes.append(
                    _mistake(
                        place,
                        f"processors of this machine ({min(processors)} to {max(processors)})",
                        str(number),
                    )
                )
            node.add(number)
    return tuple(sorted(node))


def _flat(values: list[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _numbers(place: str, value: object, reading: _Reading) -> Iterator[int]:
    match value:
        case bool():
            pass
        case int() if 0 <= value < MOST_PROCESSORS:
            yield value
            return
        case str() if value.strip().isdecimal() and int(value) < MOST_PROCESSORS:
            yield int(value)
            return
        case str() if (found := _RANGE.fullmatch(value.strip())) is not None:
            first, last = int(found[1]), int(found[2])
            if first <= last < MOST_PROCESSORS:
                yield from range(first, last + 1)
                return
        case _:
            pass
    reading.mistakes.append(
        _mistake(place, 'processor numbers from 0 on, such as 4, "4" or "4-7"', _shown(value))
    )


def _natural(name: str) -> list[tuple[int, int, str]]:
    """`group_2` comes before `group_10`."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]


def _shown(value: object) -> str:
    return json.dumps(value) if value != [] else "an empty list"


def _mistake(place: str, wanted: str, found: str) -> Mistake:
    return Mistake(
        place=place, wanted=wanted, found=found, advice=f"Write the map like this: {EXAMPLE}."
    )
