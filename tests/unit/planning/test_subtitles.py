"""Subtitle files: read to the last line, or refused with the line's number; and cut for a film."""

from dataclasses import replace

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.planning.film_output import FilmWay, film_way
from framecrew.planning.findings import Findings
from framecrew.planning.making import make_plan
from framecrew.planning.mistakes import mistakes
from framecrew.planning.subtitled_films import (
    film_subtitles,
    one_after_the_other,
    plan_with_subtitles,
    subtitle_doubts,
)
from framecrew.planning.subtitles import Cue, Subtitles, parse_subtitles
from framecrew.renderers.contract import Renderer

SRT = """\
1
00:00:01,000 --> 00:00:02,500
Hello
<i>there</i>

2
01:00:00,000 --> 01:00:01,000 X1:100 X2:200
an hour later
"""

VTT = """\
WEBVTT - a title

STYLE
::cue { color: red }

NOTE nobody
sees this

intro
00:01.000 --> 00:02.500 align:start line:0
<v Ann>Fish &amp; <c.loud>chips</c> <00:02.000><b.big>now</b>

100:00:00.000 --> 100:00:01.000
late
"""

SPEC = JobSpec(scene="shot.paint", output="out/shot.mp4", frames="1-60", film_fps="30")


def test_srt_is_read_with_its_markup() -> None:
    assert parse_subtitles(SRT).cues == (
        Cue(start=1000, end=2500, text="Hello\n<i>there</i>"),
        Cue(start=3_600_000, end=3_601_000, text="an hour later"),
    )


def test_webvtt_is_read_without_voices_classes_and_places() -> None:
    assert parse_subtitles(VTT).cues == (
        Cue(start=1000, end=2500, text="Fish & chips <b>now</b>"),
        Cue(start=360_000_000, end=360_001_000, text="late"),
    )


def test_lines_that_end_as_on_windows_are_read_alike() -> None:
    assert parse_subtitles(SRT.replace("\n", "\r\n")) == parse_subtitles(SRT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "none"),
        ("WEBVTT\n", "none"),
        ("1\n00:00:01 --> 00:00:02\nno milliseconds\n", "in line 2"),
        ("1\n00:00:01,0 --> 00:00:02,0\na\n\n\n7\nno times\n", "'no times' in line 7"),
        ("1\n00:00:03,000 --> 00:00:02,000\na\n", "in line 2"),
        ("1\n00:61:00,000 --> 00:62:00,000\na\n", "in line 2"),
        ("just words", "'just words' in line 1"),
        ("1\n00:00:01,0 --> 00:00:02,0\na\x0bb\n\x00c", r"'\x0b' in line 3"),
        ("1\n00:00:01,0 --> 00:00:02,0\na\u2028b\n\nno", "'no' in line 5"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, words: str) -> None:
    found = parse_subtitles(text)
    assert found.cues == ()
    assert [words in mistake.found for mistake in found.mistakes] == [True]


def test_all_mistakes_of_a_file_are_told_up_to_ten() -> None:
    assert len(parse_subtitles("no\n\n" * 3).mistakes) == 3
    assert len(parse_subtitles("no\n\n" * 30).mistakes) == 10


def test_cues_that_overlap_are_laid_over_each_other() -> None:
    found = one_after_the_other(
        [
            Cue(start=2, end=6, text="b"),
            Cue(start=0, end=4, text="a"),
            Cue(start=8, end=9, text="c"),
        ]
    )
    assert list(found) == [
        Cue(start=0, end=2, text="a"),
        Cue(start=2, end=4, text="a\nb"),
        Cue(start=4, end=6, text="b"),
        Cue(start=8, end=9, text="c"),
    ]


def test_what_is_beyond_the_films_end_is_cut() -> None:
    cues = [Cue(start=500, end=9000, text="a"), Cue(start=1000, end=2000, text="b")]
    assert film_subtitles(cues, FrameSet.range(1, 24), "24") == (
        "1\n00:00:00,500 --> 00:00:01,000\na\n"
    )


def test_every_film_of_a_plan_gets_them(card: Renderer) -> None:
    plan = make_plan(SPEC, card=card, folder="/studio")
    titled = plan_with_subtitles(plan, parse_subtitles(SRT))
    texts = [getattr(task.request, "subtitles", None) for task in titled.tasks]
    assert texts == [None, "1\n00:00:01,000 --> 00:00:02,000\nHello\n<i>there</i>\n"]


def test_a_film_that_is_over_before_the_first_of_them_is_told(card: Renderer) -> None:
    plan = make_plan(SPEC, card=card, folder="/studio")
    late = parse_subtitles(
        SRT.replace("00:00:01,000 --> 00:00:02,500", "00:00:02,5 --> 00:00:03,0")
    )

    def doubts(found: Subtitles) -> list[str]:
        return list(subtitle_doubts(plan_with_subtitles(plan, found), found))

    assert doubts(parse_subtitles(SRT)) == []
    (doubt,) = doubts(late)
    assert "has no subtitles: the first is shown at 2.5 s" in doubt


def test_burnt_subtitles_are_drawn_on_pictures_whoever_could_write_the_film(
    card: Renderer,
) -> None:
    filming = replace(card, film_formats=(".mp4",))
    burnt = replace(SPEC, subtitles="a.srt", burn_subtitles=True)
    assert film_way(SPEC, filming) is FilmWay.SEGMENTS
    assert film_way(burnt, filming) is FilmWay.PICTURES


@pytest.mark.parametrize(
    ("output", "subtitles", "is_burnt", "place"),
    [
        ("out/shot.mp4", "a.srt", False, ""),
        ("out/shot.webm", "a.vtt", False, ""),
        ("out/shot.gif", "a.srt", False, "subtitles"),
        ("out/shot.gif", "a.srt", True, ""),
        ("out/shot_####.png", "a.srt", False, "subtitles"),
        ("out/shot.mp4", "", True, "burn_subtitles"),
    ],
)
def test_subtitles_need_a_film_that_can_hold_them(
    findings: Findings,
    card: Renderer,
    output: str,
    subtitles: str,
    is_burnt: bool,
    place: str,
) -> None:
    spec = replace(SPEC, output=output, subtitles=subtitles, burn_subtitles=is_burnt)
    found = mistakes(spec, replace(findings, texts={"subtitles": SRT}), None, card)
    assert [mistake.place for mistake in found] == ([place] if place else [])


def test_a_mistake_in_the_file_is_told_before_anything_starts(
    findings: Findings, card: Renderer
) -> None:
    spec = replace(SPEC, subtitles="a.srt")
    found = mistakes(spec, replace(findings, texts={"subtitles": "1\nno"}), None, card)
    assert [mistake.place for mistake in found] == ["subtitles"]
