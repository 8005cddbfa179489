"""Laws of frame patterns: one file per frame, one frame per file."""

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.limits import HIGHEST_FRAME, LOWEST_FRAME
from framecrew.frames.patterns import FramePattern

SPELLINGS = (
    "{0}",
    "[{0}]",
    "[{1}]",
    "%0{2}d",
    "$F{2}",
    "${{F{2}}}",
    "{{frame:0{2}d}}",
    "<f{2}>",
)
FAMILIES = (lambda text: text, lambda text: f"out/{text}", lambda text: f"C:\\out\\{text}")

# Literals of 0 and 1, as short as those below, share a name only with one of these numbers.
WITNESSES = [
    sign * int("".join(digits))
    for count in range(1, 8)
    for digits in product("01", repeat=count)
    for sign in (1, -1)
]

frames = st.one_of(st.integers(-12_000, 12_000), st.integers(LOWEST_FRAME, HIGHEST_FRAME))
words = st.text(alphabet="ab01-_.", max_size=4)
places = st.builds(
    lambda spelling, padding: spelling.format("#" * padding, "0" * padding, padding),
    st.sampled_from(SPELLINGS),
    st.integers(1, 6),
)
# "$F4" followed by a letter or a digit is some other variable.
texts = st.builds(
    lambda family, prefix, place, suffix: family(f"{prefix}{place}_{suffix}"),
    st.sampled_from(FAMILIES),
    words,
    places,
    words,
)
small = st.builds(
    lambda prefix, padding, suffix: FramePattern.parse(f"{prefix}{'#' * padding}{suffix}"),
    st.text(alphabet="01-_", max_size=3),
    st.integers(1, 2),
    st.text(alphabet="01_", max_size=2),
)


@given(texts, frames)
def test_a_file_belongs_to_the_frame_it_was_named_for(text: str, frame: int) -> None:
    pattern = FramePattern.parse(text)
    path = pattern.path(frame)
    assert pattern.match(path) == frame
    assert pattern.match(re.split(r"[/\\]", path)[-1]) == frame


@given(texts, words, st.text(alphabet="-0123456789", max_size=7), words)
def test_a_name_that_matches_is_the_name_of_its_frame(
    text: str, before: str, number: str, after: str
) -> None:
    pattern = FramePattern.parse(text)
    for name in (f"{before}{number}{after}", f"{pattern.prefix}{number}{pattern.suffix}"):
        frame = pattern.match(name)
        if frame is not None:
            assert pattern.path(frame).endswith(name)


@given(texts, frames)
def test_the_spelling_with_hashes_names_the_same_files(text: str, frame: int) -> None:
    pattern = FramePattern.parse(text)
    again = FramePattern.parse(pattern.hash_text)
    assert again.path(frame) == pattern.path(frame)
    assert again.key == pattern.key


@given(small, small)
def test_patterns_overlap_exactly_if_they_can_share_a_file(
    one: FramePattern, two: FramePattern
) -> None:
    shared = any(two.match(one.path(frame)) is not None for frame in WITNESSES)
    assert one.overlaps(two) == shared == two.overlaps(one)


@given(st.text(max_size=12))
def test_any_text_is_a_pattern_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        pattern = FramePattern.parse_or_none(text)
    except FrameSyntaxError as error:
        position = error.position
    else:
        assert pattern is None or pattern.match(pattern.path(12)) == 12
        return
    assert 0 <= position <= len(text)
