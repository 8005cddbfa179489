r"""Frame patterns: paths with one place for the frame number, whichever way it is spelled.

Padding counts digits, never the sign: frame -5 of `a_####.png` is `a_-0005.png`. Wider numbers
grow.

The place stands in the file name. `/` and `\` both part folders on every system, so that a
pattern means the same everywhere; drive letters are text. How places are spelled is told in
`framecrew.frames.places`.
"""

# mypy: disable-error-code="explicit-override"
# typing.override comes with Python 3.12, and this room needs nothing but Python itself.

import re
from dataclasses import dataclass, field

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.limits import is_possible
from framecrew.frames.meeting import MOST_DIGITS, can_meet
from framecrew.frames.places import find_place

NUMBER = re.compile(r"-?(?P<digits>[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePattern:
    """A path with a place for the frame number: `shots/a_####.png` names one file per frame."""

    text: str
    """As it was written."""
    start: int = field(compare=False, repr=False)
    """Where in the text the place begins."""
    end: int = field(compare=False, repr=False)
    """Where in the text it has ended."""
    padding: int = field(compare=False, repr=False)
    """Least number of digits; 1 when the number is not padded."""

    @classmethod
    def parse(cls, text: str) -> "FramePattern":
        """Read a pattern in any spelling; FrameSyntaxError without a place, or with two."""
        pattern = cls.parse_or_none(text)
        if pattern is None:
            raise FrameSyntaxError(
                "no place for the frame number; write # for each digit, such as shot_####.png",
                text=text,
                position=_ending_start(text),
            )
        return pattern

    @classmethod
    def parse_or_none(cls, text: str) -> "FramePattern | None":
        """Read a pattern; None for the path of one file. Mistakes are errors here too."""
        place = find_place(text, name_starts=_name_start(text))
        if place is None:
            return None
        return cls(text=text, start=place.start, end=place.end, padding=place.padding)

    # ── its files ─────────────────────────────────────────────────────────────────────────────

    def path(self, frame: int) -> str:
        """The file of this frame."""
        sign = "-" if frame < 0 else ""
        number = f"{sign}{abs(frame):0{self.padding}d}"
        return f"{self.text[: self.start]}{number}{self.text[self.end :]}"

    def match(self, path: str) -> int | None:
        """The frame whose file this is, or None; `path` may be the file name alone.

        Exactly undoes `path()`: a frame has one name, so `a_00012.png` is no file of
        `a_####.png`.
        """
        name_start = _name_start(path)
        if name_start and _same_slashes(path[:name_start]) != _same_slashes(self._folder_text):
            return None
        name = path[name_start:]
        prefix, suffix = self.prefix, self.suffix
        if len(name) <= len(prefix) + len(suffix):
            return None
        if not (name.startswith(prefix) and name.endswith(suffix)):
            return None
        number = NUMBER.fullmatch(name, len(prefix), len(name) - len(suffix))
        # Python refuses to read thousands of digits; no frame number has more than these.
        if number is None or len(number["digits"]) > max(self.padding, MOST_DIGITS):
            return None
        frame = int(number[0])
        if not is_possible(frame) or self.path(frame)[self._name_at :] != name:
            return None
        return frame

    def overlaps(self, other: "FramePattern") -> bool:
        """True if some file belongs to both: a_11.png to `a_#.png` and `a_1#.png`."""
        if _same_slashes(self.folder) != _same_slashes(other.folder):
            return False
        return can_meet(
            (self.prefix, self.padding, self.suffix),
            (other.prefix, other.padding, other.suffix),
        )

    # ── its parts ─────────────────────────────────────────────────────────────────────────────

    @property
    def folder(self) -> str:
        """What stands before the file name, without the last separator; empty if nothing."""
        folder = self._folder_text
        is_root = len(folder) == 1 or folder[-2:-1] == ":"
        return folder if is_root else folder[:-1]

    @property
    def name(self) -> str:
        """The file name, as a pattern."""
        return self.text[self._name_at :]

    @property
    def prefix(self) -> str:
        """The file name before its place."""
        return self.text[self._name_at : self.start]

    @property
    def suffix(self) -> str:
        """The file name behind its place."""
        return self.text[self.end :]

    @property
    def extension(self) -> str:
        """The last ending behind the place, with its dot; empty when there is none."""
        dot = self.suffix.rfind(".")
        return self.suffix[dot:] if dot >= 0 else ""

    @property
    def hash_text(self) -> str:
        """The same pattern spelled with #, one for each digit; a single # when not padded."""
        return f"{self.text[: self.start]}{'#' * self.padding}{self.text[self.end :]}"

    @property
    def key(self) -> str:
        """Equal for patterns that name the same files, however they are spelled."""
        return _same_slashes(self.hash_text)

    # ── others like it ────────────────────────────────────────────────────────────────────────

    def with_extension(self, extension: str) -> "FramePattern":
        """The same with another ending; with or without its dot, none when empty."""
        dotted = extension if extension.startswith(".") or not extension else f".{extension}"
        return FramePattern.parse(self.text[: len(self.text) - len(self.extension)] + dotted)

    def in_folder(self, folder: str) -> "FramePattern":
        """The same file names in another folder."""
        if not folder or folder.endswith(("/", "\\")):
            return FramePattern.parse(folder + self.name)
        slash = "\\" if "\\" in folder and "/" not in folder else "/"
        return FramePattern.parse(folder + slash + self.name)

    def __str__(self) -> str:
        return self.text

    @property
    def _name_at(self) -> int:
        return _name_start(self.text)

    @property
    def _folder_text(self) -> str:
        return self.text[: self._name_at]


def _name_start(path: str) -> int:
    return max(path.rfind("/"), path.rfind("\\")) + 1


def _ending_start(path: str) -> int:
    dot = path.rfind(".", _name_start(path))
    return dot if dot >= 0 else len(path)


def _same_slashes(path: str) -> str:
    return path.replace("\\", "/")
