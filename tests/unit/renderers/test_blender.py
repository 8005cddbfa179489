"""The Blender card: what is asked of Blender, and how its end is judged."""

import json
from collections.abc import Mapping
from dataclasses import fields

import pytest

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import FailureKind
from framecrew.model.options import Help
from framecrew.model.outputs import Promise
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.renderers.blender import RENDERER, told_with_chunk
from framecrew.renderers.blender_ends import SCRIPT_FAILED, diagnose
from framecrew.renderers.blender_options import (
    FORMATS,
    BlenderOptions,
    Device,
    PictureFormat,
    resolved_options,
)
from framecrew.renderers.contract import Complaint, End, FoundProgram, Severity


def request_of(**options: object) -> RenderRequest:
    return RenderRequest(renderer="blender", scene="/job/shot.blend", options=options)


def assignment_of(request: RenderRequest | FilmRequest) -> Assignment:
    return Assignment(
        attempt="12.3",
        job=12,
        task="render",
        kind=TaskKind.RENDER,
        slot=0,
        threads=6,
        frames=FrameSet.parse("1-3"),
        sequence=(3, 1, 2),
        request=request,
        promises=(
            Promise(
                name="main",
                made=FramePattern.parse("shot_%04d.png"),
                final=FramePattern.parse("/out/shot_####.png"),
            ),
            Promise(
                name="depth",
                made=FramePattern.parse("depth_####.exr"),
                final=FramePattern.parse("/out/depth_####.exr"),
            ),
        ),
        traits=RENDERER.traits,
        patience=Patience(),
    )


def complaint(kind: str, severity: str = "fatal", text: str = "") -> Complaint:
    return Complaint(text=text or kind, severity=Severity(severity), kind=FailureKind(kind))


def end(
    *complaints: Complaint,
    exit_code: int | None = 0,
    answer: str = "done",
    opened: bool = True,
    tail: tuple[str, ...] = (),
) -> End:
    return End(
        exit_code=exit_code, complaints=complaints, tail=tail, answer=answer, opened=opened
    )


# ── asking ───────────────────────────────────────────────────────────────────────────────────


def test_every_option_has_a_sentence_of_help() -> None:
    for field in fields(BlenderOptions):
        helps = [
            one for one in getattr(field.type, "__metadata__", ()) if isinstance(one, Help)
        ]
        assert helps, field.name
        assert helps[0].text.endswith("."), field.name


def test_all_options_are_told_and_can_be_sent_as_json() -> None:
    options = resolved_options(
        request_of(device=Device.CPU_OPTIX, python_scripts=("a.py",), samples=8)
    )

    assert set(options) == {field.name for field in fields(BlenderOptions)}
    assert json.loads(json.dumps(options)) == options
    assert options["device"] == "cpu+optix"
    assert options["samples"] == 8


@pytest.mark.parametrize(("ending", "wanted"), FORMATS.items())
def test_the_format_is_told_from_the_outputs_ending(ending: str, wanted: PictureFormat) -> None:
    request = RenderRequest(renderer="blender", scene="a", made=f"f_####{ending.upper()}")

    assert resolved_options(request)["format"] == wanted.value


def test_a_named_format_wins_over_the_ending() -> None:
    request = RenderRequest(
        renderer="blender", scene="a", made="f_####.exr", options={"format": "exr-multilayer"}
    )

    assert resolved_options(request)["format"] == "exr-multilayer"


def test_a_chunk_is_asked_for_in_the_order_of_its_sequence() -> None:
    assert RENDERER.chunk_message is not None
    message: Mapping[str, object] = RENDERER.chunk_message(
        assignment_of(request_of()), "/scratch/12.3"
    )

    assert message == {
        "type": "render",
        "chunk": "12.3",
        "frames": [3, 1, 2],
        "workspace": "/scratch/12.3",
        "made": {"main": "shot_####.png", "depth": "depth_####.exr"},
        "threads": 6,
    }


def test_the_exit_code_of_scripts_is_set_before_the_script_is_named() -> None:
    found = FoundProgram(name="Blender", path="/usr/bin/blender", version="4.5.1")

    arguments = RENDERER.open_command(found, assignment_of(request_of())).arguments

    assert arguments.index("--python-exit-code") < arguments.index("--python")
    assert "--threads" not in arguments


def test_two_sessions_never_share_a_folder_for_temporary_files() -> None:
    found = FoundProgram(name="Blender", path="/usr/bin/blender", version="4.5.1")

    environment = RENDERER.open_command(found, assignment_of(request_of())).environment

    assert environment["TMPDIR"] == environment["TEMP"] == environment["TMP"] == "{workspace}"


def test_a_film_is_not_blenders_to_make() -> None:
    film = FilmRequest(pictures="a.####.png", film="/a.mp4", preset="h264", fps="24")
    found = FoundProgram(name="Blender", path="/usr/bin/blender", version="4.5.1")

    with pytest.raises(TypeError, match="stitch"):
        RENDERER.open_command(found, assignment_of(film))


def test_requests_that_differ_only_in_the_files_name_share_a_session() -> None:
    one = RenderRequest(renderer="blender", scene="a", made="a_####.png")
    other = RenderRequest(renderer="blender", scene="a", made="b_####.png")

    assert RENDERER.session_key(one) == RENDERER.session_key(other)


