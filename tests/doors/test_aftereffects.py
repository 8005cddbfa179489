"""After Effects from the command line: what the local runners of today lose, lie about or hang on.

The stand-in aerender takes the place of the real one (`docs/testing.md`).
"""

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest
from cases import further
from doors.terminal import Said, Terminal, wait_until

from framecrew.model.failures import ADVICE, FailureKind
from framecrew.testing import ae_fault, install_aerender, read_frame_number, write_project

pytestmark = pytest.mark.slow

allowed = getattr(os, "sched_getaffinity", lambda _process: set[int]())
"""Processors that a process may use; empty where the system has no such masks."""


class Studio:
    """A folder with a stand-in aerender, its project and its output."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.folder = folder
        self.program = install_aerender(folder / "bin")
        self.starts = folder / "starts.jsonl"

    def project(self, **values: Any) -> Path:
        return write_project(self.folder / "shot.aep", starts=str(self.starts), **values)

    def render(self, project: Path, *arguments: object, frames: str = "1-60") -> Said:
        return self.terminal.run(*self.words(project, *arguments, frames=frames))

    def words(self, project: Path, *arguments: object, frames: str = "1-60") -> list[object]:
        return [
            *("render", project, "--comp", "Main", "--frames", frames),
            *("--output", self.folder / "out" / "f_[####].png", "--program", self.program),
            *("--spawn-delay", "0", *arguments),
        ]

    def delivered(self) -> list[int]:
        """Frames whose file is there; each shows its own number, or it fails."""
        frames = []
        for path in sorted((self.folder / "out").glob("f_*.png")):
            frame = int(path.stem.removeprefix("f_"))
            assert read_frame_number(path) == frame
            frames.append(frame)
        return frames

    def ranges(self) -> list[tuple[int, int]]:
        """First and last frame of each start, in order."""
        found = []
        for line in self.starts.read_text(encoding="utf-8").splitlines():
            words = json.loads(line)["arguments"]
            found.append((int(words[words.index("-s") + 1]), int(words[words.index("-e") + 1])))
        return found

    def failure(self, job: int = 1) -> tuple[FailureKind, str]:
        view = json.loads(self.terminal.run("show", job, "--json").out)
        loss = view["tasks"][0]["losses"][0]
        return FailureKind(loss["failure"]["kind"]), loss["failure"]["reason"]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def all_of(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


# ── every frame, once, whole ─────────────────────────────────────────────────────────────────


def test_quick_frames_on_four_slots_are_all_delivered_and_whole(studio: Studio) -> None:
    project = studio.project(last=60, seconds=0.01, launch_seconds=0.2)
    said = studio.render(project, "--slots", 4)
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 60)
    assert not [path for path in (studio.folder / "out").iterdir() if path.name[0] == "."]


def test_a_slow_writers_files_are_never_delivered_short(studio: Studio) -> None:
    project = studio.project(
        last=6, faults=[ae_fault("slow_writer", seconds=3.0)], mfr_frames=3
    )
    said = studio.render(project, "--slots", 1, frames="1-6")
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 6)


def test_frames_are_delivered_while_the_process_still_renders(studio: Studio) -> None:
    project = studio.project(last=8, seconds=1.0)
    with studio.terminal.start(
        *studio.words(project, "--no-mfr", "--slots", 1, "--chunk-size", 8, frames="1-8")
    ) as running:
        wait_until(lambda: len(studio.delivered()) >= 2, "two frames")
        assert len(studio.delivered()) < 8
        assert running.end().code == 0
    assert studio.delivered() == all_of(1, 8)


def test_an_idle_slot_relieves_a_process_that_is_behind(studio: Studio) -> None:
    """The slow half's end is rendered by another; its own process is ended, and nothing fails."""
    project = studio.project(last=24, seconds=[0.02] * 12 + [1.5] * 12)
    words = studio.words(project, "--no-mfr", "--slots", 2, "--json", frames="1-24")
    said = studio.terminal.run(*words)
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 24)
    first, second, *more = studio.ranges()
    assert {first, second} == {(1, 12), (13, 24)}
    assert more
    assert all(begin > 13 for begin, _ in more)
    events = [json.loads(line)["event"] for line in said.out.splitlines()]
    assert "frames_given_back" in events
    assert events.count("frame_finished") == 24
    assert not {"attempt_failed", "attempt_stopped"}.intersection(events)


def test_a_sparse_list_renders_its_frames_and_no_others(studio: Studio) -> None:
    project = studio.project(last=200)
    assert studio.render(project, frames="1,5,9,100-103,200").code == 0
    wanted = [1, 5, 9, *range(100, 104), 200]
    assert studio.delivered() == wanted
    rendered = [frame for first, last in studio.ranges() for frame in range(first, last + 1)]
    assert sorted(rendered) == wanted


