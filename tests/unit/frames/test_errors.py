"""Promises of the error for texts that cannot be read."""

import pickle

from framecrew.frames.errors import FrameSyntaxError


def test_the_message_tells_the_reason_the_character_and_the_text() -> None:
    error = FrameSyntaxError("no such thing", text="1-5y2", position=3)
    assert str(error) == "no such thing (character 4 of '1-5y2')"


def test_the_mistake_is_pointed_at() -> None:
    error = FrameSyntaxError("no such thing", text="1-5y2", position=3)
    assert error.pointed() == "1-5y2\n   ^"


def test_a_tab_does_not_move_the_pointer() -> None:
    error = FrameSyntaxError("no such thing", text="1,\t\na", position=4)
    assert error.pointed() == "1,  a\n    ^"


def test_of_a_long_text_only_the_surroundings_are_shown() -> None:
    text = "1," * 5_000 + "a" + ",1" * 5_000
    error = FrameSyntaxError("no such thing", text=text, position=10_000)
    shown, pointer = error.pointed().split("\n")
    assert len(shown) < 100
    assert shown[pointer.index("^")] == "a"
    assert "character 10001" in str(error)
    assert len(str(error)) < 200


def test_the_end_of_a_long_text_can_be_pointed_at() -> None:
    error = FrameSyntaxError("more is wanted", text="1," * 5_000, position=10_000)
    shown, pointer = error.pointed().split("\n")
    assert pointer.index("^") == len(shown)


def test_the_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(FrameSyntaxError("no", text="1-5y2", position=3)))
    assert (error.message, error.text, error.position) == ("no", "1-5y2", 3)
