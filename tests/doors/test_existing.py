"""Files that are there already: kept when whole, replaced, or refused."""

import os
import time
from pathlib import Path

from doors.terminal import Terminal


def stamp(terminal: Terminal, frame: int) -> tuple[int, int]:
    """Changes when the file is written again or replaced."""
    facts = terminal.picture(frame).stat()
    return facts.st_ino, facts.st_mtime_ns


def test_whole_frames_are_kept_and_a_truncated_one_is_rendered_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=8)
    terminal.render(scene)
    picture = terminal.picture(3)
    picture.write_bytes(picture.read_bytes()[:-20])
    before = {frame: stamp(terminal, frame) for frame in range(1, 9)}

    said = terminal.render(scene)

    assert said.code == 0
    assert terminal.rendered(2) == [3]
    assert "frame 3 is there but" in said.err
    assert "7 frames kept, found whole: 1-2,4-8" in said.out
    changed = [frame for frame in before if stamp(terminal, frame) != before[frame]]
    assert changed == [3]
    assert terminal.delivered() == list(range(1, 9))


def test_frames_of_a_scene_as_it_was_are_kept_and_told(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4)
    terminal.render(scene)
    os.utime(terminal.picture(2), ns=(0, 0))
    later = time.time_ns() + 10**9
    for frame in (1, 4):
        os.utime(terminal.picture(frame), ns=(later, later))
    os.utime(scene)

    said = terminal.render(scene)

    assert said.code == 0, said
    assert "frames 2-3 are kept, and were rendered before" in said.err
    assert "--existing replace" in said.err


def test_an_empty_file_counts_as_missing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4)
    (tmp_path / "out").mkdir()
    terminal.picture(2).write_bytes(b"")

    assert terminal.render(scene).code == 0

    assert terminal.delivered() == [1, 2, 3, 4]


def test_a_job_that_is_whole_already_renders_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4)
    terminal.render(scene)

    said = terminal.render(scene)

    assert said.code == 0
    assert terminal.attempts(2) == {}
    assert "Done: 4 frames" in said.out


def test_replace_renders_all_frames_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4)
    terminal.render(scene)
    before = [stamp(terminal, frame) for frame in range(1, 5)]

    said = terminal.render(scene, "--existing", "replace")

    assert said.code == 0
    assert terminal.rendered(2) == [1, 2, 3, 4]
    after = [stamp(terminal, frame) for frame in range(1, 5)]
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_refuse_touches_nothing_where_a_frame_is_there(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=4)
    terminal.render(scene, "--frames", "2")
    before = stamp(terminal, 2)

    said = terminal.render(scene, "--existing", "refuse")

    assert said.code == 2
    assert len(said.mistakes) == 1
    assert str(terminal.picture(2)) in said.mistakes[0]
    assert stamp(terminal, 2) == before
    assert terminal.delivered() == [2]
    assert terminal.jobs() == [1]


def test_refuse_renders_where_nothing_is_in_the_way(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.render(terminal.scene(last=3), "--existing", "refuse")

    assert said.code == 0
    assert terminal.delivered() == [1, 2, 3]
