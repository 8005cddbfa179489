"""Where a program may be, thought through for every system on any."""

import pytest

from framecrew.machine.places import (
    Candidate,
    Rank,
    System,
    candidates,
    environment_python,
    expanded,
    is_python,
    is_too_old,
    module_variable,
    version_numbers,
)
from framecrew.renderers.contract import Program, ProgramFlavour

PAINT = Program(
    name="Paint",
    executables=("paint",),
    variables=("FRAMECREW_PAINT", "PAINT"),
    places={
        "linux": ("/opt/paint*/paint", "~/paint/paint"),
        "win32": (r"%ProgramFiles(x86)%\Paint*\paint.exe",),
    },
    oldest=(2, 93),
    module="paintpy",
)


def system(platform: str = "linux", **environment: str) -> System:
    return System(
        platform=platform,
        home="/home/me" if platform != "win32" else r"C:\Users\me",
        environment=environment,
        data_folder="/data" if platform != "win32" else r"C:\data",
    )


def wheres(found: tuple[Candidate, ...]) -> list[str]:
    return [candidate.where for candidate in found]


def test_without_a_word_of_a_person_path_comes_before_places_and_modules() -> None:
    found = candidates(PAINT, system())

    assert wheres(found) == ["PATH", "install place", "install place", "its own environment"]
    assert [candidate.path for candidate in found] == [
        "paint",
        "/opt/paint*/paint",
        "/home/me/paint/paint",
        "/data/environments/paintpy/bin/python",
    ]
    assert sorted(candidate.rank for candidate in found) == [c.rank for c in found]


@pytest.mark.parametrize(
    ("explicit", "environment", "configured", "where"),
    [
        ("/a", {"PAINT": "/b", "FRAMECREW_PAINT": "/c"}, "/d", "--program"),
        ("", {"PAINT": "/b", "FRAMECREW_PAINT": "/c"}, "/d", "FRAMECREW_PAINT"),
        ("", {"PAINT": "/b"}, "/d", "PAINT"),
        ("", {}, "/d", "the configuration"),
        (" ", {"PAINT": ""}, "/d", "the configuration"),
    ],
)
def test_a_persons_word_is_the_only_candidate_and_the_nearest_wins(
    explicit: str, environment: dict[str, str], configured: str, where: str
) -> None:
    found = candidates(PAINT, system(**environment), explicit=explicit, configured=configured)

    assert wheres(found) == [where]
    assert found[0].rank is Rank.NAMED


@pytest.mark.parametrize(
    ("path", "flavour"),
    [
        ("/v/bin/python", ProgramFlavour.PYTHON_MODULE),
        ("/v/bin/python3.11", ProgramFlavour.PYTHON_MODULE),
        (r"C:\v\Scripts\python.exe", ProgramFlavour.PYTHON_MODULE),
        ("/opt/pythonic/paint", ProgramFlavour.EXECUTABLE),
    ],
)
def test_a_named_python_means_the_module_in_it(path: str, flavour: ProgramFlavour) -> None:
    (found,) = candidates(PAINT, system(), explicit=path)

    assert found.flavour is flavour


def test_a_python_is_just_a_program_to_a_card_without_a_module() -> None:
    card = Program(name="Python", executables=("python",))

    (found,) = candidates(card, system(), explicit="/usr/bin/python3")

    assert found.flavour is ProgramFlavour.EXECUTABLE


def test_a_variable_names_the_python_of_the_module_and_no_other_is_tried() -> None:
    variable = module_variable(PAINT)
    found = candidates(PAINT, system(**{variable: "/v/bin/python"}))

    modules = [one for one in found if one.flavour is ProgramFlavour.PYTHON_MODULE]
    assert variable == "FRAMECREW_PAINTPY_PYTHON"
    assert [one.path for one in modules] == ["/v/bin/python"]


def test_the_environment_of_a_module_is_where_its_system_puts_it() -> None:
    assert environment_python(PAINT, system("win32")) == (
        r"C:\data\environments\paintpy\Scripts\python.exe"
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~/x", "/home/me/x"),
        ("~", "/home/me"),
        ("~other/x", "~other/x"),
        ("%PROGRAMFILES(X86)%/p", "/pf/p"),
        ("%nothing%/p", "/p"),
        ("50%/100%", "50%/100%"),
    ],
)
def test_home_and_variables_are_put_in(text: str, path: str) -> None:
    assert expanded(text, system(**{"ProgramFiles(x86)": "/pf"})) == path


@pytest.mark.parametrize(
    ("version", "is_old"),
    [("2.92.0", True), ("2.93", False), ("2.93.1", False), ("10.0", False), ("", False)],
)
def test_versions_are_compared_as_numbers(version: str, is_old: bool) -> None:
    assert is_too_old(version, PAINT) is is_old


def test_a_version_sorts_as_people_mean_it() -> None:
    assert sorted(["4.10", "4.9", "5.0.1"], key=version_numbers) == ["4.9", "4.10", "5.0.1"]


@pytest.mark.parametrize("name", ["python", "python3", "python3.12", "pythonw.exe"])
def test_an_interpreter_is_known_by_its_name(name: str) -> None:
    assert is_python(f"/a/{name}")
