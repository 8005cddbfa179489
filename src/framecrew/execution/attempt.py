"""One attempt, from its workspace to its outcome.

Open (or reuse) a session, send the chunk, listen; every claimed frame is judged in a thread
while the next is rendered. In the end the three witnesses are compared: the session's answer or
the exit, the end mark, and the files. The outcome is reported when the renderer's process tree
has been seen dead, or is idle.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path

from framecrew.execution.brake import MOST_WAITING, Brake
from framecrew.execution.claims import Claim
from framecrew.execution.endings import diagnose
from framecrew.execution.judges import Judges
from framecrew.execution.judging import ended_by_full_disk
from framecrew.execution.listening import Listening
from framecrew.execution.logs import LogFile, log_path
from framecrew.execution.measure import measure_trees
from framecrew.execution.proving import deliver_segment
from framecrew.execution.session import Session
from framecrew.execution.story import Story
from framecrew.execution.workshop import Workshop
from framecrew.execution.workspace import make_workspace, remove_workspace
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.events import (
    AttemptFailed,
    AttemptStopped,
    AttemptSucceeded,
    SessionOpened,
)
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Segment
from framecrew.model.pulses import ProcessMeasured
from framecrew.model.requests import RenderRequest, StitchRequest
from framecrew.renderers.contract import FoundProgram, Renderer

LAST_WORDS_SECONDS = 1.0
"""What a renderer may still say after a line that is fatal."""
SETTLED_FRAMES = 2
"""Frames after which a session has grown to its size."""

Outcome = AttemptSucceeded | AttemptFailed | AttemptStopped


class Ending(Enum):
    """Why nothing is listened to any more, where nothing failed."""

    STOPPED = "stopped"
    """A person said so."""
    DONE = "done"
    """All it was asked for is done, and its process lives on."""
    ENDED = "ended"
    """The process tree has gone by itself."""


STOPPED_BEFORE = Failure(
    kind=FailureKind.UNKNOWN, reason="it was stopped before its program was started"
)
"""Never told: a stop is the outcome then."""


def _output_folder(order: Assignment) -> Path:
    if isinstance(order.request, StitchRequest):
        return Path(order.request.film).parent
    if order.segment is not None:
        return Path(order.segment.path).parent
    return Path(order.promises[0].final.folder)


class Attempt(ABC):
    """Runs one assignment; `stop` and `take_back` may be called at any moment of it.

    The ways differ: in a session that stays open, or as a process that is the chunk.
    """

    def __init__(
        self,
        assignment: Assignment,
        card: Renderer,
        find_program: Callable[[], FoundProgram | Failure],
        workshop: Workshop,
        *,
        find_decoder: Callable[[], str | Failure],
    ) -> None:
        """`find_program`, and `find_decoder` for the ffmpeg that proves a segment and reads videos,
        are called in threads.
        """
        self._assignment = assignment
        self._card = card
        self._find_program = find_program
        self._find_decoder = find_decoder
        self._decoder = ""
        self._shop = workshop
        self._story = Story(
            assignment,
            card.reader(assignment.request),
            has_channel=card.traits.stays_open,
        )
        self._log = LogFile(
            log_path(workshop.logs, job=assignment.job, attempt=assignment.attempt)
        )
        self._wake = asyncio.Event()
        self._stop_wanted = False
        self._wanted_back: deque[FrameSet] = deque()
        self._judges = Judges(assignment, self._story, workshop, self._wake)
        self._taken: list[Claim] = []
        """Of earlier attempts' frames, those that are delivered again by this one."""
        self._session: Session | None = None
        """As long as this attempt has it."""
        self._listening: Listening | None = None
        self._chunk_is_sent = False
        self._has_freed_slot = False
        """Its slot is another attempt's by now, with the session."""
        self._began_at = 0.0
        self._measured_at = 0.0

    @property
    def assignment(self) -> Assignment:
        return self._assignment

    def stop(self) -> None:
        """End it; answered by its outcome."""
        self._stop_wanted = True
        self._judges.stop.set()
        if self._listening is not None:
            self._listening.is_wanted = False
        self._wake.set()

    def take_back(self, frames: FrameSet) -> None:
        """Ask for frames it has not begun; answered by FramesGivenBack, or by an outcome that
        came first.
        """
        self._wanted_back.append(frames)
        self._wake.set()

    async def run(self) -> None:
        """Carry it out and report all of it, its outcome last."""
        outcome: Outcome | None = None
        try:
            outcome = await self._run()
        finally:
            if not (isinstance(outcome, AttemptSucceeded) or self._has_freed_slot):
                # From now on the scheduler counts on no session there: nobody else closes it.
                await self._shop.idle.close_slot(self._assignment.slot)
        self._tell()
        self._shop.report(outcome)

    async def _run(self) -> Outcome:
        order = self._assignment
        program = await asyncio.to_thread(self._find_program)
        if isinstance(program, Failure):
            return self._failed(program)
        self._program = program
        if order.segment is not None or self._card.reads_videos:
            decoder = await asyncio.to_thread(self._find_decoder)
            if isinstance(decoder, Failure):
                if order.segment is not None:
                    return self._failed(decoder)
                decoder = ""
            self._decoder = decoder
            if isinstance(order.request, RenderRequest):
                # A session that encodes its pictures does it with the same program.
                request = replace(order.request, ffmpeg=decoder)
                order = self._assignment = replace(order, request=request)
        workspace = await asyncio.to_thread(
            make_workspace,
            output_folder=_output_folder(order),
            job=order.job,
            attempt=order.attempt,
            scratch=order.scratch,
        )
        if isinstance(workspace, Failure):
            return self._failed(workspace)
        staged: str | Failure = ""
        try:
            staged = await self._stage()
            if isinstance(staged, Failure):
                return self._failed(staged)
            return await self._render(workspace)
        finally:
            if self._session is not None:
                await self._session.stop()
            if isinstance(staged, str):
                self._shop.stages.give_back(staged)
            self._log.close()
            self._shop.leftovers.settle(self._taken)
            for folder in {str(workspace), *(claim.folder for claim in self._taken)}:
                if not self._shop.leftovers.needs(folder):
                    await asyncio.to_thread(remove_workspace, Path(folder))

    async def _stage(self) -> str | Failure:
        """From now on the assignment names the scene that is really opened."""
        order = self._assignment
        request = order.request
        if not isinstance(request, RenderRequest) or not order.traits.works_locally:
            return ""
        scene = await self._shop.stages.borrow(request.scene, wanted=order.stage)
        if isinstance(scene, str):
            request = replace(request, scene=scene)
            self._assignment = replace(order, request=request)
        return scene

    # ── the ways ──────────────────────────────────────────────────────────────────────────────

    @abstractmethod
    async def _open(self, workspace: Path) -> Listening | Failure:
        """Get its process to work at the chunk; what was heard of it goes into the story."""

    @abstractmethod
    async def _follow(self, listening: Listening, workspace: Path) -> None:
        """See what was not heard; called each time something may have happened."""

    @property
    @abstractmethod
    def _is_done(self) -> bool:
        """It has done all it was asked for."""

    @abstractmethod
    def _give(self, frames: FrameSet) -> None:
        """Give back what it has not begun of these; its chunk was sent."""

    @abstractmethod
    async def _end(
        self, ending: Ending | Failure, listening: Listening, workspace: Path
    ) -> Outcome:
        """Compare the witnesses, and leave the process idle or dead."""

    # ── the chapters ──────────────────────────────────────────────────────────────────────────

    async def _render(self, workspace: Path) -> Outcome:
        order, shop, story = self._assignment, self._shop, self._story
        story.folder = str(workspace)
        self._taken = shop.leftovers.take(order.job, order.task, order.sequence)
        story.claim_again(self._taken, at=shop.clock())
        self._judges.send()
        if story.all_is_claimed:
            await self._judge_rest()
            return self._sum_up(None, None)
        opened = await self._open(workspace)
        if isinstance(opened, Failure):
            self._hand_over()
            await self._judge_rest()
            return self._sum_up(opened, None)
        ending = await self._listen(opened, workspace)
        return await self._end(ending, opened, workspace)

    def _rest(self) -> Assignment:
        """The assignment less what earlier attempts had rendered and what was given back."""
        frames = tuple(f for f in self._assignment.sequence if f in self._story.frames_left)
        return replace(self._assignment, frames=FrameSet.of(frames), sequence=frames)

    def _listen_to(self, session: Session) -> Listening:
        listening = Listening(
            session,
            self._story,
            self._log,
            patience=self._assignment.patience,
            memory_limit=self._assignment.memory_limit,
            clock=self._shop.clock,
            wake=self._wake,
        )
        listening.is_wanted = not self._stop_wanted
        return listening

    async def _listen(self, listening: Listening, workspace: Path) -> Ending | Failure:
        """Until the chunk is done, the process has ended, or one of us wants it to end."""
        brake = Brake(listening.session.process)
        try:
            while True:
                listening.hear()
                self._judges.send()
                if self._chunk_is_sent:
                    self._give_back()
                self._tell()
                self._measure(listening)
                ending = self._find_ending(listening)
                if ending is not None:
                    return ending
                await self._follow(listening, workspace)
                await self._hold_back(brake, listening)
                await listening.wait()
        finally:
            await asyncio.to_thread(brake.let_go)

    async def _hold_back(self, brake: Brake, listening: Listening) -> None:
        """No renderer works far ahead of a slow destination."""
        waiting = 0 if self._story.all_is_claimed else self._judges.waiting
        if waiting > MOST_WAITING or brake.is_on:
            pulled = await asyncio.to_thread(brake.set_by, waiting)
            listening.is_suspended = brake.is_on
            if pulled:
                self._story.note(
                    f"{waiting} rendered frames wait to be delivered to "
                    f"{_output_folder(self._assignment)}; this renderer stands still meanwhile",
                    at=self._shop.clock(),
                )

    def _find_ending(self, listening: Listening) -> Ending | Failure | None:
        story = self._story
        if self._stop_wanted:
            return Ending.STOPPED
        if story.escalation is not None and self._has_to_end(story.escalation):
            return story.escalation
        if self._is_done and story.heard.fatal is None:
            return Ending.DONE
        if listening.has_ended:
            return Ending.ENDED
        if story.heard.fatal is not None:
            failure = diagnose(self._card, story, exit_code=None, answer="", opened=True)
            return failure or Failure(
                kind=story.heard.fatal.kind, reason=story.heard.fatal.text
            )
        return listening.look()

    def _has_to_end(self, _failure: Failure) -> bool:
        """Whether it cannot be left to its own end after what spoils all that it makes."""
        return True

    # ── the ends ──────────────────────────────────────────────────────────────────────────────

    async def _deliver_segment(self, workspace: Path, segment: Segment) -> Failure | None:
        """The third witness of a segment: its file, decoded; then its frames are finished."""
        if self._story.escalation is not None:
            return self._story.escalation
        seconds = time.monotonic() - self._began_at
        deliver = partial(
            deliver_segment, workspace, segment, ffmpeg=self._decoder, stop=self._judges.stop
        )
        loop = asyncio.get_running_loop()
        failure = await loop.run_in_executor(self._shop.judges, deliver)
        if failure is None:
            self._story.finish_segment(seconds=seconds, at=self._shop.clock())
        return failure

    async def _fail(self, failure: Failure) -> Outcome:
        suspect = self._story.suspect
        await self._judge_rest()
        return self._sum_up(failure, suspect)

    def _sum_up(self, failure: Failure | None, suspect: int | None) -> Outcome:
        at, attempt = self._shop.clock(), self._assignment.attempt
        if self._stop_wanted:
            return AttemptStopped(at=at, attempt=attempt)
        failure = self._story.escalation or failure
        if failure is not None:
            failure = ended_by_full_disk(failure, Path(self._story.folder))
            return self._failed(failure, suspect)
        return AttemptSucceeded(at=at, attempt=attempt)

    def _failed(self, failure: Failure, suspect: int | None = None) -> AttemptFailed:
        return AttemptFailed(
            at=self._shop.clock(),
            attempt=self._assignment.attempt,
            failure=failure,
            suspect=suspect,
        )

    async def _hear_last_words(self, listening: Listening) -> None:
        """After a fatal line: what it says next often tells why."""
        if self._story.heard.fatal is None:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + LAST_WORDS_SECONDS
        while loop.time() < until and not listening.has_ended and not self._stop_wanted:
            await listening.wait()
            listening.hear()

    async def _stop(self, session: Session, listening: Listening) -> None:
        """End the process, hear what it said, and let what is at the judges be judged."""
        await session.stop()
        listening.hear()
        self._hand_over()
        await self._judge_rest()

    def _hand_over(self) -> None:
        """The session is not ours any more: it has ended, or is idle."""
        if self._listening is not None:
            self._listening.leave()
        self._session = None

    async def _judge_rest(self) -> None:
        """Until every claim has its verdict; after a stop, only until those begun have."""
        while True:
            if self._stop_wanted:
                self._judges.forget_waiting()
            self._judges.send()
            self._tell()
            if self._judges.are_idle:
                return
            await self._judges.one_is_done()

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    def _give_back(self) -> None:
        """Frames are wanted back: asked of the session, or given at once while nothing was
        sent.
        """
        while self._wanted_back:
            frames = self._wanted_back.popleft()
            if not self._chunk_is_sent:
                self._story.give_back(frames, at=self._shop.clock())
            elif self._card.traits.can_give_back:
                self._give(frames)
            else:
                self._story.give_back((), at=self._shop.clock())

    async def _tell_opened(self, session: Session, seconds: float) -> None:
        """`seconds`: 0 for a session that was open already."""
        process = session.process
        forked = {process.pid} if process.is_forked else frozenset()
        usage = await asyncio.to_thread(measure_trees, [process.pid], forked=forked)
        memory = usage[process.pid].memory_bytes if process.pid in usage else 0
        self._story.peak_memory = max(self._story.peak_memory, memory)
        self._shop.report(
            SessionOpened(
                at=self._shop.clock(),
                attempt=self._assignment.attempt,
                pid=session.pid,
                seconds=seconds,
                memory_bytes=memory,
                version=session.version or self._program.version,
            )
        )

    def _measure(self, listening: Listening) -> None:
        session, story = listening.session, self._story
        if session.process.usage_at == self._measured_at:
            return
        self._measured_at = session.process.usage_at
        memory = session.process.usage.memory_bytes
        story.cpu_seconds = session.process.usage.cpu_seconds
        if (
            not session.settled_memory
            and session.frames_done + story.frames_done >= SETTLED_FRAMES
        ):
            session.settled_memory = memory
        if listening.cpu_percent is not None:
            self._shop.report(
                ProcessMeasured(
                    attempt=self._assignment.attempt,
                    cpu_percent=listening.cpu_percent,
                    memory_bytes=memory,
                )
            )

    def _tell(self) -> None:
        """All that happened since the last time, events first."""
        self._judges.take_verdicts()
        story, report = self._story, self._shop.report
        for event in story.events:
            report(event)
        story.events.clear()
        for pulse in story.shown.pulses:
            report(pulse)
        story.shown.pulses.clear()
