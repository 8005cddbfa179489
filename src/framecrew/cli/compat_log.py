"""The log of `aerender-compat`, in the form that the local runner's users and panels read.

    2026-03-01 12:00:05,123 [INFO] Launched child[0] pid=4711 frames=1-75
    2026-03-01 12:00:09,480 [INFO] [4711 STDOUT] PROGRESS:  0:00:00:00 (1): 2 Seconds

A child is an attempt, in the order of starting. Its number stands in place of its pid until that
is known, which is when it begins to render.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from framecrew.cli.shows import Items, Views
from framecrew.cli.words import bytes_text, layout_text
from framecrew.conductor.bus import Numbered
from framecrew.conductor.live import LiveJob
from framecrew.model import events as ev
from framecrew.model.plans import TaskKind
from framecrew.model.pulses import LinePrinted, Pulse

TICK_SECONDS = 0.5

Say = Callable[[str, str], None]
"""Called with a level (INFO, WARNING, ERROR) and the text of one line."""


class CompatLog:
    """Tells one job's events and its renderers' lines."""

    def __init__(
        self, say: Say, *, grace_seconds: float, on_tick: Callable[[], None] = lambda: None
    ) -> None:
        self._say = say
        self._grace = grace_seconds
        self._on_tick = on_tick
        self._children: dict[str, int] = {}
        """Attempt → its number."""
        self._frames: dict[str, str] = {}
        self._heard: dict[str, float] = {}
        """Live attempt → when it spoke last, or was last told to be silent."""

    async def show(self, watch: Items, _crew: Views, job: int) -> None:
        """Tell all until the watch is closed."""
        live = LiveJob(job)
        ticking = asyncio.create_task(self._tick(live))
        try:
            async for item in watch:
                thing = item.event if isinstance(item, Numbered) else item
                live.take(thing)
                self._take(thing, live)
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking

    async def _tick(self, live: LiveJob) -> None:
        while True:
            await asyncio.to_thread(self._on_tick)
            self._tell_silent(live, now=time.monotonic())
            await asyncio.sleep(TICK_SECONDS)

    def _tell_silent(self, live: LiveJob, *, now: float) -> None:
        for attempt, heard in self._heard.items():
            slot = live.attempts.get(attempt)
            if slot is None or self._grace <= 0 or now - heard < self._grace:
                continue
            self._heard[attempt] = now
            cpu = "not known" if slot.cpu_percent is None else f"{slot.cpu_percent:.0f} %"
            self._say(
                "WARNING",
                f"child[{self._children[attempt]}] pid={slot.pid or '?'} has said nothing for"
                f" {now - heard:.0f} s (CPU of its processes {cpu}, memory"
                f" {bytes_text(slot.memory_bytes)})",
            )

    def _take(self, item: ev.Event | Pulse, live: LiveJob) -> None:
        match item:
            case ev.JobSubmitted():
                renders = [one for one in item.plan.tasks if one.kind is TaskKind.RENDER]
                self._say(
                    "INFO", f"Job {item.job}: {item.plan.name}, frames {renders[0].frames}"
                )
            case ev.LayoutChosen():
                layout = layout_text(item.slots, item.threads)
                self._say("INFO", f"Concurrency: {layout}: {item.reason}")
            case ev.FramesKept() if item.frames:
                self._say("INFO", f"Found whole and kept: frames {item.frames}")
            case ev.AttemptStarted():
                child = self._children[item.attempt] = len(self._children)
                self._heard[item.attempt] = time.monotonic()
                self._frames[item.attempt] = str(item.frames)
                if item.task in live.films:
                    self._say("INFO", f"Joining the film: child[{child}]")
                else:
                    self._say("INFO", f"Launching child[{child}] frames={item.frames}")
            case ev.SessionOpened() if item.attempt in self._children:
                child, frames = self._children[item.attempt], self._frames[item.attempt]
                self._say("INFO", f"Launched child[{child}] pid={item.pid} frames={frames}")
            case LinePrinted() if item.attempt in self._children:
                self._heard[item.attempt] = time.monotonic()
                self._say(_level(item), f"[{self._tag(item.attempt, live)} STDOUT] {item.text}")
            case ev.FrameFinished() if item.attempt in self._children:
                self._say("INFO", f"Delivered frame {item.frame}")
            case ev.FrameFailed() if item.attempt in self._children:
                failure = item.failure
                self._say(
                    "ERROR", f"Frame {item.frame} failed: {failure.kind}: {failure.reason}"
                )
            case ev.AttemptFailed() if item.attempt in self._children:
                self._end(
                    item.attempt, f"failed: {item.failure.kind}: {item.failure.reason}", "ERROR"
                )
            case ev.AttemptSucceeded() if item.attempt in self._children:
                self._end(item.attempt, "finished", "INFO")
            case ev.AttemptStopped() | ev.AttemptLost() if item.attempt in self._children:
                self._end(item.attempt, "stopped", "WARNING")
            case ev.QueueHeld():
                self._say("WARNING", f"Nothing new is started: {item.reason}")
            case ev.QueueReleased():
                self._say("INFO", "Going on")
            case _:
                pass

    def _end(self, attempt: str, words: str, level: str) -> None:
        self._heard.pop(attempt, None)
        self._say(level, f"child[{self._children[attempt]}] {words}")

    def _tag(self, attempt: str, live: LiveJob) -> str:
        slot = live.attempts.get(attempt)
        pid = slot.pid if slot is not None else 0
        return str(pid) if pid else f"child[{self._children[attempt]}]"


def _level(line: LinePrinted) -> str:
    if line.is_error:
        return "ERROR"
    return "WARNING" if line.is_warning else "INFO"
