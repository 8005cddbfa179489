"""An attempt in a session: its process is open before the chunk and stays open after it."""

import time
from pathlib import Path

from framecrew.execution.attempt import (
    STOPPED_BEFORE,
    Attempt,
    Ending,
    Outcome,
)
from framecrew.execution.claims import ENDS_THE_ATTEMPT
from framecrew.execution.endings import diagnose_broken_session
from framecrew.execution.environments import environment_of
from framecrew.execution.idle import Key
from framecrew.execution.listening import Listening
from framecrew.execution.opening import await_opened, start_session
from framecrew.execution.session import Session
from framecrew.execution.watchdog import Phase, Watchdog
from framecrew.execution.words import failure_kind, text
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.events import AttemptStopped, SlotFreed
from framecrew.model.failures import Failure
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, Renderer

MOST_GROWTH = 1.5
LEAST_GROWTH_BYTES = 500_000_000
"""A session that grew by both since it had settled leaks: it is closed after its chunk."""


def session_key(card: Renderer, order: Assignment, program: FoundProgram) -> Key:
    """Two attempts with equal keys can use one session."""
    request = order.request
    assert isinstance(request, RenderRequest)
    of_threads = "" if card.traits.changes_threads else str(order.threads)
    environment = environment_of(request, order.slot)
    return (
        card.name,
        program.path,
        of_threads,
        ",".join(map(str, order.cpus)),
        *card.session_key(request),
        *(f"{name}={value}" for name, value in sorted(environment.items())),
    )


def _doubt_forks(session: Session) -> None:
    """A forked session broke, for whatever reason: the next ones are ordinary."""
    if session.forked_from is not None:
        session.forked_from.forks_well = False


