from framecrew.execution.marks import MarkOrder


def test_a_message_waits_for_its_mark_line() -> None:
    order = MarkOrder()
    assert order.take_message({"type": "frame_written", "mark": 1}) == []
    assert order.take_lines(["Saved"]) == ["Saved"]
    heard = order.take_lines(["late error", "framecrew: mark 1", "next frame"])
    assert heard == ["late error", {"type": "frame_written", "mark": 1}, "next frame"]


def test_lines_behind_a_mark_wait_for_its_message() -> None:
    order = MarkOrder()
    assert order.take_lines(["a", "framecrew: mark 4", "error of the next"]) == ["a"]
    assert order.take_lines(["more"]) == []
    assert order.take_message({"type": "frame_begun"}) == [{"type": "frame_begun"}]
    assert order.take_message({"mark": 4}) == [{"mark": 4}, "error of the next", "more"]
    assert not order.is_waiting


def test_a_message_of_a_mark_behind_those_read_is_heard_at_once() -> None:
    order = MarkOrder()
    assert order.take_lines(["a", "framecrew: mark 4"]) == ["a"]
    assert order.take_message({"mark": 3}) == [{"mark": 3}]


def test_a_message_with_a_later_mark_tells_that_a_mark_has_none() -> None:
    order = MarkOrder()
    assert order.take_lines(["framecrew: mark 1", "b", "framecrew: mark 2", "c"]) == []
    assert order.take_message({"mark": 2}) == ["b", {"mark": 2}, "c"]


def test_messages_keep_their_order_behind_one_that_waits() -> None:
    order = MarkOrder()
    order.take_message({"mark": 1})
    assert order.take_message({"type": "frame_begun"}) == []
    assert order.waiting_messages == 2
    assert order.take_lines(["framecrew: mark 1"]) == [{"mark": 1}, {"type": "frame_begun"}]
    assert not order.is_waiting


def test_a_mark_glued_to_a_line_without_an_end_parts_from_it() -> None:
    order = MarkOrder()
    order.take_message({"mark": 12})
    assert order.take_lines(["Saving...framecrew: mark 12"]) == ["Saving...", {"mark": 12}]


def test_what_only_speaks_of_marks_is_a_line() -> None:
    lines = ["framecrew: mark", "framecrew: mark x", "framecrew: mark 1 and more"]
    assert MarkOrder().take_lines(lines) == lines


def test_messages_that_wait_can_be_released_in_order() -> None:
    order = MarkOrder()
    order.take_message({"mark": 1})
    order.take_message({"mark": 2})
    assert order.release_messages() == [{"mark": 1}, {"mark": 2}]
    assert not order.is_waiting


def test_once_marks_stayed_away_no_message_waits_until_one_comes_again() -> None:
    order = MarkOrder()
    order.take_message({"mark": 1})
    order.release_messages()
    assert order.take_message({"mark": 2}) == [{"mark": 2}]
    order.take_lines(["framecrew: mark 2", "framecrew: mark 3"])
    assert order.take_message({"mark": 3}) == [{"mark": 3}]
    assert order.take_message({"mark": 4}) == []


def test_once_messages_stayed_away_no_line_waits_until_one_comes_again() -> None:
    order = MarkOrder()
    order.take_lines(["framecrew: mark 1", "b", "framecrew: mark 2", "c"])
    assert order.release_lines() == ["b", "c"]
    assert order.take_lines(["framecrew: mark 3", "d"]) == ["d"]
    assert order.take_message({"mark": 3}) == [{"mark": 3}]
    assert order.take_lines(["framecrew: mark 4", "e"]) == []
