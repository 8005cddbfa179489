"""Who may import whom (docs/house.md, section 3), and what stays out of a quick start."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "framecrew"
SESSIONS = SOURCE / "sessions"

HEAVY = ("OpenImageIO", "numpy", "psutil", "pydantic", "rich")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main()"


def imported_names(source: str) -> set[str]:
    """Top-level names of all modules that a source text imports, wherever inside it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=module, level=level):
                names.add("." if level else str(module).partition(".")[0])
            case _:
                pass
    return names


def test_every_import_contract_is_kept() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_sessions_are_no_package_and_import_nothing_of_framecrew() -> None:
    """They run inside the renderers, whose Pythons know nothing of us."""
    assert not list(SESSIONS.rglob("__init__.py"))
    for program in sorted(SESSIONS.rglob("*.py")):
        names = imported_names(program.read_text(encoding="utf-8"))
        assert not names & {".", "framecrew"}, f"{program.name} imports of framecrew"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import framecrew.model.jobs", {"framecrew"}),
        ("def f():\n    from framecrew import api", {"framecrew"}),
        ("from . import channel", {"."}),
        ("import bpy, os.path", {"bpy", "os"}),
    ],
)
def test_an_import_is_seen_however_it_is_written(source: str, names: set[str]) -> None:
    assert imported_names(source) == names


def test_help_is_instant_because_heavy_guests_are_imported_where_they_are_used() -> None:
    script = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('loaded:', *sorted(set({HEAVY}) & set(sys.modules))))\n"
        "sys.argv = ['framecrew', '--help']\n"
        "from framecrew.cli.main import main\n"
        "main()\n"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[-1] == "loaded:"
