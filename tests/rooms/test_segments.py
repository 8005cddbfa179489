"""One segment of a film: progress while it renders, and done when its file was decoded."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import pytest
from workbench import Workbench, is_alive, wait_until_gone

from framecrew.execution.proving import find_defect, proof_path
from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.attempts import Assignment
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import DefectKind, Segment
from framecrew.model.pulses import FrameProgress
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, ProgramFlavour, Renderer
from framecrew.renderers.ffmpeg import RENDERER as FFMPEG_CARD
from framecrew.testing import ONE_CHUNK, RENDERER, fault, stand_in_program, write_scene

P = ParamSpec("P")

FFMPEG = shutil.which("ffmpeg") or ""

pytestmark = pytest.mark.skipif(not FFMPEG, reason="no ffmpeg here")

BOTH = pytest.mark.parametrize("card", [RENDERER, ONE_CHUNK], ids=["session", "one chunk"])


class Cutting(Workbench):
    """A workbench that renders segments."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.cards = {**self.cards, FFMPEG_CARD.name: FFMPEG_CARD}
        self.ffmpeg = FoundProgram(name="ffmpeg", path=FFMPEG, version="5.1")
        self.find_program = lambda renderer, _chosen: (
            self.ffmpeg if renderer == "ffmpeg" else stand_in_program()
        )

    def segment(
        self, card: Renderer = ONE_CHUNK, *, ending: str = ".mkv", **scene: object
    ) -> Assignment:
        """Frames 5 to 12 of a scene."""
        order = self.assignment(self.scene(**scene), "5-12", card=card)
        assert isinstance(order.request, RenderRequest)
        path = self.output / f"segment_0005-0012{ending}"
        return replace(
            order,
            promises=(),
            request=replace(order.request, made=f"f_####{ending}"),
            segment=Segment(frames=order.frames, path=str(path), width=64, height=36),
        )

    def published(self) -> list[str]:
        names = self.output.rglob("*") if self.output.exists() else ()
        return sorted(path.name for path in names if path.is_file())


def in_a_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    @wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        async def tell() -> None:
            await test(*arguments, **named)

        asyncio.run(tell())

    return run


def segment_of(order: Assignment) -> Segment:
    assert order.segment is not None
    return order.segment


@BOTH
@pytest.mark.parametrize("ending", [".mkv", ".mp4", ".mov", ".avi"])
@in_a_loop
async def test_a_segment_is_decoded_published_and_then_its_frames_are_finished(
    tmp_path: Path, card: Renderer, ending: str
) -> None:
    async with Cutting(tmp_path) as bench:
        order = bench.segment(card, ending=ending)
        assert isinstance(await bench.run(order), ev.AttemptSucceeded)
        assert bench.finished() == list(range(5, 13))
        name = f"segment_0005-0012{ending}"
        assert bench.published() == [name, f"{name}.proof.json"]
        assert find_defect(segment_of(order), ffmpeg=FFMPEG) is None
        proof = json.loads(proof_path(segment_of(order)).read_text())
        assert proof["frames"] == 8
        assert proof["bytes"] == Path(segment_of(order).path).stat().st_size


@BOTH
@in_a_loop
async def test_what_a_renderer_says_of_frames_is_progress_until_the_file_is_proved(
    tmp_path: Path, card: Renderer
) -> None:
    async with Cutting(tmp_path) as bench:
        order = bench.segment(card, seconds=0.25)
        assert isinstance(await bench.run(order), ev.AttemptSucceeded)
        told = [type(item) for item in bench.reported]
        first = told.index(ev.FrameFinished)
        seen = {item.frame for item in bench.reported if isinstance(item, FrameProgress)}
        assert len(seen) >= 6
        assert FrameProgress in told[:first]
        assert FrameProgress not in told[first:]
        finished = [item for item in bench.reported if isinstance(item, ev.FrameFinished)]
        assert all(0.2 < item.seconds < 2.0 for item in finished)
        assert [item.is_first for item in finished] == [True] + [False] * 7


