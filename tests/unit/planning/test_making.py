"""A spec becomes a plan."""

from dataclasses import replace
from pathlib import Path

from framecrew.model.jobs import Existing, JobSpec, Order
from framecrew.model.outputs import Checks
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import FilmRequest, RenderRequest
from framecrew.model.scenes import SceneFacts, SideOutput
from framecrew.planning.making import ALLOWED_WHEN_MISSING, inspection_request, make_plan
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.ffmpeg import RENDERER as FFMPEG

FOLDER = str(Path("/studio").absolute())
SPEC = JobSpec(scene="shot.paint", output="out/shot_####.exr", frames="1-10")
FACTS = SceneFacts(
    program_version="3.1", first=1, last=250, fps="30000/1001", width=64, height=32
)


def at(*parts: str) -> str:
    return str(Path(FOLDER, *parts))


def test_a_spec_becomes_one_render_task(card: Renderer, program: FoundProgram) -> None:
    spec = replace(
        SPEC,
        options={"samples": 4, "device": "cpu", "scripts": ["a.py"]},
        environment={"OCIO": "x"},
    )
    plan = make_plan(spec, card=card, folder=FOLDER, program=program, facts=FACTS)

    (task,) = plan.tasks
    assert (plan.name, task.id, task.kind) == ("shot", "render", TaskKind.RENDER)
    assert str(task.frames) == "1-10"
    assert task.traits == card.traits
    assert task.request == RenderRequest(
        renderer="paint",
        scene=at("shot.paint"),
        program=program.path,
        made="frame_####.exr",
        options={"samples": 4, "scripts": (at("a.py"),)},
        environment={"OCIO": "x"},
    )
    (promise,) = task.promises
    assert (promise.name, promise.made.text) == ("main", "frame_####.exr")
    assert promise.final.text == at("out", "shot_####.exr")
    assert promise.checks == Checks(width=64, height=32)


def test_without_written_frames_the_scenes_range_is_planned(card: Renderer) -> None:
    plan = make_plan(replace(SPEC, frames=""), card=card, folder=FOLDER, facts=FACTS)

    assert str(plan.tasks[0].frames) == "1-250"


def test_one_chunk_can_be_planned_alone(card: Renderer) -> None:
    spec = replace(SPEC, chunk_size=4, chunk_index=1)
    plan = make_plan(spec, card=card, folder=FOLDER)

    assert str(plan.tasks[0].frames) == "5-8"
    assert plan.chunk_size is None, "all slots share it"


def test_a_scene_that_was_not_inspected_promises_pictures_of_any_size(card: Renderer) -> None:
    plan = make_plan(replace(SPEC, not_black=True, outliers=True), card=card, folder=FOLDER)

    assert plan.tasks[0].promises[0].checks == Checks(not_black=True, outliers=True)


def test_an_output_without_an_ending_gets_the_scenes(card: Renderer) -> None:
    facts = replace(FACTS, extension=".exr")
    plan = make_plan(
        replace(SPEC, output="out/shot_%04d"), card=card, folder=FOLDER, facts=facts
    )

    promise = plan.tasks[0].promises[0]
    assert promise.made.text == "frame_####.exr"
    assert promise.final.path(3) == at("out", "shot_0003.exr")


def test_a_stereo_scene_promises_a_file_for_each_view(card: Renderer) -> None:
    facts = replace(FACTS, views=("_L", "_R"))
    plan = make_plan(replace(SPEC, film="a.mov"), card=card, folder=FOLDER, facts=facts)

    promises = plan.tasks[0].promises
    assert [promise.name for promise in promises] == ["main_L", "main_R"]
    assert promises[1].made.path(7) == "frame_0007_R.exr"
    assert promises[1].final.path(7) == at("out", "shot_0007_R.exr")
    film = plan.tasks[1].request
    assert isinstance(film, FilmRequest)
    assert film.pictures == promises[0].final.text


