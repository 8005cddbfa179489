"""Watch a job while it runs: `python watch.py shot.blend out/shot_####.png`.

Events are numbered facts and come all; pulses are signs of life and may be passed over.
"""

import asyncio
import sys

import framecrew
from framecrew.conductor.bus import Numbered
from framecrew.model.events import FrameFailed, FrameFinished, JobFinished


async def main(scene: str, output: str) -> None:
    async with framecrew.Crew() as crew:
        watch = crew.watch()
        job = await crew.submit(scene=scene, output=output)
        async for item in watch:
            if not isinstance(item, Numbered):
                continue
            match item.event:
                case FrameFinished(frame=frame, seconds=seconds):
                    view = crew.view(job)
                    print(f"{view.progress:6.1%}  frame {frame} in {seconds:.2f} s")
                case FrameFailed(frame=frame, failure=failure):
                    print(f"frame {frame} failed: {failure.reason}")
                case JobFinished(status=status):
                    print(f"job {job}: {status}")
                    break
                case _:
                    pass


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
