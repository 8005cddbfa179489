"""After Effects, through its command-line renderer aerender: a process renders one chunk.

What a run says is trusted as one witness of three: aerender leaves with 0 after frames it could
not render, and cut-off films play well. `docs/aftereffects.md` tells what was proved how.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated

from annotated_types import Ge, Le

from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.errors import Mistake
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.options import Help, TargetNames
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request, SoundRun
from framecrew.renderers.aftereffects_lines import AerenderReader
from framecrew.renderers.contract import (
    Complaint,
    End,
    FoundProgram,
    Program,
    Reader,
    Renderer,
    Severity,
)
from framecrew.renderers.exits import exit_story

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


class Close(StrEnum):
    """What becomes of the project after the render."""

    DO_NOT_SAVE_CHANGES = "DO_NOT_SAVE_CHANGES"
    SAVE_CHANGES = "SAVE_CHANGES"
    DO_NOT_CLOSE = "DO_NOT_CLOSE"


# ── options ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterEffectsOptions:
    """What aerender can be told."""

    comp: Annotated[
        str,
        TargetNames("compositions", "targets"),
        Help(
            "Composition to render, by its exact name; several, parted by commas, are several targets."
        ),
    ] = ""
    rqindex: Annotated[
        int | None,
        Ge(1),
        Help("Item of the render queue to render, counted from 1, instead of --comp."),
    ] = None
    rs_template: Annotated[str, Help("Render-settings template, by name.", "NAME")] = ""
    om_template: Annotated[
        str,
        Help(
            "Output-module template, by name; it must write what the output's ending says.",
            "NAME",
        ),
    ] = ""
    sound_template: Annotated[
        str,
        Help(
            "Output-module template that writes nothing but sound: renders it once for a film whose pieces hold it "
            "encoded, such as H.264; empty joins theirs.",
            "NAME",
        ),
    ] = "AIFF 48kHz"
    render_settings: Annotated[
        str, Help("Single render settings laid over the template: 'Quality: Best; …'.")
    ] = ""
    output_settings: Annotated[
        str, Help("Single output-module settings laid over the template.")
    ] = ""
    mfr: Annotated[
        bool,
        Help(
            "Render several frames at a time inside each process (After Effects 2022 and later)."
        ),
    ] = True
    mfr_percent: Annotated[
        int,
        Ge(1),
        Le(100),
        Help(
            "Share of the processors for multi-frame rendering; all processes together get it."
        ),
    ] = 100
    mem_usage: Annotated[
        tuple[int, ...],
        Help("Two percentages: of the image cache, and of the most memory to use."),
    ] = ()
    sound: Annotated[bool, Help("Beep when a process has rendered its frames.")] = False
    continue_on_missing_footage: Annotated[
        bool, Help("Put placeholders where footage is missing, and go on.")
    ] = False
    close: Annotated[Close, Help("What becomes of the project after each process.")] = (
        Close.DO_NOT_SAVE_CHANGES
    )
    aerender_flags: Annotated[
        tuple[str, ...], Help("Further arguments for aerender, passed on as they are.")
    ] = ()


OUR_FLAGS = frozenset(
    {
        *("-project", "-comp", "-rqindex", "-output", "-s", "-e", "-i", "-log", "-v", "-help"),
        *("-version", "-reuse", "-mfr", "-mem_usage", "-rstemplate", "-omtemplate", "-close"),
        *("-sound", "-continueonmissingfootage", "-rendersettings", "-outputsettings"),
    }
)
"""Lower case; each of these is ours to give, or would take the output or the frames from us."""


def mistakes(options: Mapping[str, object]) -> Sequence[Mistake]:
    """What is wrong with the options taken together."""
    return tuple(_mistakes(options))


def _mistakes(options: Mapping[str, object]) -> Iterator[Mistake]:
    comp, index = options.get("comp", ""), options.get("rqindex")
    if not comp and index is None:
        yield Mistake(
            place="options.comp",
            wanted="the composition to render, or its place in the render queue",
            found="none, and then After Effects would render its whole queue, whatever frames are asked for",
            advice="Name it: --comp Main, or --rqindex 1.",
        )
    if comp and index is not None:
        yield Mistake(
            place="options.rqindex",
            wanted="either a composition or a place in the render queue",
            found=f"--comp {comp} and --rqindex {index}",
            advice="Leave one of them out.",
        )
    usage = options.get("mem_usage", ())
    if isinstance(usage, (tuple, list)) and usage and not _is_usage(usage):
        yield Mistake(
            place="options.mem_usage",
            wanted="two percentages from 1 to 100, such as 20 and 60",
            found=" ".join(map(str, usage)),
            advice="Give both: --mem-usage 20 --mem-usage 60.",
        )
    flags = options.get("aerender_flags", ())
    for flag in flags if isinstance(flags, (tuple, list)) else ():
        if str(flag).lower() in OUR_FLAGS:
            yield Mistake(
                place="options.aerender_flags",
                wanted="arguments that framecrew does not give itself",
                found=str(flag),
                advice="Use framecrew's own option for it; `framecrew render --help` lists them.",
            )


def _is_usage(usage: Sequence[object]) -> bool:
    return len(usage) == 2 and all(isinstance(each, int) and 1 <= each <= 100 for each in usage)


def _options(request: RenderRequest) -> AfterEffectsOptions:
    """From the journal, words come back as plain texts."""
    return AfterEffectsOptions(**request.options)  # type: ignore[arg-type]


# ── how it is started ─────────────────────────────────────────────────────────────────────────


def open_command(found: FoundProgram, assignment: Assignment) -> Command:
    """Render the chunk, a range of frames, in the workspace."""
    request = assignment.request
    if not isinstance(request, RenderRequest):
        raise TypeError("After Effects renders frames; a film is the stitch task's.")
    options = _options(request)
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
    options = _options(request)
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
        isinstance(request, RenderRequest) and _options(request).continue_on_missing_footage
    )
    return AerenderReader(missing_footage_is_fine=is_fine)


def session_key(request: RenderRequest) -> tuple[str, ...]:
    return (request.scene, request.target)


def traits_with(options: Mapping[str, object]) -> Traits:
    """Without multi-frame rendering a process keeps about one core busy."""
    return TRAITS if options.get("mfr", True) else ONE_FRAME_AT_A_TIME


# ── how it fails ──────────────────────────────────────────────────────────────────────────────

EVIDENCE_LINES = 20

PREFIX = re.compile(
    r"^(?:(?:WARNING|INFO|aerender (?:ERROR|Error)):\s*)+(?:After Effects (?:error|warning):\s*)?"
)
"""What comes before the words of a complaint."""

CAUSES = (
    FailureKind.LICENCE,
    FailureKind.BUSY_INSTANCE,
    FailureKind.DISK_FULL,
    FailureKind.BAD_REQUEST,
    FailureKind.BAD_SCENE,
    FailureKind.MISSING_ASSET,
    FailureKind.OUT_OF_MEMORY,
    FailureKind.GPU_LOST,
    FailureKind.OUTPUT_NOT_WRITABLE,
    FailureKind.BAD_OUTPUT,
    FailureKind.CRASH,
    FailureKind.SCRIPT_ERROR,
)
"""Of several complaints the one that causes the others."""

AERENDER_EXITS: Mapping[int, tuple[FailureKind, str]] = {
    1: (FailureKind.CRASH, "After Effects itself failed"),
    2: (FailureKind.BAD_REQUEST, "it was only asked for its usage"),
    5: (FailureKind.SCRIPT_ERROR, "a script failed"),
    6: (FailureKind.SCRIPT_ERROR, "a script failed"),
    7: (FailureKind.BAD_REQUEST, "it has no such composition, template or output"),
    8: (FailureKind.BAD_REQUEST, "it has no such composition, template or output"),
    9: (FailureKind.CRASH, "an error in After Effects ended the render"),
    10: (FailureKind.CRASH, "an error in After Effects ended the render"),
    11: (FailureKind.CRASH, "it could not open a socket to After Effects"),
}
"""Those of aerender's own script, the same in all languages; the even ones of 6 to 10 are said
where a log file was named. 3 and 4, an option that it does not know, are left out: a program
that gives itself up on Windows leaves with 3 too, and an option is named in the message."""

NOT_LAUNCHED = (
    "After Effects never opened the composition; it may be waiting for a licence, a sign-in, a plug-in's"
    " dialog or a crash report on this desktop"
)


def diagnose(end: End) -> Failure | None:
    """A clean end is exit code 0 behind the end line, with no fatal word before it."""
    worst = _worst(end.complaints)
    evidence = end.tail[-EVIDENCE_LINES:]
    if worst is not None:
        reason, kind = PREFIX.sub("", worst.text), worst.kind
        if end.exit_code:
            by_exit, words = _exit(end.exit_code)
            reason = f"{reason}; it {words}"
            if kind is FailureKind.UNKNOWN:
                kind = by_exit
        return Failure(kind=kind, reason=reason, evidence=evidence)
    if end.exit_code is None or (end.exit_code == 0 and end.end_seen):
        return None
    if end.exit_code == 0:
        where = (
            "before it said that the composition is finished" if end.opened else NOT_LAUNCHED
        )
        reason = f"aerender left with exit code 0: {where}"
        return Failure(kind=FailureKind.CRASH, reason=reason, evidence=evidence)
    by_exit, words = _exit(end.exit_code)
    kind = by_exit if by_exit is not FailureKind.UNKNOWN else FailureKind.CRASH
    reason = f"aerender {words}"
    if not end.opened and end.exit_code not in AERENDER_EXITS:
        reason = f"{reason}: {NOT_LAUNCHED}"
    return Failure(kind=kind, reason=reason, evidence=evidence)


def _exit(exit_code: int) -> tuple[FailureKind, str]:
    if exit_code in AERENDER_EXITS:
        kind, why = AERENDER_EXITS[exit_code]
        return kind, f"left with exit code {exit_code}: {why}"
    story = exit_story(exit_code)
    return story.kind, story.words


def _worst(complaints: Sequence[Complaint]) -> Complaint | None:
    fatal = [one for one in complaints if one.severity is Severity.FATAL]
    return min(
        fatal,
        key=lambda one: CAUSES.index(one.kind) if one.kind in CAUSES else len(CAUSES),
        default=None,
    )


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
