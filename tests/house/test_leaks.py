"""The leak check of tests/conftest.py catches what it is there for."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from cases import further

CONFTEST = Path(__file__).parents[1] / "conftest.py"

LEAKS = {
    "thread": """
        import threading
        def test_it():
            threading.Thread(target=threading.Event().wait, daemon=True, name="stray").start()
        """,
    "handle": """
        import os
        def test_it():
            os.open(os.devnull, os.O_RDONLY)
        """,
    # It ends with the pipe to its parent, so that this file itself leaves nothing behind.
    "process": """
        import subprocess, sys
        kept = []
        def test_it():
            waits = [sys.executable, "-c", "input()"]
            kept.append(subprocess.Popen(waits, stdin=subprocess.PIPE))
        """,
    # Its parent is gone: only the environment tells whose it is.
    "orphan": """
        import subprocess, sys
        def test_it():
            start = "import subprocess as s, sys; s.Popen([sys.executable, '-c', sys.argv[1]])"
            orphan = "import time; time.sleep(1)"
            subprocess.run([sys.executable, "-c", start, orphan], check=True)
        """,
}
CLEAN = """
    import subprocess, sys, threading
    def test_it(tmp_path):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        with (tmp_path / "file").open("w") as file:
            subprocess.run([sys.executable, "-c", "pass"], stdout=file, check=True)
    """


def run_inner(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    patient = CONFTEST.read_text(encoding="utf-8")
    hasty = patient.replace("PATIENCE_SECONDS = 3.0", "PATIENCE_SECONDS = 0.2")
    assert hasty != patient
    (folder / "conftest.py").write_text(hasty, encoding="utf-8")
    (folder / "test_inner.py").write_text(textwrap.dedent(test), encoding="utf-8")
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "."],
        cwd=folder,
        env=plain,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("kind", [further("thread"), "handle", further("process"), "orphan"])
def test_a_test_that_leaks_fails_and_the_leak_is_named(kind: str, tmp_path: Path) -> None:
    if kind == "handle" and sys.platform == "win32":
        pytest.skip("Windows lists open files only, and its null device is none")

    inner = run_inner(tmp_path, LEAKS[kind])

    assert inner.returncode == 1, inner.stdout + inner.stderr
    named = "process" if kind == "orphan" else kind
    assert f"The test left behind: {named} " in inner.stdout


def test_a_test_that_cleans_up_passes(tmp_path: Path) -> None:
    inner = run_inner(tmp_path, CLEAN)

    assert inner.returncode == 0, inner.stdout + inner.stderr
