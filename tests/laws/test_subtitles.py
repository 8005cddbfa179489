"""Laws of subtitles: laid one after the other they show at every moment what they showed before."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from framecrew.planning.subtitled_films import one_after_the_other
from framecrew.planning.subtitles import Cue

CUES = st.lists(
    st.builds(
        lambda start, length, text: Cue(start=start, end=start + length, text=text),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from("abcdef"),
    ),
    max_size=8,
)


def shown(cues: list[Cue], moment: int) -> list[str]:
    return sorted(
        line for cue in cues if cue.start <= moment < cue.end for line in cue.text.split("\n")
    )


@given(CUES)
def test_no_two_are_shown_together_and_nothing_else_is_shown(cues: list[Cue]) -> None:
    laid = list(one_after_the_other(cues))
    for one, next_one in pairwise(laid):
        assert one.start < one.end <= next_one.start
    for moment in range(61):
        assert shown(laid, moment) == shown(cues, moment)
