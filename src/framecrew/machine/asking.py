"""Asking another program: run it once, with a time limit, and take what it prints."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0

LONGEST_ANSWER = 200_000
"""Bytes read of what it printed; nobody asks for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a program said, or why it said nothing."""

    text: str = ""
    """Its stdout and stderr, in the order in which they came."""
    trouble: str = ""
    """Empty when it left with exit code 0."""

    @property
    def is_good(self) -> bool:
        return not self.trouble


def ask(
    arguments: Sequence[str], *, seconds: float, environment: Mapping[str, str] | None = None
) -> Answer:
    """Run the program to its end; after `seconds` it and all its children are ended.

    Its output goes to a file, not to a pipe: a grandchild that outlives a wrapper would hold a
    pipe open, and we would wait for it for ever.
    """
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                list(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                creationflags=NO_WINDOW,
            )
        except (OSError, ValueError) as error:
            return Answer(trouble=f"it cannot be started: {error}")
        trouble = ""
        try:
            code = process.wait(timeout=seconds)
            trouble = f"it left with exit code {code}" if code else ""
        except subprocess.TimeoutExpired:
            end_with_children(process.pid)
            process.wait()
            trouble = f"it did not answer within {seconds:g} seconds"
        output.seek(0, os.SEEK_SET)
        text = output.read(LONGEST_ANSWER).decode("utf-8", errors="replace")
    return Answer(text=text, trouble=trouble)


def end_with_children(pid: int) -> None:
    """End a process and all it has started, at once: it was only asked something."""
    try:
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family[:-1], timeout=5)
