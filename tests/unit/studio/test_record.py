"""A record tells of each frame what the journal says of it."""

from simulation import plan_of, render_task, segments_task

from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.studio.record import Column, JobRecord, runs_of

CRASH = Failure(kind=FailureKind.CRASH, reason="it crashed")


def started(attempt: str, frames: str, *, slot: int = 0) -> ev.AttemptStarted:
    return ev.AttemptStarted(
        at=1.0, job=1, task="render", attempt=attempt, slot=slot, threads=1,
        frames=FrameSet.parse(frames),
    )  # fmt: skip


def finished(attempt: str, frame: int) -> ev.FrameFinished:
    return ev.FrameFinished(
        at=2.0, attempt=attempt, frame=frame, seconds=0.5, memory_bytes=3 * 1024 * 1024
    )


def folded(*events: ev.Event, frames: str = "1-6", segment: int = 0) -> JobRecord:
    task = segments_task(frames, segment) if segment else render_task(frames)
    record = JobRecord(1)
    whole = (ev.JobSubmitted(at=0.0, job=1, priority=50, plan=plan_of(task)), *events)
    for number, event in enumerate(whole, 1):
        record.take(number, event)
    return record


def states(record: JobRecord) -> str:
    return record.tasks["render"].states.decode()


def test_runs_are_few_and_name_every_frame() -> None:
    for text in ("1-9", "1-9x2", "5", "1-3,7,9,11", "-4--2,1-100x10,101-103"):
        frames = FrameSet.parse(text)
        runs = list(runs_of(frames))
        told = [frame for one, two, step in runs for frame in range(one, two + 1, step)]
        assert told == list(frames)
    assert list(runs_of(FrameSet.parse("1-99999x2"))) == [(1, 99999, 2)]


def test_each_frame_has_its_row_and_no_other_frame_has_one() -> None:
    frames = FrameSet.parse("-4--2,1-100x10,101-103")
    column = Column(frames)

    assert [column.row(frame) for frame in frames] == list(range(len(frames)))
    others = set(range(-10, 120)) - set(frames)
    assert {column.row(frame) for frame in others} == {None}


def test_frames_are_given_finished_kept_and_free_again() -> None:
    record = folded(
        ev.FramesKept(at=0.5, job=1, task="render", frames=FrameSet.parse("6")),
        started("1.1", "1-4"),
        finished("1.1", 1),
        ev.FramesGivenBack(at=3.0, attempt="1.1", frames=FrameSet.parse("4")),
    )

    assert states(record) == "dggwwk"
    task = record.tasks["render"]
    assert list(task.tries) == [1, 1, 1, 0, 0, 0]
    assert list(task.attempts)[:3] == [1, 1, 1]
    assert (task.seconds[0], task.memory[0]) == (0.5, 3)
    record.take(9, ev.AttemptStopped(at=4.0, attempt="1.1"))
    assert states(record) == "dwwwwk"


def test_a_failure_hits_what_was_left_and_giving_up_is_told_at_the_end() -> None:
    record = folded(
        started("1.1", "1-3"),
        finished("1.1", 1),
        ev.AttemptFailed(at=3.0, attempt="1.1", failure=CRASH),
        started("1.2", "2", slot=1),
        ev.FrameFailed(at=4.0, attempt="1.2", frame=2, failure=CRASH),
    )

    assert states(record) == "dttwww"
    assert [str(one.frames) for one in record.failures] == ["2-3", "2"]
    record.take(9, ev.TaskEnded(at=5.0, job=1, task="render", missing=FrameSet.parse("2-6")))
    assert states(record) == "dfffff"
    record.take(
        10, ev.FramesRequeued(at=6.0, job=1, task="render", frames=FrameSet.parse("2-3"))
    )
    assert states(record) == "dwwfff"
    assert record.event == 10


def test_what_another_attempt_holds_is_not_freed() -> None:
    record = folded(
        started("1.1", "1-2"),
        started("1.2", "2"),
        ev.AttemptLost(at=3.0, attempt="1.1"),
    )

    assert states(record) == "wgwwww"
    assert [one.status for one in record.attempts.values()] == ["lost", "starting"]


def test_frames_of_a_segment_are_done_together() -> None:
    record = folded(started("1.1", "1-3"), finished("1.1", 1), finished("1.1", 2), segment=3)
    assert states(record) == "gggwww"

    record.take(9, finished("1.1", 3))
    assert states(record) == "dddwww"


def test_facts_of_unknown_tasks_and_attempts_change_nothing() -> None:
    record = folded(
        finished("1.9", 1),
        ev.FramesKept(at=0.5, job=1, task="nowhere", frames=FrameSet.parse("6")),
        ev.TaskEnded(at=5.0, job=1, task="film", missing=EMPTY),
    )

    assert states(record) == "wwwwww"
