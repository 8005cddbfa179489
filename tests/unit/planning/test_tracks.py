"""Sounds of a scene, moved onto the time of a film."""

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.model.scenes import SceneFacts, Track
from framecrew.planning.making import make_plan
from framecrew.planning.tracks import film_tracks, sound_doubts
from framecrew.renderers.contract import Renderer

LATER = FrameSet.range(50, 99)
"""Two seconds in, at 25 frames a second."""


def moved(track: Track) -> tuple[Track, ...]:
    return film_tracks((track,), LATER, "25")


def test_what_begins_in_the_film_begins_earlier_by_what_is_left_out() -> None:
    assert moved(Track(source="a", start=3.0)) == (Track(source="a", start=1.0),)


def test_what_began_before_is_heard_from_its_middle() -> None:
    (track,) = moved(Track(source="a", start=0.5, trim=1.0, seconds=4.0))
    assert (track.start, track.trim, track.seconds) == (0.0, 2.5, 2.5)


def test_what_was_over_before_is_left_out() -> None:
    assert moved(Track(source="a", seconds=2.0)) == ()


def test_all_of_a_whole_film_stays_as_it_is() -> None:
    track = Track(source="a", start=1.25, volume=0.5, loop=True)
    assert film_tracks((track,), FrameSet.range(0, 99), "30000/1001") == (track,)


def test_what_is_played_faster_has_gone_further_and_its_levels_are_those_of_its_middle() -> (
    None
):
    levels = ((0.0, 0.0), (1.0, 0.5), (4.0, 1.0))
    (track,) = moved(Track(source="a", start=0.5, trim=1.0, rate=2.0, levels=levels))
    assert (track.start, track.trim, track.rate) == (0.0, 4.0, 2.0)
    assert track.levels == ((-1.5, 0.0), (-0.5, 0.5), (2.5, 1.0))


@pytest.mark.parametrize(
    ("frames", "fps", "is_doubted"),
    [
        ("50-99", "", False),
        ("50-99", "24", True),
        ("0-99x2", "", True),
        ("0-99x2", "12.5", False),
        ("0-9, 50-59", "", True),
        ("7", "", False),
    ],
)
def test_a_film_whose_pictures_do_not_go_with_its_sound_is_told(
    card: Renderer, *, frames: str, fps: str, is_doubted: bool
) -> None:
    """Which begins where its first frame is in the scene, however fast the film is."""
    track = Track(source="/a.wav", start=3.0)
    facts = SceneFacts(program_version="1", first=0, last=99, fps="25", tracks=(track,))
    spec = JobSpec(scene="shot.paint", output="out/shot.mp4", frames=frames, film_fps=fps)
    plan = make_plan(spec, card=card, folder="/studio", facts=facts)

    film = plan.tasks[-1]
    assert [one.start for one in getattr(film.request, "tracks", ())] == [
        3.0 - film.frames.first / 25
    ]
    assert len(list(sound_doubts(plan, facts))) == is_doubted
