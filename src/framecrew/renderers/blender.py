"""Blender: a session keeps the scene open and renders chunk after chunk.

What it is (the program), how it is started and asked, and last the card on the door. What it
can be asked stands in `blender_options`, how it speaks in `blender_lines`, how it fails in
`blender_ends`.

Success is decided by the files on disk: Blender prints `Saved:` and leaves with 0 on a full
disk, without its textures, and out of memory.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from framecrew.model.attempts import Assignment
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request
from framecrew.renderers.blender_ends import SCRIPT_FAILED, diagnose
from framecrew.renderers.blender_lines import RULES
from framecrew.renderers.blender_options import FORMATS, BlenderOptions, resolved_options
from framecrew.renderers.contract import (
    FoundProgram,
    Program,
    ProgramFlavour,
    Reader,
    Renderer,
)
from framecrew.renderers.rules import RuleReader

# ── the program ───────────────────────────────────────────────────────────────────────────────

STEAM_FOR_MAC = "~/Library/Application Support/Steam/steamapps/common"

PROGRAM = Program(
    name="Blender",
    executables=("blender",),
    variables=("FRAMECREW_BLENDER", "BLENDER"),
    places={
        "linux": (
            "/usr/bin/blender",
            "/usr/local/bin/blender",
            "/opt/blender*/blender",
            "/opt/Blender*/blender",
            "/opt/blender/*/blender",
            "/usr/local/blender*/blender",
            "~/blender*/blender",
            "~/Blender*/blender",
            "~/Applications/blender*/blender",
            "~/Downloads/blender-*/blender",
            "~/.local/share/Steam/steamapps/common/Blender/blender",
            "~/.steam/steam/steamapps/common/Blender/blender",
            "/snap/bin/blender",
            "/var/lib/flatpak/exports/bin/org.blender.Blender",
            "~/.local/share/flatpak/exports/bin/org.blender.Blender",
        ),
        "darwin": (
            "/Applications/Blender*.app/Contents/MacOS/Blender",
            "/Applications/Blender*/Blender.app/Contents/MacOS/Blender",
            "~/Applications/Blender*.app/Contents/MacOS/Blender",
            STEAM_FOR_MAC + "/Blender/Blender.app/Contents/MacOS/Blender",
        ),
        # Never blender-launcher.exe (the Store's alias): it detaches and ends at once.
        "win32": (
            "%ProgramFiles%\\Blender Foundation\\Blender*\\blender.exe",
            "%ProgramFiles(x86)%\\Blender Foundation\\Blender*\\blender.exe",
            "%ProgramFiles%\\Steam\\steamapps\\common\\Blender\\blender.exe",
            "%ProgramFiles(x86)%\\Steam\\steamapps\\common\\Blender\\blender.exe",
            "%LocalAppData%\\Programs\\Blender*\\blender.exe",
            "%LocalAppData%\\Programs\\Blender Foundation\\Blender*\\blender.exe",
            "~\\blender-*\\blender.exe",
            "~\\Downloads\\blender-*\\blender.exe",
            "~\\scoop\\apps\\blender\\current\\blender.exe",
            "C:\\blender*\\blender.exe",
        ),
    },
    version_arguments=("--version",),
    version_pattern=r"Blender (\d+\.\d+(?:\.\d+)?)",
    oldest=(2, 93),
    module="bpy",
    module_extra="blender",
    module_version="import bpy; print('Blender', bpy.app.version_string)",
    install_hint={
        "linux": "sudo snap install blender --classic, or unpack https://www.blender.org/download/",
        "darwin": "brew install --cask blender, or https://www.blender.org/download/",
        "win32": "winget install BlenderFoundation.Blender, or https://www.blender.org/download/",
    },
)

# ── how it is started ─────────────────────────────────────────────────────────────────────────

SESSION_PROGRAM = "blender/session.py"
SESSION_PATH = str(Path(__file__).parents[1] / "sessions" / SESSION_PROGRAM)


def open_command(program: FoundProgram, assignment: Assignment) -> Command:
    """Start a session; the scene is opened by message, once it runs.

    Blender carries out its arguments in order: `--python-exit-code` stands before `--python`.
    There is no `--threads`: it would win over the number that each chunk brings, for good.
    """
    request = assignment.request
    if not isinstance(request, RenderRequest):
        raise TypeError("Blender renders frames; a film is the stitch task's.")
    environment = {
        # Two processes of one scene would write the same crash report and `quit.blend`.
        "TMPDIR": "{workspace}",
        "TEMP": "{workspace}",
        "TMP": "{workspace}",
    }
    if program.flavour is ProgramFlavour.PYTHON_MODULE:
        arguments: tuple[str, ...] = (program.path, SESSION_PATH)
        environment["PYTHONUTF8"] = "1"
    else:
        arguments = (program.path, *_blender_arguments(resolved_options(request)))
    return Command(
        arguments=arguments,
        environment=environment,
        # Ours lead another Python astray, be it Blender's own or the module's.
        without=("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"),
    )


def _blender_arguments(options: Mapping[str, object]) -> tuple[str, ...]:
    return (
        "--background",
        "-noaudio",
        *(("--factory-startup",) if options["factory_startup"] else ()),
        "--enable-autoexec" if options["autoexec"] else "--disable-autoexec",
        "--python-exit-code",
        str(SCRIPT_FAILED),
        "--python",
        SESSION_PATH,
        "--",
    )


def told_with_chunk(request: RenderRequest) -> dict[str, object]:
    """View layer and camera, where a session may be told others with each chunk.

    Not where a person's own Python runs: it comes after the choice, and has the last word.
    """
    options = resolved_options(request)
    if options["python_before"] or options["python_scripts"]:
        return {}
    return {name: options[name] for name in request.chosen_by}


def open_message(request: RenderRequest) -> Mapping[str, object]:
    return {
        "type": "open",
        "scene": request.scene,
        "target": "" if request.chosen_by else request.target,
        "options": resolved_options(request),
    }


def chunk_message(assignment: Assignment, workspace: str) -> Mapping[str, object]:
    request = assignment.request
    choice = told_with_chunk(request) if isinstance(request, RenderRequest) else {}
    return {
        "type": "render",
        "chunk": assignment.attempt,
        "frames": list(assignment.sequence or assignment.frames),
        "workspace": workspace,
        "made": {promise.name: promise.made.hash_text for promise in assignment.promises},
        "threads": assignment.threads,
        **({"choice": choice} if choice else {}),
    }


def session_key(request: RenderRequest) -> tuple[str, ...]:
    """What is fixed once the session is open: all but the frames, where they go, and a choice
    that can be told with them.
    """
    choice = told_with_chunk(request)
    options = resolved_options(request)
    fixed = {name: value for name, value in options.items() if name not in choice}
    return (
        "blender",
        request.program,
        request.scene,
        "" if choice else request.target,
        json.dumps(fixed, sort_keys=True),
    )


def reader(_request: Request) -> Reader:
    return RuleReader(RULES)


# ── the card ──────────────────────────────────────────────────────────────────────────────────

RENDERER = Renderer(
    name="blender",
    title="Blender",
    extensions=(".blend",),
    program=PROGRAM,
    options=BlenderOptions,
    open_command=open_command,
    chunk_message=chunk_message,
    open_message=open_message,
    reader=reader,
    diagnose=diagnose,
    picture_formats=tuple(FORMATS),
    session_key=session_key,
    traits=Traits(
        stays_open=True,
        any_frames=True,
        can_give_back=True,
        changes_threads=True,
        forks=True,
        start_seconds=2.0,
        memory_bytes=1_000_000_000,
        chunk_seconds=30.0,
        uses_all_cores=True,
    ),
    session_program=SESSION_PROGRAM,
)
