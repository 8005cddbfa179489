"""The workshop: what all attempts of one process share."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from framecrew.execution.channel import Exchange
from framecrew.execution.idle import IdleSessions
from framecrew.execution.judging import make_judges
from framecrew.execution.known import Known
from framecrew.execution.leftovers import Leftovers
from framecrew.execution.meter import Meter
from framecrew.execution.staging import Stages
from framecrew.execution.workspace import clean, remove_workspace
from framecrew.media.decoders import decoded
from framecrew.media.pixels import load_libraries
from framecrew.model.events import Event
from framecrew.model.pulses import Pulse

Report = Callable[[Event | Pulse], None]


class Workshop:
    """Open it before the first attempt, close it after the last."""

    def __init__(
        self,
        *,
        report: Report,
        logs: Path,
        clock: Callable[[], float] = time.time,
        homes: Path | None = None,
    ) -> None:
        """`homes` is where sessions have their working folders; in the system's own place for
        such things when absent.
        """
        self.report = report
        self.logs = logs
        self.homes = homes or default_homes()
        self.clock = clock
        self.exchange = Exchange()
        self.meter = Meter()
        self.idle = IdleSessions()
        self.known = Known()
        self.leftovers = Leftovers()
        self.stages = Stages(self.homes)
        self.judges: ThreadPoolExecutor = make_judges()
        self._judges_are_ready = False

    def ready_judges(self) -> None:
        """Load what they need while a renderer starts: the first frame would wait for it."""
        if not self._judges_are_ready:
            self._judges_are_ready = True
            self.judges.submit(decoded, load_libraries)

    async def open(self) -> None:
        await asyncio.to_thread(clean, self.homes)
        await self.exchange.open()
        self.meter.open()

    async def close(self) -> None:
        await self.idle.close_all()
        await self.exchange.close()
        await self.meter.close()
        await asyncio.to_thread(self.judges.shutdown)
        await asyncio.to_thread(self.stages.close)
        for folder in self.leftovers.folders:
            await asyncio.to_thread(remove_workspace, Path(folder))
        with suppress(OSError):
            self.homes.rmdir()  # Unless another of our processes has sessions there.


def default_homes() -> Path:
    """In the temporary folder, one for each user."""
    user = os.getuid() if hasattr(os, "getuid") else "us"
    return Path(tempfile.gettempdir()) / f"framecrew-of-{user}"