def test_what_the_scene_writes_besides_is_promised_too(card: Renderer) -> None:
    side = SideOutput(name="depth", made="depth/d_####.exr", final="/x/depth_####.exr")
    plan = make_plan(SPEC, card=card, folder=FOLDER, facts=replace(FACTS, side_outputs=(side,)))

    depth = plan.tasks[0].promises[1]
    assert (depth.name, depth.made.text) == ("depth", "depth/d_####.exr")
    assert depth.final.text == str(Path("/x/depth_####.exr").absolute())
    assert depth.checks == Checks()


def test_a_film_is_stitched_after_the_frames(card: Renderer) -> None:
    spec = replace(SPEC, film="out/shot.mp4", audio="a.wav")
    plan = make_plan(spec, card=card, folder=FOLDER, facts=FACTS, ffmpeg="/usr/bin/ffmpeg")

    render, film = plan.tasks
    assert (film.id, film.kind, film.after) == ("film", TaskKind.STITCH, ("render",))
    assert film.frames == render.frames
    assert film.traits == FFMPEG.traits
    assert film.request == FilmRequest(
        pictures=at("out", "shot_####.exr"),
        film=at("out", "shot.mp4"),
        preset="h264-fast",
        fps="30000/1001",
        audio=at("a.wav"),
        ffmpeg="/usr/bin/ffmpeg",
        width=64,
        height=32,
    )


def test_the_written_preset_and_rate_win(card: Renderer) -> None:
    spec = replace(SPEC, film="a.MOV", film_preset="h265", film_fps="23.976")
    film = make_plan(spec, card=card, folder=FOLDER).tasks[1].request

    assert isinstance(film, FilmRequest)
    assert (film.preset, film.fps, film.audio, film.width) == ("h265", "24000/1001", "", None)
    default = make_plan(replace(spec, film_preset=""), card=card, folder=FOLDER).tasks[1]
    assert isinstance(default.request, FilmRequest)
    assert default.request.preset == "prores-hq"


def test_the_rules_for_the_scheduler_are_taken_over(card: Renderer) -> None:
    spec = replace(
        SPEC,
        name="Titles",
        order=Order.SPREAD,
        chunk_size=5,
        slots=2,
        threads=3,
        existing=Existing.REPLACE,
        scratch="tmp",
        start_timeout=7.0,
        exit_timeout=9.0,
        memory_limit="2G",
        tries=4,
    )
    plan = make_plan(spec, card=card, folder=FOLDER)

    assert (plan.name, plan.order, plan.chunk_size) == ("Titles", Order.SPREAD, 5)
    assert (plan.slots, plan.threads, plan.existing) == (2, 3, Existing.REPLACE)
    assert plan.scratch == at("tmp")
    assert plan.patience == Patience(start=7.0, finish=9.0)
    assert (plan.memory_limit, plan.tries) == (2 * 1024**3, 4)


def test_what_is_not_written_is_left_to_the_scheduler(card: Renderer) -> None:
    plan = make_plan(SPEC, card=card, folder=FOLDER)

    assert (plan.slots, plan.threads, plan.scratch) == (None, None, "")
    assert (plan.memory_limit, plan.tries, plan.patience) == (None, None, Patience())


def test_missing_files_fail_nothing_once_they_are_allowed(card: Renderer) -> None:
    plan = make_plan(replace(SPEC, allow_missing=True), card=card, folder=FOLDER)

    assert plan.allowed == ALLOWED_WHEN_MISSING
    assert make_plan(SPEC, card=card, folder=FOLDER).allowed == ()


def test_a_scene_is_inspected_with_what_it_is_rendered_with(
    card: Renderer, program: FoundProgram
) -> None:
    spec = replace(SPEC, options={"samples": 4})
    plan = make_plan(spec, card=card, folder=FOLDER, program=program, facts=FACTS)

    assert inspection_request(spec, card, FOLDER, program) == plan.tasks[0].request


def test_a_scene_inspected_without_a_wanted_format_tells_its_own(card: Renderer) -> None:
    spec = replace(SPEC, output="out/shot_####")

    assert inspection_request(spec, card, FOLDER, None).made == "frame_####"


def test_a_scene_is_inspected_before_anyone_says_where_its_frames_go(card: Renderer) -> None:
    spec = replace(SPEC, output="")

    assert inspection_request(spec, card, FOLDER, None).made == "frame_####"
