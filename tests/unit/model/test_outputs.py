"""Names of segments and of the rushes they lie in."""

from framecrew.frames.sets import FrameSet
from framecrew.model.outputs import Segment, is_rushes_of, rushes_name

DIGEST = "0123456789abcdef"


def test_a_segments_name_is_the_last_part_of_its_path_on_every_system() -> None:
    for path in ("/out/.x/segment_1-2.mov", r"D:\out\.x\segment_1-2.mov"):
        assert Segment(frames=FrameSet.parse("1-2"), path=path).name == "segment_1-2.mov"


def test_rushes_are_known_by_the_name_of_their_film_alone() -> None:
    name = rushes_name("shot.mov", DIGEST)
    assert name.startswith(".")
    assert is_rushes_of("shot.mov", name)
    for film in ("shot.mp4", "shot", "a.shot.mov", "shot.mov.0123456789abcdef"):
        assert not is_rushes_of(film, name)
    assert not is_rushes_of("shot.mov", ".shot.mov.0123456789abcdeg.framecrew-rushes")
    assert not is_rushes_of("shot.mov", ".shot.mov..framecrew-rushes")


def test_long_names_fit_a_file_system_and_stay_apart() -> None:
    one, other = "ü" * 120 + "a.mov", "ü" * 120 + "b.mov"
    name = rushes_name(one, DIGEST)
    assert len(name.encode()) < 255
    assert is_rushes_of(one, name)
    assert not is_rushes_of(other, name)
