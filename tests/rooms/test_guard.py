"""The guard and its tree, with real processes."""

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from workbench import is_alive, wait_for_number, wait_until_gone

from framecrew.execution.tree import Tree, start_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX has the guard")

FORCE = 9
"""SIGKILL, which Windows does not know by name."""

STUBBORN_GRANDCHILD = """
    import os, signal, subprocess, sys, time
    child = subprocess.Popen(
        [sys.executable, "-c", "import signal, time;"
         "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    open("grandchild.new", "w").write(str(child.pid))
    os.replace("grandchild.new", "grandchild")
"""


def with_tree(
    folder: Path,
    program: str,
    story: Callable[[Tree], Awaitable[None]],
    environment: dict[str, str] | None = None,
) -> None:
    async def tell() -> None:
        tree = await start_tree(
            [sys.executable, "-c", textwrap.dedent(program)],
            environment={**os.environ, **(environment or {})},
            folder=folder,
        )
        try:
            await story(tree)
        finally:
            tree.insist()
            await tree.wait()
            await tree.output.read()

    asyncio.run(tell())


@pytest.mark.parametrize("code", [0, 1, 7, 127])
def test_the_guard_leaves_with_the_renderers_exit_code(tmp_path: Path, code: int) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.wait() == code

    with_tree(tmp_path, f"import os; os._exit({code})", story)


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL", "SIGTERM"])
def test_the_guard_leaves_by_the_renderers_signal(tmp_path: Path, name: str) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.wait() == -getattr(signal, name)

    with_tree(tmp_path, f"import os, signal; os.kill(os.getpid(), signal.{name})", story)


def test_output_passes_untouched_and_both_streams_are_one(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.output.read() == b"\xff\x00out\r\nerr"

    program = 'import os; os.write(1, b"\\xff\\x00out\\r\\n"); os.write(2, b"err")'
    with_tree(tmp_path, program, story)


def test_the_renderer_has_nothing_to_read_and_a_group_of_its_own(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        said = (await tree.output.read()).decode().split()
        assert said == ["''", "True", "True"]

    program = """
        import os, sys
        alone = os.getpgid(0) == os.getpid() and os.getsid(0) == os.getpid()
        print(repr(sys.stdin.read()), alone, os.getsid(os.getppid()) != os.getsid(0))
    """
    with_tree(tmp_path, program, story)


def test_the_environment_arrives_and_cannot_be_read_in_the_process_list(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert (
            await tree.output.readline()
        ).decode().strip() == "grün = 4\nfünf".encode().hex()
        arguments = " ".join(psutil.Process(tree.pid).cmdline())
        assert "grün" not in arguments

    program = """
        import os, sys, time
        print(os.environb[b"FRAMECREW_TOKEN"].hex(), flush=True)
        time.sleep(60)
    """
    with_tree(tmp_path, program, story, {"FRAMECREW_TOKEN": "grün = 4\nfünf"})


def test_the_renderer_works_in_its_folder(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert Path((await tree.output.read()).decode()).samefile(tmp_path)

    with_tree(tmp_path, "import os; os.write(1, os.getcwdb())", story)


def test_a_program_that_cannot_be_executed_is_named_with_the_reason(tmp_path: Path) -> None:
    async def tell() -> None:
        tree = await start_tree([str(tmp_path)], environment={}, folder=tmp_path)
        said = (await tree.output.read()).decode()
        assert said == f"framecrew: cannot start {tmp_path}: Permission denied\n"
        assert await tree.wait() == 127

    asyncio.run(tell())


def test_a_renderer_that_listens_can_leave_by_itself_when_asked(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.output.readline() == b"ready\n"
        tree.ask()
        assert await tree.wait() == 5

    program = """
        import os, signal, time
        signal.signal(signal.SIGTERM, lambda *_: os._exit(5))
        print("ready", flush=True)
        time.sleep(60)
    """
    with_tree(tmp_path, program, story)


def test_a_grandchild_that_detached_itself_and_ignores_sigterm_ends_with_the_tree(
    tmp_path: Path,
) -> None:
    async def story(tree: Tree) -> None:
        grandchild = await asyncio.to_thread(wait_for_number, tmp_path / "grandchild")
        assert is_alive(grandchild)
        tree.insist()
        assert await tree.wait() == -FORCE
        assert not is_alive(grandchild)

    with_tree(tmp_path, f"{STUBBORN_GRANDCHILD}\n    time.sleep(60)", story)


def test_a_grandchild_left_behind_ends_before_the_guard_leaves(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.wait() == 3
        assert not is_alive(wait_for_number(tmp_path / "grandchild"))

    with_tree(tmp_path, f"{STUBBORN_GRANDCHILD}\n    os._exit(3)", story)


def test_a_stopped_renderer_can_be_ended(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        assert await tree.output.readline() == b"ready\n"
        tree.insist()
        assert await tree.wait() == -FORCE

    program = """
        import os, signal
        print("ready", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
    """
    with_tree(tmp_path, program, story)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_to_the_guard_ends_the_tree_before_the_guard(
    tmp_path: Path, name: str
) -> None:
    async def story(tree: Tree) -> None:
        grandchild = await asyncio.to_thread(wait_for_number, tmp_path / "grandchild")
        psutil.Process(tree.pid).send_signal(getattr(signal, name))
        assert await tree.wait() == -signal.SIGTERM
        assert not is_alive(grandchild)

    with_tree(tmp_path, f"{STUBBORN_GRANDCHILD}\n    time.sleep(60)", story)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells of a parent's death"
)
def test_a_renderer_does_not_outlive_a_guard_that_was_ended_by_force(tmp_path: Path) -> None:
    async def story(tree: Tree) -> None:
        renderer = int(await tree.output.readline())
        psutil.Process(tree.pid).kill()
        assert await tree.wait() == -FORCE
        assert await asyncio.to_thread(wait_until_gone, renderer)

    program = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with_tree(tmp_path, program, story)


allowed = getattr(os, "sched_getaffinity", lambda _process: set[int]())


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux has affinity masks")
def test_the_whole_tree_stays_on_the_processors_it_was_given(tmp_path: Path) -> None:
    program = """
        import os, subprocess, sys
        ask = "import os; print(sorted(os.sched_getaffinity(0)))"
        subprocess.run([sys.executable, "-c", ask])
        print(sorted(os.sched_getaffinity(0)))
    """
    ours = sorted(allowed(0))

    async def masks(cpus: tuple[int, ...]) -> list[str]:
        tree = await start_tree(
            [sys.executable, "-c", textwrap.dedent(program)],
            environment=os.environ,
            folder=tmp_path,
            cpus=cpus,
        )
        said = (await tree.output.read()).decode().splitlines()
        await tree.wait()
        return said

    assert asyncio.run(masks((ours[-1],))) == [str([ours[-1]])] * 2
    assert asyncio.run(masks((ours[0], 4000))) == [str([ours[0]])] * 2
    assert asyncio.run(masks((4000,))) == [str(ours)] * 2
    assert asyncio.run(masks(())) == [str(ours)] * 2