class SessionAttempt(Attempt):
    """The slot's own session if it fits, else a new one."""

    async def _open(self, workspace: Path) -> Listening | Failure:
        taken = await self._take_session()
        if isinstance(taken, Failure):
            return taken
        session, seconds = taken
        assert self._listening is not None
        await self._tell_opened(session, seconds)
        if session.facts is not None:
            self._story.shown.doubts(session.facts.doubts, at=self._shop.clock())
        self._send_chunk(session, workspace)
        self._listening.enter(Phase.RENDERING)
        return self._listening

    async def _follow(self, listening: Listening, workspace: Path) -> None:
        """It tells all by its channel."""

    @property
    def _is_done(self) -> bool:
        return self._story.chunk_is_done or self._story.chunk_is_rendered

    def _has_to_end(self, failure: Failure) -> bool:
        """A session ends its segment by itself; the file of another may still be finished in it."""
        return failure.kind in ENDS_THE_ATTEMPT

    def _give(self, frames: FrameSet) -> None:
        if self._session is not None:
            self._session.send({"type": "give_back", "frames": list(frames)})

    async def _take_session(self) -> tuple[Session, float] | Failure:
        """It, and the seconds it took to open."""
        order, shop = self._assignment, self._shop
        request = order.request
        assert isinstance(request, RenderRequest)
        key = session_key(self._card, order, self._program)
        if order.segment is None:
            shop.ready_judges()
        session = await shop.idle.take(order.slot, key, threads=order.threads)
        if session is None:
            forked = await self._fork(key)
            if forked is not None:
                return await self._await_opened(forked)
            session = await shop.idle.take_inspected(key)
        if session is not None:
            self._session = session
            said = [one for one in session.take() if isinstance(one, str)]
            self._log.write(said, at=shop.clock())
            self._listening = self._listen_to(session)
            return session, 0.0
        if self._stop_wanted:
            return STOPPED_BEFORE
        started = await start_session(
            self._card,
            order,
            self._program,
            homes=shop.homes,
            exchange=shop.exchange,
            meter=shop.meter,
        )
        return started if isinstance(started, Failure) else await self._await_opened(started)

    async def _fork(self, key: Key) -> Session | None:
        """A session of one thread that shares the scene of one that was only inspected."""
        shop, order = self._shop, self._assignment
        if not self._card.traits.forks or order.threads != 1 or self._stop_wanted:
            return None
        mother = shop.idle.mother(key)
        if mother is None:
            return None
        return await mother.fork(
            order, homes=shop.homes, exchange=shop.exchange, meter=shop.meter
        )

    async def _await_opened(self, started: Session) -> tuple[Session, float] | Failure:
        request, known = self._assignment.request, self._shop.known
        assert isinstance(request, RenderRequest)
        self._session = started
        self._listening = self._listen_to(started)
        failure = await await_opened(
            self._card,
            request,
            self._listening,
            self._story,
            known=known.of(self._card, request),
        )
        if failure is not None:
            _doubt_forks(started)
            return failure
        assert started.facts is not None
        known.remember(self._card, request, started.facts)
        return started, started.opened_in

    def _send_chunk(self, session: Session, workspace: Path) -> None:
        self._give_back()
        order = self._rest()
        assert self._card.chunk_message is not None
        message = self._card.chunk_message(order, str(workspace))
        # With other threads than before, kept data is built anew.
        is_first = session.frames_done == 0 or session.threads != order.threads
        session.threads = order.threads
        self._story.expect_frames(is_first=is_first)
        session.send({**message, "type": "render", "chunk": order.attempt})
        self._chunk_is_sent, self._began_at = True, time.monotonic()

    async def _end(
        self, ending: Ending | Failure, listening: Listening, workspace: Path
    ) -> Outcome:
        story, session = self._story, listening.session
        match ending:
            case Ending.DONE:
                if story.chunk_is_rendered:
                    return await self._finish(session, listening, workspace)
                failure = None
                if self._assignment.segment is not None:
                    failure = await self._deliver_segment(workspace, self._assignment.segment)
                else:
                    story.miss_frames(
                        "the session said its chunk is done, but nothing of this frame",
                        at=self._shop.clock(),
                    )
                await self._judge_rest()
                await self._put_back(session)
                return self._sum_up(failure, None)
            case Ending.STOPPED:
                await self._stop(session, listening)
                return AttemptStopped(at=self._shop.clock(), attempt=self._assignment.attempt)
            case Ending.ENDED:
                _doubt_forks(session)
                code = await session.finish()
                self._hand_over()
                failure = diagnose_broken_session(
                    self._card, story, exit_code=code, opened=True
                )
                return await self._fail(failure)
            case Failure():
                _doubt_forks(session)
                await self._hear_last_words(listening)
                await self._stop(session, listening)
                return await self._fail(ending)

    async def _finish(self, session: Session, listening: Listening, workspace: Path) -> Outcome:
        """Its slot goes on with the next segment while the file of this one is finished."""
        order = self._assignment
        assert order.segment is not None
        await self._put_back(session)
        self._tell()
        self._has_freed_slot = True
        self._shop.report(SlotFreed(at=self._shop.clock(), attempt=order.attempt))
        try:
            failure = await self._await_file(session, listening)
        finally:
            await session.forget_file(order.attempt)
        if failure is None and not self._stop_wanted:
            failure = await self._deliver_segment(workspace, order.segment)
        return self._sum_up(failure, None)

    async def _await_file(self, session: Session, listening: Listening) -> Failure | None:
        """None when its session says that the file is whole, or a stop came first."""
        order, process = self._assignment, session.process
        told = session.file_of(order.attempt)
        assert told is not None
        told.add_done_callback(lambda _: self._wake.set())
        watchdog = Watchdog(order.patience, now=time.monotonic())
        watchdog.enter(Phase.RENDERING, now=time.monotonic())
        hang = None
        while not (told.done() or self._stop_wanted or hang):
            await listening.wait()
            hang = watchdog.look(
                now=process.usage_at,
                cpu_seconds=process.usage.cpu_seconds,
                io_bytes=process.usage.io_bytes,
            )
        message = told.result() if told.done() else None
        if message is not None:
            reason = text(message, "reason")
            return Failure(kind=failure_kind(message), reason=reason) if reason else None
        # An encoder may still write. Who has the session now ends it as well, or makes it idle.
        while not (told.done() or process.exit_code is not None):
            if self._shop.idle.give_up(order.slot, session) or session.is_unwanted:
                await session.stop()
            else:
                await listening.wait()
        if self._stop_wanted or hang is not None:
            return hang
        code = await process.wait()
        return diagnose_broken_session(self._card, self._story, exit_code=code, opened=True)

    async def _put_back(self, session: Session) -> None:
        """Keep the session open for the next chunk of this slot, unless it leaks."""
        order = self._assignment
        assert isinstance(order.request, RenderRequest)
        self._hand_over()
        session.frames_done += self._story.frames_made
        memory, settled = session.process.usage.memory_bytes, session.settled_memory
        leaks = (
            settled and memory > MOST_GROWTH * settled and memory > settled + LEAST_GROWTH_BYTES
        )
        if leaks or not session.is_usable:
            await session.close_when_quiet()
            return
        key = session_key(self._card, order, self._program)
        await self._shop.idle.keep(order.slot, key, session)
