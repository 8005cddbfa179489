"""Laws of the grammar: a text is read, or refused at one of its characters."""

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.sets import FrameSet


@given(st.one_of(st.text(alphabet="0123456789-,x! .:y", max_size=12), st.text(max_size=8)))
def test_a_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        frames = FrameSet.parse(text)
    except FrameSyntaxError as error:
        refused = error
    else:
        assert FrameSet.parse(str(frames)) == frames
        return
    assert 0 <= refused.position <= len(text)
    assert refused.pointed().split("\n")[1] == " " * refused.position + "^"
