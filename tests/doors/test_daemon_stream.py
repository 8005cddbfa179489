"""The stream of events: whole, in order, resumed without a gap, whoever writes the journal."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from daemon import DaemonProcess

from framecrew.client import Batch, EventStream
from framecrew.model.events import MemoryMeasured
from framecrew.model.statuses import JobStatus
from framecrew.store.store import Store
from framecrew.testing import write_scene

pytestmark = pytest.mark.slow


def numbers(batches: Iterable[Batch]) -> list[int]:
    return [event["number"] for batch in batches for event in batch.events]


def read_until_finished(stream: EventStream, job: int) -> list[Batch]:
    batches = []
    for batch in stream:
        batches.append(batch)
        if any(one["event"] == "job_finished" and one["job"] == job for one in batch.events):
            return batches
    raise AssertionError


def journal(daemon: DaemonProcess) -> list[int]:
    with Store.open(daemon.home) as store:
        return [entry.number for entry in store.events()]


def test_every_event_comes_once_and_in_order(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=30, seconds=0.03)
    with DaemonProcess(tmp_path) as daemon, daemon.client.events(0) as stream:
        job = daemon.client.submit(daemon.keys(scene, slots=2))
        batches = read_until_finished(stream, job)

        assert numbers(batches) == journal(daemon)
        rows = [row for batch in batches for row in batch.jobs]
        progress = [row.progress for row in rows]
        assert progress == sorted(progress)
        assert rows[-1].status == JobStatus.DONE
        assert rows[-1].progress == 1.0
        assert all(row.progress < 1.0 for row in rows if row.status != JobStatus.DONE)
        assert {slot.slot for batch in batches for slot in batch.slots} == {0, 1}


@pytest.mark.thorough
def test_a_stream_that_broke_off_goes_on_without_a_gap(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=40, seconds=0.05)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene))
        seen: list[Batch] = []
        after: int | None = 0
        while True:
            with daemon.client.events(after) as stream:
                for _ in range(2):
                    batch = stream.next_batch(timeout=2.0)
                    if batch is not None:
                        seen.append(batch)
                after = stream.after
            if daemon.row(job).phase == "over" and after == daemon.client.status().event:
                break

        assert numbers(seen) == journal(daemon)


def test_a_stream_outlives_the_daemon(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=30, seconds=0.1)
    with DaemonProcess(tmp_path) as daemon, daemon.client.events(0, patience=40) as stream:
        job = daemon.client.submit(daemon.keys(scene))
        first = [next(iter(stream)) for _ in range(3)]
        port = daemon.client.url.rpartition(":")[2]
        daemon.kill()
        back = threading.Thread(target=daemon.start)
        back.start()
        rest = read_until_finished(stream, job)
        back.join()

        assert daemon.client.url.rpartition(":")[2] == port
        assert numbers([*first, *rest]) == journal(daemon)


@pytest.mark.thorough
def test_a_long_past_is_told_whole(tmp_path: Path) -> None:
    many = 250_000
    with Store.open(tmp_path / "home") as store:
        event = MemoryMeasured(at=1.0, free_bytes=1, total_bytes=2)
        for _ in range(10):
            store.append([(None, event)] * (many // 10))
    with DaemonProcess(tmp_path) as daemon, daemon.client.events(0) as stream:
        time.sleep(2.0)  # Somebody who is slow to begin.
        seen: list[int] = []
        while len(seen) < many:
            batch = stream.next_batch(timeout=20.0)
            assert batch is not None
            seen += numbers([batch])

        assert seen[:many] == list(range(1, many + 1))


@pytest.mark.thorough
def test_many_pages_see_the_same(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=10)
    with DaemonProcess(tmp_path) as daemon:
        streams = [daemon.client.events(0) for _ in range(8)]
        for stream in streams:
            stream.__enter__()
        job = daemon.client.submit(daemon.keys(scene))
        seen = [numbers(read_until_finished(stream, job)) for stream in streams]
        for stream in streams:
            stream.close()

        assert all(one == journal(daemon) for one in seen)


@pytest.mark.thorough
def test_jobs_of_another_process_are_seen_too(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=10, seconds=0.02)
    with DaemonProcess(tmp_path) as daemon, daemon.client.events() as stream:
        code = (
            "import framecrew, sys; framecrew.render(sys.argv[1], output=sys.argv[2], slots=1)"
        )
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(scene), str(daemon.output / "f_####.png")],
            env=daemon.environment,
        )
        try:
            batches = read_until_finished(stream, 1)
        finally:
            assert other.wait(40) == 0

        row = daemon.wait_over(1)
        assert (row.status, row.done) == (JobStatus.DONE, 10)
        kinds = [one["event"] for batch in batches for one in batch.events]
        assert kinds.count("frame_finished") == 10


def test_the_lines_of_a_followed_attempt_come_once_and_in_order(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=20, seconds=0.05, lines_per_frame=30)
    with DaemonProcess(tmp_path) as daemon, daemon.client.events(0) as stream:
        job = daemon.client.submit(daemon.keys(scene, slots=1, chunk_size=20))
        daemon.wait_until(job, lambda row: row.done > 2)
        stream.follow(f"{job}.1")
        lines = [
            line
            for batch in read_until_finished(stream, job)
            if batch.attempt == f"{job}.1"
            for line in batch.lines
        ]
        while (batch := stream.next_batch(timeout=0.5)) is not None:
            lines += batch.lines

        whole = daemon.client.log(job, attempt="1", limit=5_000)
        assert lines == list(whole.lines[lines[0].number :])
        assert whole.total == 600


@pytest.mark.thorough
def test_what_is_no_wish_is_passed_over(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon, daemon.client.events() as stream:
        assert stream.next_batch(timeout=1.0) is not None
        for odd in (
            "", "[]", "{", '{"type": "follow", "attempt": "../x"}', "7", "\0", b"\xff",
            '{"type": "follow", "attempt": ' + "[" * 4_000,
        ):  # fmt: skip
            stream._socket.send(odd)  # type: ignore[union-attr]
        stream.follow("99.1")
        stream.follow(None)

        job = daemon.client.submit(daemon.keys(write_scene(tmp_path / "a.standin", last=1)))
        read_until_finished(stream, job)
        assert daemon.client.status().clients == 1

    assert "Traceback" not in (tmp_path / "daemon.txt").read_text()
