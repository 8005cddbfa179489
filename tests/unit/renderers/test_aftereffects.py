"""The card of After Effects: its command lines, and what the end of a run amounts to."""

from dataclasses import replace
from typing import Any

import pytest

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import Promise, Segment
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.aftereffects import RENDERER
from framecrew.renderers.aftereffects_options import OUR_FLAGS
from framecrew.renderers.contract import Complaint, End, FoundProgram, Severity

PROGRAM = FoundProgram(name="aerender", path="/ae/aerender", version="25.6")


def assignment(frames: str = "1-10", **options: Any) -> Assignment:
    wanted = FrameSet.parse(frames)
    return Assignment(
        attempt="1.1",
        job=1,
        task="render",
        kind=TaskKind.RENDER,
        slot=0,
        threads=2,
        frames=wanted,
        sequence=tuple(wanted),
        request=RenderRequest(
            renderer="aftereffects",
            scene="/job/my project.aep",
            options={"comp": "Main", **options},
        ),
        promises=(
            Promise(
                name="main",
                made=FramePattern.parse("frame_####.png"),
                final=FramePattern.parse("/out/shot_#####.png"),
            ),
        ),
        traits=RENDERER.traits,
        patience=Patience(),
    )


def arguments(order: Assignment, program: FoundProgram = PROGRAM) -> list[str]:
    return list(RENDERER.open_command(program, order).arguments)


def after(found: list[str], flag: str) -> str:
    return found[found.index(flag) + 1]


def test_a_chunk_is_a_range_of_comp_frames_in_the_workspace() -> None:
    found = arguments(assignment("151-200"))
    assert found[0] == "/ae/aerender"
    assert after(found, "-project") == "/job/my project.aep"
    assert after(found, "-comp") == "Main"
    assert (after(found, "-s"), after(found, "-e")) == ("151", "200")
    assert after(found, "-output") == "{workspace}/frame_[####].png"
    assert after(found, "-v") == "ERRORS_AND_PROGRESS"
    assert "-i" not in found
    assert "-log" not in found


def test_a_segment_is_written_under_its_own_name() -> None:
    segment = Segment(frames=FrameSet.parse("1-10"), path="/out/.x/shot_0001-0010.mov")
    found = arguments(replace(assignment(), promises=(), segment=segment))
    assert after(found, "-output") == "{workspace}/shot_0001-0010.mov"


def test_the_sound_run_is_of_all_frames_and_of_nothing_but_sound() -> None:
    request = assignment(
        om_template="H.264",
        output_settings="Quality: 1",
        render_settings="Effects: All On",
        aerender_flags=("-mp",),
    ).request
    assert isinstance(request, RenderRequest)
    request = replace(request, environment={"SHOW": "k"})
    assert RENDERER.sound_run is not None
    run = RENDERER.sound_run(PROGRAM, request, FrameSet.parse("3-90"))
    assert run is not None
    found = list(run.command.arguments)
    assert after(found, "-OMtemplate") == "AIFF 48kHz"
    assert after(found, "-output") == f"{{workspace}}/{run.file}"
    assert (after(found, "-s"), after(found, "-e"), run.first) == ("3", "90", 3)
    assert after(found, "-mfr") == "ON"
    assert after(found, "-renderSettings") == "Effects: All On"
    assert "-mp" in found
    assert "-outputSettings" not in found, "they are the film's"
    assert run.command.environment == {"SHOW": "k"}


def test_there_is_no_sound_run_without_a_template_for_it() -> None:
    request = assignment(sound_template="").request
    assert isinstance(request, RenderRequest)
    assert RENDERER.sound_run is not None
    assert RENDERER.sound_run(PROGRAM, request, FrameSet.parse("1-9")) is None


def test_an_item_of_the_queue_takes_the_place_of_the_composition() -> None:
    found = arguments(assignment(comp="", rqindex=2))
    assert after(found, "-rqindex") == "2"
    assert "-comp" not in found


@pytest.mark.parametrize(
    ("share", "percent"), [(1.0, "100"), (0.5, "50"), (1 / 3, "33"), (0.001, "1")]
)
def test_the_processors_are_divided_over_the_processes(share: float, percent: str) -> None:
    found = arguments(replace(assignment(), share=share))
    at = found.index("-mfr")
    assert found[at + 1 : at + 3] == ["ON", percent]


def test_multi_frame_rendering_can_be_off_and_half() -> None:
    found = arguments(assignment(mfr=False, mfr_percent=50))
    at = found.index("-mfr")
    assert found[at + 1 : at + 3] == ["OFF", "50"]


@pytest.mark.parametrize("version", ["18.4", "17.0.5", ""])
def test_a_version_that_does_not_know_multi_frame_rendering_is_not_told_of_it(
    version: str,
) -> None:
    assert "-mfr" not in arguments(assignment(), replace(PROGRAM, version=version))


def test_memory_is_told_as_two_arguments() -> None:
    found = arguments(assignment(mem_usage=(20, 60)))
    at = found.index("-mem_usage")
    assert found[at + 1 : at + 3] == ["20", "60"]


