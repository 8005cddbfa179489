"""What a daemon does when it is asked: plans, inspects, orders, cancels in every phase, forgets."""

import shutil
from pathlib import Path

import pytest
from cases import further
from daemon import DaemonProcess, until, until_gone

from framecrew.client import Refused
from framecrew.model.answers import JobRow
from framecrew.model.errors import WrongUse
from framecrew.model.statuses import JobStatus
from framecrew.testing import fault, install_aerender, write_project, write_scene


def test_a_scene_is_inspected_and_planned_before_anything_starts(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", first=3, last=9, width=80)
    with DaemonProcess(tmp_path) as daemon:
        seen = daemon.client.inspect({"scene": str(scene)})
        assert seen.facts is not None
        assert seen.renderer == "stand-in"
        assert (seen.facts["first"], seen.facts["last"], seen.facts["width"]) == (3, 9, 80)

        planned = daemon.client.plan(daemon.keys(scene, slots=2))
        assert not planned.mistakes
        assert planned.plan is not None
        assert planned.plan["slots"] == 2
        assert planned.plan["reason"]
        assert planned.plan["tasks"][0]["frames"] == "3-9"  # type: ignore[index]
        assert "Sessions" in planned.text
        assert not daemon.client.jobs().jobs
        assert not daemon.output.exists()


def test_what_is_wrong_with_a_plan_is_listed_whole(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin")
    with DaemonProcess(tmp_path) as daemon:
        wrong = {"frames": "9-", "order": "sideways", "slots": 0}
        asked = daemon.client.plan(daemon.keys(scene, **wrong))
        assert {mistake.place for mistake in asked.mistakes} >= {"order", "slots"}
        seen = daemon.client.inspect({"scene": str(tmp_path / "gone.standin")})
        assert [mistake.place for mistake in seen.mistakes] == ["scene"]
        with pytest.raises(WrongUse) as caught:
            daemon.client.submit(daemon.keys(scene, frames="9-"))
        assert [mistake.place for mistake in caught.value.mistakes] == ["frames"]
        assert not daemon.client.jobs().jobs


def test_two_jobs_that_write_the_same_files_are_kept_apart(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=50, seconds=0.1)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene))
        with pytest.raises(Refused, match=f"job {job}") as caught:
            daemon.client.submit(daemon.keys(scene))
        assert caught.value.status == 409


def test_live_jobs_stand_in_the_order_a_person_gave_them(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=50, seconds=0.1)
    with DaemonProcess(tmp_path) as daemon:
        jobs = [
            daemon.client.submit(
                daemon.keys(scene, slots=1, output=str(tmp_path / str(number) / "f_####.png"))
            )
            for number in range(4)
        ]
        wanted = [jobs[3], jobs[1], jobs[0], jobs[2]]

        daemon.client.put_in_order(wanted)

        def order() -> list[int]:
            rows = [daemon.row(job) for job in jobs]
            rows.sort(key=lambda row: (-row.priority, row.submitted, row.id))
            return [row.id for row in rows]

        until(lambda: order() == wanted)
        assert daemon.row(jobs[2]).priority == 50
        done = daemon.client.many("cancel", [*jobs, 99])
        assert done.jobs == tuple(jobs)
        assert "no job of that number" in done.refused["99"]
        for job in jobs:
            assert daemon.wait_over(job).status == JobStatus.CANCELLED


@pytest.mark.parametrize("is_after_effects", [False, further(True)], ids=["sessions", "ranges"])
def test_a_running_job_gets_more_slots_and_fewer(
    tmp_path: Path, is_after_effects: bool
) -> None:
    if is_after_effects:
        scene = write_project(
            tmp_path / "a.aep", name="Main", last=400, seconds=0.1, launch_seconds=0.1
        )
        more: dict[str, object] = {
            "frames": "1-400",
            "options": {"comp": "Main"},
            "program": str(install_aerender(tmp_path / "bin")),
            "spawn_delay": 0,
        }
    else:
        scene, more = write_scene(tmp_path / "a.standin", last=400, seconds=0.1), {}
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene, slots=1, **more))
        daemon.wait_until(job, lambda row: row.done >= 2)

        daemon.client.set_slots(job, 3)
        row = daemon.wait_until(job, lambda row: row.slots == 3)
        assert row.slots_wanted == 3
        before = daemon.row(job).done
        daemon.client.set_slots(job, 1)
        row = daemon.wait_until(job, lambda row: row.slots == 1)

        assert row.done - before < 200
        daemon.wait_until(job, lambda row: row.done > before + 10)
        assert daemon.row(job).lost == 0
        for wrong in (0, 1_001, True):
            with pytest.raises((Refused, WrongUse)):
                daemon.client.set_slots(job, wrong)
        daemon.client.set_slots(job, None)
        daemon.wait_until(job, lambda row: row.slots_wanted is None)
        daemon.client.cancel(job)
        daemon.wait_over(job)
        with pytest.raises(Refused, match="change the slots of job 1"):
            daemon.client.set_slots(job, 2)


@pytest.mark.thorough
def test_what_is_over_can_be_forgotten_and_is_gone_from_every_page(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=2)
    slow = write_scene(tmp_path / "b.standin", last=50, seconds=0.1)
    with DaemonProcess(tmp_path) as daemon, daemon.client.events() as stream:
        job = daemon.client.submit(daemon.keys(scene))
        daemon.wait_over(job)
        live = daemon.client.submit(
            daemon.keys(slow, output=str(tmp_path / "slow" / "f_####.png"))
        )
        with pytest.raises(Refused, match="running"):
            daemon.client.forget(live)
        daemon.client.set_note(live, "keep")

        daemon.client.forget(job)

        gone_jobs: list[int] = []
        notes: set[str] = set()
        while not gone_jobs or "keep" not in notes:
            batch = stream.next_batch(timeout=10.0)
            assert batch is not None
            gone_jobs += batch.gone
            notes |= {row.note for row in batch.jobs}
        assert gone_jobs == [job]
        with pytest.raises(Refused, match="no job of that number"):
            daemon.client.job(job)
        assert len(list(daemon.output.glob("*.png"))) == 2
        assert daemon.client.clean(0) == ()


