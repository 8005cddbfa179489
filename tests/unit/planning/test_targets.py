"""Targets: which ones a spec names, their files, their tasks, and what is wrong with them."""

from dataclasses import dataclass, replace
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.patterns import FramePattern
from framecrew.model.jobs import JobSpec
from framecrew.model.options import Help, TargetNames
from framecrew.model.plans import Plan, Task
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.model.scenes import SceneFacts, SideOutput
from framecrew.planning.explain import explain, explanation_text
from framecrew.planning.findings import Findings
from framecrew.planning.making import inspection_request, make_plan
from framecrew.planning.mistakes import mistakes
from framecrew.planning.targets import Target, above_place, placed, targets_of
from framecrew.renderers.contract import FoundProgram, Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    layer: Annotated[str, Help("Layers."), TargetNames("layers", listed="layers")] = ""
    camera: Annotated[str, Help("Cameras."), TargetNames("cameras", listed="cameras")] = ""
    gamma: Annotated[str, Help("Of the picture.")] = ""


FACTS = SceneFacts(
    program_version="3.1", first=1, last=2, layers=("Sky", "Sea"), cameras=("Left", "Right")
)


@pytest.fixture
def chooser(card: Renderer) -> Renderer:
    return replace(card, options=Choices)


def spec_of(output: str = "out/{target}/f_####.png", film: str = "", **options: str) -> JobSpec:
    return JobSpec(scene="a.paint", frames="1-2", output=output, film=film, options=options)


def plan_of(card: Renderer, spec: JobSpec, facts: SceneFacts = FACTS) -> Plan:
    return make_plan(spec, card=card, folder="/w", facts=facts)


def request_of(task: Task) -> RenderRequest:
    assert isinstance(task.request, RenderRequest)
    return task.request


def final(task: Task, name: str = "main") -> str:
    (found,) = [promise.final.text for promise in task.promises if promise.name == name]
    return found.replace("\\", "/")


# ── which ones ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", [""]),
        ("Sky", ["Sky"]),
        ("Sky,Sea", ["Sky", "Sea"]),
        (" Sky , Sea ,", ["Sky", "Sea"]),
        ("Sky,Sky", ["Sky"]),
        (r"Sky\, high,Sea", ["Sky, high", "Sea"]),
    ],
)
def test_names_are_parted_by_commas(chooser: Renderer, text: str, names: list[str]) -> None:
    assert [one.name for one in targets_of(spec_of(layer=text), chooser)] == names


def test_two_lists_give_every_pair(chooser: Renderer) -> None:
    targets = targets_of(spec_of(layer="Sky,Sea", camera="Left,Right"), chooser)
    names = [target.name for target in targets]
    assert names == ["Sky_Left", "Sky_Right", "Sea_Left", "Sea_Right"]
    assert targets[2].options == {"layer": "Sea", "camera": "Left"}


def test_a_renderer_without_such_options_has_one_nameless_target(card: Renderer) -> None:
    assert targets_of(spec_of(), card) == (Target(),)


@given(st.text(min_size=1))
def test_a_target_is_one_folder_whatever_its_name(name: str) -> None:
    folder = placed("/out/{target}/f_####.png", Target(name=name))
    assert FramePattern.parse(folder).path(3).endswith("/f_0003.png")
    assert folder.count("/") == 3
    assert folder.split("/")[2] not in ("", ".", "..")
    inside = FramePattern.parse(placed("/out/f_{target}_####.png", Target(name=name)))
    assert inside.padding == 4


@pytest.mark.parametrize(
    ("folder", "above"),
    [
        ("/w/out", "/w/out"),
        ("/w/out/{target}", "/w/out"),
        ("/w/out/a_{target}/b", "/w/out"),
        ("/{target}", "/"),
        ("C:\\w\\{target}", "C:\\w"),
    ],
)
def test_room_is_looked_for_in_the_folder_all_targets_share(folder: str, above: str) -> None:
    assert above_place(folder) == above


# ── their tasks ───────────────────────────────────────────────────────────────────────────────


def test_each_target_is_a_task_with_files_of_its_own(chooser: Renderer) -> None:
    one, other = plan_of(chooser, spec_of(layer="Sky,Sea", gamma="2")).tasks
    assert (one.id, other.id) == ("render:Sky", "render:Sea")
    assert (final(one), final(other)) == ("/w/out/Sky/f_####.png", "/w/out/Sea/f_####.png")
    assert request_of(other).target == "Sea"
    assert request_of(other).chosen_by == ("layer",)
    assert request_of(other).options == {"layer": "Sea", "gamma": "2"}


def test_each_target_has_a_film_of_its_own_after_its_frames(chooser: Renderer) -> None:
    plan = plan_of(chooser, spec_of(layer="Sky,Sea", film="out/{target}.mp4"))
    films = [task for task in plan.tasks if isinstance(task.request, FilmRequest)]
    assert [film.id for film in films] == ["film:Sky", "film:Sea"]
    assert [film.after for film in films] == [("render:Sky",), ("render:Sea",)]
    paths = [film.request.film for film in films if isinstance(film.request, FilmRequest)]
    assert [path.replace("\\", "/") for path in paths] == ["/w/out/Sky.mp4", "/w/out/Sea.mp4"]


def test_one_named_target_keeps_the_plain_id_and_may_go_without_a_place(
    chooser: Renderer,
) -> None:
    (task,) = plan_of(chooser, spec_of("out/f_####.png", layer="Sky")).tasks
    assert (task.id, final(task)) == ("render", "/w/out/f_####.png")
    assert request_of(task).target == "Sky"


