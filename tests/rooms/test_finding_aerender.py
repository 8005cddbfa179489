"""Finding After Effects in made-up folders of Windows and macOS, by really asking what is there."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from framecrew.cli.doctor import told
from framecrew.conductor.checkup import Checkup
from framecrew.machine.facts import read_facts
from framecrew.machine.places import System
from framecrew.machine.programs import ProgramMissingError, Search, find_programs
from framecrew.machine.versions import VersionBook
from framecrew.model.errors import WrongUse
from framecrew.renderers.aftereffects import PROGRAM

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts")

FOLDERS = {
    "Adobe After Effects CC 2019": "16.1",
    "Adobe After Effects 2024": "24.6.2",
    "Adobe After Effects 2025": "25.6",
    "Adobe After Effects 2025 (Beta)": "25.10",
    "After Effects 2022": "22.0",
}
NEWEST_FIRST = ["25.10", "25.6", "24.6.2", "22.0", "16.1"]


def put(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho aerender version {version}x101\n", encoding="utf-8")
    path.chmod(0o755)
    return path


class Computer:
    """A folder that stands for the whole disk of a Windows or macOS machine."""

    def __init__(self, folder: Path, platform: str) -> None:
        self.folder, self.platform = folder, platform
        self.environment = {
            "PATH": str(folder / "bin"),
            "ProgramFiles": str(folder / "Program Files"),
            "ProgramW6432": str(folder / "Program Files"),
            "ProgramFiles(x86)": str(folder / "Program Files (x86)"),
        }

    def install(self, name: str, version: str) -> Path:
        if self.platform == "win32":
            home = self.folder / "Program Files" / "Adobe" / name
            return put(home / "Support Files" / "aerender.exe", version)
        return put(self.folder / "Applications" / name / "aerender", version)

    def find(self, explicit: str = "", **environment: str) -> Search:
        places = {
            "win32": PROGRAM.places["win32"],
            "darwin": tuple(
                f"{self.folder}{place}" if place.startswith("/") else place
                for place in PROGRAM.places["darwin"]
            ),
        }
        system = System(
            # Names on PATH and the separators of its list are those of the machine we are on.
            platform=self.platform,
            home=str(self.folder / "home"),
            environment={**self.environment, **environment},
        )
        card = replace(PROGRAM, places=places)
        return find_programs(card, explicit=explicit, system=system, book=VersionBook(None))


@pytest.fixture(params=["win32", "darwin"])
def computer(request: pytest.FixtureRequest, tmp_path: Path) -> Computer:
    return Computer(tmp_path, request.param)


def test_every_after_effects_is_found_and_the_newest_taken(computer: Computer) -> None:
    paths = {version: computer.install(name, version) for name, version in FOLDERS.items()}
    search = computer.find()
    assert [one.version for one in search.found] == NEWEST_FIRST
    assert search.best.path == str(paths["25.10"])


def test_one_in_the_home_folder_of_a_mac_is_found(tmp_path: Path) -> None:
    path = put(tmp_path / "home/Applications/Adobe After Effects 2023/aerender", "23.1")
    assert Computer(tmp_path, "darwin").find().best.path == str(path)


@pytest.mark.parametrize(
    "place",
    [
        "Program Files (x86)/Adobe/Adobe After Effects CS6/Support Files",
        "Program Files/Adobe/After Effects 2022/Support Files",
    ],
)
def test_odd_folders_of_windows_are_looked_into(tmp_path: Path, place: str) -> None:
    path = put(tmp_path / place / "aerender.exe", "22.0")
    assert Computer(tmp_path, "win32").find().best.path == str(path)


@pytest.mark.parametrize("variable", ["AERENDER_PATH", "AE_AERENDER_PATH"])
def test_both_variables_name_the_program_and_no_other_is_taken(
    computer: Computer, variable: str
) -> None:
    computer.install("Adobe After Effects 2025", "25.6")
    named = put(computer.folder / "mine" / "aerender", "24.0")
    search = computer.find(**{variable: str(named)})
    assert [one.path for one in search.found] == [str(named)]
    assert search.best.where == variable


def test_the_first_variable_wins_and_a_flag_wins_over_both(computer: Computer) -> None:
    one, two, three = (put(computer.folder / name / "aerender", "25.0") for name in "abc")
    both = {"AERENDER_PATH": str(one), "AE_AERENDER_PATH": str(two)}
    assert computer.find(**both).best.path == str(one)
    assert computer.find(str(three), **both).best.path == str(three)


@pytest.mark.parametrize("way", ["flag", "AERENDER_PATH", "AE_AERENDER_PATH"])
def test_a_wrong_path_is_an_error_though_others_are_there(computer: Computer, way: str) -> None:
    computer.install("Adobe After Effects 2025", "25.6")
    gone = str(computer.folder / "gone" / "aerender")
    explicit, variables = (gone, {}) if way == "flag" else ("", {way: gone})
    with pytest.raises(WrongUse, match="gone"):
        computer.find(explicit, **variables)


def test_the_folder_of_after_effects_stands_for_its_program(computer: Computer) -> None:
    program = computer.install("Adobe After Effects 2024", "24.6")
    computer.install("Adobe After Effects 2025", "25.6")
    folder = computer.folder
    at = program.relative_to(folder).parts.index("Adobe After Effects 2024")
    home = folder.joinpath(*program.relative_to(folder).parts[: at + 1])
    assert computer.find(str(home)).best.path == str(program)


def test_where_nothing_is_every_place_is_told(computer: Computer) -> None:
    with pytest.raises(ProgramMissingError) as raised:
        _ = computer.find().best
    for words in ("AERENDER_PATH", "Adobe After Effects*", "--program"):
        assert words in str(raised.value)


def test_doctor_lists_them_all(computer: Computer) -> None:
    paths = [computer.install(name, version) for name, version in FOLDERS.items()]
    found = Checkup(
        machine=read_facts(folders=[]),
        speeds={},
        searches={"aftereffects": computer.find()},
    )
    lines = "\n".join(told(found))
    assert "aerender 25.10: " in lines
    for path in paths:
        assert f"  + install place: {path}: version" in lines
