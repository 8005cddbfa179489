"""Draws docs/images/board.svg: the board of a real run, at the moment when half of it is done.

python scripts/board_picture.py SCENE [PICTURE.svg] [COLUMNS] [KEY=VALUE ...]

What the picture shows is what the run's events and pulses said; nothing in it is made up.
Keys are those of a job file; the frames go to a folder that is removed again.
"""

import asyncio
import io
import re
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from framecrew.api import Crew
from framecrew.cli.board import picture
from framecrew.conductor.bus import Numbered
from framecrew.conductor.live import LiveJob
from framecrew.model.events import JobFinished
from framecrew.planning.reading import read_spec
from framecrew.scheduler.views import frames_part

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "board.svg"
HALF = 0.5
EARLY, LATE = 5, 95


async def draw(scene: str, svg: Path, columns: int, fields: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        wanted: dict[str, object] = {
            "scene": scene,
            "output": f"{folder}/frames/shot_####.png",
            "film": f"{folder}/shot.mp4",
            **{key: int(text) if text.isdecimal() else text for key, text in fields.items()},
        }
        async with Crew(Path(folder) / "home") as crew:
            watch = crew.watch()
            job = await crew.submit(read_spec(wanted))
            live = LiveJob(job)
            async for item in watch:
                live.take(item.event if isinstance(item, Numbered) else item)
                if is_good_moment(crew, live, job):
                    break
                if isinstance(item, Numbered) and isinstance(item.event, JobFinished):
                    sys.exit("Wanted a run with every slot inside a frame; it was over before.")
            console = Console(
                record=True, width=columns, file=io.StringIO(), force_terminal=True
            )
            console.print(picture(crew.view(job), live, time.time(), width=columns, height=24))
            crew.cancel(job)
    svg.parent.mkdir(parents=True, exist_ok=True)
    drawn = console.export_svg(title="framecrew render", unique_id="board")
    # A picture that asks a server for its letters is none where there is no network.
    alone = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    svg.write_text(alone, encoding="utf-8", newline="\n")


def is_good_moment(crew: Crew, live: LiveJob, job: int) -> bool:
    """Half is done, and every slot is inside a frame."""
    try:
        view = crew.view(job)
    except KeyError:
        return False
    slots = [live.attempts.get(each.attempt) for task in view.tasks for each in task.attempts]
    inside = [slot for slot in slots if slot and slot.frame is not None]
    are_told = all(
        (slot.cpu_percent is not None and EARLY < (slot.percent or 0) < LATE)
        if slot.tells_percent
        else slot.pace is not None
        for slot in inside
    )
    is_full = any(len(inside) == task.slots for task in view.tasks if task.attempts)
    return frames_part(view) > HALF and is_full and are_told


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    scene, *others = sys.argv[1:]
    svg = Path(others[0]) if others else PICTURE
    columns = int(others[1]) if len(others) > 1 else 100
    given = dict(pair.split("=", 1) for pair in others[2:])
    asyncio.run(draw(str(Path(scene).absolute()), svg, columns, given))
