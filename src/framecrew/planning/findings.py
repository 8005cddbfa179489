"""Findings: what was found on this machine about a spec, as values.

They are gathered elsewhere, by whoever may touch the disk; `mistakes` and `explain` only read
them. A default is what is the case when nothing stands in the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from framecrew.renderers.contract import FoundProgram


class PathState(StrEnum):
    """What is at a path."""

    NOT_THERE = "nothing"
    FILE = "a file"
    FOLDER = "a folder"
    UNREADABLE = "a file that may not be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFinding:
    """A folder to write into; one that is not there yet is judged by the nearest one above."""

    path: str
    """Absolute."""
    can_write: bool = True
    """Files may be made in it, or it may be made."""
    reason: str = ""
    """Why it cannot be written, e.g. `it is on a read-only disk`; empty when it can."""
    free_bytes: int | None = None
    """None when the system does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was looked at for one spec."""

    folder: str
    """Absolute; relative paths of the spec start here."""
    scene: PathState = PathState.FILE
    scene_stamp: str = ""
    """Size of the scene file and time of its last change; empty when it is not there."""
    program: FoundProgram | None = None
    program_trouble: str = ""
    """Where was looked, when no program was found; e.g. `PATH, /opt/blender*`."""
    ffmpeg: str = ""
    """Absolute path of the ffmpeg found; empty: none."""
    ffmpeg_hint: str = ""
    """The one line that installs ffmpeg here."""
    output_folder: FolderFinding | None = None
    """None when the spec names no readable output."""
    film_folder: FolderFinding | None = None
    scratch_folder: FolderFinding | None = None
    is_output_remote: bool = False
    """The output lies on another machine's disk."""
    local_scratch: str = ""
    """Absolute; a folder on a disk of this machine for unfinished frames."""
    film: PathState = PathState.NOT_THERE
    audio: PathState = PathState.FILE
    is_silent: bool = False
    """The sound file is there, and ffmpeg finds no sound in it."""
    processors: frozenset[int] = frozenset()
    """Numbers of the logical processors that we may use; empty: not known."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What the small files say that the spec names, by field: `env_file`, `numa_map`,
    `subtitles`."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Why such a file could not be read, by field."""
    existing: int = 0
    """How many of the frames' files are there already."""
    existing_bytes: int = 0
    """Their sizes together."""
    first_existing: str = ""
