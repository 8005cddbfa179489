"""Marks: how a renderer's printed lines and its messages become one ordered story
(`docs/sessions.md`).

Rule 1: a message with a mark is heard only after that mark's line, so that everything printed
for a frame is known when the frame is judged.
Rule 2: lines behind a mark are heard only after its message, so that nothing printed for the
next frame is taken for this one's. A message with a later mark tells that this one has none.
Rule 3: both keep their own order: what came after one that waits, waits with it.
Rule 4: mark lines are ours, not the renderer's; they go no further.

Example: line `a`, message {mark: 1}, line `b`, lines `framecrew: mark 1` and `c` are heard as
`a`, `b`, {mark: 1}, `c`.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping

Message = Mapping[str, object]
"""One JSON object of the channel."""

MARK = "framecrew: mark "


class MarkOrder:
    """Takes lines and messages as they come in, gives them back as they are to be heard. Never
    do both wait.
    """

    def __init__(self) -> None:
        self._lines: deque[str | int] = deque()
        """Not yet heard; a number is a mark."""
        self._messages: deque[Message] = deque()
        self._passed: float = 0
        """The highest mark among the lines heard; endless while lines are not waited for."""
        self._told: float = 0
        """The highest mark among the messages taken; endless while messages are not waited
        for."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._lines or self._messages)

    @property
    def waiting_lines(self) -> int:
        return len(self._lines)

    @property
    def waiting_messages(self) -> int:
        return len(self._messages)

    def take_lines(self, lines: Iterable[str]) -> list[str | Message]:
        for line in lines:
            before, mark, number = line.rpartition(MARK)
            if not mark or not number.isdecimal():
                self._lines.append(line)
                continue
            if before:
                self._lines.append(before)  # Printed without a line end just before the mark.
            self._lines.append(int(number))
        return self._due()

    def take_message(self, message: Message) -> list[str | Message]:
        mark = _mark_of(message)
        if mark is not None:
            self._told = mark if self._told == math.inf else max(self._told, mark)
        self._messages.append(message)
        return self._due()

    def release_messages(self) -> list[str | Message]:
        """Those that wait, for no mark came in time: stdout may be closed. Until a mark comes
        again, no message waits any more.
        """
        self._passed = math.inf
        return self._due()

    def release_lines(self) -> list[str | Message]:
        """Those that wait, for no message came in time: the channel may be closed. Until a
        message with a mark comes again, no line waits any more.
        """
        self._told = math.inf
        return self._due()

    def _due(self) -> list[str | Message]:
        due: list[str | Message] = []
        while True:
            while self._messages and (_mark_of(self._messages[0]) or 0) <= self._passed:
                due.append(self._messages.popleft())
            if not self._lines or self._told < self._passed < math.inf:
                return due
            line = self._lines.popleft()
            if isinstance(line, str):
                due.append(line)
            elif self._passed == math.inf:
                self._passed = line
            else:
                self._passed = max(self._passed, line)


def _mark_of(message: Message) -> int | None:
    mark = message.get("mark")
    return mark if isinstance(mark, int) else None
