"""Listening to a session: its lines to the log and the story, its signs of life to the
watchdog.
"""

import asyncio
import time
from collections.abc import Callable

from framecrew.execution.logs import LogFile
from framecrew.execution.marks import Message
from framecrew.execution.session import Session, Sign
from framecrew.execution.story import Story
from framecrew.execution.watchdog import Phase, Watchdog
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Patience

TICK_SECONDS = 0.5
HANG_UP_SECONDS = 3.0
"""What a session may take to leave after it closed its channel."""


class Listening:
    """One listener of one session: an opening, or an attempt."""

    def __init__(
        self,
        session: Session,
        story: Story,
        log: LogFile,
        *,
        patience: Patience,
        memory_limit: int | None,
        clock: Callable[[], float],
        wake: asyncio.Event,
    ) -> None:
        self.session = session
        self.has_ended = False
        self.has_said_hello = False
        self.is_wanted = True
        """False: whoever listens wants it stopped."""
        self.is_suspended = False
        """It stands still because we want it to, which is no hang."""
        self.opened: Message | None = None
        """The session's `opened` or `refused`."""
        self.cpu_percent: float | None = None
        """Of the newest look; taken by whoever shows it."""
        self._story = story
        self._log = log
        self._clock = clock
        self._wake = wake
        self._memory_limit = memory_limit
        self._watchdog = Watchdog(patience, now=time.monotonic())
        self._looked_at = session.process.usage_at
        self._looked_cpu = session.process.usage.cpu_seconds
        self._hung_up_at: float | None = None
        session.wake = wake.set

    def leave(self) -> None:
        """Nobody has the session now."""
        self.session.wake = None

    def enter(self, phase: Phase) -> None:
        self._watchdog.enter(phase, now=time.monotonic())

    @property
    def phase(self) -> Phase:
        return self._watchdog.phase

    async def wait(self) -> None:
        """Until something was heard, someone else woke us, or a tick has passed."""
        loop = asyncio.get_running_loop()
        tick = loop.call_later(TICK_SECONDS, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            tick.cancel()
            self._wake.clear()

    def hear(self) -> None:
        """Take all that was said and tell it on, in order."""
        heard = self.session.take()
        if not heard:
            return
        at = self._clock()
        self._log.write([one for one in heard if isinstance(one, str)], at=at)
        for one in heard:
            if isinstance(one, str):
                self._story.hear_line(one, at=at)
            elif isinstance(one, Sign):
                self._see(one)
            else:
                self._hear_message(one, at=at)
        self._watchdog.heard(now=time.monotonic())

    def look(self) -> Failure | None:
        """Judge the newest measurement, once: a hang, too much memory, or None."""
        process = self.session.process
        now = time.monotonic()
        if self._hung_up_at is not None and now - self._hung_up_at > HANG_UP_SECONDS:
            return Failure(
                kind=FailureKind.CRASH,
                reason="it closed its channel in the middle of its work and did not leave",
                evidence=self._story.heard.last_lines(),
            )
        if process.usage_at == self._looked_at:
            return None
        usage, seconds = process.usage, process.usage_at - self._looked_at
        self.cpu_percent = max(0.0, 100 * (usage.cpu_seconds - self._looked_cpu) / seconds)
        self._looked_at, self._looked_cpu = process.usage_at, usage.cpu_seconds
        self._story.peak_memory = max(self._story.peak_memory, usage.memory_bytes)
        if process.last_output_at > now - seconds:
            self._watchdog.heard(now=process.last_output_at)
        if self.is_suspended:
            self._watchdog.heard(now=now)
        if self._memory_limit is not None and usage.memory_bytes > self._memory_limit:
            return Failure(
                kind=FailureKind.OUT_OF_MEMORY,
                reason=f"its processes took {usage.memory_bytes:,} bytes of memory,"
                f" more than the limit of {self._memory_limit:,}",
                evidence=self._story.heard.last_lines(),
            )
        return self._watchdog.look(
            now=process.usage_at, cpu_seconds=usage.cpu_seconds, io_bytes=usage.io_bytes
        )

    def _hear_message(self, message: Message, *, at: float) -> None:
        match message.get("type"):
            case "hello":
                version = message.get("version")
                self.session.version = version if isinstance(version, str) else ""
                pid = message.get("pid")
                self.session.pid = pid if isinstance(pid, int) else self.session.process.pid
                self.has_said_hello = True
            case "opened" | "refused":
                self.opened = message
            case _:
                self._story.hear_message(message, at=at)

    def _see(self, sign: Sign) -> None:
        if sign is Sign.ENDED:
            self.has_ended = True
        else:
            self._hung_up_at = time.monotonic()
