"""Idle sessions: open, loaded, waiting for the next chunk of their slot.

A slot has at most one. One that was opened to inspect a scene belongs to no slot yet: the first
attempt with the same key gets it, or each gets a session forked from it, so a heavy scene is
loaded once.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from framecrew.execution.mother import Mother
from framecrew.execution.session import Session

Key = tuple[str, ...]
"""Two attempts with equal keys can use one session, see `session_key` of a renderer's card."""


@dataclass(frozen=True, slots=True)
class _Place:
    key: Key
    session: Session


@dataclass(slots=True)
class _Inspected:
    key: Key
    session: Session
    mother: Mother | None = None
    """Once it was to be forked."""

    @property
    def is_free(self) -> bool:
        return self.mother is None or not self.mother.is_needed


class IdleSessions:
    def __init__(self) -> None:
        self._by_slot: dict[int, _Place] = {}
        self._inspected: list[_Inspected] = []

    async def take(self, slot: int, key: Key, *, threads: int = 1) -> Session | None:
        """The slot's own session, if its key fits and it can use so many threads. One that does
        not fit is closed first: two scenes in one slot could be too much for the memory. Where
        a file is still being finished in it, that attempt closes it.
        """
        place = self._by_slot.get(slot)
        if place is None:
            return None
        fits = place.key == key and (place.session.forked_from is None or threads == 1)
        if fits and place.session.is_usable:
            return self._by_slot.pop(slot).session
        await self.close_slot(slot)
        return None

    async def close_slot(self, slot: int) -> None:
        """Close the slot's own session, if it has one, as soon as no file is finished in it."""
        place = self._by_slot.pop(slot, None)
        if place is not None:
            await place.session.close_when_quiet()

    def give_up(self, slot: int, session: Session) -> bool:
        """Whether it was the idle one of this slot, which it is no more."""
        place = self._by_slot.get(slot)
        if place is None or place.session is not session:
            return False
        del self._by_slot[slot]
        return True

    async def take_inspected(self, key: Key) -> Session | None:
        """An inspected session that fits and has no children, for its first chunk."""
        for place in list(self._inspected):
            if place.key == key and place.is_free:
                self._inspected.remove(place)
                if place.session.is_usable:
                    return place.session
                await place.session.close()
        return None

    def mother(self, key: Key) -> Mother | None:
        """An inspected session that can be forked."""
        for place in self._inspected:
            facts = place.session.facts
            if place.key == key and facts is not None and facts.may_fork:
                place.mother = place.mother or Mother(place.session)
                if place.mother.can_fork:
                    return place.mother
        return None

    async def keep(self, slot: int, key: Key, session: Session) -> None:
        old = self._by_slot.pop(slot, None)
        self._by_slot[slot] = _Place(key, session)
        if old is not None:
            await old.session.close()

    async def keep_inspected(self, key: Key, session: Session) -> None:
        old = [place for place in self._inspected if place.key == key]
        self._inspected = [place for place in self._inspected if place.key != key]
        self._inspected.append(_Inspected(key, session))
        await _close(place.session for place in old)

    def inspected(self, key: Key) -> Session | None:
        """An inspected session of this key that still waits for its first chunk."""
        for place in self._inspected:
            if place.key == key and place.session.is_usable:
                return place.session
        return None

    async def close(self, slots: Collection[int]) -> None:
        """Close the sessions of these slots, and those no slot has claimed; a mother only after
        her last child.
        """
        places = [self._by_slot.pop(slot) for slot in slots if slot in self._by_slot]
        await _close([place.session for place in places] + self._give_up(free_only=True))
        await _close(self._give_up(free_only=True))

    async def close_all(self) -> None:
        await self.close(list(self._by_slot))
        await _close(self._give_up(free_only=False))

    def _give_up(self, *, free_only: bool) -> list[Session]:
        gone = [place for place in self._inspected if place.is_free or not free_only]
        self._inspected = [place for place in self._inspected if place not in gone]
        return [place.session for place in gone]


async def _close(sessions: Iterable[Session]) -> None:
    await asyncio.gather(*(session.close() for session in sessions))
