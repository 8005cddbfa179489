"""The story of one attempt: what its renderer says, frame by frame, and what follows from it.
Pure.

Lines, messages and verdicts go in; events, pulses and claims come out. Two narrators, one
story:

- a session tells by messages; what is printed between two marks belongs to the frame of the
  second mark;
- a process without a channel tells by its lines (the readings), and by the files that appear.

Rule 1: a complaint of a named kind and severity ERROR fails the frame in whose window it
stands, even if the file is whole. One of kind UNKNOWN is cleared by a whole file. A FATAL one
fails the attempt.
Rule 2: a frame is claimed once, and ends once: finished, failed or given back.
Rule 3: what is complained of before the first frame is cleared by the frames that follow,
unless it is FATAL.
Rule 4: frames of a segment are one file. What is said of them is progress; what spoils one
spoils them all, and they are finished together when the file is proved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from framecrew.execution.claims import ENDS_THE_ATTEMPT, Claim, Verdict
from framecrew.execution.heard import Heard, explained, texts_of, worst_of
from framecrew.execution.marks import MARK, Message
from framecrew.execution.segment_frames import finished_frames
from framecrew.execution.shown import Shown
from framecrew.execution.words import failure_kind, frame_list, integer, number, text
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.events import (
    Event,
    FrameFailed,
    FrameFinished,
    FrameMeasured,
    FramesGivenBack,
)
from framecrew.model.failures import Failure, FailureKind
from framecrew.renderers.contract import (
    Complaint,
    EndSeen,
    FileWritten,
    FrameBegun,
    FrameClaimed,
    FrameCounted,
    FramePercent,
    Noise,
    Reader,
    Reading,
    Severity,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What a frame took, as far as its renderer's counting tells."""

    seconds: float
    cpu_seconds: float


@dataclass(slots=True)
class _Begun:
    """The frame that is being rendered."""

    frame: int
    at: float
    files: int = 0
    """Of its promised files, how many the renderer has named as written."""


