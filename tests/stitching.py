"""One stitch as an attempt does it: start the command, read its lines, judge its end."""

import os
import shutil
import subprocess
from pathlib import Path

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure
from framecrew.model.plans import Patience, TaskKind, Traits
from framecrew.model.requests import Command, Request, StitchRequest
from framecrew.renderers.contract import Complaint, End, EndSeen, FoundProgram
from framecrew.renderers.ffmpeg import FilmReader, diagnose, made_film, open_command

FFMPEG = shutil.which("ffmpeg") or ""


def assigned(asked: Request, frames: FrameSet) -> Assignment:
    """The only attempt at it."""
    return Assignment(
        attempt="1.1",
        job=1,
        task="film",
        kind=TaskKind.STITCH,
        slot=0,
        threads=1,
        frames=frames,
        sequence=tuple(frames),
        request=asked,
        promises=(),
        traits=Traits(),
        patience=Patience(),
    )


def command_for(
    workspace: Path, asked: StitchRequest, frames: FrameSet, found: FoundProgram | None = None
) -> Command:
    """The command, whose files are written into a new workspace."""
    program = found or FoundProgram(name="ffmpeg", path=FFMPEG, version="5.1")
    command = open_command(program, assigned(asked, frames))
    workspace.mkdir()
    for name, text in command.files.items():
        (workspace / name).write_text(text, encoding="utf-8")
    return command


def stitch(
    folder: Path, asked: StitchRequest, frames: FrameSet, found: FoundProgram | None = None
) -> tuple[Path | Failure, list[str]]:
    """The proven film or the failure, and all warnings."""
    workspace = folder / "workspace"
    command = command_for(workspace, asked, frames, found)
    done = subprocess.run(
        command.arguments,
        cwd=workspace,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **command.environment},
    )
    lines = [*done.stderr.splitlines(), *done.stdout.splitlines()]
    reader = FilmReader()
    readings = [reading for line in lines for reading in reader.read(line)]
    complaints = tuple(each for each in readings if isinstance(each, Complaint))
    failure = diagnose(
        End(
            exit_code=done.returncode,
            complaints=complaints,
            tail=tuple(lines),
            end_seen=EndSeen() in readings,
        )
    )
    left = {each.name for each in workspace.iterdir()} - {*command.files}
    warnings = [each.text for each in complaints]
    if failure:
        assert done.returncode == 1
        assert left == set(), "a failed film leaves nothing that could be taken for one"
        return failure, warnings
    assert left == {made_film(asked)}
    return workspace / made_film(asked), warnings
