"""Room, permission and speed of a disk, asked of folders that may not exist yet."""

from pathlib import Path

import pytest

from framecrew.machine.disks import (
    Disk,
    existing_folder,
    file_system_of,
    free_bytes,
    is_network,
    is_same_file_system,
    read_disk,
    why_not_writable,
    write_speed,
)


def test_a_folder_that_is_not_there_is_answered_for_by_the_one_above(tmp_path: Path) -> None:
    far = tmp_path / "a" / "b" / "c"

    assert existing_folder(far) == tmp_path
    assert free_bytes(far) > 0
    assert not far.exists()


def test_questions_leave_nothing_behind(tmp_path: Path) -> None:
    is_same_file_system(tmp_path, tmp_path / "new")
    why_not_writable(tmp_path)
    write_speed(tmp_path, size=2**16)

    assert list(tmp_path.iterdir()) == []


def test_two_folders_side_by_side_share_their_file_system(tmp_path: Path) -> None:
    assert is_same_file_system(tmp_path / "a", tmp_path / "b")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_two_disks_do_not_share_a_file_system(tmp_path: Path) -> None:
    shared = Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev

    assert is_same_file_system(tmp_path, Path("/dev/shm")) == shared


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    assert "is a file" in why_not_writable(tmp_path / "taken")


def test_a_folder_one_may_write_to_has_no_trouble(tmp_path: Path) -> None:
    assert why_not_writable(tmp_path / "new" / "folder") == ""


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder without files")
def test_a_folder_where_no_file_can_be_made_says_why() -> None:
    assert why_not_writable(Path("/proc")) != ""


def test_a_disk_is_told_whole(tmp_path: Path) -> None:
    disk = read_disk(tmp_path)

    assert 0 < disk.free <= disk.total
    assert disk.trouble == ""
    assert disk.file_system == file_system_of(tmp_path)


@pytest.mark.parametrize(
    ("kind", "is_network"), [("nfs4", True), ("CIFS", True), ("ext4", False)]
)
def test_a_network_disk_is_known_by_its_file_system(kind: str, is_network: bool) -> None:
    assert Disk(folder="/x", total=1, free=1, file_system=kind).is_network is is_network


def test_the_speed_of_writing_is_measured(tmp_path: Path) -> None:
    assert write_speed(tmp_path, size=2**16) > 0


@pytest.mark.parametrize(
    ("path", "is_remote"),
    [
        ("\\\\server\\share\\shot.aep", True),
        ("//server/share/shot.aep", True),
        ("\\\\?\\UNC\\server\\share\\shot.aep", True),
        ("\\\\?\\C:\\long\\shot.aep", False),
        ("\\\\.\\pipe\\name", False),
    ],
)
def test_a_path_to_a_server_is_known_by_its_form(path: str, *, is_remote: bool) -> None:
    assert is_network(path) is is_remote


def test_a_folder_of_this_machine_is_not_across_the_network(tmp_path: Path) -> None:
    assert not is_network(str(tmp_path / "shot.aep"))
