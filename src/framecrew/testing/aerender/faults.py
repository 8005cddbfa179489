"""Which faults of a project strike, where, and how often."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

SEED_VARIABLE = "FRAMECREW_AERENDER_SEED"
GRANDCHILD = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
)

KINDS = frozenset(
    {
        # at launch
        "never_launched",
        "apple_event",
        "busy",
        "licence",
        # while the project is opened
        "missing_fonts",
        "missing_effects",
        "missing_footage",
        # anywhere
        "crash",
        "hang",
        "message",
        "grandchild",
        # in a frame
        "read_failure",
        "output_failed",
        "truncated",
        "skip",
        "black",
        "wrong_size",
        "slow_writer",
        "long_line",
        "bad_bytes",
        "mute",
        "no_line",
        "repeat",
        "grow",
        # of the whole output
        "wrong_extension",
        "no_end",
    }
)

Fault = Mapping[str, Any]


class Faults:
    """A project's faults, and the dice that some of them wait for."""

    def __init__(self, faults: Iterable[Fault], *, tally: str = "", seed: str = "") -> None:
        self._faults = list(faults)
        self._tally = tally
        self._seed = os.environ.get(SEED_VARIABLE, seed)

    def strikes(self, kind: str, *, frame: int | None = None, at: str = "") -> Fault | None:
        """The fault of this kind that strikes here; one with `once` strikes a single time in
        all processes, one with `chance` if the dice say so.
        """
        for number, fault in enumerate(self._faults):
            if (
                fault["kind"] == kind
                and _stands_at(fault, frame, at)
                and self._dice_agree(number, fault, frame)
                and _is_first_time(fault)
            ):
                return fault
        return None

    def _dice_agree(self, number: int, fault: Fault, frame: int | None) -> bool:
        if "chance" not in fault:
            return True
        seed = str(fault.get("seed", self._seed))
        if not seed:
            return random.SystemRandom().random() < float(fault["chance"])
        throw = f"{seed}/{number}/{frame}/{self._count(number, frame)}"
        return random.Random(throw).random() < float(fault["chance"])  # noqa: S311

    def _count(self, number: int, frame: int | None) -> int:
        """How often this was thrown already, by all processes: a new try, a new throw."""
        if not self._tally:
            return 0
        path = Path(self._tally) / f"{number}.{frame}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b".")
            file.flush()
            return file.tell()


def hang(fault: Fault) -> NoReturn:
    if fault.get("how") == "spin":
        while True:
            pass
    while True:
        time.sleep(60)


def crash(fault: Fault) -> NoReturn:
    if "exit_code" in fault:
        code = int(fault["exit_code"])
        os._exit(code if sys.platform == "win32" else code & 0xFF)
    # Windows has few signals; SIGTERM ends a process there as SIGKILL does here.
    number = getattr(signal, fault.get("signal", "SIGKILL"), signal.SIGTERM)
    if number != getattr(signal, "SIGKILL", None):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    hang({})


def leave_grandchild(fault: Fault) -> None:
    """Start a process that outlives this one and does not leave when asked."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", GRANDCHILD],
        stdin=subprocess.DEVNULL,
        stdout=None if fault.get("holds_output") else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=bool(fault.get("detached", True)),
    )
    Path(fault["pid_file"]).write_text(str(child.pid), encoding="utf-8")


def collides(file: str, seconds: float) -> bool:
    """Write this start into the file; true when one that was let in is not old enough."""
    me = {"pid": os.getpid(), "at": time.time()}
    with Path(file).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(me) + "\n")
    let_in = float("-inf")
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        start = json.loads(line)
        is_let_in = abs(start["at"] - let_in) >= seconds
        if start == me:
            return not is_let_in
        if is_let_in:
            let_in = start["at"]
    return False


def _stands_at(fault: Fault, frame: int | None, at: str) -> bool:
    return bool(fault.get("at", at) == at and fault.get("frame", frame) == frame)


def _is_first_time(fault: Fault) -> bool:
    if "once" not in fault:
        return True
    try:
        os.close(os.open(fault["once"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
