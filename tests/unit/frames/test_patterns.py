"""Promises of frame patterns."""

import pickle

import pytest

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern


@pytest.mark.parametrize(
    ("text", "path", "hash_text"),
    [
        ("a_####.png", "a_0007.png", "a_####.png"),
        ("a_#.png", "a_7.png", "a_#.png"),
        ("a_@@@.png", "a_007.png", "a_###.png"),
        ("a_[#####].png", "a_00007.png", "a_#####.png"),
        ("a_[00000].png", "a_00007.png", "a_#####.png"),
        ("a_[0].png", "a_7.png", "a_#.png"),
        ("a_%04d.png", "a_0007.png", "a_####.png"),
        ("a_%d.png", "a_7.png", "a_#.png"),
        ("a_%0d.png", "a_7.png", "a_#.png"),
        ("a_%000000000000004d.png", "a_0007.png", "a_####.png"),
        ("a_$F4.png", "a_0007.png", "a_####.png"),
        ("a_$F4_x.png", "a_0007_x.png", "a_####_x.png"),
        ("a_${F4}b.png", "a_0007b.png", "a_####b.png"),
        ("a_$F.png", "a_7.png", "a_#.png"),
        ("a_{frame:04d}.png", "a_0007.png", "a_####.png"),
        ("a_{frame}.png", "a_7.png", "a_#.png"),
        ("a_<f4>.png", "a_0007.png", "a_####.png"),
        ("n_####_v2.beauty.exr", "n_0007_v2.beauty.exr", "n_####_v2.beauty.exr"),
        ("a_<UDIM>_##.exr", "a_<UDIM>_07.exr", "a_<UDIM>_##.exr"),
        ("100%_##.png", "100%_07.png", "100%_##.png"),
        ("C#/me@home/##.png", "C#/me@home/07.png", "C#/me@home/##.png"),
        ("C:\\out\\a_##.png", "C:\\out\\a_07.png", "C:\\out\\a_##.png"),
        ("####", "0007", "####"),
    ],
)
def test_every_spelling_names_its_files(text: str, path: str, hash_text: str) -> None:
    pattern = FramePattern.parse(text)
    assert pattern.path(7) == path
    assert pattern.match(path) == 7
    assert pattern.hash_text == hash_text
    assert str(pattern) == pattern.text == text
    assert pattern.key == FramePattern.parse(hash_text).key


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("a.png", 1, "write # for each digit, such as shot_####.png"),
        ("film", 4, "no place for the frame number"),
        ("out.d/film", 10, "no place for the frame number"),
        ("$FF.exr", 3, "no place for the frame number"),
        ("", 0, "no file name"),
        ("out/", 4, "no file name"),
        ("s_####/a.png", 2, "#### stands in a folder"),
        ("s_%04d\\a_##.png", 2, "%04d stands in a folder"),
        ("a_##_###.png", 5, "two places for the frame number, ## at character 3 and ### at"),
        ("icon@2x_##.png", 8, "@ at character 5 and ## at character 9"),
        ("a_%%_%04d.png", 2, "%% beside %d"),
        ("a_%%04d.png", 2, "%% beside %d"),
        ("a_%4d.png", 2, "pads with blanks"),
        ("a_{frame:4d}.png", 2, "pads with blanks"),
        ("a_[%04d].png", 2, "brackets are part of the place"),
        ("a_%033d.png", 2, "more than 32 digits"),
        ("a_%0" + "9" * 10_000 + "d.png", 2, "more than 32 digits"),
        ("#" * 33, 0, "more than 32 digits"),
    ],
)
def test_a_mistake_is_named_with_its_character(text: str, position: int, words: str) -> None:
    with pytest.raises(FrameSyntaxError) as caught:
        FramePattern.parse(text)
    assert words in caught.value.message
    assert caught.value.position == position


def test_the_path_of_one_file_is_no_pattern() -> None:
    assert FramePattern.parse_or_none("out/film.mp4") is None
    assert FramePattern.parse_or_none("out/a_##.png") == FramePattern.parse("out/a_##.png")
    with pytest.raises(FrameSyntaxError):
        FramePattern.parse_or_none("out_##/film.mp4")


def test_padding_counts_digits_and_never_the_sign() -> None:
    pattern = FramePattern.parse("a_####.png")
    assert pattern.padding == 4
    assert pattern.path(-5) == "a_-0005.png"
    assert pattern.match("a_-0005.png") == -5


def test_numbers_wider_than_the_padding_grow() -> None:
    pattern = FramePattern.parse("a_##.png")
    assert pattern.path(12345) == "a_12345.png"
    assert pattern.match("a_12345.png") == 12345


