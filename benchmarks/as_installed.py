"""framecrew as pip leaves it: with all modules compiled, whatever Python may write here."""

import compileall
import os
from pathlib import Path

import framecrew


def as_installed() -> None:
    """Compile what is not compiled yet, and let processes of this one do so too."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(framecrew.__file__).parent, quiet=1)