def test_missing_footage_that_is_allowed_is_told() -> None:
    assert "-continueOnMissingFootage" not in arguments(assignment())
    assert "-continueOnMissingFootage" in arguments(
        assignment(continue_on_missing_footage=True)
    )
    allowed = replace(assignment(), allowed=(FailureKind.MISSING_ASSET,))
    assert "-continueOnMissingFootage" in arguments(allowed)


def test_windows_paths_are_joined_the_windows_way() -> None:
    program = replace(PROGRAM, path=r"C:\Program Files\Adobe\aerender.exe")
    assert after(arguments(assignment(), program), "-output") == r"{workspace}\frame_[####].png"


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────


def places(**options: object) -> list[str]:
    assert RENDERER.mistakes is not None
    return [one.place for one in RENDERER.mistakes(options)]


def test_a_composition_or_an_item_of_the_queue_is_needed_and_only_one() -> None:
    assert places() == ["options.comp"]
    assert places(comp="A", rqindex=1) == ["options.rqindex"]
    assert places(comp="A") == places(rqindex=1) == []


@pytest.mark.parametrize("usage", [(20,), (20, 60, 1), (0, 60), (20, 101)])
def test_memory_is_two_percentages(usage: tuple[int, ...]) -> None:
    assert places(comp="A", mem_usage=usage) == ["options.mem_usage"]


@pytest.mark.parametrize("flag", sorted(OUR_FLAGS))
def test_what_framecrew_gives_itself_is_not_passed_on(flag: str) -> None:
    assert places(comp="A", aerender_flags=(flag, "x")) == ["options.aerender_flags"]
    assert places(comp="A", aerender_flags=("-other", "x")) == []


def test_without_multi_frame_rendering_one_process_leaves_cores_free() -> None:
    assert RENDERER.traits_with is not None
    assert RENDERER.traits_with({}).uses_all_cores
    assert not RENDERER.traits_with({"mfr": False}).uses_all_cores


# ── ends ──────────────────────────────────────────────────────────────────────────────────────


def end(exit_code: int | None, *complaints: Complaint, **more: Any) -> End:
    return End(exit_code=exit_code, complaints=complaints, tail=("last",), **more)


def kind(ended: End) -> FailureKind | None:
    failure = RENDERER.diagnose(ended)
    return failure.kind if failure else None


@pytest.mark.parametrize(
    "before",
    [
        "",
        "WARNING:After Effects warning: ",
        "aerender Error: After Effects error: ",
        "WARNING: ",
    ],
)
def test_a_reason_begins_with_what_is_wrong(before: str) -> None:
    text = f"{before}An output module failed."
    told = Complaint(text=text, severity=Severity.FATAL, kind=FailureKind.BAD_OUTPUT)
    failure = RENDERER.diagnose(end(0, told, end_seen=True, opened=True))
    assert failure is not None
    assert failure.reason == "An output module failed."


def test_only_a_clean_exit_behind_the_end_line_is_a_clean_end() -> None:
    assert kind(end(0, end_seen=True, opened=True)) is None
    assert kind(end(0, end_seen=False, opened=True)) is FailureKind.CRASH
    assert kind(end(1, end_seen=True, opened=True)) is FailureKind.CRASH
    assert kind(end(0)) is FailureKind.CRASH


def test_a_fatal_word_fails_a_run_that_left_with_zero() -> None:
    module = Complaint(
        text="An output module failed.", severity=Severity.FATAL, kind=FailureKind.BAD_OUTPUT
    )
    assert kind(end(0, module, end_seen=True, opened=True)) is FailureKind.BAD_OUTPUT


def test_of_several_complaints_the_cause_is_named() -> None:
    script = Complaint(
        text="Error executing script", severity=Severity.FATAL, kind=FailureKind.SCRIPT_ERROR
    )
    footage = Complaint(
        text="Could not read from source",
        severity=Severity.FATAL,
        kind=FailureKind.MISSING_ASSET,
    )
    assert kind(end(1, script, footage)) is FailureKind.MISSING_ASSET


@pytest.mark.parametrize("code", [-11, 139, 3221225477, -1073741819])
def test_a_crash_is_told_in_words(code: int) -> None:
    failure = RENDERER.diagnose(end(code, opened=True))
    assert failure is not None
    assert failure.kind is FailureKind.CRASH
    assert "SIGSEGV" in failure.reason or "access violation" in failure.reason


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (5, FailureKind.SCRIPT_ERROR),
        (7, FailureKind.BAD_REQUEST),
        (8, FailureKind.BAD_REQUEST),
        (9, FailureKind.CRASH),
    ],
)
def test_the_exit_code_names_what_a_message_in_another_language_does_not(
    code: int, told: FailureKind
) -> None:
    unread = Complaint(text="aerender ERROR: Virhe", severity=Severity.FATAL)
    licence = Complaint(text="licence", severity=Severity.FATAL, kind=FailureKind.LICENCE)

    assert kind(end(code, unread)) is told
    assert kind(end(code)) is told
    assert kind(end(code, licence)) is FailureKind.LICENCE


def test_a_run_that_never_began_says_what_it_may_be_waiting_for() -> None:
    failure = RENDERER.diagnose(end(0))
    assert failure is not None
    assert "licence" in failure.reason
