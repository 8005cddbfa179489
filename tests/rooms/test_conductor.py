"""Several jobs in one crew: who comes first, what a wish does, and that nobody disturbs others."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from framecrew.api import Crew
from framecrew.conductor.bus import Numbered
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.errors import StoreError
from framecrew.model.jobs import JobSpec
from framecrew.model.statuses import JobStatus
from framecrew.testing import fault, read_frame_number, write_scene

Story = Callable[[Crew, "Desk"], Awaitable[None]]


class Desk:
    """Scenes and outputs of one test's jobs, and all events that were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[ev.Event] = []
        self.numbers: list[int] = []
        self.changed = asyncio.Event()

    async def submit(self, crew: Crew, name: str, **values: object) -> int:
        """A job of a stand-in scene; keys that are fields of the job are given on."""
        fields: dict[str, Any] = {
            key: values.pop(key)
            for key in ("priority", "slots", "tries", "frames", "chunk_size")
            if key in values
        }
        scene = write_scene(self.folder / f"{name}.standin", **values)
        return await crew.submit(scene=str(scene), output=self.output(name), **fields)

    def output(self, name: str) -> str:
        return str(self.folder / name / "f_####.png")

    def delivered(self, name: str) -> list[int]:
        paths = sorted((self.folder / name).glob("*.png"))
        return [number for path in paths if (number := read_frame_number(path)) is not None]

    async def listen(self, crew: Crew) -> None:
        async for item in crew.watch():
            if isinstance(item, Numbered):
                self.events.append(item.event)
                self.numbers.append(item.number)
                self.changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()

    def finished(self, job: int) -> list[int]:
        return [
            event.frame
            for event in self.events
            if isinstance(event, ev.FrameFinished) and event.attempt.startswith(f"{job}.")
        ]

    def started(self) -> list[int]:
        """The job of each attempt, in the order of their starts."""
        return [event.job for event in self.events if isinstance(event, ev.AttemptStarted)]


def with_crew(folder: Path, story: Story) -> None:
    async def tell() -> None:
        desk = Desk(folder)
        async with Crew(home=folder / "home") as crew:
            listening = asyncio.create_task(desk.listen(crew))
            await asyncio.sleep(0)
            await story(crew, desk)
        await listening

    asyncio.run(tell())


