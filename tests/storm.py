"""Storms: one job under faults that dice choose, and everything that must be true at its end.

A storm is known by its number; the same number throws the same dice. 60 frames on 4 slots, and of
these some: crashes, hangs, files cut short, frames that are said and never written, black frames,
slow writers, bytes that are no text, children that stay, two of frames that never come out whole,
a disk that answers slowly, a disk that is full, and kill -9 or Ctrl-C of framecrew, after which
the same command is run again.

What is faked is the outside alone: the renderer is the stand-in aerender, the full disk is a real
small one, and the slow one is a real one whose fsync answers late.
"""

import os
import platform
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doors.terminal import KILL, Said, Terminal, alive

from framecrew.frames.sets import FrameSet
from framecrew.testing import ae_fault, install_aerender, read_frame_number, write_project

COUNT, SLOTS = 60, 4
PATIENCE_SECONDS = 240.0
WRONG_USE = 2
REFUSED = ("No space left", "room for")
"""What is said of a disk that is full, or too small for what is left."""
DISK_BYTES = 8 * 1024 * 1024
SLOW_DISK = """\
import os, time
fsync = os.fsync
def slow(number):
    time.sleep({seconds})
    fsync(number)
os.fsync = slow
"""


class WrongError(AssertionError):
    """Something of what is promised was not true."""


