"""A local backend with stand-in renderers, and everything it reported: what tests of rooms work
on."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from framecrew.backends.local import FindProgram, LocalBackend
from framecrew.execution.logs import log_path, read_log
from framecrew.model import events as ev
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure
from framecrew.model.pulses import Pulse
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, Renderer
from framecrew.testing import (
    ONE_CHUNK,
    RENDERER,
    make_assignment,
    read_frame_number,
    stand_in_program,
    write_scene,
)

Outcome = ev.AttemptSucceeded | ev.AttemptFailed | ev.AttemptStopped
PATIENCE_SECONDS = 20.0
CARDS = {card.name: card for card in (RENDERER, ONE_CHUNK)}


class Workbench:
    """Use it as `async with Workbench(tmp_path) as bench`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out"
        self.logs = folder / "logs"
        self.reported: list[ev.Event | Pulse] = []
        self.backend = LocalBackend(
            report=self._hear,
            logs=self.logs,
            homes=folder / "homes",
            find_card=lambda name: self.cards[name],
            find_program=self._find,
        )
        self.cards = CARDS
        self.program: FoundProgram = stand_in_program()
        self.find_program: FindProgram = lambda _renderer, _chosen: self.program
        self.on_report: Callable[[ev.Event | Pulse], None] = lambda _item: None
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.backend.close()

    def scene(self, **values: object) -> Path:
        return write_scene(self.folder / "shot.standin", **values)

    def request(self, scene: Path) -> RenderRequest:
        request = self.assignment(scene, "1").request
        assert isinstance(request, RenderRequest)
        return request

    def assignment(
        self,
        scene: Path,
        frames: str,
        *,
        attempt: str = "1.1",
        slot: int = 0,
        card: Renderer = RENDERER,
    ) -> Assignment:
        return make_assignment(
            scene, self.output, frames=frames, attempt=attempt, slot=slot, card=card
        )

    async def run(self, assignment: Assignment) -> Outcome:
        await self.backend.start(assignment)
        return await self.outcome(assignment.attempt)

    async def outcome(self, attempt: str = "1.1") -> Outcome:
        await self.until(lambda: self._outcomes(attempt) != [])
        outcomes = self._outcomes(attempt)
        assert len(outcomes) == 1
        return outcomes[0]

    async def failure(self, attempt: str = "1.1") -> Failure:
        outcome = await self.outcome(attempt)
        assert isinstance(outcome, ev.AttemptFailed), outcome
        return outcome.failure

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something to be reported; fails when it is not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            self._changed.clear()
            left = deadline - time.monotonic()
            await asyncio.wait_for(self._changed.wait(), left)

    def finished(self) -> list[int]:
        return [item.frame for item in self.reported if isinstance(item, ev.FrameFinished)]

    def failed(self) -> dict[int, Failure]:
        return {
            item.frame: item.failure
            for item in self.reported
            if isinstance(item, ev.FrameFailed)
        }

    def given_back(self) -> list[int]:
        return [
            frame
            for item in self.reported
            if isinstance(item, ev.FramesGivenBack)
            for frame in item.frames
        ]

    def opened(self) -> list[ev.SessionOpened]:
        return [item for item in self.reported if isinstance(item, ev.SessionOpened)]

    def delivered(self) -> list[int]:
        """Frames whose final file is there; each shows its own number, or the test fails."""
        frames = []
        for path in sorted(self.output.glob("*.png")):
            frame = int(path.stem.removeprefix("f_"))
            assert read_frame_number(path) == frame
            frames.append(frame)
        return frames

    def log(self, attempt: str = "1.1") -> list[str]:
        job = int(attempt.partition(".")[0])
        return list(read_log(log_path(self.logs, job=job, attempt=attempt)))

    def _outcomes(self, attempt: str) -> list[Outcome]:
        return [
            item
            for item in self.reported
            if isinstance(item, Outcome) and item.attempt == attempt
        ]

    def _find(self, renderer: str, chosen: str) -> FoundProgram:
        return self.find_program(renderer, chosen)  # As a test has set it by now.

    def _hear(self, item: ev.Event | Pulse) -> None:
        self.reported.append(item)
        self.on_report(item)
        self._changed.set()


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pid: int, *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it ended within that time."""
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def wait_for_number(path: Path) -> int:
    """The process number that a stand-in's fault writes into a file."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text:
            return int(text)
        time.sleep(0.01)
    raise AssertionError(f"{path} was never written")
