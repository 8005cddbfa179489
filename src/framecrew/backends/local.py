"""The local backend: attempts run as processes on this machine."""

import asyncio
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

from framecrew.execution.attempt import Attempt
from framecrew.execution.inspecting import inspect
from framecrew.execution.process_attempt import ProcessAttempt
from framecrew.execution.session_attempt import SessionAttempt
from framecrew.execution.workshop import Report, Workshop
from framecrew.frames.sets import FrameSet
from framecrew.machine.memory import Memory, read_memory
from framecrew.machine.programs import program_file
from framecrew.model.attempts import Assignment
from framecrew.model.errors import FramecrewError
from framecrew.model.events import AttemptFailed, AttemptStopped, MemoryMeasured
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Patience
from framecrew.model.requests import RenderRequest, Request
from framecrew.model.scenes import SceneFacts
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.registry import installed_renderers

LEAST_FREE_SHARE = 0.10
LEAST_FREE_BYTES = 1_000_000_000
"""Memory is tight when less than the larger of both is free."""
MEMORY_SECONDS = 1.0
EVIDENCE_LINES = 10

FILM_RENDERER = "ffmpeg"

_ENDED = Failure(kind=FailureKind.LOST, reason="framecrew was ended before the scene was open")

FindCard = Callable[[str], Renderer]
FindProgram = Callable[[str, str], FoundProgram]
"""The program of a renderer, by the renderer's name and the path a person chose (or an empty
text). Raises FramecrewError when there is none; called in a thread."""


