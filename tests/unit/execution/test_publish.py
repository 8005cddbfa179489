"""Publishing: a final name holds a whole proven file, or what it held before."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from framecrew.execution.publish import publish, sweep_parts
from framecrew.frames.patterns import FramePattern
from framecrew.model.failures import Failure, FailureKind

MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Proof:
    bytes: int
    digest: str


def proof_of(data: bytes) -> Proof:
    return Proof(bytes=len(data), digest=hashlib.blake2b(data, digest_size=16).hexdigest())


def written(path: Path, data: bytes) -> Proof:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return proof_of(data)


def failed(found: Failure | None, kind: FailureKind, path: Path) -> None:
    assert found is not None
    assert found.kind is kind
    assert str(path) in found.reason


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than tmp_path."""
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second file system to write to")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(params=["same file system", "other file system"])
def source_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "same file system":
        return tmp_path / "workspace"
    folder: Path = request.getfixturevalue("elsewhere")
    return folder


def test_a_proven_file_gets_its_final_name(source_folder: Path, tmp_path: Path) -> None:
    source, final = source_folder / "made.png", tmp_path / "out" / "final.png"
    expected = written(source, b"picture" * 1000)
    final.parent.mkdir()
    assert publish(source, final, expected=expected) is None
    assert final.read_bytes() == b"picture" * 1000
    assert not source.exists()
    assert [each.name for each in final.parent.iterdir()] == ["final.png"]


def test_a_folder_that_is_gone_is_made_again(source_folder: Path, tmp_path: Path) -> None:
    source, final = source_folder / "made.png", tmp_path / "a" / "b" / "final.png"
    expected = written(source, b"picture")
    assert publish(source, final, expected=expected) is None
    assert final.read_bytes() == b"picture"


def test_what_stands_there_is_replaced(source_folder: Path, tmp_path: Path) -> None:
    source, final = source_folder / "made.png", tmp_path / "final.png"
    written(final, b"older and longer")
    expected = written(source, b"newer")
    assert publish(source, final, expected=expected) is None
    assert final.read_bytes() == b"newer"


def test_a_file_that_changed_after_its_proof_is_not_published(
    source_folder: Path, tmp_path: Path
) -> None:
    source, final = source_folder / "made.png", tmp_path / "final.png"
    expected = written(source, b"picture")
    written(source, b"pict")
    failed(publish(source, final, expected=expected), FailureKind.BAD_OUTPUT, source)
    assert not final.exists()
    assert source.exists()


def test_a_copy_with_another_digest_is_not_published(elsewhere: Path, tmp_path: Path) -> None:
    source, final = elsewhere / "made.png", tmp_path / "final.png"
    expected = written(source, b"picture")
    written(source, b"PICTURE")
    failed(publish(source, final, expected=expected), FailureKind.BAD_OUTPUT, source)
    assert list(tmp_path.iterdir()) == []
    assert source.exists()


def test_a_source_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    source = tmp_path / "made.png"
    found = publish(source, tmp_path / "final.png", expected=proof_of(b"x"))
    failed(found, FailureKind.BAD_OUTPUT, source)


def test_a_folder_in_the_place_of_the_file_is_a_failure_and_the_source_stays(
    source_folder: Path, tmp_path: Path
) -> None:
    source, final = source_folder / "made.png", tmp_path / "out" / "final.png"
    expected = written(source, b"picture")
    (final / "inside").mkdir(parents=True)
    failed(publish(source, final, expected=expected), FailureKind.OUTPUT_NOT_WRITABLE, final)
    assert source.read_bytes() == b"picture"
    assert [each.name for each in final.parent.iterdir()] == ["final.png"]


def test_a_file_in_the_place_of_the_folder_is_a_failure(
    source_folder: Path, tmp_path: Path
) -> None:
    source, blocked = source_folder / "made.png", tmp_path / "blocked"
    expected = written(source, b"picture")
    blocked.write_text("a file")
    final = blocked / "final.png"
    failed(publish(source, final, expected=expected), FailureKind.OUTPUT_NOT_WRITABLE, final)
    assert source.exists()


