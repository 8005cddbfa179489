"""Whether memory stays flat over a long film of a page: the processes of one slot, at each tenth of it.

    python benchmarks/web_memory.py [--frames 10000] [--leak 0] [--growth 1024]

Renders a page with text that moves, 640x360, which keeps `--leak` kilobytes more for good with every frame. Linux only.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from process_memory import tree_memory

PAGE = """<!doctype html><body style="margin: 0; background: #101826; color: #e8eefc; font: 40px sans-serif">
<h1></h1><script>
  const kept = [];
  window.framecrew = {{ width: 640, height: 360, fps: 30, duration: {seconds}, seek(t, frame) {{
    document.querySelector("h1").textContent = `frame ${{frame}}`;
    document.querySelector("h1").style.transform = `translateX(${{100 + 80 * Math.sin(t)}}px)`;
    if ({leak}) kept.push(new Uint8Array({leak} * 1024).fill(frame));
  }} }};
</script>"""


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--frames", type=int, default=10_000)
    reading.add_argument("--leak", type=int, default=0, help="kilobytes a frame")
    reading.add_argument("--growth", type=int, default=1024)
    given = reading.parse_args()
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as text:
        folder = Path(text)
        page = folder / "page" / "index.html"
        page.parent.mkdir()
        page.write_text(
            PAGE.format(seconds=given.frames / 30, leak=given.leak), encoding="utf-8"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "framecrew", "render", str(page), "--slots", "1", "--no-daemon",
             "--output", str(folder / "film.mp4"), "--film-preset", "h264-fast", "--json",
             "--growth", str(given.growth)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "FRAMECREW_HOME": str(folder / "home")},
        )  # fmt: skip
        assert process.stdout
        done, most = 0, 0.0
        print("| Frames | MiB now | MiB at most until now |\n|---|---|---|")
        for line in process.stdout:
            done += '"frame_finished"' in line
            if '"frame_finished"' in line and done % (given.frames // 10) == 0:
                now = tree_memory(process.pid)
                most = max(most, now)
                print(f"| {done} | {now:.0f} | {most:.0f} |", flush=True)
        sys.exit(process.wait())


main()
