"""A scene of which no frame can be rendered: found out soon, told once, and whole when it is mended."""

from pathlib import Path

from doors.terminal import Terminal

from framecrew.testing import fault


def test_a_scene_that_crashes_in_every_frame_is_not_opened_for_each_of_them(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    path = terminal.scene(last=200, faults=[fault("crash", at="frame")])

    said = terminal.render(path, "--slots", 2)

    assert said.code == 1
    assert len(terminal.attempts(1)) < 200
    assert ": crash: the renderer was ended by signal 9" in said.out
    assert "not tried, for none of the frames 1,50-200x50 came" in said.out
    assert "Missing: 1-200" in said.out

    terminal.scene(last=200)
    assert terminal.run("retry", 1).code == 0
    assert terminal.delivered() == list(range(1, 201))
