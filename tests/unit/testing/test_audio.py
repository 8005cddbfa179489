"""The sound of a comp is a function of its time alone."""

from fractions import Fraction

import pytest

from framecrew.testing import comp_samples
from framecrew.testing.aerender.audio import samples


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(24000, 1001)])
def test_pieces_of_a_comp_add_up_to_the_whole(fps: Fraction) -> None:
    whole = comp_samples(1001, 1100, fps, start=1001)

    cuts = [(1001, 1007), (1008, 1008), (1009, 1063), (1064, 1100)]
    joined = b"".join(comp_samples(*cut, fps, start=1001) for cut in cuts)

    assert joined == whole


def test_a_piece_that_is_off_by_one_sample_sounds_different() -> None:
    assert samples(48_000, 4_000) != samples(48_001, 4_000)
    assert samples(0, 4_000) != samples(65_521, 4_000)
