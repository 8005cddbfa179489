"""Finding programs on a real disk, by really running them."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from framecrew.machine.asking import ask
from framecrew.machine.facts import read_facts
from framecrew.machine.places import System
from framecrew.machine.programs import ProgramMissingError, find_programs, this_system
from framecrew.machine.versions import VersionBook
from framecrew.model.errors import WrongUse
from framecrew.renderers.contract import Program, ProgramFlavour

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts")


def make_program(path: Path, version: str, *, name: str = "Paint", more: str = "") -> Path:
    """A program that counts how often it was asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho asked >> {path}.count\n{more}\necho {name} {version}\n")
    path.chmod(0o755)
    return path


def times_asked(path: Path) -> int:
    count = Path(f"{path}.count")
    return len(count.read_text().splitlines()) if count.exists() else 0


def card(tmp_path: Path, **more: object) -> Program:
    fields: dict[str, object] = {
        "name": "Paint",
        "executables": ("paint",),
        "variables": ("PAINT",),
        "places": {"linux": (f"{tmp_path}/opt/paint-*/paint",)},
        "version_pattern": r"Paint (\d+\.\d+(?:\.\d+)?)",
        "oldest": (2, 0),
        **more,
    }
    return Program(**fields)  # type: ignore[arg-type]


def system(tmp_path: Path, **environment: str) -> System:
    return System(
        platform="linux",
        home=str(tmp_path),
        environment={"PATH": str(tmp_path / "bin"), **environment},
        data_folder=str(tmp_path / "data"),
    )


def test_path_wins_over_places_and_of_places_the_newest_is_first(tmp_path: Path) -> None:
    on_path = make_program(tmp_path / "bin" / "paint", "3.1")
    older = make_program(tmp_path / "opt" / "paint-4.9" / "paint", "4.9")
    newer = make_program(tmp_path / "opt" / "paint-4.10" / "paint", "4.10")

    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(None))

    assert [one.path for one in search.found] == [str(on_path), str(newer), str(older)]
    assert [one.version for one in search.found] == ["3.1", "4.10", "4.9"]
    assert search.best.where == "PATH"


def test_one_program_by_two_ways_is_found_once(tmp_path: Path) -> None:
    real = make_program(tmp_path / "opt" / "paint-4.9" / "paint", "4.9")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "paint").symlink_to(real)

    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(None))

    assert len(search.found) == 1


def test_what_is_too_old_or_broken_is_not_taken_and_is_told(tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "paint", "1.9")
    make_program(tmp_path / "opt" / "paint-1" / "paint", "4.0", more="echo no libX >&2; exit 3")

    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(None))

    assert search.found == ()
    with pytest.raises(ProgramMissingError) as raised:
        _ = search.best
    for words in (
        "too old: version 1.9",
        "exit code 3",
        "no libX",
        "2.0 or newer",
        "set PAINT",
    ):
        assert words in str(raised.value)


def test_everywhere_that_was_looked_is_listed(tmp_path: Path) -> None:
    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(None))

    assert [(look.where, look.saw) for look in search.looked] == [
        ("PATH", "not there"),
        ("install place", "not there"),
    ]


@pytest.mark.parametrize("explicit", ["gone", "broken", "stranger"])
def test_a_wrong_path_named_by_a_person_is_an_error_and_no_fallback(
    tmp_path: Path, explicit: str
) -> None:
    make_program(tmp_path / "bin" / "paint", "3.1")
    make_program(tmp_path / "broken", "3.1", more="exit 1")
    make_program(tmp_path / "stranger", "9.4", name="coreutils")

    with pytest.raises(WrongUse, match=explicit):
        find_programs(
            card(tmp_path),
            explicit=str(tmp_path / explicit),
            system=system(tmp_path),
            book=VersionBook(None),
        )


def test_a_wrong_variable_is_an_error_that_names_it(tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "paint", "3.1")

    with pytest.raises(WrongUse, match=r"PAINT: wanted .* not there"):
        find_programs(
            card(tmp_path),
            system=system(tmp_path, PAINT=str(tmp_path / "gone")),
            book=VersionBook(None),
        )


def test_a_folder_or_an_app_stands_for_the_program_in_it(tmp_path: Path) -> None:
    inside = make_program(tmp_path / "Paint.app" / "Contents" / "MacOS" / "Paint", "5.0")

    search = find_programs(
        card(tmp_path),
        explicit=str(tmp_path / "Paint.app"),
        system=system(tmp_path),
        book=VersionBook(None),
    )

    assert search.best.path == str(inside)


def test_a_build_that_says_its_name_and_no_number_is_taken(tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "paint", "from the sources of today")

    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(None))

    assert search.best.version == ""


def test_a_program_is_asked_once_until_its_file_changes(tmp_path: Path) -> None:
    program = make_program(tmp_path / "bin" / "paint", "3.1")
    kept = tmp_path / "cache" / "versions.json"

    for _ in range(3):
        find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(kept))
    assert times_asked(program) == 1

    make_program(program, "3.2.0")
    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(kept))
    assert search.best.version == "3.2.0"
    assert times_asked(program) == 2


@pytest.mark.parametrize("content", ["", "no JSON", "[1]"])
def test_a_damaged_book_of_versions_is_written_anew(tmp_path: Path, content: str) -> None:
    make_program(tmp_path / "bin" / "paint", "3.1")
    kept = tmp_path / "versions.json"
    kept.write_text(content)

    search = find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(kept))

    assert search.best.version == "3.1"
    assert "3.1" in kept.read_text()


def test_a_program_that_failed_is_asked_again(tmp_path: Path) -> None:
    program = make_program(tmp_path / "bin" / "paint", "3.1", more="exit 1")
    kept = tmp_path / "versions.json"

    for _ in range(2):
        find_programs(card(tmp_path), system=system(tmp_path), book=VersionBook(kept))

    assert times_asked(program) == 2


def test_a_module_is_found_in_the_python_that_has_it(tmp_path: Path) -> None:
    program = card(tmp_path, module="this_is_paint", module_version="print('Paint', '5.0.1')")
    here = System(
        platform="linux", home=str(tmp_path), environment={"PATH": ""}, python=sys.executable
    )

    search = find_programs(program, system=here, book=VersionBook(None))

    assert search.best.flavour is ProgramFlavour.PYTHON_MODULE
    assert search.best.path == sys.executable
    assert search.best.version == "5.0.1"


def test_a_module_that_this_python_lacks_is_not_looked_for_in_it(tmp_path: Path) -> None:
    assert this_system(card(tmp_path, module="no_such_module_at_all")).python == ""


def test_an_answer_is_not_waited_for_longer_than_its_time(tmp_path: Path) -> None:
    answer = ask(["sh", "-c", "echo first; sleep 600 & wait"], seconds=0.3)

    assert answer.trouble == "it did not answer within 0.3 seconds"
    assert answer.text == "first\n"
    assert psutil.Process().children(recursive=True) == []


def test_a_program_that_cannot_be_started_is_an_answer_too(tmp_path: Path) -> None:
    assert ask([str(tmp_path / "gone")], seconds=5).trouble.startswith("it cannot be started")


def test_facts_are_gathered_although_a_variable_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAINT", str(tmp_path / "gone"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    facts = read_facts([card(tmp_path)], [tmp_path])

    assert facts.programs[0].found == ()
    assert "PAINT" in facts.troubles[0]
    assert facts.disks[0].folder == str(tmp_path)
    assert facts.cores.usable <= (os.cpu_count() or 1)
