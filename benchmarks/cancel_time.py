"""What a cancel takes: from the wish to the moment when no process of the job is left.

    python benchmarks/cancel_time.py [blender|web|aftereffects|stand-in …]

In every phase, of jobs of a daemon: while renderers start, while they render, while the film is made.
After Effects is the stand-in for it; Blender and Chromium are those that are found.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from daemon_cost import Daemon

from framecrew.conductor.assemble import make_search
from framecrew.demo import build
from framecrew.model.answers import JobRow
from framecrew.testing import install_aerender, write_project, write_scene

PAGE = """<canvas width=640 height=360></canvas><script>
const pen = document.querySelector("canvas").getContext("2d");
requestAnimationFrame(function draw(at) {
  for (let n = 0; n < 4000; n++) { pen.fillStyle = `hsl(${at + n} 80% 50%)`; pen.fillRect(n % 640, n % 360, 9, 9); }
  requestAnimationFrame(draw);
});
</script>"""
FILM = {"film_preset": "av1", "film_fps": "24"}
"""The slowest encoder, so that there is time to cancel it."""
PHASES: dict[str, Callable[[JobRow], bool]] = {
    "starting": lambda row: row.phase == "starting" and row.slots > 0,
    "rendering": lambda row: row.done >= 2,
    "stitching": lambda row: row.phase == "stitching",
}


def main() -> None:
    wanted = sys.argv[1:] or ["stand-in", "aftereffects", "web", "blender"]
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as name:
        folder = Path(name)
        with Daemon(folder / "home") as daemon:
            for renderer in wanted:
                keys = {key: str(value) for key, value in scene_of(renderer, folder).items()}
                for phase in PHASES:
                    cancelled(daemon, folder, renderer, phase, dict(keys))


def scene_of(renderer: str, folder: Path) -> dict[str, object]:
    match renderer:
        case "stand-in":
            scene = write_scene(folder / "a.standin", last=600, seconds=0.05, start_seconds=2)
            return {"scene": scene}
        case "aftereffects":
            scene = write_project(
                folder / "a.aep", name="Main", last=600, seconds=0.05, launch_seconds=2
            )
            return {"scene": scene, "program": install_aerender(folder / "bin"), "comp": "Main"}
        case "web":
            scene = folder / "a.html"
            scene.write_text(PAGE, encoding="utf-8")
            return {"scene": scene}
        case _:
            scene = folder / "a.blend"
            build(scene, make_search().program("blender", ""))
            return {"scene": scene}


def cancelled(
    daemon: Daemon, folder: Path, renderer: str, phase: str, keys: dict[str, object]
) -> None:
    """One job, cancelled in one phase."""
    output = folder / f"{renderer}-{phase}"
    comp = keys.pop("comp", "")
    if comp:
        keys["options"] = {"comp": comp}
    if phase == "stitching":
        keys |= {"film": str(output / "a.mp4"), **FILM}
    frames = "1-30" if phase == "stitching" else "1-600"
    keys |= {"frames": frames, "output": str(output / "f_####.png"), "slots": 2}
    client = daemon.client
    job = client.submit(keys)
    deadline = time.monotonic() + 120
    while not (PHASES[phase](row := client.job(job).job) and (processes := daemon.renderers())):
        is_missed = phase == "starting" and row.done > 0
        if row.phase == "over" or is_missed or time.monotonic() > deadline:
            client.cancel(job)
            print(f"{renderer:12} {phase:10} was over before it could be cancelled")
            return
        time.sleep(0.005)
    began = time.perf_counter()
    client.cancel(job)
    while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes):
        time.sleep(0.01)
    took = time.perf_counter() - began
    while (row := client.job(job).job).phase != "over":
        time.sleep(0.01)
    told = time.perf_counter() - began
    kept = len(list(output.glob("f_*.png")))
    assert not daemon.renderers()
    print(
        f"{renderer:12} {phase:10} {len(processes):2} processes gone after {took:.2f} s, "
        f"{row.status} told after {told:.2f} s, {row.done} frames kept, {kept} on disk"
    )


if __name__ == "__main__":
    main()
