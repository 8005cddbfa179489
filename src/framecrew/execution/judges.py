"""The way of one attempt's claims to the judges and of the verdicts back into its story."""

import asyncio
import math
import threading
from collections import deque

from framecrew.execution.claims import Claim, Verdict
from framecrew.execution.judging import LARGEST_BATCH, judge_all
from framecrew.execution.story import Story
from framecrew.execution.workshop import Workshop
from framecrew.model.attempts import Assignment

MOST_AT_JUDGES = 2
"""Batches of one attempt that are judged at a time."""


class Judges:
    """Claims are judged in threads, while the next frame is rendered."""

    def __init__(
        self, order: Assignment, story: Story, workshop: Workshop, wake: asyncio.Event
    ) -> None:
        """`wake` is set whenever there are verdicts to be taken."""
        self.stop = threading.Event()
        """No claim that is not begun is judged any more."""
        self._order = order
        self._story = story
        self._shop = workshop
        self._wake = wake
        self._waiting: deque[Claim] = deque()
        self._at_judges: dict[asyncio.Future[list[Verdict]], int] = {}
        """Batches with their sizes."""

    @property
    def are_idle(self) -> bool:
        """Everything that was claimed has its verdict."""
        return not (self._story.claims or self._waiting or self._at_judges)

    @property
    def waiting(self) -> int:
        """Frames that are rendered and not delivered."""
        at_judges = sum(self._at_judges.values())
        return len(self._story.claims) + len(self._waiting) + at_judges

    def send(self) -> None:
        """Give them what was claimed, as far as they have room."""
        self._waiting.extend(self._story.claims)
        self._story.claims.clear()
        while self._waiting and len(self._at_judges) < MOST_AT_JUDGES:
            share = math.ceil(len(self._waiting) / (MOST_AT_JUDGES - len(self._at_judges)))
            batch = [self._waiting.popleft() for _ in range(min(LARGEST_BATCH, share))]
            judging = asyncio.get_running_loop().run_in_executor(
                self._shop.judges, judge_all, batch, self._order.promises, self.stop
            )
            self._at_judges[judging] = len(batch)
            judging.add_done_callback(lambda _: self._wake.set())

    def take_verdicts(self) -> None:
        """Tell the story what has been judged."""
        order = self._order
        done = [judging for judging in self._at_judges if judging.done()]
        for judging in done:
            del self._at_judges[judging]
            for verdict in judging.result():
                if verdict.is_too_early:
                    self._story.wait_for(verdict.claim)
                    continue
                if verdict.kept:
                    self._shop.leftovers.keep(order.job, order.task, verdict.claim)
                self._story.judge(verdict, at=self._shop.clock())

    def forget_waiting(self) -> None:
        """After a stop: what is not at the judges yet is not sent."""
        self._waiting.clear()
        self._story.claims.clear()

    async def one_is_done(self) -> None:
        """Wait for the next verdicts, if any are to come."""
        if self._at_judges:
            await asyncio.wait(self._at_judges, return_when=asyncio.FIRST_COMPLETED)
