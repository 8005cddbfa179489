"""The logs that were looked into of late, each with what is known of its lines."""

import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from framecrew.model.answers import LogLine, LogPage
from framecrew.model.errors import WrongUse
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import Reader
from framecrew.renderers.registry import installed_renderers
from framecrew.store.store import Store
from framecrew.studio.log_index import LogIndex
from framecrew.studio.record import JobRecord
from framecrew.studio.safe_files import NotShownError, log_file

MOST_KEPT = 6
MOST_LINES = 5_000
FILM_RENDERER = "ffmpeg"


class Silent:
    """Reads nothing: the renderer of that log is not installed any more."""

    def read(self, line: str) -> tuple[()]:  # noqa: ARG002
        return ()


class LogBook:
    """May be asked from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, LogIndex] = OrderedDict()
        self._turn = threading.Lock()

    def page(
        self,
        record: JobRecord,
        attempt: str,
        *,
        after: int,
        limit: int,
        tail: int,
        search: str,
        only_warnings: bool,
        frame: int | None,
    ) -> LogPage:
        """A stretch of lines: from a number on, the newest, those that fit, or a frame's."""
        with self._turn:
            index = self._index(record, attempt)
            if frame is not None:
                after = index.place_of(frame) or 0
            if tail:
                after = max(0, index.total - tail)
                limit = max(limit, tail)
            limit = min(limit, MOST_LINES)
            if search or only_warnings:
                lines, following = _chosen(
                    index, after, limit, search=search, only_warnings=only_warnings
                )
            else:
                lines = index.lines(after, limit)
                following = lines[-1].number + 1 if lines else after
            return LogPage(
                attempt=attempt,
                lines=tuple(lines),
                next=following if following < index.total else None,
                total=index.total,
                is_over=record.attempts[attempt].ended is not None,
            )

    def news(
        self, record: JobRecord, attempt: str, *, after: int, generation: int, most: int
    ) -> tuple[list[LogLine], int, int]:
        """Lines that came since; the number to go on from, and the generation of numbers.

        Of a log that is seen for the first time, or anew, the newest `most`.
        """
        with self._turn:
            index = self._index(record, attempt)
            if generation != index.generation:
                after = max(0, index.total - most)
            lines = index.lines(after, most)
            following = lines[-1].number + 1 if lines else after
            return lines, following, index.generation

    def last_lines(self, record: JobRecord, attempt: str, count: int) -> list[str]:
        """The newest lines of an attempt."""
        if attempt not in record.attempts:
            return []
        with self._turn, suppress(NotShownError):
            index = self._index(record, attempt)
            return [line.text for line in index.lines(max(0, index.total - count), count)]
        return []

    def text_path(self, record: JobRecord, attempt: str) -> Path:
        """The log's file."""
        return log_file(self._store.folder / "logs", record, attempt_named(record, attempt))

    def _index(self, record: JobRecord, attempt: str) -> LogIndex:
        path = log_file(self._store.folder / "logs", record, attempt)
        index = self._kept.pop(attempt, None) or LogIndex(path, _reader(record, attempt))
        index.refresh()
        self._kept[attempt] = index
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return index


def attempt_named(record: JobRecord, attempt: str) -> str:
    """An attempt's id from itself or its number; the newest when none is named."""
    if not record.attempts:
        raise NotShownError("the job has made no attempt yet")
    if not attempt:
        return next(reversed(record.attempts))
    name = attempt if "." in attempt else f"{record.job}.{attempt}"
    if name not in record.attempts:
        raise NotShownError(f"the job has made no attempt {attempt!r}")
    return name


def _chosen(
    index: LogIndex, after: int, limit: int, *, search: str, only_warnings: bool
) -> tuple[list[LogLine], int]:
    lines: list[LogLine] = []
    for number in index.numbers(only_warnings=only_warnings, search=search):
        if number < after:
            continue
        if len(lines) == limit:
            return lines, number
        lines += index.lines(number, 1)
    return lines, index.total


def _reader(record: JobRecord, attempt: str) -> Reader:
    name = record.attempts[attempt].task
    tasks = record.plan.tasks if record.plan else ()
    task = next((one for one in tasks if one.id == name), None)
    if task is None:
        return Silent()
    request = task.request
    renderer = request.renderer if isinstance(request, RenderRequest) else FILM_RENDERER
    try:
        return installed_renderers().get(renderer).reader(request)
    except WrongUse:
        return Silent()
