"""Several processes on one queue: who wins, and what a killed one leaves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from framecrew.model.events import FrameFinished
from framecrew.model.statuses import JobStatus
from framecrew.store.owners import linux_start_mark, system_start_mark, this_process
from framecrew.store.store import Store

BATCH = 50

CLAIM = """
import sys
from pathlib import Path
from framecrew.model.errors import StoreError
from framecrew.model.jobs import JobSpec
from framecrew.store.store import Store

print("ready", flush=True)
sys.stdin.readline()
try:
    with Store.open(Path(sys.argv[1])) as store:
        store.new_job(JobSpec(scene="a.blend"), "shot", ["/out/shot_####.png"])
        print("won", flush=True)
        sys.stdin.readline()
except StoreError as refusal:
    print(f"refused: {refusal}", flush=True)
"""

WRITE = """
import sys
from pathlib import Path
from framecrew.model.events import FrameFinished
from framecrew.model.jobs import JobSpec
from framecrew.store.store import Store

batch = int(sys.argv[2])
store = Store.open(Path(sys.argv[1]))
job = store.new_job(JobSpec(scene="a.blend"), "shot", ["/out/shot_####.png"])
for number in range(1_000_000):
    store.append(
        [(job, FrameFinished(at=1.0, attempt="1.1", frame=number * batch + index, seconds=1.0))
         for index in range(batch)]
    )
    if number == 3:
        print("writing", flush=True)
"""


def start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def hear(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_processes_that_want_the_same_files_at_once_exactly_one_wins(tmp_path: Path) -> None:
    # The queue does not exist yet, so they race for its making too.
    processes = [start(CLAIM, str(tmp_path / "home")) for _ in range(3)]
    try:
        assert [hear(process) for process in processes] == ["ready"] * 3
        for process in processes:
            tell(process)
        answers = sorted(hear(process) for process in processes)
    finally:
        for process in processes:
            process.communicate("\n", timeout=60)

    assert answers[2] == "won"
    assert ["writes the same files" in answer for answer in answers[:2]] == [True] * 2, answers


@pytest.mark.parametrize("pause", [0.0, 0.013, 0.05])
def test_a_writer_killed_in_mid_append_leaves_whole_transactions(
    tmp_path: Path, pause: float
) -> None:
    writer = start(WRITE, str(tmp_path), str(BATCH))
    assert hear(writer) == "writing"
    time.sleep(pause)
    writer.kill()
    writer.communicate(timeout=60)

    with Store.open(tmp_path) as store:
        (job,) = store.interrupted_jobs()
        frames = [
            event.frame for event in store.journal(job.id) if isinstance(event, FrameFinished)
        ]

        assert job.status is JobStatus.INTERRUPTED
        assert len(frames) >= 4 * BATCH
        assert len(frames) % BATCH == 0
        assert frames == list(range(len(frames)))
        # What is left can be gone on with.
        store.adopt_job(job.id)
        assert store.append(
            [(job.id, FrameFinished(at=1.0, attempt="1.2", frame=1, seconds=1.0))]
        )


MARKS = [
    pytest.param(
        linux_start_mark,
        marks=pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    ),
    system_start_mark,
]


@pytest.mark.parametrize("mark", MARKS)
def test_the_mark_of_a_start_stays_and_goes_with_its_process(
    mark: Callable[[int], str | None],
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True
    )
    first = mark(child.pid)

    assert first is not None
    assert mark(child.pid) == first
    assert mark(os.getpid()) != first
    child.communicate("\n", timeout=60)
    assert mark(child.pid) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no zombies")
@pytest.mark.parametrize("mark", MARKS)
def test_a_dead_child_that_nobody_has_waited_for_has_no_mark(
    mark: Callable[[int], str | None],
) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    assert mark(child.pid) is None
    child.communicate(timeout=60)


def test_we_are_alive() -> None:
    assert this_process().is_alive
