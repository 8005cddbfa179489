"""Where unfinished frames lie: never under their final names, and where a person said."""

import json
import sys
from pathlib import Path

import pytest
from doors.terminal import Terminal

from framecrew.testing import install_aerender, read_frame_number, write_project

pytestmark = pytest.mark.slow

BESIDE = "out/.framecrew-1"
LOCAL = "temporary/framecrew-scratch/framecrew-1"


@pytest.mark.parametrize(
    ("is_remote", "flags", "folder"),
    [
        (False, (), BESIDE),
        (False, ("--scratch", "chosen"), "chosen/framecrew-1"),
        (True, (), LOCAL),
        (True, ("--no-scratch",), BESIDE),
        (True, ("--scratch", "chosen"), "chosen/framecrew-1"),
    ],
)
def test_unfinished_frames_lie_where_the_page_of_after_effects_says(
    tmp_path: Path, *, is_remote: bool, flags: tuple[str, ...], folder: str
) -> None:
    """Two slashes name another machine, and POSIX systems take them for one."""
    if is_remote and sys.platform == "win32":
        pytest.skip("needs a share of another machine here")
    terminal = Terminal(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    starts = tmp_path / "starts"
    project = write_project(tmp_path / "shot.aep", last=4, starts=str(starts))
    output = f"{'/' * is_remote}{tmp_path}/out/f_[####].png"
    said = terminal.run(
        *("render", project, "--comp", "Main", "--frames", "1-4", "--output", output),
        *("--program", install_aerender(tmp_path / "bin"), "--slots", 1, *flags),
        environment={name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")},
    )
    assert said.code == 0, said.err
    (start,) = map(json.loads, starts.read_text(encoding="utf-8").splitlines())
    assert Path(start["folder"]) == tmp_path / folder / "1.1"
    out = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in out] == [f"f_{frame:04d}.png" for frame in range(1, 5)]
    assert [read_frame_number(path) for path in out] == [1, 2, 3, 4]
    assert not (tmp_path / folder).exists()
