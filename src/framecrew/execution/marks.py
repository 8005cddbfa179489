"""Marks: how a renderer's printed lines and its messages become one ordered story
(`docs/sessions.md`).

Rule 1: a message with a mark is heard only after that mark's line, so that everything printed
for a frame is known when the frame is judged.
Rule 2: messages keep their order: what was said after a waiting message waits with it.
Rule 3: mark lines are ours, not the renderer's; they go no further.

Example: line `a`, message {mark: 1}, line `b`, line `framecrew: mark 1` are heard as `a`, `b`,
{mark: 1}.
"""

from collections import deque
from collections.abc import Iterable, Mapping

Message = Mapping[str, object]
"""One JSON object of the channel."""

MARK = "framecrew: mark "


class MarkOrder:
    """Takes lines and messages as they come in, gives them back as they are to be heard."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._seen = 0
        self._is_patient = True
        """False since marks stayed away, until one comes again."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def take_lines(self, lines: Iterable[str]) -> list[str | Message]:
        heard: list[str | Message] = []
        for line in lines:
            before, mark, number = line.rpartition(MARK)
            if not mark or not number.isdecimal():
                heard.append(line)
                continue
            if before:
                heard.append(before)  # Printed without a line end just before the mark.
            self._seen = max(self._seen, int(number))
            self._is_patient = True
            heard += self._due()
        return heard

    def take_message(self, message: Message) -> list[str | Message]:
        self._waiting.append(message)
        return self._due()

    def release(self) -> list[str | Message]:
        """All that waits, for no mark came in time: its stdout may be closed. Until a mark
        comes again, no message waits any more.
        """
        self._is_patient = False
        released: list[str | Message] = list(self._waiting)
        self._waiting.clear()
        return released

    def _due(self) -> list[str | Message]:
        due: list[str | Message] = []
        while self._waiting and self._is_due(self._waiting[0]):
            due.append(self._waiting.popleft())
        return due

    def _is_due(self, message: Message) -> bool:
        mark = message.get("mark")
        return not self._is_patient or not isinstance(mark, int) or mark <= self._seen
