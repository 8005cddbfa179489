"""Paths of a spec and where they start."""

import os
from pathlib import Path

from framecrew.planning.paths import (
    absolute,
    beside_job_file,
    ending,
    same_file,
    stem,
)

ROOT = str(Path(os.sep).absolute())


def test_a_path_is_seen_from_its_folder() -> None:
    folder = str(Path(ROOT, "a", "b"))

    assert absolute("../c.png", folder) == str(Path(ROOT, "a", "c.png"))
    assert absolute(str(Path(ROOT, "x")), folder) == str(Path(ROOT, "x"))
    assert absolute("", folder) == ""


def test_the_name_of_a_program_is_no_path() -> None:
    assert beside_job_file("program", "blender", ROOT) == "blender"
    assert beside_job_file("program", "./blender", ROOT) == str(Path(ROOT, "blender"))
    assert beside_job_file("name", "shot", ROOT) == "shot"


def test_names_and_endings() -> None:
    assert ending("/a.b/Shot.BLEND") == ".blend"
    assert ending("/a.b/shot") == ""
    assert stem("/a.b/shot.v2.blend") == "shot.v2"


def test_one_file_may_be_written_in_two_ways() -> None:
    assert same_file("/a/b/../c", "/a/c")
    assert not same_file("/a/b", "/a/c")
