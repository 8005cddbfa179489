"""The log of an attempt: every line with its time, capped so that no renderer fills the disk.

The head of a log (how it was started) and its newest tail (how it ended) are kept; between them
stands how much was left out. While it is written, the tail lives in two files that take turns:

    12.3.log        the head, and, once the attempt is over, the note and the tail
    12.3.log.old    the older part of the tail
    12.3.log.new    the newer part; when it is full it becomes the old one

So `read_log` shows the same lines during the attempt, after it, and after a crash of ours.
"""

import datetime
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 4 * 1024 * 1024
TAIL_BYTES = 4 * 1024 * 1024
"""Of each of the two parts of the tail: between one and two times this is kept."""


def log_path(logs: Path, *, job: int, attempt: str) -> Path:
    return logs / str(job) / f"{attempt}.log"


def log_parts(path: Path) -> tuple[Path, Path, Path]:
    """The files a log may lie in: its head, or all of it, then the two parts of its tail."""
    return path, _old(path), _new(path)


class LogFile:
    """Writes one attempt's log. A log that cannot be written costs lines, never frames."""

    def __init__(
        self, path: Path, *, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES
    ) -> None:
        self._path = path
        self._head_bytes = head_bytes
        self._tail_bytes = tail_bytes
        self._head_size = 0
        self._tail_size = 0
        self._old_lines = 0
        self._new_lines = 0
        self._left_out = 0
        self._head: BinaryIO | None = None
        self._tail: BinaryIO | None = None
        self._stamp = (0, "")

    def write(self, lines: Iterable[str], *, at: float) -> None:
        """Add lines that were printed at `at` (seconds since 1970)."""
        stamp = self._stamped(at)
        rows = [f"{stamp} {line}\n".encode("utf-8", "replace") for line in lines]
        try:
            self._write(rows)
        except OSError:
            self._left_out += len(rows)

    def close(self) -> None:
        """Put the tail behind the head, with a note between them where something is missing."""
        with suppress(OSError):
            if self._tail is not None:
                self._tail.close()
            if self._left_out and self._head is not None:
                note = f"framecrew: {self._left_out:,} lines were left out here\n"
                self._head.write(note.encode())
            for part in (_old(self._path), _new(self._path)):
                if self._head is not None and part.exists():
                    with part.open("rb") as tail:
                        while block := tail.read(1 << 20):
                            self._head.write(block)
                    self._head.flush()
                    part.unlink()
        with suppress(OSError):
            if self._head is not None:
                self._head.close()
        self._head = self._tail = None

    def _write(self, rows: list[bytes]) -> None:
        if self._head is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            for part in (_old(self._path), _new(self._path)):
                part.unlink(missing_ok=True)
            self._head = self._path.open("wb")
        size = sum(map(len, rows))
        if self._tail is None and self._head_size + size <= self._head_bytes:
            self._head.write(b"".join(rows))
            self._head.flush()
            self._head_size += size
            return
        if self._tail is None or self._tail_size + size > self._tail_bytes:
            self._turn()
        assert self._tail is not None
        self._tail.write(b"".join(rows))
        self._tail.flush()
        self._tail_size += size
        self._new_lines += len(rows)

    def _turn(self) -> None:
        if self._tail is not None:
            self._tail.close()
            _new(self._path).replace(_old(self._path))
            self._left_out += self._old_lines
            self._old_lines = self._new_lines
        self._tail = _new(self._path).open("wb")
        self._tail_size = self._new_lines = 0

    def _stamped(self, at: float) -> str:
        second, text = self._stamp
        if int(at) != second or not text:
            moment = datetime.datetime.fromtimestamp(int(at), datetime.UTC)
            second, text = int(at), moment.strftime("%Y-%m-%dT%H:%M:%S")
            self._stamp = (second, text)
        return f"{text}.{int((at - second) * 1000):03d}Z"


def read_log(path: Path) -> Iterator[str]:
    """The lines of a log from its first, also while it is written; none when there is no
    log.
    """
    for part in log_parts(path):
        with (
            suppress(FileNotFoundError, NotADirectoryError),
            part.open(encoding="utf-8", errors="replace") as log,
        ):
            for line in log:
                yield line.rstrip("\n")


def read_tail(path: Path, *, lines: int) -> list[str]:
    """The newest lines of a log, oldest first."""
    return list(deque(read_log(path), maxlen=lines))


def _old(path: Path) -> Path:
    return path.with_name(f"{path.name}.old")


def _new(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")
