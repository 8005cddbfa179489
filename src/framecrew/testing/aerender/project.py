"""A project: a `.aep` file that holds JSON. Its keys are told in `framecrew.testing.aerender`."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from framecrew.testing.aerender.faults import Faults
from framecrew.testing.aerender.films import CODECS, SOUNDS
from framecrew.testing.aerender.grammar import Grammar
from framecrew.testing.aerender.pictures import PICTURE_ENDINGS
from framecrew.testing.aerender.refusals import after_effects_error
from framecrew.testing.aerender.versions import SYSTEMS, WINDOWS, Version

RENDER_SETTINGS = (
    "Best Settings",
    "Current Settings",
    "DV Settings",
    "Draft Settings",
    "Multi-Machine Settings",
)

QUEUED = "queued"


class Module:
    """An output module: a picture format or a film codec, with alpha or not, and its audio."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self.format: str = values["format"]
        self.alpha: bool = values.get("alpha", False)
        self.audio: str = values.get("audio", "none")
        """`pcm`, `aac` or `none`; of a comp that has audio."""
        self.start_frame: int | None = values.get("start_frame")
        """The first file's number; None: the comp's frame numbers."""
        self.arguments: tuple[str, ...] = tuple(values.get("arguments", ()))
        """More arguments for ffmpeg."""

    @property
    def is_film(self) -> bool:
        return self.format in CODECS

    @property
    def is_sound(self) -> bool:
        """It writes one file that holds sound and nothing else."""
        return self.format in SOUNDS


_USUAL: Mapping[str, Mapping[str, Any]] = {
    "AIFF 48kHz": {"format": "aiff", "audio": "pcm"},
    "WAV": {"format": "wav", "audio": "pcm"},
    "MP3": {"format": "mp3", "audio": "mp3"},
    "PNG Sequence": {"format": "png"},
    "PNG Sequence with Alpha": {"format": "png", "alpha": True},
    "Multi-Machine Sequence": {"format": "png", "alpha": True},
    "TIFF Sequence": {"format": "tiff"},
    "TIFF Sequence with Alpha": {"format": "tiff", "alpha": True},
    "OpenEXR Sequence": {"format": "exr"},
    "OpenEXR Sequence with Alpha": {"format": "exr", "alpha": True},
    "JPEG Sequence": {"format": "jpeg"},
    "Lossless": {"format": "raw", "audio": "pcm"},
    "Lossless with Alpha": {"format": "raw", "alpha": True, "audio": "pcm"},
    "H.264": {"format": "h264", "audio": "aac"},
    "HEVC": {"format": "hevc", "audio": "aac"},
    "ProRes 422": {"format": "prores-422", "audio": "pcm"},
    "ProRes 4444": {"format": "prores-4444", "alpha": True, "audio": "pcm"},
    "DNxHR": {"format": "dnxhr", "audio": "pcm"},
    "VP9": {"format": "vp9", "audio": "pcm"},
    "VP9 with Alpha": {"format": "vp9", "alpha": True, "audio": "pcm"},
    "H.264 Exact": {"format": "h264", "audio": "aac", "arguments": ["-crf", "0"]},
    "HEVC Exact": {
        "format": "hevc",
        "audio": "aac",
        "arguments": ["-x265-params", "log-level=error:lossless=1"],
    },
    "VP9 Exact": {
        "format": "vp9",
        "audio": "pcm",
        "arguments": ["-crf", "0", "-lossless", "1"],
    },
    "VP9 Exact with Alpha": {
        "format": "vp9",
        "alpha": True,
        "audio": "pcm",
        "arguments": ["-crf", "0", "-lossless", "1"],
    },
    "FFV1": {"format": "ffv1", "audio": "pcm"},
    "FFV1 with Alpha": {"format": "ffv1", "alpha": True, "audio": "pcm"},
}
MODULES = {name: Module(name, values) for name, values in _USUAL.items()}

MODULE_OF_ENDING = {
    ".png": "PNG Sequence",
    ".tif": "TIFF Sequence",
    ".tiff": "TIFF Sequence",
    ".exr": "OpenEXR Sequence",
    ".jpg": "JPEG Sequence",
    ".jpeg": "JPEG Sequence",
    ".mov": "ProRes 422",
    ".avi": "Lossless",
    ".mp4": "H.264",
    ".mkv": "FFV1",
    ".webm": "VP9",
}


class Comp:
    def __init__(self, values: Mapping[str, Any], seconds: object) -> None:
        self.name: str = values.get("name", "Main")
        self.first: int = values.get("first", 1)
        """The number its first frame shows."""
        self.last: int = values.get("last", 10)
        self.width: int = values.get("width", 64)
        self.height: int = values.get("height", 36)
        self.fps = Fraction(str(values.get("fps", "24")))
        self.has_audio: bool = values.get("audio", False)
        self._seconds: Any = values.get("seconds", seconds)

    def seconds_of(self, frame: int) -> float:
        """A number for all frames, a list for each, or a ramp: {"from": 0.1, "to": 0.5}."""
        if isinstance(self._seconds, list):
            return float(self._seconds[(frame - self.first) % len(self._seconds)])
        if isinstance(self._seconds, dict):
            share = (frame - self.first) / max(1, self.last - self.first)
            step = self._seconds["to"] - self._seconds["from"]
            return float(self._seconds["from"] + share * step)
        return float(self._seconds)

    def holds(self, frame: int) -> bool:
        return self.first <= frame <= self.last


