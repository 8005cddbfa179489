import math

import pytest

from framecrew.execution.words import (
    failure_kind,
    frame_list,
    integer,
    number,
    scene_facts,
    text,
)
from framecrew.model.failures import FailureKind
from framecrew.model.scenes import MissingFile, SideOutput, Track


def test_values_of_another_type_are_as_good_as_absent() -> None:
    message = {"a": 1, "b": "x", "c": [1, "2", 3, None], "d": None}
    assert text(message, "a") == ""
    assert number(message, "b") == 0.0
    assert integer(message, "d") is None
    assert frame_list(message, "c") == [1, 3]
    assert frame_list(message, "b") == []


@pytest.mark.parametrize(
    "odd", [math.nan, math.inf, -math.inf, 10**400, True], ids=lambda odd: str(odd)[:5]
)
def test_a_number_that_cannot_be_counted_with_is_as_good_as_absent(odd: float) -> None:
    assert number({"a": odd}, "a") == 0.0
    sound = {
        "source": "/a.wav",
        "start": odd,
        "rate": odd,
        "levels": [[0, 1], [odd, 1], [1, odd]],
    }
    facts = scene_facts({"facts": {"load_seconds": odd, "tracks": [sound]}})
    assert facts.load_seconds == scene_facts({}).load_seconds
    assert facts.tracks == (Track(source="/a.wav", levels=((0.0, 1.0),)),)


def test_a_kind_we_do_not_know_is_unknown() -> None:
    assert failure_kind({"kind": "gpu_lost"}) is FailureKind.GPU_LOST
    assert failure_kind({"kind": "bad_hair"}) is FailureKind.UNKNOWN
    assert failure_kind({}) is FailureKind.UNKNOWN


def test_facts_are_read_field_by_field() -> None:
    facts = scene_facts(
        {
            "facts": {
                "program_version": "4.5.1",
                "first": 1,
                "last": 250,
                "width": 1920,
                "height": None,
                "cameras": ["Camera", 7],
                "missing": [
                    {"kind": "missing_asset", "path": "/a.png", "user": "image a"},
                    "?",
                ],
                "side_outputs": [{"name": "z", "made": "z_####.exr", "final": "/o/z_####.exr"}],
                "uses_gpu": True,
                "load_seconds": 2,
                "fps": 25,
                "tomorrow": "unknown keys are ignored",
            }
        }
    )
    assert (facts.first, facts.last, facts.width, facts.height) == (1, 250, 1920, None)
    assert facts.cameras == ("Camera",)
    assert facts.missing == (
        MissingFile(kind=FailureKind.MISSING_ASSET, path="/a.png", user="image a"),
    )
    assert facts.side_outputs == (
        SideOutput(name="z", made="z_####.exr", final="/o/z_####.exr"),
    )
    assert facts.uses_gpu is True
    assert facts.load_seconds == 2.0
    assert facts.fps == "24"


def test_sounds_are_told_with_their_levels_or_without() -> None:
    told = [
        {"source": "/a.wav", "start": 1, "rate": 2, "levels": [[0, 1], [0.5, -1], "?", [1]]},
        {"source": "/b.wav", "volume": 0.5, "rate": 0, "pitch": "high"},
        {"start": 3},
    ]
    assert scene_facts({"facts": {"tracks": told}}).tracks == (
        Track(source="/a.wav", start=1.0, rate=2.0, levels=((0.0, 1.0), (0.5, 0.0))),
        Track(source="/b.wav", volume=0.5),
    )


def test_facts_that_are_no_object_are_the_defaults() -> None:
    assert scene_facts({"facts": "none"}) == scene_facts({})


def test_a_flag_is_no_number_and_a_number_no_flag() -> None:
    facts = scene_facts({"facts": {"first": True, "uses_gpu": 1}})
    assert facts.first == 1
    assert facts.uses_gpu is False
