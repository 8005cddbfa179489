"""Judging with real files; what is examined and published is told by their own tests."""

import struct
import threading
import zlib
from dataclasses import replace
from pathlib import Path

from framecrew.execution.claims import Claim
from framecrew.execution.judging import judge, judge_all, publish_film
from framecrew.frames.patterns import FramePattern
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import Promise


def promise(folder: Path, name: str = "main") -> Promise:
    return Promise(
        name=name,
        made=FramePattern.parse(f"{name}_####.png"),
        final=FramePattern.parse(str(folder / "out" / f"{name}_####.png")),
    )


def claim(folder: Path, frame: int = 1) -> Claim:
    return Claim(frame=frame, folder=str(folder), seconds=1.0)


def make_picture(path: Path) -> None:
    def part(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + part(b"IDAT", zlib.compress(b"\0\x10\x20\x30"))
        + part(b"IEND", b"")
    )


def test_a_frame_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    make_picture(tmp_path / "main_0001.png")
    (tmp_path / "depth_0001.png").write_bytes(b"not a picture")
    promises = (promise(tmp_path), promise(tmp_path, "depth"))
    verdict = judge(claim(tmp_path), promises)
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.BAD_OUTPUT
    assert not (tmp_path / "out").exists()


def test_all_files_of_a_good_frame_are_published(tmp_path: Path) -> None:
    promises = (promise(tmp_path), promise(tmp_path, "depth"))
    for name in ("main", "depth"):
        make_picture(tmp_path / f"{name}_0001.png")
    assert judge(claim(tmp_path), promises).failure is None
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "depth_0001.png",
        "main_0001.png",
    ]


def test_what_an_earlier_attempt_has_published_is_not_asked_for_again(tmp_path: Path) -> None:
    make_picture(tmp_path / "depth_0001.png")
    promises = (promise(tmp_path), promise(tmp_path, "depth"))
    half_done = replace(claim(tmp_path), published=frozenset({"main"}))
    assert judge(half_done, promises).failure is None
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["depth_0001.png"]


def test_a_frame_that_could_not_be_delivered_remembers_what_was(tmp_path: Path) -> None:
    for name in ("main", "depth"):
        make_picture(tmp_path / f"{name}_0001.png")
    (tmp_path / "wall").write_text("a file where a folder should be", encoding="utf-8")
    depth = promise(tmp_path, "depth")
    walled = replace(depth, final=FramePattern.parse(str(tmp_path / "wall" / "d_####.png")))
    verdict = judge(claim(tmp_path), (promise(tmp_path), walled))
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.OUTPUT_NOT_WRITABLE
    assert verdict.kept
    assert verdict.claim.published == {"main"}
    assert judge(verdict.claim, (promise(tmp_path), depth)).failure is None


def test_after_a_stop_nothing_more_is_judged(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert judge_all([claim(tmp_path)], (promise(tmp_path),), stop) == []


def test_a_film_gets_its_name_with_all_its_bytes(tmp_path: Path) -> None:
    made, film = tmp_path / "film.mp4", tmp_path / "films" / "shot.mp4"
    made.write_bytes(b"moov" * 1000)
    assert publish_film(made, film) is None
    assert film.read_bytes() == b"moov" * 1000


def test_a_film_that_is_not_there_is_a_bad_output(tmp_path: Path) -> None:
    failure = publish_film(tmp_path / "film.mp4", tmp_path / "shot.mp4")
    assert failure is not None
    assert failure.kind is FailureKind.BAD_OUTPUT