@pytest.mark.parametrize("phase", ["starting", further("rendering")])
def test_a_cancelled_job_leaves_no_process(tmp_path: Path, phase: str) -> None:
    values: dict[str, object] = {"start_seconds": 2.0} if phase == "starting" else {}
    scene = write_scene(
        tmp_path / "a.standin", last=90, seconds=0.2, ignores_terminate=True, **values
    )
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene, slots=2))
        # The first has the session that looked into the scene; the second starts for two seconds.
        least = 3 if phase == "rendering" else 0
        daemon.wait_until(job, lambda row: row.slots == 2 and row.done >= least)
        renderers = daemon.renderers()

        daemon.client.cancel(job)

        row = daemon.wait_over(job)
        assert row.status == JobStatus.CANCELLED
        assert renderers
        until_gone(renderers)
        assert len(list(daemon.output.glob("*.png"))) == row.done
        assert row.progress < 1.0


@pytest.mark.thorough
def test_a_job_cancelled_before_its_turn_leaves_no_process(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=200, seconds=0.1)
    with DaemonProcess(tmp_path) as daemon:
        working = daemon.client.submit(daemon.keys(scene, slots=8))
        daemon.wait_until(working, lambda row: row.done >= 8)
        before = set(daemon.renderers())
        # It was looked into, and its turn has not come.
        queued = daemon.client.submit(
            daemon.keys(scene, output=str(tmp_path / "other" / "f_####.png"))
        )
        looked = set(daemon.renderers()) - before
        assert looked

        daemon.client.cancel(queued)

        assert daemon.wait_over(queued).status == JobStatus.CANCELLED
        until_gone(looked)
        assert daemon.row(working).status == JobStatus.RUNNING
        daemon.client.cancel(working)
        daemon.wait_over(working)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
def test_a_job_cancelled_while_its_film_is_made_keeps_its_frames(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=60, width=1280, height=720)
    film = tmp_path / "a.mp4"
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(
            daemon.keys(scene, film=str(film), film_preset="av1", film_fps="24")
        )
        daemon.wait_until(job, lambda row: row.phase in ("stitching", "checking"))
        filming = daemon.renderers()

        daemon.client.cancel(job)

        row = daemon.wait_over(job)
        assert (row.status, row.done) == (JobStatus.CANCELLED, 60)
        assert filming
        until_gone(filming)
        assert not film.exists()
        with pytest.raises(Refused, match="not there"):
            daemon.client._asking.read("GET", f"jobs/{job}/film")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
def test_a_film_is_told_by_its_phases_and_sent_in_parts(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=24, width=320, height=180)
    film = tmp_path / "a.mp4"
    with DaemonProcess(tmp_path) as daemon, daemon.client.events(0) as stream:
        job = daemon.client.submit(daemon.keys(scene, film=str(film)))
        rows: list[JobRow] = []
        while not rows or rows[-1].phase != "over":
            batch = stream.next_batch(timeout=20.0)
            assert batch is not None
            rows += [row for row in batch.jobs if row.id == job]

        order = ["starting", "rendering", "stitching", "checking", "over"]
        places = [order.index(row.phase) for row in rows]
        assert places == sorted(places)
        progress = [row.progress for row in rows]
        assert progress == sorted(progress)
        assert (rows[-1].status, progress[-1]) == (JobStatus.DONE, 1.0)
        assert max(row.progress for row in rows if row.phase != "over") < 1.0

        whole = film.read_bytes()
        asking = daemon.client._asking
        headers = {"Range": "bytes=10-19"}
        with asking.answer("GET", f"jobs/{job}/film", headers=headers) as answer:
            assert answer.status == 206
            assert answer.getheader("Content-Type") == "video/mp4"
            assert answer.getheader("Content-Range") == f"bytes 10-19/{len(whole)}"
            assert answer.read() == whole[10:20]
        with asking.answer("GET", f"jobs/{job}/film") as answer:
            assert answer.read() == whole


@pytest.mark.thorough
def test_failures_can_be_tried_again_frame_by_frame(tmp_path: Path) -> None:
    faults = [fault("fail", frame=2), fault("fail", frame=4)]
    scene = write_scene(tmp_path / "a.standin", last=5, faults=faults)
    with DaemonProcess(tmp_path) as daemon:
        job = daemon.client.submit(daemon.keys(scene, tries=1))
        assert daemon.wait_over(job).lost == 2
        assert daemon.client.frames(job).states == "dfdfd"
        write_scene(scene, last=5)

        daemon.client.retry(job, "2")

        daemon.wait_until(job, lambda row: row.done == 4)
        assert daemon.wait_over(job).status == JobStatus.INCOMPLETE
        assert daemon.client.frames(job).states == "dddfd"
        with pytest.raises(Refused, match="given up") as caught:
            daemon.client.retry(job, "1")
        assert caught.value.status == 409
        daemon.client.stop()
        assert daemon.process is not None
        assert daemon.process.wait(20) == 0
        daemon.start()
        assert daemon.row(job).status == JobStatus.INCOMPLETE

        daemon.client.retry(job)

        daemon.wait_until(job, lambda row: row.status == JobStatus.DONE)
        assert daemon.client.frames(job).states == "ddddd"
