"""No secret value is shown anywhere; everything else is."""

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.events import JobSubmitted
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import Command, JoinRequest, RenderRequest, SoundRun
from framecrew.model.secrets import Mask, is_secret
from framecrew.model.wire import event_from_json, event_line, event_to_json


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "DB_PASSWORD",
        "SMTP_PASS",
        "db_passwd",
        "AE_SERIAL_NUMBER",
        "PROXY_AUTH",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ],
)
def test_what_is_named_like_a_secret_is_one(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["PATH", "OCIO", "AUTHOR", "PWD", "COMPASS_DIR", "RENDER_PASSES"]
)
def test_what_is_not_named_like_a_secret_is_none(name: str) -> None:
    assert not is_secret(name)


def test_a_value_is_masked_wherever_it_stands_in_a_text() -> None:
    mask = Mask({"API_KEY": "hunter2", "OCIO": "plain"})
    assert mask.over("key=hunter2; hunter2! plain") == "key=***; ***! plain"


def test_of_two_secrets_one_of_which_holds_the_other_nothing_is_left_over() -> None:
    mask = Mask({"A_TOKEN": "abcd", "B_TOKEN": "abcd.efgh"})
    assert mask.over("abcd.efgh abcd") == "*** ***"


def test_a_value_with_signs_of_patterns_is_masked_as_it_is() -> None:
    assert Mask({"A_KEY": "a.*[b]$"}).over("xx a.*[b]$ yy axxb") == "xx *** yy axxb"


def test_very_short_values_do_not_tear_words_apart() -> None:
    assert Mask({"A_KEY": "1"}).over("frame 11 of 100") == "frame 11 of 100"


def test_the_event_stream_masks_what_the_journal_keeps() -> None:
    request = RenderRequest(
        renderer="stand-in",
        scene="/a",
        environment={"API_KEY": "hunter2", "OCIO": "plain"},
        slot_environment={"SLOT_TOKEN": ("one11", "two22")},
    )
    task = Task(
        id="render", kind=TaskKind.RENDER, frames=FrameSet.parse("1-2"), request=request
    )
    event = JobSubmitted(at=1.0, job=1, priority=50, plan=Plan(name="a", tasks=(task,)))

    line = event_line(event, 1)
    assert "hunter2" not in line
    assert "one11" not in line
    assert "plain" in line
    assert event_from_json("job_submitted", event_to_json(event)) == event


def test_the_event_stream_masks_what_a_sound_run_is_given() -> None:
    run = SoundRun(
        command=Command(arguments=("a",), environment={"API_KEY": "hunter2", "OCIO": "plain"}),
        file="sound.wav",
        first=1,
        advice="",
    )
    one = FrameSet.of([1])
    request = JoinRequest(segments=(), film="/out/a.mp4", sound_run=run)
    film = Task(id="film", kind=TaskKind.STITCH, frames=one, request=request)
    event = JobSubmitted(at=1.0, job=1, plan=Plan(name="a", tasks=(film,)), priority=50)
    line = event_line(event)
    assert "hunter2" not in line
    assert "plain" in line
    kept = event_from_json("job_submitted", event_to_json(event))
    assert kept == event
