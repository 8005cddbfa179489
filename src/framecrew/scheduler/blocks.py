"""Which processors each slot gets: whole NUMA nodes where there are enough, even parts of one
where not.

A process whose threads and memory are on one node does not wait for the memory of another.
"""

from itertools import pairwise

Nodes = tuple[tuple[int, ...], ...]


def blocks(nodes: Nodes, slots: int) -> Nodes:
    """The logical processors of each slot; `nodes` and `slots` are at least one.

    1. With fewer slots than nodes, each slot gets whole nodes beside each other.
    2. With more, slots are dealt to the nodes, most to the largest, and each node is cut into
       even parts of processors beside each other.
    3. Where a node has more slots than processors, its slots take turns.
    """
    if slots <= len(nodes):
        return tuple(
            tuple(cpu for node in nodes[first:last] for cpu in node)
            for first, last in _even(len(nodes), slots)
        )
    shares = _shares([len(node) for node in nodes], slots)
    return tuple(
        block for node, share in zip(nodes, shares, strict=True) for block in _cut(node, share)
    )


def _even(count: int, parts: int) -> list[tuple[int, int]]:
    """Borders of parts as even as can be."""
    borders = [count * part // parts for part in range(parts + 1)]
    return list(pairwise(borders))


def _cut(node: tuple[int, ...], parts: int) -> list[tuple[int, ...]]:
    if parts > len(node):
        return [(node[part % len(node)],) for part in range(parts)]
    return [node[first:last] for first, last in _even(len(node), parts)]


def _shares(sizes: list[int], slots: int) -> list[int]:
    """How many slots each node gets: one each, the rest where a slot has most processors."""
    shares = [1] * len(sizes)
    for _ in range(slots - len(sizes)):
        largest = max(range(len(sizes)), key=lambda node: (sizes[node] / shares[node], -node))
        shares[largest] += 1
    return shares
