"""Idle sessions: open, loaded, waiting for the next chunk of their slot.

A slot has at most one. One that was opened to inspect a scene belongs to no slot yet: the first
attempt with the same key gets it, so a heavy scene is loaded once.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from framecrew.execution.session import Session

Key = tuple[str, ...]
"""Two attempts with equal keys can use one session, see `session_key` of a renderer's card."""


@dataclass(frozen=True, slots=True)
class _Place:
    key: Key
    session: Session


class IdleSessions:
    def __init__(self) -> None:
        self._by_slot: dict[int, _Place] = {}
        self._inspected: list[_Place] = []

    async def take(self, slot: int, key: Key) -> Session | None:
        """The slot's own session or an inspected one, if its key fits. A session of another key
        is closed first: two scenes in one slot could be too much for the memory.
        """
        place = self._by_slot.pop(slot, None)
        if place is not None and place.key == key and place.session.is_usable:
            return place.session
        if place is not None:
            await place.session.close()
        for inspected in list(self._inspected):
            if inspected.key == key:
                self._inspected.remove(inspected)
                if inspected.session.is_usable:
                    return inspected.session
                await inspected.session.close()
        return None

    async def keep(self, slot: int, key: Key, session: Session) -> None:
        old = self._by_slot.pop(slot, None)
        self._by_slot[slot] = _Place(key, session)
        if old is not None:
            await old.session.close()

    async def keep_inspected(self, key: Key, session: Session) -> None:
        old = [place for place in self._inspected if place.key == key]
        self._inspected = [place for place in self._inspected if place.key != key]
        self._inspected.append(_Place(key, session))
        await _close(old)

    def inspected(self, key: Key) -> Session | None:
        """An inspected session of this key that still waits for its first chunk."""
        for place in self._inspected:
            if place.key == key and place.session.is_usable:
                return place.session
        return None

    async def close(self, slots: Collection[int]) -> None:
        """Close the sessions of these slots, and those no slot has claimed."""
        places = [self._by_slot.pop(slot) for slot in slots if slot in self._by_slot]
        places += self._inspected
        self._inspected = []
        await _close(places)

    async def close_all(self) -> None:
        await self.close(list(self._by_slot))


async def _close(places: list[_Place]) -> None:
    await asyncio.gather(*(place.session.close() for place in places))
