"""An output that is a film: how it is planned, and what can be wrong with it."""

from dataclasses import replace
from pathlib import PurePath

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.errors import Mistake
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.outputs import RUSHES_ENDING
from framecrew.model.plans import Plan, TaskKind
from framecrew.model.requests import (
    Command,
    FilmRequest,
    JoinRequest,
    RenderRequest,
    SoundRun,
)
from framecrew.model.scenes import SceneFacts, Track
from framecrew.planning.environments import parse_environment_file, plan_with_environment
from framecrew.planning.film_output import FilmWay, film_way
from framecrew.planning.findings import Findings, PathState
from framecrew.planning.making import inspection_request, make_plan
from framecrew.planning.mistakes import mistakes
from framecrew.renderers.blender import RENDERER as BLENDER
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.renderers.film_join import join_mark

SPEC = JobSpec(scene="shot.paint", output="out/shot.mov", frames="1-60")
FACTS = SceneFacts(program_version="3.1", first=1, last=10, fps="25", width=640, height=360)


@pytest.fixture
def filming(card: Renderer) -> Renderer:
    """The same renderer, writing films itself."""
    return replace(
        card,
        film_formats=(".mov", ".avi"),
        picture_formats=(*card.picture_formats, ".webp"),
    )


def planned(
    spec: JobSpec,
    card: Renderer,
    *,
    version: str = "3.1",
    stamp: str = "7 1",
    facts: SceneFacts | None = None,
) -> Plan:
    program = FoundProgram(name="Paint", path="/opt/paint", version=version)
    return make_plan(
        spec,
        card=card,
        folder="/studio",
        program=program,
        facts=facts,
        ffmpeg="/usr/bin/ffmpeg",
        scene_stamp=stamp,
    )


def only(found: list[Mistake]) -> Mistake:
    assert len(found) == 1, found
    return found[0]


# ── by which way ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("output", "way"),
    [
        ("shot.mov", FilmWay.SEGMENTS),
        ("shot.AVI", FilmWay.SEGMENTS),
        ("shot.mp4", FilmWay.PICTURES),
        ("shot.webm", FilmWay.PICTURES),
        ("shot.mxf", FilmWay.PICTURES),
        ("shot_####.png", None),
        ("shot_####", None),
        ("shot.gif", FilmWay.PICTURES),
        ("shot.webp", FilmWay.PICTURES),
        ("shot_####.webp", None),
        ("shot@2x.webp", FilmWay.PICTURES),
        ("", None),
    ],
)
def test_the_ending_and_the_renderer_choose_the_way(
    filming: Renderer, output: str, way: FilmWay | None
) -> None:
    assert film_way(replace(SPEC, output=output), filming) is way


def test_a_renderer_that_writes_films_renders_segments_and_one_task_joins_them(
    filming: Renderer,
) -> None:
    render, stitch = planned(SPEC, filming).tasks
    assert render.promises == ()
    assert [str(segment.frames) for segment in render.segments][:2] == ["1-7", "8-15"]
    assert render.grid_reason
    assert isinstance(render.request, RenderRequest)
    assert render.request.made.endswith(".mov")
    assert render.request.ffmpeg == "/usr/bin/ffmpeg"
    assert isinstance(stitch.request, JoinRequest)
    assert stitch.request.film == "/studio/out/shot.mov"
    assert stitch.request.segments == render.segments
    assert stitch.after == (render.id,)
    assert stitch.kind is TaskKind.STITCH
    assert stitch.frames == render.frames == FrameSet.parse("1-60")


def test_segments_lie_in_the_hidden_rushes_beside_the_film(filming: Renderer) -> None:
    render, stitch = planned(SPEC, filming).tasks
    folders = {PurePath(segment.path).parent for segment in render.segments}
    assert folders == {PurePath(stitch.rushes)}
    rushes = PurePath(stitch.rushes)
    assert rushes.parent == PurePath("/studio/out")
    assert rushes.name.startswith(".shot.mov.")
    assert rushes.name.endswith(RUSHES_ENDING)
    assert render.segments[0].name == "segment_0001-0007.mov"
    assert len({segment.path for segment in render.segments}) == len(render.segments)


def test_what_the_scene_told_is_asked_of_each_segment(filming: Renderer) -> None:
    segment = planned(SPEC, filming, facts=FACTS).tasks[0].segments[0]
    assert (segment.width, segment.height, segment.fps) == (640, 360, "25")
    untold = planned(SPEC, filming).tasks[0].segments[0]
    assert (untold.width, untold.height, untold.fps) == (None, None, "")


