"""The processors of each slot: none lost, none torn over two nodes without need."""

from hypothesis import given
from hypothesis import strategies as st

from framecrew.scheduler.blocks import Nodes, blocks


@st.composite
def machines(draw: st.DrawFn) -> Nodes:
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=6))
    start, nodes = 0, []
    for size in sizes:
        nodes.append(tuple(range(start, start + size)))
        start += size
    return tuple(nodes)


@given(nodes=machines(), slots=st.integers(1, 40))
def test_every_slot_has_a_processor_and_every_processor_a_slot(
    nodes: Nodes, slots: int
) -> None:
    found = blocks(nodes, slots)
    assert len(found) == slots
    assert all(found)
    everything = {cpu for node in nodes for cpu in node}
    used = {cpu for block in found for cpu in block}
    assert used <= everything
    if slots <= len(everything):
        assert sum(map(len, found)) == len(everything) or len(used) == len(everything)


@given(nodes=machines(), slots=st.integers(1, 40))
def test_a_block_is_whole_nodes_or_lies_in_one(nodes: Nodes, slots: int) -> None:
    for block in blocks(nodes, slots):
        touched = [node for node in nodes if set(node) & set(block)]
        whole = {cpu for node in touched for cpu in node}
        assert len(touched) == 1 or set(block) == whole


@given(nodes=machines(), slots=st.integers(1, 40))
def test_slots_of_one_node_have_even_parts(nodes: Nodes, slots: int) -> None:
    found = blocks(nodes, slots)
    if slots < len(nodes):
        return
    for node in nodes:
        sizes = [len(block) for block in found if set(block) <= set(node)]
        assert max(sizes) - min(sizes) <= 1


def test_two_slots_on_two_nodes_have_one_each() -> None:
    nodes = (tuple(range(32)), tuple(range(32, 64)))
    assert blocks(nodes, 2) == nodes
    assert blocks(nodes, 1) == (tuple(range(64)),)
    assert [len(block) for block in blocks(nodes, 4)] == [16, 16, 16, 16]
