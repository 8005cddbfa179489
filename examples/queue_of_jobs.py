"""Several scenes in one queue, the first one soonest: `python queue_of_jobs.py out a.blend b.blend`."""

import asyncio
import sys
from pathlib import Path

import framecrew


async def main(folder: str, *scenes: str) -> None:
    async with framecrew.Crew() as crew:
        jobs = {}
        for place, scene in enumerate(scenes):
            name = Path(scene).stem
            output = f"{folder}/{name}/{name}_####.png"
            job = await crew.submit(scene=scene, output=output, priority=50 - place)
            jobs[job] = name
        for job, name in jobs.items():
            view = await crew.wait(job)
            if view.missing:
                # Once more for what was given up; all else is kept.
                crew.requeue(job)
                view = await crew.wait(job)
            print(f"{name}: {view.status}, missing: {view.missing or 'none'}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
