"""A job file and flags become a spec, or all their mistakes."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import Existing, JobSpec, Order
from framecrew.planning.reading import did_you_mean, parse_job_file, read_options, read_spec
from framecrew.renderers.contract import Renderer


def mistakes_of(
    job_file: Mapping[str, object], flags: Mapping[str, object] | None = None
) -> dict[str, Mistake]:
    with pytest.raises(WrongUse) as caught:
        read_spec(job_file, flags)
    return {mistake.place: mistake for mistake in caught.value.mistakes}


def absolute(*parts: str) -> str:
    return str(Path(os.sep, *parts))


def test_a_job_file_in_toml_is_read() -> None:
    text = """
    scene = "shot.blend"
    frames = "1-10"
    order = "spread"
    not_black = true
    [environment]
    OCIO = "config.ocio"
    """

    assert read_spec(parse_job_file(text, "job.toml")) == JobSpec(
        scene="shot.blend",
        frames="1-10",
        order=Order.SPREAD,
        not_black=True,
        environment={"OCIO": "config.ocio"},
    )


def test_a_job_file_in_json_is_read() -> None:
    text = '{"scene": "shot.blend", "slots": null, "existing": "refuse"}'

    assert read_spec(parse_job_file(text, "JOB.JSON")) == JobSpec(
        scene="shot.blend", existing=Existing.REFUSE
    )


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("job.toml", "scene = shot.blend", "line 1"),
        ("job.toml", 'scene = "a"\nname = b\n', "line 2"),
        ("job.toml", 'scene = "a"\nscene = "b"', "overwrite"),
        ("job.json", '{\n"scene": }', "line 2, column 10"),
        ("job.json", "[1]", "[1]"),
    ],
)
def test_a_text_that_is_no_job_file_is_told_by_its_line(
    name: str, text: str, found: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        parse_job_file(text, name)

    (mistake,) = caught.value.mistakes
    assert mistake.place == name
    assert found in mistake.found


def test_all_mistakes_are_told_at_once_with_place_wanted_found_and_advice() -> None:
    found = mistakes_of(
        {
            "scen": "a",
            "order": "spred",
            "chunk_size": 0,
            "slots": "many",
            "not_black": "maybe",
            "environment": {"A": [1]},
            "options": 5,
        },
        {"threads": 0},
    )

    assert {place: str(mistake) for place, mistake in found.items()} == {
        "scen": 'scen: wanted a key of the job file; found "scen". Did you mean scene?',
        "order": "order: wanted one of forward, reverse, spread; "
        'found "spred". Did you mean spread?',
        "chunk_size": "chunk_size: wanted a whole number of at least 1; found 0. "
        "Correct it, or leave it out.",
        "slots": "slots: wanted a whole number of at least 1; "
        'found "many". Correct it, or leave it out.',
        "not_black": "not_black: wanted true or false; "
        'found "maybe". Correct it, or leave it out.',
        "environment.A": "environment.A: wanted text; found [1]. Correct it, or leave it out.",
        "options": "options: wanted a table of names with values; found 5. "
        "Correct it, or leave it out.",
        "--threads": "--threads: wanted a whole number of at least 1; found 0. "
        "Correct it, or leave it out.",
    }


def test_a_flag_wins_over_the_job_file_even_where_that_is_wrong() -> None:
    spec = read_spec({"slots": 0, "frames": "1-9"}, {"slots": 3, "frames": None})

    assert (spec.slots, spec.frames) == (3, "1-9")


def test_auto_is_a_number_that_is_left_out_and_wins_over_the_job_file() -> None:
    assert read_spec({"slots": "auto"}).slots is None
    assert read_spec({"slots": 3, "threads": 2}, {"slots": "auto"}).slots is None
    for field, value in (("slots", "Auto"), ("priority", "auto"), ("slots", "")):
        with pytest.raises(WrongUse):
            read_spec({field: value})


def test_numbers_are_taken_where_text_is_wanted() -> None:
    spec = read_spec({"film_fps": 25, "frames": 7, "environment": {"THREADS": 4}})

    assert (spec.film_fps, spec.frames) == ("25", "7")
    assert spec.environment == {"THREADS": "4"}


def test_true_is_no_text() -> None:
    assert mistakes_of({"scene": True})["scene"].wanted == "text"


def test_a_job_file_of_a_newer_version_is_refused_without_other_complaints() -> None:
    found = mistakes_of({"version": 2, "sceen": "a"})

    assert list(found) == ["version"]
    assert "Update framecrew" in found["version"].advice


def test_an_unknown_key_that_resembles_none_lists_what_there_is() -> None:
    assert "scene" in mistakes_of({"zzzzzz": 1})["zzzzzz"].advice


def test_a_long_value_is_shown_shortened() -> None:
    assert len(mistakes_of({"scene": ["x" * 500]})["scene"].found) == 60


# ── paths ────────────────────────────────────────────────────────────────────────────────────


def test_relative_paths_of_a_job_file_start_at_its_folder() -> None:
    spec = read_spec(
        {
            "scene": "shot.blend",
            "output": "../out/shot_####.png",
            "film": absolute("films", "shot.mp4"),
            "program": "blender",
            "ffmpeg": "bin/ffmpeg",
            "name": "shot.blend",
        },
        folder=absolute("jobs", "one"),
    )

    assert spec.scene == absolute("jobs", "one", "shot.blend")
    assert spec.output == absolute("jobs", "out", "shot_####.png")
    assert spec.film == absolute("films", "shot.mp4")
    assert spec.program == "blender"
    assert spec.ffmpeg == absolute("jobs", "one", "bin", "ffmpeg")
    assert (spec.name, spec.audio) == ("shot.blend", "")


def test_relative_paths_of_flags_are_left_to_the_working_folder() -> None:
    spec = read_spec({"scene": "a.blend"}, {"scene": "b.blend"}, folder=absolute("jobs"))

    assert spec.scene == "b.blend"


def test_paths_in_a_renderers_options_start_at_the_job_file_too(card: Renderer) -> None:
    asked: list[tuple[str, str]] = []

    def options_class(renderer: str, scene: str) -> type:
        asked.append((renderer, scene))
        return card.options

    spec = read_spec(
        {"scene": "a.paint", "options": {"scripts": ["a.py", 5], "samples": 3}},
        option_flags={"samples": 9, "device": None},
        folder=absolute("jobs"),
        options_class=options_class,
    )

    assert spec.options == {"scripts": (absolute("jobs", "a.py"), 5), "samples": 9}
    assert asked == [("", absolute("jobs", "a.paint"))]


def test_options_of_an_unknown_renderer_are_left_as_they_are() -> None:
    spec = read_spec(
        {"options": {"scripts": ["a.py"]}}, folder="/jobs", options_class=lambda *_: None
    )

    assert spec.options == {"scripts": ["a.py"]}


def test_option_flags_win_over_the_job_files_options() -> None:
    spec = read_spec(
        {"options": {"samples": 1, "gamma": 2.0}},
        {"options": {"gamma": 3.0}},
        option_flags={"samples": 4},
    )

    assert spec.options == {"samples": 4, "gamma": 3.0}


# ── options ──────────────────────────────────────────────────────────────────────────────────


def test_options_are_checked_by_the_renderers_own_class(card: Renderer) -> None:
    values, mistakes = read_options(
        card.options,
        {"samples": 65, "device": "gpuu", "window": [1], "smaples": 1},
        renderer="Paint",
    )

    assert values == {}
    assert {mistake.place: mistake.wanted for mistake in mistakes} == {
        "options.smaples": "an option of Paint",
        "options.samples": "a whole number of at least 1 and at most 64",
        "options.device": "one of cpu, gpu",
        "options.window.1": "a whole number",
    }
    assert {mistake.advice for mistake in mistakes} >= {
        "Did you mean samples?",
        "Did you mean gpu?",
    }


def test_options_are_plain_values_with_the_defaults_left_out(card: Renderer) -> None:
    values, mistakes = read_options(
        card.options,
        {"samples": "8", "device": "gpu", "scripts": ["a.py"], "window": [0, 0], "gamma": 1},
        renderer="Paint",
    )

    assert mistakes == []
    assert values == {"samples": 8, "device": "gpu", "scripts": ("a.py",)}
    assert type(values["device"]) is str


def test_did_you_mean_guesses_only_what_is_near() -> None:
    assert did_you_mean("PRORES-HQ", ["h264", "prores-hq"]) == "Did you mean prores-hq?"
    assert did_you_mean("x", ["h264"]) == ""
