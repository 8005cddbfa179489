"""Some storms of the many that `scripts/storms.py` rides out; what must be true stands in `storm.py`."""

import sys
from pathlib import Path

import pytest
from cases import further
from storm import Storm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'"),
]


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        # crashes, and a child that stays; frames are told twice
        further(5, {"done"}),
        # hangs, crashes, kill -9, and a full disk
        further(12, {"done", "incomplete"}),
        # kill -9, bytes that are no text, black frames, two of them always
        (115, {"incomplete"}),
        # frames said and not written, a slow disk, one frame that always crashes
        further(7, {"incomplete"}),
    ],
)
def test_after_a_storm_what_is_told_is_what_is_there(
    tmp_path: Path, number: int, ends: set[str]
) -> None:
    assert Storm(number, tmp_path / "storm").run() in ends
