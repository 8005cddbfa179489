"""A running renderer process: its lines, its signs of life, and its end."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

from framecrew.execution.lines import LineCutter
from framecrew.execution.measure import Usage
from framecrew.execution.tree import Tree, start_tree
from framecrew.model.requests import Command
from framecrew.model.secrets import Mask

BLOCK = 128 * 1024
NOTHING_SECRET = Mask({})


class RunningProcess:
    """One started process tree; `read_lines` until it gives None, then `wait`."""

    def __init__(
        self, tree: Tree, *, is_forked: bool = False, mask: Mask = NOTHING_SECRET
    ) -> None:
        self._tree = tree
        self.mask = mask
        """Over all it says: it may print its environment."""
        self.is_forked = is_forked
        """A child of another renderer's process, with which it shares memory."""
        self._cutter = LineCutter()
        self._end: asyncio.Task[int] = asyncio.create_task(
            tree.wait(), name=f"end of {tree.pid}"
        )
        self.started_at = time.monotonic()
        self.last_output_at = self.started_at
        """Also of output that completes no line, e.g. dots."""
        self.usage = Usage()
        """As measured last, see `meter.py`."""
        self.usage_at = self.started_at

    @property
    def pid(self) -> int:
        return self._tree.pid

    @property
    def exit_code(self) -> int | None:
        """Negative: the signal's number. None: something of the tree is alive."""
        return self._end.result() if self._end.done() else None

    async def read_lines(self) -> list[str] | None:
        """The next completed lines; None once all that can print has ended or closed its
        output.
        """
        block = await self._tree.output.read(BLOCK)
        if block:
            self.last_output_at = time.monotonic()
            return self.mask.over_all(self._cutter.feed(block))
        return self.mask.over_all(self._cutter.finish()) or None

    async def wait(self) -> int:
        """The exit code, once nothing of the tree is left."""
        return await asyncio.shield(self._end)

    def ask(self) -> None:
        self._tree.ask()

    def insist(self) -> None:
        self._tree.insist()

    def close(self) -> None:
        """Let go of its output, read to the end or not."""
        self._tree.close()


async def start_process(
    command: Command, *, folder: Path, workspace: Path, cpus: Sequence[int] = ()
) -> RunningProcess:
    """Start a renderer's command in `folder`; `{workspace}` in it becomes the workspace's
    absolute path.

    Raises OSError where the system itself cannot start anything.
    """
    for name, text in command.files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    arguments = _with_workspace(command.arguments, workspace)
    names = dict(os.environ)
    for name in command.without:
        names.pop(name, None)
    names.update(
        zip(
            command.environment,
            _with_workspace(tuple(command.environment.values()), workspace),
            strict=True,
        )
    )
    where = Path(command.folder) if command.folder else folder
    tree = await start_tree(arguments, environment=names, folder=where, cpus=cpus)
    return RunningProcess(tree, mask=Mask(command.environment))


def _with_workspace(texts: Sequence[str], workspace: Path) -> list[str]:
    return [text.replace("{workspace}", str(workspace)) for text in texts]
