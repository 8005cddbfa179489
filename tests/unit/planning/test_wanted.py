"""What a spec wants: frames and files."""

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.wanted import (
    all_frames,
    job_name,
    main_pattern,
    picture_ending,
    view_pattern,
    wanted_frames,
)

FACTS = SceneFacts(program_version="3.1", first=1, last=10, step=4, extension=".exr")


def test_written_frames_win_over_the_scenes_range() -> None:
    assert all_frames(JobSpec(frames="7"), FACTS) == FrameSet.of([7])


def test_the_scenes_range_goes_by_its_step_as_the_renderer_does() -> None:
    assert list(all_frames(JobSpec(), FACTS)) == [1, 5, 9]


def test_without_frames_and_facts_there_are_none() -> None:
    assert not all_frames(JobSpec(), None)


def test_a_chunk_is_cut_from_the_wanted_frames() -> None:
    spec = JobSpec(frames="1-10", chunk_size=4)

    assert wanted_frames(spec, None).size == 10
    assert (
        str(wanted_frames(JobSpec(frames="1-10", chunk_size=4, chunk_index=2), None)) == "9-10"
    )
    with pytest.raises(ValueError, match="3 chunks"):
        wanted_frames(JobSpec(frames="1-10", chunk_size=4, chunk_index=3), None)


@pytest.mark.parametrize(
    ("output", "facts", "expected"),
    [("a_#.tif", FACTS, ".tif"), ("a_#", FACTS, ".exr"), ("a_#", None, ".png")],
)
def test_the_output_decides_the_format_and_else_the_scene(
    output: str, facts: SceneFacts | None, expected: str
) -> None:
    spec = JobSpec(output=output)

    assert picture_ending(spec, facts) == expected
    assert main_pattern(spec, facts, "/w").extension == expected


def test_views_stand_before_the_ending() -> None:
    pattern = main_pattern(JobSpec(output="a_####.png"), None, "/w")

    assert view_pattern(pattern, "_L").path(3).endswith("a_0003_L.png")


def test_a_job_without_a_name_has_its_scenes() -> None:
    assert job_name(JobSpec(scene="/a/shot.blend")) == "shot"
    assert job_name(JobSpec(scene="/a/shot.blend", name="Titles")) == "Titles"