@pytest.mark.parametrize(
    "other",
    [
        RenderRequest(renderer="blender", scene="b"),
        RenderRequest(renderer="blender", scene="a", target="Second"),
        RenderRequest(renderer="blender", scene="a", program="/opt/blender"),
        RenderRequest(renderer="blender", scene="a", made="a_####.exr"),
        RenderRequest(renderer="blender", scene="a", options={"samples": 4}),
    ],
)
def test_requests_that_differ_in_what_is_fixed_at_the_start_do_not(
    other: RenderRequest,
) -> None:
    one = RenderRequest(renderer="blender", scene="a")

    assert RENDERER.session_key(one) != RENDERER.session_key(other)


def target(name: str, **options: object) -> RenderRequest:
    """One of several targets of a scene."""
    return RenderRequest(
        renderer="blender",
        scene="a",
        target=name,
        chosen_by=("view_layer",),
        options={"view_layer": name, **options},
    )


def test_targets_of_one_scene_share_a_session_and_are_told_with_the_chunk() -> None:
    one, other = target("Sky"), target("Sea")

    assert RENDERER.session_key(one) == RENDERER.session_key(other)
    assert told_with_chunk(other) == {"view_layer": "Sea"}


@pytest.mark.parametrize(
    "hook", [{"python_before": "print()"}, {"python_scripts": ("/scripts/a.py",)}]
)
def test_where_a_persons_own_python_runs_each_target_has_a_session_of_its_own(
    hook: dict[str, object],
) -> None:
    """It runs once, after the choice; a later choice would undo what it did."""
    one, other = target("Sky", **hook), target("Sea", **hook)

    assert RENDERER.session_key(one) != RENDERER.session_key(other)
    assert told_with_chunk(one) == {}


# ── the end ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("exit_code", [0, None])
def test_an_answered_end_without_complaints_is_clean(exit_code: int | None) -> None:
    assert diagnose(end(exit_code=exit_code)) is None


def test_a_session_that_lives_and_has_not_answered_has_not_failed() -> None:
    assert diagnose(end(exit_code=None, answer="")) is None


@pytest.mark.parametrize("severity", ["warning", "error"])
def test_a_clean_end_clears_what_is_not_fatal(severity: str) -> None:
    assert diagnose(end(complaint("script_error", severity))) is None


def test_a_fatal_complaint_fails_even_a_clean_exit() -> None:
    failure = diagnose(end(complaint("out_of_memory", text="scene not committed")))

    assert failure is not None
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert "scene not committed" in failure.reason
    assert failure.evidence == ("scene not committed",)


@pytest.mark.parametrize(
    ("kinds", "cause"),
    [
        (("crash", "out_of_memory"), "out_of_memory"),
        (("output_not_writable", "disk_full"), "disk_full"),
        (("script_error", "bad_scene"), "bad_scene"),
        (("gpu_lost", "out_of_memory"), "out_of_memory"),
        (("unknown", "crash"), "crash"),
    ],
)
def test_of_several_complaints_the_cause_is_told(kinds: tuple[str, ...], cause: str) -> None:
    failure = diagnose(end(*(complaint(kind) for kind in kinds), exit_code=-11, answer=""))

    assert failure is not None
    assert failure.kind is FailureKind(cause)


def test_every_kind_of_complaint_can_be_weighed() -> None:
    for kind in FailureKind:
        failure = diagnose(end(complaint(kind.value)))
        assert failure is not None
        assert failure.kind is kind


@pytest.mark.parametrize(
    ("exit_code", "kind", "words"),
    [
        (-11, "crash", "SIGSEGV"),
        (11, "crash", "Windows"),
        (-1073741819, "crash", "access violation"),
        (-9, "crash", "runs out of memory"),
        (-15, "crash", "from outside"),
        (SCRIPT_FAILED, "script_error", "session program"),
        (1, "unknown", "exit code 1"),
    ],
)
def test_an_exit_is_told_in_words(exit_code: int, kind: str, words: str) -> None:
    failure = diagnose(end(exit_code=exit_code, answer="", tail=("Fra:1", "the end")))

    assert failure is not None
    assert failure.kind is FailureKind(kind)
    assert words in failure.reason
    assert failure.evidence == ("Fra:1", "the end")


def test_a_kill_after_a_word_of_memory_is_told_from_a_crash() -> None:
    failure = diagnose(end(complaint("out_of_memory", "error"), exit_code=-9, answer=""))

    assert failure is not None
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert "SIGKILL" in failure.reason


@pytest.mark.parametrize(("opened", "words"), [(True, "done its work"), (False, "was ready")])
def test_leaving_without_an_answer_is_a_failure_even_with_exit_code_0(
    opened: bool, words: str
) -> None:
    failure = diagnose(end(exit_code=0, answer="", opened=opened))

    assert failure is not None
    assert words in failure.reason


def test_an_answered_error_is_classed_by_its_text() -> None:
    failure = diagnose(end(exit_code=None, answer="Error: Cannot render, no camera"))

    assert failure is not None
    assert failure.kind is FailureKind.BAD_REQUEST


def test_a_complaint_explains_an_answer_that_says_nothing() -> None:
    failure = diagnose(
        end(complaint("gpu_lost", "error", "it broke"), exit_code=None, answer="went wrong")
    )

    assert failure is not None
    assert failure.kind is FailureKind.GPU_LOST
    assert "went wrong" in failure.reason
    assert "it broke" in failure.reason