def test_rushes_are_those_of_one_content(filming: Renderer) -> None:
    changed = (
        replace(SPEC, scene="other.paint"),
        replace(SPEC, frames="1-61"),
        replace(SPEC, segment_size=5),
        replace(SPEC, options={"samples": 3}),
        replace(SPEC, environment={"OCIO": "a"}),
        replace(SPEC, allow_missing=True),
        replace(SPEC, output="out/shot.avi"),
    )
    plans = [planned(spec, filming) for spec in (SPEC, *changed)]
    plans += [planned(SPEC, filming, version="3.2"), planned(SPEC, filming, stamp="7 2")]
    assert len({plan.tasks[1].rushes for plan in plans}) == len(plans)


def test_what_decides_no_content_changes_no_rushes(filming: Renderer) -> None:
    others = (
        replace(SPEC, slots=3),
        replace(SPEC, threads=2),
        replace(SPEC, audio="a.wav"),
        replace(SPEC, priority=9, name="x", tries=7),
    )
    folders = {planned(spec, filming).tasks[1].rushes for spec in (SPEC, *others)}
    assert len(folders) == 1


def test_a_film_of_a_renderer_of_pictures_is_made_of_hidden_ones(card: Renderer) -> None:
    render, stitch = planned(replace(SPEC, output="out/shot.mp4"), card, facts=FACTS).tasks
    assert not render.segments
    promise = render.promises[0]
    assert promise.final.folder == stitch.rushes
    assert promise.final.extension == ".png"
    assert isinstance(stitch.request, FilmRequest)
    assert stitch.request.film == "/studio/out/shot.mp4"
    assert stitch.request.pictures == promise.final.text
    assert stitch.request.preset == "h264-fast"
    longer = planned(replace(SPEC, output="out/shot.mp4", frames="1-90"), card).tasks[1]
    assert longer.rushes == stitch.rushes, "pictures are good for a longer film too"


def test_a_film_beside_its_pictures_has_no_rushes(card: Renderer) -> None:
    spec = replace(SPEC, output="out/shot_####.png", film="out/shot.mp4")
    assert [task.rushes for task in planned(spec, card).tasks] == ["", ""]


def test_each_target_has_a_film_and_rushes_of_its_own() -> None:
    spec = JobSpec(
        scene="shot.blend",
        output="out/{target}.mp4",
        frames="1-4",
        options={"camera": "A,B"},
    )
    assert mistakes(spec, Findings(folder="/studio", ffmpeg="/f"), None, BLENDER) == []
    stitches = [task for task in planned(spec, BLENDER).tasks if task.rushes]
    assert [PurePath(one.request.film).name for one in stitches if hasattr(one.request, "film")]
    assert len({task.rushes for task in stitches}) == 2


def test_a_chunk_of_a_job_is_a_film_of_that_range(filming: Renderer) -> None:
    plan = planned(replace(SPEC, chunk_size=20, chunk_index=1), filming)
    assert [str(task.frames) for task in plan.tasks] == ["21-40", "21-40"]
    assert len(plan.tasks[0].segments) > 1


def test_a_chunk_size_alone_is_the_length_of_a_segment(filming: Renderer) -> None:
    segments = planned(replace(SPEC, chunk_size=25), filming).tasks[0].segments
    assert [segment.frames.size for segment in segments] == [25, 25, 10]


def test_a_scene_is_inspected_with_what_will_be_made(card: Renderer, filming: Renderer) -> None:
    request = inspection_request(SPEC, filming, "/studio", None)
    assert request.made.endswith(".mov")
    request = inspection_request(replace(SPEC, output="a.webm"), card, "/studio", None)
    assert request.made.endswith(".png")


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("output", ["out/shot.mov", "out/clip@2x.mov", "out/shot.mp4"])
def test_a_film_is_a_good_output(findings: Findings, filming: Renderer, output: str) -> None:
    spec = replace(SPEC, output=output, audio="a.wav", film_fps="25")
    assert mistakes(spec, findings, None, filming) == []


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"output": "out/shot_####.mov"}, "output", "a name for each frame"),
        ({"output": "out/shot_[###].mp4"}, "output", "a name for each frame"),
        ({"film": "out/shot.mp4"}, "film", "one film of the job"),
        ({"film": "out/shot.mov"}, "film", "one film of the job"),
        ({"output": "out/shot.wmv"}, "output", ".mov, .avi, .mp4, .webm, .mkv"),
        ({"output": "out/shot.mxf"}, "output", "ffmpeg can make of its pictures"),
        ({"film_preset": "h264"}, "film_preset", "--film out/shot.mov"),
        ({"film_preset": "h246", "output": "out/shot.mp4"}, "film_preset", "h264"),
        ({"film_preset": "vp9", "output": "out/shot.mp4"}, "film_preset", ".webm"),
        ({"segment_size": 5, "output": "out/shot.mp4"}, "segment_size", "--chunk-size"),
        ({"segment_size": 5, "output": "out/shot_#.png"}, "segment_size", "--chunk-size"),
        ({"not_black": True}, "not_black", "pictures"),
        ({"outliers": True}, "outliers", "pictures"),
        ({"film_fps": "fast"}, "film_fps", "25"),
        ({"chunk_index": 1}, "chunk_index", "--chunk-size"),
        ({"frames": "1-12000x2"}, "frames", "6000"),
        ({"output": "out/{target}.mov"}, "output", "{target}"),
    ],
)
def test_what_does_not_fit_a_film_is_one_mistake(
    findings: Findings,
    filming: Renderer,
    change: dict[str, object],
    place: str,
    words: str,
) -> None:
    mistake = only(mistakes(replace(SPEC, **change), findings, None, filming))  # type: ignore[arg-type]
    assert mistake.place == place
    assert words in str(mistake)


