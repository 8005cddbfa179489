"""The stand-in aerender goes wrong when, where and as often as its project says, and is two processes."""

import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from after_effects import PATIENCE_SECONDS, AfterEffects, run, told, wait_for

from framecrew.testing import (
    ae_fault,
    read_film_frame_numbers,
    read_frame_number,
    write_project,
)


@pytest.fixture
def effects(tmp_path: Path) -> AfterEffects:
    return AfterEffects(tmp_path)


@pytest.fixture
def started(effects: AfterEffects) -> Iterator[list[int]]:
    """Numbers of processes that a test leaves running; they end with it."""
    numbers: list[int] = []
    yield numbers
    for number in numbers:
        try:
            psutil.Process(number).kill()
        except psutil.NoSuchProcess:
            continue


@pytest.mark.skipif(os.name == "nt", reason="a process is ended there together with its parent")
def test_ending_aerender_alone_leaves_after_effects_at_work(
    effects: AfterEffects, started: list[int]
) -> None:
    starts = effects.folder / "starts"
    write_project(effects.project, starts=str(starts), last=3, seconds=0.2, mfr=False)
    with subprocess.Popen(effects.command(), stdout=subprocess.DEVNULL) as process:
        start = json.loads(wait_for(starts))
        started.append(start["after_effects"])
        process.kill()
    orphan = psutil.Process(start["after_effects"])

    gone, _ = psutil.wait_procs([orphan], timeout=PATIENCE_SECONDS)

    assert gone
    assert list(effects.frames().values()) == [1, 2, 3]


def test_two_starts_at_once_collide_if_the_project_says_so(effects: AfterEffects) -> None:
    collision = {"file": str(effects.folder / "instances"), "seconds": 60}
    first = effects.render("-e", "1", collision=collision)
    second = effects.render("-e", "1", collision=collision)

    assert first.returncode == 0
    assert "After Effects can not render for aerender. Another instance" in second.stdout
    assert second.returncode != 0


def test_a_fault_of_once_strikes_once_in_all_processes(effects: AfterEffects) -> None:
    faults = [ae_fault("skip", frame=2, once=effects.folder / "struck")]

    effects.render("-e", "3", faults=faults)
    first = list(effects.frames())
    effects.render("-e", "3", faults=faults)

    assert first == ["f_0001.png", "f_0003.png"]
    assert list(effects.frames()) == ["f_0001.png", "f_0002.png", "f_0003.png"]


def test_the_same_seed_throws_the_same_dice(effects: AfterEffects) -> None:
    faults = [ae_fault("no_line", chance=0.5)]
    values: dict[str, Any] = {"faults": faults, "last": 30, "mfr": False}

    throws = [told(effects.render(seed=seed, **values)) for seed in (1, 1, 2)]

    assert throws[0] == throws[1] != throws[2]
    assert 0 < len(throws[0]) < 30


def test_the_seed_of_the_environment_counts_most(effects: AfterEffects) -> None:
    faults = [ae_fault("no_line", chance=0.5)]
    write_project(effects.project, faults=faults, last=30, mfr=False, seed=1)

    own, other = (
        told(run(effects.command())),
        told(run(effects.command(), FRAMECREW_AERENDER_SEED="2")),
    )

    assert own != other


def test_with_a_tally_a_new_try_is_a_new_throw_and_a_storm_can_be_had_again(
    effects: AfterEffects,
) -> None:
    values: dict[str, Any] = {
        "faults": [ae_fault("no_line", chance=0.5)],
        "last": 30,
        "mfr": False,
        "seed": 1,
    }

    storms = [
        [told(effects.render(tally=str(effects.folder / name), **values)) for _ in range(3)]
        for name in ("first", "second")
    ]

    assert storms[0] == storms[1]
    assert storms[0][0] != storms[0][1]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="knows no fault 'explode'"):
        ae_fault("explode")