def test_a_chunk_is_chosen_as_farms_do(studio: Studio) -> None:
    project = studio.project(last=300)
    said = studio.render(project, "--chunk-size", 50, "--chunk-index", 3, frames="1-300")
    assert said.code == 0
    assert studio.delivered() == all_of(151, 200)


@pytest.mark.parametrize(
    "flag", [("--chunk-index", 1), ("--chunk-index", 99, "--chunk-size", 10)]
)
def test_half_a_chunk_or_one_that_is_not_there_starts_nothing(
    studio: Studio, flag: tuple[object, ...]
) -> None:
    assert studio.render(studio.project(last=60), *flag).code == 2
    assert not studio.starts.exists()


@pytest.mark.parametrize("language", ["de", *map(further, ("fr", "es", "ja"))])
def test_the_language_of_after_effects_changes_nothing(studio: Studio, language: str) -> None:
    project = studio.project(last=12, language=language, quotes="„“")
    assert studio.render(project, "--slots", 2, frames="1-12").code == 0
    assert studio.delivered() == all_of(1, 12)


@pytest.mark.parametrize(("language", "encoding"), [("ja", "cp932"), further("fr", "cp1252")])
def test_output_that_is_no_utf_8_loses_no_frame(
    studio: Studio, language: str, encoding: str
) -> None:
    project = studio.project(
        last=12, language=language, encoding=encoding, faults=[ae_fault("bad_bytes")]
    )
    said = studio.render(project, "--slots", 3, "--json", frames="1-12")
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 12)
    assert not any(one["event"] == "attempt_failed" for one in said.events)


