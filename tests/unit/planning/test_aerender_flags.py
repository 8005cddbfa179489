"""The flags of the local aerender runner mean what they meant, but for what was a defect."""

import pytest

from framecrew.model.errors import WrongUse
from framecrew.model.jobs import Existing, JobSpec
from framecrew.planning.aerender_flags import AerenderFlags, Translated, translated


def job(**flags: object) -> Translated:
    fields: dict[str, object] = {"project": "a.aep", "output": "f_[####].png", **flags}
    if "frames" not in flags and "start" not in flags:
        fields["frames"] = "1-300"
    return translated(AerenderFlags(**fields))  # type: ignore[arg-type]


def spec(**flags: object) -> JobSpec:
    return job(**flags).spec


def places(**flags: object) -> list[str]:
    with pytest.raises(WrongUse) as raised:
        job(**flags)
    return [mistake.place for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("flags", "frames"),
    [
        ({"frames": "1-300"}, "1-300"),
        ({"frames": " 5 , 1-3, 2-4 "}, "1-5"),
        ({"frames": "10-1"}, "1-10"),
        ({"frames": "30-20, 1-2"}, "1-2,20-30"),
        ({"frames": "1-100x5"}, "1-96x5,100"),
        ({"start": 7, "end": 9}, "7-9"),
        ({"start": 7, "end": 7}, "7-7"),
        ({"start": -5, "end": -1}, "-5--1"),
        ({"start": 7, "end": 9, "frames": "1-300"}, "7-9"),
        ({"frames": "1-300", "chunk_size": 50, "index": 3}, "151-200"),
        ({"frames": "1-10,20-23,30", "chunk_size": 4, "index": 2}, "9-10"),
        ({"frames": "1-10,20-23,30", "chunk_size": 4, "index": 4}, "30"),
    ],
)
def test_frames_are_those_of_the_runner_but_no_others(
    flags: dict[str, object], frames: str
) -> None:
    assert spec(**flags).frames == frames


def test_a_list_with_gaps_is_said_to_be_rendered_as_it_stands() -> None:
    assert "exactly these 3 frames" in job(frames="1,5,9").notes[0]
    assert not job(frames="1-9").notes


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [
        ({"chunk_size": 50}, ["--index"]),
        ({"index": 3}, ["--chunk_size"]),
        ({"start": 3}, ["--end"]),
        ({"end": 3, "frames": "1-9"}, ["--start"]),
        ({"start": 5, "end": 4}, ["--start"]),
        ({"start": 5, "end": 3}, ["--start"]),
        ({"frames": ""}, ["--frames"]),
        ({"frames": "1..5"}, ["--frames"]),
        ({"chunk_size": 50, "index": 6}, ["--index"]),
        ({"chunk_size": 50, "index": -1}, ["--index"]),
        ({"chunk_size": 0, "index": 0}, ["--index"]),
        ({"ram_per_process_gb": 0.0}, ["--ram_per_process_gb"]),
        ({"output": "film.mov", "output_is_pattern": True}, ["--output_is_pattern"]),
        ({"chunk_size": 5, "start": 2, "frames": "x"}, ["--end", "--index"]),
    ],
)
def test_what_was_ignored_or_crashed_is_a_mistake(
    flags: dict[str, object], wrong: list[str]
) -> None:
    assert sorted(places(**flags)) == wrong


@pytest.mark.parametrize("concurrency", [0, -1])
def test_chosen_processes_heed_what_was_said_of_them(concurrency: int) -> None:
    found = spec(concurrency=concurrency, ram_per_process_gb=16.5, mfr_threads=12)
    assert (found.slots, found.max_slots) == (None, 24)
    assert (found.memory_per_slot, found.threads) == ("16.5G", 12)


def test_nothing_is_set_aside_that_nobody_asked_for() -> None:
    """The runner's own 32 GB a process left one process to an ordinary workstation."""
    found = spec()
    assert (found.memory_per_slot, found.threads) == ("", None)


def test_a_number_of_processes_is_taken_as_it_is() -> None:
    found = spec(concurrency=40, max_concurrency=24, ram_per_process_gb=32.0, mfr_threads=16)
    assert (found.slots, found.max_slots) == (40, None)
    assert (found.memory_per_slot, found.threads) == ("", None)


def test_a_comp_whose_name_has_a_comma_is_one_comp() -> None:
    assert spec(comp="Main, wide").options["comp"] == "Main\\, wide"


@pytest.mark.parametrize(
    ("sound", "is_on"), [("ON", True), ("on", True), ("OFF", False), ("off", False)]
)
def test_sound_is_a_word(sound: str, *, is_on: bool) -> None:
    assert spec(sound=sound).options["sound"] is is_on


def test_another_word_for_sound_is_on_and_said() -> None:
    found = job(sound="yes")
    assert found.spec.options["sound"] is True
    assert "--sound yes" in found.notes[0]


def test_templates_and_multi_frame_rendering_are_the_renderers_options() -> None:
    found = spec(rqindex=2, rs_template="Best", om_template="PNG", disable_mfr=True)
    assert dict(found.options) == {
        "rqindex": 2,
        "rs_template": "Best",
        "om_template": "PNG",
        "mfr": False,
        "sound": True,
    }
    assert "mfr" not in spec().options


def test_where_things_lie_and_how_they_run_have_fields_of_ours() -> None:
    found = spec(
        aerender_path="/ae/aerender",
        scratch_root="/fast",
        stage_project=False,
        spawn_delay=0.5,
        fail_fast=True,
        numa_map="numa.json",
        env_file="env.json",
        existing=Existing.KEEP,
    )
    assert (found.program, found.scratch, found.stage) == ("/ae/aerender", "/fast", False)
    assert (found.spawn_delay, found.fail_fast) == (0.5, True)
    assert (found.numa_map, found.env_file) == ("numa.json", "env.json")
    assert found.existing is Existing.KEEP


def test_frames_that_are_there_are_rendered_again_as_ever() -> None:
    assert spec().existing is Existing.REPLACE


def test_without_scratch_its_folder_is_not_asked_for() -> None:
    found = job(scratch_root="/fast", no_scratch=True)
    assert (found.spec.scratch, found.spec.no_scratch) == ("", True)
    assert "--no_scratch" in found.notes[0]


def test_without_affinity_the_map_is_not_read() -> None:
    found = spec(numa_map="numa.json", disable_affinity=True)
    assert (found.affinity, found.numa_map) == (False, "")


def test_the_folder_of_after_effects_stands_for_its_program() -> None:
    assert spec(after_effects_dir="/ae").program == "/ae"
    assert spec(after_effects_dir="/ae", aerender_path="/x/aerender").program == "/x/aerender"
