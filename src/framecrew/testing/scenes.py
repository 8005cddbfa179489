"""The stand-in renderer, ready to use: its scenes, its faults, its program, its assignments."""

import json
import sys
from pathlib import Path

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.outputs import Checks, Promise
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, ProgramFlavour, Renderer
from framecrew.renderers.stand_in import RENDERER

STAND_IN_VERSION = "1.0"


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
