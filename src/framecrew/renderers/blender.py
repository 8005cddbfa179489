"""Blender: a session keeps the scene open and renders chunk after chunk.

What it is (the program), how it is asked (options, command, messages), how it fails, and last
the card on the door. How it speaks stands in `blender_lines`.

Success is decided by the files on disk: Blender prints `Saved:` and leaves with 0 on a full
disk, without its textures, and out of memory.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Le

from framecrew.frames.patterns import FramePattern
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.options import Help, TargetNames
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request
from framecrew.renderers.blender_lines import RULES
from framecrew.renderers.contract import (
    Complaint,
    End,
    FoundProgram,
    Program,
    ProgramFlavour,
    Reader,
    Renderer,
    Severity,
)
from framecrew.renderers.exits import exit_story
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

# ── what can be asked of it ───────────────────────────────────────────────────────────────────


class PictureFormat(StrEnum):
    """How frames are written; `auto` is told from the output's ending."""

    AUTO = "auto"
    PNG = "png"
    JPG = "jpg"
    EXR = "exr"
    EXR_MULTILAYER = "exr-multilayer"
    TIFF = "tiff"
    WEBP = "webp"
    BMP = "bmp"
    TGA = "tga"
    HDR = "hdr"
    DPX = "dpx"


class Device(StrEnum):
    """What Cycles computes on; `cpu+…` uses both."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    OPTIX = "optix"
    HIP = "hip"
    METAL = "metal"
    ONEAPI = "oneapi"
    CPU_CUDA = "cpu+cuda"
    CPU_OPTIX = "cpu+optix"
    CPU_HIP = "cpu+hip"
    CPU_METAL = "cpu+metal"
    CPU_ONEAPI = "cpu+oneapi"


class Persistence(StrEnum):
    """Whether what was built for one frame is kept for the next."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlenderOptions:
    """What Blender is told besides scene, frames and output; empty means: as the file says."""

    scene: Annotated[
        str, Help("Scene inside the file; the one it was saved with when empty.")
    ] = ""
    view_layer: Annotated[
        str,
        Help(
            "Render this view layer alone, or several such as A,B, each as a target of its own; "
            "all enabled ones together when empty.",
            "NAMES",
        ),
        TargetNames("view layers", listed="layers"),
    ] = ""
    camera: Annotated[
        str,
        Help(
            "Name of the camera, or of several such as A,B, each a target of its own; the "
            "scene's when empty.",
            "NAMES",
        ),
        TargetNames("cameras", listed="cameras"),
    ] = ""
    engine: Annotated[
        str, Help("cycles, eevee, workbench or Blender's own name of another one.", "NAME")
    ] = ""
    samples: Annotated[int | None, Ge(1), Help("Samples of each pixel.")] = None
    resolution_percent: Annotated[
        int | None, Ge(1), Le(1000), Help("Size of the frames in percent of the scene's.")
    ] = None
    format: Annotated[
        PictureFormat, Help("How frames are written; told from the output's ending by default.")
    ] = PictureFormat.AUTO
    color_depth: Annotated[
        int | None, Ge(8), Le(32), Help("Bits of each channel: 8, 16 or 32, as the format can.")
    ] = None
    device: Annotated[
        Device,
        Help("What Cycles computes on; as the file and your preferences say by default."),
    ] = Device.AUTO
    gpus: Annotated[
        str, Help("Which graphics cards of that kind, e.g. 0,2; all when empty.", "LIST")
    ] = ""
    persistent_data: Annotated[
        Persistence, Help("Keep data between frames: faster, takes more memory.")
    ] = Persistence.AUTO
    python_before: Annotated[
        str, Help("Python run once after the scene is open, e.g. to change a setting.", "CODE")
    ] = ""
    python_scripts: Annotated[
        tuple[str, ...], Help("Python files run once after the scene is open.", "FILE")
    ] = ()
    autoexec: Annotated[
        bool,
        Help(
            "Run the scripts and drivers stored in the file; turn off for a file you distrust."
        ),
    ] = True
    factory_startup: Annotated[
        bool,
        Help("Start without your preferences and add-ons, for the same result everywhere."),
    ] = False
    addons: Annotated[tuple[str, ...], Help("Add-ons to enable.", "NAME")] = ()


FORMATS: Mapping[str, PictureFormat] = {
    ".png": PictureFormat.PNG,
    ".jpg": PictureFormat.JPG,
    ".jpeg": PictureFormat.JPG,
    ".exr": PictureFormat.EXR,
    ".tif": PictureFormat.TIFF,
    ".tiff": PictureFormat.TIFF,
    ".webp": PictureFormat.WEBP,
    ".bmp": PictureFormat.BMP,
    ".tga": PictureFormat.TGA,
    ".hdr": PictureFormat.HDR,
    ".dpx": PictureFormat.DPX,
}
"""Endings of an output, and what is written under them unless `format` says otherwise."""


