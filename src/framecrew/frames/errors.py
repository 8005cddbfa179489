"""The one error of this room: a text that cannot be read, and where it goes wrong."""

# mypy: disable-error-code="explicit-override"
# typing.override comes with Python 3.12, and this room needs nothing but Python itself.

from collections.abc import Callable
from functools import partial

WIDEST = 72
"""Of longer texts only the surroundings of the mistake are shown."""


class FrameSyntaxError(ValueError):
    """A frames text or a pattern cannot be read; `position` is the 0-based character."""

    def __init__(self, message: str, *, text: str, position: int) -> None:
        self.message = message
        self.text = text
        self.position = position
        shown, _ = self._excerpt()
        super().__init__(f"{message} (character {position + 1} of {shown!r})")

    def pointed(self) -> str:
        """Two lines: the text, and below it a ^ under the character where it goes wrong."""
        shown, place = self._excerpt()
        # Every character takes one column, so that the ^ stands right even after a tab or a
        # line end.
        flat = "".join(character if character.isprintable() else " " for character in shown)
        return f"{flat}\n{' ' * place}^"

    def _excerpt(self) -> tuple[str, int]:
        if len(self.text) <= WIDEST:
            return self.text, self.position
        start = max(0, min(self.position - WIDEST // 2, len(self.text) - WIDEST))
        stop = start + WIDEST
        before = "…" if start else ""
        after = "…" if stop < len(self.text) else ""
        return f"{before}{self.text[start:stop]}{after}", len(before) + self.position - start

    def __reduce__(self) -> tuple[Callable[[], "FrameSyntaxError"], tuple[()]]:
        # Without this it could not travel between processes: an exception is rebuilt from
        # `args` alone.
        return partial(type(self), self.message, text=self.text, position=self.position), ()
