"""What the store promises, with real SQLite files."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from framecrew.model.errors import StoreError
from framecrew.model.events import FrameFinished, MachineMeasured
from framecrew.model.jobs import Existing, JobSpec, Wish
from framecrew.model.statuses import JobStatus
from framecrew.store.owners import Owner, this_process
from framecrew.store.records import WishVerb
from framecrew.store.store import PAGE, Store

NOW = 1_000_000.0
SPEC = JobSpec(scene="/a/shot.blend", frames="1-10", priority=70)
PICTURES = "/out/shot_####.png"


SAY_WHO = """
from framecrew.store.owners import this_process
owner = this_process()
print(owner.host, owner.pid, owner.started, sep="|")
"""


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
def dead() -> Owner:
    """A process that has been and is gone."""
    child = subprocess.Popen(
        [sys.executable, "-c", SAY_WHO],
        stdout=subprocess.PIPE,
        text=True,
    )
    out, _ = child.communicate(timeout=60)
    host, pid, started = out.strip().split("|")
    return Owner(host=host, pid=int(pid), started=started)


def finished(frame: int) -> FrameFinished:
    return FrameFinished(at=NOW, attempt="1.1", frame=frame, seconds=1.5)


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────


def test_a_new_job_is_listed_as_it_was_asked_for(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES, "/out/shot.mp4"], renderer="blender")

    found = store.job(job)

    assert (found.name, found.scene, found.renderer) == ("shot", "/a/shot.blend", "blender")
    assert found.patterns == (PICTURES, "/out/shot.mp4")
    assert found.spec == SPEC
    assert (found.status, found.wish, found.priority) == (JobStatus.QUEUED, Wish.RUN, 70)
    assert (found.created, found.finished) == (NOW, None)
    assert found.owner == this_process()


def test_a_job_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    with Store.open(tmp_path) as first:
        job = first.new_job(SPEC, "shot", [PICTURES])
        first.append([(job, finished(1))])

    with Store.open(tmp_path) as second:
        assert second.job(job).spec == SPEC
        assert list(second.journal(job)) == [finished(1)]


def test_jobs_are_listed_newest_first_and_by_status(store: Store) -> None:
    one = store.new_job(SPEC, "one", ["/out/a_#.png"])
    two = store.new_job(SPEC, "two", ["/out/b_#.png"])
    store.set_status(one, JobStatus.DONE)

    assert [job.id for job in store.jobs()] == [two, one]
    assert [job.id for job in store.jobs(limit=1)] == [two]
    assert [job.id for job in store.jobs([JobStatus.DONE])] == [one]
    assert store.jobs([]) == []


def test_counts_that_are_not_told_stay_as_they_are(store: Store, clock: Clock) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])

    store.set_status(job, JobStatus.RUNNING, done=3, failed=1, total=10)
    store.set_status(job, JobStatus.HELD, done=4)
    clock.now += 5
    store.set_status(job, JobStatus.INCOMPLETE)

    found = store.job(job)
    assert (found.done, found.failed, found.total) == (4, 1, 10)
    assert found.status is JobStatus.INCOMPLETE
    assert found.finished == NOW + 5


def test_wish_and_priority_are_kept(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])

    store.set_wish(job, Wish.HOLD)
    store.set_priority(job, 99)

    assert (store.job(job).wish, store.job(job).priority) == (Wish.HOLD, 99)


def test_a_job_that_does_not_exist_is_named_with_advice(store: Store) -> None:
    with pytest.raises(StoreError, match=r"job 7.*framecrew jobs"):
        store.job(7)


def test_file_names_that_are_not_utf8_can_be_stored(store: Store) -> None:
    spec = JobSpec(scene="/a/sch\udcf6n.blend")

    job = store.new_job(spec, "sch\udcf6n", ["/out/sch\udcf6n_#.png"])

    assert store.job(job).spec == spec
    assert store.job(job).patterns == ("/out/sch\udcf6n_#.png",)


# ── claims ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (PICTURES, PICTURES),
        (PICTURES, "/out/../out/shot_%04d.png"),
        ("/out/shot_###.png", PICTURES),
        ("/out/shot.mp4", "/out/shot.mp4"),
        ("/out/shot_0007.png", PICTURES),
        (PICTURES, "/out/shot_0007.png"),
        ("/out/#a_#.mp4", "/out/#a_#.mp4"),
    ],
)
def test_two_live_jobs_never_write_the_same_file(store: Store, first: str, second: str) -> None:
    job = store.new_job(SPEC, "first shot", [first])

    with pytest.raises(StoreError, match=rf"job {job} \(first shot\).*process {os.getpid()}"):
        store.new_job(SPEC, "second", ["/out/free_#.png", second])

    assert [found.id for found in store.jobs()] == [job]


@pytest.mark.parametrize(
    "other", ["/out/shot_####.exr", "/out/b/shot_####.png", "/out/shot.mp4", "/out/#a_#.mp4"]
)
def test_jobs_that_write_other_files_live_side_by_side(store: Store, other: str) -> None:
    one = store.new_job(SPEC, "one", [PICTURES])
    two = store.new_job(SPEC, "two", [other])

    assert one != two


def test_a_job_that_is_over_claims_nothing(store: Store) -> None:
    job = store.new_job(SPEC, "one", [PICTURES])
    store.set_status(job, JobStatus.CANCELLED)

    assert store.new_job(SPEC, "two", [PICTURES]) != job


def test_the_claim_of_a_dead_process_does_not_count(store: Store, dead: Owner) -> None:
    job = store.new_job(SPEC, "one", [PICTURES], dead)

    store.new_job(SPEC, "two", [PICTURES])

    assert store.job(job).status is JobStatus.INTERRUPTED


def test_a_process_that_got_a_dead_ones_number_is_not_taken_for_it(store: Store) -> None:
    old = Owner(host=this_process().host, pid=os.getpid(), started="long ago")
    store.new_job(SPEC, "one", [PICTURES], old)

    assert store.new_job(SPEC, "two", [PICTURES])


def test_a_process_on_another_computer_counts_as_alive(store: Store) -> None:
    other = Owner(host="elsewhere.example", pid=os.getpid(), started="1")
    store.new_job(SPEC, "one", [PICTURES], other)

    with pytest.raises(StoreError, match=r"elsewhere\.example"):
        store.new_job(SPEC, "two", [PICTURES])


def test_jobs_of_dead_processes_are_marked_interrupted_once(store: Store, dead: Owner) -> None:
    one = store.new_job(SPEC, "one", ["/out/a_#.png"], dead)
    two = store.new_job(SPEC, "two", ["/out/b_#.png"], dead)
    over = store.new_job(SPEC, "over", ["/out/c_#.png"], dead)
    store.set_status(over, JobStatus.DONE)
    live = store.new_job(SPEC, "live", [PICTURES])

    assert [job.id for job in store.interrupted_jobs()] == [one, two]
    assert store.interrupted_jobs() == []
    assert store.job(one).status is JobStatus.INTERRUPTED
    assert store.job(over).status is JobStatus.DONE
    assert store.job(live).status is JobStatus.QUEUED


def test_an_interrupted_job_can_be_gone_on_with(store: Store, dead: Owner) -> None:
    job = store.new_job(SPEC, "one", [PICTURES], dead)
    store.set_wish(job, Wish.CANCEL)
    store.interrupted_jobs()

    found = store.adopt_job(job)

    assert (found.owner, found.status) == (this_process(), JobStatus.QUEUED)
    assert (found.wish, found.finished) == (Wish.RUN, None)
    with pytest.raises(StoreError, match="same files"):
        store.new_job(SPEC, "two", [PICTURES])


def test_a_job_that_runs_elsewhere_is_not_taken_over(store: Store) -> None:
    other = Owner(host="elsewhere.example", pid=1, started="1")
    job = store.new_job(SPEC, "one", [PICTURES], other)

    with pytest.raises(StoreError, match="running in process 1 on elsewhere"):
        store.adopt_job(job)
    assert store.job(job).owner == other


def test_an_old_job_does_not_take_files_from_a_live_one(store: Store) -> None:
    old = store.new_job(SPEC, "old", [PICTURES])
    store.set_status(old, JobStatus.INCOMPLETE)
    store.new_job(SPEC, "new", [PICTURES])

    with pytest.raises(StoreError, match="same files"):
        store.adopt_job(old)
    assert store.job(old).status is JobStatus.INCOMPLETE


def test_a_retry_asks_for_the_same_again_and_keeps_whole_frames(store: Store) -> None:
    job = store.new_job(replace(SPEC, existing=Existing.REPLACE), "shot", [PICTURES])

    with pytest.raises(StoreError, match=rf"retry job {job} \(shot\); found it running"):
        store.retried(job)
    store.set_status(job, JobStatus.INCOMPLETE)

    assert store.retried(job) == SPEC


# ── the journal ──────────────────────────────────────────────────────────────────────────────


def test_events_come_back_in_order_with_growing_numbers(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    machine = MachineMeasured(at=NOW, cores=8, memory_bytes=1)

    first = store.append([(None, machine), (job, finished(1))])
    second = store.append([(job, finished(2))])

    assert first + second == sorted({*first, *second})
    assert [entry.number for entry in store.events()] == first + second
    assert [entry.job for entry in store.events()] == [None, job, job]
    assert [entry.event for entry in store.events(job)] == [finished(1), finished(2)]
    assert list(store.journal(job)) == [finished(1), finished(2)]


def test_a_watcher_goes_on_after_the_last_number_it_saw(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    numbers = store.append([(job, finished(frame)) for frame in range(5)])

    assert [entry.number for entry in store.events(job, after=numbers[2])] == numbers[3:]
    assert [entry.number for entry in store.events(after=numbers[0], limit=2)] == numbers[1:3]
    assert list(store.events(limit=0)) == []


def test_a_number_is_never_given_twice(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    last = store.append([(job, finished(1)), (job, finished(2))])[-1]
    store.set_status(job, JobStatus.DONE)
    store.forget(job)

    assert store.append([(None, MachineMeasured(at=NOW, cores=1, memory_bytes=1))]) == [
        last + 1
    ]


def test_a_journal_longer_than_a_page_is_whole(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    count = PAGE * 2 + 1
    store.append([(job, finished(frame)) for frame in range(count)])

    assert [
        event.frame for event in store.journal(job) if isinstance(event, FrameFinished)
    ] == [*range(count)]
    assert sum(1 for _ in store.events(job)) == count
    assert sum(1 for _ in store.events(job, limit=PAGE + 3)) == PAGE + 3


def test_nothing_to_append_is_nothing_written(store: Store) -> None:
    assert store.append([]) == []
    assert list(store.events()) == []


def test_events_are_written_all_or_none(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])

    with pytest.raises(StoreError):
        store.append([(job, finished(1)), (job + 1, finished(2))])

    assert list(store.journal(job)) == []
    assert len(store.append([(job, finished(3))])) == 1


def test_a_damaged_event_is_named_not_passed_over(store: Store, tmp_path: Path) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    (number,) = store.append([(job, finished(1))])
    spoil(tmp_path, "UPDATE events SET body = '{'")

    with pytest.raises(StoreError, match=rf"event {number}\b"):
        list(store.journal(job))
    with pytest.raises(StoreError, match=rf"event {number}\b"):
        list(store.events())


def spoil(folder: Path, sql: str) -> None:
    connection = sqlite3.connect(folder / "queue.sqlite")
    with connection:
        connection.execute(sql)
    connection.close()


def test_threads_may_write_and_read_at_once(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    counts: list[int] = []

    def write() -> None:
        for frame in range(100):
            store.append([(job, finished(frame)), (job, finished(frame))])

    def read() -> None:
        for _ in range(100):
            counts.append(sum(1 for _ in store.events(job)))

    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(1 for _ in store.journal(job)) == 200
    assert counts == sorted(counts)
    assert all(count % 2 == 0 for count in counts)


# ── wishes ───────────────────────────────────────────────────────────────────────────────────


def test_the_owner_is_given_each_wish_of_another_process_once(
    store: Store, tmp_path: Path
) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    assert store.take_wishes() == []

    with Store.open(tmp_path, clock=lambda: NOW) as other:
        other.post_wish(job, WishVerb.HOLD)
        other.post_wish(job, WishVerb.PRIORITY, "80")
    taken = store.take_wishes()

    assert [(wish.job, wish.verb, wish.value, wish.at) for wish in taken] == [
        (job, WishVerb.HOLD, "", NOW),
        (job, WishVerb.PRIORITY, "80", NOW),
    ]
    assert store.take_wishes() == []


def test_a_wish_posted_through_the_owners_own_store_arrives_too(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    store.take_wishes()

    store.post_wish(job, WishVerb.CANCEL)

    assert [wish.verb for wish in store.take_wishes()] == [WishVerb.CANCEL]


def test_wishes_for_another_owners_jobs_are_left_to_it(store: Store, tmp_path: Path) -> None:
    elsewhere = Owner(host="elsewhere.example", pid=1, started="1")
    job = store.new_job(SPEC, "shot", [PICTURES], elsewhere)
    store.post_wish(job, WishVerb.CANCEL)

    assert store.take_wishes() == []
    with Store.open(tmp_path) as other:
        assert len(other.take_wishes(elsewhere)) == 1


def test_nobody_is_asked_to_cancel_a_job_that_is_over(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    store.set_status(job, JobStatus.DONE)

    with pytest.raises(StoreError, match=rf"cancel job {job} \(shot\); found it done"):
        store.post_wish(job, WishVerb.CANCEL)


def test_nobody_is_asked_where_the_owner_is_dead(store: Store, dead: Owner) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES], dead)

    with pytest.raises(StoreError, match=r"has ended.*framecrew retry"):
        store.post_wish(job, WishVerb.HOLD)


def test_a_wish_for_a_job_that_ended_meanwhile_does_not_wait_for_its_retry(
    store: Store,
) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    store.post_wish(job, WishVerb.CANCEL)
    store.set_status(job, JobStatus.DONE)

    store.adopt_job(job)

    assert store.take_wishes() == []


# ── forgetting ───────────────────────────────────────────────────────────────────────────────


def test_a_forgotten_job_leaves_nothing(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    store.append([(job, finished(1))])
    log = store.log_folder(job) / "1.1.log"
    log.parent.mkdir(parents=True)
    log.write_text("Saved")
    store.set_status(job, JobStatus.DONE)

    store.forget(job)

    assert store.jobs() == []
    assert list(store.events()) == []
    assert not log.parent.exists()


def test_a_live_job_is_not_forgotten(store: Store) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])

    with pytest.raises(StoreError, match=rf"framecrew cancel {job}"):
        store.forget(job)
    assert store.job(job).id == job


def test_only_jobs_that_were_over_long_ago_are_cleaned(store: Store, clock: Clock) -> None:
    old, recent, live = (
        store.new_job(SPEC, name, [f"/out/{name}_#.png"]) for name in ("old", "recent", "live")
    )
    store.append([(old, finished(frame)) for frame in range(5000)])
    store.log_folder(old).mkdir(parents=True)
    (store.log_folder(old) / "1.log").write_text("x" * 1000)
    store.set_status(old, JobStatus.DONE)
    clock.now += 100
    store.set_status(recent, JobStatus.DONE)
    clock.now += 10
    before = store.size()

    assert store.clean(older_than=50) == [old]

    assert [job.id for job in store.jobs()] == [live, recent]
    assert not store.log_folder(old).exists()
    assert store.size() < before / 2


# ── trouble ──────────────────────────────────────────────────────────────────────────────────


def test_a_full_disk_is_said_in_words_and_nothing_half_written_stays(
    store: Store,
) -> None:
    job = store.new_job(SPEC, "shot", [PICTURES])
    store.append([(job, finished(1))])
    with store._database.reading():
        (pages,) = store._database.pragma("page_count")[0]
        store._database.pragma(f"max_page_count = {pages}")

    with pytest.raises(StoreError, match=r"no space left.*FRAMECREW_HOME"):
        store.append([(job, finished(frame)) for frame in range(2000)])

    assert list(store.journal(job)) == [finished(1)]
    with store._database.reading():
        store._database.pragma("max_page_count = 100000")
    assert store.append([(job, finished(2))])


def test_a_queue_that_another_program_holds_is_said_in_words(
    store: Store, tmp_path: Path
) -> None:
    holder = sqlite3.connect(tmp_path / "queue.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    try:
        with (
            Store.open(tmp_path, patience=0.05) as impatient,
            pytest.raises(StoreError, match=r"add a job to .*queue\.sqlite.*another process"),
        ):
            impatient.new_job(SPEC, "shot", [PICTURES])
    finally:
        holder.close()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "queue.sqlite"
    file.write_text("my shopping list, long enough to be looked at by anybody " * 20)

    with pytest.raises(StoreError, match="no database"):
        Store.open(tmp_path)
    assert file.read_text().startswith("my shopping list")


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match=r"open the queue .*FRAMECREW_HOME"):
        Store.open(tmp_path / "file" / "home")


def test_the_home_folder_is_the_one_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMECREW_HOME", str(tmp_path / "home"))

    with Store.open() as store:
        assert store.folder == tmp_path / "home"


def test_without_a_named_home_the_systems_place_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from framecrew.store.places import home

    monkeypatch.delenv("FRAMECREW_HOME", raising=False)

    assert home().name == "framecrew"
    assert home().is_absolute()


def test_the_patterns_column_is_plain_json(store: Store, tmp_path: Path) -> None:
    store.new_job(SPEC, "shot", [PICTURES])
    connection = sqlite3.connect(tmp_path / "queue.sqlite")

    (text,) = connection.execute("SELECT patterns FROM jobs").fetchone()
    connection.close()

    assert json.loads(text) == [PICTURES]


def test_scenes_that_no_job_knows_are_cleaned_away(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        kept, gone = (store.scenes_folder / name / "a.blend" for name in ("kept", "gone"))
        for scene in (kept, gone):
            scene.parent.mkdir(parents=True)
            scene.touch()
        store.new_job(JobSpec(scene=str(kept)), "a", ["/out/a.png"])

        store.clean(3_600.0)
        assert gone.exists()
        store.clean(-1.0)

        assert kept.exists()
        assert not gone.parent.exists()
