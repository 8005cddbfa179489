"""`--outliers` and `--not-black` from end to end: what is doubted is not delivered as done."""

from pathlib import Path
from typing import Any

import pytest
from doors.terminal import Said, Terminal

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.testing import fault, read_frame_number

GREY = 0x707070
"""From this frame on the stand-in's pictures are grey: a frame's number is its colour."""
ODD = GREY + 4


class Shot:
    """Nine grey frames, and what goes wrong in them."""

    def __init__(self, folder: Path, **particulars: Any) -> None:
        self.terminal = Terminal(folder)
        self.particulars = particulars

    def render(self, *flags: str) -> Said:
        faults = [fault("black", frame=ODD, **self.particulars)] if self.particulars else []
        scene = self.terminal.scene(first=GREY, last=GREY + 8, faults=faults)
        return self.terminal.render(scene, "--plain", *flags)

    def shows(self, frame: int) -> int | None:
        return read_frame_number(self.terminal.picture(frame))


def test_a_black_flash_is_rendered_again_and_the_sound_frame_takes_its_place(
    tmp_path: Path,
) -> None:
    shot = Shot(tmp_path, once=str(tmp_path / "struck"))
    said = shot.render("--outliers")
    assert said.code == 0, said.out + said.err
    assert f"frame {ODD} DOUBTED" in said.out
    assert shot.shows(ODD) == ODD
    assert shot.terminal.rendered(1).count(ODD) == 2


def test_what_comes_out_the_same_twice_is_reported_and_its_file_left_to_look_at(
    tmp_path: Path,
) -> None:
    shot = Shot(tmp_path, at=None)
    said = shot.render("--outliers")
    assert said.code == 3
    assert f"Missing: {ODD}" in said.out
    assert "is far from both its neighbours" in said.out
    assert "rendered again, it came out the same" in said.out
    assert shot.terminal.rendered(1).count(ODD) == 2
    assert shot.shows(ODD) is None


def test_without_the_flag_a_black_flash_is_delivered(tmp_path: Path) -> None:
    shot = Shot(tmp_path, at=None)
    said = shot.render()
    assert said.code == 0
    measured = [one for one in shot.terminal.journal(1) if isinstance(one, ev.FrameMeasured)]
    assert measured == []
    assert shot.shows(ODD) is None


@pytest.mark.thorough
def test_frames_of_an_earlier_run_are_neighbours_and_are_judged_too(tmp_path: Path) -> None:
    Shot(tmp_path, at=None).render()
    shot = Shot(tmp_path)
    shot.terminal.picture(GREY + 6).unlink()
    said = shot.render("--outliers")
    assert said.code == 0, said.out + said.err
    assert shot.terminal.rendered(2) == [ODD, GREY + 6]
    assert shot.shows(ODD) == ODD


@pytest.mark.parametrize("flags", [(), ("--existing", "replace")])
def test_a_black_frame_is_a_defect_where_that_was_asked_for(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    shot = Shot(tmp_path, at=None)
    assert shot.render("--tries", "1", *flags).code == 0
    said = shot.render("--not-black", "--tries", "1", *flags)
    assert said.code == 3
    assert "pure black" in said.out
    assert f"Missing: {ODD}" in said.out
    kept = shot.terminal.kept(2)
    assert kept == (
        FrameSet() if flags else FrameSet.range(GREY, GREY + 8) - FrameSet.of([ODD])
    )
