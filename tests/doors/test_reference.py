"""`presets`, `schema`, `frames`, `doctor` and `clean`, as a person calls them."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner, Result

from framecrew.cli.main import COMMANDS, framecrew
from framecrew.execution.workspace import OWNER_ENDING, make_workspace, this_process
from framecrew.model.jobs import JobSpec
from framecrew.model.requests import RenderRequest
from framecrew.model.statuses import JobStatus
from framecrew.planning.reading import parse_job_file, read_spec
from framecrew.planning.spec_fields import spec_fields
from framecrew.renderers.contract import End, EndSeen, FileWritten, Renderer
from framecrew.renderers.film_presets import PRESETS
from framecrew.store.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMECREW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FRAMECREW_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(framecrew, arguments)


def test_help_shows_calls_on_lines_of_their_own() -> None:
    lines = call("--help").output.splitlines()

    assert (
        "    framecrew render shot.blend --frames 1-240 --output renders/shot_####.png" in lines
    )


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_that_help_lists_can_be_called(command: str) -> None:
    said = call(command, "--help")

    assert said.exit_code == 0
    assert f"framecrew {command}" in said.output


def test_help_lists_the_options_of_each_renderer_under_its_name() -> None:
    said = call("render", "--help").output

    assert said.index("\nOptions:") < said.index("  --frames ")
    assert said.index("\nBlender options:") < said.index("  --view-layer ")
    assert said.index("  --frames ") < said.index("\nAfter Effects options:")


def test_help_is_there_without_loading_what_only_commands_need() -> None:
    script = (
        "import sys\n"
        "try:\n    from framecrew.cli.main import main; main(['--help'])\n"
        "finally:\n    print(sorted({'rich', 'numpy', 'pydantic', 'psutil'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert said.returncode == 0
    assert said.stdout.splitlines()[-1] == "[]"


# ── frames ────────────────────────────────────────────────────────────────────────────────────


def test_frames_tells_count_spelling_and_ends() -> None:
    said = call("frames", "1,2,3,4,5,9-11")

    assert said.exit_code == 0
    assert said.output.splitlines() == ["8 frames: 1-5,9-11", "first 1, last 11"]


def test_frames_below_zero_are_no_flags() -> None:
    assert call("frames", "-10--5").output.startswith("6 frames: -10--5\n")


def test_frames_names_files_in_the_order_in_which_they_are_given_out() -> None:
    said = call("frames", "1-5", "--pattern", "a_####.png", "--order", "spread")

    assert said.output.splitlines()[2:] == [
        "spread: 1 5 3 2 4",
        *(f"  a_{frame:04d}.png" for frame in (1, 5, 3, 2, 4)),
    ]


def test_of_many_frames_only_some_are_listed_and_the_rest_is_counted() -> None:
    lines = call("frames", "1-1000", "--pattern", "a_####.png").output.splitlines()

    assert len(lines) < 20
    assert "988 more" in lines[-1]


@pytest.mark.parametrize(("text", "place"), [("1-2-3", 3), ("1,!1-2", 2), ("1-10:3", 4)])
def test_a_frames_text_that_cannot_be_read_is_pointed_at(text: str, place: int) -> None:
    said = call("frames", text)

    assert said.exit_code == 2
    shown, pointer = said.output.splitlines()[-2:]
    assert shown == text
    assert pointer == " " * place + "^"


def test_a_pattern_without_a_place_is_wrong_use() -> None:
    assert call("frames", "1-5", "--pattern", "a.png").exit_code == 2


# ── presets and schema ────────────────────────────────────────────────────────────────────────


def test_presets_tells_of_each_preset_on_one_line() -> None:
    lines = call("presets").output.splitlines()

    for preset in PRESETS.values():
        line = next(line for line in lines if line.startswith(f"{preset.name} "))
        assert all(ending in line for ending in preset.endings)
        assert preset.title in line


def test_schema_is_json_with_the_options_of_installed_renderers() -> None:
    printed = json.loads(call("schema").output)

    assert printed["$schema"].endswith("2020-12/schema")
    assert "samples" in printed["$defs"]["blender"]["properties"]
    assert "ffmpeg" not in printed["$defs"]


# ── doctor ────────────────────────────────────────────────────────────────────────────────────


def test_doctor_tells_every_place_it_looked_at_and_what_it_found_there() -> None:
    said = call("doctor", "--json")
    told = json.loads(said.output)

    programs = told["programs"]
    assert set(programs) >= {"blender", "ffmpeg"}
    for program in programs.values():
        looked = {look["path"] for look in program["looked"]}
        assert looked >= {found["path"] for found in program["found"]}
        assert program["install"]
    assert told["can_render"] is bool(programs["blender"]["found"])
    assert said.exit_code == (0 if told["can_render"] else 1)
    assert told["cores"]["usable"] >= 1
    assert len(told["disks"]) == 2


def test_doctor_measures_the_disk_of_the_output_too(tmp_path: Path) -> None:
    output = tmp_path / "far" / "away"

    told = json.loads(call("doctor", "--json", "--output", str(output)).output)

    disk = next(disk for disk in told["disks"] if disk["folder"] == str(output))
    assert disk["free"] > 0
    assert disk["bytes_a_second"] > 0
    assert not output.parent.exists()


def test_doctor_says_that_a_named_program_is_wrong_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("BLENDER", "FRAMECREW_WEB", "AERENDER_PATH"):
        monkeypatch.setenv(variable, str(tmp_path / "nowhere" / "program"))

    said = call("doctor")

    assert said.exit_code == 1
    assert "wrong: BLENDER: wanted the path of Blender" in said.output
    assert re.search(r"missing: Blender. To install it: \S+", said.output)
    assert "No renderer works here yet." in said.output


def test_doctor_survives_settings_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("programs = 3", encoding="utf-8")

    said = call("doctor")

    assert "wrong: " in said.output
    assert str(tmp_path / "config.toml") in said.output


# ── clean ─────────────────────────────────────────────────────────────────────────────────────


def delivered(folder: Path) -> Path:
    """A job that is over, with a frame where it was delivered; the frame's path."""
    output = folder / "out"
    output.mkdir()
    frame = output / "a_0001.png"
    frame.write_bytes(b"a frame")
    with Store.open() as store:
        job = store.new_job(JobSpec(scene="a.blend"), "a", [str(output / "a_####.png")])
        store.set_status(job, JobStatus.DONE)
        store.log_folder(job).mkdir(parents=True)
        (store.log_folder(job) / f"{job}.1.log").write_bytes(b"x" * 10_000)
    return frame


