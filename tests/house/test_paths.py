"""The repository belongs to no machine: no file names a folder or a package index of one."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Put together here, so that this file does not hold what it looks for.
FOLDERS = ("/wo" + "rk/", "/ro" + "ot/", "/tmp/bash" + "_jobs")
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs.org",
    "pypi." + "python.org",
)
# A folder's name in the middle of a longer path is something else.
FORBIDDEN = re.compile(
    "|".join(
        [*(rf"(?<![\w.~-]){re.escape(each)}" for each in FOLDERS), *map(re.escape, HOSTS)]
    ).encode()
)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_no_tracked_file_names_a_folder_of_one_machine_or_a_package_index() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match[0].decode()}"
        for file in tracked_files()
        if file.is_file()
        for match in FORBIDDEN.finditer(file.read_bytes())
    ]

    assert not found


@pytest.mark.parametrize(
    "text", [f'"{FOLDERS[0]}main"', f"cd {FOLDERS[1]}x", f"https://{HOSTS[0]}/simple"]
)
def test_such_a_name_is_found(text: str) -> None:
    assert FORBIDDEN.search(text.encode())


@pytest.mark.parametrize(
    "text", [f"frames{FOLDERS[0]}shot", f"..{FOLDERS[1]}x", "/home/anna/shot.blend"]
)
def test_other_paths_are_left_alone(text: str) -> None:
    assert not FORBIDDEN.search(text.encode())
