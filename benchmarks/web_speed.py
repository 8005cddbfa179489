"""How fast pages become films, from launch to the proved file.

    python benchmarks/web_speed.py [--rounds 3]

Every round renders the three pages of `benchmarks/web` with one slot and with two, those that are one canvas as a
draft too. Printed are medians: frames a second, and CPU milliseconds a frame of all processes together. The table goes
into docs/benchmarks.md.
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

from as_installed import as_installed

PAGES = {"text": 300, "particles": 300, "uneven": 180}
"""Frames of each page."""
QUALITIES = {"text": ("95",), "particles": ("95", "draft"), "uneven": ("95", "draft")}
HERE = Path(__file__).resolve().parent


def main() -> None:
    as_installed()
    reading = argparse.ArgumentParser()
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--preset", default="h264-fast")
    reading.add_argument("--pages", default=",".join(PAGES))
    given = reading.parse_args()
    seconds: dict[tuple[str, str, int], list[float]] = {}
    cpu: dict[tuple[str, str, int], list[float]] = {}
    asked = [
        (page, quality, slots)
        for page in given.pages.split(",")
        for slots in (1, 2)
        for quality in QUALITIES[page]
    ]
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as folder:
        for turn in range(given.rounds):
            for page, quality, slots in asked:
                film = Path(folder) / f"{page}-{quality}-{slots}-{turn}.mp4"
                options = (
                    "--film-preset",
                    given.preset,
                    "--quality",
                    quality,
                    "--slots",
                    str(slots),
                )
                took, spent = render(page, film, options, Path(folder))
                seconds.setdefault((page, quality, slots), []).append(took)
                cpu.setdefault((page, quality, slots), []).append(spent)
    print("| Page | quality | slots | seconds | frames a second | CPU ms a frame |")
    print("|---|---|---|---|---|---|")
    for (page, quality, slots), times in seconds.items():
        took, spent = statistics.median(times), statistics.median(cpu[page, quality, slots])
        frames = PAGES[page]
        print(
            f"| {page} | {quality} | {slots} | {took:.1f} | {frames / took:.1f} "
            f"| {1000 * spent / frames:.0f} |"
        )


def render(page: str, film: Path, options: tuple[str, ...], home: Path) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of all processes that were waited for."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "framecrew", "render", str(HERE / "web" / f"{page}.html"),
         "--output", str(film), "--no-daemon", *options],
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
