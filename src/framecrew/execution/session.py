"""A session: a renderer process that we talk to, or, for a renderer that cannot stay open, just
listen to.

Whoever has the session at the moment (an opening, an attempt) sets `wake` and takes what was
heard. Nobody has an idle session; what it prints then is kept within bounds and told to the
next.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

from framecrew.execution.channel import Caller, Channel
from framecrew.execution.marks import MarkOrder, Message
from framecrew.execution.process import RunningProcess
from framecrew.execution.stopping import stop, stop_if_it_stays
from framecrew.execution.workspace import remove_workspace
from framecrew.model.scenes import SceneFacts

MARK_SECONDS = 0.5
MARK_LOOKS = 10
"""So often in a row, so far apart, nothing came from the side that has to speak next, before a
message no longer waits for its mark line or a line for the mark's message. Looks are counted and
not the time: when we stood still ourselves, it tells nothing of the renderer."""
MOST_WAITING = 20_000
"""Lines and messages not yet taken; beyond, the renderer's output waits in its pipe."""
IDLE_LINES = 500
"""Of what an idle session says, the newest."""
CLOSE_SECONDS = 1.2
"""What a session may take to leave after `close`."""


class Sign(Enum):
    """What a session says without words."""

    HUNG_UP = "hung_up"
    """It closed its channel."""
    ENDED = "ended"
    """Nothing of its process tree is left, and all it printed was heard. The last thing
    heard."""


Heard = str | Message | Sign
"""A line, a message or a sign, in the order in which they are to be judged."""


