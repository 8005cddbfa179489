"""What a daemon tells of its jobs: rows, frames, attempts, failures, lines and files."""

from collections.abc import Iterator

import pytest
from daemon import DaemonProcess

from framecrew.client import Refused
from framecrew.model.statuses import JobStatus
from framecrew.testing import fault, write_scene


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with DaemonProcess(tmp_path_factory.mktemp("daemon")) as running:
        yield running


@pytest.fixture(scope="module")
def job(daemon: DaemonProcess) -> int:
    """Eight frames, of which the third never comes out."""
    scene = write_scene(
        daemon.output / "a <b>.standin",
        last=8,
        seconds=0.02,
        lines_per_frame=3,
        faults=[fault("fail", frame=3)],
    )
    number = daemon.client.submit(
        daemon.keys(scene, slots=2, tries=1), note="<script>alert(1)</script>"
    )
    daemon.wait_over(number)
    return number


def test_a_row_tells_how_a_job_ended(daemon: DaemonProcess, job: int) -> None:
    (row,) = daemon.client.jobs().jobs

    assert (row.id, row.status, row.phase) == (job, JobStatus.INCOMPLETE, "over")
    assert (row.done, row.lost, row.total) == (7, 1, 8)
    assert row.note == "<script>alert(1)</script>"
    assert 0.8 < row.progress < 1.0


def test_jobs_are_found_by_status_and_words(daemon: DaemonProcess, job: int) -> None:
    assert daemon.client.jobs(search="a <b> alert").total == 1
    assert daemon.client.jobs(search="nowhere").total == 0
    assert daemon.client.jobs(status="incomplete,done").total == 1
    assert daemon.client.jobs(status="running").total == 0
    assert daemon.client.jobs(before=job).total == 0


def test_frames_come_in_columns(daemon: DaemonProcess, job: int) -> None:
    table = daemon.client.frames(job)

    assert (table.frames, table.runs) == ("1-8", ((1, 8, 1),))
    assert table.states == "ddfddddd"
    assert all(seconds > 0 for place, seconds in enumerate(table.seconds) if place != 2)
    assert all(tries == 1 for tries in table.tries)
    assert {len(column) for column in (table.seconds, table.memory, table.attempts)} == {8}


def test_attempts_tell_when_they_began_were_ready_and_ended(
    daemon: DaemonProcess, job: int
) -> None:
    listed = daemon.client.attempts(job)

    assert {attempt.slot for attempt in listed.attempts} == {0, 1}
    for attempt in listed.attempts:
        assert attempt.opened is not None
        assert attempt.ended is not None
        assert attempt.started <= attempt.opened <= attempt.ended
    finished = sorted(frame for attempt in listed.attempts for frame, _, _ in attempt.done)
    assert finished == [1, 2, 4, 5, 6, 7, 8]


def test_a_failure_says_what_to_do_and_how_to_try_again(
    daemon: DaemonProcess, job: int
) -> None:
    (failure,) = daemon.client.failures(job).failures

    assert (failure.frames, failure.is_given_up) == ("3", True)
    assert failure.reason
    assert failure.advice
    assert failure.lines
    assert "framecrew render" in failure.command
    assert "--frames 3" in failure.command


def test_lines_come_by_page_by_word_and_by_frame(daemon: DaemonProcess, job: int) -> None:
    whole = daemon.client.log(job, attempt="1")
    assert [line.number for line in whole.lines] == list(range(whole.total))
    assert whole.next is None

    first = daemon.client.log(job, attempt="1", limit=2)
    second = daemon.client.log(job, attempt="1", after=first.next or 0, limit=2)
    assert (*first.lines, *second.lines) == whole.lines[:4]
    assert daemon.client.log(job, attempt="1", tail=2).lines == whole.lines[-2:]

    word = whole.lines[-1].text.split()[0]
    found = daemon.client.log(job, attempt="1", search=word.upper())
    assert found.lines == tuple(line for line in whole.lines if word in line.text)
    assert daemon.client.log_text(job, "1").count("\n") == whole.total


def test_a_job_is_told_with_its_spec_and_its_command(daemon: DaemonProcess, job: int) -> None:
    detail = daemon.client.job(job)

    assert detail.spec["slots"] == 2
    (task,) = detail.tasks
    assert (task.done, task.missing, task.losses[0].frames) == (7, "3", "3")
    assert task.outputs[0].pattern == str(daemon.output / "f_####.png")
    assert "--slots 2" in detail.command


def test_pictures_are_shown_whole_and_small(daemon: DaemonProcess, job: int) -> None:
    assert daemon.client.picture(job, 1) == (daemon.output / "f_0001.png").read_bytes()
    assert daemon.client.thumbnail(job, 1, width=32)[:2] == b"\xff\xd8"
    with pytest.raises(Refused, match="not there") as caught:
        daemon.client.picture(job, 3)
    assert caught.value.status == 404


def test_forms_have_what_flags_have(daemon: DaemonProcess) -> None:
    told = daemon.client.renderers()

    fields = {field.name: field for field in told.fields}
    assert fields["order"].choices == ("forward", "reverse", "spread")
    assert (fields["slots"].type, fields["slots"].at_least) == ("whole number", 1)
    blender = next(one for one in told.renderers if one.name == "blender")
    assert {field.name for field in blender.options} >= {"samples", "engine"}


def test_a_frames_text_is_counted_or_refused_at_its_character(daemon: DaemonProcess) -> None:
    assert daemon.client.check_frames("1-9x2,100").count == 6
    wrong = daemon.client.check_frames("1-9,x")
    assert wrong.message
    assert wrong.position == 4


def test_an_unknown_job_is_refused_in_words(daemon: DaemonProcess) -> None:
    with pytest.raises(Refused, match="no job of that number") as caught:
        daemon.client.job(4711)
    assert caught.value.status == 404
