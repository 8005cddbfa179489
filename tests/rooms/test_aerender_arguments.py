"""The stand-in aerender takes its arguments as aerender is documented to."""

from pathlib import Path
from typing import Any

import pytest
from after_effects import AfterEffects, run, told

from framecrew.testing import (
    install_aerender,
    write_project,
)


@pytest.fixture
def effects(tmp_path: Path) -> AfterEffects:
    return AfterEffects(tmp_path)


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
