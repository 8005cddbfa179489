"""How fast framecrew renders with a real Blender, side by side with what people do without it.

    python benchmarks/blender_speed.py [--rounds 3] [--only ramp|sync|spin] [--way framecrew --way best]

Every round runs all ways of one scene in turn, so that a machine whose speed drifts drifts for all of them. Printed are
the medians of the wall seconds and the ratios taken round by round. The table goes into docs/benchmarks.md.
"""

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from as_installed import as_installed

HERE = Path(__file__).resolve().parent
CORES = (
    len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
)
FRAMES = {"ramp": 48, "sync": 60, "spin": 48}


def main() -> None:
    as_installed()
    reading = argparse.ArgumentParser()
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--only", choices=sorted(FRAMES))
    reading.add_argument("--way", action="append", help="only ways whose names hold this")
    given = reading.parse_args()
    blender = os.environ.get("BLENDER") or shutil.which("blender")
    if blender is None:
        sys.exit("Wanted a Blender on PATH; found none.")
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as folder:
        for kind in FRAMES if given.only is None else [given.only]:
            measure(kind, Path(folder), blender, given.rounds, given.way or [""])


def measure(kind: str, folder: Path, blender: str, rounds: int, wanted: list[str]) -> None:
    scene = folder / f"{kind}.blend"
    quiet(
        [
            blender,
            "-b",
            "--factory-startup",
            "--python",
            str(HERE / "scenes.py"),
            "--",
            kind,
            str(scene),
        ]
    )
    last = FRAMES[kind]
    ways: dict[str, Callable[[Path], float]] = {
        "framecrew": lambda out: framecrew(scene, out),
        "one blender -a, all threads": lambda out: plain(
            blender, scene, out, [(1, last)], threads=0
        ),
        f"static split in {CORES} processes": lambda out: plain(
            blender, scene, out, halves(last, CORES), threads=1
        ),
        "the best by hand: one process, all threads, persistent data": lambda out: plain(
            blender, scene, out, [(1, last)], threads=0, persistent=True
        ),
    }
    ways = {name: way for name, way in ways.items() if any(part in name for part in wanted)}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    bounds: list[float] = []
    for turn in range(rounds):
        for name, way in ways.items():
            out = folder / f"{kind}-{turn}-{len(seconds[name])}-{abs(hash(name))}"
            out.mkdir()
            seconds[name].append(way(out))
            found = len(list(out.glob("*.png")))
            if found != last:
                sys.exit(f"{name}: {found} of {last} frames")
            shutil.rmtree(out)
        out = folder / "bound"
        bounds.append(single_thread_seconds(scene, out) / CORES)
        shutil.rmtree(out)
    print(f"\n### {kind}: {last} frames, {CORES} cores, {rounds} rounds\n")
    print("| way | median s | × lower bound | × framecrew |\n|---|---|---|---|")
    print(
        f"| lower bound (single-thread frame seconds ÷ cores) | {statistics.median(bounds):.2f} | 1.00 | |"
    )
    for name, values in seconds.items():
        bound = statistics.median(a / b for a, b in zip(values, bounds, strict=True))
        ours = statistics.median(
            a / b for a, b in zip(values, seconds["framecrew"], strict=True)
        )
        print(
            f"| {name} | {statistics.median(values):.2f} | {bound:.2f} | {ours:.2f} |",
            flush=True,
        )


def framecrew(scene: Path, out: Path, *flags: str) -> float:
    started = time.perf_counter()
    quiet(
        [sys.executable, "-m", "framecrew", "render", str(scene), "--output", str(out / "f_####.png"),
         "--quiet", *flags],
        FRAMECREW_HOME=str(out.parent / "home"),
    )  # fmt: skip
    return time.perf_counter() - started


def single_thread_seconds(scene: Path, out: Path) -> float:
    """Sum of the frames' own seconds with one session of one thread and nothing beside it."""
    said = quiet(
        [sys.executable, "-m", "framecrew", "render", str(scene), "--output", str(out / "f_####.png"),
         "--json", "--slots", "1", "--threads", "1"],
        FRAMECREW_HOME=str(out.parent / "home"),
    )  # fmt: skip
    events = [json.loads(line) for line in said.splitlines()]
    return sum(event["seconds"] for event in events if event["event"] == "frame_finished")


def plain(
    blender: str, scene: Path, out: Path, ranges: list[tuple[int, int]], *, threads: int,
    persistent: bool = False,
) -> float:  # fmt: skip
    """Blender by hand: one process for each range, all at once."""
    setting = "import bpy; bpy.context.scene.render.use_persistent_data = True"
    started = time.perf_counter()
    running = [
        subprocess.Popen(
            [blender, "-b", str(scene), "-o", str(out / "f_####"), "-t", str(threads),
             *(["--python-expr", setting] if persistent else []),
             "-s", str(first), "-e", str(last), "-a"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for first, last in ranges
    ]  # fmt: skip
    for process in running:
        if process.wait() != 0:
            sys.exit("blender failed")
    return time.perf_counter() - started


def halves(last: int, count: int) -> list[tuple[int, int]]:
    edges = [last * part // count for part in range(count + 1)]
    return [(left + 1, right) for left, right in itertools.pairwise(edges)]


def quiet(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, **environment}
    )
    if done.returncode:
        sys.exit(
            f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


main()