def dead_workspace(output: Path) -> Path:
    """A workspace whose owner ended long ago."""
    folder = make_workspace(output_folder=output, job=7, attempt="7.1")
    assert isinstance(folder, Path)
    (folder / "half.png").write_bytes(b"x" * 5_000)
    owner = folder.with_name(folder.name + OWNER_ENDING)
    values = json.loads(owner.read_text(encoding="utf-8"))
    owner.write_text(
        json.dumps({**values, "pid": free_pid(), "started": 1.0}), encoding="utf-8"
    )
    return folder


def dead_part(frame: Path) -> Path:
    """An unfinished copy beside a frame, of a process that ended long ago."""
    from framecrew.media.digests import digest_of

    machine = digest_of(this_process().machine.encode())[:8]
    part = frame.with_name(f".{frame.name}.{machine}-{free_pid()}-1-0123abcd.framecrew-part")
    part.write_bytes(b"x" * 3_000)
    return part


def free_pid() -> int:
    return next(pid for pid in range(30_000, 0, -1) if not psutil.pid_exists(pid))


def test_clean_forgets_old_jobs_and_removes_leftovers_but_no_frame(tmp_path: Path) -> None:
    frame = delivered(tmp_path)
    folder, part = dead_workspace(frame.parent), dead_part(frame)

    said = call("clean", "--older-than", "0")

    assert said.exit_code == 0
    assert not folder.exists()
    assert not part.exists()
    assert list(frame.parent.iterdir()) == [frame]
    assert str(folder) in said.output
    assert "removed 2 leftovers of dead runs (8 KB)" in said.output
    assert "forgot 1 job " in said.output
    with Store.open() as store:
        assert store.jobs() == []


def test_a_dry_run_says_the_same_and_does_nothing(tmp_path: Path) -> None:
    frame = delivered(tmp_path)
    folder, part = dead_workspace(frame.parent), dead_part(frame)

    said = call("clean", "--older-than", "0", "--dry-run")

    assert "would remove 2 leftovers of dead runs (8 KB)" in said.output
    assert "would forget 1 job " in said.output
    assert folder.exists()
    assert part.exists()
    with Store.open() as store:
        assert len(store.jobs()) == 1


def test_a_live_run_keeps_its_workspace_and_a_young_job_its_history(tmp_path: Path) -> None:
    frame = delivered(tmp_path)
    live = make_workspace(output_folder=frame.parent, job=8, attempt="8.1")
    assert isinstance(live, Path)

    said = call("clean")

    assert live.is_dir()
    assert "forgot 0 jobs" in said.output
    with Store.open() as store:
        assert len(store.jobs()) == 1


def test_scratch_folders_are_cleaned_when_named(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    folder = make_workspace(
        output_folder=tmp_path / "out", job=7, attempt="7.1", scratch=str(scratch)
    )
    assert isinstance(folder, Path)
    owner = folder.with_name(folder.name + OWNER_ENDING)
    values = json.loads(owner.read_text(encoding="utf-8"))
    owner.write_text(
        json.dumps({**values, "pid": free_pid(), "started": 1.0}), encoding="utf-8"
    )

    assert call("clean", "--scratch", str(scratch)).exit_code == 0

    assert not folder.exists()


# ── the pages ─────────────────────────────────────────────────────────────────────────────────


def test_the_renderer_in_the_docs_is_one_that_works() -> None:
    page = (ROOT / "docs" / "renderers.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {"__name__": "sketch"}
    exec(compile(code[1], "docs/renderers.md", "exec"), names)

    card = names["RENDERER"]
    assert isinstance(card, Renderer)
    reader = card.reader(RenderRequest(renderer="sketch", scene="a.sketch", made="a_####.png"))
    read = [*reader.read("wrote a_0001.png"), *reader.read("noise"), *reader.read("finished")]
    assert read == [FileWritten(path="a_0001.png"), EndSeen()]
    clean = End(exit_code=0, complaints=(), tail=(), end_seen=True)
    assert card.diagnose(clean) is None
    assert card.diagnose(replace(clean, end_seen=False)) is not None
    assert [field.flag for field in spec_fields(card.options)] == ["--passes"]


def test_the_job_file_in_the_readme_is_read_without_a_mistake() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert text is not None

    spec = read_spec(parse_job_file(text[1], "shot.toml"), folder=str(ROOT))

    assert spec.options == {"samples": 128}