# ── a full disk ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_no_part_and_no_final_name(small_disk: Path, tmp_path: Path) -> None:
    source, final = tmp_path / "made.png", small_disk / "final.png"
    expected = written(source, os.urandom(2_000_000))
    failed(publish(source, final, expected=expected), FailureKind.DISK_FULL, final)
    assert list(small_disk.iterdir()) == []
    assert source.exists()


def test_a_full_disk_leaves_the_older_file_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    source, final = tmp_path / "made.png", small_disk / "final.png"
    written(final, b"older")
    expected = written(source, os.urandom(2_000_000))
    failed(publish(source, final, expected=expected), FailureKind.DISK_FULL, final)
    assert final.read_bytes() == b"older"


def test_publishing_goes_on_when_the_disk_has_room_again(
    small_disk: Path, tmp_path: Path
) -> None:
    source, final = tmp_path / "made.png", small_disk / "final.png"
    ballast = small_disk / "ballast"
    written(ballast, bytes(900_000))
    expected = written(source, os.urandom(500_000))
    failed(publish(source, final, expected=expected), FailureKind.DISK_FULL, final)
    ballast.unlink()
    assert publish(source, final, expected=expected) is None
    assert proof_of(final.read_bytes()) == expected


# ── ends in the middle ────────────────────────────────────────────────────────────────────────

PUBLISHING = """
import sys
from pathlib import Path
from framecrew.execution.publish import publish
from framecrew.media.digests import read_digest

class Proof:
    bytes = Path(sys.argv[1]).stat().st_size
    digest = read_digest(Path(sys.argv[1]))

print("begins", flush=True)
publish(Path(sys.argv[1]), Path(sys.argv[2]), expected=Proof())
"""


def test_a_process_that_dies_in_the_middle_of_a_copy_leaves_no_final_name(
    elsewhere: Path, tmp_path: Path
) -> None:
    source, final = elsewhere / "made_0001.exr", tmp_path / "out_0001.exr"
    data = os.urandom(1 << 20) * 200
    expected = written(source, data)
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHING, str(source), str(final)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        while (
            not (parts := list(tmp_path.glob(".*.framecrew-part"))) and process.poll() is None
        ):
            time.sleep(0.0005)
        process.kill()
    process.wait()
    assert parts, "it was through before it could be ended"
    assert not final.exists()
    assert source.stat().st_size == len(data)
    swept = sweep_parts(tmp_path, FramePattern.parse("out_####.exr"))
    assert list(swept) == parts
    assert publish(source, final, expected=expected) is None
    assert [each.name for each in tmp_path.iterdir()] == ["out_0001.exr"]


def part_name(name: str, *, machine: str, pid: int, started: int) -> str:
    return f".{name}.{machine}-{pid}-{started}-0123abcd.framecrew-part"


def test_parts_of_living_processes_and_of_other_patterns_are_not_swept(
    tmp_path: Path,
) -> None:
    ours = hashlib.blake2b(socket.gethostname().encode(), digest_size=16).hexdigest()[:8]
    dead = part_name("a_0001.png", machine=ours, pid=os.getpid(), started=1000)
    foreign = part_name("a_0001.png", machine="0" * 8, pid=1, started=1)
    other = part_name("b_0001.png", machine=ours, pid=os.getpid(), started=1000)
    old = part_name("a_0002.png", machine="0" * 8, pid=1, started=1)
    for name in (dead, foreign, other, old, "a_0001.png", ".a_0001.png.framecrew-part"):
        (tmp_path / name).touch()
    days_ago = time.time() - 2 * 24 * 3600
    os.utime(tmp_path / old, (days_ago, days_ago))
    swept = sweep_parts(tmp_path, FramePattern.parse(str(tmp_path / "a_####.png")))
    assert {each.name for each in swept} == {dead, old}
    assert not (tmp_path / dead).exists()
    assert (tmp_path / foreign).exists()


def test_sweeping_a_folder_that_is_not_there_finds_nothing(tmp_path: Path) -> None:
    assert sweep_parts(tmp_path / "none", FramePattern.parse("a_####.png")) == ()
