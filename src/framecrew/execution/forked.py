"""The process tree of a forked session: a child of the session it was forked from.

It runs below the guard of that session, so it ends when we end, whatever way we end; here it is
watched and ended alone. Its parent is another process than ours, so its end is seen by a file
descriptor of the process (Linux), and its exit code is what the parent tells. What it prints
comes through a FIFO.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from framecrew.execution.started import BLOCK
from framecrew.execution.tree import Tree

CODE_SECONDS = 1.0
"""How long the parent may take to tell the exit code; it dies with a child only if it was the
first to die."""


class LogPipe:
    """A FIFO for what a process prints that we did not start; read as if we had."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = asyncio.StreamReader(limit=BLOCK)
        self._transport: asyncio.ReadTransport | None = None
        self._writer = -1

    async def open(self) -> None:
        """Make it. Raises OSError where there are no FIFOs."""
        # Without a writer of our own the FIFO would be at its end before the process opens it.
        reader, self._writer = _open_fifo(self.path)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self.output), os.fdopen(reader, "rb", 0)
        )

    def leave_to_process(self) -> None:
        """The process has opened it: its end is the end from now on."""
        if self._writer >= 0:
            os.close(self._writer)
            self._writer = -1

    def close(self) -> None:
        self.leave_to_process()
        if self._transport is not None:
            self._transport.close()


if sys.platform == "linux":

    def _open_fifo(path: Path) -> tuple[int, int]:
        os.mkfifo(path, 0o600)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        return reader, os.open(path, os.O_WRONLY | os.O_NONBLOCK)

    class _ForkedTree:
        def __init__(
            self, pid: int, descriptor: int, log: LogPipe, code: asyncio.Future[int]
        ) -> None:
            self._pid = pid
            self._descriptor = descriptor
            self._log = log
            self._code = code
            self._gone = asyncio.Event()
            asyncio.get_running_loop().add_reader(descriptor, self._see_end)

        @property
        def pid(self) -> int:
            return self._pid

        @property
        def output(self) -> asyncio.StreamReader:
            return self._log.output

        async def wait(self) -> int:
            await self._gone.wait()
            try:
                return await asyncio.wait_for(asyncio.shield(self._code), CODE_SECONDS)
            except TimeoutError:
                return -signal.SIGKILL  # Its parent is gone too: the system ended both.

        def ask(self) -> None:
            self._signal(signal.SIGTERM)

        def insist(self) -> None:
            self._signal(signal.SIGKILL)

        def close(self) -> None:
            self._log.close()

        def _signal(self, number: signal.Signals) -> None:
            # By descriptor: a number could be another process's by now.
            if not self._gone.is_set():
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._descriptor, number)

        def _see_end(self) -> None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            # It led a process group of its own: what it left running in it goes too.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
            self._gone.set()

    def follow(pid: int, *, log: LogPipe, code: asyncio.Future[int]) -> Tree:
        """The tree of a process that forked itself for us; `code` is what its parent tells.

        Raises OSError when it has gone already, or when the system is too old to follow it.
        """
        return _ForkedTree(pid, os.pidfd_open(pid), log, code)

else:

    def _open_fifo(path: Path) -> tuple[int, int]:
        raise OSError(f"{path} would be a FIFO, which forked sessions have on Linux only")

    def follow(pid: int, *, log: LogPipe, code: asyncio.Future[int]) -> Tree:
        """Only Linux can follow a process that is not our child; sessions fork only there."""
        del log, code
        raise OSError(f"process {pid} cannot be followed on this system")
