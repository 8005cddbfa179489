"""What framecrew itself costs, with a renderer that does nothing: the stand-in, which writes tiny real PNGs.

    python benchmarks/own_cost.py [--frames 5000] [--long 100000]

Printed are frames delivered and checked a second, the memory of our process along a long job, the time of
`framecrew --help`, and the time in which the long job's journal is replayed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from as_installed import as_installed

from framecrew.conductor.recovery import replay
from framecrew.store.store import Store
from framecrew.testing import write_scene


def main() -> None:
    as_installed()
    reading = argparse.ArgumentParser()
    reading.add_argument("--frames", type=int, default=5_000)
    reading.add_argument("--long", type=int, default=100_000)
    given = reading.parse_args()
    print(f"`framecrew --help`: median {help_seconds() * 1000:.0f} ms of 9")
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as name:
        folder = Path(name)
        for turn in range(3):
            seconds, _ = job(folder / f"short-{turn}", given.frames)
            print(
                f"{given.frames} frames in {seconds:.2f} s: {given.frames / seconds:.0f} a second"
            )
        seconds, memory = job(folder / "long", given.long)
        print(f"{given.long} frames in {seconds:.1f} s: {given.long / seconds:.0f} a second")
        parts = [f"{share} %: {size / 1e6:.0f} MB" for share, size in memory]
        print(f"memory of our process along it: {', '.join(parts)}")
        with Store.open(folder / "long" / "home") as store:
            started = time.perf_counter()
            view = replay(store, store.jobs()[0].id)
            print(
                f"replay of its journal: {time.perf_counter() - started:.2f} s, {view.done} frames done"
            )


def help_seconds() -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "framecrew", "--help"], check=True, capture_output=True
        )
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def job(folder: Path, frames: int) -> tuple[float, list[tuple[int, int]]]:
    """Seconds of one job, and (percent of frames, bytes of our process) along it."""
    folder.mkdir()
    scene = write_scene(folder / "nothing.standin", first=1, last=frames, width=16, height=9)
    started = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, "-m", "framecrew", "render", str(scene), "--slots", "2", "--json",
         "--output", str(folder / "out" / "f_######.png")],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "FRAMECREW_HOME": str(folder / "home")},
    )  # fmt: skip
    process = psutil.Process(running.pid)
    memory: list[tuple[int, int]] = []
    done = 0
    assert running.stdout is not None
    for line in running.stdout:
        if '"frame_finished"' in line:
            done += 1
            if done % max(1, frames // 10) == 0:
                memory.append((100 * done // frames, process.memory_info().rss))
        elif '"summary"' in line and json.loads(line)["status"] != "done":
            sys.exit(f"the job ended so: {line}")
    if running.wait() != 0:
        sys.exit("framecrew failed")
    return time.perf_counter() - started, memory


main()
