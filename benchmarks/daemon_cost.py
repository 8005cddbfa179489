"""What the daemon costs: its start, its idleness, its stream under load, and the largest answers.

    python benchmarks/daemon_cost.py [--seconds 20]

The renderer is the stand-in, which prints lines and writes tiny real PNGs.
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import psutil

from framecrew.client import Client
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.media.decoders import PROGRAM
from framecrew.model import events as ev
from framecrew.model.jobs import JobSpec
from framecrew.model.outputs import Promise
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.requests import RenderRequest
from framecrew.model.statuses import JobStatus
from framecrew.store.store import Store
from framecrew.testing import write_scene

MANY = 100_000
CHUNK = 50
JOBS = 2_000
MEGABYTE = 1_000_000


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    seconds = reading.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="framecrew-benchmark-") as name:
        folder = Path(name)
        began = time.perf_counter()
        with Daemon(folder / "home") as daemon:
            print(f"start to first answer: {time.perf_counter() - began:.2f} s")
            time.sleep(2)
            print(f"idle: {daemon.cpu(seconds):.2f} % of a core, {daemon.memory():.0f} MB")
            latency(daemon.client, folder)
            under_load(daemon, folder, seconds)
            print(f"idle after jobs: {daemon.cpu(seconds):.2f} %, {daemon.memory():.0f} MB")
        large(folder / "large")


class Daemon:
    """One daemon with a home of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> "Daemon":
        self._home.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "framecrew.studio", "--home", self._home, "--port", "0"]
        )
        while (client := Client.find(self._home)) is None:
            time.sleep(0.01)
        client.status()
        self.client = client
        self._seen = psutil.Process(self._process.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def used(self) -> float:
        return float(sum(self._seen.cpu_times()[:2]))

    def cpu(self, seconds: float) -> float:
        before = self.used()
        time.sleep(seconds)
        return 100 * (self.used() - before) / seconds

    def read(self, path: str) -> bytes:
        """The bytes of an answer, which are not turned into values."""
        token = (self._home / "token").read_text()
        asked = urllib.request.Request(
            f"{self.client.url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(asked) as answer:
            read: bytes = answer.read()
            return read

    def renderers(self) -> list[psutil.Process]:
        """All processes below it, but for decoders, which stay a while for what may come."""
        found = []
        for one in self._seen.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if PROGRAM not in one.cmdline():
                    found.append(one)
        return found

    def memory(self) -> float:
        return float(self._seen.memory_info().rss / MEGABYTE)


def latency(client: Client, folder: Path) -> None:
    """From the moment a frame is proved to the moment a client has heard of it."""
    scene = write_scene(folder / "a.standin", last=100, seconds=0.07)
    with client.events() as stream:
        job = client.submit(keys(scene, folder / "a"))
        late: list[float] = []
        is_over = False
        while not is_over:
            batch = stream.next_batch()
            assert batch is not None
            now = time.time()
            for event in batch.events:
                if event["event"] == "frame_finished":
                    late.append(now - event["at"])
                is_over |= event["event"] == "job_finished" and event["job"] == job
    worst = sorted(late)[int(0.95 * len(late))]
    print(f"event to client: median {statistics.median(late):.3f} s, 95 % {worst:.3f} s")


def under_load(daemon: Daemon, folder: Path, seconds: float) -> None:
    """Some 50 frames and 1,000 lines a second, all of it followed by one client."""
    scene = write_scene(
        folder / "b.standin", last=5_000, seconds=0.018, lines_per_frame=20, width=16, height=16
    )
    client = daemon.client
    job = client.submit(keys(scene, folder / "b", chunk_size=5_000))
    with client.events() as stream:
        stream.follow(f"{job}.1")
        time.sleep(3)
        frames, used, began, lines = client.job(job).job.done, daemon.used(), time.time(), 0
        while time.time() < began + seconds:
            batch = stream.next_batch(1.0)
            lines += len(batch.lines) if batch else 0
        took = time.time() - began
        frames = client.job(job).job.done - frames
        cpu = 100 * (daemon.used() - used) / took
    client.cancel(job)
    while client.job(job).job.phase != "over":
        time.sleep(0.05)
    print(
        f"{frames / took:.0f} frames and {lines / took:.0f} lines a second: {cpu:.0f} % of a core"
    )


def keys(scene: Path, output: Path, **more: object) -> dict[str, object]:
    return {"scene": str(scene), "output": str(output / "f_#####.png"), "slots": 1, **more}


def large(home: Path) -> None:
    """The largest answers: all frames of a long job, and a long queue."""
    with Store.open(home) as store:
        job = store.new_job(JobSpec(scene="/a.standin"), "long", ["/out/f_######.png"])
        events = [(job, event) for event in long_journal(job)]
        for first in range(0, len(events), 5_000):
            store.append(events[first : first + 5_000])
        store.set_status(job, JobStatus.DONE, done=MANY, total=MANY, failed=0, progress=1.0)
        for number in range(JOBS):
            other = store.new_job(JobSpec(scene="/b.standin"), "short", [f"/out/{number}.png"])
            store.set_status(other, JobStatus.DONE, done=1, total=1, failed=0, progress=1.0)
    with Daemon(home) as daemon:
        for what in ("frames", "frames", "attempts"):
            began = time.perf_counter()
            text = daemon.read(f"jobs/{job}/{what}")
            took = time.perf_counter() - began
            print(f"{what} of {MANY} frames: {took:.2f} s, {len(text) / MEGABYTE:.1f} MB")
        began = time.perf_counter()
        text = daemon.read("jobs")
        took = time.perf_counter() - began
        print(f"{JOBS} jobs: {took:.2f} s, {len(text) / MEGABYTE:.1f} MB")


def long_journal(job: int) -> Iterable[ev.Event]:
    task = Task(
        id="render",
        kind=TaskKind.RENDER,
        frames=FrameSet.range(1, MANY),
        request=RenderRequest(renderer="stand-in", scene="/a.standin"),
        promises=(
            Promise(
                name="main",
                made=FramePattern.parse("f_######.png"),
                final=FramePattern.parse("/out/f_######.png"),
            ),
        ),
    )
    yield ev.JobSubmitted(at=0.0, job=job, priority=50, plan=Plan(name="long", tasks=(task,)))
    for number, first in enumerate(range(1, MANY + 1, CHUNK), 1):
        name, at = f"{job}.{number}", float(number)
        yield ev.AttemptStarted(
            at=at, job=job, task="render", attempt=name, slot=number % 8, threads=1,
            frames=FrameSet.range(first, first + CHUNK - 1),
        )  # fmt: skip
        yield ev.SessionOpened(at=at, attempt=name, pid=1, seconds=0.0, memory_bytes=10**9)
        for frame in range(first, first + CHUNK):
            yield ev.FrameFinished(
                at=at, attempt=name, frame=frame, seconds=0.5, memory_bytes=10**9
            )
        yield ev.AttemptSucceeded(at=at, attempt=name)


if __name__ == "__main__":
    main()
