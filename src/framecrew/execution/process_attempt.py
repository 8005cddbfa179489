"""An attempt of a renderer that cannot stay open: the process is the chunk."""

import asyncio
import time
from pathlib import Path

from framecrew.execution.attempt import STOPPED_BEFORE, Attempt, Ending, Outcome
from framecrew.execution.endings import diagnose, exit_words
from framecrew.execution.found_frames import FoundFrames, FrameWatch
from framecrew.execution.judging import publish_film
from framecrew.execution.listening import Listening
from framecrew.execution.opening import start_chunk
from framecrew.execution.watchdog import Phase
from framecrew.frames.sets import FrameSet
from framecrew.model.events import AttemptStopped
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.requests import StitchRequest


class ProcessAttempt(Attempt):
    """Its process knows no channel: it is followed by its lines and its files."""

    _looked_for_files_at = 0.0
    _watch: FrameWatch | None = None

    @property
    def _is_done(self) -> bool:
        """All that was left to it is delivered; it works on at frames that were given back."""
        return self._story.is_relieved and self._judges.are_idle

    def _give(self, frames: FrameSet) -> None:
        self._story.give_end_back(frames, at=self._shop.clock())

    async def _open(self, workspace: Path) -> Listening | Failure:
        order = self._rest()
        # Closes what waits in this slot.
        await self._shop.idle.take(order.slot, (self._card.name,))
        if self._stop_wanted:
            return STOPPED_BEFORE
        started = await start_chunk(
            self._card, order, self._program, workspace=workspace, meter=self._shop.meter
        )
        if isinstance(started, Failure):
            return started
        self._chunk_is_sent, self._began_at = True, time.monotonic()
        self._story.sequence = order.sequence
        self._session = started
        self._listening = self._listen_to(started)
        return self._listening

    async def _follow(self, listening: Listening, workspace: Path) -> None:
        """What it does not tell: that it is ready, and which files are complete."""
        story, session = self._story, listening.session
        if listening.phase is Phase.STARTING and story.has_moved:
            listening.enter(Phase.RENDERING)
            seconds = time.monotonic() - session.process.started_at
            await self._tell_opened(session, seconds)
        if story.all_is_claimed or story.end_seen:
            listening.enter(Phase.FINISHING)
        elif (
            self._assignment.promises
            and not story.has_claimed
            and session.process.usage_at != self._looked_for_files_at
        ):
            self._looked_for_files_at = session.process.usage_at
            found = await self._look(workspace)
            complete = [
                *(one for one in found.settled if not story.counted or one in story.counted),
                *(one for one in found.unchanged if one in story.counted),
            ]
            story.see_files(complete, at=self._shop.clock(), is_early=True)

    async def _look(self, workspace: Path) -> FoundFrames:
        if self._watch is None:
            self._watch = FrameWatch(workspace, self._assignment.promises)
        frames = set(self._story.frames_left)
        return await asyncio.to_thread(self._watch.look, frames, now=time.monotonic())

    async def _end(
        self, ending: Ending | Failure, listening: Listening, workspace: Path
    ) -> Outcome:
        story, session = self._story, listening.session
        if ending is Ending.STOPPED:
            await self._stop(session, listening)
            return AttemptStopped(at=self._shop.clock(), attempt=self._assignment.attempt)
        failure: Failure | None = None
        if ending is Ending.DONE:
            await self._stop(session, listening)
            return self._sum_up(None, None)
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
        found = await self._look(workspace)
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

    async def _publish_film(self, workspace: Path, request: StitchRequest) -> Failure | None:
        """Its program has proved the film by decoding it; here it only gets its name."""
        written = self._story.files_written
        if not written:
            reason = "the film's program left cleanly, but named no film"
            return Failure(kind=FailureKind.SKIPPED_FRAME, reason=reason)
        return await asyncio.to_thread(
            publish_film, workspace / written[-1], Path(request.film)
        )
