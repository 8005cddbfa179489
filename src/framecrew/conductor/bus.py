"""The bus: who wants to see events and pulses gets them, one by one, in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from framecrew.model.events import Event
from framecrew.model.pulses import Pulse

MOST_WAITING_PULSES = 2_000
"""A watcher that falls behind loses pulses, never events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An event with its number in the journal."""

    number: int
    event: Event


class Watch:
    """One watcher's queue; iterate it until the bus is closed or `close` is called."""

    def __init__(self, leave: Callable[["Watch"], None]) -> None:
        self._queue: asyncio.Queue[Numbered | Pulse | None] = asyncio.Queue()
        self._leave = leave

    def put(self, item: Numbered | Pulse | None) -> None:
        """Hand over an item; a pulse is dropped when the watcher is far behind."""
        is_pulse = item is not None and not isinstance(item, Numbered)
        if is_pulse and self._queue.qsize() > MOST_WAITING_PULSES:
            return
        self._queue.put_nowait(item)

    def close(self) -> None:
        """End the iteration after what is waiting."""
        self._leave(self)
        self._queue.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Numbered | Pulse]:
        while (item := await self._queue.get()) is not None:
            yield item


class Bus:
    """Tells every watcher."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    def watch(self) -> Watch:
        """A new watcher, who sees everything from now on."""
        watch = Watch(self._watches.remove)
        self._watches.append(watch)
        return watch

    def publish(self, item: Numbered | Pulse) -> None:
        for watch in self._watches:
            watch.put(item)

    def close(self) -> None:
        for watch in tuple(self._watches):
            watch.close()
