"""`aerender-compat`: call lines out of scripts for the local runner, as they stand there."""

import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from doors.terminal import Said, Terminal, alive, wait_until

from framecrew.testing import (
    ae_fault,
    install_aerender,
    read_film_frame_numbers,
    read_frame_number,
    write_project,
)

pytestmark = pytest.mark.slow

FFMPEG = shutil.which("ffmpeg") or ""
NEEDS_FFMPEG = pytest.mark.skipif(not FFMPEG, reason="no ffmpeg here")
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[(INFO|WARNING|ERROR)\] ")


class Script:
    """A folder in which somebody's script calls the runner."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.folder = folder
        self.program = install_aerender(folder / "bin")
        self.starts = folder / "starts.jsonl"

    def project(self, **values: Any) -> Path:
        return write_project(self.folder / "shot.aep", starts=str(self.starts), **values)

    def words(self, *arguments: object, output: str = "out/f_[####].png") -> list[object]:
        return [
            *("aerender-compat", "--project", "shot.aep", "--comp", "Main"),
            *("--aerender_path", self.program, "--output", output, "--spawn_delay", "0"),
            *arguments,
        ]

    def call(self, *arguments: object, output: str = "out/f_[####].png") -> Said:
        return self.terminal.run(*self.words(*arguments, output=output))

    def arguments(self) -> list[list[str]]:
        lines = self.starts.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["arguments"] for line in lines]

    def delivered(self) -> list[int]:
        return self.terminal.delivered()


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


def all_of(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


def test_a_call_line_with_every_flag_just_works(script: Script) -> None:
    script.project(last=60, seconds=0.01, environment=["OCIO", "THREADS"])
    (script.folder / "env.json").write_text('{"OCIO": "/show.ocio", "THREADS": 4}')
    (script.folder / "numa.json").write_text(json.dumps({"node0": [min(_processors())]}))
    said = script.call(
        *("--frames", "1-60", "--chunk_size", 20, "--index", 1, "--concurrency", 4),
        *("--max_concurrency", 24, "--ram_per_process_gb", 32, "--mfr_threads", 16),
        *("--disable_mfr", "--sound", "OFF", "--rs_template", "Draft Settings"),
        *("--om_template", "PNG Sequence", "--scratch_root", "scratch", "--stage_project"),
        *("--child_grace_sec", 10, "--kill_on_fail", "--numa_map", "numa.json"),
        *("--env_file", "env.json", "--log_file", "logs/run.log", "--output_is_pattern"),
        *("--after_effects_dir", script.folder, "--pid_file", "pids/runner.pid"),
    )
    assert said.code == 0, said.err
    assert said.out == ""
    assert script.delivered() == all_of(21, 40)
    for words in script.arguments():
        assert words[words.index("-mfr") + 1] == "OFF"
        assert words[words.index("-sound") + 1] == "OFF"
        assert words[words.index("-RStemplate") + 1] == "Draft Settings"
        assert words[words.index("-OMtemplate") + 1] == "PNG Sequence"
    start = json.loads(script.starts.read_text(encoding="utf-8").splitlines()[0])
    assert start["environment"] == {"OCIO": "/show.ocio", "THREADS": "4"}
    assert not [path for path in (script.folder / "scratch").rglob("*") if path.is_file()]
    assert list((script.folder / "pids").iterdir()) == []
    log = (script.folder / "logs" / "run.log").read_text(encoding="utf-8").splitlines()
    assert all(STAMP.match(line) for line in log)


def _processors() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return [0]


def test_the_help_shows_the_call_as_it_is_typed(script: Script) -> None:
    said = script.terminal.run("aerender-compat", "--help")
    assert "--project shot.aep --comp Main \\\n" in said.out


def test_the_log_has_the_lines_that_panels_read(script: Script) -> None:
    script.project(last=12, seconds=0.3)
    said = script.call("--start", 1, "--end", 12, "--concurrency", 2, "--disable_mfr")
    assert said.code == 0, said.err
    assert "[INFO] Runner pid=" in said.out
    ranges = dict(re.findall(r"Launched child\[\d+\] pid=(\d+) frames=(\S+)", said.out))
    # On a busy machine a third one may relieve one of them of its last frames.
    first_two = dict(list(ranges.items())[:2])
    assert sorted(first_two.values()) == ["1-6", "7-12"]
    for pid in first_two:
        counted = re.findall(
            rf"\[{pid} STDOUT\] PROGRESS:  \S+ \((\d+)\): \d+ Seconds", said.out
        )
        assert sorted(map(int, counted)) == all_of(
            1, len(counted) if ranges != first_two else 6
        )


@pytest.mark.thorough
def test_sixty_quick_frames_on_four_children_are_sixty_files(script: Script) -> None:
    script.project(last=60, seconds=0.01)
    assert script.call("--frames", "1-60", "--concurrency", 4).code == 0
    assert script.delivered() == all_of(1, 60)


@pytest.mark.thorough
def test_a_sparse_or_backwards_list_is_rendered_exactly(script: Script) -> None:
    script.project(last=40)
    said = script.call("--frames", "9, 1,5, 40-38", "--concurrency", 2)
    assert said.code == 0
    assert "[WARNING] exactly these 6 frames are rendered" in said.out
    assert script.delivered() == [1, 5, 9, 38, 39, 40]


@pytest.mark.thorough
def test_a_second_call_renders_anew_and_existing_keep_goes_on(script: Script) -> None:
    script.project(last=4)
    assert script.call("--frames", "1-4").code == 0
    first = len(script.arguments())
    assert script.call("--frames", "1-4").code == 0
    second = len(script.arguments())
    assert second > first
    said = script.call("--frames", "1-4", "--existing", "keep")
    assert said.code == 0
    assert "Found whole and kept: frames 1-4" in said.out
    assert len(script.arguments()) == second


def test_a_missing_frame_is_exit_code_1_and_named(script: Script) -> None:
    script.project(last=12, faults=[ae_fault("truncated", frame=7)])
    said = script.call("--frames", "1-12", "--concurrency", 2)
    assert said.code == 1
    assert "[ERROR] Missing: 7" in said.out
    assert script.delivered() == [*range(1, 7), *range(8, 13)]


def test_kill_on_fail_ends_the_siblings(script: Script) -> None:
    script.project(last=40, seconds=1, faults=[ae_fault("missing_footage", names=["a.mov"])])
    said = script.call("--frames", "1-40", "--concurrency", 2, "--kill_on_fail")
    assert said.code == 1
    assert len(script.arguments()) <= 2


def test_a_dry_run_shows_quoted_commands_and_writes_nothing(script: Script) -> None:
    script.project(last=10)
    before = sorted(script.folder.rglob("*"))
    said = script.call(
        *("--frames", "1-10", "--concurrency", 4, "--dry_run"),
        *("--log_file", "run.log", "--pid_file", "pid", "--om_template", "My PNG"),
    )
    assert said.code == 0, said.err
    lines = [line for line in said.out.splitlines() if "DRY RUN" in line]
    ranges = [re.findall(r"-s (\d+) -e (\d+)", line)[0] for line in lines]
    assert len(ranges) == 4
    shared = [frame for first, last in ranges for frame in all_of(int(first), int(last))]
    assert shared == all_of(1, 10)
    assert all("'My PNG'" in line for line in lines) or sys.platform == "win32"
    assert not script.starts.exists()
    new = [path for path in sorted(script.folder.rglob("*")) if path not in before]
    assert [path for path in new if "home" not in path.parts] == []


def test_children_are_listed_while_they_run_and_a_stop_is_130(script: Script) -> None:
    script.project(last=60, seconds=0.3)
    pids = script.folder / "run" / "runner.pid"
    listed = pids.with_name("children_pids.txt")
    words = script.words("--frames", "1-60", "--concurrency", 2, "--pid_file", pids)
    with script.terminal.start(*words) as running:
        running.until_said("Delivered frame", times=3)
        wait_until(listed.exists, "the children")
        assert int(pids.read_text(encoding="utf-8")) == running.process.pid
        found = re.findall(r"^pid=(\d+)$", listed.read_text(encoding="utf-8"), re.MULTILINE)
        family = running.family()
        assert {int(pid) for pid in found} & {one.pid for one in family}
        running.signal(signal.SIGTERM)
        said = running.end()
    if sys.platform != "win32":
        assert said.code == 130
        assert not pids.exists()
        assert not listed.exists()
    assert alive(family) == []
    assert len(script.delivered()) >= 3


@pytest.mark.thorough
def test_a_child_that_is_silent_is_told_of_and_not_ended(script: Script) -> None:
    script.project(last=1, seconds=3)
    said = script.call("--frames", "1", "--child_grace_sec", 1)
    assert said.code == 0, said.err
    assert re.search(r"\[WARNING\] child\[0\] pid=\S+ has said nothing for \d+ s", said.out)
    assert script.delivered() == [1]


@pytest.mark.parametrize(
    ("arguments", "code", "said_of"),
    [
        (("--frames", "1-9", "--chunk_size", 5), 2, "--index"),
        (("--start", 9, "--end", 1), 2, "--start"),
        (("--frames", "1-9", "--aerender_path", "nowhere"), 1, "nowhere"),
        (("--frames", "1-9", "--env_file", "none.json"), 2, "env_file"),
        (("--frames", "1-9", "--numa_map", "none.json"), 2, "numa_map"),
        (("--frames", "1-9", "--pid_file", "shot.aep/pid"), 2, "--pid_file"),
        (("--frames", "1-9", "--log_file", "shot.aep/log"), 2, "--log_file"),
        (("--frames", "1-9", "--comp", "", "--sound", "OFF"), 2, "comp"),
        (("--frames", "1-9", "--turbo"), 2, "--turbo"),
    ],
)
def test_wrong_use_has_its_exit_code_and_starts_nothing(
    script: Script, arguments: tuple[object, ...], code: int, said_of: str
) -> None:
    script.project()
    said = script.call(*arguments)
    assert said.code == code
    assert said_of in said.err
    assert "Traceback" not in said.err
    assert not script.starts.exists()
    assert not (script.folder / "out").exists()


@NEEDS_FFMPEG
def test_one_film_comes_of_several_children(script: Script) -> None:
    script.project(last=40, width=64, height=48)
    said = script.call("--frames", "1-40", "--concurrency", 3, output="out/shot.mkv")
    assert said.code == 0, said.err
    assert read_film_frame_numbers(script.folder / "out" / "shot.mkv", FFMPEG) == all_of(1, 40)
    assert len(script.arguments()) > 1


@pytest.mark.thorough
@NEEDS_FFMPEG
def test_a_hole_in_a_film_is_never_joined_over(script: Script) -> None:
    script.project(last=40, width=64, height=48, faults=[ae_fault("crash", frame=11)])
    said = script.call("--frames", "1-40", "--concurrency", 3, output="out/shot.mkv")
    assert said.code == 1
    assert re.search(r"\[ERROR\] Missing: \S+", said.out)
    assert not (script.folder / "out" / "shot.mkv").exists()


@pytest.mark.thorough
def test_two_runs_to_one_target_do_not_meet(script: Script) -> None:
    script.project(last=20, seconds=0.5)
    words = script.words("--frames", "1-20", "--disable_mfr", "--concurrency", 1)
    with script.terminal.start(*words) as running:
        running.until_said("Launching child")
        said = script.call("--frames", "1-20")
        assert said.code != 0
        assert "Traceback" not in said.err
        assert running.end().code == 0
    assert read_frame_number(script.folder / "out" / "f_0020.png") == 20


def test_its_processes_are_gone_when_it_is(script: Script) -> None:
    pid = script.folder / "grandchild"
    script.project(last=2, faults=[ae_fault("grandchild", frame=1, pid_file=str(pid))])
    assert script.call("--frames", "1-2").code == 0
    assert not psutil.pid_exists(int(pid.read_text(encoding="utf-8")))
