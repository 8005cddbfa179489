"""A daemon's life: alone in its home, killed and back, stopped and back; its jobs go on."""

import subprocess
import sys
from pathlib import Path

import pytest
from daemon import DaemonProcess, until_gone

from framecrew.client import Client, NoDaemon
from framecrew.conductor.recovery import replay
from framecrew.model.statuses import JobStatus
from framecrew.store.daemon_file import find_daemon
from framecrew.store.store import Store
from framecrew.testing import read_frame_number, write_scene

pytestmark = pytest.mark.slow

FRAMES = 40


def slow_scene(folder: Path) -> Path:
    return write_scene(folder / "slow.standin", last=FRAMES, seconds=0.15, lines_per_frame=1)


def test_a_second_daemon_of_a_home_is_refused(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        assert daemon.process is not None
        second = subprocess.run(
            [sys.executable, "-m", "framecrew.studio", "--port", "0"],
            env=daemon.environment,
            capture_output=True,
            text=True,
        )

        assert second.returncode == 1
        assert f"process {daemon.process.pid} is it at {daemon.client.url}" in second.stderr
        assert daemon.client.status().pid == daemon.process.pid


def test_a_killed_daemon_leaves_no_renderer_and_its_jobs_go_on(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(slow_scene(tmp_path), slots=2))
        held = daemon.client.submit(
            daemon.keys(slow_scene(tmp_path), output=str(tmp_path / "held" / "f_####.png"))
        )
        daemon.client.hold(held)
        before = daemon.wait_until(job, lambda row: row.done >= 4)
        renderers = daemon.renderers()
        daemon.kill()
        until_gone(renderers)
        assert find_daemon(daemon.home) is None
        with pytest.raises(NoDaemon, match="framecrew daemon start"):
            Client.connect(daemon.home)

        daemon.start()
        row = daemon.wait_over(job)

        assert (row.id, row.status, row.done) == (job, JobStatus.DONE, FRAMES)
        table = daemon.client.frames(job)
        kept = sum(tries == 1 for tries in table.tries)
        assert kept >= before.done
        numbers = [read_frame_number(path) for path in daemon.output.glob("*.png")]
        assert set(numbers) == set(range(1, FRAMES + 1))
        assert daemon.row(held).status == JobStatus.HELD
        outcomes = {one.status for one in daemon.client.attempts(job).attempts}
        assert "lost" in outcomes


def test_progress_goes_on_where_it_was_when_the_daemon_was_killed(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "long.standin", last=4, seconds=2.0, percents=20)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene))

        def more_than(least: float) -> float:
            return daemon.wait_until(job, lambda row: row.progress > least).progress

        seen = [more_than(0.1)]
        for _ in range(2):
            daemon.kill()
            stored = replay_of(daemon.home, job)
            daemon.start()
            seen += [stored, daemon.client.view(job).progress, daemon.row(job).progress]
            seen.append(more_than(seen[-1]))
        seen.append(daemon.wait_over(job).progress)

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def replay_of(home: Path, job: int) -> float:
    """The progress that is told of a job while no daemon runs."""
    with Store.open(home) as store:
        return replay(store, job).progress


def test_a_stopped_daemon_goes_on_with_the_next_start(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(slow_scene(tmp_path)))
        daemon.wait_until(job, lambda row: row.done >= 2)
        address, token = daemon.client.url, (daemon.home / "token").read_text()
        daemon.client.stop()
        assert daemon.process is not None
        assert daemon.process.wait(20) == 0

        daemon.start()

        assert daemon.wait_over(job).status == JobStatus.DONE
        assert (daemon.home / "token").read_text() == token
        assert address.startswith("http://127.0.0.1:")


@pytest.mark.thorough
def test_a_finished_frame_whose_file_is_gone_is_rendered_again(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(slow_scene(tmp_path)))
        daemon.wait_until(job, lambda row: row.done >= 3)
        daemon.kill()
        gone = min(daemon.output.glob("*.png"))
        gone.unlink()

        daemon.start()

        assert daemon.wait_over(job).status == JobStatus.DONE
        assert gone.exists()


@pytest.mark.thorough
def test_an_interrupted_job_can_be_cancelled_before_it_goes_on(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(slow_scene(tmp_path)))
        daemon.client.cancel(job)
        assert daemon.wait_over(job).status == JobStatus.CANCELLED
        daemon.kill()

        daemon.start()

        assert daemon.row(job).status == JobStatus.CANCELLED


def test_only_the_owner_reads_token_and_address(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        if sys.platform != "win32":
            for name in ("token", "daemon.json", "daemon.lock", "queue.sqlite"):
                assert (daemon.home / name).stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell what a process maps")
def test_a_daemon_decodes_nothing_by_itself(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=3)
    with DaemonProcess(tmp_path) as daemon:
        daemon.wait_over(daemon.client.submit(daemon.keys(scene)))
        daemon.wait_over(daemon.client.submit(daemon.keys(scene)))
        assert daemon.client.thumbnail(1, 2).startswith(b"\xff\xd8")
        assert daemon.process is not None
        mapped = Path(f"/proc/{daemon.process.pid}/maps").read_text()

    for library in ("OpenImageIO", "numpy"):
        assert library not in mapped


@pytest.mark.thorough
def test_what_a_job_lacks_is_tried_again_as_the_same_job(tmp_path: Path) -> None:
    scene = slow_scene(tmp_path)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene))
        daemon.wait_until(job, lambda row: row.done >= 2)
        daemon.client.cancel(job)
        stopped = daemon.wait_over(job)
        assert stopped.status == JobStatus.CANCELLED
        assert stopped.done < FRAMES

        daemon.client.retry(job)

        daemon.wait_until(job, lambda row: row.phase != "over")
        row = daemon.wait_over(job)
        assert (row.status, row.done) == (JobStatus.DONE, FRAMES)
        tries = daemon.client.frames(job).tries
        assert sum(tries) - FRAMES <= FRAMES - stopped.done


@pytest.mark.thorough
def test_frames_are_rendered_anew_by_a_job_of_their_own(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=5)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene))
        daemon.wait_over(job)
        before = {path: path.stat().st_mtime_ns for path in daemon.output.glob("*.png")}

        again = daemon.client.again(job, "2,4")

        assert daemon.wait_over(again).status == JobStatus.DONE
        after = {path: path.stat().st_mtime_ns for path in daemon.output.glob("*.png")}
        changed = {read_frame_number(path) for path in after if after[path] != before[path]}
        assert changed == {2, 4}
