"""What is said to a browser in binary messages is read as it was said."""

import io
import math
import runpy
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import framecrew

CBOR = runpy.run_path(str(Path(framecrew.__file__).parent / "sessions" / "web" / "cbor.py"))
encode, read_message = CBOR["encode"], CBOR["read_message"]

plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
    | st.binary(max_size=300)
)
messages = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.recursive(
        plain,
        lambda each: st.lists(each) | st.dictionaries(st.text("abc"), each),
        max_leaves=30,
    ),
)


@given(st.lists(messages, max_size=3))
def test_messages_are_read_as_they_were_written_one_behind_the_other(
    said: list[dict[str, object]],
) -> None:
    stream = io.BytesIO(b"".join(map(encode, said)))

    assert [read_message(stream) for _ in said] == said
    assert read_message(stream) is None


@given(messages, st.data())
def test_a_message_that_is_cut_off_is_none(
    said: dict[str, object], data: st.DataObject
) -> None:
    whole = encode(said)
    count = data.draw(st.integers(0, len(whole) - 1))

    assert read_message(io.BytesIO(whole[:count])) is None


@given(st.binary(min_size=1, max_size=200))
def test_what_is_no_message_is_refused_as_such_and_not_otherwise(inside: bytes) -> None:
    stream = io.BytesIO(CBOR["ENVELOPE"] + len(inside).to_bytes(4, "big") + inside)

    with suppress(ValueError):
        read_message(stream)


def framed(inside: str) -> io.BytesIO:
    data = bytes.fromhex(inside)
    return io.BytesIO(CBOR["ENVELOPE"] + len(data).to_bytes(4, "big") + data)


# By appendix A of RFC 8949, but for texts of UTF-16, which are the protocol's own.
@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("17", 23),
        ("1818", 24),
        ("1a000f4240", 1_000_000),
        ("3903e7", -1_000),
        ("fb3ff199999999999a", 1.1),
        ("fb7ff0000000000000", math.inf),
        ("6449455446", "IETF"),
        ("62c3bc", "ü"),
        ("46fc003cd8acdf", "ü🎬"),
        ("42003d", "㴀"),
        ("4200d8", "�"),
        ("d64401020304", b"\1\2\3\4"),
        ("d6590100" + 256 * "07", 256 * b"\7"),
        ("bf6161d8185a000000039f01ff6162f5ff", {"a": [1], "b": True}),
    ],
)
def test_what_a_browser_writes_is_read(inside: str, value: object) -> None:
    assert read_message(framed(inside)) == value


@pytest.mark.parametrize(
    "inside", ["1c", "bf", "bf01", "bf9fff01ff", "9f", "c0", "d6", "6461", "fb00", "f7"]
)
def test_what_is_broken_is_told(inside: str) -> None:
    with pytest.raises(ValueError, match="message"):
        read_message(framed(inside))
