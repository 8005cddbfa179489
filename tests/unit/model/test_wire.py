"""The JSON form: what it looks like, and what it forgives."""

import json
from dataclasses import dataclass

import pytest

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.events import (
    AttemptFailed,
    AttemptStarted,
    FrameFinished,
    JobSubmitted,
    TaskEnded,
)
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Existing, JobSpec, Order
from framecrew.model.outputs import Checks, Promise, Segment
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.pulses import FrameProgress
from framecrew.model.requests import FilmRequest, JoinRequest, RenderRequest
from framecrew.model.scenes import MissingFile, SceneFacts
from framecrew.model.wire import (
    EVENT_KINDS,
    event_from_json,
    event_line,
    event_to_json,
    events_from_json,
    from_json,
    from_plain,
    pulse_from_json,
    to_json,
)

FINISHED = FrameFinished(at=5.5, attempt="1.2", frame=7, seconds=2.25, is_first=True)

PLAN = Plan(
    name="shot",
    tasks=(
        Task(
            id="render",
            kind=TaskKind.RENDER,
            frames=FrameSet.parse("1-100x5,150"),
            request=RenderRequest(
                renderer="blender",
                scene="/a/shot.blend",
                options={"samples": 16, "layers": ("a", "b")},
                environment={"OCIO": "/a/config.ocio"},
            ),
            promises=(
                Promise(
                    name="main",
                    made=FramePattern.parse("frame_####.png"),
                    final=FramePattern.parse("/out/shot_%04d.png"),
                    checks=Checks(width=64, height=32, not_black=True),
                ),
            ),
        ),
        Task(
            id="film",
            kind=TaskKind.STITCH,
            frames=FrameSet.parse("1-100x5,150"),
            request=FilmRequest(
                pictures="/out/shot_%04d.png", film="/out/shot.mp4", preset="h264", fps="24"
            ),
            after=("render",),
        ),
        Task(
            id="joined",
            kind=TaskKind.STITCH,
            frames=FrameSet.parse("1-20"),
            request=JoinRequest(
                segments=(Segment(frames=FrameSet.parse("1-20"), path="/out/a/1.mov"),),
                film="/out/a.mov",
                sound=True,
            ),
        ),
    ),
    order=Order.SPREAD,
    existing=Existing.REPLACE,
)


def test_a_plan_survives_the_journal_with_all_its_tasks() -> None:
    event = JobSubmitted(at=1.0, job=3, priority=50, plan=PLAN)

    assert event_from_json("job_submitted", event_to_json(event)) == event


def test_an_event_is_one_compact_object_of_its_fields() -> None:
    assert event_to_json(FINISHED) == (
        '{"at":5.5,"attempt":"1.2","frame":7,"seconds":2.25,'
        '"cpu_seconds":0.0,"memory_bytes":0,"is_first":true}'
    )


def test_frame_sets_and_enums_are_written_as_people_write_them() -> None:
    event = AttemptFailed(
        at=1.0,
        attempt="1.1",
        failure=Failure(kind=FailureKind.CRASH, reason="signal 11", evidence=("a", "b")),
    )
    started = AttemptStarted(
        at=1.0,
        job=1,
        task="render",
        attempt="1.1",
        slot=0,
        threads=2,
        frames=FrameSet.parse("1-10"),
    )

    assert json.loads(event_to_json(event))["failure"]["kind"] == "crash"
    assert json.loads(event_to_json(started))["frames"] == "1-10"


def test_a_task_that_misses_no_frame_is_readable() -> None:
    event = TaskEnded(at=1.0, job=1, task="render", missing=FrameSet())

    assert event_from_json("task_ended", event_to_json(event)) == event


def test_the_kind_of_request_is_kept() -> None:
    data = json.loads(to_json(PLAN))

    assert [task["request"]["type"] for task in data["tasks"]] == [
        "render_request",
        "film_request",
        "join_request",
    ]


def test_a_journal_of_a_newer_version_is_readable_without_its_new_fields() -> None:
    text = event_to_json(FINISHED)[:-1] + ',"mood":"good"}'

    assert event_from_json("frame_finished", text) == FINISHED
    assert events_from_json([("frame_finished", text)]) == [FINISHED]


def test_a_journal_of_an_older_version_gets_the_defaults_of_fields_it_lacks() -> None:
    text = '{"at":5.5,"attempt":"1.2","frame":7,"seconds":2.25}'

    assert event_from_json("frame_finished", text) == FrameFinished(
        at=5.5, attempt="1.2", frame=7, seconds=2.25
    )


