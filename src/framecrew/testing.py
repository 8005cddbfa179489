"""For tests of renderers, hooks and pipelines: a stand-in renderer that goes wrong on demand.

    scene = write_scene(tmp_path / "shot.standin", last=24, faults=[fault("crash", frame=7)])

renders 24 real PNGs and loses its process in frame 7. What a scene may hold, and which faults
there are, is told in `framecrew.renderers.stand_in`.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.outputs import Checks, Promise
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, ProgramFlavour, Renderer
from framecrew.renderers.stand_in import ONE_CHUNK, RENDERER

STAND_IN_VERSION = "1.0"

__all__ = [
    "ONE_CHUNK",
    "RENDERER",
    "fault",
    "make_assignment",
    "read_frame_number",
    "stand_in_program",
    "write_scene",
]


def write_scene(path: Path, **values: object) -> Path:
    """Write a scene for the stand-in renderer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def fault(kind: str, **particulars: object) -> dict[str, object]:
    """One thing that goes wrong, for a scene's `faults`."""
    return {"kind": kind, **particulars}


def stand_in_program() -> FoundProgram:
    """The stand-in's program: this Python."""
    return FoundProgram(
        name="stand-in",
        path=sys.executable,
        version=STAND_IN_VERSION,
        flavour=ProgramFlavour.PYTHON_MODULE,
        where="this Python",
    )


def read_frame_number(picture: Path) -> int | None:
    """The frame that a whole picture of the stand-in shows; None for a black one.

    Raises ValueError when its pixels do not agree.
    """
    data, pixels, place = picture.read_bytes(), b"", 8
    width, height = struct.unpack(">II", data[16:24])
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            pixels += data[place + 8 : place + 8 + size]
        place += size + 12
    rows = zlib.decompress(pixels)
    if rows != (b"\0" + rows[1:4] * width) * height:
        raise ValueError(f"{picture} shows more than one frame")
    number = int.from_bytes(rows[1:4], "big")
    if number == 0:
        return None
    return number - 1 if number <= 0x7FFFFF else number - 1 - 0xFFFFFF  # Frames below zero.


def make_assignment(
    scene: Path,
    output: Path,
    *,
    frames: str,
    card: Renderer = RENDERER,
    attempt: str = "1.1",
    slot: int = 0,
    patience: Patience | None = None,
    checks: Checks | None = None,
    memory_limit: int | None = None,
) -> Assignment:
    """An assignment of the stand-in: these frames of the scene, as `f_####.png` into the folder
    `output`.
    """
    chosen = FrameSet.parse(frames)
    job = int(attempt.partition(".")[0])
    return Assignment(
        attempt=attempt,
        job=job,
        task="render",
        kind=TaskKind.RENDER,
        slot=slot,
        threads=1,
        frames=chosen,
        sequence=tuple(chosen),
        request=RenderRequest(renderer=card.name, scene=str(scene), made="f_####.png"),
        promises=(
            Promise(
                name="main",
                made=FramePattern.parse("f_####.png"),
                final=FramePattern.parse(str(output / "f_####.png")),
                checks=checks or Checks(width=64, height=36),
            ),
        ),
        traits=card.traits,
        patience=patience or Patience(),
        memory_limit=memory_limit,
    )
