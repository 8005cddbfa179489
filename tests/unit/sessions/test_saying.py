"""What sessions print is read line by line, whichever of their threads says it."""

import subprocess
import sys
from pathlib import Path

import pytest

import framecrew

SESSIONS = Path(framecrew.__file__).parent / "sessions"
MANY = 300
SAY = f"""
import sys, threading
sys.setswitchinterval(1e-6)
sys.path.insert(0, sys.argv[1])
from saying import say
threads = [
    threading.Thread(target=lambda word=word: [say(f"{{word}} {{n}} end") for n in range({MANY})])
    for word in ("one", "two", "three")
]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize("room", ["film", "web"])
def test_no_line_is_said_within_another(room: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", SAY, str(SESSIONS / room)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line.removeprefix("framecrew-film: ") for line in said.stdout.splitlines()]
    expected = [f"{word} {n} end" for word in ("one", "two", "three") for n in range(MANY)]
    assert sorted(lines) == sorted(expected)