@pytest.mark.parametrize(
    ("output", "audio", "fps", "place"),
    [
        ("out/shot.gif", "", "50", ""),
        ("out/shot.gif", "", "60", "film_fps"),
        ("out/shot.webp", "", "60", ""),
        ("out/shot.gif", "beep.wav", "25", "audio"),
        ("out/shot.webp", "beep.wav", "25", "audio"),
        ("out/shot_####.gif", "", "25", "output"),
    ],
)
def test_an_animation_has_no_sound_and_a_gif_is_not_too_quick(
    findings: Findings,
    filming: Renderer,
    output: str,
    audio: str,
    fps: str,
    place: str,
) -> None:
    spec = replace(SPEC, output=output, frames="1-10", audio=audio)
    found = mistakes(spec, findings, replace(FACTS, fps=fps), filming)
    assert [mistake.place for mistake in found] == ([place] if place else [])


@pytest.mark.parametrize(
    ("output", "preset", "size", "place", "words"),
    [
        ("out/shot.mp4", "av1", (64, 64), "", ""),
        ("out/shot.mp4", "av1", (62, 64), "film_preset", "64x64"),
        (
            "out/shot.mp4",
            "av1",
            (128, 36),
            "film_preset",
            "another preset: h264, h264-fast, h264-fastest, h265",
        ),
        ("out/shot.webm", "av1", (63, 63), "", ""),
        ("out/shot.mov", "dnxhr-hq", (640, 118), "film_preset", "256x120"),
        ("out/shot.mp4", "h265", (15, 15), "", ""),
        ("out/shot.mp4", "h265", (14, 64), "film_preset", "16x16"),
        ("out/shot.mkv", "", (2, 2), "output", "another preset: h264"),
        ("out/shot.mp4", "", (2, 2), "", ""),
    ],
)
def test_pictures_that_are_too_small_for_a_preset_are_a_mistake(
    findings: Findings,
    card: Renderer,
    output: str,
    preset: str,
    size: tuple[int, int],
    place: str,
    words: str,
) -> None:
    """Of pictures; an odd size is padded before it is encoded."""
    spec = replace(SPEC, output=output, film_preset=preset, frames="1-10")
    beside = replace(spec, output="out/shot_####.png", film=output)
    facts = replace(FACTS, width=size[0], height=size[1])
    for asked, where in ((spec, place), (beside, "film" if place == "output" else place)):
        found = mistakes(asked, findings, facts, card)
        assert [mistake.place for mistake in found] == ([where] if place else [])
        assert all(words in str(mistake) for mistake in found)


def test_a_session_that_encodes_segments_takes_even_sizes_and_none_too_small(
    findings: Findings, filming: Renderer
) -> None:
    encoding = replace(filming, film_formats=(".mp4",), film_presets=("h264", "av1"))
    spec = replace(SPEC, output="out/shot.mp4", film_preset="av1", frames="1-10")
    odd, small = replace(FACTS, width=641), replace(FACTS, width=62)
    assert mistakes(spec, findings, FACTS, encoding) == []
    assert "even size" in only(mistakes(spec, findings, odd, encoding)).wanted
    assert "64x64" in only(mistakes(spec, findings, small, encoding)).wanted


def test_the_sounds_of_a_scene_are_left_out_of_an_animation(filming: Renderer) -> None:
    facts = replace(FACTS, tracks=(Track(source="/a.wav"),))
    for output, count in (("out/shot.gif", 0), ("out/shot.mp4", 1)):
        film = planned(replace(SPEC, output=output), filming, facts=facts).tasks[1].request
        assert isinstance(film, FilmRequest)
        assert len(film.tracks) == count


