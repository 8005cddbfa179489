"""A started program as asyncio sees it: what it prints, a line to it, and its exit.

asyncio's own `Process.wait` returns only when the output has been read to its end as well:
nobody could wait for a program whose output nobody reads any more, or whose output a process
holds open that got away. Here the exit is the exit.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

BLOCK = 256 * 1024
"""Bytes of output held for us before the program has to wait."""


class StartedProgram(asyncio.SubprocessProtocol):
    """One program; `output` is its stdout and stderr as one."""

    def __init__(self) -> None:
        self.output = asyncio.StreamReader(limit=BLOCK)
        self._is_read = False
        """Its output has ended."""
        self._transport: asyncio.SubprocessTransport | None = None
        self._exit: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int:
        assert self._transport is not None
        return self._transport.get_pid()

    async def wait(self) -> int:
        """The exit code; negative: the signal's number."""
        return await asyncio.shield(self._exit)

    def write(self, words: bytes) -> None:
        """Say something on its standard input, if it can still hear."""
        assert self._transport is not None
        line = self._transport.get_pipe_transport(0)
        if isinstance(line, asyncio.WriteTransport) and not line.is_closing():
            line.write(words)

    def close(self) -> None:
        """Let go of its pipes, ended or not."""
        if self._transport is not None:
            self._transport.close()

    # ── what asyncio calls ────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport
        output = transport.get_pipe_transport(1)
        if output is not None:
            # The reader pauses the pipe while nobody takes what was read.
            self.output.set_transport(output)

    def pipe_data_received(self, _descriptor: int, data: bytes | str) -> None:
        if isinstance(data, bytes):
            self.output.feed_data(data)

    def pipe_connection_lost(self, descriptor: int, _error: Exception | None) -> None:
        if descriptor == 1:
            self.output.feed_eof()
            self._is_read = True
            self._close_when_over()

    def process_exited(self) -> None:
        assert self._transport is not None
        code = self._transport.get_returncode()
        if not self._exit.done() and code is not None:
            self._exit.set_result(code)
        self._close_when_over()

    def _close_when_over(self) -> None:
        if self._exit.done() and self._is_read:
            self.close()


async def start_program(
    command: Sequence[str],
    *,
    stdin: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    in_new_session: bool = False,
    flags: int = 0,
) -> StartedProgram:
    """Start it; `flags` are those of Windows. Raises OSError when it cannot be executed."""
    loop = asyncio.get_running_loop()
    _, program = await loop.subprocess_exec(
        StartedProgram,
        *command,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=in_new_session,
        creationflags=flags,
    )
    return program
