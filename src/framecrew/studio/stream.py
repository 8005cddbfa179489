"""The stream: what happens, told to every open page at most ten times a second.

Events come out of the journal, whoever wrote them, so that none is missed and none is told twice;
what was measured in between comes from the conductor's pulses, newest picture only.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from framecrew.conductor.bus import Numbered, Watch
from framecrew.model.answers import LogLine
from framecrew.model.errors import FramecrewError
from framecrew.model.events import JobSubmitted
from framecrew.model.pulses import LinePrinted
from framecrew.model.statuses import OVER
from framecrew.model.wire import kind_name, to_plain
from framecrew.studio.daemon import Daemon
from framecrew.studio.log_book import attempt_named
from framecrew.studio.rows import slot_rows
from framecrew.studio.safe_files import NotShownError

EVERY = 0.1
"""Seconds between two batches."""
MOST_EVENTS = 2_000
"""Of one batch; who is further behind gets several."""
MOST_WARNINGS = 50
MOST_LINES = 1_000
"""Of a followed log in one batch: ten thousand a second."""
FIRST_LINES = 500
MOST_BATCHES_WAITING = 100
"""A page that takes none for ten seconds is cut off; it connects again and misses nothing."""
SLOWEST_SECONDS = 30.0
"""A page that is told the past may take this long for some of it."""
MOST_WORDS = 4_096
COME_AGAIN = 1013
SUBMITTED = kind_name(JobSubmitted)
write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(slots=True, eq=False)
class Page:
    """One open page: what waits for it, and the log it follows."""

    socket: WebSocket
    waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    attempt: str = ""
    line: int = 0
    generation: int = -1

    async def room(self) -> None:
        """Until it has taken most of what waits; WebSocketDisconnect when it takes nothing."""
        deadline = time.monotonic() + SLOWEST_SECONDS
        while self.waiting.qsize() > MOST_BATCHES_WAITING // 2:
            if time.monotonic() > deadline:
                raise WebSocketDisconnect
            await asyncio.sleep(EVERY)

    def put(self, text: str) -> bool:
        """False for a page that is too far behind."""
        if self.waiting.qsize() > MOST_BATCHES_WAITING:
            return False
        self.waiting.put_nowait(text)
        return True


class Stream:
    """Reads once for all pages; does nothing at all while no page is open."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._pages: set[Page] = set()
        self._number = 0
        """Of the newest event that was told to all."""
        self._ticking: asyncio.Task[None] | None = None
        self._dirty: set[int] = set()
        self._warnings: list[dict[str, object]] = []

    async def serve(self, socket: WebSocket, after: int | None) -> None:
        """One connection, from its start to its end."""
        await socket.accept()
        page = Page(socket)
        self._daemon.clients += 1
        sending = asyncio.create_task(_send_all(page))
        try:
            await self._join(page, after)
            await self._listen(page)
        except WebSocketDisconnect:
            pass
        finally:
            self._pages.discard(page)
            self._daemon.clients -= 1
            sending.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending

    # ── joining ──────────────────────────────────────────────────────────────────────────────

    async def _join(self, page: Page, after: int | None) -> None:
        daemon = self._daemon
        newest = await asyncio.to_thread(daemon.store.last_number)
        begin = newest if after is None else min(after, newest)
        page.put(
            write(
                {
                    "type": "hello",
                    "event": begin,
                    "version": daemon.version,
                    "started": daemon.started,
                }
            )
        )
        if self._ticking is None or self._ticking.done():
            self._number = newest
            self._ticking = asyncio.create_task(self._tick())
        # From here to the end of the loop nothing is awaited once the page has caught up with
        # the others, so that no batch falls between.
        while begin < self._number:
            rows = await asyncio.to_thread(daemon.store.plain_events, begin, MOST_EVENTS)
            rows = [row for row in rows if row[0] <= self._number]
            if not rows:
                break
            begin = rows[-1][0]
            page.put(_batch(begin, {"events": _told(rows)}))
            await page.room()
        self._pages.add(page)
        page.put(_batch(max(begin, self._number), {"slots": _plain(daemon.slots())}))

    async def _listen(self, page: Page) -> None:
        while (message := await page.socket.receive())["type"] != "websocket.disconnect":
            with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
                wish = json.loads(message["text"][:MOST_WORDS])
                if wish["type"] == "follow":
                    page.attempt = str(wish["attempt"] or "")
                    page.generation = -1

    # ── the tick ─────────────────────────────────────────────────────────────────────────────

    async def _tick(self) -> None:
        """Until no page is open: read, fold, tell."""
        watch = self._daemon.crew.watch()
        pulses = asyncio.create_task(self._hear(watch))
        try:
            while True:
                await asyncio.sleep(EVERY)
                if not self._pages and not self._daemon.clients:
                    return
                try:
                    await self._tell_news()
                    for page in tuple(self._pages):
                        await self._tell_lines(page)
                except FramecrewError:
                    # The journal is locked or a job is just being forgotten; the next tick tells.
                    continue
        finally:
            # Should we break, pages must not wait in vain: they connect again and begin anew.
            for page in tuple(self._pages):
                self._cut_off(page)
            watch.close()
            pulses.cancel()
            with suppress(asyncio.CancelledError):
                await pulses

    async def _hear(self, watch: Watch) -> None:
        async for item in watch:
            if isinstance(item, Numbered):
                continue
            job = int(item.attempt.partition(".")[0])
            self._dirty.add(job)
            if isinstance(item, LinePrinted):
                self._warn(item)

    def _warn(self, line: LinePrinted) -> None:
        if (line.is_warning or line.is_error) and len(self._warnings) < MOST_WARNINGS:
            level = "error" if line.is_error else "warning"
            self._warnings.append(
                {
                    "attempt": line.attempt,
                    "frame": line.frame,
                    "text": line.text,
                    "level": level,
                }
            )

    async def _tell_news(self) -> None:
        daemon = self._daemon
        rows = await asyncio.to_thread(daemon.store.plain_events, self._number, MOST_EVENTS)
        dirty = self._dirty | {row[1] for row in rows if row[1] is not None}
        dirty |= daemon.changed
        gone, daemon.gone, daemon.changed = daemon.gone, set(), set()
        warnings, self._warnings = self._warnings, []
        self._dirty = set()
        if not (rows or dirty or gone or warnings):
            return
        told: dict[str, object] = {}
        if rows:
            told["events"] = _told(rows)
        jobs = []
        slots = []
        for job in sorted(dirty - gone):
            with suppress(FramecrewError):
                row = await daemon.row(job)
                jobs.append(to_plain(row))
                view = daemon.view(job)
                if view is not None and row.status not in OVER:
                    slots += _plain(slot_rows(view, daemon.live(job)))
        told |= {
            name: value
            for name, value in (
                ("jobs", jobs), ("slots", slots), ("warnings", warnings), ("gone", sorted(gone)),
            )
            if value
        }  # fmt: skip
        number = rows[-1][0] if rows else self._number
        text = _batch(number, told)
        # No await between these: a page joins when it has what the others have.
        self._number = number
        for page in tuple(self._pages):
            if not page.put(text):
                self._cut_off(page)

    async def _tell_lines(self, page: Page) -> None:
        if not page.attempt:
            return
        job = page.attempt.partition(".")[0]
        attempt, generation = page.attempt, page.generation
        try:
            record = await asyncio.to_thread(self._daemon.records.read, int(job))
            name = attempt_named(record, attempt)
            lines, line, now = await asyncio.to_thread(
                self._daemon.logs.news,
                record,
                name,
                after=page.line,
                generation=generation,
                most=FIRST_LINES if generation < 0 else MOST_LINES,
            )
        except (FramecrewError, NotShownError, ValueError):
            page.attempt = ""
            return
        if page.attempt != attempt or page.generation != generation:
            return  # It follows another one by now.
        is_new = now != generation
        if not lines and not is_new:
            return
        page.line, page.generation = line, now
        told = {
            "attempt": name,
            "lines": _plain(lines),
            "is_new": is_new,
            "is_over": record.attempts[name].ended is not None,
        }
        if not page.put(_batch(self._number, {"lines": told})):
            self._cut_off(page)

    def _cut_off(self, page: Page) -> None:
        self._pages.discard(page)
        page.waiting = asyncio.Queue()
        page.waiting.put_nowait(None)


async def _send_all(page: Page) -> None:
    while (text := await page.waiting.get()) is not None:
        await page.socket.send_text(text)
    await page.socket.close(COME_AGAIN)


def _batch(number: int, told: dict[str, object]) -> str:
    """The text of a batch; events are texts already and go in as they are."""
    events = told.pop("events", None)
    text = write({"type": "batch", "event": number, **told})
    if not events:
        return text
    return f'{text[:-1]},"events":[{events}]}}'


def _told(rows: list[tuple[int, int | None, str, str]]) -> str:
    return ",".join(_event(*row) for row in rows)


def _event(number: int, job: int | None, kind: str, body: str) -> str:
    """An event as the journal keeps it, with its number and kind; of a plan only that it came."""
    if kind == SUBMITTED:
        kept = json.loads(body)
        body = write({"at": kept["at"], "job": job, "priority": kept["priority"]})
    # Those about a job say so themselves; those about an attempt, or the machine, do not.
    about = "" if '"job":' in body else f'"job":{"null" if job is None else job},'
    return f'{{"number":{number},"event":"{kind}",{about}{body[1:]}'


def _plain(values: Iterator[object] | tuple[object, ...] | list[LogLine]) -> list[object]:
    return [to_plain(value) for value in values]
