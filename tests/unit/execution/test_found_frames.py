import os
from pathlib import Path

from framecrew.execution.found_frames import FrameWatch
from framecrew.frames.patterns import FramePattern
from framecrew.model.outputs import Promise


def promise(name: str) -> Promise:
    pattern = FramePattern.parse(f"{name}_####.png")
    return Promise(name=name, made=pattern, final=pattern)


def leave(path: Path, *, at: float) -> None:
    path.write_bytes(b"x")
    os.utime(path, (at, at))


def test_frames_are_found_oldest_first_and_the_newest_is_not_settled(tmp_path: Path) -> None:
    for frame, at in ((3, 100.0), (1, 200.0), (2, 201.0)):
        leave(tmp_path / f"a_000{frame}.png", at=at)
    found = FrameWatch(tmp_path, (promise("a"),)).look(range(1, 10), now=0.0)
    assert found.all == (3, 1, 2)
    assert found.all_but_newest == (3, 1)
    assert found.settled == (3,)


def test_a_frame_is_there_when_all_its_files_are(tmp_path: Path) -> None:
    leave(tmp_path / "a_0001.png", at=100.0)
    leave(tmp_path / "b_0001.png", at=100.0)
    leave(tmp_path / "a_0002.png", at=100.0)
    watch = FrameWatch(tmp_path, (promise("a"), promise("b")))
    assert watch.look((1, 2), now=0.0).all == (1,)


def test_without_promises_nothing_is_found(tmp_path: Path) -> None:
    assert FrameWatch(tmp_path, ()).look((1, 2), now=0.0).all == ()


def test_a_frame_is_unchanged_from_a_while_after_its_last_change(tmp_path: Path) -> None:
    watch, path = FrameWatch(tmp_path, (promise("a"),)), tmp_path / "a_0001.png"
    leave(path, at=100.0)
    assert watch.look((1,), now=10.0).unchanged == ()
    assert watch.look((1,), now=13.0).unchanged == (1,)
    path.write_bytes(b"more")
    assert watch.look((1,), now=14.0).unchanged == ()
    assert watch.look((1,), now=17.0).unchanged == (1,)
