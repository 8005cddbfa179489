"""Forked sessions: they share the scene of one that was only inspected, and stand alone in all
else."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import OpenImageIO
import psutil
import pytest
from cases import further
from workbench import Workbench, is_alive, wait_until_gone

from framecrew.execution.measure import measure_trees
from framecrew.model import events as ev
from framecrew.model.attempts import Assignment
from framecrew.model.failures import FailureKind
from framecrew.model.requests import Command, RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.renderers import stand_in
from framecrew.renderers.blender import RENDERER as BLENDER
from framecrew.renderers.contract import FoundProgram, ProgramFlavour
from framecrew.testing import fault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sessions fork on Linux only")

PROGRAM = Path(__file__).with_name("forking_program.py")
BUILDER = Path(__file__).parents[1] / "scenes" / "build_scene.py"


def forking_command(found: FoundProgram, assignment: Assignment) -> Command:
    *start, session = stand_in.open_command(found, assignment).arguments
    return Command(arguments=(*start, str(PROGRAM), session))


FORKING = replace(
    stand_in.RENDERER,
    open_command=forking_command,
    traits=replace(stand_in.RENDERER.traits, forks=True),
)


def on_bench(folder: Path, story: Callable[[Workbench], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with Workbench(folder) as bench:
            bench.cards = {FORKING.name: FORKING}
            await story(bench)

    asyncio.run(tell())


async def inspect(bench: Workbench, **scene: Any) -> Path:
    path = bench.scene(**scene)
    facts = await bench.backend.inspect(bench.request(path), threads=1)
    assert isinstance(facts, SceneFacts)
    return path


def parent_of(opened: ev.SessionOpened) -> int:
    return psutil.Process(opened.pid).ppid()


async def start_two(bench: Workbench, scene: Path) -> None:
    for slot, frames in enumerate(("1-9x2", "2-10x2")):
        order = bench.assignment(scene, frames, attempt=f"1.{slot + 1}", slot=slot)
        await bench.backend.start(order)


async def both_succeed(bench: Workbench) -> None:
    for attempt in ("1.1", "1.2"):
        assert isinstance(await bench.outcome(attempt), ev.AttemptSucceeded)


# ── with the stand-in ────────────────────────────────────────────────────────────────────────


def test_sessions_of_one_thread_are_forked_from_the_inspected_one(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench, start_seconds=0.3, seconds=0.02)
        await start_two(bench, scene)
        await bench.until(lambda: len(bench.opened()) == 2)
        first, second = bench.opened()
        assert first.pid != second.pid
        assert parent_of(first) == parent_of(second)
        await both_succeed(bench)
        assert bench.delivered() == list(range(1, 11))

    on_bench(tmp_path, story)


def test_a_forked_session_keeps_its_slot_and_its_log(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench, lines_per_frame=1)
        await bench.run(bench.assignment(scene, "1-2", attempt="1.1"))
        await bench.run(bench.assignment(scene, "3-4", attempt="1.2"))
        first, second = bench.opened()
        assert first.pid == second.pid
        assert [line.rpartition(" ")[2] for line in bench.log("1.1")] == ["1", "2"]
        assert [line.rpartition(" ")[2] for line in bench.log("1.2")] == ["3", "4"]

    on_bench(tmp_path, story)


def test_a_slot_that_wants_more_threads_gets_a_session_that_can_use_them(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench)
        await bench.run(bench.assignment(scene, "1", attempt="1.1"))
        forked = bench.opened()[0]
        mother = parent_of(forked)
        order = replace(bench.assignment(scene, "2", attempt="1.2"), threads=2)
        await bench.run(order)
        assert not is_alive(forked.pid)
        assert bench.opened()[1].pid == mother

    on_bench(tmp_path, story)


def test_kill_9_of_a_child_costs_only_what_it_had_not_published(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench, seconds=0.1)
        await start_two(bench, scene)
        await bench.until(lambda: {1, 2, 3} <= set(bench.finished()))
        first, second = sorted(bench.opened(), key=lambda opened: opened.attempt)
        psutil.Process(first.pid).kill()
        failure = await bench.failure("1.1")
        assert failure.kind is FailureKind.CRASH
        assert "signal 9" in failure.reason
        assert isinstance(await bench.outcome("1.2"), ev.AttemptSucceeded)
        assert {1, 2, 3, 4, 6, 8, 10} <= set(bench.delivered())
        assert is_alive(second.pid)

        # After a child that broke, the next session is an ordinary one.
        await bench.run(bench.assignment(scene, "5-9x2", attempt="1.3"))
        assert parent_of(bench.opened()[2]) != parent_of(second)
        assert bench.delivered() == list(range(1, 11))

    on_bench(tmp_path, story)


def opened_by(bench: Workbench, attempt: str) -> ev.SessionOpened:
    """Its session; which of two opens first is a matter of chance."""
    return next(one for one in bench.opened() if one.attempt == attempt)


def test_a_stopped_child_leaves_its_sibling_alone(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench, seconds=0.1, ignores_terminate=True)
        await start_two(bench, scene)
        await bench.until(lambda: len(bench.finished()) >= 2)
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome("1.1"), ev.AttemptStopped)
        assert not is_alive(opened_by(bench, "1.1").pid)
        assert isinstance(await bench.outcome("1.2"), ev.AttemptSucceeded)
        await bench.run(bench.assignment(scene, "1-9x2", attempt="1.3"))
        assert parent_of(opened_by(bench, "1.3")) == parent_of(opened_by(bench, "1.2"))

    on_bench(tmp_path, story)


def test_the_mother_is_closed_after_her_last_child(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench)
        await bench.run(bench.assignment(scene, "1", attempt="1.1", slot=0))
        await bench.run(bench.assignment(scene, "2", attempt="1.2", slot=1))
        first, second = bench.opened()
        mother = parent_of(first)

        await bench.backend.close_sessions((0,))
        assert (is_alive(first.pid), is_alive(second.pid), is_alive(mother)) == (
            False,
            True,
            True,
        )
        await bench.backend.close_sessions((1,))
        assert not is_alive(second.pid)
        assert wait_until_gone(mother)

    on_bench(tmp_path, story)


def test_children_end_with_a_mother_that_was_killed(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        # Long enough for a busy machine to be in time.
        scene = await inspect(bench, seconds=1.0)
        await start_two(bench, scene)
        await bench.until(lambda: len(bench.opened()) == 2)
        psutil.Process(parent_of(bench.opened()[0])).kill()
        assert (await bench.failure("1.1")).kind is FailureKind.CRASH
        assert (await bench.failure("1.2")).kind is FailureKind.CRASH
        await bench.run(bench.assignment(scene, "1-2", attempt="1.3"))
        assert {1, 2} <= set(bench.delivered())

    on_bench(tmp_path, story)


SHARING = """
import os, signal
shared = b"x" * 200_000_000
child = os.fork()
if child == 0:
    signal.pause()