@BOTH
@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        (fault("truncated"), FailureKind.BAD_OUTPUT, "segment_0005-0012.mkv"),
        (fault("skip", frame=7), FailureKind.BAD_OUTPUT, "wanted 8 frames, found 7"),
        (fault("crash", frame=9), FailureKind.CRASH, ""),
        (fault("fail", frame=9, failure="gpu_lost"), FailureKind.GPU_LOST, ""),
        (
            fault("complaint", frame=6, failure="missing_asset", text="no wood"),
            FailureKind.MISSING_ASSET,
            "no wood",
        ),
        (fault("other_ending", ending=".avi"), FailureKind.BAD_REQUEST, "12.avi"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
@in_a_loop
async def test_a_segment_that_went_wrong_finishes_no_frame_and_publishes_nothing(
    tmp_path: Path, card: Renderer, what: dict[str, object], kind: FailureKind, words: str
) -> None:
    async with Cutting(tmp_path) as bench:
        await bench.run(bench.segment(card, faults=[what]))
        failure = await bench.failure()
        assert failure.kind is kind
        assert words in failure.reason
        assert bench.finished() == []
        assert bench.failed() == {}
        assert bench.published() == []


@in_a_loop
async def test_a_segment_of_another_size_is_not_the_one_that_was_asked_for(
    tmp_path: Path,
) -> None:
    async with Cutting(tmp_path) as bench:
        await bench.run(bench.segment(width=80))
        failure = await bench.failure()
        assert failure.kind is FailureKind.BAD_OUTPUT
        assert "wanted 64x36 pixels, found 80x36" in failure.reason


@in_a_loop
async def test_a_segment_of_another_rate_is_what_all_of_them_would_be(tmp_path: Path) -> None:
    async with Cutting(tmp_path) as bench:
        order = bench.segment(fps="30", ending=".mov")
        segment = replace(segment_of(order), fps="25")
        await bench.run(replace(order, segment=segment))
        failure = await bench.failure()
        assert failure.kind is FailureKind.BAD_REQUEST
        assert "30 frames/s, wanted 25" in failure.reason


@BOTH
@in_a_loop
async def test_frames_nothing_was_said_of_are_in_the_file(
    tmp_path: Path, card: Renderer
) -> None:
    async with Cutting(tmp_path) as bench:
        order = bench.segment(card, faults=[fault("no_claim")])
        assert isinstance(await bench.run(order), ev.AttemptSucceeded)
        assert bench.finished() == list(range(5, 13))


@in_a_loop
async def test_a_renderer_that_does_not_leave_after_a_whole_segment_loses_nothing(
    tmp_path: Path,
) -> None:
    async with Cutting(tmp_path) as bench:
        order = bench.segment(faults=[fault("hang", at="exit")])
        patience = replace(order.patience, finish=0.5)
        await bench.run(replace(order, patience=patience))
        assert (await bench.failure()).kind is FailureKind.EXIT_HANG
        assert bench.finished() == list(range(5, 13))


@in_a_loop
async def test_without_an_ffmpeg_nothing_is_rendered(tmp_path: Path) -> None:
    async with Cutting(tmp_path) as bench:
        bench.ffmpeg = FoundProgram(
            name="ffmpeg",
            path="/nowhere/python",
            version="",
            flavour=ProgramFlavour.PYTHON_MODULE,
        )
        await bench.run(bench.segment())
        assert (await bench.failure()).kind is FailureKind.PROGRAM_MISSING
        assert not bench.opened()


@in_a_loop
async def test_a_stop_ends_a_segment_without_publishing_it(tmp_path: Path) -> None:
    async with Cutting(tmp_path) as bench:
        await bench.backend.start(bench.segment(seconds=1.0))
        await bench.until(lambda: bool(bench.opened()))
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)
        assert bench.published() == []


# ── finished aside ────────────────────────────────────────────────────────────────────────────


def freed(bench: Cutting) -> list[str]:
    return [item.attempt for item in bench.reported if isinstance(item, ev.SlotFreed)]


def next_one(bench: Cutting, order: Assignment) -> Assignment:
    """Frames 13 to 20 of the same."""
    frames = FrameSet.range(13, 20)
    path = str(bench.output / "segment_0013-0020.mkv")
    return replace(
        order,
        attempt="1.2",
        frames=frames,
        sequence=tuple(frames),
        segment=replace(segment_of(order), frames=frames, path=path),
    )


@in_a_loop
async def test_a_session_renders_the_next_segment_while_the_last_is_finished(
    tmp_path: Path,
) -> None:
    async with Cutting(tmp_path) as bench:
        first = bench.segment(RENDERER, flush_seconds=1.5)
        second = next_one(bench, first)
        await bench.backend.start(first)
        await bench.until(lambda: freed(bench) == ["1.1"])
        assert bench.finished() == []
        await bench.backend.start(second)
        for attempt in ("1.2", "1.1"):
            assert isinstance(await bench.outcome(attempt), ev.AttemptSucceeded)
        assert len({opened.pid for opened in bench.opened()}) == 1
        told = [
            (item.attempt, type(item))
            for item in bench.reported
            if isinstance(item, ev.SessionOpened | ev.AttemptSucceeded)
        ]
        assert told.index(("1.2", ev.SessionOpened)) < told.index(("1.1", ev.AttemptSucceeded))
        assert sorted(bench.finished()) == list(range(5, 21))
        for order in (first, second):
            assert find_defect(segment_of(order), ffmpeg=FFMPEG) is None


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        (
            fault("fail", at="file", failure="disk_full", text="no space"),
            "disk_full",
            "no space",
        ),
        (fault("crash", at="file"), "crash", ""),
        (fault("truncated"), "bad_output", "segment_0005-0012.mkv"),
    ],
    ids=["told", "crash", "truncated"],
)
@in_a_loop
async def test_a_segment_whose_file_goes_wrong_after_its_slot_was_freed_is_not_there(
    tmp_path: Path, what: dict[str, object], kind: str, words: str
) -> None:
    async with Cutting(tmp_path) as bench:
        await bench.run(bench.segment(RENDERER, flush_seconds=0.1, faults=[what]))
        failure = await bench.failure()
        assert freed(bench) == ["1.1"]
        assert failure.kind == kind
        assert words in failure.reason
        assert bench.finished() == []
        assert bench.published() == []


