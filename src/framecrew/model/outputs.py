"""Outputs: the files a task promises to leave behind, and what can be wrong with one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet

_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a picture must be to count as whole, besides that it decodes to its last pixel."""

    width: int | None = None
    """Pixels; None when the scene was not inspected."""
    height: int | None = None
    channels: int | None = None
    """Least number of channels; None when any will do."""
    not_black: bool = False
    outliers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One file a task leaves for each of its frames."""

    name: str
    """`main`, or the name of the pass or compositor slot."""
    made: FramePattern
    """Where the renderer writes it, relative to the attempt's workspace."""
    final: FramePattern
    """Where it is published; absolute."""
    checks: Checks = Checks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a film: one file that holds these frames, rendered and proved as one."""

    frames: FrameSet
    path: str
    """Where it is published; absolute. Its name alone is its place in the workspace."""
    width: int | None = None
    """Pixels; None when the scene was not inspected."""
    height: int | None = None
    fps: str = ""
    """A rational as text; empty: any rate will do, as long as its steps are even."""
    preset: str = ""
    """The film preset it is encoded by; empty: its renderer's own options decide."""

    @property
    def name(self) -> str:
        """Its file, relative to the workspace."""
        return self.path.replace("\\", "/").rpartition("/")[2]

    @property
    def proof_path(self) -> str:
        """The file beside it that tells of its proof, once it is published."""
        return f"{self.path}.proof.json"


RUSHES_ENDING = ".framecrew-rushes"
"""Of the hidden folder beside a film that holds what it is made of until it is proved."""

LONGEST_NAME = 50
"""Characters of a film's name in that of its rushes; file systems end at 255 bytes."""


def rushes_name(film: str, digest: str) -> str:
    """The name of the rushes of the film with this name, of one content."""
    return f".{_shortened(film)}.{digest}{RUSHES_ENDING}"


def is_rushes_of(film: str, name: str) -> bool:
    """Whether a folder with this name holds rushes of the film with that one."""
    middle = name.removeprefix(f".{_shortened(film)}.").removesuffix(RUSHES_ENDING)
    return name == rushes_name(film, middle) and _DIGEST.fullmatch(middle) is not None


def _shortened(film: str) -> str:
    """Two long names that begin alike stay different."""
    if len(film) <= LONGEST_NAME:
        return film
    return f"{film[: LONGEST_NAME - 9]}~{blake2b(film.encode(), digest_size=4).hexdigest()}"


class DefectKind(StrEnum):
    """What is wrong with an output."""

    MISSING = "missing"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong_size"
    WRONG_CHANNELS = "wrong_channels"
    NOT_A_NUMBER = "not_a_number"
    BLACK = "black"
    OUTLIER = "outlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing wrong with an output."""

    kind: DefectKind
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What decoding a picture told; the values of `Checks` are compared with it."""

    width: int
    height: int
    channels: int
    bytes: int
    """Size of the file."""
    digest: str
    """BLAKE2b of the file's bytes, hexadecimal, 32 characters."""
    mean: float
    """Mean of all colour values, 0 to 1 for integer formats; scene-linear for floats."""
    is_black: bool
    has_nan: bool
    means: tuple[float, ...] = ()
    """Mean of each colour channel, red first; empty for deep pictures, or when it was not measured."""
    pixels: str = ""
    """BLAKE2b of the decoded pixels, for renderers write times into their files; only measured
    where `Checks.outliers` asks for it."""