def test_equal_jobs_are_rendered_first_in_first_out(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        jobs = [
            await desk.submit(crew, name, last=4, seconds=0.1, slots=1)
            for name in ("a", "b", "c")
        ]
        for job in jobs:
            assert (await crew.wait(job)).status is JobStatus.DONE
        started = desk.started()
        assert sorted(started.index(job) for job in jobs) == [
            started.index(job) for job in jobs
        ]

    with_crew(tmp_path, story)


def test_a_job_of_higher_priority_overtakes_those_that_wait(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        first = await desk.submit(crew, "first", last=60, seconds=0.1)
        await desk.until(lambda: len(desk.finished(first)) > 0)
        low = await desk.submit(crew, "low", last=3, seconds=0.1, priority=10)
        high = await desk.submit(crew, "high", last=3, seconds=0.1, priority=90)
        assert (await crew.wait(high)).status is JobStatus.DONE
        assert len(desk.finished(first)) < 60
        for job in (first, low):
            assert (await crew.wait(job)).status is JobStatus.DONE
        assert desk.started().index(high) < desk.started().index(low)

    with_crew(tmp_path, story)


def test_frames_that_were_given_up_are_tried_again_when_a_person_says_so(
    tmp_path: Path,
) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        fixed = tmp_path / "fixed"
        once = fault("fail", frame=3, once=str(fixed))
        job = await desk.submit(crew, "a", last=5, tries=1, faults=[once])
        view = await crew.wait(job)
        assert (view.status, str(view.missing)) == (JobStatus.INCOMPLETE, "3")

        crew.requeue(job)
        await desk.until(lambda: any(isinstance(one, ev.FramesRequeued) for one in desk.events))
        view = await crew.wait(job)

        assert view.status is JobStatus.DONE
        assert desk.delivered("a") == [1, 2, 3, 4, 5]
        assert sorted(desk.finished(job)) == [1, 2, 3, 4, 5]

    with_crew(tmp_path, story)


def test_requeue_followed_by_wait_waits_for_the_new_end(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        once = fault("fail", frame=2, once=str(tmp_path / "fixed"))
        job = await desk.submit(crew, "a", last=3, tries=1, faults=[once])
        await crew.wait(job)

        crew.requeue(job, FrameSet.parse("2"))

        assert (await crew.wait(job)).status is JobStatus.DONE

    with_crew(tmp_path, story)


def test_one_job_is_cancelled_and_the_other_goes_on(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        gone = await desk.submit(crew, "gone", last=100, seconds=0.1, slots=1)
        stays = await desk.submit(crew, "stays", last=10, seconds=0.1, slots=1)
        await desk.until(lambda: len(desk.finished(gone)) > 1)

        crew.cancel(gone)

        assert (await crew.wait(gone)).status is JobStatus.CANCELLED
        assert (await crew.wait(stays)).status is JobStatus.DONE
        assert desk.delivered("stays") == list(range(1, 11))
        assert desk.delivered("gone") == sorted(desk.finished(gone))

    with_crew(tmp_path, story)


def test_a_cancelled_job_that_never_started_ends_as_well(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        first = await desk.submit(crew, "first", last=20, seconds=0.1)
        waiting = await desk.submit(crew, "waiting", last=4, priority=1)
        crew.cancel(waiting)
        assert (await crew.wait(waiting)).status is JobStatus.CANCELLED
        crew.cancel(first)
        await crew.wait(first)

    with_crew(tmp_path, story)


def test_two_jobs_of_one_crew_may_not_write_the_same_files(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        job = await desk.submit(crew, "a", last=10, seconds=0.1)
        with pytest.raises(StoreError, match="writes the same files"):
            await desk.submit(crew, "a", last=10, seconds=0.1)
        assert (await crew.wait(job)).status is JobStatus.DONE

    with_crew(tmp_path, story)


def test_watchers_hear_every_event_once_in_the_order_of_the_journal(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        jobs = [await desk.submit(crew, name, last=30) for name in ("a", "b")]
        for job in jobs:
            await crew.wait(job)
        await desk.until(
            lambda: sum(isinstance(one, ev.JobFinished) for one in desk.events) == 2
        )
        assert desk.numbers == sorted(set(desk.numbers))
        kept = [one.event for one in crew.store.events() if one.number in set(desk.numbers)]
        assert kept == desk.events
        assert sorted(desk.finished(jobs[0])) == list(range(1, 31))

    with_crew(tmp_path, story)


def test_the_journal_alone_tells_how_a_job_stands(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        from framecrew.conductor.recovery import replay

        job = await desk.submit(crew, "a", last=9, tries=1, faults=[fault("fail", frame=4)])
        lived = await crew.wait(job)
        told = replay(crew.store, job)
        assert (told.status, told.done, told.missing) == (
            lived.status,
            lived.done,
            lived.missing,
        )
        assert told.losses == lived.losses

    with_crew(tmp_path, story)


def test_leaving_in_mid_job_writes_down_what_was_live_as_lost(tmp_path: Path) -> None:
    async def story(crew: Crew, desk: Desk) -> None:
        job = await desk.submit(crew, "a", last=100, seconds=0.1)
        await desk.until(lambda: len(desk.finished(job)) > 1)

    with_crew(tmp_path, story)

    from framecrew.store.store import Store

    with Store.open(tmp_path / "home") as store:
        journal = list(store.journal(1))
    started = {event.attempt for event in journal if isinstance(event, ev.AttemptStarted)}
    ended = {
        event.attempt
        for event in journal
        if isinstance(
            event, ev.AttemptStopped | ev.AttemptLost | ev.AttemptSucceeded | ev.AttemptFailed
        )
    }
    assert started == ended
    finished = {event.frame for event in journal if isinstance(event, ev.FrameFinished)}
    assert {read_frame_number(path) for path in (tmp_path / "a").glob("*.png")} == finished


@pytest.mark.parametrize(("processors", "is_told"), [(frozenset(), True), ({0, 1}, False)])
def test_a_numa_map_is_said_to_be_ignored_where_the_system_has_no_affinity(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    processors: frozenset[int],
    *,
    is_told: bool,
) -> None:
    monkeypatch.setattr("framecrew.conductor.searching.usable_processors", lambda: processors)
    chosen = tmp_path / "map.json"
    chosen.write_text("[[0], [1]]", encoding="utf-8")
    told: list[str] = []

    async def story(crew: Crew, desk: Desk) -> None:
        scene = write_scene(tmp_path / "a.standin")
        spec = JobSpec(scene=str(scene), output=desk.output("a"), numa_map=str(chosen))
        await crew.prepare(spec, on_step=told.append)

    with_crew(tmp_path, story)
    assert any("--numa-map is ignored" in words for words in told) is is_told


@pytest.mark.slow
def test_a_disk_that_gets_full_starts_nothing_new_until_there_is_space_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fails: what is in work comes to its end, and only then the job waits."""
    free = 10**9
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _path: usage._replace(total=10**9, free=free)
    )

    async def story(crew: Crew, desk: Desk) -> None:
        nonlocal free
        job = await desk.submit(crew, "a", frames="1-60", slots=2, seconds=0.2, chunk_size=5)
        await desk.until(lambda: len(desk.finished(job)) > 3)
        free = 100
        await desk.until(lambda: any(isinstance(one, ev.QueueHeld) for one in desk.events))
        (held,) = [one for one in desk.events if isinstance(one, ev.QueueHeld)]
        assert "100 bytes left" in held.reason
        started = len(desk.started())
        await desk.until(lambda: not crew.view(job).tasks[0].attempts)
        assert len(desk.started()) == started
        assert crew.view(job).status is JobStatus.HELD
        free = 10**9
        view = await crew.wait(job)
        assert view.status is JobStatus.DONE
        assert desk.delivered("a") == list(range(1, 61))
        assert not any(isinstance(one, ev.AttemptFailed) for one in desk.events)

    with_crew(tmp_path, story)