def test_each_process_gets_its_part_of_the_processors(studio: Studio) -> None:
    project = studio.project(last=8)
    assert studio.render(project, "--slots", 2, "--threads", 1, frames="1-8").code == 0
    cores = len(allowed(0)) or psutil.cpu_count() or 1
    for line in studio.starts.read_text(encoding="utf-8").splitlines():
        words = json.loads(line)["arguments"]
        at = words.index("-mfr")
        assert words[at + 1 : at + 3] == ["ON", str(max(1, 100 // cores))]


# ── lies ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [further("truncated"), "skip"])
def test_a_lie_that_is_told_once_is_repaired(studio: Studio, kind: str) -> None:
    fault = ae_fault(kind, frame=7, once=studio.folder / "struck")
    said = studio.render(studio.project(last=20, faults=[fault]), "--slots", 2, frames="1-20")
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 20)


@pytest.mark.parametrize("kind", ["truncated", further("skip")])
def test_a_lie_that_is_told_always_is_never_success(studio: Studio, kind: str) -> None:
    project = studio.project(last=20, faults=[ae_fault(kind, frame=7)])
    said = studio.render(project, "--slots", 2, frames="1-20")
    assert said.code == 3
    assert studio.delivered() == [*range(1, 7), *range(8, 21)]
    assert "--frames 7" in said.out + said.err


def test_a_crash_costs_the_bad_frame_alone(studio: Studio) -> None:
    project = studio.project(last=16, faults=[ae_fault("crash", frame=11)])
    said = studio.render(project, "--no-mfr", "--slots", 2, frames="1-16")
    assert said.code == 3
    assert studio.delivered() == [*range(1, 11), *range(12, 17)]
    assert studio.failure()[0] is FailureKind.CRASH


# ── failures; all by name: test_aerender_failures.py ─────────────────────────────────────────────


def test_missing_footage_that_is_allowed_is_rendered(studio: Studio) -> None:
    project = studio.project(last=3, faults=[ae_fault("missing_footage", names=["a.mov"])])
    assert studio.render(project, "--allow-missing", frames="1-3").code == 0
    assert studio.delivered() == [1, 2, 3]


def test_a_licence_that_comes_back_is_waited_for(studio: Studio) -> None:
    fault = ae_fault("licence", once=studio.folder / "struck")
    project = studio.project(last=3, faults=[fault])
    with studio.terminal.start(*studio.words(project, frames="1-3")) as running:
        wait_until(
            lambda: bool(studio.terminal.jobs()) and studio.terminal.status(1) == "held",
            "a hold",
        )
        assert studio.terminal.run("release", 1).code == 0
        said = running.end()
    assert said.code == 0
    assert ADVICE[FailureKind.LICENCE] in said.out
    assert "held: Unable to obtain a license" in said.out
    assert "it is tried again in 15 s" in said.out
    assert studio.delivered() == [1, 2, 3]


@pytest.mark.thorough
def test_starts_that_collide_are_spread_until_all_is_rendered(studio: Studio) -> None:
    collision = {"file": str(studio.folder / "launching"), "seconds": 0.5}
    project = studio.project(last=24, seconds=0.05, launch_seconds=0.3, collision=collision)
    said = studio.render(project, "--slots", 3, frames="1-24")
    assert said.code == 0, said.err
    assert studio.delivered() == all_of(1, 24)


# ── hangs ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", ["launch", "frame"])
def test_a_hang_is_ended_and_tried_again(studio: Studio, at: str) -> None:
    fault = ae_fault("hang", at=at, once=studio.folder / "struck")
    said = studio.render(
        studio.project(last=4, faults=[fault]),
        *("--start-timeout", 3, "--stall-timeout", 3),
        frames="1-4",
    )
    assert said.code == 0, said.err
    assert studio.delivered() == [1, 2, 3, 4]


@pytest.mark.thorough
def test_a_process_that_stays_after_its_last_line_costs_no_frame(studio: Studio) -> None:
    project = studio.project(last=4, faults=[ae_fault("hang", at="exit")])
    said = studio.render(project, "--exit-timeout", 2, "--chunk-size", 4, frames="1-4")
    assert said.code == 0, said.err
    assert ADVICE[FailureKind.EXIT_HANG] in said.out
    assert len(studio.ranges()) == 1


def test_what_outlives_aerender_is_ended_before_the_job_is_done(studio: Studio) -> None:
    pid = studio.folder / "pid"
    project = studio.project(
        last=3, faults=[ae_fault("grandchild", frame=2, pid_file=str(pid))]
    )
    assert studio.render(project, frames="1-3").code == 0
    assert not psutil.pid_exists(int(pid.read_text(encoding="utf-8")))


# ── wrong use ────────────────────────────────────────────────────────────────────────────────


def test_neither_a_comp_nor_an_item_of_the_queue_starts_nothing(studio: Studio) -> None:
    words = studio.words(studio.project())
    del words[2:4]
    said = studio.terminal.run(*words)
    assert said.code == 2
    assert "--comp" in said.err
    assert not studio.starts.exists()


def test_a_wrong_program_is_an_error_and_no_other_is_taken(studio: Studio) -> None:
    words = studio.words(studio.project())
    words[words.index(studio.program)] = studio.folder / "nowhere" / "aerender"
    on_path = {"PATH": str(studio.program.parent), "AERENDER_PATH": str(studio.program)}
    assert studio.terminal.run(*words, environment=on_path).code == 2
    assert not studio.starts.exists()


def test_the_variables_that_name_the_program_are_heeded(studio: Studio) -> None:
    words = studio.words(studio.project(last=2), frames="1-2")
    at = words.index("--program")
    del words[at : at + 2]
    for name in ("AERENDER_PATH", "AE_AERENDER_PATH"):
        said = studio.terminal.run("plan", *words[1:], environment={name: str(studio.program)})
        assert str(studio.program) in said.out


# ── affinity ─────────────────────────────────────────────────────────────────────────────────


def masks(studio: Studio) -> set[tuple[int, ...]]:
    lines = studio.starts.read_text(encoding="utf-8").splitlines()
    return {tuple(json.loads(line)["cpus"]) for line in lines}


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux has affinity masks")
def test_each_slot_keeps_to_the_processors_of_its_node(studio: Studio) -> None:
    ours = sorted(allowed(0))
    if len(ours) < 2:
        pytest.skip("one processor is one block")
    numa = studio.folder / "numa.json"
    numa.write_text(
        json.dumps({"group_0": [[str(ours[0])]], "group_1": ours[1:]}), encoding="utf-8"
    )
    project = studio.project(last=12, seconds=0.2)
    words = ("--slots", 2, "--chunk-size", 3, "--numa-map", numa)
    assert studio.render(project, *words, frames="1-12").code == 0
    assert masks(studio) == {(ours[0],), tuple(ours[1:])}
    studio.starts.unlink()
    assert studio.render(project, *words, "--no-affinity", "--existing", "replace").code == 0
    assert masks(studio) == {tuple(ours)}


@pytest.mark.thorough
def test_a_wrong_numa_map_starts_nothing(studio: Studio) -> None:
    numa = studio.folder / "numa.json"
    numa.write_text('{"a": [0, -1], "b": ["x"]}', encoding="utf-8")
    said = studio.render(studio.project(), "--numa-map", numa)
    assert said.code == 2
    assert "numa_map: a" in said.err
    assert "numa_map: b" in said.err
    assert studio.render(studio.project(), "--numa-map", "nowhere.json").code == 2
    assert not studio.starts.exists()
