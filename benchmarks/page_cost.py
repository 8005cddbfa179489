"""What the page of Studio costs the browser: a queue of 2,000 jobs, a grid of 100,000 frames, and
a log of 5,000 lines a second.

python benchmarks/page_cost.py

Counts the frames of the screen (60 a second at most) while the queue is scrolled, while the grid
lies still under 50 frame events a second, is scrolled at several sizes and zoomed, and while a log
is followed; and the CPU of all of the browser's processes, in percent of one core.
"""

import math
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import ensure_page, find_chromium
from daemon import DaemonProcess

from framecrew.model.jobs import JobSpec
from framecrew.model.statuses import JobStatus
from framecrew.store.store import Store
from framecrew.testing import write_scene

SECONDS = 4
SMALLEST, LARGEST = 2, 220
COUNT = """(ms) => new Promise(done => {
  const spans = [];
  const begin = performance.now();
  let before = begin;
  requestAnimationFrame(function step(now) {
    spans.push(now - before);
    before = now;
    window.between?.();
    if (now - begin < ms) return requestAnimationFrame(step);
    spans.sort((one, other) => one - other);
    done([spans.length / ms * 1000, spans[Math.floor(spans.length * 0.95)], spans.at(-1)]);
  });
})"""
SCROLL = """([place, step]) => {
  const cells = document.querySelector(place);
  let by = step;
  window.between = () => {
    cells.scrollTop += by;
    if (cells.scrollTop <= 0 || cells.scrollTop + cells.clientHeight >= cells.scrollHeight - 1) by = -by;
  };
}"""
ZOOM = """() => {
  const cells = document.querySelector(".cells");
  let turn = 0;
  window.between = () => {
    const key = turn++ % 40 < 20 ? "+" : "-";
    cells.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  };
}"""


def measure(page: Page, name: str, browser: psutil.Process) -> None:
    before, began = cpu_seconds(browser), time.monotonic()
    rate, usual, longest = page.evaluate(COUNT, SECONDS * 1000)
    busy = 100 * (cpu_seconds(browser) - before) / (time.monotonic() - began)
    print(
        f"{name:38} {rate:5.1f} a second, 95 % within {usual:5.1f} ms, longest {longest:5.1f} ms, CPU {busy:3.0f} %"
    )


def cpu_seconds(browser: psutil.Process) -> float:
    seconds = 0.0
    for process in (browser, *browser.children(recursive=True)):
        times = process.cpu_times()
        seconds += times.user + times.system
    return seconds


def jobs(page: Page, folder: Path, browser: psutil.Process) -> None:
    studio = DaemonProcess(folder)
    with Store.open(studio.home) as store:
        for number in range(2000):
            job = store.new_job(JobSpec(scene=f"/shots/{number}.blend"), f"shot {number}", ())
            store.set_status(job, JobStatus.CANCELLED, done=0, failed=0, total=10)
    with studio as daemon:
        page.goto(daemon.client.link())
        page.locator(".virtual").wait_for()
        for step in (7, 60, 600):
            page.evaluate(SCROLL, [".virtual", step])
            measure(page, f"2,000 jobs scrolled by {step} px a frame", browser)
        page.evaluate("() => { window.between = undefined; }")


def frames(page: Page, daemon: DaemonProcess, folder: Path, browser: psutil.Process) -> None:
    scene = write_scene(
        folder / "large.standin", last=100_000, seconds=0.04, width=16, height=9
    )
    output = str(folder / "out" / "f_######.png")
    job = daemon.client.submit({"scene": str(scene), "output": output, "slots": 2})
    began = time.monotonic()
    page.goto(f"{daemon.client.url}/#/job/{job}")
    page.locator(".cells").wait_for()
    print(f"{'job page of 100,000 frames ready':34} {time.monotonic() - began:5.2f} s")
    measure(page, "grid at rest, 50 frame events/s", browser)
    page.evaluate(SCROLL, [".cells", 7])
    for cell in (2, 6, 12, 30, 110):
        part = math.log(cell / SMALLEST) / math.log(LARGEST / SMALLEST)
        page.locator(".zoom input").fill(str(round(100 * part)))
        page.wait_for_timeout(300)
        measure(page, f"grid scrolled, cells of {cell} px", browser)
    page.evaluate(ZOOM)
    measure(page, "grid zoomed in and out", browser)
    page.evaluate("() => { window.between = undefined; }")
    daemon.client.cancel(job)
    daemon.wait_over(job)


def lines(page: Page, daemon: DaemonProcess, folder: Path, browser: psutil.Process) -> None:
    scene = write_scene(
        folder / "chatty.standin",
        last=5000,
        seconds=0.05,
        lines_per_frame=250,
        width=16,
        height=9,
    )
    output = str(folder / "chatty" / "f_####.png")
    keys = {"scene": str(scene), "output": output, "slots": 1, "chunk_size": 1000}
    job = daemon.client.submit(keys)
    page.goto(f"{daemon.client.url}/#/job/{job}/log")
    page.wait_for_timeout(3000)
    measure(page, "log followed, 5,000 lines/s", browser)
    daemon.client.cancel(job)
    daemon.wait_over(job)


def main() -> None:
    ensure_page()
    with (
        TemporaryDirectory(prefix="page-cost-") as name,
        DaemonProcess(Path(name)) as daemon,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        browser = next(
            process
            for process in psutil.Process().children(recursive=True)
            if "--remote-debugging-pipe" in process.cmdline()
        )
        jobs(page, Path(name) / "queue", browser)
        page.goto(daemon.client.link())
        page.locator("main").wait_for()
        frames(page, daemon, Path(name), browser)
        lines(page, daemon, Path(name), browser)
        chromium.close()


if __name__ == "__main__":
    main()