def test_a_preset_is_good_where_pictures_are_encoded(
    findings: Findings, filming: Renderer
) -> None:
    pictures = replace(SPEC, output="out/shot.mp4", film_preset="h265")
    assert mistakes(pictures, findings, None, filming) == []


def test_segments_bring_their_sound_unless_a_file_is_put_under_the_film(
    filming: Renderer,
) -> None:
    sounding = replace(filming, has_sound=lambda options: options.get("samples") == 3)
    loud = replace(SPEC, options={"samples": 3})
    specs = (loud, replace(loud, audio="a.wav"), SPEC)
    requests = [planned(spec, sounding).tasks[1].request for spec in specs]
    assert [getattr(request, "sound", None) for request in requests] == [True, False, False]


@pytest.fixture
def sounding(filming: Renderer) -> Renderer:
    """The same, with sound in its films and a run that renders sound alone."""

    def sound_run(
        found: FoundProgram, request: RenderRequest, frames: FrameSet
    ) -> SoundRun | None:
        words = (found.path, str(frames), str(request.options.get("samples", "")))
        environment = dict(request.environment)
        return SoundRun(
            command=Command(arguments=words, environment=environment),
            file="sound.wav",
            first=frames.first,
            advice="",
        )

    return replace(
        filming,
        has_sound=lambda _options: True,
        sound_run=sound_run,
        sound_options=("samples",),
    )


def sound_run_of(plan: Plan) -> SoundRun | None:
    request = plan.tasks[1].request
    assert isinstance(request, JoinRequest)
    return request.sound_run


def test_the_sound_run_is_of_all_frames_from_the_first_to_the_last(sounding: Renderer) -> None:
    run = sound_run_of(planned(replace(SPEC, frames="5-9,30-40"), sounding))
    assert run is not None
    assert run.command.arguments[:2] == ("/opt/paint", "5-40")
    assert run.first == 5
    assert sound_run_of(planned(replace(SPEC, audio="a.wav"), sounding)) is None


def test_another_sound_run_makes_another_film_of_the_same_segments(sounding: Renderer) -> None:
    plans = [planned(replace(SPEC, options={"samples": each}), sounding) for each in (1, 2)]
    assert len({plan.tasks[1].rushes for plan in plans}) == 1
    stitches = [plan.tasks[1] for plan in plans]
    marks = {
        join_mark(stitch.request, stitch.frames)
        for stitch in stitches
        if isinstance(stitch.request, JoinRequest)
    }
    assert len(marks) == 2


def test_the_sound_run_has_the_variables_of_the_first_slot(sounding: Renderer) -> None:
    plan = planned(replace(SPEC, environment={"OWN": "1"}), sounding)
    file = parse_environment_file('{"OWN": "2", "SHOW": "k", "CARD": ["x", "y"]}')
    run = sound_run_of(plan_with_environment(plan, file))
    assert run is not None
    assert run.command.environment == {"OWN": "1", "SHOW": "k", "CARD": "x"}


def test_a_film_needs_ffmpeg_before_anything_starts(
    findings: Findings, filming: Renderer
) -> None:
    without = replace(findings, ffmpeg="", ffmpeg_hint="apt install ffmpeg")
    for output in ("out/shot.mov", "out/shot.mp4"):
        spec = replace(SPEC, output=output)
        mistake = only(mistakes(spec, without, None, filming))
        assert mistake.place == "ffmpeg"
        assert "apt install ffmpeg" in str(mistake)


def test_a_film_that_is_there_can_be_refused(findings: Findings, filming: Renderer) -> None:
    there = replace(findings, film=PathState.FILE)
    assert mistakes(SPEC, there, None, filming) == []
    refusing = replace(SPEC, existing=Existing.REFUSE)
    assert only(mistakes(refusing, there, None, filming)).place == "output"
    # Pictures of an earlier run, hidden beside it, are nothing that stands there.
    hidden = replace(findings, existing=5)
    pictures = replace(refusing, output="out/shot.mp4")
    assert mistakes(pictures, hidden, None, filming) == []


def test_a_film_is_never_written_over_the_scene(findings: Findings, filming: Renderer) -> None:
    over = replace(SPEC, scene="out/shot.mov", renderer="paint")
    assert (
        only(mistakes(over, findings, None, filming)).wanted == "a file that is not the scene"
    )


def test_a_film_of_several_views_is_refused(findings: Findings, card: Renderer) -> None:
    spec = replace(SPEC, output="out/shot.mp4")
    views = replace(FACTS, views=("_L", "_R"))
    assert "several views" in only(mistakes(spec, findings, views, card)).wanted
