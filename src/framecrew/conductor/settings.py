"""Settings: what a person wrote once for all jobs, in `config.toml`.

[programs]
blender = "/opt/blender-4.5/blender"
ffmpeg = "/usr/local/bin/ffmpeg"

[studio]
folders = ["/projects"]      # besides the home folder: what may be looked through from the page
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from framecrew.model.errors import Mistake, WrongUse

VARIABLE = "FRAMECREW_CONFIG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of the file; absent keys have their defaults."""

    programs: Mapping[str, str] = field(default_factory=dict)
    """Renderer name (or `ffmpeg`) → path of its program."""
    folders: tuple[str, ...] = ()
    """What may be looked through from the page, besides the home folder."""


def settings_file() -> Path:
    """The file named by FRAMECREW_CONFIG, else the system's place for a user's configuration."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named)
    return Path(platformdirs.user_config_dir("framecrew", appauthor=False)) / "config.toml"


def read_settings() -> Settings:
    """The settings; WrongUse if the file is there and cannot be understood."""
    path = settings_file()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise _mistake(path, str(error)) from error
    programs = values.get("programs", {})
    studio = values.get("studio", {})
    folders = studio.get("folders", []) if isinstance(studio, dict) else None
    unknown = set(values) - {"programs", "studio"}
    if unknown:
        raise _mistake(path, f"the unknown key {min(unknown)!r}")
    if not isinstance(programs, dict) or not all(isinstance(v, str) for v in programs.values()):
        raise _mistake(path, "programs that are not a table of paths")
    if not isinstance(folders, list) or not all(isinstance(one, str) for one in folders):
        raise _mistake(path, "folders under [studio] that are not a list of paths")
    return Settings(programs=programs, folders=tuple(folders))


def _mistake(path: Path, found: str) -> WrongUse:
    return WrongUse(
        [
            Mistake(
                place=str(path),
                wanted='TOML with [programs] name = "path"',
                found=found,
                advice="Correct the file, or move it away.",
            )
        ]
    )
