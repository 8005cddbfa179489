"""The stand-in aerender behaves as aerender is documented to; each promise is checked on the
program itself."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil
import pytest

from framecrew.testing import (
    ae_fault,
    comp_samples,
    install_aerender,
    read_film_frame_numbers,
    read_film_samples,
    read_frame_number,
    write_project,
)
from framecrew.testing.aerender.project import MODULES, Module, ending_of

FRAME_LINE = re.compile(r"^PROGRESS:  \d+:\d\d:\d\d:\d\d \((\d+)\): \d+ Seconds$")
PATIENCE_SECONDS = 30.0


class AfterEffects:
    """An installed aerender, a project, and a folder for its frames."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = install_aerender(folder / "bin")
        self.project = folder / "shot.aep"
        self.output = folder / "out"
        self.output.mkdir()

    def command(self, *arguments: str, output: str = "f_[####].png") -> list[str]:
        return [
            *(str(self.program), "-project", str(self.project)),
            *("-comp", "Main", "-output", str(self.output / output), *arguments),
        ]

    def render(
        self, *arguments: str, output: str = "f_[####].png", **values: object
    ) -> subprocess.CompletedProcess[str]:
        write_project(self.project, **values)
        return run(self.command(*arguments, output=output))

    def frames(self) -> dict[str, int | None]:
        return {path.name: read_frame_number(path) for path in sorted(self.output.iterdir())}


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE_SECONDS,
        env=os.environ | environment,
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


def told(done: subprocess.CompletedProcess[str]) -> list[int]:
    """The `n` of each frame line, in the order they came."""
    return [int(m[1]) for line in done.stdout.splitlines() if (m := FRAME_LINE.match(line))]


