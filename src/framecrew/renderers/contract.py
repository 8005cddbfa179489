"""The contract every renderer fulfils: data and pure functions, gathered on one card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.errors import Mistake
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request, SoundRun

# ── readings: what one line meant ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBegun:
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePercent:
    """How far inside a frame, 0 to 100; `frame` None means the one begun last."""

    percent: float
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWritten:
    """The renderer says it wrote a file. A claim, not a proof."""

    path: str
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameClaimed:
    """The renderer says a frame is done, without naming a file."""

    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCounted:
    """The renderer says its n-th frame of this run is done, whatever that frame's number is."""

    count: int
    """From 1; several frames at a time may come out of order, and one more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSeen:
    """The line that a complete run ends with."""


class Severity(StrEnum):
    WARNING = "warning"
    """Shown once; does not fail anything."""
    ERROR = "error"
    """Fails the frame or the attempt if the other witnesses do not clear it."""
    FATAL = "fatal"
    """Fails the attempt whatever its exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A warning or an error, classed."""

    text: str
    severity: Severity
    kind: FailureKind = FailureKind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What the renderer says of itself whatever happens: no evidence of anything."""


Reading = (
    FrameBegun
    | FramePercent
    | FileWritten
    | FrameClaimed
    | FrameCounted
    | EndSeen
    | Complaint
    | Noise
)


class Reader(Protocol):
    """Reads one process's lines in order. May remember; never touches disk or clock."""

    def read(self, line: str) -> Sequence[Reading]:
        """All readings of one line (without its line end), in order; none for noise."""
        ...


# ── programs ─────────────────────────────────────────────────────────────────────────────────────


class ProgramFlavour(StrEnum):
    """How the program is started."""

    EXECUTABLE = "executable"
    PYTHON_MODULE = "python_module"
    """A module inside some Python; the path is that interpreter's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An outside program and where it is found. `{version}`-like globs use shell wildcards."""

    name: str
    """What a person calls it, e.g. `Blender`."""
    executables: tuple[str, ...]
    """Names looked up on PATH."""
    variables: tuple[str, ...] = ()
    """Environment variables that name it; a wrong one is an error, never a fallback."""
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Globs by system: `linux`, `darwin`, `win32`; `~` and `%NAME%` are expanded."""
    version_arguments: tuple[str, ...] = ("--version",)
    version_pattern: str = r"(\d+\.\d+(?:\.\d+)?)"
    oldest: tuple[int, ...] = ()
    """Lowest version that works; empty: any."""
    module: str = ""
    """A Python module that is the same program, e.g. `bpy`; empty: none."""
    module_extra: str = ""
    """The extra of this package that installs the module."""
    module_program: str = ""
    """Python code that prints the path of the program that the module brings; empty: the module
    itself is the program."""
    module_version: str = ""
    """Python code that prints the program's version in a form `version_pattern` reads; empty: only imported."""
    install_hint: Mapping[str, str] = field(default_factory=dict)
    """One line per system that installs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundProgram:
    """A program that is really there."""

    name: str
    path: str
    version: str
    """Empty when it did not say."""
    flavour: ProgramFlavour = ProgramFlavour.EXECUTABLE
    where: str = ""
    """Why it was looked for there: `--program`, `BLENDER`, `PATH`, `install place`."""


# ── the end of a process ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """All an ended attempt has to say for itself, for `diagnose`."""

    exit_code: int | None
    """Negative: the signal's number; None: the session is still alive."""
    complaints: tuple[Complaint, ...]
    tail: tuple[str, ...]
    """The last lines, oldest first."""
    answer: str = ""
    """What a session answered, `done`, an error text, or empty when it never answered."""
    end_seen: bool = False
    opened: bool = False
    """Whether it ever got ready."""


# ── the card ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The card on a renderer's door. `docs/renderers.md` tells how to write one."""

    name: str
    title: str
    extensions: tuple[str, ...]
    """Endings of its scenes, lower case with the dot."""
    program: Program
    options: type
    """A frozen dataclass; fields `Annotated[…, Help(…)]`."""
    open_command: Callable[[FoundProgram, Assignment], Command]
    """What starts a session; for one that does not stay open, what renders the whole chunk. Paths inside the
    workspace are given relative to it (the working folder) unless the program needs them absolute: then the
    argument `{workspace}` is replaced by its absolute path."""
    chunk_message: Callable[[Assignment, str], Mapping[str, object]] | None
    """For sessions: the `render` message for a chunk, given the absolute workspace folder."""
    open_message: Callable[[RenderRequest], Mapping[str, object]] | None
    """For sessions: the `open` message, answered by `opened` with the scene's facts (`docs/sessions.md`)."""
    reader: Callable[[Request], Reader]
    diagnose: Callable[[End], Failure | None]
    """The failure that the end amounts to, or None when it is a clean one."""
    picture_formats: tuple[str, ...]
    """Endings of pictures it can write, lower case with the dot."""
    session_key: Callable[[RenderRequest], tuple[str, ...]]
    """Two requests with equal keys can share one open session."""
    traits: Traits
    film_formats: tuple[str, ...] = ()
    """Endings of films it writes itself, piece by piece; such a film is rendered in segments."""
    film_presets: tuple[str, ...] = ()
    """Names of film presets by which it encodes its segments; one of another preset is encoded
    from pictures. Empty: its own options decide how, and no preset can be named."""
    has_sound: Callable[[Mapping[str, object]], bool] | None = None
    """Whether these films may hold sound of their own under these options; None: never."""
    sound_run: Callable[[FoundProgram, RenderRequest, FrameSet], SoundRun | None] | None = None
    """What renders nothing but the sound of these frames; None: it has no such run."""
    sound_options: tuple[str, ...] = ()
    """Options that change that run alone, and no segment."""
    mistakes: Callable[[Mapping[str, object]], Sequence[Mistake]] | None = None
    """What is wrong with its options taken together; None: nothing can be."""
    traits_with: Callable[[Mapping[str, object]], Traits] | None = None
    """The traits under these options, where they depend on them; None: always `traits`."""
    schemes: tuple[str, ...] = ()
    """Beginnings of addresses that it opens beside files, lower case, e.g. `https`."""
    abilities: Callable[[FoundProgram], str] | None = None
    """What a program found can do, in a few words for `doctor`; None: nothing to tell."""
    session_program: str = ""
    """Its program, relative to `framecrew/sessions`; empty for a renderer that is no session."""
    reads_videos: bool = False
    """Its sessions are given an ffmpeg where there is one, to read videos of the scene with."""


__all__ = [
    "Complaint",
    "End",
    "EndSeen",
    "FileWritten",
    "FoundProgram",
    "FrameBegun",
    "FrameClaimed",
    "FrameCounted",
    "FramePattern",
    "FramePercent",
    "FrameSet",
    "Noise",
    "Program",
    "ProgramFlavour",
    "Reader",
    "Reading",
    "Renderer",
    "Severity",
]
