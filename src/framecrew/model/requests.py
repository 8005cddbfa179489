"""What a renderer is asked: the request of a task, and the command that starts its program."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from framecrew.model.outputs import Segment
from framecrew.model.scenes import Track

ALL_FRAMES = "all"
"""All that a scene has, where it is not known yet which these are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Arguments and environment, ready to start a process."""

    arguments: tuple[str, ...]
    """The program first; never passed through a shell."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Laid over the inherited environment."""
    without: tuple[str, ...] = ()
    """Names taken out of the inherited environment."""
    folder: str = ""
    """Working folder; the workspace when empty."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts written before the start: path relative to the working folder → text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRun:
    """A run of the renderer that leaves the sound of a whole film, and no pictures."""

    command: Command
    """Started in the workspace of the stitch; its environment is that of the whole stitch."""
    file: str
    """What it leaves, relative to the workspace."""
    first: int
    """The frame at whose beginning that sound begins."""
    advice: str
    """What helps where it does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """Everything about a render task that stays the same for all its chunks."""

    renderer: str
    scene: str
    """Absolute path."""
    target: str = ""
    """The renderer's word for what is rendered inside the scene; empty is its default."""
    chosen_by: tuple[str, ...] = ()
    """Options that together name the target; empty where `target` itself is the choice."""
    program: str = ""
    """Absolute path of the chosen program."""
    made: str = "frame_####.png"
    """Frame pattern of the main output relative to the workspace; its ending decides the format."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Validated fields of the renderer's options class, defaults left out."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Laid over the inherited environment; `{slot}` in a value is the slot's number."""
    slot_environment: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same with a value for each slot, going round."""
    ffmpeg: str = ""
    """Absolute path of the ffmpeg that proves segments of a film, or that a session reads videos
    with; empty for the one that is found."""
    listens: str = ""
    """Frames whose sounds the scene is to tell when it is opened, as text, or `ALL_FRAMES`; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRequest:
    """A film to be encoded from a finished sequence."""

    pictures: str
    """Frame pattern text of the published sequence; absolute."""
    film: str
    """Absolute path of the film."""
    preset: str
    fps: str
    """A rational as text."""
    audio: str = ""
    """Absolute path of a sound file for the whole film; empty for none."""
    tracks: tuple[Track, ...] = ()
    """Sounds to be mixed, on the film's own time; not together with `audio`."""
    subtitles: str = ""
    """The text of a file on the film's own time, its cues one after the other: SRT, or WebVTT where the
    film holds that; empty for none."""
    burn_subtitles: bool = False
    """They are drawn on the pictures; else they are a track of their own."""
    ffmpeg: str = "ffmpeg"
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A film to be joined from its finished segments, without encoding them again."""

    segments: tuple[Segment, ...]
    """In the order of the film; its pictures are their frames, one behind the other."""
    film: str
    """Absolute path of the film; its ending is that of the segments."""
    fps: str = ""
    """A rational as text; empty: as the first segment tells."""
    audio: str = ""
    """Absolute path of a sound file for the whole film; empty for none."""
    tracks: tuple[Track, ...] = ()
    """Sounds to be mixed, on the film's own time; not together with `audio`."""
    sound: bool = False
    """The segments' own sound is kept where they hold any; not together with the two."""
    subtitles: str = ""
    """The same, for a track of its own."""
    sound_run: SoundRun | None = None
    """Renders the sound once for the whole film, where that of the segments was encoded with
    losses; None: it is joined of theirs."""
    allow_reencode: bool = False
    """Encode again, in the manner of the first segment, where the segments differ."""
    ffmpeg: str = "ffmpeg"


StitchRequest = FilmRequest | JoinRequest
"""What leaves one film behind."""

Request = RenderRequest | StitchRequest