def wait_for(happened: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if happened.exists() and (text := happened.read_text(encoding="utf-8")):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{happened} never came")


# ── arguments ─────────────────────────────────────────────────────────────────────────────────


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    program = install_aerender(tmp_path / "bin", version="16.1")

    done = run([str(program), "-version"])

    assert (done.returncode, done.stdout) == (0, "aerender version 16.1x204\n")


def test_help_tells_every_flag(effects: AfterEffects) -> None:
    done = run([str(effects.program), "-help"])

    for flag in ("-comp", "-rqindex", "-OMtemplate", "-mfr", "-continueOnMissingFootage"):
        assert flag in done.stdout


def test_frames_are_inclusive_and_named_by_the_comps_numbers(effects: AfterEffects) -> None:
    done = effects.render("-s", "1003", "-e", "1005", first=1001, last=1010)

    assert done.returncode == 0
    assert effects.frames() == {f"f_{n}.png": n for n in (1003, 1004, 1005)}
    assert sorted(told(done)) == [1, 2, 3]
    assert "Finished composition" in done.stdout


def test_without_a_span_the_whole_comp_is_rendered(effects: AfterEffects) -> None:
    effects.render(first=0, last=4)

    assert list(effects.frames().values()) == [0, 1, 2, 3, 4]


def test_without_a_comp_the_whole_queue_is_rendered_and_the_span_ignored(
    effects: AfterEffects,
) -> None:
    queue = [
        {"comp": "Main", "output": str(effects.output / "a_[####].png"), "last": 2},
        {"comp": "Main", "output": str(effects.output / "b_[####].png"), "first": 9},
        {"comp": "Main", "output": str(effects.output / "c_[####].png"), "status": "done"},
    ]
    write_project(effects.project, queue=queue)

    done = run([str(effects.program), "-project", str(effects.project), "-s", "5", "-e", "5"])

    assert list(effects.frames()) == ["a_0001.png", "a_0002.png", "b_0009.png", "b_0010.png"]
    assert "WARNING: -s and/or -e arguments ignored since no -comp" in done.stdout


def test_an_item_is_named_by_its_index_from_one(effects: AfterEffects) -> None:
    queue = [
        {"comp": "Main", "output": str(effects.output / "a_[####].png")},
        {"comp": "Main", "output": str(effects.output / "b_[####].png")},
    ]
    write_project(effects.project, queue=queue)
    words = [str(effects.program), "-project", str(effects.project)]

    run([*words, "-rqindex", "2", "-s", "5", "-e", "5"])
    missing = run([*words, "-rqindex", "3"])

    assert effects.frames() == {"b_0005.png": 5}
    assert "No render queue item was found with the given index." in missing.stdout
    assert missing.returncode == 7


def test_an_increment_holds_frames(effects: AfterEffects) -> None:
    done = effects.render("-s", "1", "-e", "7", "-i", "3")

    assert list(effects.frames().values()) == [1, 1, 1, 4, 4, 4, 7]
    assert sorted(told(done)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [
        (["-x"], "aerender SYNTAX ERROR: Illegal argument flag: -x", 3),
        (["-mem_usage", "20"], "aerender SYNTAX ERROR: no value given for flag: -mem_usage", 3),
        (["-v", "LOUD"], "aerender SYNTAX ERROR: Bad value for -verbose.", 3),
        (["-close", "YES"], "aerender SYNTAX ERROR: Bad value for -close.", 3),
        (["-sound", "LOUD"], "aerender SYNTAX ERROR: Bad value for -sound.", 3),
        (["-mfr", "ON", "many"], "aerender SYNTAX ERROR: Bad value for -mfr.", 3),
        (["-i", "101"], "aerender SYNTAX ERROR: Bad value for -increment.", 3),
        (["-comp", "main"], "aerender ERROR: No comp was found with the given name.", 7),
        (["-RStemplate", "X"], "aerender ERROR: No render settings template was found", 7),
        (["-OMtemplate", "X"], "aerender ERROR: No output module template was found", 7),
        (["-project", "no.aep"], "aerender Error: After Effects error: ", 9),
        (["-s", "9", "-e", "3"], "aerender Error: After Effects error: timeSpanDuration", 9),
    ],
)
def test_a_wrong_argument_is_told_after_the_launch(
    effects: AfterEffects, arguments: list[str], text: str, code: int
) -> None:
    done = effects.render(*arguments)

    lines = done.stdout.splitlines()
    assert lines[2] == "PROGRESS: ...After Effects successfully launched"
    assert any(line.startswith(text) for line in lines[3:])
    assert done.returncode == code
    assert effects.frames() == {}


@pytest.mark.parametrize(
    ("values", "arguments"),
    [
        ({"version": "18.2"}, ["-mfr", "ON", "50"]),
        ({"version": "22.0", "system": "mac"}, ["-reuse"]),
        ({"version": "22.0"}, ["-renderSettings", "Quality: Best"]),
    ],
)
def test_flags_of_other_versions_are_illegal(
    effects: AfterEffects, values: dict[str, Any], arguments: list[str]
) -> None:
    done = effects.render(*arguments, **values)

    assert f"Illegal argument flag: {arguments[0]}" in done.stdout
    assert done.returncode == 3


def test_every_flag_is_accepted_together(effects: AfterEffects) -> None:
    done = effects.render(
        *("-v", "ERRORS_AND_PROGRESS", "-reuse", "-mp", "-mem_usage", "20", "80"),
        *("-mfr", "ON", "100", "-close", "DO_NOT_SAVE_CHANGES", "-sound", "OFF"),
        *("-RStemplate", "Best Settings", "-OMtemplate", "TIFF Sequence"),
        *("-renderSettings", "Quality: Best", "-outputSettings", "Format: TIFF"),
        *("-continueOnMissingFootage", "-s", "2", "-e", "2"),
        output="f_[#####].tif",
    )

    assert done.returncode == 0
    assert effects.frames() == {"f_00002.tif": 2}


def test_errors_alone_are_told_when_so_asked(effects: AfterEffects) -> None:
    quiet = effects.render("-v", "ERRORS")
    wrong = effects.render("-v", "ERRORS", "-OMtemplate", "X")

    assert told(quiet) == []
    assert "aerender ERROR" in wrong.stdout


def test_a_log_file_takes_the_lines_and_raises_the_exit_code(effects: AfterEffects) -> None:
    log = effects.folder / "render.log"

    done = effects.render("-log", str(log), "-s", "1", "-e", "2")
    wrong = effects.render("-log", str(log), "-i", "0")

    assert told(done) == []
    assert wrong.returncode == 4
    assert b"aerender SYNTAX ERROR: Bad value for -increment" in log.read_bytes()


def test_a_log_file_is_one_line_to_whoever_splits_at_newlines(effects: AfterEffects) -> None:
    log = effects.folder / "render.log"

    effects.render("-log", str(log), "-s", "1", "-e", "2", version="18.2")

    text = log.read_bytes().decode()
    assert "\n" not in text
    assert text.startswith('Adobe After Effects v18.2 Windows 64 render log for project "shot')
    assert "\r  0:00:00:01 (1): 0 Seconds\r  0:00:00:02 (2): 0 Seconds\r" in text


def test_frames_outside_the_comp_are_blank_and_warned_of(effects: AfterEffects) -> None:
    done = effects.render("-s", "10", "-e", "12")

    assert list(effects.frames().values()) == [10, None, None]
    assert "WARNING:After Effects warning: timeSpanStart of" in done.stdout
    assert "may have blank frames" in done.stdout
    assert done.returncode == 0


def test_a_newer_versions_project_does_not_open(effects: AfterEffects) -> None:
    done = effects.render(version="24.0", saved_in="25.1")

    assert "created with After Effects version 25.1 (Windows 64) and cannot be" in done.stdout
    assert done.returncode == 9


def test_an_older_versions_project_is_converted(effects: AfterEffects) -> None:
    done = effects.render("-e", "1", version="24.0", saved_in="23.1")

    assert "INFO:After Effects: this project must be converted" in done.stdout
    assert effects.frames() == {"f_0001.png": 1}


def test_a_custom_start_frame_makes_every_run_begin_there(effects: AfterEffects) -> None:
    modules = {"From Zero": {"format": "png", "start_frame": 0}}

    effects.render("-s", "5", "-e", "6", "-OMtemplate", "From Zero", output_modules=modules)

    assert effects.frames() == {"f_0000.png": 5, "f_0001.png": 6}


def test_a_folder_that_is_not_there_is_an_error(effects: AfterEffects) -> None:
    done = effects.render(output="missing/f_[####].png")

    assert "The specified path is not valid." in done.stdout
    assert done.returncode == 9


# ── the log ───────────────────────────────────────────────────────────────────────────────────


def test_multi_frame_rendering_tells_frames_out_of_order(effects: AfterEffects) -> None:
    many = told(effects.render("-mfr", "ON", "100", last=20))
    one = told(effects.render("-mfr", "OFF", "100", last=20))

    assert many != sorted(many)
    assert sorted(many) == one == list(range(1, 21))


def test_frames_in_work_together_take_the_time_of_the_dearest(effects: AfterEffects) -> None:
    starts = (
        [len(group) for group in _groups(percent=100)],
        [len(group) for group in _groups(percent=50)],
    )

    assert starts == ([4, 4, 2], [2, 2, 2, 2, 2])


def _groups(*, percent: int) -> Iterator[list[int]]:
    from framecrew.testing.aerender.project import Item, Project
    from framecrew.testing.aerender.rendering import groups

    project = Project("", {}, installed="25.6")
    return groups(project, Item({}, project.comps[0]), percent)


def test_in_16_the_launchers_lines_come_last(effects: AfterEffects) -> None:
    done = effects.render("-e", "1", version="16.1", system="mac")

    assert done.stdout.splitlines()[-3:] == [
        "aerender version 16.1x204",
        "PROGRESS: Launching After Effects...",
        "PROGRESS: ...After Effects successfully launched",
    ]


def test_lines_may_end_with_cr_alone(effects: AfterEffects) -> None:
    write_project(effects.project, line_ends="cr")

    printed = subprocess.run(
        effects.command("-e", "3", "-mfr", "OFF", "1"),
        stdout=subprocess.PIPE,
        timeout=PATIENCE_SECONDS,
    ).stdout

    assert b"(1): 0 Seconds\rPROGRESS:  0:00:00:02 (2): 0 Seconds\r" in printed


def test_japanese_may_come_in_the_code_page_of_its_windows(effects: AfterEffects) -> None:
    write_project(effects.project, language="ja", encoding="cp932")

    printed = subprocess.run(
        effects.command("-e", "1"), stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS
    ).stdout

    assert "コンポジション“Main”の終了".encode("cp932") in printed
    assert "1 (1): 0 秒".encode("cp932") in printed


def test_each_start_is_written_down(effects: AfterEffects) -> None:
    starts = effects.folder / "starts"
    write_project(effects.project, starts=str(starts), environment=["SHOT"])

    run(effects.command("-e", "1"), SHOT="010")

    start = json.loads(starts.read_text(encoding="utf-8"))
    assert start["arguments"][-2:] == ["-e", "1"]
    assert start["environment"] == {"SHOT": "010"}
    assert start["pid"] != start["after_effects"]


# ── films ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", [module for module in MODULES.values() if module.is_film], ids=lambda m: m.name
)
def test_a_film_of_every_codec_shows_its_frames_and_sounds_as_the_comp(
    effects: AfterEffects, module: Module
) -> None:
    film = effects.output / f"f{ending_of(module)}"
    comp: dict[str, Any] = {"width": 256, "height": 144, "fps": "30000/1001", "audio": True}

    done = effects.render(
        "-OMtemplate", module.name, "-s", "3", "-e", "9", output=film.name, **comp
    )

    assert done.returncode == 0, done.stdout
    assert read_film_frame_numbers(film) == [3, 4, 5, 6, 7, 8, 9]
    sound = read_film_samples(film)
    expected = comp_samples(3, 9, Fraction(30000, 1001), start=1)
    if module.audio == "pcm":
        assert sound == expected
    else:
        assert len(sound) >= len(expected)


