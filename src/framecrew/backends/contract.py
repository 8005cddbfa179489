"""The contract of a backend: where attempts run, here or elsewhere.

A backend reports all that happens through the function it was made with, on the event loop's
thread. Every started attempt gets exactly one outcome (AttemptSucceeded, AttemptFailed or
AttemptStopped), and gets it only when its process tree has been seen dead or is idle: a retry
never meets the process it replaces. One that was told as `SlotFreed` has none any more: its
session is idle or another attempt's, and nothing writes to its file.
"""

from collections.abc import Collection
from typing import Protocol

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure
from framecrew.model.requests import RenderRequest
from framecrew.model.scenes import SceneFacts


class Backend(Protocol):
    async def start(self, assignment: Assignment) -> None:
        """Start an attempt; returns at once."""
        ...

    async def stop(self, attempt: str) -> None:
        """Ask, wait, insist; returns at once, the attempt's outcome is the answer."""
        ...

    async def take_back(self, attempt: str, frames: FrameSet) -> None:
        """Ask for frames the attempt has not begun; answered by FramesGivenBack, or by an
        outcome.
        """
        ...

    async def close_sessions(self, slots: Collection[int]) -> None:
        """Close the idle sessions of these slots, and those that were only inspected."""
        ...

    async def inspect(self, request: RenderRequest, *, threads: int) -> SceneFacts | Failure:
        """Open the scene and tell what it holds; the session stays open for the first attempt
        at it.
        """
        ...

    async def close(self) -> None:
        """End everything; returns when nothing runs any more. Attempts still live end as
        stopped.
        """
        ...