class LocalBackend:
    """Runs attempts here; opens itself with the first that is asked of it. See
    `contract.py`.
    """

    def __init__(
        self,
        *,
        report: Report,
        logs: Path,
        find_program: FindProgram,
        find_card: FindCard | None = None,
        clock: Callable[[], float] = time.time,
        homes: Path | None = None,
        read_memory: Callable[[], Memory] = read_memory,
    ) -> None:
        """`homes`: see `Workshop`. `read_memory` is called in a thread."""
        self._report = report
        self._find_program = find_program
        self._find_card = find_card or installed_renderers().get
        self._clock = clock
        self._workshop = Workshop(report=report, logs=logs, clock=clock, homes=homes)
        self._opening: asyncio.Task[None] | None = None
        self._memory_watch: asyncio.Task[None] | None = None
        self._read_memory = read_memory
        self._closing = asyncio.Event()
        self._inspections: set[asyncio.Task[SceneFacts | Failure]] = set()
        self._attempts: dict[str, Attempt] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._decoders: dict[str, str] = {}
        """Paths of ffmpeg, by what was named."""

    async def start(self, assignment: Assignment) -> None:
        if self._closing.is_set():
            self._report(AttemptStopped(at=self._clock(), attempt=assignment.attempt))
            return
        await self._open()
        card = self._find_card(_renderer(assignment.request))
        find = partial(self._find, assignment.request)
        make = SessionAttempt if card.traits.stays_open else ProcessAttempt
        attempt = make(
            assignment,
            card,
            find,
            self._workshop,
            find_decoder=partial(self._find_decoder, assignment.request),
        )
        self._attempts[assignment.attempt] = attempt
        run = asyncio.create_task(self._run(attempt), name=f"attempt {assignment.attempt}")
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    async def stop(self, attempt: str) -> None:
        if attempt in self._attempts:
            self._attempts[attempt].stop()

    async def take_back(self, attempt: str, frames: FrameSet) -> None:
        if attempt in self._attempts:
            self._attempts[attempt].take_back(frames)

    async def close_sessions(self, slots: Collection[int]) -> None:
        await self._workshop.idle.close(slots)

    async def inspect(self, request: RenderRequest, *, threads: int) -> SceneFacts | Failure:
        if self._closing.is_set():
            return _ENDED
        await self._open()
        program = await asyncio.to_thread(self._find, request)
        if isinstance(program, Failure):
            return program
        card = self._find_card(request.renderer)
        if card.reads_videos:
            ffmpeg = await asyncio.to_thread(self._find_decoder, request)
            request = replace(request, ffmpeg="" if isinstance(ffmpeg, Failure) else ffmpeg)
        inspection = asyncio.create_task(
            inspect(
                card, request, program, self._workshop, threads=threads, patience=Patience()
            )
        )
        self._inspections.add(inspection)
        inspection.add_done_callback(self._inspections.discard)
        try:
            return await inspection
        except asyncio.CancelledError:
            if not self._closing.is_set():
                inspection.cancel()
                raise
            return _ENDED

    async def close(self) -> None:
        self._closing.set()
        for attempt in self._attempts.values():
            attempt.stop()
        for inspection in self._inspections:
            inspection.cancel()
        # Side by side: what is live and what is idle have two seconds together.
        idle = asyncio.create_task(self._workshop.idle.close_all())
        await asyncio.wait([idle, *self._runs, *self._inspections])
        await idle
        if self._opening is None:
            return
        await self._opening
        if self._memory_watch is not None:
            self._memory_watch.cancel()
            await asyncio.gather(self._memory_watch, return_exceptions=True)
        await self._workshop.close()

    async def _open(self) -> None:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_workshop())
        await asyncio.shield(self._opening)

    async def _open_workshop(self) -> None:
        await self._workshop.open()
        self._memory_watch = asyncio.create_task(self._watch_memory())

    async def _run(self, attempt: Attempt) -> None:
        name = attempt.assignment.attempt
        try:
            await attempt.run()
        except Exception as error:  # noqa: BLE001
            # As broad as the conductor's, for a fault of ours or of a card happens here, long
            # after `start` has returned: an attempt without an outcome would hold its slot for
            # ever.
            reason = f"framecrew could not carry out the attempt: {error!r}"
            evidence = tuple(traceback.format_exception(error))[-EVIDENCE_LINES:]
            failure = Failure(kind=FailureKind.UNKNOWN, reason=reason, evidence=evidence)
            self._report(AttemptFailed(at=self._clock(), attempt=name, failure=failure))
        finally:
            del self._attempts[name]

    def _find(self, request: Request) -> FoundProgram | Failure:
        chosen = request.program if isinstance(request, RenderRequest) else request.ffmpeg
        try:
            return self._find_program(_renderer(request), chosen)
        except FramecrewError as error:
            return Failure(kind=FailureKind.PROGRAM_MISSING, reason=str(error))

    def _find_decoder(self, request: Request) -> str | Failure:
        """Path of the ffmpeg that proves segments and reads videos; looked for once for each that
        was named.
        """
        assert isinstance(request, RenderRequest)
        known = self._decoders.get(request.ffmpeg)
        if known is not None:
            return known
        try:
            found = self._find_program(FILM_RENDERER, request.ffmpeg)
        except FramecrewError as error:
            return Failure(kind=FailureKind.PROGRAM_MISSING, reason=str(error))
        path = program_file(self._find_card(FILM_RENDERER).program, found)
        if not path:
            reason = f"the module at {found.path} brings no ffmpeg any more"
            return Failure(kind=FailureKind.PROGRAM_MISSING, reason=reason)
        self._decoders[request.ffmpeg] = path
        return path

    async def _watch_memory(self) -> None:
        """Tell when free memory gets tight, and when it is easy again."""
        was_tight = False
        while True:
            memory = await asyncio.to_thread(self._read_memory)
            is_tight = memory.free < max(LEAST_FREE_SHARE * memory.total, LEAST_FREE_BYTES)
            if is_tight or was_tight:
                self._report(
                    MemoryMeasured(
                        at=self._clock(), free_bytes=memory.free, total_bytes=memory.total
                    )
                )
            was_tight = is_tight
            await asyncio.sleep(MEMORY_SECONDS)


def _renderer(request: Request) -> str:
    return request.renderer if isinstance(request, RenderRequest) else FILM_RENDERER
