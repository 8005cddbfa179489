"""What a renderer is asked: the request of a task, and the command that starts its program."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """Absolute path; empty for a silent film."""
    ffmpeg: str = "ffmpeg"
    width: int | None = None
    height: int | None = None


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
