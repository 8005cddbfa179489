"""Golden argument lists: what we would start for which request.

`<renderer>/<name>.json` holds the `program` (path, version, flavour), `scene`, `options` and
`environment` of the request, and what must come of it: `arguments`, `sets` (variables),
`open` (the message that opens the scene), and perhaps `render` (the message for frames 1-3).
`{session}` stands for the session program's path.
"""

import json
from pathlib import Path

import pytest

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.outputs import Promise
from framecrew.model.plans import Patience, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import FoundProgram, ProgramFlavour
from framecrew.renderers.registry import installed_renderers

HERE = Path(__file__).parent
GOLDEN = sorted(HERE.glob("*/*.json"))


def session_path(program: str) -> str:
    import framecrew

    return str(Path(framecrew.__file__).parent / "sessions" / program)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_request_starts_exactly_this_command(file: Path) -> None:
    golden = json.loads(file.read_text(encoding="utf-8"))
    renderer = installed_renderers().get(file.parent.name)
    request = RenderRequest(
        renderer=renderer.name,
        scene=golden["scene"],
        target=golden.get("target", ""),
        chosen_by=tuple(golden.get("chosen_by", ())),
        made=golden.get("made", "frame_####.png"),
        options=golden["options"],
    )
    frames = FrameSet.parse("1-3")
    assignment = Assignment(
        attempt="1.1",
        job=1,
        task="render",
        kind=TaskKind.RENDER,
        slot=0,
        threads=4,
        frames=frames,
        sequence=(1, 2, 3),
        request=request,
        promises=(
            Promise(
                name="main",
                made=FramePattern.parse(request.made),
                final=FramePattern.parse("/out/a_####.png"),
            ),
        ),
        traits=renderer.traits,
        patience=Patience(),
    )
    found = FoundProgram(
        name=renderer.program.name,
        path=golden["program"]["path"],
        version=golden["program"]["version"],
        flavour=ProgramFlavour(golden["program"]["flavour"]),
    )

    command = renderer.open_command(found, assignment)

    session = session_path(renderer.session_program)
    now = [argument.replace(session, "{session}") for argument in command.arguments]
    assert now == golden["arguments"]
    assert dict(command.environment) == golden["sets"]
    assert renderer.open_message is not None
    assert renderer.open_message(request) == golden["open"]
    assert json.loads(json.dumps(golden["open"])) == renderer.open_message(request)
    if "render" in golden:
        assert renderer.chunk_message is not None
        assert renderer.chunk_message(assignment, "/workspace") == golden["render"]
