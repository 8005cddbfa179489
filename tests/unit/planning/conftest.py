"""A renderer of the tests' own, so that they do not change with the real ones."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from annotated_types import Ge, Le

from framecrew.model.attempts import Assignment
from framecrew.model.options import Help
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest
from framecrew.planning.findings import Findings, FolderFinding
from framecrew.renderers.contract import FoundProgram, Program, Renderer
from framecrew.renderers.rules import RuleReader, Rules


class Device(StrEnum):
    CPU = "cpu"
    GPU = "gpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintOptions:
    samples: Annotated[int | None, Ge(1), Le(64), Help("Samples of each pixel.")] = None
    device: Annotated[Device, Help("What it computes on.")] = Device.CPU
    scripts: Annotated[tuple[str, ...], Help("Run before.", "FILE")] = ()
    window: Annotated[tuple[int, int], Help("Corner | of the window.")] = (0, 0)
    gamma: Annotated[float, Help("Of the picture.")] = 1.0


def open_command(program: FoundProgram, assignment: Assignment) -> Command:
    assert isinstance(assignment.request, RenderRequest)
    return Command(
        arguments=(program.path, "--render", assignment.request.scene, str(assignment.frames))
    )


PAINT = Renderer(
    name="paint",
    title="Paint",
    extensions=(".paint",),
    program=Program(name="Paint", executables=("paint",), oldest=(2, 80)),
    options=PaintOptions,
    open_command=open_command,
    chunk_message=None,
    open_message=None,
    reader=lambda _request: RuleReader(Rules(())),
    diagnose=lambda _end: None,
    picture_formats=(".png", ".exr"),
    session_key=lambda request: (request.scene,),
    traits=Traits(start_seconds=3.0),
)


@pytest.fixture
def card() -> Renderer:
    return PAINT


@pytest.fixture
def program() -> FoundProgram:
    return FoundProgram(name="Paint", path="/opt/paint shop/paint", version="3.1")


@pytest.fixture
def findings(program: FoundProgram) -> Findings:
    """A machine on which nothing stands in the way."""
    return Findings(
        folder=str(Path("/studio").absolute()),
        program=program,
        ffmpeg="/usr/bin/ffmpeg",
        output_folder=FolderFinding(path="/studio/out", free_bytes=10**9),
        film_folder=FolderFinding(path="/studio/out"),
    )