def test_unknown_fields_inside_a_plan_are_passed_over() -> None:
    data = json.loads(to_json(PLAN))
    data["tasks"][0]["colour"] = data["tasks"][0]["request"]["colour"] = "red"

    assert from_json(Plan, json.dumps(data)) == PLAN


@pytest.mark.parametrize(
    "text", ["", "[]", "5", '{"at":1.0}', '{"at":1.0,', "null", '"at"', "[1,2]"]
)
def test_a_damaged_body_is_named_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="form of frame_finished"):
        event_from_json("frame_finished", text)
    with pytest.raises(ValueError, match="form of frame_finished"):
        events_from_json(
            [("frame_finished", event_to_json(FINISHED)), ("frame_finished", text)]
        )


@pytest.mark.parametrize("text", ["[]", "[[]]", "5", '{"at":1.0,"job":1,"task":"a"}'])
def test_a_damaged_body_with_frames_is_named_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="form of task_ended"):
        event_from_json("task_ended", text)


def test_a_body_that_reads_as_two_is_not_taken_for_two_events() -> None:
    text = event_to_json(FINISHED)

    with pytest.raises(ValueError, match="form of frame_finished"):
        events_from_json([("frame_finished", f"{text},{text}")])


def test_a_kind_of_a_newer_version_is_named_with_advice() -> None:
    with pytest.raises(ValueError, match=r"'frame_dreamt'.*newer"):
        event_from_json("frame_dreamt", "{}")
    with pytest.raises(ValueError, match=r"'frame_dreamt'.*newer"):
        events_from_json([("frame_dreamt", "{}")])


def test_a_request_of_no_known_type_is_named() -> None:
    data = json.loads(to_json(PLAN))
    data["tasks"][0]["request"]["type"] = "dream_request"

    with pytest.raises(ValueError, match="dream_request"):
        from_json(Plan, json.dumps(data))


def test_many_events_are_read_as_one_by_one() -> None:
    ended = TaskEnded(at=1.0, job=1, task="render", missing=FrameSet.parse("3"))
    rows = [
        ("frame_finished", event_to_json(FINISHED)),
        ("task_ended", event_to_json(ended)),
    ]

    assert events_from_json(rows) == [FINISHED, ended]
    assert events_from_json([]) == []


def test_a_line_for_programs_names_the_event_and_its_number_first() -> None:
    line = event_line(FINISHED, number=12)

    assert line.startswith('{"event":"frame_finished","number":12,"at":5.5,')
    assert "\n" not in line


def test_a_pulse_has_the_same_form_without_a_number() -> None:
    pulse = FrameProgress(attempt="1.1", frame=3, percent=None)

    assert event_line(pulse).startswith('{"event":"frame_progress","attempt":"1.1"')
    assert pulse_from_json("frame_progress", event_to_json(pulse)) == pulse


def test_a_file_name_that_is_not_utf8_survives() -> None:
    spec = JobSpec(scene="/a/sch\udcf6n.blend")
    text = to_json(spec)

    assert text.isascii()
    assert from_json(JobSpec, text) == spec


def test_what_a_session_says_about_its_scene_is_read_with_defaults() -> None:
    facts = from_plain(
        SceneFacts,
        {
            "program_version": "4.5.1",
            "first": 1,
            "last": 9,
            "views": ["_L", "_R"],
            "missing": [{"kind": "missing_asset", "path": "//w.png", "user": "image"}],
        },
    )

    assert facts == SceneFacts(
        program_version="4.5.1",
        first=1,
        last=9,
        views=("_L", "_R"),
        missing=(MissingFile(kind=FailureKind.MISSING_ASSET, path="//w.png", user="image"),),
    )


def test_enums_and_tables_in_free_options_become_plain_values() -> None:
    request = RenderRequest(
        renderer="blender", scene="/a.blend", options={"order": Order.SPREAD, "a": {"b": (1,)}}
    )

    back = from_json(RenderRequest, to_json(request))

    assert back.options == {"order": "spread", "a": {"b": (1,)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    order: Order | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    number: complex = 0j


@pytest.mark.parametrize("value", [Lone(), Lone(order=Order.SPREAD)])
def test_a_value_that_may_be_absent_survives(value: Lone) -> None:
    assert from_json(Lone, to_json(value)) == value


def test_a_type_without_a_form_is_named_where_it_must_be_given_one() -> None:
    with pytest.raises(TypeError, match=r"complex.*wire\.py"):
        to_json(Strange())
    with pytest.raises(TypeError, match=r"complex.*wire\.py"):
        from_json(Strange, "{}")


def test_every_event_has_its_own_kind() -> None:
    assert EVENT_KINDS["attempt_lost"].__name__ == "AttemptLost"
    assert len(set(EVENT_KINDS.values())) == len(EVENT_KINDS)
