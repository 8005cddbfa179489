"""One attempt, with real processes: what is delivered, and what every fault amounts to."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from workbench import Workbench, is_alive, wait_for_number

from framecrew.execution.brake import MOST_WAITING
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import Checks
from framecrew.model.plans import Patience
from framecrew.model.pulses import FrameProgress, LinePrinted
from framecrew.renderers.contract import Renderer
from framecrew.testing import ONE_CHUNK, RENDERER, fault, write_scene

BOTH = pytest.mark.parametrize("card", [RENDERER, ONE_CHUNK], ids=["session", "one chunk"])
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
IMPATIENT = Patience(start=1.0, stall=1.0, finish=1.0, silence=1.0)


def on_bench(folder: Path, story: Callable[[Workbench], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with Workbench(folder) as bench:
            await story(bench)

    asyncio.run(tell())


# ── what is delivered ────────────────────────────────────────────────────────────────────────


@BOTH
def test_every_frame_is_delivered_once_and_shows_its_own_number(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(first=-2, last=20)
        outcome = await bench.run(bench.assignment(scene, "-2-20", card=card))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert sorted(bench.finished()) == list(range(-2, 21))
        assert sorted(bench.delivered()) == list(range(-2, 21))

    on_bench(tmp_path, story)


@BOTH
def test_nothing_but_frames_and_the_log_is_left_behind(tmp_path: Path, card: Renderer) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(), "1-3", card=card))

    on_bench(tmp_path, story)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    frames = {str(Path("out") / f"f_000{frame}.png") for frame in (1, 2, 3)}
    assert left == {"shot.standin", str(Path("logs") / "1" / "1.1.log"), *frames}


@BOTH
def test_frames_are_rendered_in_the_order_asked_for(tmp_path: Path, card: Renderer) -> None:
    async def story(bench: Workbench) -> None:
        order = (9, 1, 5, 3)
        assignment = bench.assignment(bench.scene(lines_per_frame=1), "1,3,5,9", card=card)
        await bench.run(replace(assignment, sequence=order))
        said = [line.rpartition(" ")[2] for line in bench.log() if "line 0 of frame" in line]
        assert said == [str(frame) for frame in order]

    on_bench(tmp_path, story)


def test_only_the_first_frame_of_a_session_is_told_as_first(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene()
        await bench.run(bench.assignment(scene, "1-3", attempt="1.1"))
        await bench.run(bench.assignment(scene, "4-6", attempt="1.2"))
        firsts = [
            item.frame
            for item in bench.reported
            if isinstance(item, ev.FrameFinished) and item.is_first
        ]
        assert firsts == [1]

    on_bench(tmp_path, story)


def test_a_frame_says_how_long_it_took_to_render(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds={"from": 0.05, "to": 0.15}, last=3)
        await bench.run(bench.assignment(scene, "1-3"))
        times = {
            item.frame: item.seconds
            for item in bench.reported
            if isinstance(item, ev.FrameFinished)
        }
        assert times[1] >= 0.05
        assert times[3] >= 0.15

    on_bench(tmp_path, story)


# ── faults ───────────────────────────────────────────────────────────────────────────────────

FRAME_FAULTS = [
    (fault("truncated", frame=3), FailureKind.BAD_OUTPUT),
    (fault("wrong_size", frame=3), FailureKind.BAD_OUTPUT),
    (fault("black", frame=3), FailureKind.BAD_OUTPUT),
    (fault("skip", frame=3), FailureKind.SKIPPED_FRAME),
    (fault("complaint", frame=3, failure="script_error", text="no"), FailureKind.SCRIPT_ERROR),
    (fault("complaint", frame=3, failure="out_of_memory", text="x"), FailureKind.OUT_OF_MEMORY),
    (
        fault("complaint", frame=3, failure="missing_library", text="x"),
        FailureKind.MISSING_LIBRARY,
    ),
]


@BOTH
@pytest.mark.parametrize(("wrong", "kind"), FRAME_FAULTS, ids=lambda one: str(one)[:60])
def test_a_frame_gone_wrong_fails_alone_and_is_never_published(
    tmp_path: Path, card: Renderer, wrong: dict[str, object], kind: FailureKind
) -> None:
    async def story(bench: Workbench) -> None:
        assignment = bench.assignment(bench.scene(faults=[wrong]), "1-5", card=card)
        checks = Checks(width=64, height=36, not_black=True)
        promise = replace(assignment.promises[0], checks=checks)
        outcome = await bench.run(replace(assignment, promises=(promise,)))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert {frame: one.kind for frame, one in bench.failed().items()} == {3: kind}
        assert sorted(bench.finished()) == [1, 2, 4, 5]
        assert bench.delivered() == [1, 2, 4, 5]

    on_bench(tmp_path, story)


def test_a_session_that_fails_a_frame_goes_on_with_the_next(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("fail", frame=2, failure="script_error", text="line 3 of rig.py")
        await bench.run(bench.assignment(bench.scene(faults=[wrong]), "1-3"))
        assert bench.failed()[2].kind is FailureKind.SCRIPT_ERROR
        assert bench.failed()[2].reason == "line 3 of rig.py"
        assert bench.delivered() == [1, 3]

    on_bench(tmp_path, story)


@BOTH
def test_an_error_without_a_name_is_cleared_by_a_whole_file(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("complaint", frame=2, text="something about a cursor")
        await bench.run(bench.assignment(bench.scene(faults=[wrong]), "1-3", card=card))
        assert bench.delivered() == [1, 2, 3]

    on_bench(tmp_path, story)


def test_a_complaint_explains_a_broken_file_better_than_the_file(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        faults = [
            fault(
                "complaint", frame=2, severity="fatal", failure="gpu_lost", text="device lost"
            ),
            fault("truncated", frame=2),
        ]
        outcome = await bench.run(bench.assignment(bench.scene(faults=faults), "1-3"))
        assert isinstance(outcome, ev.AttemptFailed)
        assert bench.failed()[2].kind is FailureKind.GPU_LOST

    on_bench(tmp_path, story)


def test_a_kind_that_was_allowed_fails_nothing(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault(
            "complaint", frame=2, failure="missing_asset", text="wood.png is not there"
        )
        assignment = bench.assignment(bench.scene(faults=[wrong]), "1-3")
        await bench.run(replace(assignment, allowed=(FailureKind.MISSING_ASSET,)))
        assert bench.delivered() == [1, 2, 3]
        warnings = [
            item.text
            for item in bench.reported
            if isinstance(item, LinePrinted) and item.is_warning
        ]
        assert warnings == ["wood.png is not there"]

    on_bench(tmp_path, story)


@BOTH
def test_a_fatal_line_fails_the_attempt_whatever_follows(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("complaint", frame=2, severity="fatal", failure="licence", text="no seat")
        assignment = bench.assignment(bench.scene(faults=[wrong]), "1-3", card=card)
        await bench.backend.start(assignment)
        assert (await bench.failure()).kind is FailureKind.LICENCE
        assert 2 not in bench.delivered()

    on_bench(tmp_path, story)


@POSIX
@BOTH
def test_a_crash_costs_only_the_frames_not_yet_published(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("crash", frame=4, signal="SIGSEGV")
        outcome = await bench.run(
            bench.assignment(bench.scene(faults=[wrong]), "1-6", card=card)
        )
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.failure.kind is FailureKind.CRASH
        assert outcome.suspect == 4
        assert bench.delivered() == [1, 2, 3]
        assert sorted(bench.finished()) == [1, 2, 3]

    on_bench(tmp_path, story)


@BOTH
def test_an_exit_code_in_mid_chunk_is_a_failure_with_its_suspect(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("crash", frame=2, exit_code=0)
        outcome = await bench.run(
            bench.assignment(bench.scene(faults=[wrong]), "1-3", card=card)
        )
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.suspect == 2
        assert bench.delivered() == [1]

    on_bench(tmp_path, story)


@BOTH
def test_a_renderer_that_dies_while_it_loads_fails_the_attempt(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("crash", at="start", exit_code=9)])
        outcome = await bench.run(bench.assignment(scene, "1-3", card=card))
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.suspect is None
        assert bench.opened() == []

    on_bench(tmp_path, story)


@BOTH
def test_a_refusal_is_told_in_the_renderers_own_words(tmp_path: Path, card: Renderer) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("refuse", failure="bad_request", text="no camera Cam2; there are: Cam1")
        await bench.backend.start(bench.assignment(bench.scene(faults=[wrong]), "1", card=card))
        failure = await bench.failure()
        assert failure.kind is FailureKind.BAD_REQUEST
        assert "no camera Cam2; there are: Cam1" in failure.reason

    on_bench(tmp_path, story)


@BOTH
def test_a_program_that_is_not_there_is_named(tmp_path: Path, card: Renderer) -> None:
    async def story(bench: Workbench) -> None:
        bench.program = replace(bench.program, path=str(tmp_path / "no such program"))
        await bench.backend.start(bench.assignment(bench.scene(), "1", card=card))
        failure = await bench.failure()
        assert failure.kind is FailureKind.PROGRAM_MISSING
        assert "no such program" in failure.reason

    on_bench(tmp_path, story)


def test_frames_a_session_said_nothing_of_are_skipped_frames(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("no_claim", frame=2)])
        await bench.run(bench.assignment(scene, "1-3"))
        assert {frame: one.kind for frame, one in bench.failed().items()} == {
            2: FailureKind.SKIPPED_FRAME
        }
        assert bench.delivered() == [1, 3]

    on_bench(tmp_path, story)


def test_a_renderer_that_never_tells_of_frames_is_believed_by_its_files(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("no_claim"), fault("truncated", frame=2)])
        outcome = await bench.run(bench.assignment(scene, "1-4", card=ONE_CHUNK))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert bench.delivered() == [1, 3, 4]
        assert bench.failed()[2].kind is FailureKind.BAD_OUTPUT

    on_bench(tmp_path, story)


@POSIX
def test_of_a_silent_renderer_that_crashed_the_newest_file_is_not_trusted(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        faults = [fault("no_claim"), fault("crash", frame=4)]
        scene = bench.scene(faults=faults, seconds=0.02)
        outcome = await bench.run(bench.assignment(scene, "1-6", card=ONE_CHUNK))
        assert isinstance(outcome, ev.AttemptFailed)
        assert bench.delivered() == [1, 2]

    on_bench(tmp_path, story)


def test_a_frame_that_was_broken_once_is_good_the_next_time(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("truncated", frame=2, once=str(tmp_path / "lied"))
        scene = bench.scene(faults=[wrong])
        await bench.run(bench.assignment(scene, "1-3", attempt="1.1"))
        assert bench.delivered() == [1, 3]
        await bench.run(bench.assignment(scene, "2", attempt="1.2"))
        assert bench.delivered() == [1, 2, 3]

    on_bench(tmp_path, story)


def test_a_slowly_written_file_is_published_whole_or_not_at_all(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("slow_writer", seconds=0.1)])
        seen: list[list[int]] = []
        bench.on_report = lambda _item: seen.append(bench.delivered())
        await bench.run(bench.assignment(scene, "1-3"))
        assert seen[-1] == [1, 2, 3]  # `delivered` has read every file whole each time.

    on_bench(tmp_path, story)


@pytest.mark.slow
@BOTH
def test_a_renderer_does_not_work_far_ahead_of_a_slow_destination(
    tmp_path: Path, card: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a brake, nearly all frames are rendered before the first tenth is delivered."""
    wait_for_the_disk = os.fsync

    def slow(number: int) -> None:
        time.sleep(0.05)
        wait_for_the_disk(number)

    monkeypatch.setattr(os, "fsync", slow)

    async def story(bench: Workbench) -> None:
        waiting: list[int] = []

        def look(item: object) -> None:
            if isinstance(item, ev.FrameFinished):
                waiting.append(len(list(bench.output.glob(".framecrew-*/*/*.png"))))

        bench.on_report = look
        order = bench.assignment(bench.scene(seconds=0.01), "1-120", card=card)
        await bench.run(replace(order, patience=Patience(stall=0.5)))
        assert bench.delivered() == list(range(1, 121))
        assert max(waiting) < 70
        told = [item.text for item in bench.reported if isinstance(item, LinePrinted)]
        # On a busy machine it may be slow enough by itself.
        is_told = any("stands still meanwhile" in text for text in told)
        assert is_told or max(waiting) <= MOST_WAITING

    on_bench(tmp_path, story)


