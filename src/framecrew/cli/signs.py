"""The few signs beyond ASCII that the board draws, and what stands for them in ASCII."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from framecrew.cli.words import TIMES

PLAIN = str.maketrans({TIMES: "x", "…": "~", "·": "-", "━": "=", "╸": "=", "╺": " "})
"""One sign for one, so that columns keep their width."""


class Legible:
    """Something to print, in ASCII where the terminal's encoding holds no more."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        segments = console.render(self._content, options)
        if not options.ascii_only and not options.legacy_windows:
            yield from segments
            return
        for text, style, control in segments:
            yield Segment(text.translate(PLAIN), style, control)