def test_views_and_side_outputs_are_promised_for_each_target(chooser: Renderer) -> None:
    sides = (
        SideOutput(name="depth", made="depth_####.exr", final="/w/passes/depth_####.exr"),
        SideOutput(name="mist", made="mist_####.exr", final="/w/{target}_mist_####.exr"),
    )
    facts = replace(FACTS, views=("_L", "_R"), side_outputs=sides)
    one, other = plan_of(chooser, spec_of(layer="Sky,Sea"), facts).tasks
    assert final(one, "main_L") == "/w/out/Sky/f_####_L.png"
    assert final(other, "main_R") == "/w/out/Sea/f_####_R.png"
    assert final(one, "depth") == "/w/passes/Sky/depth_####.exr"
    assert final(other, "depth") == "/w/passes/Sea/depth_####.exr"
    assert final(other, "mist") == "/w/Sea_mist_####.exr"


def test_a_side_output_of_another_layer_is_not_promised(chooser: Renderer) -> None:
    """It would not be written: its layer is not rendered."""
    side = SideOutput(name="sea", made="sea_####.exr", final="/w/sea_####.exr", layers=("Sea",))
    facts = replace(FACTS, side_outputs=(side,))
    sky, sea = plan_of(chooser, spec_of(layer="Sky,Sea"), facts).tasks
    assert [promise.name for promise in sky.promises] == ["main"]
    assert [promise.name for promise in sea.promises] == ["main", "sea"]
    (camera, _) = plan_of(chooser, spec_of(camera="Left,Right"), facts).tasks
    assert [promise.name for promise in camera.promises] == ["main", "sea"]


def test_a_single_target_leaves_side_outputs_where_the_scene_wants_them(
    chooser: Renderer,
) -> None:
    side = SideOutput(name="depth", made="depth_####.exr", final="/w/passes/depth_####.exr")
    facts = replace(FACTS, side_outputs=(side,))
    (task,) = plan_of(chooser, spec_of(layer="Sky"), facts).tasks
    assert final(task, "depth") == "/w/passes/depth_####.exr"


def test_the_scene_is_inspected_as_its_first_target(chooser: Renderer) -> None:
    spec = spec_of(layer="Sky,Sea", camera="Left")
    request = inspection_request(spec, chooser, "/w", None)
    first, *_ = plan_of(chooser, spec).tasks
    assert request.options == request_of(first).options
    assert request.target == "Sky_Left"


def test_the_explanation_names_every_target_with_its_files_and_film(
    chooser: Renderer, findings: Findings, program: FoundProgram
) -> None:
    spec = spec_of("f_{target}_####.png", layer="Sky,Sea", film="{target}.mp4")
    text = explanation_text(
        explain(
            plan_of(chooser, spec),
            card=chooser,
            program=program,
            findings=findings,
            slots=1,
            threads=1,
            reason="as asked",
            system="linux",
            facts=FACTS,
        )
    )
    for words in ("Target    Sky", "Target    Sea", "f_Sea_0001.png", "Sky.mp4", "Sea.mp4"):
        assert words in text


# ── what is wrong ─────────────────────────────────────────────────────────────────────────────


def wrong(
    card: Renderer, findings: Findings, spec: JobSpec, facts: SceneFacts | None = FACTS
) -> list[tuple[str, str]]:
    """Place and found of each mistake."""
    return [(one.place, one.found) for one in mistakes(spec, findings, facts, card)]


def test_several_targets_want_a_place_in_the_output_and_the_film(
    chooser: Renderer, findings: Findings
) -> None:
    spec = spec_of("f_####.png", film="a.mp4", layer="Sky,Sea")
    assert wrong(chooser, findings, spec, None) == [("output", "f_####.png"), ("film", "a.mp4")]


def test_a_place_wants_a_target(chooser: Renderer, findings: Findings) -> None:
    (mistake,) = mistakes(spec_of(), findings, None, chooser)
    assert "Name one with --layer or --camera" in mistake.advice


def test_a_place_is_no_use_where_a_renderer_has_no_targets(
    card: Renderer, findings: Findings
) -> None:
    (mistake,) = mistakes(spec_of(), findings, None, card)
    assert "Paint has no targets to name" in mistake.advice


def test_names_that_become_one_file_are_a_mistake(
    chooser: Renderer, findings: Findings
) -> None:
    spec = spec_of("f_{target}_####.png", layer="a:b,a?b,A:B")
    found = [found for _, found in wrong(chooser, findings, spec, None)]
    assert found == [
        "f_a_b_####.png for both 'a:b' and 'a?b'",
        "f_A_B_####.png for both 'a:b' and 'A:B'",
    ]


def test_unknown_names_are_a_mistake_each_with_all_there_are(
    chooser: Renderer, findings: Findings
) -> None:
    spec = spec_of(layer="Sky,See", camera="Left,Nobody")
    one, other = mistakes(spec, findings, FACTS, chooser)
    assert (one.place, one.found, one.advice) == ("options.layer", "See", "Did you mean Sea?")
    assert one.wanted == "layers of the scene (Sky, Sea)"
    assert (other.found, other.wanted) == ("Nobody", "cameras of the scene (Left, Right)")


def test_well_named_targets_are_no_mistake(chooser: Renderer, findings: Findings) -> None:
    spec = spec_of(film="{target}.mp4", layer="Sky,Sea", camera="Left,Right")
    assert wrong(chooser, findings, spec) == []