@POSIX
def test_a_renderer_that_stands_still_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _number: go_on.wait())

    def is_told(item: object) -> bool:
        return isinstance(item, LinePrinted) and "stands still" in item.text

    async def story(bench: Workbench) -> None:
        order = bench.assignment(bench.scene(seconds=0.05), "1-99", card=ONE_CHUNK)
        await bench.backend.start(order)
        try:
            await bench.until(lambda: any(map(is_told, bench.reported)))
            (guard,) = psutil.Process().children()
            (renderer,) = guard.children()
            assert renderer.status() == psutil.STATUS_STOPPED
            await bench.backend.stop("1.1")
        finally:
            go_on.set()
        assert isinstance(await bench.outcome(), ev.AttemptStopped)
        assert not is_alive(renderer.pid)

    on_bench(tmp_path, story)


# ── lines ────────────────────────────────────────────────────────────────────────────────────


@BOTH
def test_long_lines_and_bytes_that_are_no_text_hurt_nothing(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        faults = [fault("long_line", frame=1), fault("bad_bytes", frame=2)]
        await bench.run(bench.assignment(bench.scene(faults=faults), "1-3", card=card))
        assert bench.delivered() == [1, 2, 3]
        log = "\n".join(bench.log())
        assert "more bytes of this line were left out" in log
        assert "\ufffd" in log

    on_bench(tmp_path, story)


@BOTH
def test_every_line_of_a_chatty_renderer_is_in_the_log_and_few_are_shown(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(lines_per_frame=4000)
        await bench.run(bench.assignment(scene, "1-5", card=card))
        assert bench.delivered() == [1, 2, 3, 4, 5]
        assert sum("of frame 5" in line for line in bench.log()) == 4000
        shown = [item for item in bench.reported if isinstance(item, LinePrinted)]
        assert 0 < len(shown) < 1000

    on_bench(tmp_path, story)


def test_marks_are_not_in_the_log(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(lines_per_frame=1), "1-3"))
        assert len(bench.log()) == 3

    on_bench(tmp_path, story)


def test_many_tiny_frames_give_few_progress_pulses(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.run(bench.assignment(bench.scene(last=200), "1-200"))
        pulses = [item for item in bench.reported if isinstance(item, FrameProgress)]
        assert 0 < len(pulses) < 50

    on_bench(tmp_path, story)


# ── hangs and limits ─────────────────────────────────────────────────────────────────────────

HANGS = [
    ("start", "sleep", FailureKind.START_HANG),
    ("start", "spin", FailureKind.START_HANG),
    ("frame", "sleep", FailureKind.STALL),
    ("frame", "spin", FailureKind.STALL),
]


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize(("at", "how", "kind"), HANGS)
def test_a_hang_is_ended_and_told_with_its_evidence(
    tmp_path: Path, card: Renderer, at: str, how: str, kind: FailureKind
) -> None:
    async def story(bench: Workbench) -> None:
        particulars = {"frame": 3} if at == "frame" else {}
        scene = bench.scene(faults=[fault("hang", at=at, how=how, **particulars)])
        assignment = bench.assignment(scene, "1-4", card=card)
        outcome = await bench.run(replace(assignment, patience=IMPATIENT))
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.failure.kind is kind
        assert outcome.suspect == (3 if at == "frame" else None)
        assert bench.delivered() == ([1, 2] if at == "frame" else [])

    on_bench(tmp_path, story)


@pytest.mark.slow
def test_a_renderer_that_computes_in_silence_is_left_alone(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("hang", frame=2, how="spin")])
        assignment = replace(
            bench.assignment(scene, "1-3"), patience=Patience(start=1.0, stall=1.0)
        )
        await bench.backend.start(assignment)
        await bench.until(lambda: bench.finished() == [1])
        await asyncio.sleep(4.0)
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)

    on_bench(tmp_path, story)