@pytest.mark.parametrize(
    "name",
    [
        "a_012.png",
        "a_1.png",
        "a_-00.png",
        "a_-1.png",
        "a_.png",
        "a_-.png",
        "a_+01.png",
        "a_1x.png",
        "a_\u0660\u0661.png",
        "a_01.PNG",
        "b_01.png",
        "a_01.png.part",
        "a_2147483648.png",
        "a_" + "9" * 10_000 + ".png",
        "other/a_01.png",
    ],
)
def test_names_that_no_frame_has_match_nothing(name: str) -> None:
    assert FramePattern.parse("out/a_##.png").match(name) is None


def test_a_file_matches_by_its_name_or_by_its_whole_path() -> None:
    pattern = FramePattern.parse("out/shots\\a_##.png")
    assert pattern.match("a_07.png") == 7
    assert pattern.match("out/shots/a_07.png") == 7
    assert pattern.match("out\\shots\\a_07.png") == 7
    assert pattern.match("shots/a_07.png") is None


def test_prefix_and_suffix_never_share_characters() -> None:
    assert FramePattern.parse("1#1").match("1") is None
    assert FramePattern.parse("1#1").match("11") is None
    assert FramePattern.parse("1#1").match("1-11") == -1


@pytest.mark.parametrize(
    ("text", "folder", "name", "extension"),
    [
        ("out/a_##.png", "out", "a_##.png", ".png"),
        ("/a_##.png", "/", "a_##.png", ".png"),
        ("C:\\a_##.png", "C:\\", "a_##.png", ".png"),
        ("C:\\out\\a_##.png", "C:\\out", "a_##.png", ".png"),
        ("a_##", "", "a_##", ""),
        ("shot.##", "", "shot.##", ""),
        ("a_##.beauty.exr", "", "a_##.beauty.exr", ".exr"),
    ],
)
def test_a_pattern_has_a_folder_a_name_and_an_ending(
    text: str, folder: str, name: str, extension: str
) -> None:
    pattern = FramePattern.parse(text)
    assert (pattern.folder, pattern.name, pattern.extension) == (folder, name, extension)


def test_the_ending_can_be_changed() -> None:
    pattern = FramePattern.parse("out/a_##.v1.png")
    assert pattern.with_extension(".exr").text == "out/a_##.v1.exr"
    assert pattern.with_extension("exr").text == "out/a_##.v1.exr"
    assert pattern.with_extension("").text == "out/a_##.v1"
    assert FramePattern.parse("shot.##").with_extension("exr").text == "shot.##.exr"


def test_the_folder_can_be_changed() -> None:
    pattern = FramePattern.parse("out/a_##.png")
    assert pattern.in_folder("").text == "a_##.png"
    assert pattern.in_folder("/").text == "/a_##.png"
    assert pattern.in_folder("/new/place").text == "/new/place/a_##.png"
    assert pattern.in_folder("C:\\new").text == "C:\\new\\a_##.png"


def test_patterns_of_the_same_files_have_the_same_key() -> None:
    one, two = FramePattern.parse("o\\a_[####].png"), FramePattern.parse("o/a_%04d.png")
    assert one.key == two.key
    assert one != two
    assert one.key != FramePattern.parse("o/a_###.png").key


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a_####.png", "a_%04d.png"),
        ("a_####.png", "a_#.png"),
        ("a_#.png", "a_1#.png"),
        ("a_#_1", "a_1_#"),
        ("a_#.png", "a_-#.png"),
        ("a_0###.png", "a_####.png"),
        ("o/a_##", "o\\a_#"),
        ("#1", "1#"),
    ],
)
def test_patterns_that_can_name_one_file_overlap(one: str, two: str) -> None:
    assert FramePattern.parse(one).overlaps(FramePattern.parse(two))
    assert FramePattern.parse(two).overlaps(FramePattern.parse(one))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a_####.png", "b_####.png"),
        ("a_####.png", "a_####.exr"),
        ("a_####_L.png", "a_####_R.png"),
        ("x/a_####.png", "y/a_####.png"),
        ("a_####.png", "a_x####.png"),
        ("a_0#.png", "a_#.png"),
        ("a_--#.png", "a_#.png"),
        ("a_-0#.png", "a_#.png"),
        ("a_20240101####.png", "a_####.png"),
    ],
)
def test_patterns_that_never_name_one_file_do_not_overlap(one: str, two: str) -> None:
    assert not FramePattern.parse(one).overlaps(FramePattern.parse(two))
    assert not FramePattern.parse(two).overlaps(FramePattern.parse(one))


def test_a_pattern_travels_between_processes() -> None:
    pattern = FramePattern.parse("out/a_##.png")
    assert pickle.loads(pickle.dumps(pattern)) == pattern
    assert hash(pattern) == hash(FramePattern.parse("out/a_##.png"))
