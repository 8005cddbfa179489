"""The stand-in aerender logs as real ones of several versions and languages do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from after_effects import PATIENCE_SECONDS, AfterEffects, run, told

from framecrew.testing import (
    ae_fault,
    write_project,
)


@pytest.fixture
def effects(tmp_path: Path) -> AfterEffects:
    return AfterEffects(tmp_path)


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


HEADER_OF_18_2 = """\
Render Settings: Best Settings  Quality: Best  Resolution: Full  Size: 1920 x 1080  \
Proxy Use: Use No Proxies  Effects: Current Settings  Disk Cache: Read Only  \
Color Depth: Current Settings  Frame Blending: On for Checked Layers  Field Render: Off  \
Pulldown: Off  Motion Blur: On for Checked Layers  Solos: Current Settings  \
Time Span: Work Area  Start: 0:00:00:00  End: 0:00:05:23  Duration: 0:00:05:24  \
Frame Rate: 30.00 (comp)  Guide Layers: All Off  Skip Existing Files: Off  \
Output Module: LFS  Output To: OUT  Format: PNG  Output Info: -  Start Frame: 0  \
Output Audio: -  Channels: RGB + Alpha  Depth: Millions of Colors+  Color: Straight  \
Resize: -  Crop: -  Final Size: 1920 x 1080  Profile: -  Post-Render Action: None  \
0:00:00:00 (1): 0 Seconds"""


def test_a_log_file_has_the_very_lines_of_a_real_one(effects: AfterEffects) -> None:
    log, output = effects.folder / "render.log", effects.output / "result_[#####].png"

    effects.render(
        *("-log", str(log), "-OMtemplate", "LFS"),
        output=output.name,
        version="18.2",
        output_modules={"LFS": {"format": "png", "alpha": True}},
        faults=[ae_fault("message", frame=1, at="frame", text="", exit_code=0)],
        first=0,
        last=173,
        width=1920,
        height=1080,
        fps="30",
    )

    text = log.read_bytes().decode().replace(str(output), "OUT")
    lines = [line.strip() for line in text.split("\r") if line.strip()]
    expected = HEADER_OF_18_2.split("  ")
    begin = lines.index(expected[0])
    assert lines[begin : begin + len(expected)] == expected


def test_a_frame_that_is_told_twice_looks_as_in_16_1(effects: AfterEffects) -> None:
    done = effects.render(
        *("-s", "170239", "-e", "170239"),
        version="16.1",
        system="mac",
        fps="30000/1001",
        first=0,
        last=200_000,
        faults=[ae_fault("repeat")],
    )

    lines = done.stdout.splitlines()
    assert lines[-10:-8] == [
        "PROGRESS:  1;34;40;09 (1): 0 Seconds",
        "PROGRESS:  1;34;40;09 (1): 1 Seconds",
    ]
    assert re.fullmatch(r"PROGRESS:  .* EDT: Finished composition Main\.", lines[-8])
    assert lines[-7:] == [
        *("", "", "", "PROGRESS:  Total Time Elapsed: 0 Seconds"),
        "aerender version 16.1x204",
        "PROGRESS: Launching After Effects...",
        "PROGRESS: ...After Effects successfully launched",
    ]


def test_an_apple_event_that_failed_looks_as_in_17_0_5(effects: AfterEffects) -> None:
    done = effects.render(version="17.0.5", faults=[ae_fault("apple_event")])

    assert done.stdout.splitlines() == [
        "aerender version 17.0.5x16",
        "PROGRESS: Launching After Effects...",
        "aerender ERROR -1701: AEGetParamPt failed at line 894",
    ]


def test_it_is_a_module_too(effects: AfterEffects) -> None:
    write_project(effects.project)

    done = run(
        [sys.executable, "-m", "framecrew.testing.aerender", *effects.command("-e", "2")[1:]]
    )

    assert done.returncode == 0
    assert list(effects.frames().values()) == [1, 2]