@pytest.mark.parametrize(
    ("fault", "text", "code", "frames"),
    [
        (ae_fault("licence"), "Unable to obtain a license", 1, []),
        (ae_fault("apple_event"), "aerender ERROR -1701: AEGetParamPt failed", 1, []),
        (ae_fault("busy"), "can not render for aerender. Another instance", 1, []),
        (ae_fault("missing_footage"), "a layer has missing dependencies", 9, []),
        (ae_fault("missing_fonts"), "Font family: Bebas", 0, [1, 2, 3]),
        (ae_fault("missing_effects"), "reference to a missing effect", 0, [1, 2, 3]),
        (ae_fault("read_failure", frame=3), "Could not read from source", 0, [1, 2]),
        (ae_fault("crash", frame=3, exit_code=5), "", 5, [1, 2]),
        (ae_fault("skip", frame=2), "Finished composition", 0, [1, 3]),
        (ae_fault("black", frame=2), "Finished composition", 0, [1, None, 3]),
        (ae_fault("message", at="exit", text="GL_VERS: 32"), "GL_VERS", 0, [1, 2, 3]),
        (ae_fault("message", frame=3, text="bad", exit_code=9), "bad", 9, [1, 2]),
        (ae_fault("message", at="exit", text="late", exit_code=9), "late", 9, [1, 2, 3]),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_a_fault_is_told_and_leaves_what_it_leaves(
    effects: AfterEffects,
    fault: dict[str, object],
    text: str,
    code: int,
    frames: list[int | None],
) -> None:
    done = effects.render("-e", "3", faults=[fault], mfr=False)

    assert text in done.stdout
    assert done.returncode == code
    assert list(effects.frames().values()) == frames


def test_missing_footage_is_passed_over_when_so_asked(effects: AfterEffects) -> None:
    faults = [ae_fault("missing_footage", names=["plate.exr"])]

    done = effects.render("-e", "2", "-continueOnMissingFootage", faults=faults)

    assert "INFO:The following layer dependencies are missing:\n    plate.exr\n" in done.stdout
    assert list(effects.frames().values()) == [1, 2]


def test_a_launch_that_never_came_has_nothing_but_the_missing_lines(
    effects: AfterEffects,
) -> None:
    done = effects.render(faults=[ae_fault("never_launched")])

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "aerender version 25.6x101",
        "PROGRESS: Launching After Effects...",
    ]


def test_a_failed_output_module_is_but_a_warning_and_leaves_half_a_file(
    effects: AfterEffects,
) -> None:
    done = effects.render("-e", "3", mfr=False, faults=[ae_fault("output_failed", frame=2)])

    assert "WARNING:After Effects warning: An output module failed. The file may" in done.stdout
    assert "Finished composition" not in done.stdout
    assert done.returncode == 0
    whole, half = (path.stat().st_size for path in sorted(effects.output.iterdir()))
    assert half == whole // 2


def test_a_truncated_frame_is_told_as_any_other(effects: AfterEffects) -> None:
    done = effects.render("-e", "3", faults=[ae_fault("truncated", frame=2)])

    sizes = [path.stat().st_size for path in sorted(effects.output.iterdir())]
    assert sizes[1] < sizes[0] == sizes[2]
    assert (done.returncode, sorted(told(done))) == (0, [1, 2, 3])


def test_a_truncated_film_is_told_as_any_other(effects: AfterEffects) -> None:
    done = effects.render("-e", "3", faults=[ae_fault("truncated")], output="f.mov")

    assert (done.returncode, len(told(done))) == (0, 3)
    with pytest.raises(ValueError, match="cannot be decoded"):
        read_film_frame_numbers(effects.output / "f.mov")


def test_a_film_that_lacks_a_frame_plays_fine(effects: AfterEffects) -> None:
    effects.render("-e", "4", faults=[ae_fault("skip", frame=2)], output="f.mov")

    assert read_film_frame_numbers(effects.output / "f.mov") == [1, 3, 4]


def test_another_ending_than_asked_may_be_written(effects: AfterEffects) -> None:
    effects.render("-e", "2", faults=[ae_fault("wrong_extension")], output="f.mov")

    assert [path.name for path in effects.output.iterdir()] == ["f.avi"]


@pytest.mark.parametrize(
    ("kind", "numbers"), [("repeat", [1, 2, 2, 3]), ("no_line", [1, 3]), ("mute", [1])]
)
def test_lines_may_be_repeated_or_missing_while_the_frames_are_there(
    effects: AfterEffects, kind: str, numbers: list[int]
) -> None:
    done = effects.render("-e", "3", mfr=False, faults=[ae_fault(kind, frame=2)])

    assert told(done) == numbers
    assert list(effects.frames().values()) == [1, 2, 3]


def test_output_may_be_no_utf8_and_a_line_a_megabyte_long(effects: AfterEffects) -> None:
    faults = [ae_fault("bad_bytes", frame=1), ae_fault("long_line", frame=2)]
    write_project(effects.project, last=2, faults=faults)

    printed = subprocess.run(
        effects.command(), stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS
    ).stdout

    assert b"\xff\xfe\x80" in printed
    assert max(map(len, printed.splitlines())) == 1_000_000


def test_a_slow_writer_shows_half_a_file_before_the_whole_one(effects: AfterEffects) -> None:
    faults = [ae_fault("slow_writer", frame=1, seconds=0.5)]
    write_project(effects.project, last=1, faults=faults)
    file = effects.output / "f_0001.png"
    sizes = set()
    with subprocess.Popen(effects.command(), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if file.exists():
                sizes.add(file.stat().st_size)
            time.sleep(0.01)

    whole = file.stat().st_size
    assert whole // 2 in sizes
    assert read_frame_number(file) == 1


@pytest.mark.skipif(os.name == "nt", reason="the limit is one of POSIX")
def test_a_file_that_cannot_be_written_whole_is_an_error(effects: AfterEffects) -> None:
    write_project(effects.project, mfr=False)
    command = shlex.join(effects.command(output="f_[####].tif"))

    done = run(["sh", "-c", f"ulimit -f 2; exec {command}"])

    assert "Error: After Effects error: Rendering error while writing to file" in done.stdout
    assert "Finished composition" not in done.stdout
    assert done.returncode == 9


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_a_crash_by_a_signal_is_not_hidden_by_aerender(effects: AfterEffects) -> None:
    by_default = effects.render(faults=[ae_fault("crash", frame=2)], mfr=False)
    chosen = effects.render(faults=[ae_fault("crash", frame=2, signal="SIGABRT")], mfr=False)

    assert (by_default.returncode, chosen.returncode) == (-9, -6)
    assert list(effects.frames().values()) == [1]


@pytest.mark.parametrize(
    ("fault", "last_line"),
    [
        (ae_fault("hang", at="launch"), "PROGRESS: Launching After Effects..."),
        (ae_fault("hang", at="launch", text="Sign in"), "Sign in"),
        (ae_fault("licence", how="hang"), "Unable to obtain a license. Please sign in, or"),
        (ae_fault("hang", frame=2), "PROGRESS:  0:00:00:01 (1): 0 Seconds"),
        (ae_fault("hang", at="exit"), "PROGRESS:  Total Time Elapsed: 0 Seconds"),
    ],
    ids=["splash", "dialog", "licence", "frame", "exit"],
)
def test_a_hang_comes_after_its_last_line(
    effects: AfterEffects, started: list[int], fault: dict[str, object], last_line: str
) -> None:
    write_project(effects.project, faults=[fault], mfr=False)
    log = effects.folder / "printed"
    with log.open("wb") as file, subprocess.Popen(effects.command(), stdout=file) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while last_line not in log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        family = [process.pid, *(c.pid for c in psutil.Process(process.pid).children())]
        started += family
        assert process.poll() is None
        for number in family:
            psutil.Process(number).kill()

    assert log.read_text(encoding="utf-8").splitlines()[-1].startswith(last_line)


def test_a_child_outlives_it(effects: AfterEffects, started: list[int]) -> None:
    number = effects.folder / "number"

    done = effects.render(faults=[ae_fault("grandchild", at="exit", pid_file=str(number))])

    started.append(int(number.read_text(encoding="utf-8")))
    assert done.returncode == 0
    assert psutil.pid_exists(started[0])
