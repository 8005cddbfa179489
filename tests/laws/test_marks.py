"""However lines and messages of a renderer come in, they are heard as they were said."""

from hypothesis import given
from hypothesis import strategies as st

from framecrew.execution.marks import MARK, MarkOrder, Message


@st.composite
def stories(draw: st.DrawFn) -> list[str | Message]:
    """What one renderer says: lines, and messages with marks; those without are left out, for
    only marks tell where between lines a message belongs.
    """
    marks = iter(range(1, 100))
    kinds = draw(st.lists(st.sampled_from(["line", "message"]), max_size=30))
    return [
        f"line {place}" if kind == "line" else {"mark": next(marks)}
        for place, kind in enumerate(kinds)
    ]


@given(stories(), st.data())
def test_the_order_is_the_same_however_pipe_and_socket_race(
    story: list[str | Message], data: st.DataObject
) -> None:
    lines = [said if isinstance(said, str) else f"{MARK}{said['mark']}" for said in story]
    messages = [said for said in story if not isinstance(said, str)]
    order, heard = MarkOrder(), list[str | Message]()
    while lines or messages:
        # Every turn takes something: one that took nothing could be drawn for ever.
        if lines and (not messages or data.draw(st.booleans())):
            count = data.draw(st.integers(1, len(lines)))
            heard += order.take_lines(lines[:count])
            del lines[:count]
        else:
            heard += order.take_message(messages.pop(0))
        assert not (order.waiting_lines and order.waiting_messages)
    assert heard == story
    assert not order.is_waiting
