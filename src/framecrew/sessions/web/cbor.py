"""Messages of a browser in their binary form, in which pictures are bytes and not base64.

What the Chrome DevTools Protocol uses of CBOR (RFC 8949): maps and lists without a length, each in
an envelope that tells how long it is; texts as UTF-8, or as UTF-16 in a string of bytes; bytes
behind tag 22; numbers as integers of 32 bits or as doubles.
"""

import struct

ENVELOPE = b"\xd8\x18\x5a"
"""Tag 24, then a string of bytes whose length is told in four."""

ENVELOPE_BYTES = len(ENVELOPE) + 4

UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE = (kind << 5 for kind in range(8))
ENDLESS, BREAK, DOUBLE = 31, 0xFF, 0xFB
PLAIN_BYTES = 22
"""The tag of bytes that would be base64 in JSON."""

SIMPLE_VALUES = {0xF4: False, 0xF5: True, 0xF6: None}
SIMPLE_BYTES = {value: bytes((code,)) for code, value in SIMPLE_VALUES.items()}

WHOLE_NUMBERS = range(-(2**31), 2**31)
"""All others are doubles to the browser."""


def encode(value):
    """A value of JSON, or bytes, as bytes."""
    if value is None or isinstance(value, bool):
        return SIMPLE_BYTES[value]
    if isinstance(value, int) and value in WHOLE_NUMBERS:
        return _head(UNSIGNED, value) if value >= 0 else _head(NEGATIVE, -1 - value)
    if isinstance(value, (int, float)):
        return struct.pack(">Bd", DOUBLE, value)
    if isinstance(value, str):
        text = value.encode("utf-8", "replace")
        return _head(TEXT, len(text)) + text
    if isinstance(value, bytes):
        return _head(TAG, PLAIN_BYTES) + _head(BYTES, len(value)) + value
    if isinstance(value, dict):
        return _in_envelope(MAP, (part for pair in value.items() for part in pair))
    return _in_envelope(LIST, value)


def _in_envelope(kind, parts):
    inside = b"".join((bytes((kind | ENDLESS,)), *map(encode, parts), bytes((BREAK,))))
    return ENVELOPE + struct.pack(">I", len(inside)) + inside


def _head(kind, number):
    if number < 24:
        return bytes((kind | number,))
    for more, width in enumerate("BHI", 24):
        if number < 1 << 8 * struct.calcsize(width):
            return struct.pack(f">B{width}", kind | more, number)
    raise ValueError(f"{number} does not go into a message")


def read_message(reader):
    """The next message of a stream; None at its end. ValueError if it is none."""
    head = reader.read(ENVELOPE_BYTES)
    if len(head) < ENVELOPE_BYTES:
        return None
    if not head.startswith(ENVELOPE):
        raise ValueError(f"no message begins with {head!r}")
    count = int.from_bytes(head[len(ENVELOPE) :], "big")
    inside = reader.read(count)
    return _Decoding(inside).value() if len(inside) == count else None


class _Decoding:
    """The place in a message up to which it is read."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def value(self):
        """The value that begins here; ValueError if none does."""
        try:
            return self._value()
        except (IndexError, KeyError, TypeError) as problem:
            raise ValueError(f"the message is broken at byte {self.at}") from problem

    def _value(self):
        first = self.data[self.at]
        self.at += 1
        kind, more = first & 0xE0, first & 0x1F
        if more == ENDLESS:
            return self._map() if kind == MAP else self._list()
        if kind == TEXT:
            return self._take(self._number(more)).decode("utf-8", "replace")
        if kind == UNSIGNED:
            return self._number(more)
        if kind == TAG:
            return self._tagged(self._number(more))
        if kind == SIMPLE:
            if first == DOUBLE:
                return struct.unpack(">d", self._take(8))[0]
            return SIMPLE_VALUES[first]
        if kind == NEGATIVE:
            return -1 - self._number(more)
        if kind == BYTES:
            return self._take(self._number(more)).decode("utf-16-le", "replace")
        raise ValueError(f"the message holds {first:#04x} at byte {self.at - 1}")

    def _map(self):
        found = {}
        while not self._ends():
            name = self._value()
            found[name] = self._value()
        return found

    def _list(self):
        found = []
        while not self._ends():
            found.append(self._value())
        return found

    def _ends(self):
        if self.data[self.at] != BREAK:
            return False
        self.at += 1
        return True

    def _tagged(self, tag):
        more = self.data[self.at] & 0x1F
        self.at += 1
        count = self._number(more)
        # What is in an envelope is read like all else.
        return self._take(count) if tag == PLAIN_BYTES else self._value()

    def _number(self, more):
        if more < 24:
            return more
        return int.from_bytes(self._take(1 << (more - 24)), "big")

    def _take(self, count):
        part = self.data[self.at : self.at + count]
        if len(part) < count:
            raise IndexError
        self.at += count
        return part
