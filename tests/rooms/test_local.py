"""The local backend: sessions that are reused, scenes that are inspected, and ends of every
kind."""

import asyncio
import json
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from workbench import CARDS, Workbench, is_alive, wait_for_number, wait_until_gone

from framecrew.backends.local import LocalBackend
from framecrew.frames.sets import FrameSet
from framecrew.machine.memory import Memory
from framecrew.media.films import FilmFacts, examine_film
from framecrew.model import events as ev
from framecrew.model.errors import FramecrewError
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Checks, Segment
from framecrew.model.plans import TaskKind
from framecrew.model.pulses import ProcessMeasured
from framecrew.model.requests import FilmRequest, JoinRequest, RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.renderers import ffmpeg
from framecrew.renderers.contract import FoundProgram
from framecrew.testing import (
    ONE_CHUNK,
    RENDERER,
    fault,
    make_assignment,
    stand_in_program,
    write_scene,
)

GIGABYTE = 1_000_000_000
IS_LINUX = sys.platform.startswith("linux")

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")


def on_bench(folder: Path, story: Callable[[Workbench], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with Workbench(folder) as bench:
            await story(bench)

    asyncio.run(tell())


# ── sessions ─────────────────────────────────────────────────────────────────────────────────


def test_a_slot_keeps_its_session_for_the_next_chunk(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1-3", attempt="1.1"))
        await bench.run(bench.assignment(scene, "4-6", attempt="1.2"))
        first, second = bench.opened()
        assert first.pid == second.pid
        assert first.seconds > 0
        assert second.seconds == 0
        assert bench.delivered() == [1, 2, 3, 4, 5, 6]

    on_bench(tmp_path, story)


def test_two_slots_have_two_sessions(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds=0.05)
        await bench.backend.start(bench.assignment(scene, "1-3", attempt="1.1", slot=0))
        await bench.backend.start(bench.assignment(scene, "4-6", attempt="1.2", slot=1))
        await bench.outcome("1.1")
        await bench.outcome("1.2")
        assert len({opened.pid for opened in bench.opened()}) == 2
        assert bench.delivered() == [1, 2, 3, 4, 5, 6]

    on_bench(tmp_path, story)


def test_another_scene_closes_the_slots_session_first(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(), "1", attempt="1.1"))
        other = write_scene(tmp_path / "other.standin")
        await bench.backend.start(bench.assignment(other, "2", attempt="1.2"))
        await bench.until(lambda: len(bench.opened()) == 2)
        assert not is_alive(bench.opened()[0].pid)
        await bench.outcome("1.2")

    on_bench(tmp_path, story)


def test_a_session_that_died_idle_is_opened_anew(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1", attempt="1.1"))
        psutil.Process(bench.opened()[0].pid).kill()
        await asyncio.to_thread(wait_until_gone, bench.opened()[0].pid)
        outcome = await bench.run(bench.assignment(scene, "2", attempt="1.2"))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert bench.delivered() == [1, 2]

    on_bench(tmp_path, story)


def test_an_attempt_that_is_stopped_while_its_last_frame_is_judged_leaves_no_session(
    tmp_path: Path,
) -> None:
    """Nobody would close it: the scheduler counts only on those of attempts that succeeded."""

    async def story(bench: Workbench) -> None:
        def stop(item: object) -> None:
            if isinstance(item, ev.FrameFinished) and item.frame == 3:
                with suppress(StopIteration):
                    bench.backend.stop("1.1").send(None)  # At once, before anything else.

        bench.on_report = stop
        # Looking at big pictures takes longer than making them: all is rendered by then.
        size = {"width": 3200, "height": 1800}
        scene = bench.scene(**size)
        checks = Checks(width=size["width"], height=size["height"])
        outcome = await bench.run(
            make_assignment(scene, bench.output, frames="1-3", checks=checks)
        )
        assert isinstance(outcome, ev.AttemptStopped)
        assert bench.delivered() == [1, 2, 3]
        assert not is_alive(bench.opened()[0].pid)

    on_bench(tmp_path, story)


def test_an_attempt_that_fails_before_it_begins_leaves_no_session_in_its_slot(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1", attempt="1.1"))
        (tmp_path / "file").touch()
        nowhere = tmp_path / "file" / "below"
        outcome = await bench.run(make_assignment(scene, nowhere, frames="2", attempt="1.2"))
        assert isinstance(outcome, ev.AttemptFailed)
        assert not is_alive(bench.opened()[0].pid)

    on_bench(tmp_path, story)


def test_closed_sessions_are_gone_and_the_others_stay(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1", attempt="1.1", slot=0))
        await bench.run(bench.assignment(scene, "2", attempt="1.2", slot=1))
        await bench.backend.close_sessions((0,))
        first, second = (opened.pid for opened in bench.opened())
        assert not is_alive(first)
        assert is_alive(second)

    on_bench(tmp_path, story)


def test_a_renderer_that_cannot_stay_open_starts_anew_for_each_chunk(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1-2", attempt="1.1", card=ONE_CHUNK))
        await bench.run(bench.assignment(scene, "3-4", attempt="1.2", card=ONE_CHUNK))
        assert bench.delivered() == [1, 2, 3, 4]

    on_bench(tmp_path, story)


def test_a_session_works_in_a_folder_of_its_own_that_ends_with_it(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(), "1"))
        assert [home.name for home in tmp_path.glob("homes/*/session-*/")] == ["session-1.1"]

    on_bench(tmp_path, story)
    assert not (tmp_path / "homes").exists()


# ── inspecting ───────────────────────────────────────────────────────────────────────────────


def test_an_inspected_scene_is_not_loaded_again_for_its_first_chunk(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(first=5, last=9, width=32, height=18, fps="30000/1001")
        facts = await bench.backend.inspect(bench.request(scene), threads=1)
        assert isinstance(facts, SceneFacts)
        assert (facts.first, facts.last, facts.width, facts.height) == (5, 9, 32, 18)
        assert facts.fps == "30000/1001"
        assert await bench.backend.inspect(bench.request(scene), threads=1) == facts
        await bench.run(bench.assignment(bench.scene(), "1", slot=3))
        assert bench.opened()[0].seconds == 0

    on_bench(tmp_path, story)


def test_a_scene_that_cannot_be_opened_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        request = bench.request(tmp_path / "nowhere.standin")
        failure = await bench.backend.inspect(request, threads=1)
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.BAD_SCENE
        assert "nowhere.standin" in failure.reason

    on_bench(tmp_path, story)


def test_a_renderer_that_dies_while_it_inspects_is_a_failure(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("crash", at="start", exit_code=4)])
        failure = await bench.backend.inspect(bench.request(scene), threads=1)
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.CRASH

    on_bench(tmp_path, story)


def test_a_renderer_without_sessions_cannot_inspect_and_says_so(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        request = replace(bench.request(bench.scene()), renderer=ONE_CHUNK.name)
        failure = await bench.backend.inspect(request, threads=1)
        assert isinstance(failure, Failure)
        assert "name the frames" in failure.reason

    on_bench(tmp_path, story)


# ── ends ─────────────────────────────────────────────────────────────────────────────────────


def test_closing_ends_live_attempts_as_stopped_and_all_their_processes(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds=60, last=4, ignores_terminate=True)
        await bench.backend.start(bench.assignment(scene, "1-2", attempt="1.1", slot=0))
        await bench.backend.start(bench.assignment(scene, "3-4", attempt="1.2", slot=1))
        await bench.until(lambda: len(bench.opened()) == 2)
        await bench.backend.close()
        assert isinstance(await bench.outcome("1.1"), ev.AttemptStopped)
        assert isinstance(await bench.outcome("1.2"), ev.AttemptStopped)
        assert not any(is_alive(opened.pid) for opened in bench.opened())

    on_bench(tmp_path, story)


def test_a_program_that_cannot_be_found_fails_the_attempt_with_where_was_looked(
    tmp_path: Path,
) -> None:
    def find(_renderer: str, _chosen: str) -> FoundProgram:
        raise FramecrewError("No stand-in found. Looked in: nowhere.")

    async def story(bench: Workbench) -> None:
        bench.find_program = find
        await bench.backend.start(bench.assignment(bench.scene(), "1"))
        failure = await bench.failure()
        assert failure.kind is FailureKind.PROGRAM_MISSING
        assert failure.reason == "No stand-in found. Looked in: nowhere."

    on_bench(tmp_path, story)


@pytest.mark.parametrize("part", ["chunk_message", "session_key"])
def test_a_fault_of_a_card_is_an_outcome_and_leaves_no_process(
    tmp_path: Path, part: str
) -> None:
    def mistaken(*_: object) -> dict[str, object]:
        raise ZeroDivisionError("a card's mistake")

    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1", attempt="1.1"))
        broken: dict[str, Any] = {part: mistaken}
        bench.cards = {**CARDS, RENDERER.name: replace(RENDERER, **broken)}
        await bench.backend.start(bench.assignment(scene, "2", attempt="1.2"))
        failure = await bench.failure("1.2")
        assert "a card's mistake" in failure.reason
        assert any("mistaken" in line for line in failure.evidence)
        assert not is_alive(bench.opened()[0].pid)

    on_bench(tmp_path, story)


HOST = """
    import asyncio, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from workbench import Workbench
    from framecrew.testing import ONE_CHUNK, RENDERER

    async def main():
        bench = Workbench(Path({folder!r}))
        card = {{"session": RENDERER, "one chunk": ONE_CHUNK}}[{card!r}]
        scene = Path({scene!r})
        bench.on_report = lambda item: print(getattr(item, "pid", 0), flush=True)
        await bench.backend.start(bench.assignment(scene, "1-9", card=card))
        await asyncio.sleep(60)

    asyncio.run(main())
"""


@POSIX
@pytest.mark.parametrize("card", ["session", "one chunk"])
def test_when_we_end_by_kill_9_no_renderer_and_no_grandchild_lives_on(
    tmp_path: Path, card: str
) -> None:
    number = tmp_path / "grandchild"
    faults = [
        fault("grandchild", frame=2, pid_file=str(number)),
        fault("hang", frame=3, how="spin"),
    ]
    scene = write_scene(tmp_path / "s.standin", faults=faults, ignores_terminate=True)
    tests = str(Path(__file__).parent.parent)
    program = HOST.format(tests=tests, folder=str(tmp_path), card=card, scene=str(scene))
    host = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
    try:
        grandchild = wait_for_number(number)
        tree = psutil.Process(host.pid).children(recursive=True)
        assert len(tree) >= 2  # The guard and its renderer at least.
    finally:
        host.kill()
        host.wait()
    deadline = time.monotonic() + 2.0
    for pid in (grandchild, *(process.pid for process in tree)):
        assert wait_until_gone(pid, seconds=max(0.0, deadline - time.monotonic()))


def test_the_machine_is_measured_while_an_attempt_runs(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("hang", frame=2, how="spin")], memory=100_000_000)
        await bench.backend.start(bench.assignment(scene, "1-3"))
        await bench.until(lambda: any(is_busy(item) for item in bench.reported))
        await bench.backend.stop("1.1")
        await bench.outcome()

    def is_busy(item: object) -> bool:
        return (
            isinstance(item, ProcessMeasured)
            and item.cpu_percent > 20
            and item.memory_bytes > 50_000_000
        )

    on_bench(tmp_path, story)


def test_memory_is_told_while_it_is_tight_and_once_when_it_is_easy_again(
    tmp_path: Path,
) -> None:
    free = iter([900, 90, 80, 800, 900])
    total = 100 * GIGABYTE

    def read() -> Memory:
        return Memory(total=total, free=next(free, 900) * total // 1000)

    async def tell() -> None:
        told: list[int] = []
        is_easy = asyncio.Event()

        def hear(item: object) -> None:
            if isinstance(item, ev.MemoryMeasured):
                told.append(item.free_bytes * 1000 // item.total_bytes)
                if told[-1] > 100:
                    is_easy.set()

        backend = LocalBackend(
            report=hear,
            logs=tmp_path / "logs",
            homes=tmp_path / "homes",
            find_card=CARDS.__getitem__,
            find_program=lambda _renderer, _chosen: stand_in_program(),
            read_memory=read,
        )
        scene = write_scene(tmp_path / "s.standin")
        await backend.inspect(make_assignment_request(scene, tmp_path), threads=1)
        await is_easy.wait()
        await asyncio.sleep(1.5)
        await backend.close()
        assert told == [90, 80, 800]

    asyncio.run(asyncio.wait_for(tell(), 30))


def make_assignment_request(scene: Path, folder: Path) -> RenderRequest:
    request = make_assignment(scene, folder, frames="1").request
    assert isinstance(request, RenderRequest)
    return request


def test_closing_ends_an_inspection_and_its_process(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(start_seconds=60)
        inspection = asyncio.create_task(bench.backend.inspect(bench.request(scene), threads=1))
        await asyncio.sleep(0.5)
        pids = [child.pid for child in psutil.Process().children(recursive=True)]
        assert len(pids) >= 1
        await bench.backend.close()
        failure = await inspection
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.LOST
        assert not any(is_alive(pid) for pid in pids)

    on_bench(tmp_path, story)


# ── films and full disks ─────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg on PATH")
def test_a_film_is_stitched_from_the_frames_and_published_whole(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(last=12), "1-12", attempt="1.1"))
        film = tmp_path / "films" / "shot.mp4"
        stitch = replace(
            bench.assignment(bench.scene(), "1-12", attempt="1.2"),
            task="film",
            kind=TaskKind.STITCH,
            promises=(),
            traits=ffmpeg.RENDERER.traits,
            request=FilmRequest(
                pictures=str(bench.output / "f_####.png"),
                film=str(film),
                preset="h264",
                fps="24",
                width=64,
                height=36,
            ),
        )
        bench.cards = {**CARDS, "ffmpeg": ffmpeg.RENDERER}
        path = shutil.which("ffmpeg") or ""
        bench.program = FoundProgram(name="ffmpeg", path=path, version="")
        outcome = await bench.run(stitch)
        assert isinstance(outcome, ev.AttemptSucceeded), outcome
        assert film.stat().st_size > 500
        assert [path.name for path in film.parent.iterdir()] == ["shot.mp4"]

    on_bench(tmp_path, story)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg on PATH")
def test_a_film_is_joined_from_its_segments_and_published_whole(tmp_path: Path) -> None:
    path = shutil.which("ffmpeg") or ""
    film, segment = tmp_path / "films" / "shot.mov", tmp_path / "segment.mov"
    drawn = ("-f", "lavfi", "-i", "testsrc2=size=64x36:rate=24", "-frames:v", "6")
    subprocess.run([path, "-v", "error", *drawn, "-c:v", "mjpeg", str(segment)], check=True)

    async def story(bench: Workbench) -> None:
        stitch = replace(
            bench.assignment(bench.scene(), "1-12", attempt="1.1"),
            task="film",
            kind=TaskKind.STITCH,
            promises=(),
            traits=ffmpeg.RENDERER.traits,
            request=JoinRequest(
                segments=(
                    Segment(frames=FrameSet.parse("1-6"), path=str(segment)),
                    Segment(frames=FrameSet.parse("7-12"), path=str(segment)),
                ),
                film=str(film),
            ),
        )
        bench.cards = {**CARDS, "ffmpeg": ffmpeg.RENDERER}
        bench.program = FoundProgram(name="ffmpeg", path=path, version="")
        outcome = await bench.run(stitch)
        assert isinstance(outcome, ev.AttemptSucceeded), outcome
        assert isinstance(examine_film(film, ffmpeg=path, frames=12, fps="24"), FilmFacts)
        assert [path.name for path in film.parent.iterdir()] == ["shot.mov"]

    on_bench(tmp_path, story)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where we may make one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "framecrew", str(place)]
    if not IS_LINUX or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be made by root on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_loses_no_rendered_frame(tmp_path: Path, small_disk: Path) -> None:
    async def story(bench: Workbench) -> None:
        bench.output = small_disk / "out"
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * (1024 * 1024 - 24 * 1024))
        scratch = str(tmp_path / "scratch")
        first = replace(bench.assignment(bench.scene(), "1-9", attempt="1.1"), scratch=scratch)
        await bench.backend.start(first)
        failure = await bench.failure("1.1")
        assert failure.kind is FailureKind.DISK_FULL
        assert str(bench.output) in failure.reason
        assert bench.failed() == {}
        done = sorted(bench.finished())
        assert bench.delivered() == done
        assert len(done) < 9
        filler.unlink()
        left = FrameSet.range(1, 9) - FrameSet.of(done)
        again = replace(
            bench.assignment(bench.scene(), str(left), attempt="1.2"), scratch=scratch
        )
        await bench.run(again)
        assert sorted(bench.finished()) == list(range(1, 10))
        assert bench.delivered() == list(range(1, 10))

    on_bench(tmp_path, story)
    assert not any((tmp_path / "scratch").rglob("*.png"))


def test_what_is_asked_of_a_closed_backend_is_answered_and_starts_nothing(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(), "1", attempt="1.1"))
        await bench.backend.close()
        await bench.backend.start(bench.assignment(bench.scene(), "2", attempt="1.2"))
        assert isinstance(await bench.outcome("1.2"), ev.AttemptStopped)
        answer = await bench.backend.inspect(bench.request(bench.scene()), threads=1)
        assert isinstance(answer, Failure)
        assert bench.delivered() == [1]

    on_bench(tmp_path, story)


# ── staging ──────────────────────────────────────────────────────────────────────────────────


def test_a_staged_scene_is_rendered_from_its_copy_which_is_gone_in_the_end(
    tmp_path: Path,
) -> None:
    opened: list[str] = []

    async def story(bench: Workbench) -> None:
        def look(item: object) -> None:
            if isinstance(item, ev.SessionOpened):
                (chunk,) = bench.output.rglob("chunk.json")
                opened.append(json.loads(chunk.read_text(encoding="utf-8"))["scene"])

        bench.on_report = look
        scene = bench.scene(last=3, seconds=0.2)
        order = replace(bench.assignment(scene, "1-3", card=ONE_CHUNK), stage=True)
        assert isinstance(await bench.run(order), ev.AttemptSucceeded)
        assert sorted(bench.finished()) == [1, 2, 3]
        assert Path(opened[0]).name == scene.name
        assert Path(opened[0]).is_relative_to(tmp_path / "homes")

    on_bench(tmp_path, story)
    assert not (tmp_path / "homes").exists()
