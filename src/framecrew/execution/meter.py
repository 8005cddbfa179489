"""The meter: measures all running process trees once a second, in one go."""

import asyncio
import time
import weakref
from contextlib import suppress

from framecrew.execution.measure import measure_trees
from framecrew.execution.process import RunningProcess

SECONDS = 1.0


class Meter:
    """Keeps `usage` of every process it watches fresh, as long as anyone holds the process."""

    def __init__(self) -> None:
        self._processes: weakref.WeakSet[RunningProcess] = weakref.WeakSet()
        self._loop: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._loop = asyncio.create_task(self._measure())

    def watch(self, process: RunningProcess) -> None:
        self._processes.add(process)

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None

    async def _measure(self) -> None:
        while True:
            living = [process for process in self._processes if process.exit_code is None]
            usages = await asyncio.to_thread(
                measure_trees,
                [process.pid for process in living],
                forked={process.pid for process in living if process.is_forked},
            )
            now = time.monotonic()
            for process in living:
                usage = usages.get(process.pid)
                if usage is not None:
                    process.usage, process.usage_at = usage, now
            await asyncio.sleep(SECONDS)