@pytest.mark.parametrize("name", ["ProRes 4444", "FFV1 with Alpha"])
def test_a_film_keeps_its_alpha(effects: AfterEffects, name: str) -> None:
    film = effects.output / f"f{ending_of(MODULES[name])}"
    effects.render("-OMtemplate", name, "-e", "1", output=film.name)

    plane = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-i", str(film), "-vf", "alphaextract,format=gray"),
            *("-f", "rawvideo", "-"),
        ],
        capture_output=True,
        check=True,
    ).stdout

    assert set(plane) <= {127, 128, 129}


def test_a_film_holds_frames_too(effects: AfterEffects) -> None:
    effects.render("-i", "2", "-e", "5", output="f.mov")

    assert read_film_frame_numbers(effects.output / "f.mov") == [1, 1, 3, 3, 5]


# ── processes ─────────────────────────────────────────────────────────────────────────────────


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


# ── faults ────────────────────────────────────────────────────────────────────────────────────


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
        (ae_fault("never_launched", how="hang"), "PROGRESS: Launching After Effects..."),
        (ae_fault("hang", frame=2), "PROGRESS:  0:00:00:01 (1): 0 Seconds"),
        (ae_fault("hang", at="exit"), "PROGRESS:  Total Time Elapsed: 0 Seconds"),
    ],
    ids=["splash", "dialog", "licence", "launcher", "frame", "exit"],
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