@dataclass(slots=True)
class Weather:
    """What the dice of one storm chose."""

    first: int
    faults: list[dict[str, Any]] = field(default_factory=list)
    lasting: set[int] = field(default_factory=set)
    """Frames that never come out whole."""
    interruptions: list[tuple[int, int]] = field(default_factory=list)
    """After so many lines of events, this signal."""
    slow_seconds: float = 0.0
    is_disk_full: bool = False
    flags: list[object] = field(default_factory=list)
    project: dict[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> range:
        return range(self.first, self.first + COUNT)

    def __str__(self) -> str:
        names = sorted({str(fault["kind"]) for fault in self.faults})
        words = [*names, *(f"never {frame}" for frame in sorted(self.lasting))]
        words += [f"signal {number}" for _, number in self.interruptions]
        words += ["slow disk"] * bool(self.slow_seconds) + ["full disk"] * self.is_disk_full
        return ", ".join(words) or "calm"


def weather_of(number: int, folder: Path) -> Weather:
    """What happens in the storm of this number."""
    dice = random.Random(number)
    weather = Weather(first=dice.choice([1, 1, 0, -7, 101, 9970]))
    possible: list[dict[str, Any]] = [
        ae_fault("crash", at="frame", chance=0.02, exit_code=dice.choice([1, 11, 139])),
        ae_fault("crash", at="frame", chance=0.02, signal="SIGSEGV"),
        ae_fault("crash", at="launch", chance=0.1),
        ae_fault("crash", at="exit", chance=0.1),
        ae_fault("hang", at="frame", once=folder / "hung-frame"),
        ae_fault("hang", at="launch", once=folder / "hung-launch"),
        ae_fault("hang", at="exit", once=folder / "hung-exit"),
        ae_fault("truncated", chance=0.03),
        ae_fault("skip", chance=0.03),
        ae_fault("black", chance=0.02),
        ae_fault("slow_writer", chance=0.05, seconds=0.3),
        ae_fault("output_failed", chance=0.01),
        ae_fault("read_failure", chance=0.001),
        ae_fault("never_launched", chance=0.05),
        ae_fault("no_end", chance=0.1),
        ae_fault("no_line", chance=0.1),
        ae_fault("repeat", chance=0.1),
        ae_fault("bad_bytes", chance=0.1),
        ae_fault("long_line", chance=0.01),
        ae_fault("mute", chance=0.01),
        ae_fault(
            "grandchild",
            at="frame",
            once=folder / "stayed",
            pid_file=str(folder / "grandchild"),
        ),
    ]
    weather.faults = dice.sample(possible, dice.randint(1, 5))
    if dice.random() < 0.3:
        weather.lasting = set(dice.sample(list(weather.frames), dice.randint(1, 2)))
        kind = dice.choice(["truncated", "skip", "black", "crash"])
        weather.faults += [
            ae_fault(kind, frame=frame, at="frame" if kind == "crash" else None)
            for frame in sorted(weather.lasting)
        ]
    for _ in range(dice.choice([0, 0, 1, 1, 2])):
        number_of_signal = KILL if dice.random() < 0.8 else signal.SIGINT
        weather.interruptions.append((dice.randint(1, 90), number_of_signal))
    other = dice.random()
    if other < 0.2:
        weather.slow_seconds = dice.uniform(0.02, 0.3)
    elif other < 0.4:
        weather.is_disk_full = True
    if dice.random() < 0.5:
        weather.flags += ["--no-mfr"]
    if dice.random() < 0.3:
        weather.flags += ["--scratch", folder / "scratch"]
    if dice.random() < 0.2:
        weather.flags += ["--chunk-size", dice.randint(1, 20)]
    language = dice.choice(["en", "de", "fr", "es", "ja"])
    encoding = "cp932" if language == "ja" else "cp1252"
    weather.project = {
        "seconds": {"from": 0.0, "to": dice.choice([0.0, 0.02, 0.1])},
        "launch_seconds": dice.choice([0.0, 0.1]),
        "language": language,
        "encoding": dice.choice(["utf-8", encoding]),
        "mfr_frames": dice.choice([1, 4]),
        "ignores_terminate": dice.random() < 0.2,
    }
    return weather


class Storm:
    """One job under faults, in a folder of its own."""

    def __init__(self, number: int, folder: Path) -> None:
        self.weather = weather_of(number, folder)
        self.terminal = Terminal(folder)
        self._folder = folder
        self._out = folder / "out"
        self._out.mkdir(parents=True)
        project = write_project(
            folder / "shot.aep",
            name="Main",
            first=self.weather.first,
            last=self.weather.frames[-1],
            faults=self.weather.faults,
            seed=number,
            tally=str(folder / "tally"),
            **self.weather.project,
        )
        program = install_aerender(folder / "bin")
        first, last = self.weather.frames[0], self.weather.frames[-1]
        self._words: tuple[object, ...] = (
            *("render", project, "--comp", "Main", "--frames", f"{first}-{last}", "--json"),
            *("--output", self._out / "f_[####].png", "--program", program, "--not-black"),
            *("--slots", SLOTS, "--spawn-delay", 0, "--start-timeout", 5),
            *("--stall-timeout", 5, "--exit-timeout", 3, *self.weather.flags),
        )
        if self.weather.slow_seconds:
            site = folder / "site"
            site.mkdir()
            text = SLOW_DISK.format(seconds=self.weather.slow_seconds)
            (site / "sitecustomize.py").write_text(text, encoding="utf-8")
            paths = (str(site), os.environ.get("PYTHONPATH", ""))
            self.terminal.environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))

    def run(self) -> str:
        """The status the job ended with. WrongError if anything that is promised is not true."""
        with self._disk():
            for after, number in self.weather.interruptions:
                said = self._call(after, number)
                self._whole_frames()
                # A Ctrl-C in its last moment finds Python without a handler.
                if said.code not in (130, -KILL, -signal.SIGINT):
                    self._check_end(said)
            said = self._call(None, 0)
            return self._check_end(said)

    def _call(self, after: int | None, number: int) -> Said:
        """The command, ended by a signal after so many lines, or at its own time."""
        with self.terminal.start(*self._words) as running:
            deadline = time.monotonic() + PATIENCE_SECONDS
            family = []
            while running.process.poll() is None:
                if time.monotonic() > deadline:
                    raise WrongError(f"it does not end; it said {running.out[-3:]}")
                if any('"queue_held"' in line for line in running.out):
                    self._ballast.unlink(missing_ok=True)
                if after is not None and len(running.out) >= after:
                    family = running.family()
                    running.signal(number)
                    running.process.wait(PATIENCE_SECONDS)
                time.sleep(0.02)
            if left := alive(family):
                raise WrongError(f"processes that outlived it: {left}")
            said = running.end(timeout=PATIENCE_SECONDS)
        if "Traceback" in said.err:
            raise WrongError(said.err)
        is_refused = said.code == WRONG_USE and any(word in said.err for word in REFUSED)
        if is_refused and self._ballast.exists():
            # Nothing is even started on a disk that cannot hold it.
            self._ballast.unlink()
            return self._call(None, 0)
        self._check_grandchild()
        return said

    # ── what must be true ────────────────────────────────────────────────────────────────────

    def _whole_frames(self) -> set[int]:
        """Frames under their final names; each shows its own number, or it is wrong."""
        found = set()
        for path in self._out.iterdir():
            if path.name.startswith(".") or path == self._ballast:
                continue
            frame = int(path.stem.removeprefix("f_"))
            shown = read_frame_number(path)
            if shown != frame or frame not in self.weather.frames:
                raise WrongError(f"{path.name} shows {shown}")
            found.add(frame)
        return found

    def _check_end(self, said: Said) -> str:
        """The end of a run nobody struck: what it tells is what is there."""
        there = self._whole_frames()
        events = said.events
        last = events[-1]
        if last["event"] != "summary":
            raise WrongError(f"it ended without a word: {said.code} {said.err}")
        missing = FrameSet.parse(last["missing"]) if last["missing"] else FrameSet()
        lost = set(self.weather.frames) - there
        if set(missing) != lost or last["done"] != len(there):
            raise WrongError(
                f"missing are {sorted(lost)}, it says {missing}, {last['done']} done"
            )
        if (said.code == 0) != (not lost) or (last["status"] == "done") != (not lost):
            raise WrongError(
                f"{len(lost)} are missing, exit code {said.code}, {last['status']}"
            )
        if not self.weather.lasting <= lost:
            raise WrongError(f"{sorted(self.weather.lasting - lost)} cannot be whole")
        told = [frame for loss in last["losses"] for frame in FrameSet.parse(loss["frames"])]
        if sorted(told) != sorted(lost):
            raise WrongError(f"lost are {sorted(lost)}, reasons are given for {sorted(told)}")
        finished = [one["frame"] for one in events if one["event"] == "frame_finished"]
        if len(finished) != len(set(finished)):
            raise WrongError(f"finished twice: {sorted(finished)}")
        if not lost:
            self._check_tidy()
        return str(last["status"])

    def _check_tidy(self) -> None:
        hidden = [path.name for path in self._out.iterdir() if path.name.startswith(".")]
        scratch = self._folder / "scratch"
        hidden += [str(path) for path in scratch.rglob("*")] if scratch.exists() else []
        if hidden:
            raise WrongError(f"left behind: {hidden}")

    def _check_grandchild(self) -> None:
        path = self._folder / "grandchild"
        if path.exists():
            pid = int(path.read_text(encoding="utf-8") or 0)
            path.unlink()
            if pid and Path(f"/proc/{pid}").exists():
                raise WrongError(f"the renderer's child {pid} lives on")

    # ── the disk ─────────────────────────────────────────────────────────────────────────────

    @property
    def _ballast(self) -> Path:
        return self._out / "ballast"

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """A small disk in place of the output folder, with room for some frames only."""
        if not self.weather.is_disk_full:
            yield
            return
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "storm", str(self._out)]
        if (
            platform.system() != "Linux"
            or subprocess.run(mount, capture_output=True).returncode
        ):
            # Who may not mount a disk has a storm without one.
            self.weather.is_disk_full = False
            yield
            return
        try:
            self._ballast.write_bytes(b"x" * (DISK_BYTES - 80_000))
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(self._out)], check=True)


def ride_out(numbers: Sequence[int], folder: Path) -> Iterator[tuple[int, Weather, str, float]]:
    """Storms one after the other: number, weather, and how it ended or what was wrong."""
    for number in numbers:
        place = folder / str(number)
        began = time.monotonic()
        storm = Storm(number, place)
        try:
            end = storm.run()
        except WrongError as wrong:
            end = f"WRONG: {wrong}"
        except Exception as error:  # noqa: BLE001 - one storm's end is no end of the others
            end = f"WRONG: {error!r}"
        yield number, storm.weather, end, time.monotonic() - began
        if not end.startswith("WRONG"):
            shutil.rmtree(place)