class Item:
    """An item of the render queue."""

    def __init__(self, values: Mapping[str, Any], comp: Comp) -> None:
        self.comp = comp
        self.output: str = values.get("output", "")
        self.settings: str = values.get("render_settings", RENDER_SETTINGS[0])
        self.module: str = values.get("output_module", "")
        self.first: int = values.get("first", comp.first)
        self.last: int = values.get("last", comp.last)
        self.status: str = values.get("status", QUEUED)
        self.increment = 1
        self.is_custom_span = "first" in values or "last" in values


class Project:
    def __init__(self, path: str, values: Mapping[str, Any], *, installed: str) -> None:
        self.path = path
        self.version = Version(values.get("version", installed))
        self.system: str = values.get("system", WINDOWS)
        self.saved_in = Version(values.get("saved_in", self.version.text))
        self.comps = [
            Comp(comp, values.get("seconds", 0)) for comp in values.get("comps", [values])
        ]
        self.queue = [
            Item(item, comp)
            for item in values.get("queue", [])
            if (comp := self.comp(item["comp"])) is not None
        ]
        self.render_settings = (*RENDER_SETTINGS, *values.get("render_settings", ()))
        self.modules: dict[str, Module] = MODULES | {
            name: Module(name, module)
            for name, module in values.get("output_modules", {}).items()
        }
        self.default_module: str = values.get("default_module", "")
        self.launch_seconds: float = values.get("launch_seconds", 0)
        self.memory: int = values.get("memory", 0)
        self.ignores_terminate: bool = values.get("ignores_terminate", False)
        self.mfr: bool = values.get("mfr", True)
        self.mfr_frames: int = values.get("mfr_frames", 4)
        self.collision: Mapping[str, Any] = values.get("collision", {})
        self.starts: str = values.get("starts", "")
        self.environment: Sequence[str] = values.get("environment", ())
        self.ffmpeg: str = values.get("ffmpeg", "")
        self.launcher_speaks_last: bool = values.get(
            "launcher_speaks_last", self.version.launcher_speaks_last
        )
        self.line_end: str = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}[
            values.get("line_ends", "lf")
        ]
        self.encoding: str = values.get("encoding", "utf-8")
        self.errors_to_stderr: bool = values.get("errors_to_stderr", False)
        self.grammar = Grammar(
            version=self.version,
            language=values.get("language", "en"),
            system=self.system,
            quotes=values.get("quotes", ""),
            counts_frames=values.get("counts_frames", False),
        )
        self.faults = Faults(
            values.get("faults", ()),
            tally=values.get("tally", ""),
            seed=str(values.get("seed", "")),
        )

    def comp(self, name: str) -> Comp | None:
        return next((comp for comp in self.comps if comp.name == name), None)

    def module(self, item: Item) -> Module:
        """The item's output module; without one, the project's, or by the output's ending."""
        ending = PurePath(item.output.replace("\\", "/")).suffix.lower()
        name = item.module or self.default_module or MODULE_OF_ENDING.get(ending, "Lossless")
        return self.modules[name]

    def title(self, module: Module) -> str:
        if module.is_film:
            return CODECS[module.format].title
        if module.is_sound:
            return module.format.upper()
        return {"png": "PNG", "tiff": "TIFF", "exr": "OpenEXR", "jpeg": "JPEG"}[module.format]

    def check_version(self) -> str:
        """Refuse what a newer one saved; what there is to say of what an older one saved."""
        saved = f"{self.saved_in.text} ({SYSTEMS[self.system]})"
        if self.saved_in > self.version:
            raise after_effects_error(
                f"The file you are attempting to open was created with After Effects version "
                f"{saved} and cannot be opened with this version."
            )
        if self.saved_in.major < self.version.major:
            return (
                f"After Effects: this project must be converted from version {saved}. "
                f"The original file will be unchanged."
            )
        return ""


def glance(path: str | None, *, installed: str) -> Project:
    """The project for what has to be known before it is opened: how to speak, what to do at
    the launch. One that cannot be read says nothing about that.
    """
    try:
        return read(path or "", installed=installed)
    except Exception:  # noqa: BLE001 - whatever is wrong with it is told when it is opened
        return Project("", {"comps": []}, installed=installed)


def read(path: str, *, installed: str) -> Project:
    """Open it; RefusalError when that is not possible."""
    file = Path(path)
    if not file.is_file():
        raise after_effects_error(
            f'Unable to execute openFast. File "{path}" could not be found. (3 :: 0)'
        )
    try:
        return Project(path, json.loads(file.read_bytes()), installed=installed)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise after_effects_error(
            f'Unable to execute openFast. File "{path}" is damaged: {error!r}. (3 :: 0)'
        ) from error


def ending_of(module: Module) -> str:
    """The ending that this module's files have."""
    if module.is_film:
        return CODECS[module.format].ending
    if module.is_sound:
        return SOUNDS[module.format].ending
    return PICTURE_ENDINGS[module.format]
