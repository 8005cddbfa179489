"""Everything wrong with a spec on this machine, all at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from framecrew.model.errors import Mistake
from framecrew.model.failures import FailureKind
from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.scenes import MissingFile, SceneFacts
from framecrew.planning.findings import Findings, FolderFinding, PathState
from framecrew.planning.mistakes import mistakes
from framecrew.renderers.blender import RENDERER as BLENDER
from framecrew.renderers.contract import FoundProgram, Renderer

GOOD = JobSpec(scene="shot.paint", output="out/shot_####.png", frames="1-10")
FILM = replace(GOOD, film="out/shot.mp4")
FACTS = SceneFacts(program_version="3.1", first=1, last=10)


def places(found: list[Mistake]) -> list[str]:
    return [mistake.place for mistake in found]


def only(found: list[Mistake]) -> Mistake:
    assert len(found) == 1, found
    return found[0]


def test_a_good_spec_has_none(findings: Findings, card: Renderer) -> None:
    spec = replace(
        FILM,
        film_fps="29.97",
        film_preset="h265",
        audio="a.wav",
        memory_limit="8G",
        environment={"OCIO": "a"},
        options={"samples": 3},
        scratch="tmp",
    )

    assert mistakes(spec, findings, FACTS, card) == []
    assert mistakes(replace(spec, film="", audio=""), findings, None, card) == []


def test_all_of_them_are_told_in_the_order_of_the_fields(
    findings: Findings, card: Renderer
) -> None:
    spec = JobSpec(
        scene="gone.paint",
        frames="1-",
        output="out/shot.png",
        film="out/shot.avi",
        film_fps="fast",
        audio="a.wav",
        chunk_index=1,
        memory_limit="much",
        environment={"": "x"},
        options={"smaples": 1},
    )
    found = mistakes(
        spec,
        replace(
            findings,
            scene=PathState.NOT_THERE,
            program=None,
            program_trouble="PATH",
            ffmpeg="",
            audio=PathState.NOT_THERE,
            scratch_folder=FolderFinding(path="/s", can_write=False),
        ),
        None,
        card,
    )

    assert places(found) == [
        "scene",
        "program",
        "frames",
        "output",
        "film",
        "film_fps",
        "audio",
        "ffmpeg",
        "film",
        "chunk_index",
        "scratch",
        "memory_limit",
        "environment",
        "options.smaples",
    ]
    assert all(mistake.wanted and mistake.found and mistake.advice for mistake in found)


# ── scene and program ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "found", "advice"),
    [
        (PathState.NOT_THERE, "nothing at", "Check the path"),
        (PathState.FOLDER, "a folder at", "inside it"),
        (PathState.UNREADABLE, "may not be read", "right to read"),
    ],
)
def test_a_scene_that_cannot_be_opened_is_told_with_its_full_path(
    findings: Findings, card: Renderer, state: PathState, found: str, advice: str
) -> None:
    mistake = only(mistakes(GOOD, replace(findings, scene=state), FACTS, card))

    assert mistake.place == "scene"
    assert found in mistake.found
    assert str(Path(findings.folder, "shot.paint")) in mistake.found
    assert advice in mistake.advice


def test_a_job_needs_a_scene(findings: Findings, card: Renderer) -> None:
    mistake = only(mistakes(replace(GOOD, scene=""), findings, FACTS, card))

    assert (mistake.place, mistake.found) == ("scene", "none")


def test_a_scene_of_another_program_is_told_by_its_ending(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(GOOD, scene="shot.max")

    assert ".paint" in only(mistakes(spec, findings, FACTS, card)).wanted
    # Who names the renderer knows better.
    assert mistakes(replace(spec, renderer="paint"), findings, FACTS, card) == []


def test_without_a_renderer_the_rest_is_still_judged(findings: Findings) -> None:
    spec = replace(GOOD, scene="shot.max", memory_limit="x", options={"any": 1})

    assert places(mistakes(spec, findings)) == ["memory_limit"]


def test_a_missing_program_is_told_with_where_was_looked(
    findings: Findings, card: Renderer
) -> None:
    found = replace(findings, program=None, program_trouble="PATH, /opt/paint*")
    mistake = only(mistakes(GOOD, found, FACTS, card))

    assert mistake.place == "program"
    assert "/opt/paint*" in mistake.found
    assert "framecrew doctor" in mistake.advice


@pytest.mark.parametrize(
    ("version", "is_old"), [("2.79.9", True), ("2.80", False), ("3.1", False), ("", False)]
)
def test_a_program_that_is_too_old_is_told_with_the_oldest_that_works(
    findings: Findings, card: Renderer, version: str, is_old: bool
) -> None:
    program = FoundProgram(name="Paint", path="/p", version=version)
    found = mistakes(GOOD, replace(findings, program=program), FACTS, card)

    assert places(found) == (["program"] if is_old else [])
    assert all("2.80 or newer" in mistake.wanted for mistake in found)


def test_a_home_folder_that_no_shell_has_filled_in_is_told(
    findings: Findings, card: Renderer
) -> None:
    mistake = only(mistakes(replace(GOOD, scene="~/shot.paint"), findings, FACTS, card))

    assert mistake.found == "~/shot.paint"


# ── frames and chunks ────────────────────────────────────────────────────────────────────────


def test_frames_that_cannot_be_read_are_told_with_the_character(
    findings: Findings, card: Renderer
) -> None:
    mistake = only(mistakes(replace(GOOD, frames="1-10:2"), findings, FACTS, card))

    assert mistake.place == "frames"
    assert "character 5" in mistake.advice


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (10, 1, "the scene's range 10 to 1"),
        (0, -1, "a scene that does not tell how many it has"),
    ],
)
def test_an_empty_range_in_the_scene_is_told(
    findings: Findings, card: Renderer, first: int, last: int, found: str
) -> None:
    facts = replace(FACTS, first=first, last=last)
    mistake = only(mistakes(replace(GOOD, frames=""), findings, facts, card))

    assert mistake.found == found


def test_frames_must_be_written_where_the_scene_cannot_be_asked(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(GOOD, frames="")

    assert places(mistakes(spec, findings, None, card)) == ["frames"]
    # Blender tells the range when it has opened the scene.
    assert mistakes(replace(spec, scene="a.blend"), findings, None, BLENDER) == []


def test_the_number_of_a_chunk_needs_a_size(findings: Findings, card: Renderer) -> None:
    mistake = only(mistakes(replace(GOOD, chunk_index=0), findings, FACTS, card))

    assert "--chunk-size" in mistake.wanted


def test_a_chunk_that_is_not_there_is_told_with_how_many_there_are(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(GOOD, chunk_size=4, chunk_index=3)

    assert "3 chunks" in only(mistakes(spec, findings, FACTS, card)).found
    assert mistakes(replace(spec, chunk_index=2), findings, FACTS, card) == []


def test_a_chunk_of_frames_that_cannot_be_read_is_one_mistake(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(GOOD, frames="x", chunk_size=4, chunk_index=3)

    assert places(mistakes(spec, findings, FACTS, card)) == ["frames"]


def test_a_chunk_of_a_range_not_yet_known_is_left_for_later(findings: Findings) -> None:
    spec = replace(GOOD, scene="a.blend", frames="", chunk_size=4, chunk_index=30)

    assert mistakes(spec, findings, None, BLENDER) == []


# ── output ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("output", ["", "out/shot.png", "out/", "out/####_####.png"])
def test_an_output_needs_one_place_for_the_number(
    findings: Findings, card: Renderer, output: str
) -> None:
    mistake = only(mistakes(replace(GOOD, output=output), findings, FACTS, card))

    assert mistake.place == "output"
    assert "####" in mistake.advice


@pytest.mark.parametrize(
    ("output", "advice"),
    [("o/a_#.pgn", "Did you mean .png?"), ("o/a_#.bmp", "another")],
)
def test_pictures_that_the_renderer_cannot_write_are_told(
    findings: Findings, card: Renderer, output: str, advice: str
) -> None:
    mistake = only(mistakes(replace(GOOD, output=output), findings, FACTS, card))

    assert ".png or .exr" in mistake.wanted
    assert advice in mistake.advice


def test_an_ending_in_capitals_is_the_same_format(findings: Findings, card: Renderer) -> None:
    assert mistakes(replace(GOOD, output="o/a_#.PNG"), findings, FACTS, card) == []


def test_frames_are_never_written_over_the_scene(findings: Findings, card: Renderer) -> None:
    spec = replace(GOOD, scene="out/shot_0003.png", renderer="paint")
    mistake = only(mistakes(spec, findings, FACTS, card))

    assert mistake.wanted == "files that are not the scene"


def test_a_folder_that_cannot_be_written_is_named(findings: Findings, card: Renderer) -> None:
    folder = FolderFinding(path="/studio/out", can_write=False, reason="it is on a CD")
    mistake = only(mistakes(GOOD, replace(findings, output_folder=folder), FACTS, card))

    assert mistake.found == "/studio/out, but it is on a CD"


def test_frames_that_are_there_are_refused_when_that_was_asked_for(
    findings: Findings, card: Renderer
) -> None:
    found = replace(findings, existing=3, first_existing="/studio/out/shot_0002.png")

    assert mistakes(GOOD, found, FACTS, card) == []
    mistake = only(mistakes(replace(GOOD, existing=Existing.REFUSE), found, FACTS, card))
    assert mistake.found == "3 of them, such as /studio/out/shot_0002.png"


# ── the film ─────────────────────────────────────────────────────────────────────────────────


def test_sound_needs_a_film(findings: Findings, card: Renderer) -> None:
    assert places(mistakes(replace(GOOD, audio="a.wav"), findings, FACTS, card)) == ["audio"]


def test_sound_that_is_not_there_is_told_with_its_full_path(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(FILM, audio="a.wav")
    mistake = only(mistakes(spec, replace(findings, audio=PathState.NOT_THERE), FACTS, card))

    assert mistake.found == f"nothing at {Path(findings.folder, 'a.wav')!s}"


@pytest.mark.parametrize(
    ("film", "preset", "place", "advice"),
    [
        ("out/shot.avi", "", "film", "endings"),
        ("out/shot", "", "film", "endings"),
        ("out/shot.mov", "prores-hg", "film_preset", "Did you mean prores-hq?"),
        ("out/shot.mp4", "zzz", "film_preset", "framecrew presets"),
        ("out/shot.mp4", "prores-hq", "film_preset", "h264"),
    ],
)
def test_a_film_that_cannot_be_encoded_is_told(
    findings: Findings, card: Renderer, film: str, preset: str, place: str, advice: str
) -> None:
    spec = replace(FILM, film=film, film_preset=preset)
    mistake = only(mistakes(spec, findings, FACTS, card))

    assert mistake.place == place
    assert advice in mistake.advice


def test_a_rate_that_is_none_is_told_also_when_it_is_the_scenes(
    findings: Findings, card: Renderer
) -> None:
    assert only(mistakes(replace(FILM, film_fps="0"), findings, FACTS, card)).found == "0"
    facts = replace(FACTS, fps="0")
    assert only(mistakes(FILM, findings, facts, card)).found == "0 in the scene"


def test_a_missing_ffmpeg_is_told_with_the_line_that_installs_it(
    findings: Findings, card: Renderer
) -> None:
    found = replace(findings, ffmpeg="", ffmpeg_hint="sudo apt install ffmpeg")

    assert mistakes(GOOD, found, FACTS, card) == []
    assert only(mistakes(FILM, found, FACTS, card)).advice == "sudo apt install ffmpeg"
    named = only(mistakes(replace(FILM, ffmpeg="/x/ffmpeg"), found, FACTS, card))
    assert named.found == "none at /x/ffmpeg"


def test_a_film_is_made_of_all_frames(findings: Findings, card: Renderer) -> None:
    spec = replace(FILM, chunk_size=5, chunk_index=0)

    assert only(mistakes(spec, findings, FACTS, card)).found == "chunk 0 alone"


def test_a_film_is_never_written_over_scene_or_sound(
    findings: Findings, card: Renderer
) -> None:
    over_scene = replace(FILM, scene="a/../out/shot.mp4", renderer="paint")
    over_sound = replace(FILM, audio="out/shot.mp4")
    assert only(mistakes(over_scene, findings, FACTS, card)).wanted.endswith("not the scene")
    assert only(mistakes(over_sound, findings, FACTS, card)).wanted.endswith("not the audio")


def test_a_film_needs_a_file_in_a_folder_that_can_be_written(
    findings: Findings, card: Renderer
) -> None:
    folder = FolderFinding(path="/studio/out", can_write=False)
    locked = only(mistakes(FILM, replace(findings, film_folder=folder), FACTS, card))
    assert locked.found == "/studio/out, but it may not be written"

    is_folder = replace(findings, film=PathState.FOLDER)
    assert "a folder at" in only(mistakes(FILM, is_folder, FACTS, card)).found


def test_a_film_that_is_there_is_refused_when_that_was_asked_for(
    findings: Findings, card: Renderer
) -> None:
    found = replace(findings, film=PathState.FILE)

    assert mistakes(FILM, found, FACTS, card) == []
    assert places(mistakes(replace(FILM, existing=Existing.REFUSE), found, FACTS, card)) == [
        "film"
    ]


def test_options_that_are_wrong_by_themselves_hide_none_that_are_wrong_together(
    findings: Findings, card: Renderer
) -> None:
    """And are told once."""

    def together(options: Mapping[str, object]) -> list[Mistake]:
        return [
            Mistake(
                place=f"options.{name}", wanted="else", found=str(options.get(name)), advice=""
            )
            for name in ("samples", "gamma")
        ]

    options = {"samples": "many", "gamma": 2.5, "smaples": 1}
    spec = replace(GOOD, options=options)
    found = mistakes(spec, findings, None, replace(card, mistakes=together))

    assert sorted(places(found)) == ["options.gamma", "options.samples", "options.smaples"]
    assert [one.found for one in found if one.wanted == "else"] == ["2.5"]


# ── the rest ─────────────────────────────────────────────────────────────────────────────────


def test_missing_files_of_the_scene_are_told_unless_they_are_allowed(
    findings: Findings, card: Renderer
) -> None:
    missing = tuple(
        MissingFile(kind=FailureKind.MISSING_ASSET, path=f"//{name}.png", user="image wood")
        for name in range(12)
    )
    facts = replace(FACTS, missing=missing)
    found = mistakes(GOOD, findings, facts, card)

    assert len(found) == 11
    assert found[0].wanted == "//0.png, which image wood refers to"
    assert found[-1].found == "2 more missing ones"
    assert mistakes(replace(GOOD, allow_missing=True), findings, facts, card) == []


@pytest.mark.parametrize("text", ["0", "0G", "much", "-1G"])
def test_a_limit_that_is_no_size_is_told(findings: Findings, card: Renderer, text: str) -> None:
    spec = replace(GOOD, memory_limit=text)

    assert places(mistakes(spec, findings, FACTS, card)) == ["memory_limit"]


@pytest.mark.parametrize("name", ["", "A=B", "A\0", "FRAMECREW_TOKEN", "framecrew_channel"])
def test_environment_variables_that_cannot_be_set_are_told(
    findings: Findings, card: Renderer, name: str
) -> None:
    spec = replace(GOOD, environment={name: "1"})

    assert places(mistakes(spec, findings, FACTS, card)) == ["environment"]
