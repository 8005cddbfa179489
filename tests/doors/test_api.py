"""The Python door, in plain code."""

import asyncio
from pathlib import Path

import pytest

import framecrew
from framecrew.frames.sets import FrameSet
from framecrew.model.statuses import JobStatus
from framecrew.testing import fault, read_frame_number, write_scene


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMECREW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FRAMECREW_CONFIG", str(tmp_path / "none.toml"))


def test_render_waits_and_tells_what_is_missing(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=5, faults=[fault("fail", frame=2)])

    job = framecrew.render(str(scene), output=str(tmp_path / "out" / "f_####.png"), tries=1)

    assert job.status is JobStatus.INCOMPLETE
    assert job.missing == FrameSet.parse("2")
    assert read_frame_number(tmp_path / "out" / "f_0005.png") == 5


def test_wrong_fields_raise_with_every_mistake(tmp_path: Path) -> None:
    with pytest.raises(framecrew.WrongUse) as caught:
        framecrew.render(str(tmp_path / "gone.standin"), frames="1-", output="x.png")

    places = [mistake.place for mistake in caught.value.mistakes]
    assert places == ["scene", "frames", "output"]


def test_plan_tells_the_frames_and_writes_nothing(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=5)
    before = sorted(tmp_path.iterdir())

    explanation = framecrew.plan(str(scene), output=str(tmp_path / "out" / "f_####.png"))

    assert "1-5" in str(explanation)
    assert sorted(tmp_path.iterdir()) == before


def test_jobs_and_show_tell_of_the_past(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=2)
    framecrew.render(str(scene), output=str(tmp_path / "out" / "f_####.png"))

    (listed,) = framecrew.jobs()
    shown = framecrew.show(listed.id)

    assert listed.status is JobStatus.DONE
    assert (shown.status, shown.done, shown.total) == (JobStatus.DONE, 2, 2)


def test_a_crew_that_is_left_early_leaves_no_job_open(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "a.standin", last=50, seconds=0.1)

    async def leave_early() -> int:
        async with framecrew.Crew() as crew:
            watch = crew.watch()
            job = await crew.submit(
                scene=str(scene), output=str(tmp_path / "out" / "f_####.png")
            )
            async for item in watch:
                if "FrameFinished" in repr(item):
                    break
            return job

    job = asyncio.run(leave_early())

    assert [one.status.is_over for one in framecrew.jobs() if one.id == job] == [True]
    assert framecrew.show(job).done >= 1
    done = [read_frame_number(path) for path in (tmp_path / "out").glob("*.png")]
    assert len(done) == framecrew.show(job).done
