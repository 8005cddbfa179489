"""The stand-in's lines have the shape of real ones."""

import re
from fractions import Fraction

import pytest

from framecrew.testing.aerender.grammar import Grammar, timecode
from framecrew.testing.aerender.versions import MAC, WINDOWS, Version
from framecrew.testing.aerender.words import WORDS

DROP = Fraction(30000, 1001)


def grammar(
    version: str = "25.6", *, language: str = "en", system: str = WINDOWS, counts: bool = False
) -> Grammar:
    return Grammar(
        version=Version(version),
        language=language,
        system=system,
        quotes="",
        counts_frames=counts,
    )


@pytest.mark.parametrize(
    ("frame", "fps", "text"),
    [
        (0, Fraction(24), "0:00:00:00"),
        (234, Fraction(24), "0:00:09:18"),
        (24, Fraction(24000, 1001), "0:00:01:00"),
        (90_000, Fraction(25), "1:00:00:00"),
        (-3, Fraction(24), "-0:00:00:03"),
    ],
)
def test_timecodes_count_frames_within_a_second(frame: int, fps: Fraction, text: str) -> None:
    assert timecode(frame, fps) == text


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (1799, "0;00;59;29"),
        (1800, "0;01;00;02"),
        (17_981, "0;09;59;29"),
        (17_982, "0;10;00;00"),
        (107_892, "1;00;00;00"),
    ],
)
def test_drop_frame_timecodes_leave_out_two_numbers_but_each_tenth_minute(
    frame: int, text: str
) -> None:
    assert timecode(frame, DROP) == text


def test_no_drop_frame_timecode_is_given_twice() -> None:
    codes = [timecode(frame, DROP) for frame in range(40_000)]

    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes)


def test_a_frame_line_has_the_shape_of_a_real_one() -> None:
    assert grammar().frame(234, Fraction(24), number=235, seconds=1.9) == (
        "0:00:09:18 (235): 1 Seconds"
    )


def test_a_project_that_counts_frames_shows_plain_numbers() -> None:
    line = grammar(counts=True).frame(5, Fraction(24), number=5, seconds=0)

    assert line == "5 (5): 0 Seconds"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(17, "17 Seconds"), (88, "1 Min, 28 Sec"), (94_500, "26 Hr, 15 Min")],
)
def test_the_total_time_has_three_forms(seconds: float, text: str) -> None:
    assert grammar().total(seconds) == f"Total Time Elapsed: {text}"


@pytest.mark.parametrize(
    ("version", "system", "shape"),
    [
        ("16.1", MAC, r"\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M EDT: Finished composition 003\."),
        ("18.2", WINDOWS, r'\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M: Finished composition "003"\.'),
        ("22.0", MAC, r".* GMT\+2: Finished composition “003”\."),
    ],
)
def test_each_version_ends_a_composition_in_its_own_way(
    version: str, system: str, shape: str
) -> None:
    assert re.fullmatch(shape, grammar(version, system=system).finished("003"))


@pytest.mark.parametrize(
    ("language", "known"),
    [
        ("de", "Komposition “Main” beendet"),
        ("fr", "fin de la composition “Main”"),
        ("ja", "コンポジション“Main”の終了"),
    ],
)
def test_localised_ends_hold_the_words_that_others_look_for(language: str, known: str) -> None:
    assert known in grammar(language=language, system=MAC).finished("Main")


@pytest.mark.parametrize("language", sorted(WORDS))
def test_headers_tell_span_and_rate_in_every_language(language: str) -> None:
    spoken = grammar(language=language)

    lines = list(
        spoken.header(first=1, last=49, fps=Fraction(25), size="64 x 36", is_custom_span=True)
    )

    words = spoken.words
    assert f"{words.frame_rate}{words.colon}25{words.comma}00 (comp)" in lines
    assert any(line.startswith(words.duration) and line.endswith("(49)") for line in lines)


def test_older_ones_tell_no_count_beside_the_duration() -> None:
    lines = grammar("18.2").header(
        first=0, last=173, fps=Fraction(30), size="1920 x 1080", is_custom_span=False
    )

    assert "Duration: 0:00:05:24" in lines