def resolved_options(request: RenderRequest) -> dict[str, object]:
    """All options as plain JSON values, the defaults filled in, the format decided.

    An ending that tells no format leaves it empty: the scene's own is written.
    """
    values: dict[str, object] = {}
    for field in fields(BlenderOptions):
        value = request.options.get(field.name, field.default)
        if isinstance(value, Enum):
            value = value.value
        values[field.name] = list(value) if isinstance(value, tuple) else value
    if values["format"] == PictureFormat.AUTO:
        ending = FramePattern.parse(request.made).extension.lower()
        values["format"] = FORMATS[ending].value if ending in FORMATS else ""
    return values


# ── how it is started ─────────────────────────────────────────────────────────────────────────

SESSION_PROGRAM = "blender/session.py"
SESSION_PATH = str(Path(__file__).parents[1] / "sessions" / SESSION_PROGRAM)

SCRIPT_FAILED = 7
"""Exit code of a Blender whose session program raised; Blender itself does not use it."""


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


# ── how it fails ──────────────────────────────────────────────────────────────────────────────

CAUSES = (
    FailureKind.PROGRAM_MISSING,
    FailureKind.OUT_OF_MEMORY,
    FailureKind.DISK_FULL,
    FailureKind.GPU_LOST,
    FailureKind.LICENCE,
    FailureKind.MISSING_LIBRARY,
    FailureKind.MISSING_ASSET,
    FailureKind.BAD_REQUEST,
    FailureKind.BAD_SCENE,
    FailureKind.PLUGIN_MISSING,
    FailureKind.OUTPUT_NOT_WRITABLE,
    FailureKind.SCRIPT_ERROR,
    FailureKind.SKIPPED_FRAME,
    FailureKind.CRASH,
    FailureKind.UNKNOWN,
)
"""Where several complaints stand together, the earlier kind is the cause of the later: Blender
out of memory crashes, a full disk cannot be written to, a script fails because of the scene."""

BLENDER_EXITS: Mapping[int, tuple[FailureKind, str]] = {
    3: (FailureKind.CRASH, "crashed: it gave itself up (exit code 3, abort on Windows)"),
    11: (FailureKind.CRASH, "crashed (exit code 11, what Blender leaves with on Windows)"),
    SCRIPT_FAILED: (FailureKind.SCRIPT_ERROR, "left because its session program failed"),
}

DONE = "done"
EVIDENCE_LINES = 12


def diagnose(end: End) -> Failure | None:
    """Weigh what was complained of, how the process ended, and what the session answered.

    A FATAL complaint decides, then the end of the process, then the answer. A lesser complaint
    explains an end that needs explaining, and is nothing if the end is clean.
    """
    worst = _worst(end.complaints)
    if worst is not None and worst.severity is Severity.FATAL:
        return Failure(
            kind=worst.kind,
            reason=f"Blender complained: {worst.text}{_and_how_it_ended(end)}",
            evidence=_evidence(end),
        )
    if end.answer not in {"", DONE}:
        answered = _worst(_complaints_in(end.answer))
        kind = answered.kind if answered is not None else FailureKind.UNKNOWN
        return _explained(end, worst, kind, f"Blender answered: {end.answer}")
    if end.exit_code is None or (end.exit_code == 0 and end.answer == DONE):
        return None
    kind, words = _exit(end.exit_code)
    if end.exit_code == 0:
        words += " without having done its work" if end.opened else " before it was ready"
    return _explained(end, worst, kind, f"Blender {words}")


def _worst(complaints: tuple[Complaint, ...]) -> Complaint | None:
    """The gravest complaint; among equals the first of the kind that causes the others."""
    graves = [one for one in complaints if one.severity is not Severity.WARNING]
    return min(
        graves,
        key=lambda one: (
            one.severity is not Severity.FATAL,
            CAUSES.index(one.kind) if one.kind in CAUSES else len(CAUSES),
        ),
        default=None,
    )


def _complaints_in(text: str) -> tuple[Complaint, ...]:
    return tuple(one for one in RULES.read(text) if isinstance(one, Complaint))


def _exit(exit_code: int) -> tuple[FailureKind, str]:
    if exit_code in BLENDER_EXITS:
        return BLENDER_EXITS[exit_code]
    story = exit_story(exit_code)
    return story.kind, story.words


def _and_how_it_ended(end: End) -> str:
    if not end.exit_code:
        return ""
    return f"; it {_exit(end.exit_code)[1]}"


def _explained(end: End, worst: Complaint | None, kind: FailureKind, reason: str) -> Failure:
    """A complaint of a named kind says more than an exit code does."""
    if worst is not None:
        reason = f"{reason}; it complained: {worst.text}"
        if kind in {FailureKind.UNKNOWN, FailureKind.CRASH, FailureKind.SCRIPT_ERROR} and (
            worst.kind is not FailureKind.UNKNOWN
        ):
            kind = worst.kind
    return Failure(kind=kind, reason=reason, evidence=_evidence(end))


def _evidence(end: End) -> tuple[str, ...]:
    """The complaints, or, where nothing was complained of, the last lines."""
    said = tuple(one.text for one in end.complaints if one.severity is not Severity.WARNING)
    return said[:EVIDENCE_LINES] or end.tail[-EVIDENCE_LINES:]


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
