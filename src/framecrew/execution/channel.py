"""The channel: how we talk to a session, beside what its renderer prints (`docs/sessions.md`).

One listener on loopback for all sessions of this process; a session says by its token which one
it is.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress

from framecrew.execution.marks import Message

HELLO_SECONDS = 10.0
"""A connection that has not said a right hello by then is closed."""
LONGEST_HELLO = 64 * 1024
LONGEST_MESSAGE = 32 * 1024 * 1024
BLOCK = 128 * 1024


class Channel:
    """One connection to a session, after its hello."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._incomplete = b""

    async def read_messages(self) -> list[Message] | None:
        """The next complete messages; None once the other side has closed, or talks
        nonsense.
        """
        try:
            block = await self._reader.read(BLOCK)
        except OSError:
            return None
        if not block or len(self._incomplete) > LONGEST_MESSAGE:
            return None
        *lines, self._incomplete = (self._incomplete + block).split(b"\n")
        try:
            return [_message(line) for line in lines]
        except ValueError:
            return None

    def send(self, message: Mapping[str, object]) -> None:
        """A message to a session that has gone is lost; its end is told by `read_messages`."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        self._writer.close()


Caller = tuple[Channel, Message]
"""A session that has said hello, and its hello."""


class Exchange:
    """Listens for sessions and connects each with whoever expects it."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._expected: dict[str, asyncio.Future[Caller]] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, limit=LONGEST_HELLO
        )

    @property
    def address(self) -> str:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def expect(self) -> tuple[str, asyncio.Future[Caller]]:
        """A new token, and what becomes the session that says it. `forget` the token in the
        end.
        """
        token = secrets.token_hex(16)
        future = self._expected[token] = asyncio.get_running_loop().create_future()
        return token, future

    def forget(self, token: str) -> None:
        future = self._expected.pop(token, None)
        if future is not None:
            future.cancel()

    async def close(self) -> None:
        for task in self._answering:
            task.cancel()
        for token in list(self._expected):
            self.forget(token)
        if self._server is not None:
            self._server.close()
            # Not wait_closed: since Python 3.12 it waits for the connections, which belong to
            # the sessions.
            self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello: Message = {}
        with suppress(TimeoutError, OSError, ValueError):
            # ValueError: a line longer than any hello, or broken JSON.
            line = await asyncio.wait_for(reader.readline(), HELLO_SECONDS)
            hello = _message(line)
        future = (
            self._take(str(hello.get("token", ""))) if hello.get("type") == "hello" else None
        )
        if future is None or future.done():
            writer.close()
            return
        future.set_result((Channel(reader, writer), hello))

    def _take(self, token: str) -> asyncio.Future[Caller] | None:
        for known in self._expected:
            if hmac.compare_digest(known.encode(), token.encode()):
                return self._expected.pop(known)
        return None


def _message(line: bytes) -> Message:
    """Raises ValueError for what is no JSON object."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")  # noqa: TRY004  said by the other side
    return message
