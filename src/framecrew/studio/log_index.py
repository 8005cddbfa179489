"""An attempt's log by line numbers: what each line says, about which frame, and how bad it is.

A log only grows until it is over, so each byte of it is read and judged once. Of a very long one
that is being written, the tail lives in two files that take turns (`execution/logs.py`); those
lines are kept in memory, and when the log is put together at its end it is read anew.
"""

import re
from array import array
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from framecrew.execution.logs import log_parts
from framecrew.model.answers import LogLine
from framecrew.renderers.contract import Complaint, FrameBegun, Reader, Severity

MOST_TAIL_LINES = 20_000
"""Kept in memory of a tail that is being written."""
STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ?")
NO_FRAME = -(2**31)
LEVELS = ("", "warning", "error")


class LogIndex:
    """One log. Not for two threads at a time."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self._path = path
        self._reader = reader
        self.generation = 0
        """Another one means that line numbers begin anew."""
        self._begin()

    def _begin(self) -> None:
        self._offsets = array("Q")
        self._levels = bytearray()
        self._frames = array("i")
        self._frame = NO_FRAME
        self._read_to = 0
        self._tail: deque[tuple[str, int, int]] = deque(maxlen=MOST_TAIL_LINES)
        self._tail_count = 0
        self._tail_file = 0
        self._tail_to = 0

    @property
    def total(self) -> int:
        return len(self._offsets) + self._tail_count

    def refresh(self) -> None:
        """Read what has come since the last time."""
        _, old, new = log_parts(self._path)
        if self._tail_count and not new.exists():
            # The log was put together: the tail stands in the file itself now.
            self.generation += 1
            self._begin()
        self._read_head()
        if new.exists():
            self._read_tail(old, new)

    def lines(self, first: int, count: int) -> list[LogLine]:
        """Lines from a number on; fewer where the log ends."""
        found = list(self._head_lines(first, count))
        begin = self.total - len(self._tail)
        for place, (row, level, frame) in enumerate(self._tail):
            number = begin + place
            if first <= number < first + count:
                found.append(_line(number, row, level, frame))
        return found

    def numbers(self, *, only_warnings: bool, search: str) -> Iterator[int]:
        """Numbers of the lines that are wanted."""
        wanted = search.casefold()
        step = 2_000
        for first in range(0, self.total, step):
            if (
                only_warnings
                and not any(self._levels[first : first + step])
                and (first + step <= len(self._offsets))
            ):
                continue
            for line in self.lines(first, step):
                if only_warnings and not line.level:
                    continue
                if not wanted or wanted in line.text.casefold():
                    yield line.number

    def place_of(self, frame: int) -> int | None:
        """The first line that was printed while a frame was in work, of its last time."""
        found: int | None = None
        before = NO_FRAME
        frames = [*self._frames, *(one for _, _, one in self._tail)]
        gap = self._tail_count - len(self._tail)
        for place, one in enumerate(frames):
            if one == frame and before != frame:
                found = place if place < len(self._frames) else place + gap
            before = one
        return found

    def _head_lines(self, first: int, count: int) -> Iterator[LogLine]:
        last = min(first + count, len(self._offsets))
        if first >= last:
            return
        try:
            with self._path.open("rb") as log:
                log.seek(self._offsets[first])
                for number in range(first, last):
                    row = log.readline().decode("utf-8", "replace").rstrip("\n")
                    yield _line(number, row, self._levels[number], self._frames[number])
        except FileNotFoundError:
            return

    def _read_head(self) -> None:
        try:
            with self._path.open("rb") as log:
                log.seek(self._read_to)
                for raw in log:
                    if not raw.endswith(b"\n"):
                        break  # Only half of it has been written yet.
                    self._offsets.append(self._read_to)
                    level, frame = self._judge(raw.decode("utf-8", "replace").rstrip("\n"))
                    self._levels.append(level)
                    self._frames.append(frame)
                    self._read_to += len(raw)
        except FileNotFoundError:
            return

    def _read_tail(self, old: Path, new: Path) -> None:
        try:
            number = new.stat().st_ino
            if self._tail_file not in (0, number):
                # They have taken turns: the rest of what we read stands in the old part.
                self._tail_rest(old)
                self._tail_to = 0
            self._tail_file = number
            self._tail_rest(new)
        except FileNotFoundError:
            return

    def _tail_rest(self, part: Path) -> None:
        with part.open("rb") as log:
            log.seek(self._tail_to)
            for raw in log:
                if not raw.endswith(b"\n"):
                    break
                row = raw.decode("utf-8", "replace").rstrip("\n")
                self._tail.append((row, *self._judge(row)))
                self._tail_count += 1
                self._tail_to += len(raw)

    def _judge(self, row: str) -> tuple[int, int]:
        """How bad a line is, and the frame in work."""
        level = 0
        text = STAMP.sub("", row, count=1)
        for reading in self._reader.read(text):
            match reading:
                case FrameBegun():
                    self._frame = reading.frame
                case Complaint(severity=Severity.WARNING):
                    level = max(level, 1)
                case Complaint():
                    level = 2
                case _:
                    pass
        return level, self._frame if abs(self._frame) < -NO_FRAME else NO_FRAME


def _line(number: int, row: str, level: int, frame: int) -> LogLine:
    stamp = STAMP.match(row)
    return LogLine(
        number=number,
        at=stamp[1] if stamp else "",
        text=row[stamp.end() :] if stamp else row,
        frame=None if frame == NO_FRAME else frame,
        level=LEVELS[level],
    )
