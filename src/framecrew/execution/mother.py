"""A mother: an open session that is forked, so that other sessions share its loaded scene.

Rule 1: only a session that has rendered nothing is forked. It renders nothing itself as long as
it has children, for they end with it.
Rule 2: one fork at a time, and every doubt ends in None: whoever asked opens an ordinary
session instead.
Rule 3: a child that broke is the last one. Forking is there to save seconds, never frames.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

from framecrew.execution.channel import Caller, Exchange
from framecrew.execution.forked import LogPipe, follow
from framecrew.execution.marks import Message
from framecrew.execution.meter import Meter
from framecrew.execution.process import RunningProcess
from framecrew.execution.session import Session, Sign
from framecrew.execution.tree import Tree
from framecrew.execution.workspace import make_workspace, remove_workspace
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure

FORK_SECONDS = 5.0
"""From asking until the child says hello; it takes some hundredths of a second."""
LOST_CODE = -9
"""Exit code of children whose mother went before she could tell: the system ended them."""


class Mother:
    """Of an inspected session whose facts say that it may fork."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[int] | None = None
        """The child's process id; cancelled when there will be no child."""
        self._ends: dict[int, asyncio.Future[int]] = {}
        """Of living children, by process id: their exit codes to come."""
        session.wake = self._hear

    @property
    def can_fork(self) -> bool:
        return self.session.forks_well and self.session.is_usable

    @property
    def is_needed(self) -> bool:
        """Children live, or are being made."""
        return self._turn.locked() or bool(self._ends)

    async def fork(
        self, assignment: Assignment, *, homes: Path, exchange: Exchange, meter: Meter
    ) -> Session | None:
        """A child that has said hello, with a working folder of its own in `homes`."""
        async with self._turn:
            if not self.can_fork:
                return None
            home = await asyncio.to_thread(
                make_workspace,
                output_folder=homes,
                job=assignment.job,
                attempt=f"session-{assignment.attempt}",
                scratch=str(homes),
            )
            if isinstance(home, Failure):
                return None
            log = LogPipe(home / "log")
            token, caller = exchange.expect()
            began = time.monotonic()
            tree = await self._fork(log, exchange.address, token, caller)
            if tree is None:
                self.session.forks_well = False
                exchange.forget(token)
                log.close()
                await asyncio.to_thread(remove_workspace, home)
                return None
            process = RunningProcess(tree, is_forked=True, mask=self.session.process.mask)
            process.started_at = began
            meter.watch(process)
            return Session(process, caller=caller, home=home, forked_from=self.session)

    async def _fork(
        self, log: LogPipe, address: str, token: str, caller: asyncio.Future[Caller]
    ) -> Tree | None:
        loop = asyncio.get_running_loop()
        tree: Tree | None = None
        self._answer = loop.create_future()
        try:
            async with asyncio.timeout(FORK_SECONDS):
                await log.open()
                order = {"channel": address, "token": token, "log": str(log.path)}
                self.session.send({"type": "fork", **order})
                await asyncio.wait([self._answer])
                if self._answer.cancelled():
                    return None
                pid = self._answer.result()
                tree = follow(pid, log=log, code=self._ends[pid])
                either: list[asyncio.Future[Any]] = [caller, self._ends[pid]]
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except (OSError, KeyError, TimeoutError):
            pass  # KeyError: it ended before we could look at it.
        finally:
            self._answer = None
            log.leave_to_process()
        if tree is not None and not caller.done():
            tree.insist()
            await tree.wait()
            return None
        return tree

    def _hear(self) -> None:
        for heard in self.session.take():
            if heard is Sign.ENDED or heard is Sign.HUNG_UP:
                self._lose_all()
            elif isinstance(heard, dict):
                self._hear_message(heard)

    def _hear_message(self, message: Message) -> None:
        pid = message.get("pid")
        match message.get("type"):
            case "forked" if isinstance(pid, int):
                self._ends[pid] = asyncio.get_running_loop().create_future()
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(pid)
            case "child_ended" if isinstance(pid, int):
                code, end = message.get("code"), self._ends.pop(pid, None)
                if end is not None:
                    end.set_result(code if isinstance(code, int) else LOST_CODE)
            case "refused":
                if self._answer is not None:
                    self._answer.cancel()
            case _:
                pass

    def _lose_all(self) -> None:
        if self._answer is not None:
            self._answer.cancel()
        for end in self._ends.values():
            end.set_result(LOST_CODE)
        self._ends.clear()