@in_a_loop
async def test_a_stop_ends_a_session_that_only_finishes_a_segment(tmp_path: Path) -> None:
    async with Cutting(tmp_path) as bench:
        await bench.backend.start(bench.segment(RENDERER, flush_seconds=60.0))
        await bench.until(lambda: freed(bench) == ["1.1"])
        await bench.backend.stop("1.1")
        assert isinstance(await bench.outcome(), ev.AttemptStopped)
        assert not is_alive(bench.opened()[0].pid)
        assert bench.published() == []


@in_a_loop
async def test_a_stop_ends_a_session_that_renders_one_segment_and_finishes_another(
    tmp_path: Path,
) -> None:
    async with Cutting(tmp_path) as bench:
        seconds = [0.0] * 12 + [60.0] * 8
        first = bench.segment(RENDERER, flush_seconds=60.0, last=20, seconds=seconds)
        await bench.backend.start(first)
        await bench.until(lambda: freed(bench) == ["1.1"])
        await bench.backend.start(next_one(bench, first))
        await bench.until(lambda: len(bench.opened()) == 2)
        for attempt in ("1.1", "1.2"):
            await bench.backend.stop(attempt)
        for attempt in ("1.1", "1.2"):
            assert isinstance(await bench.outcome(attempt), ev.AttemptStopped)
        assert not is_alive(bench.opened()[0].pid)
        assert bench.published() == []


@in_a_loop
async def test_a_session_of_another_scene_waits_for_nobodys_file(tmp_path: Path) -> None:
    """Both are finished: the one that has no next chunk leaves when its file is whole."""
    async with Cutting(tmp_path) as bench:
        first = bench.segment(RENDERER, flush_seconds=1.0)
        await bench.backend.start(first)
        await bench.until(lambda: freed(bench) == ["1.1"])
        scene = write_scene(tmp_path / "other.standin")
        await bench.run(bench.assignment(scene, "1-2", attempt="2.1"))
        assert freed(bench) == ["1.1"]
        assert isinstance(await bench.outcome("2.1"), ev.AttemptSucceeded)
        assert isinstance(await bench.outcome("1.1"), ev.AttemptSucceeded)
        assert find_defect(segment_of(first), ffmpeg=FFMPEG) is None
        left, stays = (opened.pid for opened in bench.opened())
        assert wait_until_gone(left)
        assert is_alive(stays)


# ── known again ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def delivered(tmp_path: Path) -> Segment:
    """A segment that stands there, proved."""

    async def run() -> Segment:
        async with Cutting(tmp_path) as bench:
            order = bench.segment()
            await bench.run(order)
            return segment_of(order)

    return asyncio.run(run())


def test_a_proved_segment_is_known_by_its_digest_without_ffmpeg(delivered: Segment) -> None:
    assert find_defect(delivered, ffmpeg="/nowhere") is None


def test_a_segment_that_changed_after_its_proof_is_not_kept(delivered: Segment) -> None:
    path = Path(delivered.path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    defect = find_defect(delivered, ffmpeg=FFMPEG)
    assert defect is not None
    assert "not the file that was proved" in defect.reason


@pytest.mark.parametrize("text", ["", "{", '{"digest": 3}', None])
def test_a_segment_without_a_readable_proof_is_decoded_again(
    delivered: Segment, text: str | None
) -> None:
    proof = proof_path(delivered)
    if text is None:
        proof.unlink()
    else:
        proof.write_text(text)
    assert find_defect(delivered, ffmpeg=FFMPEG) is None
    path = Path(delivered.path)
    path.write_bytes(path.read_bytes()[:-300])
    defect = find_defect(delivered, ffmpeg=FFMPEG)
    assert defect is not None
    assert defect.kind in {DefectKind.TRUNCATED, DefectKind.UNREADABLE}


def test_a_proof_of_other_frames_is_none(delivered: Segment) -> None:
    shorter = replace(delivered, frames=delivered.frames.take(5))
    defect = find_defect(shorter, ffmpeg=FFMPEG)
    assert defect is not None
    assert "8 frames, wanted 5" in defect.reason
