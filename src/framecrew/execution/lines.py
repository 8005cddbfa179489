r"""Lines: what a renderer's bytes become, the same however the bytes were cut on their way.

Rule 1: `\n`, `\r` and `\r\n` end a line; a lone `\r` is how renderers overwrite their progress.
Rule 2: bytes that are no UTF-8 become U+FFFD; a line is never lost for its spelling.
Rule 3: a line longer than 64 KiB keeps its beginning and says how much was left out, so that an
endless line costs no memory.
"""

import codecs
import re

LONGEST_LINE = 64 * 1024
"""Bytes of a line that are kept."""

_END = re.compile(rb"\r\n|\r|\n")
_DECODER = codecs.getincrementaldecoder("utf-8")


class LineCutter:
    """Cuts one stream of bytes into lines; feed it blocks in order, then `finish`."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._left_out = 0
        self._ended_by_return = False
        """The last block ended with `\\r`: a `\\n` that follows belongs to the same line
        end."""

    def feed(self, block: bytes) -> list[str]:
        """The lines that this block completes."""
        if self._ended_by_return and block.startswith(b"\n"):
            block = block[1:]
            self._ended_by_return = False
        if not block:
            return []
        self._ended_by_return = block.endswith(b"\r")
        pieces = _END.split(block) if b"\r" in block else block.split(b"\n")
        lines = []
        for piece in pieces[:-1]:
            self._keep(piece)
            lines.append(self._take())
        self._keep(pieces[-1])
        return lines

    def finish(self) -> list[str]:
        """The last line, if the stream ended inside one."""
        return [self._take()] if self._kept else []

    def _keep(self, piece: bytes) -> None:
        room = LONGEST_LINE - len(self._kept)
        self._kept += piece[:room]
        self._left_out += max(0, len(piece) - room)

    def _take(self) -> str:
        if self._left_out:
            # An incomplete last character is dropped rather than shown as damaged: we cut it,
            # not the renderer.
            text = _DECODER("replace").decode(bytes(self._kept))
            text += f" [framecrew: {self._left_out:,} more bytes of this line were left out]"
        else:
            text = self._kept.decode("utf-8", "replace")
        self._kept.clear()
        self._left_out = 0
        return text
