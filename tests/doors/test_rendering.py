"""`framecrew render` from end to end: exit codes, what is printed, and going on from a loss."""

import re
import shlex
from pathlib import Path

import pytest
from cases import further
from doors.terminal import Terminal

from framecrew.testing import fault

TAGGED = re.compile(r"\[\d+ (\d+|-) (-?\d+|-)\] \S")


def test_a_whole_job_ends_with_0_and_says_where_its_frames_are(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=12))

    assert said.code == 0
    assert terminal.delivered() == list(range(1, 13))
    assert "Done: 12 frames, all decoded and checked" in said.out
    assert terminal.output in said.out
    assert terminal.status(1) == "done"
    assert terminal.unfinished() == []


def test_a_job_with_a_lost_frame_ends_with_3_and_names_it(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=8, faults=[fault("fail", frame=5, text="no cheese")])

    said = terminal.render(scene)

    assert said.code == 3
    assert "Incomplete: 7 of 8 frames" in said.out
    assert "frame 5: unknown: no cheese" in said.out
    assert "Missing: 5\n" in said.out
    assert "framecrew logs 1" in said.out


@pytest.mark.thorough
def test_a_job_without_a_single_frame_ends_with_1(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=3, faults=[fault("fail", text="no cheese")])

    said = terminal.render(scene, "--tries", "1")

    assert said.code == 1
    assert "Failed: 0 of 3 frames" in said.out
    assert "Missing: 1-3" in said.out


def test_the_frames_that_are_missing_can_be_pasted_to_render_them(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    lost = [fault("fail", frame=frame) for frame in (-3, 0, 2, 3, 4, 6, 8, 10)]
    said = terminal.render(terminal.scene(first=-4, last=10, faults=lost), "--tries", "1")
    advice = next(line for line in said.out.splitlines() if "--frames" in line)
    flags = shlex.split(advice[advice.index("--frames") :])

    again = terminal.render(terminal.scene(first=-4, last=10), *flags)

    assert again.code == 0
    assert terminal.rendered(2) == [-3, 0, 2, 3, 4, 6, 8, 10]
    assert sorted(terminal.delivered()) == list(range(-4, 11))


def test_each_line_of_json_is_an_event_and_the_last_is_the_summary(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=6, faults=[fault("fail", frame=2, text="no cheese")])

    said = terminal.render(scene, "--json")

    *events, summary = said.events
    names = [event["event"] for event in events]
    numbers = [event["number"] for event in events]
    assert said.code == 3
    assert said.err == ""
    assert numbers == sorted(set(numbers))
    assert names.count("job_submitted") == 1
    assert names.count("frame_finished") == 5
    assert names[-1] == "job_finished"
    assert summary["event"] == "summary"
    assert (summary["status"], summary["done"], summary["total"]) == ("incomplete", 5, 6)
    assert summary["missing"] == "2"
    assert summary["losses"][0]["frames"] == "2"
    assert summary["losses"][0]["kind"] == "unknown"
    assert "no cheese" in summary["losses"][0]["reason"]


def test_quiet_prints_only_the_end(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=6), "--quiet")

    assert said.code == 0
    assert said.err == ""
    assert len(said.out.splitlines()) == 2
    assert said.out.startswith("Done: 6 frames")


def test_plain_lines_tell_slot_process_and_frame(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=6), "--plain")

    done = [line for line in said.out.splitlines() if " done in " in line]
    assert len(done) == 6
    assert all(TAGGED.match(line) for line in done)
    frames = {int(match[2]) for line in done if (match := TAGGED.match(line))}
    pids = {match[1] for line in done if (match := TAGGED.match(line))}
    assert frames == set(range(1, 7))
    assert "-" not in pids


def test_a_scene_whose_range_is_not_asked_for_otherwise_is_rendered_whole(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)

    terminal.render(terminal.scene(first=5, last=9))

    assert terminal.delivered() == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("chunk", [further(0), 1, further(2)])
def test_a_farm_renders_one_chunk_of_a_job(tmp_path: Path, chunk: int) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=10), "--chunk-size", 4, "--chunk-index", chunk)

    assert said.code == 0
    assert terminal.delivered() == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]][chunk]


def test_the_list_of_jobs_tells_how_each_ended(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.render(terminal.scene("whole.standin", last=2))
    terminal.render(terminal.scene("holed.standin", last=4, faults=[fault("fail", frame=4)]))

    said = terminal.run("jobs", "--json")

    assert [(row["job"], row["name"], row["status"]) for row in said.events] == [
        (2, "holed", "incomplete"),
        (1, "whole", "done"),
    ]
    assert [(row["done"], row["failed"], row["total"]) for row in said.events] == [
        (3, 1, 4),
        (2, 0, 2),
    ]


def test_a_job_of_the_past_is_shown_from_its_journal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.render(terminal.scene(last=4, faults=[fault("fail", frame=4, text="no cheese")]))

    said = terminal.run("show", 1)

    assert said.code == 0
    assert "job 1: shot, incomplete" in said.out
    assert "frame 4: unknown: no cheese" in said.out
    assert "3 of 4 frames" in said.out