class Session:
    """One process, its lines and its messages as one stream."""

    def __init__(
        self,
        process: RunningProcess,
        *,
        caller: asyncio.Future[Caller] | None = None,
        home: Path | None = None,
        forget: Callable[[], None] | None = None,
        forked_from: "Session | None" = None,
    ) -> None:
        self.process = process
        self.home = home
        """Its own working folder, removed with it; None when it works in an attempt's
        workspace."""
        self.forked_from = forked_from
        """The session it shares its scene with, see `mother.py`; it renders with one thread,
        whatever it is told."""
        self.forks_well = True
        """False once a session that was forked from it broke."""
        self.channel: Channel | None = None
        self.wake: Callable[[], None] | None = None
        """Called whenever there is something to take; None while nobody has the session."""
        self.facts: SceneFacts | None = None
        """What it told about its scene when it opened."""
        self.version = ""
        self.pid = process.pid
        """Of the renderer itself, once it said hello."""
        self.frames_done = 0
        self.threads = 0
        """Of its newest chunk."""
        self.settled_memory = 0
        """Its footprint after its second frame; 0 before."""
        self.opened_in = 0.0
        """Seconds from its start until it was ready."""
        self.is_unwanted = False
        """It is closed with the last file that is finished in it."""
        self._files: dict[str, asyncio.Future[Message | None]] = {}
        """By chunk: what is told of its file when that is finished, None if the session ended
        before. Of chunks that were told as rendered, until their attempts have heard it."""
        self._heard: deque[Heard] = deque()
        self._order = MarkOrder()
        self._is_ending = False
        """Its output is not held back any more: it has to be read to its end."""
        self._room = asyncio.Event()
        self._room.set()
        self._overdue: asyncio.TimerHandle | None = None
        self._messages_heard = 0
        self._has_hung_up = False
        self._forget = forget
        """Takes its token back, should it never have said hello."""
        self._message_pump = (
            asyncio.create_task(self._pump_messages(caller)) if caller is not None else None
        )
        self._line_pump = asyncio.create_task(self._pump_lines())

    @property
    def is_usable(self) -> bool:
        """It can take a chunk: alive, and its channel open."""
        return (
            self.channel is not None
            and not self._has_hung_up
            and self.process.exit_code is None
        )

    def take(self) -> list[Heard]:
        """All that was heard since the last time."""
        heard = list(self._heard)
        self._heard.clear()
        self._room.set()
        return heard

    def file_of(self, chunk: str) -> "asyncio.Future[Message | None] | None":
        """What will be told of the file of a chunk that is rendered; None where the session
        takes no other chunk before it is.
        """
        return self._files.get(chunk)

    async def forget_file(self, chunk: str) -> None:
        """Its attempt has heard of it."""
        self._files.pop(chunk, None)
        if self.is_unwanted and self.process.exit_code is None:
            await self.close_when_quiet()

    def send(self, message: Mapping[str, object]) -> None:
        if self.channel is not None:
            self.channel.send(message)

    async def close(self) -> int:
        """Tell it to leave; end it if it stays. Returns when its tree has been seen dead."""
        if self.channel is None:
            return await self.stop()
        self._hold_back_nothing()
        self.send({"type": "close"})
        code = await stop_if_it_stays(self.process, seconds=CLOSE_SECONDS)
        await self._finish()
        return code

    async def close_when_quiet(self) -> None:
        """Now, or with the last file that is still being finished."""
        self.is_unwanted = True
        if not self._files:
            await self.close()

    async def stop(self) -> int:
        """End it in the middle of its work. Returns when its tree has been seen dead."""
        self._hold_back_nothing()
        code = await stop(self.process)
        await self._finish()
        return code

    async def finish(self) -> int:
        """Wait for the end of a process that is leaving or has left."""
        code = await self.process.wait()
        await self._finish()
        return code

    async def _finish(self) -> None:
        """The process is gone: what it said last is heard, the channel put away."""
        self._hold_back_nothing()
        if self._forget is not None:
            self._forget()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._line_pump), CLOSE_SECONDS)
        pumps = [pump for pump in (self._line_pump, self._message_pump) if pump is not None]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self.process.close()
        if self.channel is not None:
            self.channel.close()
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        if self.home is not None:
            await asyncio.to_thread(remove_workspace, self.home)

    def _hold_back_nothing(self) -> None:
        self._is_ending = True
        self._room.set()

    async def _pump_lines(self) -> None:
        while (lines := await self.process.read_lines()) is not None:
            self._hear(self._order.take_lines(lines))
            self._watch_order()
            while self._is_crowded and not self._is_ending:
                self._room.clear()
                await self._room.wait()
        self._hear(self._order.release_messages())
        await self.process.wait()
        if self.channel is not None and self._message_pump is not None:
            # What it sent just before its end may still be on its way to us.
            await asyncio.wait([self._message_pump], timeout=CLOSE_SECONDS)
        self._finish_no_more()
        self._hear([*self._order.release_lines(), Sign.ENDED])

    @property
    def _is_crowded(self) -> bool:
        return len(self._heard) + self._order.waiting_lines > MOST_WAITING

    async def _pump_messages(self, caller: asyncio.Future[Caller]) -> None:
        self.channel, hello = await caller
        self._hear_message(hello)
        while (messages := await self.channel.read_messages()) is not None:
            for message in messages:
                self._hear_message(message)
        # Messages that wait for their marks stay: the lines may still be in the pipe.
        self._has_hung_up = True
        self._finish_no_more()
        self._hear([*self._order.release_lines(), Sign.HUNG_UP])

    def _hear_message(self, message: Message) -> None:
        mask = self.process.mask
        message = {
            name: mask.over(value) if isinstance(value, str) else value
            for name, value in message.items()
        }
        self._messages_heard += 1
        if self._is_of_file(message):
            return
        self._hear(self._order.take_message(message))
        self._watch_order()

    def _is_of_file(self, message: Message) -> bool:
        """Whether it is for the attempt that waits for a file; another has the session by now."""
        kind, chunk = message.get("type"), message.get("chunk")
        if kind == "chunk_rendered" and isinstance(chunk, str):
            self._files[chunk] = asyncio.get_running_loop().create_future()
        if kind != "chunk_done" or chunk not in self._files:
            return False
        if not self._files[chunk].done():
            self._files[chunk].set_result(message)
        return True

    def _finish_no_more(self) -> None:
        for told in self._files.values():
            if not told.done():
                told.set_result(None)

    def _watch_order(self) -> None:
        if self._order.is_waiting and self._overdue is None:
            self._look_later(0)

    def _look_later(self, looks: int) -> None:
        loop = asyncio.get_running_loop()
        self._overdue = loop.call_later(
            MARK_SECONDS, self._look_at_order, self._said_last(), looks + 1
        )

    def _said_last(self) -> tuple[bool, float]:
        """How to see whether the side that has to speak next has spoken."""
        is_for_line = self._order.waiting_messages > 0
        return is_for_line, self.process.last_output_at if is_for_line else self._messages_heard

    def _look_at_order(self, said_before: tuple[bool, float], looks: int) -> None:
        self._overdue = None
        is_held_back = self._order.waiting_messages and not self._room.is_set()
        if said_before != self._said_last() or is_held_back:
            looks = 0
        if looks < MARK_LOOKS:
            if self._order.is_waiting:
                self._look_later(looks)
        elif self._order.waiting_messages:
            self._hear(self._order.release_messages())
        else:
            self._hear(self._order.release_lines())

    def _hear(self, heard: Sequence[Heard]) -> None:
        if not heard:
            return
        if self._is_ending and len(self._heard) > MOST_WAITING:
            # A flood in its last moments: lines are lost then, messages never.
            heard = [one for one in heard if not isinstance(one, str)]
        self._heard.extend(heard)
        self._room.set()
        if self.wake is not None:
            self.wake()
            return
        while len(self._heard) > IDLE_LINES:
            self._heard.popleft()
