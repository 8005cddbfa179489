"""What a renderer told us about a scene when asked to inspect it."""

from dataclasses import dataclass

from framecrew.model.failures import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """A file the scene refers to and that is not there, or not as the scene needs it."""

    kind: FailureKind
    """MISSING_ASSET, MISSING_LIBRARY or PLUGIN_MISSING."""
    path: str
    user: str
    """What in the scene refers to it, e.g. `image "wood"`."""
    found: str = ""
    """What is there in its place; empty: no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOutput:
    """A further file per frame that the scene itself writes, e.g. a compositor's File Output slot."""

    name: str
    made: str
    """Frame pattern text relative to the workspace."""
    final: str
    """Frame pattern text; absolute."""
    layers: tuple[str, ...] = ()
    """It is written where one of these layers is rendered; empty: always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A sound of the scene, on the scene's own time, whose second 0 is frame 0."""

    source: str
    """Absolute path, or an address: of http(s), or one that holds the sound itself (`data:`)."""
    start: float = 0.0
    """Seconds at which it begins; below 0: it began before."""
    trim: float = 0.0
    """Seconds left out at its own beginning."""
    seconds: float | None = None
    """How long it is heard; None: to its end."""
    volume: float = 1.0
    """Factor of its samples."""
    loop: bool = False
    """It begins again at its end, for as long as it is heard."""
    levels: tuple[tuple[float, float], ...] = ()
    """Further factors: (seconds after its start, factor) in their order, between which it changes
    evenly; before the first and after the last it is theirs. Empty: none."""
    rate: float = 1.0
    """How many times as fast it is played, at the same pitch; `trim` is in seconds of its own."""
    pitch: float = 1.0
    """Factor of its frequencies, as fast as it is."""
    is_video: bool = False
    """It is the sound of a video, which may have none."""

    @property
    def is_file(self) -> bool:
        return not self.source.startswith(("http://", "https://", "data:"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneFacts:
    """The inspected scene, for one target."""

    program_version: str
    first: int
    last: int
    step: int = 1
    fps: str = "24"
    """A rational as text, e.g. `25` or `30000/1001`."""
    width: int | None = None
    height: int | None = None
    """Pixels of a delivered frame: resolution × percentage, cropped border counted."""
    targets: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    extension: str = ".png"
    """Ending of the files it writes with the requested options, with the dot."""
    views: tuple[str, ...] = ()
    """Suffixes of the views of a stereo scene, e.g. `("_L", "_R")`; empty otherwise."""
    side_outputs: tuple[SideOutput, ...] = ()
    missing: tuple[MissingFile, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """How it will be rendered, where the session chooses that by what it found."""
    tracks: tuple[Track, ...] = ()
    """What is heard in a film of it, mixed; where it brings sounds of its own."""
    plays_through: bool = False
    """What a frame shows depends on those before it: a session plays them on its way to it."""
    stamp: str = ""
    """Digest of all files it is made of, where it is made of more than the scene file."""
    uses_gpu: bool = False
    known: str = ""
    """What its session found out by trying, in words of its own: the next one of this scene is told, and tries
    nothing."""
    may_fork: bool = False
    """True if a session may be forked after loading (no GPU context, platform can)."""
    load_seconds: float = 0.0

    @property
    def doubts(self) -> tuple[str, ...]:
        """All that a person should know before it is rendered as it is."""
        lacks = (
            f"{missing.path} is missing{f' ({missing.found})' if missing.found else ''}: "
            f"{missing.user} is rendered without it"
            for missing in self.missing
        )
        return (*self.warnings, *lacks)
