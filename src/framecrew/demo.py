"""The demo: a small scene, built with the Blender found here, rendered in parallel and filmed.

    python -m framecrew.demo                  into ./demo-render
    python -m framecrew.demo --frames 1-12    further flags go to `framecrew render`

Called again, it verifies the frames that are there and renders only what is missing.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from framecrew.cli.main import main as framecrew
from framecrew.cli.words import seconds_text
from framecrew.conductor.assemble import make_search
from framecrew.machine.programs import ProgramMissingError
from framecrew.media.thumbnails import contact_sheet
from framecrew.model.errors import FramecrewError
from framecrew.renderers.contract import FoundProgram, ProgramFlavour
from framecrew.renderers.registry import installed_renderers

FOLDER = "demo-render"
RENDERER = "blender"
SCRIPT = Path(__file__).parent / "sessions" / "demo_scene.py"
SCRIPT_FAILED = 7
BUILD_SECONDS = 300
COLUMNS = 10
SHEET_PICTURE_WIDTH = 192


def main(arguments: Sequence[str]) -> int:
    """Build, render, lay out; the exit code is the render's."""
    began = time.monotonic()
    folder = Path.cwd() / FOLDER
    scene = folder / "demo.blend"
    try:
        program = make_search().program(RENDERER, "")
        is_new = build(scene, program)
    except ProgramMissingError:
        say(f"The demo needs Blender. To install it: {install_line()}")
        return 1
    except FramecrewError as error:
        say(f"framecrew: {error}")
        return error.exit_code
    wanted = [
        "render",
        f"{FOLDER}/demo.blend",
        *("--output", f"{FOLDER}/frames/demo_####.png"),
        *("--film", f"{FOLDER}/demo.mp4"),
        # Frames of the scene as it was before are whole, but they are of another scene.
        *(("--existing", "replace") if is_new else ()),
        *arguments,
    ]
    say(f"$ framecrew {shlex.join(wanted)}\n")
    code = rendered(wanted)
    sheet = lay_out(folder)
    say("")
    for name, path in (
        ("frames", folder / "frames"),
        ("film", folder / "demo.mp4"),
        ("sheet", sheet),
    ):
        if path is not None and path.exists():
            say(f"{name:<7} {path}")
    say(f"{'took':<7} {seconds_text(time.monotonic() - began)}, exit code {code}")
    return code


def build(scene: Path, program: FoundProgram) -> bool:
    """Make the scene unless it is there; True if what stood there before was another one."""
    if scene.exists() and scene.stat().st_mtime >= SCRIPT.stat().st_mtime:
        return False
    is_new = scene.exists()
    scene.parent.mkdir(parents=True, exist_ok=True)
    say(f"building the scene with {program.name} {program.version}: {program.path}")
    begun = [program.path]
    if program.flavour is ProgramFlavour.EXECUTABLE:
        begun += ["--background", "--factory-startup"]
        begun += ["--python-exit-code", str(SCRIPT_FAILED), "--python"]
    # Ours lead another Python astray, be it Blender's own or the module's.
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [*begun, str(SCRIPT), "--", str(scene)],
            env=clean,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=BUILD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FramecrewError(f"Wanted to build the demo's scene; found: {error}") from error
    if done.returncode or not scene.exists():
        said = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise FramecrewError(
            f"Wanted a scene for the demo; {program.path} left with code {done.returncode} "
            f"and made none. Its last lines:\n{said}"
        )
    return is_new


def rendered(arguments: Sequence[str]) -> int:
    """Run the command line as a person would; its exit code."""
    try:
        framecrew(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def lay_out(folder: Path) -> Path | None:
    """All frames on one sheet; None when there is none yet."""
    frames = sorted((folder / "frames").glob("demo_*.png"))
    if not frames:
        return None
    sheet = folder / "contact-sheet.jpg"
    sheet.write_bytes(contact_sheet(frames, COLUMNS, width=SHEET_PICTURE_WIDTH))
    return sheet


def install_line() -> str:
    hints = installed_renderers().get(RENDERER).program.install_hint
    return hints.get(sys.platform, "see the pages of Blender")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