class Story:
    """Takes all that is heard of one attempt; `events`, `claims` and `shown.pulses` are to be
    taken out.
    """

    def __init__(self, assignment: Assignment, reader: Reader, *, has_channel: bool) -> None:
        self.folder = ""
        """The attempt's workspace; set before the first frame can be claimed."""
        self.events: list[Event] = []
        self.claims: list[Claim] = []
        self.sequence = assignment.sequence
        """What its program was started for."""
        self.frames_left = set(assignment.sequence)
        """Neither claimed nor ended."""
        self.begun: _Begun | None = None
        self.heard = Heard(assignment.allowed)
        self.shown = Shown(assignment.attempt)
        self.escalation: Failure | None = None
        """A failure of one frame that every further frame would meet."""
        self.chunk_is_done = False
        self.chunk_is_rendered = False
        """Its session takes the next chunk already, while the file of this one is finished."""
        self.end_seen = False
        self.frames_done = 0
        self.peak_memory = 0
        self.cpu_seconds = 0.0
        """Of the whole process tree, as measured last."""
        self._assignment = assignment
        self._reader = reader
        self._has_channel = has_channel
        self._rendered: list[tuple[Claim, float]] = []
        """Of a segment: what was said to be rendered, and when."""
        self.has_claimed = False
        """The renderer itself told of a complete frame."""
        self.files_written: list[str] = []
        """As a renderer without frames of its own (a film's) named them."""
        self.has_moved = False
        """It told of a frame or a percentage: it is past its start."""
        self.counted: dict[int, _Counted] = {}
        """Frames that a renderer counted as done; their files may still be being written."""
        self._counted_until: tuple[float, float] | None = None
        """Time and CPU seconds when it counted last."""
        self._touched: set[int] = set()
        """Frames that it told of, whatever of them."""
        self._is_shortened = False
        self._is_first = True

    # ── what is known ─────────────────────────────────────────────────────────────────────────

    @property
    def frames_made(self) -> int:
        """Delivered, or rendered for a segment that is not proved yet."""
        return max(self.frames_done, len(self._rendered))

    @property
    def all_is_claimed(self) -> bool:
        return not self.frames_left

    @property
    def is_relieved(self) -> bool:
        """The end of its range went elsewhere, and it has made what was left to it."""
        return self._is_shortened and not self.frames_left

    @property
    def suspect(self) -> int | None:
        """The frame that was begun and not claimed."""
        begun = self.begun
        return begun.frame if begun is not None and begun.frame in self.frames_left else None

    # ── what comes in ─────────────────────────────────────────────────────────────────────────

    def expect_frames(self, *, is_first: bool) -> None:
        """The chunk is sent; `is_first`: its first frame holds what is done once."""
        self._is_first = is_first
        self.heard.close_window()  # Rule 3.

    def hear_line(self, line: str, *, at: float) -> None:
        self.heard.tail.append(line)
        complaint = self._read(line, at=at)
        shown = complaint.text if complaint is not None else line
        self.shown.line(shown, complaint, frame=self._frame, at=at)

    def note(self, words: str, *, at: float) -> None:
        """Something of ours that whoever watches should know, as a warning."""
        told = Complaint(text=words, severity=Severity.WARNING)
        self.shown.line(words, told, frame=None, at=at)

    def hear_message(self, message: Message, *, at: float) -> None:
        if "mark" in message:
            # Readers too tell windows apart by marks, and may have held back a complaint until
            # then.
            self._read(f"{MARK}{message['mark']}", at=at)
        frame = integer(message, "frame")
        match message.get("type"):
            case "given_back":
                self.give_back(frame_list(message, "frames"), at=at)
            case "chunk_rendered" if message.get("chunk") == self._assignment.attempt:
                self.chunk_is_rendered = True
            case "chunk_done" if message.get("chunk") == self._assignment.attempt:
                self.chunk_is_done = True
            case str(kind) if frame in self.frames_left and frame is not None:
                self._hear_of_frame(kind, frame, message, at=at)
            case _:
                # Unknown types are ignored by both sides, and so is what we did not ask for.
                pass

    def _hear_of_frame(self, kind: str, frame: int, message: Message, *, at: float) -> None:
        match kind:
            case "frame_begun":
                self._begin(frame, at=at)
            case "frame_percent":
                self._progress(frame, number(message, "percent"), at=at)
            case "frame_written":
                seconds, cpu_seconds = (
                    number(message, "seconds"),
                    number(message, "cpu_seconds"),
                )
                self._claim(frame, at=at, seconds=seconds, cpu_seconds=cpu_seconds)
            case "frame_failed":
                reason = text(message, "reason") or "the renderer gave no reason"
                self._fail(frame, Failure(kind=failure_kind(message), reason=reason), at=at)
            case _:
                pass

    def give_back(self, frames: Iterable[int], *, at: float) -> None:
        """These will certainly not be rendered."""
        given = self.frames_left.intersection(frames)
        if self.begun is not None:
            given.discard(self.begun.frame)
        self.frames_left -= given
        self.events.append(
            FramesGivenBack(at=at, attempt=self._assignment.attempt, frames=FrameSet.of(given))
        )

    def give_end_back(self, frames: Iterable[int], *, at: float) -> None:
        """The process goes on, upwards, but its frames above all that it has begun are not ours
        any more.
        """
        reached = max(self._touched, default=None)
        given = [frame for frame in frames if reached is None or frame > reached]
        self._is_shortened = self._is_shortened or bool(self.frames_left.intersection(given))
        self.give_back(given, at=at)

    def claim_again(self, claims: Sequence[Claim], *, at: float) -> None:
        """Frames that an earlier attempt rendered and could not deliver."""
        for claim in claims:
            self._send_to_judge(claim, at=at)

    def see_files(self, frames: Iterable[int], *, at: float, is_early: bool = False) -> None:
        """Files of these frames are complete, said the folder, not the renderer.

        `is_early`: as far as one can tell while the renderer works, or after it broke off.
        """
        for frame in frames:
            if frame in self.frames_left:
                self._claim(frame, at=at, is_early=is_early)

    def wait_for(self, claim: Claim) -> None:
        """A frame was claimed too early: it is left, as if it had not been."""
        self.frames_left.add(claim.frame)
        self._is_first = self._is_first or claim.is_first

    def judge(self, verdict: Verdict, *, at: float) -> None:
        frame, failure = verdict.claim.frame, verdict.failure
        if failure is None:
            self.frames_done += 1
            if verdict.pictures:
                self.events.append(
                    FrameMeasured(
                        at=at,
                        job=self._assignment.job,
                        task=self._assignment.task,
                        frame=frame,
                        pictures=verdict.pictures,
                    )
                )
            self.events.append(
                FrameFinished(
                    at=at,
                    attempt=self._assignment.attempt,
                    frame=frame,
                    seconds=verdict.claim.seconds,
                    cpu_seconds=verdict.claim.cpu_seconds,
                    memory_bytes=self.peak_memory,
                    is_first=verdict.claim.is_first,
                )
            )
        else:
            self._report_failed(frame, failure, at=at)

    def finish_segment(self, *, seconds: float, at: float) -> None:
        """The file of a segment is proved; rendering it took so long altogether."""
        self.events.extend(
            finished_frames(
                self._assignment,
                self._rendered,
                seconds=seconds,
                memory_bytes=self.peak_memory,
                at=at,
            )
        )
        self.frames_done = len(self._assignment.sequence)
        self.frames_left.clear()

    def miss_frames(self, reason: str, *, at: float) -> None:
        """The renderer is through without a word of the frames left: each is a skipped
        frame.
        """
        for frame in sorted(self.frames_left):
            failure = Failure(
                kind=FailureKind.SKIPPED_FRAME, reason=reason, evidence=self.heard.last_lines()
            )
            self._report_failed(frame, self.heard.explained(failure), at=at)
        self.frames_left.clear()

    # ── lines ─────────────────────────────────────────────────────────────────────────────────

    def _read(self, line: str, *, at: float) -> Complaint | None:
        complaint = None
        for reading in self._reader.read(line):
            if isinstance(reading, Complaint):
                complaint = self.heard.complain(reading)
            elif isinstance(reading, Noise):
                self.heard.tail.pop()
            elif isinstance(reading, FramePercent):
                self.has_moved = True
                self._counted_until = self._counted_until or (at, self.cpu_seconds)
                frame = reading.frame if reading.frame is not None else self._frame
                self._progress(frame, reading.percent, at=at)
            elif not self._has_channel:
                self._follow(reading, at=at)
        return complaint

    def _follow(self, reading: Reading, *, at: float) -> None:
        """The readings of a renderer that has no channel to tell by."""
        match reading:
            case FrameBegun(frame=frame):
                self._begin(frame, at=at)
            case FrameClaimed(frame=frame) if frame in self.frames_left:
                self._claim(frame, at=at)
            case FrameCounted(count=count):
                self._count(count, at=at)
            case FileWritten():
                self._follow_file(reading, at=at)
            case EndSeen():
                self.end_seen = True
            case _:
                pass

    def _count(self, count: int, *, at: float) -> None:
        """The n-th frame of the run, which is made upwards, whatever order was wanted."""
        before = self._counted_until or (at, self.cpu_seconds)
        run: Sequence[int] = sorted(self.sequence)
        if run and not self._assignment.traits.any_frames:
            run = range(run[0], run[-1] + 1)
        frame = run[count - 1] if 0 < count <= len(run) else None
        self.has_moved = True
        if frame is None or frame in self.counted:
            return
        self._counted_until = (at, self.cpu_seconds)
        self._touched.add(frame)
        self.counted[frame] = _Counted(
            seconds=max(0.0, at - before[0]),
            cpu_seconds=max(0.0, self.cpu_seconds - before[1]),
        )
        self._progress(frame, 100.0, at=at)

    def _follow_file(self, written: FileWritten, *, at: float) -> None:
        if not self._assignment.promises:
            self.files_written.append(written.path)
            return
        frame = written.frame if written.frame is not None else self._frame_of(written.path)
        if frame is None or frame not in self.frames_left:
            return
        if self.begun is None or self.begun.frame != frame:
            self._begin(frame, at=at)
        if self.begun is not None and self.begun.frame == frame:
            self.begun.files += 1
            if self.begun.files >= len(self._assignment.promises):
                self._claim(frame, at=at)

    def _frame_of(self, path: str) -> int | None:
        name = path.replace("\\", "/").rpartition("/")[2]
        for promise in self._assignment.promises:
            frame = promise.made.match(path)
            if frame is None:
                frame = promise.made.in_folder("").match(name)
            if frame is not None:
                return frame
        return self._frame

    @property
    def _frame(self) -> int | None:
        return self.begun.frame if self.begun is not None else None

    # ── frames ────────────────────────────────────────────────────────────────────────────────

    def _begin(self, frame: int, *, at: float) -> None:
        if self.begun is not None and self.begun.frame == frame:
            return
        if self.begun is None and not self._has_channel:
            self.heard.close_window()  # Rule 3; for a session, `expect_frames` was the border.
        if self.begun is not None and self.begun.files and self.begun.frame in self.frames_left:
            self._claim(
                self.begun.frame, at=at
            )  # It left fewer files than promised: the judge will say.
        self.begun = _Begun(frame, at)
        self._touched.add(frame)
        self.has_moved = True
        self._progress(frame, None, at=at)

    def _progress(self, frame: int | None, percent: float | None, *, at: float) -> None:
        if frame is None and not self._assignment.promises and self._assignment.sequence:
            frame = self._assignment.sequence[0]  # A film's percentage is of the whole film.
        if frame is not None:
            self.shown.progress(frame, percent, at=at)

    def _claim(
        self,
        frame: int,
        *,
        at: float,
        seconds: float | None = None,
        cpu_seconds: float = 0.0,
        is_early: bool = False,
    ) -> None:
        counted = self.counted.get(frame)
        if counted is not None:
            seconds, cpu_seconds = counted.seconds, counted.cpu_seconds
        elif seconds is None:
            since = (
                self.begun.at if self.begun is not None and self.begun.frame == frame else at
            )
            seconds = max(0.0, at - since)
        window = self.heard.close_window()
        self._touched.add(frame)
        self.frames_left.discard(frame)
        is_first, self._is_first = self._is_first, False
        self.has_moved = True
        self.has_claimed = self.has_claimed or not is_early
        worst = worst_of(window)
        if worst is not None and worst.kind is not FailureKind.UNKNOWN:
            reason = f"the renderer complained in this frame: {worst.text}"
            self._report_failed(
                frame, Failure(kind=worst.kind, reason=reason, evidence=texts_of(window)), at=at
            )
            return
        self._send_to_judge(
            Claim(
                frame=frame,
                folder=self.folder,
                seconds=seconds,
                cpu_seconds=cpu_seconds,
                is_first=is_first,
                is_early=is_early,
                complaints=window,
            ),
            at=at,
        )

    def _send_to_judge(self, claim: Claim, *, at: float) -> None:
        self.frames_left.discard(claim.frame)
        if self._assignment.segment is not None:
            self._rendered.append((claim, at))  # Rule 4.
        else:
            self.claims.append(claim)

    def _fail(self, frame: int, failure: Failure, *, at: float) -> None:
        window = self.heard.close_window()
        self._touched.add(frame)
        self.frames_left.discard(frame)
        self._is_first = False
        evidence = texts_of(window) or self.heard.last_lines()
        self._report_failed(
            frame, replace(explained(failure, window), evidence=evidence), at=at
        )

    def _report_failed(self, frame: int, failure: Failure, *, at: float) -> None:
        if self._assignment.segment is not None:
            failure = replace(failure, evidence=(*failure.evidence, f"in frame {frame}"))
        if failure.kind in ENDS_THE_ATTEMPT or self._assignment.segment is not None:
            self.escalation = self.escalation or failure
            # Not the frame's fault, or not its alone: the attempt's failure tells why.
            return
        self.events.append(
            FrameFailed(at=at, attempt=self._assignment.attempt, frame=frame, failure=failure)
        )
