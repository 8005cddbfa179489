"""How fast pages become films, from launch to the proved file.

    python benchmarks/web_speed.py [--rounds 3]

Every round renders the three pages of `benchmarks/web` with one slot and with two. Printed are medians: frames a
second, and CPU milliseconds a frame of all processes together. The table goes into docs/benchmarks.md.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAGES = {"text": 300, "particles": 300, "uneven": 180}
"""Frames of each page."""
HERE = Path(__file__).resolve().parent


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--preset", default="h264-fast")
    given = reading.parse_args()
    seconds: dict[tuple[str, int], list[float]] = {}
    cpu: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as folder:
        for turn in range(given.rounds):
            for page in PAGES:
                for slots in (1, 2):
                    film = Path(folder) / f"{page}-{slots}-{turn}.mp4"
                    took, spent = render(page, slots, film, given.preset, Path(folder))
                    seconds.setdefault((page, slots), []).append(took)
                    cpu.setdefault((page, slots), []).append(spent)
    print(
        "| Page | slots | seconds | frames a second | CPU ms a frame |\n|---|---|---|---|---|"
    )
    for (page, slots), times in seconds.items():
        took, spent = statistics.median(times), statistics.median(cpu[page, slots])
        frames = PAGES[page]
        print(
            f"| {page} | {slots} | {took:.1f} | {frames / took:.1f} | {1000 * spent / frames:.0f} |"
        )


def render(page: str, slots: int, film: Path, preset: str, home: Path) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of all processes that were waited for."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "framecrew", "render", str(HERE / "web" / f"{page}.html"),
         "--output", str(film), "--film-preset", preset, "--slots", str(slots), "--no-daemon"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FRAMECREW_HOME": str(home / "home")},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"framecrew ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.perf_counter() - began, spent


main()
