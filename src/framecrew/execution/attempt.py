"""One attempt, from its workspace to its outcome.

Open (or reuse) a session, send the chunk, listen; every claimed frame is judged in a thread
while the next is rendered. In the end the three witnesses are compared: the session's answer or
the exit, the end mark, and the files. The outcome is reported when the renderer's process tree
has been seen dead, or is idle.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path

from framecrew.execution.claims import Claim, Verdict
from framecrew.execution.endings import diagnose, diagnose_broken_session, exit_words
from framecrew.execution.environments import environment_of
from framecrew.execution.found_frames import find_frames
from framecrew.execution.idle import Key
from framecrew.execution.judging import (
    LARGEST_BATCH,
    ended_by_full_disk,
    judge_all,
    publish_film,
)
from framecrew.execution.listening import Listening
from framecrew.execution.logs import LogFile, log_path
from framecrew.execution.measure import measure_trees
from framecrew.execution.opening import await_opened, start_chunk, start_session
from framecrew.execution.proving import deliver_segment
from framecrew.execution.session import Session
from framecrew.execution.story import Story
from framecrew.execution.watchdog import Phase
from framecrew.execution.workshop import Workshop
from framecrew.execution.workspace import make_workspace, remove_workspace
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.events import (
    AttemptFailed,
    AttemptStopped,
    AttemptSucceeded,
    FramesGivenBack,
    SessionOpened,
)
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Segment
from framecrew.model.pulses import ProcessMeasured
from framecrew.model.requests import RenderRequest, StitchRequest
from framecrew.renderers.contract import FoundProgram, Renderer

MOST_AT_JUDGES = 2
"""Batches of one attempt that are judged at a time."""
LAST_WORDS_SECONDS = 1.0
"""What a renderer may still say after a line that is fatal."""
SETTLED_FRAMES = 2
MOST_GROWTH = 1.5
LEAST_GROWTH_BYTES = 500_000_000
"""A session that grew by both since its SETTLED_FRAMES-th frame leaks: it is closed after its
chunk."""

Outcome = AttemptSucceeded | AttemptFailed | AttemptStopped


class _Ending(Enum):
    STOPPED = "stopped"
    """A person said so."""
    DONE = "done"
    """The session answered that its chunk is done."""
    ENDED = "ended"
    """The process tree has gone by itself."""


@dataclass(frozen=True, slots=True)
class _Opened:
    session: Session
    seconds: float
    """0 for a session that was open already."""


_STOPPED_BEFORE = Failure(
    kind=FailureKind.UNKNOWN, reason="it was stopped before its program was started"
)
"""Never told: a stop is the outcome then."""


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


def _output_folder(order: Assignment) -> Path:
    if isinstance(order.request, StitchRequest):
        return Path(order.request.film).parent
    if order.segment is not None:
        return Path(order.segment.path).parent
    return Path(order.promises[0].final.folder)


class Attempt:
    """Runs one assignment; `stop` and `take_back` may be called at any moment of it."""

    def __init__(
        self,
        assignment: Assignment,
        card: Renderer,
        find_program: Callable[[], FoundProgram | Failure],
        workshop: Workshop,
        *,
        find_decoder: Callable[[], str | Failure],
    ) -> None:
        """`find_program`, and `find_decoder` for the ffmpeg that proves a segment, are called
        in threads.
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
        self._stop_judging = threading.Event()
        self._wanted_back: deque[FrameSet] = deque()
        self._waiting: deque[Claim] = deque()
        self._at_judges: set[asyncio.Future[list[Verdict]]] = set()
        self._session: Session | None = None
        """As long as this attempt has it."""
        self._listening: Listening | None = None
        self._chunk_is_sent = False
        self._began_at = 0.0
        self._measured_at = 0.0
        self._looked_for_files_at = 0.0

    @property
    def assignment(self) -> Assignment:
        return self._assignment

    def stop(self) -> None:
        """End it; answered by its outcome."""
        self._stop_wanted = True
        self._stop_judging.set()
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
        outcome = await self._run()
        self._tell()
        self._shop.report(outcome)

    async def _run(self) -> Outcome:
        order = self._assignment
        program = await asyncio.to_thread(self._find_program)
        if isinstance(program, Failure):
            return self._failed(program)
        self._program = program
        if order.segment is not None:
            decoder = await asyncio.to_thread(self._find_decoder)
            if isinstance(decoder, Failure):
                return self._failed(decoder)
            self._decoder = decoder
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
            if not self._shop.leftovers.needs(str(workspace)):
                await asyncio.to_thread(remove_workspace, workspace)

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

    # ── the chapters ──────────────────────────────────────────────────────────────────────────

    async def _render(self, workspace: Path) -> Outcome:
        order, shop = self._assignment, self._shop
        has_channel = self._card.traits.stays_open
        story = self._story
        story.folder = str(workspace)
        story.claim_again(
            shop.leftovers.take(order.job, order.task, order.sequence), at=shop.clock()
        )
        self._send_to_judges()
        if story.all_is_claimed:
            await self._judge_rest()
            return self._sum_up(None, None)
        opened = await (self._open_session() if has_channel else self._start_chunk(workspace))
        if isinstance(opened, Failure):
            self._hand_over()
            await self._judge_rest()
            return self._sum_up(opened, None)
        listening = self._listening
        assert listening is not None
        if has_channel:
            await self._tell_opened(opened)
            self._send_chunk(opened.session, workspace)
            listening.enter(Phase.RENDERING)
        ending = await self._listen(listening, workspace)
        if has_channel:
            return await self._end_session(ending, opened.session, listening, workspace)
        return await self._end_chunk(ending, opened, listening, workspace)

    async def _open_session(self) -> _Opened | Failure:
        """The slot's own session if it fits, else a new one."""
        order, shop = self._assignment, self._shop
        request = order.request
        assert isinstance(request, RenderRequest)
        key = session_key(self._card, order, self._program)
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
            return _Opened(session, 0.0)
        if self._stop_wanted:
            return _STOPPED_BEFORE
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

    async def _await_opened(self, started: Session) -> _Opened | Failure:
        request = self._assignment.request
        assert isinstance(request, RenderRequest)
        self._session = started
        self._listening = self._listen_to(started)
        failure = await await_opened(self._card, request, self._listening, self._story)
        if failure is not None:
            _doubt_forks(started)
            return failure
        return _Opened(started, started.opened_in)

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

    async def _start_chunk(self, workspace: Path) -> _Opened | Failure:
        """A renderer that cannot stay open: the process is the chunk."""
        frames = tuple(f for f in self._assignment.sequence if f in self._story.frames_left)
        order = replace(self._assignment, frames=FrameSet.of(frames), sequence=frames)
        await self._shop.idle.take(
            order.slot, (self._card.name,)
        )  # Closes what waits in this slot.
        if self._stop_wanted:
            return _STOPPED_BEFORE
        started = await start_chunk(
            self._card, order, self._program, workspace=workspace, meter=self._shop.meter
        )
        if isinstance(started, Failure):
            return started
        self._chunk_is_sent, self._began_at = True, time.monotonic()
        self._story.sequence = frames
        self._session = started
        self._listening = self._listen_to(started)
        return _Opened(started, 0.0)

    def _send_chunk(self, session: Session, workspace: Path) -> None:
        self._give_back()
        frames = tuple(f for f in self._assignment.sequence if f in self._story.frames_left)
        order = replace(self._assignment, frames=FrameSet.of(frames), sequence=frames)
        assert self._card.chunk_message is not None
        message = self._card.chunk_message(order, str(workspace))
        self._story.expect_frames(is_first=session.frames_done == 0)
        session.send({**message, "type": "render", "chunk": order.attempt})
        self._chunk_is_sent, self._began_at = True, time.monotonic()

    async def _listen(self, listening: Listening, workspace: Path) -> _Ending | Failure:
        """Until the chunk is done, the process has ended, or one of us wants it to end."""
        while True:
            listening.hear()
            self._send_to_judges()
            if self._chunk_is_sent:
                self._give_back()
            self._tell()
            self._measure(listening)
            ending = self._find_ending(listening)
            if ending is not None:
                return ending
            if not self._card.traits.stays_open:
                await self._follow_chunk(listening, workspace)
            await listening.wait()

    def _find_ending(self, listening: Listening) -> _Ending | Failure | None:
        story = self._story
        if self._stop_wanted:
            return _Ending.STOPPED
        if story.escalation is not None:
            return story.escalation
        if story.chunk_is_done and story.fatal is None:
            return _Ending.DONE
        if listening.has_ended:
            return _Ending.ENDED
        if story.fatal is not None:
            failure = diagnose(self._card, story, exit_code=None, answer="", opened=True)
            return failure or Failure(kind=story.fatal.kind, reason=story.fatal.text)
        return listening.look()

    async def _follow_chunk(self, listening: Listening, workspace: Path) -> None:
        """What a process without a channel does not tell: that it is ready, and which files are
        complete.
        """
        story, session = self._story, listening.session
        if listening.phase is Phase.STARTING and story.has_moved:
            listening.enter(Phase.RENDERING)
            seconds = time.monotonic() - session.process.started_at
            await self._tell_opened(_Opened(session, seconds))
        if story.all_is_claimed or story.end_seen:
            listening.enter(Phase.FINISHING)
        elif (
            self._assignment.promises
            and not story.has_claimed
            and session.process.usage_at != self._looked_for_files_at
        ):
            self._looked_for_files_at = session.process.usage_at
            found = await asyncio.to_thread(
                find_frames, workspace, self._assignment.promises, set(story.frames_left)
            )
            settled = [
                one for one in found.settled if not story.counted or one in story.counted
            ]
            story.see_files(settled, at=self._shop.clock(), is_early=True)

    # ── the ends ──────────────────────────────────────────────────────────────────────────────

    async def _end_session(
        self,
        ending: _Ending | Failure,
        session: Session,
        listening: Listening,
        workspace: Path,
    ) -> Outcome:
        story = self._story
        match ending:
            case _Ending.DONE:
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
            case _Ending.STOPPED:
                await self._stop(session, listening)
                return AttemptStopped(at=self._shop.clock(), attempt=self._assignment.attempt)
            case _Ending.ENDED:
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

    async def _end_chunk(
        self, ending: _Ending | Failure, opened: _Opened, listening: Listening, workspace: Path
    ) -> Outcome:
        story, session = self._story, opened.session
        if ending is _Ending.STOPPED:
            await self._stop(session, listening)
            return AttemptStopped(at=self._shop.clock(), attempt=self._assignment.attempt)
        failure: Failure | None = None
        if isinstance(ending, Failure):
            await self._hear_last_words(listening)
            await self._stop(session, listening)
            failure, code = ending, None
        else:
            code = await session.finish()
            self._hand_over()
            failure = diagnose(
                self._card, story, exit_code=code, answer="", opened=story.has_moved
            )
        suspect = story.suspect
        found = await asyncio.to_thread(
            find_frames, workspace, self._assignment.promises, set(story.frames_left)
        )
        at = self._shop.clock()
        if failure is None or story.end_seen:
            story.see_files(found.all, at=at)
        else:
            story.see_files(found.all_but_newest, at=at, is_early=True)
        segment = self._assignment.segment
        if segment is not None:
            left_late = failure is not None and failure.kind is FailureKind.EXIT_HANG
            if failure is None or (left_late and story.end_seen):
                # What it said nothing of is in the file, or the file has too few frames.
                story.see_files(sorted(story.frames_left), at=at)
                failure = await self._deliver_segment(workspace, segment) or failure
        elif failure is None and isinstance(self._assignment.request, StitchRequest):
            failure = await self._publish_film(workspace, self._assignment.request)
        elif failure is None and code is not None:
            story.miss_frames(
                f"the renderer ended ({exit_words(code)}) without this frame", at=at
            )
        await self._judge_rest()
        return self._sum_up(failure, suspect)

    async def _deliver_segment(self, workspace: Path, segment: Segment) -> Failure | None:
        """The third witness of a segment: its file, decoded; then its frames are finished."""
        if self._story.escalation is not None:
            return self._story.escalation
        seconds = time.monotonic() - self._began_at
        deliver = partial(
            deliver_segment, workspace, segment, ffmpeg=self._decoder, stop=self._stop_judging
        )
        loop = asyncio.get_running_loop()
        failure = await loop.run_in_executor(self._shop.judges, deliver)
        if failure is None:
            self._story.finish_segment(seconds=seconds, at=self._shop.clock())
        return failure

    async def _publish_film(self, workspace: Path, request: StitchRequest) -> Failure | None:
        """Its program has proved the film by decoding it; here it only gets its name."""
        written = self._story.files_written
        if not written:
            reason = "the film's program left cleanly, but named no film"
            return Failure(kind=FailureKind.SKIPPED_FRAME, reason=reason)
        return await asyncio.to_thread(
            publish_film, workspace / written[-1], Path(request.film)
        )

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
        if self._story.fatal is None:
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

    async def _put_back(self, session: Session) -> None:
        """Keep the session open for the next chunk of this slot, unless it leaks."""
        order = self._assignment
        assert isinstance(order.request, RenderRequest)
        self._hand_over()
        session.frames_done += self._story.frames_done
        memory, settled = session.process.usage.memory_bytes, session.settled_memory
        leaks = (
            settled and memory > MOST_GROWTH * settled and memory > settled + LEAST_GROWTH_BYTES
        )
        if leaks or not session.is_usable:
            await session.close()
            return
        key = session_key(self._card, order, self._program)
        await self._shop.idle.keep(order.slot, key, session)

    # ── judging ───────────────────────────────────────────────────────────────────────────────

    def _send_to_judges(self) -> None:
        self._waiting.extend(self._story.claims)
        self._story.claims.clear()
        while self._waiting and len(self._at_judges) < MOST_AT_JUDGES:
            share = math.ceil(len(self._waiting) / (MOST_AT_JUDGES - len(self._at_judges)))
            batch = [self._waiting.popleft() for _ in range(min(LARGEST_BATCH, share))]
            judging = asyncio.get_running_loop().run_in_executor(
                self._shop.judges,
                judge_all,
                batch,
                self._assignment.promises,
                self._stop_judging,
            )
            self._at_judges.add(judging)
            judging.add_done_callback(lambda _: self._wake.set())

    def _take_verdicts(self) -> None:
        order = self._assignment
        done = [judging for judging in self._at_judges if judging.done()]
        for judging in done:
            self._at_judges.discard(judging)
            for verdict in judging.result():
                if verdict.is_too_early:
                    self._story.wait_for(verdict.claim)
                    continue
                if verdict.kept:
                    self._shop.leftovers.keep(order.job, order.task, verdict.claim)
                self._story.judge(verdict, at=self._shop.clock())

    async def _judge_rest(self) -> None:
        """Until every claim has its verdict; after a stop, only until those begun have."""
        while True:
            self._take_verdicts()
            if self._stop_wanted:
                self._waiting.clear()
                self._story.claims.clear()
            self._send_to_judges()
            self._tell()
            if not self._at_judges:
                return
            await asyncio.wait(self._at_judges, return_when=asyncio.FIRST_COMPLETED)

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    def _give_back(self) -> None:
        """Frames are wanted back: asked of the session, or given at once while nothing was
        sent.
        """
        while self._wanted_back:
            frames = self._wanted_back.popleft()
            if not self._chunk_is_sent:
                self._story.give_back(frames, at=self._shop.clock())
            elif self._card.traits.can_give_back and self._session is not None:
                self._session.send({"type": "give_back", "frames": list(frames)})
            else:
                self._shop.report(
                    FramesGivenBack(
                        at=self._shop.clock(),
                        attempt=self._assignment.attempt,
                        frames=FrameSet.of(()),
                    )
                )

    async def _tell_opened(self, opened: _Opened) -> None:
        process = opened.session.process
        forked = {process.pid} if process.is_forked else frozenset()
        usage = await asyncio.to_thread(measure_trees, [process.pid], forked=forked)
        memory = usage[process.pid].memory_bytes if process.pid in usage else 0
        self._story.peak_memory = max(self._story.peak_memory, memory)
        self._shop.report(
            SessionOpened(
                at=self._shop.clock(),
                attempt=self._assignment.attempt,
                pid=opened.session.pid,
                seconds=opened.seconds,
                memory_bytes=memory,
                version=opened.session.version or self._program.version,
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
        self._take_verdicts()
        story, report = self._story, self._shop.report
        for event in story.events:
            report(event)
        story.events.clear()
        for pulse in story.pulses:
            report(pulse)
        story.pulses.clear()