print(child, flush=True)
signal.pause()
"""


def test_memory_that_forked_sessions_share_is_not_counted_twice() -> None:
    with subprocess.Popen([sys.executable, "-c", SHARING], stdout=subprocess.PIPE) as mother:
        assert mother.stdout is not None
        child = int(mother.stdout.readline())
        try:
            both = measure_trees([os.getpid(), child], forked={child})
            alone = measure_trees([os.getpid()])
        finally:
            psutil.Process(child).kill()
            mother.kill()

    assert 90_000_000 < both[child].memory_bytes < 190_000_000
    assert both[os.getpid()].processes == alone[os.getpid()].processes - 1
    assert alone[os.getpid()].memory_bytes - both[os.getpid()].memory_bytes > 190_000_000


@pytest.mark.parametrize(
    "wrong",
    ["no_fork", "dead_fork", pytest.param("silent_fork", marks=pytest.mark.slow)],
)
def test_where_a_fork_fails_the_inspected_session_renders_itself(
    tmp_path: Path, wrong: str
) -> None:
    async def story(bench: Workbench) -> None:
        scene = await inspect(bench, faults=[fault(wrong)])
        await start_two(bench, scene)
        await both_succeed(bench)
        first, second = bench.opened()
        assert parent_of(first) != parent_of(second)
        assert bench.delivered() == list(range(1, 11))

    on_bench(tmp_path, story)


KILLED = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = {places!r}
from test_fork import FORKING, inspect, start_two
from workbench import Workbench

async def main():
    async with Workbench(Path({folder!r})) as bench:
        bench.cards = {{FORKING.name: FORKING}}
        scene = await inspect(bench, seconds=60, ignores_terminate=True)
        await start_two(bench, scene)
        await bench.until(lambda: len(bench.opened()) == 2)
        print("rendering", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_kill_9_of_framecrew_leaves_neither_mother_nor_child(tmp_path: Path) -> None:
    places = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    script = KILLED.format(places=places, folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"rendering\n"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) == 4  # A guard, the mother, two children.
        process.kill()
    assert all(wait_until_gone(one.pid, seconds=2) for one in family)


# ── with Blender ─────────────────────────────────────────────────────────────────────────────


def blenders() -> list[FoundProgram]:
    found = []
    if program := shutil.which("blender"):
        found.append(FoundProgram(name="Blender", path=program, version=""))
    for python in os.environ.get("FRAMECREW_BPY_PYTHON", "").split(os.pathsep):
        if python:
            flavour = ProgramFlavour.PYTHON_MODULE
            found.append(FoundProgram(name="Blender", path=python, version="", flavour=flavour))
    return found


def build(found: FoundProgram, name: str, path: Path) -> None:
    start = [found.path, "-b", "--factory-startup", "--python", str(BUILDER), "--"]
    if found.flavour is ProgramFlavour.PYTHON_MODULE:
        start = [found.path, str(BUILDER), "--"]
    subprocess.run([*start, name, str(path)], check=True, capture_output=True, timeout=120)


def pixels(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in folder.glob("*.png"):
        picture = OpenImageIO.ImageBuf(str(path))
        assert picture.read(0, 0, True), picture.geterror()
        values = picture.get_pixels(OpenImageIO.FLOAT)
        assert values is not None
        found[path.name] = values.tobytes()
    return found


@pytest.mark.slow
@pytest.mark.skipif(not blenders(), reason="neither `blender` nor a Python with bpy")
@pytest.mark.parametrize(
    "found",
    [*map(further, blenders()[:-1]), *blenders()[-1:]],
    ids=lambda found: Path(found.path).name,
)
def test_forked_blenders_keep_their_data_and_render_the_same_pixels(
    tmp_path: Path, found: FoundProgram
) -> None:
    scene = tmp_path / "scene.blend"
    build(found, "everything_moves", scene)

    def render(folder: Path, *, forks: bool) -> int:
        """The number of parents of both sessions."""
        card = replace(BLENDER, traits=replace(BLENDER.traits, forks=forks))
        parents: set[int] = set()

        async def story(bench: Workbench) -> None:
            bench.cards, bench.program = {BLENDER.name: card}, found
            request = RenderRequest(
                renderer=BLENDER.name, scene=str(scene), program=found.path, made="f_####.png"
            )
            facts = await bench.backend.inspect(request, threads=1)
            assert isinstance(facts, SceneFacts), facts
            assert facts.may_fork
            for slot, frames in enumerate(("1-9x2", "2-10x2")):
                order = bench.assignment(
                    scene, frames, attempt=f"1.{slot + 1}", slot=slot, card=card
                )
                await bench.backend.start(replace(order, request=request))
            await both_succeed(bench)
            parents.update(parent_of(opened) for opened in bench.opened())

        on_bench(folder, story)
        return len(parents)

    assert render(tmp_path / "forked", forks=True) == 1
    assert render(tmp_path / "alone", forks=False) == 2
    forked = pixels(tmp_path / "forked" / "out")
    assert len(forked) == 10
    assert forked == pixels(tmp_path / "alone" / "out")
