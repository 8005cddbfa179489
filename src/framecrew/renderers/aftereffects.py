"""After Effects, through its command-line renderer aerender: a process renders one chunk.

What a run says is trusted as one witness of three: aerender leaves with 0 after frames it could
not render, and cut-off films play well. `docs/aftereffects.md` tells what was proved how.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import FailureKind
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request, SoundRun
from framecrew.renderers.aftereffects_ends import diagnose
from framecrew.renderers.aftereffects_lines import AerenderReader
from framecrew.renderers.aftereffects_options import (
    AfterEffectsOptions,
    mistakes,
    options_of,
)
from framecrew.renderers.contract import (
    FoundProgram,
    Program,
    Reader,
    Renderer,
)

# ── the program ───────────────────────────────────────────────────────────────────────────────

PROGRAM = Program(
    name="aerender",
    executables=("aerender",),
    variables=("AERENDER_PATH", "AE_AERENDER_PATH"),
    places={
        "win32": (
            "%ProgramFiles%/Adobe/Adobe After Effects*/Support Files/aerender.exe",
            "%ProgramFiles%/Adobe/After Effects*/Support Files/aerender.exe",
            "%ProgramW6432%/Adobe/Adobe After Effects*/Support Files/aerender.exe",
            "%ProgramW6432%/Adobe/After Effects*/Support Files/aerender.exe",
            "%ProgramFiles(x86)%/Adobe/Adobe After Effects*/Support Files/aerender.exe",
        ),
        "darwin": (
            "/Applications/Adobe After Effects*/aerender",
            "/Applications/After Effects*/aerender",
            "~/Applications/Adobe After Effects*/aerender",
        ),
    },
    version_arguments=("-version",),
    version_pattern=r"aerender version (\d+\.\d+(?:\.\d+)?)",
    install_hint={
        "win32": "install After Effects with Adobe's Creative Cloud app",
        "darwin": "install After Effects with Adobe's Creative Cloud app",
        "linux": "After Effects runs on Windows and macOS only",
    },
)

FIRST_WITH_MFR = 22
"""Major version of After Effects 2022, the first that knows `-mfr`."""

# ── how it is started ─────────────────────────────────────────────────────────────────────────


def open_command(found: FoundProgram, assignment: Assignment) -> Command:
    """Render the chunk, a range of frames, in the workspace."""
    request = assignment.request
    if not isinstance(request, RenderRequest):
        raise TypeError("After Effects renders frames; a film is the stitch task's.")
    options = options_of(request)
    if assignment.segment is not None:
        name = PurePath(assignment.segment.path).name
    else:
        name = re.sub("#+", r"[\g<0>]", assignment.promises[0].made.hash_text)
    return _command(
        found,
        request,
        options,
        frames=assignment.frames,
        name=name,
        share=assignment.share,
        is_forgiving=FailureKind.MISSING_ASSET in assignment.allowed,
    )


SOUND_FILE = "sound.aif"


def sound_run(found: FoundProgram, request: RenderRequest, frames: FrameSet) -> SoundRun | None:
    """The whole film's sound, by an output module that writes no pictures.

    Missing footage is borne: whether it is, was decided when the pictures were rendered.
    """
    options = options_of(request)
    if not options.sound_template:
        return None
    alone = replace(options, om_template=options.sound_template, output_settings="")
    command = _command(
        found, request, alone, frames=frames, name=SOUND_FILE, share=1.0, is_forgiving=True
    )
    return SoundRun(
        command=replace(command, environment=dict(request.environment)),
        file=SOUND_FILE,
        first=frames.first,
        advice="Name an output-module template that writes sound alone with --sound-template, "
        "or give the sound as a file with --audio",
    )


def _command(
    found: FoundProgram,
    request: RenderRequest,
    options: AfterEffectsOptions,
    *,
    frames: FrameSet,
    name: str,
    share: float,
    is_forgiving: bool,
) -> Command:
    """Render a range of frames into a file of the workspace.

    `-i` is never given: After Effects holds each frame of a step so often. `-log` is not given
    either: what it says would go there.
    """
    chosen = ("-rqindex", str(options.rqindex)) if options.rqindex else ("-comp", options.comp)
    is_fine = options.continue_on_missing_footage or is_forgiving
    between = "\\" if found.path.lower().endswith(".exe") else "/"
    return Command(
        arguments=(
            found.path,
            *("-project", request.scene),
            *chosen,
            *(("-RStemplate", options.rs_template) if options.rs_template else ()),
            *(("-OMtemplate", options.om_template) if options.om_template else ()),
            *(("-renderSettings", options.render_settings) if options.render_settings else ()),
            *(("-outputSettings", options.output_settings) if options.output_settings else ()),
            *("-output", f"{{workspace}}{between}{name}"),
            *("-s", str(frames.first), "-e", str(frames.last)),
            *_mfr(found, options, share),
            *(("-mem_usage", *map(str, options.mem_usage)) if options.mem_usage else ()),
            *("-sound", "ON" if options.sound else "OFF"),
            *("-close", str(options.close)),
            *(("-continueOnMissingFootage",) if is_fine else ()),
            *("-v", "ERRORS_AND_PROGRESS"),
            *options.aerender_flags,
        ),
        # Ours lead Adobe's own Python and libraries astray.
        without=("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"),
    )


def _mfr(found: FoundProgram, options: AfterEffectsOptions, share: float) -> tuple[str, ...]:
    """The percentage is divided: processes that each take all processors slow each other down."""
    major = found.version.partition(".")[0]
    if not major.isdecimal() or int(major) < FIRST_WITH_MFR:
        return ()
    percent = max(1, int(options.mfr_percent * share))
    return ("-mfr", "ON" if options.mfr else "OFF", str(percent))


def reader(request: Request) -> Reader:
    is_fine = (
        isinstance(request, RenderRequest) and options_of(request).continue_on_missing_footage
    )
    return AerenderReader(missing_footage_is_fine=is_fine)


def session_key(request: RenderRequest) -> tuple[str, ...]:
    return (request.scene, request.target)


def traits_with(options: Mapping[str, object]) -> Traits:
    """Without multi-frame rendering a process keeps about one core busy."""
    return TRAITS if options.get("mfr", True) else ONE_FRAME_AT_A_TIME


# ── the card ──────────────────────────────────────────────────────────────────────────────────

TRAITS = Traits(
    stays_open=False,
    any_frames=False,
    can_give_back=True,
    start_seconds=20.0,
    frame_seconds=1.5,
    spawn_seconds=2.0,
    memory_bytes=6_000_000_000,
    works_locally=True,
    uses_all_cores=True,
)
ONE_FRAME_AT_A_TIME = Traits(
    stays_open=False,
    any_frames=False,
    can_give_back=True,
    start_seconds=20.0,
    frame_seconds=3.0,
    spawn_seconds=2.0,
    memory_bytes=4_000_000_000,
    works_locally=True,
    uses_all_cores=False,
)

RENDERER = Renderer(
    name="aftereffects",
    title="After Effects",
    extensions=(".aep", ".aepx", ".aet"),
    program=PROGRAM,
    options=AfterEffectsOptions,
    open_command=open_command,
    chunk_message=None,
    open_message=None,
    reader=reader,
    diagnose=diagnose,
    picture_formats=(
        *(".png", ".tif", ".tiff", ".exr", ".jpg", ".jpeg", ".psd", ".tga", ".dpx", ".cin"),
        *(".hdr", ".sgi", ".iff", ".bmp"),
    ),
    film_formats=(".mov", ".mp4", ".avi", ".mxf", ".mkv", ".webm", ".m4v"),
    # The output module decides it, which only After Effects can read.
    has_sound=lambda _options: True,
    sound_run=sound_run,
    sound_options=("sound_template",),
    session_key=session_key,
    traits=TRAITS,
    mistakes=mistakes,
    traits_with=traits_with,
)
