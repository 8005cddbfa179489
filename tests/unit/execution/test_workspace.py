"""Workspaces: nobody's folder is taken, and only those of the dead are removed by others."""

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from framecrew.execution.workspace import (
    Owner,
    clean,
    find_leftovers,
    free_bytes,
    make_workspace,
    remove_workspace,
    this_process,
)
from framecrew.model.failures import Failure, FailureKind


def made(output: Path, *, job: int = 12, attempt: str = "12.3", scratch: str = "") -> Path:
    folder = make_workspace(output_folder=output, job=job, attempt=attempt, scratch=scratch)
    assert isinstance(folder, Path), folder
    return folder


def disown(folder: Path, **owner: object) -> None:
    """Make a workspace look like another process's."""
    file = folder.with_name(folder.name + ".owner.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | owner))


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_workspace_lies_empty_beside_the_output_which_is_made(tmp_path: Path) -> None:
    output = tmp_path / "shots" / "a"
    folder = made(output)
    assert folder == output / ".framecrew-12" / "12.3"
    assert list(folder.iterdir()) == []


def test_a_workspace_can_lie_in_a_scratch_folder(tmp_path: Path) -> None:
    folder = made(tmp_path / "out", scratch=str(tmp_path / "fast"))
    assert folder == tmp_path / "fast" / "framecrew-12" / "12.3"
    assert (tmp_path / "out").is_dir()


def test_two_queues_never_share_a_workspace(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: made(tmp_path), range(16)))
    assert len(set(folders)) == 16


def test_nothing_is_left_of_a_removed_workspace(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "frame.png").write_bytes(b"x")
    remove_workspace(folder)
    remove_workspace(folder)
    assert list(tmp_path.iterdir()) == []


def test_removing_one_workspace_leaves_its_neighbour(tmp_path: Path) -> None:
    one, other = made(tmp_path, attempt="12.3"), made(tmp_path, attempt="12.4")
    remove_workspace(one)
    assert other.is_dir()


def test_making_and_removing_side_by_side_never_fails(tmp_path: Path) -> None:
    def come_and_go(number: int) -> None:
        for _ in range(20):
            remove_workspace(made(tmp_path, attempt=f"12.{number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, range(4)))
    assert list(tmp_path.iterdir()) == []


def test_looking_for_leftovers_where_others_come_and_go_never_fails(tmp_path: Path) -> None:
    homes = tmp_path / "homes"

    def come_and_go(number: int) -> None:
        for _ in range(300):
            remove_workspace(made(homes, attempt=str(number), scratch=str(homes)))
            with suppress(OSError):
                homes.rmdir()

    with ThreadPoolExecutor(4) as pool:
        coming = [pool.submit(come_and_go, number) for number in range(3)]
        while not all(one.done() for one in coming):
            assert find_leftovers(homes) == ()
        for one in coming:
            one.result()


def test_the_workspace_of_a_living_process_is_no_leftover(tmp_path: Path) -> None:
    folder = made(tmp_path)
    disown(folder, pid=os.getppid(), started=psutil.Process(os.getppid()).create_time())
    assert find_leftovers(tmp_path) == ()
    assert clean(tmp_path) == ()
    assert folder.is_dir()


def test_the_workspace_of_a_dead_process_is_cleaned(tmp_path: Path) -> None:
    ours, dead = made(tmp_path, attempt="12.3"), made(tmp_path, attempt="12.4")
    (dead / "half.png").write_bytes(b"x")
    disown(dead, pid=dead_pid())
    assert [each.folder for each in clean(tmp_path)] == [dead]
    assert not dead.exists()
    assert ours.is_dir()


def test_a_later_process_with_the_same_number_is_not_the_owner(tmp_path: Path) -> None:
    folder = made(tmp_path)
    disown(folder, started=this_process().started - 3600)
    assert [each.folder for each in find_leftovers(tmp_path)] == [folder]


def test_what_another_machine_owns_is_left_alone(tmp_path: Path) -> None:
    folder = made(tmp_path)
    disown(folder, machine="elsewhere", pid=dead_pid())
    assert clean(tmp_path) == ()
    assert folder.is_dir()


def test_an_owner_file_without_words_is_a_leftover_once_the_machine_started_again(
    tmp_path: Path,
) -> None:
    folder = made(tmp_path)
    file = folder.with_name("12.3.owner.json")
    file.write_text("")
    assert find_leftovers(tmp_path) == ()
    before = psutil.boot_time() - 60
    os.utime(file, (before, before))
    assert [each.folder for each in clean(tmp_path)] == [folder]
    assert list(tmp_path.iterdir()) == []


def test_an_owner_file_without_words_or_folder_is_a_leftover_after_a_minute(
    tmp_path: Path,
) -> None:
    """Its owner was killed between two calls."""
    folder = made(tmp_path)
    folder.rmdir()
    file = folder.with_name("12.3.owner.json")
    file.write_text("")
    assert find_leftovers(tmp_path) == ()
    before = time.time() - 90
    os.utime(file, (before, before))
    assert [each.folder for each in clean(tmp_path)] == [folder]
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_output_folder_is_a_failure_that_names_it(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    found = make_workspace(output_folder=blocked, job=1, attempt="1.1")
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.OUTPUT_NOT_WRITABLE
    assert str(blocked) in found.reason


def test_free_bytes_are_those_of_the_disk_even_below_missing_folders(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "there" / "yet") > 0


def test_this_process_owns_what_it_makes() -> None:
    ours = this_process()
    assert ours.pid == os.getpid()
    assert ours.is_ours
    assert not ours.is_dead


def test_of_another_machines_process_nobody_says_that_it_is_dead() -> None:
    assert not Owner(machine=socket.gethostname() + "-2", pid=1 << 22, started=0.0).is_dead


if sys.platform != "win32":

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_we_may_not_write_is_a_failure(tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        found = make_workspace(output_folder=tmp_path / "out", job=1, attempt="1.1")
        tmp_path.chmod(0o700)
        assert isinstance(found, Failure)
        assert found.kind is FailureKind.OUTPUT_NOT_WRITABLE
