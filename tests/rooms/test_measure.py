"""What a tree uses, measured on real processes."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from framecrew.execution.measure import Usage, measure_trees
from framecrew.execution.tree import Tree, start_tree

CHILD = "import time; held = b'x' * 60_000_000; print(len(held), flush=True); time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
held = b"x" * 40_000_000
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
time.sleep(60)
"""
WORKER = """
import os, sys, time
until = time.process_time() + 0.5
while time.process_time() < until:
    os.urandom(1000)
with open(os.path.join(sys.argv[1], "written"), "wb") as file:
    file.write(b"x" * 5_000_000)
print("done", flush=True)
time.sleep(60)
"""
SHORT_LIVED = """
import subprocess, sys, time
work = "import time\\nwhile time.process_time() < 0.5: pass"
subprocess.run([sys.executable, "-c", work])
print("done", flush=True)
time.sleep(60)
"""


def measured(folder: Path, program: str, *arguments: str) -> Usage:
    """The usage of a program once it has printed a line."""
    found: list[Usage] = []

    async def look(tree: Tree) -> None:
        await tree.output.readline()
        found.append(measure_trees([tree.pid])[tree.pid])

    in_tree(folder, look, program, *arguments)
    return found[0]


def in_tree(
    folder: Path, story: Callable[[Tree], Awaitable[None]], program: str, *arguments: str
) -> None:
    async def tell() -> None:
        tree = await start_tree(
            [sys.executable, "-c", program, *arguments], environment={}, folder=folder
        )
        try:
            await story(tree)
        finally:
            tree.insist()
            await tree.wait()
            await tree.output.read()

    asyncio.run(tell())


def test_memory_is_that_of_the_whole_tree_without_the_guard(tmp_path: Path) -> None:
    usage = measured(tmp_path, PARENT)
    assert usage.processes == 2
    assert 100_000_000 < usage.memory_bytes < 180_000_000


def test_cpu_time_and_written_bytes_are_seen(tmp_path: Path) -> None:
    usage = measured(tmp_path, WORKER, str(tmp_path))
    assert 0.45 < usage.cpu_seconds < 2.0
    assert usage.io_bytes > 5_000_000 or sys.platform == "darwin"


def test_cpu_time_of_ended_children_is_not_lost(tmp_path: Path) -> None:
    assert measured(tmp_path, SHORT_LIVED).cpu_seconds > 0.45


def test_a_tree_that_has_gone_is_left_out(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        await tree.wait()
        assert measure_trees([tree.pid]) == {}

    in_tree(tmp_path, story, "pass")
