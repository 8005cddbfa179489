"""The file of environment variables: every form it may have, every mistake at once."""

import json

import pytest

from framecrew.model.requests import RenderRequest
from framecrew.planning.environments import parse_environment_file, with_environment


def test_texts_numbers_and_switches_become_texts() -> None:
    file = parse_environment_file(
        '{"A": "x y", "B": 3, "C": 2.5, "D": true, "E": false, "F": ""}'
    )
    assert dict(file.values) == {
        "A": "x y",
        "B": "3",
        "C": "2.5",
        "D": "true",
        "E": "false",
        "F": "",
    }
    assert not file.mistakes


def test_a_list_gives_each_slot_its_value() -> None:
    file = parse_environment_file('{"CUDA_VISIBLE_DEVICES": [0, "1"]}')
    assert dict(file.by_slot) == {"CUDA_VISIBLE_DEVICES": ("0", "1")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[1, 2]", "a list"),
        ('"A=1"', "a text"),
        ("null", "null"),
    ],
)
def test_what_is_no_object_is_one_mistake(text: str, found: str) -> None:
    (mistake,) = parse_environment_file(text).mistakes
    assert found in mistake.found


def test_every_mistake_is_told_at_once_with_its_name() -> None:
    text = (
        '{"A": null, "B": {"c": 1}, "": "x", "D=E": 1, "F": [], "G": [1, null],'
        ' "H": 1, "H": 2, "FRAMECREW_HOME": "/x"}'
    )
    file = parse_environment_file(text)
    told = [(one.place, one.found) for one in file.mistakes]
    assert told == [
        ("env_file: A", "null"),
        ("env_file: B", "an object"),
        ("env_file", "''"),
        ("env_file", "'D=E'"),
        ("env_file: F", "an empty list"),
        ("env_file: G", "null"),
        ("env_file: H", "the same name again"),
        ("env_file", "FRAMECREW_HOME"),
    ]
    assert not file.values


def test_a_variable_named_by_itself_wins_over_the_file() -> None:
    file = parse_environment_file(json.dumps({"A": "file", "B": ["0", "1"], "C": "file"}))
    own = RenderRequest(renderer="x", scene="/a", environment={"A": "own", "B": "own"})
    request = with_environment(own, file)
    assert dict(request.environment) == {"A": "own", "B": "own", "C": "file"}
    assert not request.slot_environment