@pytest.mark.slow
def test_a_renderer_that_does_not_leave_after_its_work_is_ended(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("hang", at="exit")])
        assignment = bench.assignment(scene, "1-3", card=ONE_CHUNK)
        outcome = await bench.run(replace(assignment, patience=IMPATIENT))
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.failure.kind is FailureKind.EXIT_HANG
        assert bench.delivered() == [1, 2, 3]

    on_bench(tmp_path, story)


@pytest.mark.slow
def test_a_session_beyond_its_memory_limit_is_ended_with_numbers(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(
            seconds=0.2, faults=[fault("grow", frame=3, bytes=200_000_000)], last=40
        )
        assignment = bench.assignment(scene, "1-40")
        await bench.backend.start(replace(assignment, memory_limit=150_000_000))
        failure = await bench.failure()
        assert failure.kind is FailureKind.OUT_OF_MEMORY
        assert "more than the limit of 150,000,000" in failure.reason
        assert 1 in bench.delivered()

    on_bench(tmp_path, story)


@pytest.mark.slow
def test_a_session_that_leaks_is_opened_anew_for_the_next_chunk(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        wrong = fault("grow", frame=8, bytes=300_000_000)
        scene = bench.scene(seconds=0.3, last=9, faults=[wrong])
        await bench.run(bench.assignment(scene, "1-10", attempt="1.1"))
        await bench.run(bench.assignment(scene, "1-2", attempt="1.2"))
        first, second = bench.opened()
        assert first.pid != second.pid
        assert second.seconds > 0

    on_bench(tmp_path, story)


# ── stopping and giving back ─────────────────────────────────────────────────────────────────


@POSIX
@BOTH
def test_stop_ends_a_stubborn_renderer_and_its_grandchild(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        number = tmp_path / "grandchild"
        faults = [
            fault("grandchild", frame=2, pid_file=str(number)),
            fault("hang", frame=3, how="sleep"),
        ]
        scene = bench.scene(ignores_terminate=True, faults=faults)
        await bench.backend.start(bench.assignment(scene, "1-4", card=card))
        grandchild = await asyncio.to_thread(wait_for_number, number)
        await bench.until(lambda: sorted(bench.finished()) == [1, 2])
        assert is_alive(grandchild)
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)
        assert not is_alive(grandchild)
        assert bench.delivered() == [1, 2]

    on_bench(tmp_path, story)


@POSIX
def test_what_a_renderer_leaves_running_does_not_outlive_its_attempt(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        number = tmp_path / "grandchild"
        scene = bench.scene(faults=[fault("grandchild", frame=2, pid_file=str(number))])
        outcome = await bench.run(bench.assignment(scene, "1-3", card=ONE_CHUNK))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert not is_alive(wait_for_number(number))

    on_bench(tmp_path, story)


def test_stop_while_a_session_opens_ends_the_attempt(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(start_seconds=60)
        await bench.backend.start(bench.assignment(scene, "1-3"))
        await asyncio.sleep(0.3)
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)

    on_bench(tmp_path, story)


def test_stop_right_after_the_start_is_not_forgotten(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        await bench.backend.start(bench.assignment(bench.scene(seconds=60), "1-3"))
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)

    on_bench(tmp_path, story)


@POSIX
def test_a_session_ended_by_kill_9_in_mid_frame_costs_only_unpublished_frames(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds=0.1, last=50)
        await bench.backend.start(bench.assignment(scene, "1-50"))
        await bench.until(lambda: len(bench.finished()) >= 3)
        psutil.Process(bench.opened()[0].pid).kill()
        outcome = await bench.outcome()
        assert isinstance(outcome, ev.AttemptFailed)
        assert outcome.failure.kind is FailureKind.CRASH
        assert bench.delivered() == sorted(bench.finished())
        left = FrameSet.range(1, 50) - FrameSet.of(bench.finished())
        again = bench.assignment(scene, str(left), attempt="1.2")
        await bench.backend.start(replace(again, request=bench.request(write_fast(scene))))
        assert isinstance(await bench.outcome("1.2"), ev.AttemptSucceeded)
        assert bench.delivered() == list(range(1, 51))
        assert len(bench.finished()) == 50

    on_bench(tmp_path, story)


def write_fast(scene: Path) -> Path:
    return write_scene(scene.with_name("fast.standin"), last=50)


def test_giving_back_neither_loses_nor_doubles_a_frame(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds=0.01, last=60)
        await bench.backend.start(bench.assignment(scene, "1-60"))
        await bench.until(lambda: len(bench.finished()) >= 2)
        await bench.backend.take_back("1.1", FrameSet.range(2, 12))
        await bench.backend.take_back("1.1", FrameSet.range(50, 60))
        assert isinstance(await bench.outcome(), ev.AttemptSucceeded)
        assert {55, 60} <= set(bench.given_back())
        together = [*bench.finished(), *bench.given_back()]
        assert sorted(together) == list(range(1, 61))
        assert bench.delivered() == sorted(bench.finished())

    on_bench(tmp_path, story)


def test_frames_wanted_back_while_the_session_opens_are_given_at_once(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(start_seconds=0.3)
        await bench.backend.start(bench.assignment(scene, "1-6"))
        await bench.backend.take_back("1.1", FrameSet.range(4, 9))
        await bench.outcome()
        assert bench.given_back() == [4, 5, 6]
        assert bench.delivered() == [1, 2, 3]

    on_bench(tmp_path, story)


def test_a_renderer_that_cannot_give_back_says_so(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(seconds=0.05)
        await bench.backend.start(bench.assignment(scene, "1-6", card=ONE_CHUNK))
        await bench.until(lambda: len(bench.finished()) >= 1)
        await bench.backend.take_back("1.1", FrameSet.range(5, 6))
        await bench.outcome()
        answers = [item for item in bench.reported if isinstance(item, ev.FramesGivenBack)]
        assert [len(answer.frames) for answer in answers] == [0]
        assert bench.delivered() == [1, 2, 3, 4, 5, 6]

    on_bench(tmp_path, story)


# ── delivery ─────────────────────────────────────────────────────────────────────────────────


def test_a_whole_frame_that_could_not_be_delivered_is_delivered_without_rendering_it_again(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        bench.output.mkdir()

        def break_the_output(item: object) -> None:
            if isinstance(item, ev.SessionOpened) and bench.output.is_dir():
                bench.output.rmdir()
                bench.output.write_text("in the way", encoding="utf-8")

        bench.on_report = break_the_output
        scratch = str(tmp_path / "scratch")
        first = bench.assignment(bench.scene(seconds=0.05), "1-3", attempt="1.1")
        await bench.backend.start(replace(first, scratch=scratch))
        assert (await bench.failure("1.1")).kind is FailureKind.OUTPUT_NOT_WRITABLE
        assert bench.failed() == {}
        bench.on_report = lambda _item: None
        bench.output.unlink()
        again = bench.assignment(
            write_scene(tmp_path / "refusing.standin", faults=[fault("refuse")]),
            "1",
            attempt="1.2",
        )
        await bench.backend.start(replace(again, scratch=scratch))
        assert isinstance(await bench.outcome("1.2"), ev.AttemptSucceeded)
        assert bench.delivered() == [1]

    on_bench(tmp_path, story)


def test_an_output_folder_that_cannot_be_made_fails_before_anything_is_rendered(
    tmp_path: Path,
) -> None:
    async def story(bench: Workbench) -> None:
        bench.output.write_text("in the way", encoding="utf-8")
        await bench.backend.start(bench.assignment(bench.scene(), "1-3"))
        assert (await bench.failure()).kind is FailureKind.OUTPUT_NOT_WRITABLE
        assert bench.opened() == []

    on_bench(tmp_path, story)


@BOTH
def test_a_renderer_that_floods_us_with_lines_can_be_stopped(
    tmp_path: Path, card: Renderer
) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(lines_per_frame=2_000_000, ignores_terminate=True)
        await bench.backend.start(bench.assignment(scene, "1-3", card=card))
        await bench.until(lambda: any(isinstance(item, LinePrinted) for item in bench.reported))
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)

    on_bench(tmp_path, story)


@pytest.mark.slow
@POSIX
def test_a_renderer_that_closes_its_output_still_delivers(tmp_path: Path) -> None:
    async def story(bench: Workbench) -> None:
        scene = bench.scene(faults=[fault("mute", frame=2)])
        outcome = await bench.run(bench.assignment(scene, "1-6"))
        assert isinstance(outcome, ev.AttemptSucceeded)
        assert bench.delivered() == [1, 2, 3, 4, 5, 6]

    on_bench(tmp_path, story)
