"""The brake: a renderer stands still while too many of its frames wait to be delivered.

Rendered frames lie in the workspace until they are decoded and delivered. Where that is slower
than rendering, a share across a network say, they would fill its disk. So its process tree is
suspended, and goes on when most of them are gone; a suspended process loses nothing.
"""

from collections.abc import Iterator
from contextlib import suppress

import psutil

from framecrew.execution.measure import HAS_GUARD
from framecrew.execution.process import RunningProcess

MOST_WAITING = 24
"""Frames of one attempt; with more of them its renderer stands still."""
FEW_WAITING = 8
"""With so many it goes on."""


class Brake:
    """The brake of one process tree."""

    def __init__(self, process: RunningProcess) -> None:
        self._process = process
        self.is_on = False

    def set_by(self, waiting: int) -> bool:
        """Pull it or let it go by the number of waiting frames; True when it was pulled now."""
        if not self.is_on and waiting > MOST_WAITING:
            self.is_on = True
            for process in self._tree():
                with suppress(psutil.Error, OSError):
                    process.suspend()
            return True
        if self.is_on and waiting <= FEW_WAITING:
            self.let_go()
        return False

    def let_go(self) -> None:
        """Let it go on; whoever ends it lets go first, so that it can be asked to leave."""
        if self.is_on:
            self.is_on = False
            for process in self._tree():
                with suppress(psutil.Error, OSError):
                    process.resume()

    def _tree(self) -> Iterator[psutil.Process]:
        """The renderer and all below it, but not its guard, which has to notice our end."""
        try:
            root = psutil.Process(self._process.pid)
            below = root.children(recursive=True)
        except psutil.Error:
            return
        if self._process.is_forked or not HAS_GUARD:
            yield root
        yield from below
