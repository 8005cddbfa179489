"""What Blender's lines mean, from 2.7x to 5.x: one row a pattern, read top to bottom.

Rows that complain stand from the special to the general, because the first of them wins. Where
a version or another device words the same thing differently, the wordings share a row.

- FATAL ends the session: what comes after it cannot be trusted, although Blender goes on,
  prints `Saved:` and leaves with 0. Some of it is said once and holds for all frames to come.
- ERROR of a named kind spoils the frame it is said in; of no kind, a whole file clears it.
- WARNING is shown.
"""

import re
from dataclasses import replace

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import (
    Complaint,
    EndSeen,
    FileWritten,
    FrameBegun,
    FrameClaimed,
    FramePercent,
    Severity,
)
from framecrew.renderers.rules import Make, Rule, Rules, complaint, harmless
from framecrew.renderers.tracebacks import Traceback, script_error

PREFIXES = (r"(?:\d+:)?\d+:\d\d\.\d{3} +[\w.]+ *\| ",)
"""Blender 5 prints `MM:SS.mmm  category         | ` before its own lines."""

NAMES = (
    r"(?<=Saved: )(?:.+?\.\w{2,5}(?='|\s|$)|'[^']*')",
    r"[Rr]ead (?:blend|(?:new )?prefs|library):.*",
    r"\| (?:Synchronizing object \| |Loading |Updating (?:Mesh|Geometry|Scene) BVH )[^|]*",
    r"\| [^|]{0,200}, [^|]{0,200} (?=\|)",  # the scene and its view layer
)
"""Where files, scenes and objects are named, in lines that tell of progress."""

PICTURES = r"\.(?:png|exr|jpe?g|tiff?|tga|bmp|webp|hdr|dpx|cin|jp\d|j\dc|iris|rgb)"


def percent_of_samples(match: re.Match[str]) -> FramePercent:
    """Work out `Sample a/b` and `Rendered t/n Tiles, Sample a/b`.

    Cycles counts finished tiles and then the samples of the tile in work. At the end of a tile
    the full sample count still stands beside the new tile count, so a full one counts nothing:
    0/4, 1/8 is 3.1 %; 1/4, 8/8 is 25 %. Old versions count the tile in work as 1-based.
    """
    total = int(match["samples"] or 0)
    part = int(match["sample"] or 0) / total if total else 0.0
    tiles = int(match["tiles"] or 1)
    tile = int(match["tile"] or 0)
    if tiles <= 1:
        done = part if total else float(tile)
    elif tile >= tiles:
        done = (tiles - 1 + part) / tiles if total else 1.0
    else:
        done = (tile + (part if part < 1 else 0.0)) / tiles
    return FramePercent(percent=round(100 * min(done, 1.0), 1))


def percent_of_parts(match: re.Match[str]) -> FramePercent:
    """Work out `Rendering 26 / 64 samples` (EEVEE) and `Part 3-64` (Blender Internal)."""
    total = max(int(match["total"]), 1)
    return FramePercent(percent=round(100 * min(int(match["part"]) / total, 1.0), 1))


def file_written(match: re.Match[str]) -> FileWritten:
    return FileWritten(path=match["quoted"] or match["bare"])


PROGRESS = (
    # Without a border before it: another stream's text may be glued to the front.
    Rule(
        r"(?:Fra:|\bRendering frame) *(?P<frame>-?\d+)\b",
        lambda match: FrameBegun(frame=int(match["frame"])),
    ),
    Rule(
        r"(?<!\w)(?=(?:Path Tracing|Rendered|Sample) [^|]*\d+ ?/ ?\d)"
        r"(?:(?:Path Tracing Tile|Rendered) (?P<tile>\d+)/(?P<tiles>\d+)(?: Tiles)?)?"
        r"(?:[^|]*?\bSample (?P<sample>\d+)/(?P<samples>\d+))?",
        percent_of_samples,
    ),
    Rule(
        r"\b(?:Rendering +(?P<part>\d+) */ *(?P<total>\d+) samples)",
        percent_of_parts,
    ),
    Rule(r"\bPart (?P<part>\d+)-(?P<total>\d+)\b", percent_of_parts),
    # The opening quote can be lost, File Output nodes write none, and 2.7x goes on with the
    # time in the same line. An apostrophe may stand in the path.
    Rule(
        r"Saved: (?:'(?P<quoted>.+)'\s*$"
        r"|'?(?P<bare>.+?\.\w{2,5}(?='|\s|$)|.+?(?='|\s+Time:|\s*$)))",
        file_written,
    ),
    Rule(
        r"\b[Aa]ppend frame (?P<frame>-?\d+)",
        lambda match: FrameClaimed(frame=int(match["frame"])),
    ),
    Rule(r"Blender quit\s*$", lambda _match: EndSeen()),
)


def wordings(make: Make, *patterns: str) -> Rule:
    """One row for one thing that is said in many ways."""
    return Rule("|".join(patterns), make)


FATAL, ERROR, WARNING = Severity.FATAL, Severity.ERROR, Severity.WARNING

CANNOT = r"(?:[Cc]annot|[Cc]an't|[Cc]ould not|[Cc]ouldn't|[Uu]nable to|[Ff]ailed to|FAILED to)"

HARMLESS = wordings(
    harmless,
    r"Not freed memory blocks",
    r"Freeing memory after the leak detector has run",
    r"iCCP: known incorrect sRGB profile",
    r"Error in bpy\.app\.handlers",  # the traceback after it says more
    # How our session takes frames back: it puts an empty file in their way.
    r"skipping existing frame \".*[/\\]\.making[/\\]",
    r"ALSA lib |AL lib: |jack server|PulseAudio|pipewire",
    # Mesa tries one driver after the other; where none is left, Blender says so itself.
    r"libGL error|libEGL (?:warning|error)|MESA(?:-\w+)?: |^glx: failed",
    # AMD_LOG_LEVEL: what a call returned is told in passing, and a later line says what failed.
    r"^:\d:\w+\.cpp +:",
)

NO_PROGRAM = wordings(
    complaint(FATAL, FailureKind.PROGRAM_MISSING),
    r"No module named '?bpy|DLL load failed while importing|dyld\S*: Library not loaded",
    r"error while loading shared libraries|ImportError: .*cannot open shared object file",
    r"version `GLIBC\w*\S* not found",
)

MEMORY = wordings(
    complaint(FATAL, FailureKind.OUT_OF_MEMORY),
    r"[Oo]ut of (?:\w+ ){0,5}memory|OUT OF MEMORY|OutOfMemory|OUT_OF_\w*MEMORY",
    r"CL_OUT_OF_RESOURCES|MEM_OBJECT_ALLOCATION_FAILURE",
    r"[MC]alloc(?:_\w+)? (?:returns null|array aborted)",
    r"bad_alloc|bad allocation|MemoryError",
    r"scene not committed",  # Cycles 5 on the CPU, once a pixel, after its BVH found no room
    r"Cannot allocate memory|[Nn]ot enough (?:\w+ )?memory|[Ii]nsufficient [Mm]emory",
    r"paging file is too small|[Mm]emory allocation (?:of \d+ bytes )?failed",
    r"(?:[Ff]ailed|[Uu]nable) to allocate|[Cc]ould not allocate",
)

DISK = wordings(
    complaint(FATAL, FailureKind.DISK_FULL),
    r"No space left on device|not enough space on the disk|ENOSPC",
    r"[Dd]isk (?:is )?full|[Qq]uota exceeded|File too large",
)

LICENCE = wordings(
    complaint(FATAL, FailureKind.LICENCE),
    r"[Ll]icen[cs]e(?:\W+\w+){0,6}\W+(?:fail(?:ed|ure)|error|expired|denied|invalid|missing)\b",
    r"[Ll]icen[cs]e (?:error|(?:was |is |could )?not |server (?:is )?(?:down|unreachable))",
    r"[Ll]icensing error",
    CANNOT + r" (?:\w+ ){1,4}licen[cs]e|[Nn]o (?:valid |free )?licen[cs]e",
)

LIBRARIES = wordings(
    complaint(FATAL, FailureKind.MISSING_LIBRARY),
    r"Unable to open '[^']*\.blend\d*'",
    r"[Cc]an(?:not|'t) find (?:lib|library)\b",
    r"LIB: .* missing from",
    r"[Ll]ibraries and \d+ linked data-?blocks are missing",
    r"[Cc]an't find (?:obdata|object data) of .* lib",
    r"[Ll]inked data-?block .* (?:is )?missing|[Mm]issing library",
    r"[Ll]ibrary (?:file )?['\"].*(?:not found|does not exist|could not be)",
)

ASSETS = wordings(
    complaint(FATAL, FailureKind.MISSING_ASSET),
    r"Image file .* (?:does not exist|failed to (?:open|load))|anim file doesn't exist",
    r"(?:Failed|Unable|Could not) (?:to )?load image",
)

DAMAGED_ASSETS = wordings(
    complaint(ERROR, FailureKind.MISSING_ASSET),
    CANNOT + r" (?:load|open|read|find) (?:the )?(?:image|texture|v?font|volume|grid|movie|clip"
    r"|IES|[Aa]lembic|ABC|USD|asset|cache|point ?cache)\b",
    r"Failed to open layer|IMB_ibImageFromMemory: |imb_load\w+: ",
    r"libpng error: (?!Write)|[Nn]ot an? (?:JPEG|PNG|TIFF|OpenEXR|HDR|WebP)\b.{0,5} file",
    CANNOT + r" (?:open|read|create cache reader for) .*\.(?:abc|usd\w?|vdb|mdd|pc\d)\b",
    r"Premature end of (?:JPEG|PNG|TIFF)",
)

PERHAPS_ASSETS = wordings(
    complaint(WARNING, FailureKind.MISSING_ASSET),
    r"[Ff]ile (?:not found|does not exist)\b",  # an add-on may look for its settings
)

ADDONS = wordings(
    complaint(WARNING, FailureKind.PLUGIN_MISSING),
    r"[Aa]dd-?on not (?:loaded|found)",
    r"[Aa]dd-?on .* (?:not found|could not be|not installed)",
)

RENDERERS = wordings(
    complaint(FATAL, FailureKind.PLUGIN_MISSING),
    r"(?:[Rr]ender )?engine not found|[Ee]ngine '.*' not (?:available|found)",
    r"[Bb]uild without OpenImageDenois|No device available to denoise on",
    r"OpenImageDenois\w+ (?:is )?not (?:supported|available)",
)

READ_WITH_LOSS = wordings(
    complaint(WARNING, FailureKind.BAD_SCENE),
    r"newer Blender binary",  # `…, expect loss of data!`
)

SCENE = wordings(
    complaint(FATAL, FailureKind.BAD_SCENE),
    r"Cannot read file ['\"]|File format is not supported|Missing DNA block",
    r"Failed to read blend|not a blend file|[Ll]oading ['\"].*\.blend\d*['\"] failed",
    r"(?:saved|written|created) (?:by|with|in) (?:a|an) (?:newer|later) (?:version|Blender)",
    r"requires (?:a newer|at least) (?:\w+ )?Blender",
    r"[Bb]lend ?file .*(?:corrupt|incomplete|truncated|damaged)",
    r"[Nn]o [Rr]ender [Oo]utput [Nn]ode in [Ss]cene|[Aa]ll (?:render|view) layers are disabled",
    r"[Nn]o frames to render|Image too (?:small|large)",
)

REQUEST = wordings(
    complaint(FATAL, FailureKind.BAD_REQUEST),
    r"Can't find scene: |Format from '.*' not known|not a number '|unknown argument",
    r"frame number .* out of range",
    r"[Cc]annot render, no camera|[Nn]o (?:active )?camera (?:found|in scene|set)",
)

SCRIPTS_OFF = wordings(
    complaint(WARNING, FailureKind.SCRIPT_ERROR),
    r"scripts disabled for \"|enable auto-execution|Auto-run (?:is )?disabled",
)

EXPRESSIONS = wordings(
    complaint(WARNING, FailureKind.SCRIPT_ERROR),
    r"Error in (?:Py)?Driver|PyDriver disabled",
)

SCRIPTS = wordings(
    complaint(FATAL, FailureKind.SCRIPT_ERROR),
    r"Error: Python: |script failed, (?:file|expr)|Python script (?:error|fail)",
)

SHADER_SCRIPTS = wordings(
    complaint(ERROR, FailureKind.SCRIPT_ERROR),
    r"OSL .*(?:[Ee]rror|fail)|[Ss]cript compilation failed",
)

OTHER_DEVICE = wordings(
    complaint(WARNING, FailureKind.GPU_LOST),
    # The wished device is not there; the frames are right, only slow.
    r"falling back to CPU|no Cycles device of the specified type",
    # Said while devices are listed, which a render on the CPU does too.
    r"CUDA cuInit|HIP hipInit|(?:CUDA|OptiX|HIP|Metal|oneAPI) initiali[sz]ation failed",
)

GPU = wordings(
    complaint(FATAL, FailureKind.GPU_LOST),
    r"(?:CUDA|OptiX|OPTIX|HIP|Metal|METAL|oneAPI|Level-Zero|OpenCL|GPU|Vulkan)(?: \w+){0,3} [Ee]rror\b",
    r"(?:CUDA|OPTIX|HIP|VK|ZE_RESULT)_ERROR_\w+|hipError[A-Z]\w+",
    r"CL_INVALID_\w+|CL_BUILD_PROGRAM_FAILURE|kIOGPUCommandBuffer\w*Error|IOAF code",
    r"[Ii]llegal (?:address|memory access|instruction) in",
    r"\bin (?:cu|hip|optix|ze)[A-Z]\w+\(",  # `Invalid value in cuCtxPushCurrent(…)`
    r"[Ll]aunch (?:exceeded timeout|failed)|[Dd]evice (?:was |has been |is )?lost\b",
    r"GPU (?:was|has been|is) (?:lost|reset|hung)",
    r"oneAPI kernel .* error\b|[Cc]ommand buffer (?:\w+ )*(?:failed|error)\b",
    r"[Kk]ernel for this graphics card|[Kk]ernel compil(?:ation|e|er) (?:\w+ )*failed",
    r"(?:nvcc|hipcc|CUDA compiler) (?:\w+ )*(?:failed|fatal|not found)",
    CANNOT + r" build (?:\w+ )?(?:BLAS|TLAS|acceleration structure)",
    CANNOT + r" find (?:current )?(?:GLX|EGL)\b",
    CANNOT + r" (?:load|compile|execute|create|configure|build|initialize|link|open) (?:\S+ )*?"
    r"(?:kernels?|CUDA|OptiX|HIP|Metal|OpenCL|oneAPI|GPU|GL|EGL|OpenGL|Vulkan|GHOST|display)\b",
    r"(?:OpenCL|EGL) initiali[sz]ation\S* (?:\w+ )*failed",
    r"[Nn]o (?:CUDA|HIP|OptiX|Metal|oneAPI|compatible|supported)[\w -]* (?:device|GPU)s? "
    r"(?:\w+ )?(?:found|available|detected)|no CUDA-capable device",
    r"[Gg]raphics (?:board|card) (?:\w+ )*(?:not supported|with support for)",
)

SHADERS = wordings(
    complaint(ERROR, FailureKind.GPU_LOST),
    # One material looks wrong (pink); the others are drawn.
    r"\(gpu\.shader\)|GPUShader: |[Ss]hader (?:\w+ )*compil(?:e|ation) (?:error|failed)",
)

SKIPPED = wordings(complaint(WARNING, FailureKind.SKIPPED_FRAME), r"skipping existing frame")

OUTPUT = wordings(
    complaint(FATAL, FailureKind.OUTPUT_NOT_WRITABLE),
    r"[Cc]annot save|libpng error: Write|imb_save\w+: |OpenImageIO write failed",
    r"OpenEXR-(?!load|read)[\w-]*: ERROR|OpenEXR.*[Ww]rit",
    CANNOT + r" (?:write (?:image|frame|file|picture|pixel)|save (?:image|frame|render)"
    r"|(?:create|make) (?:directory|folder)|open output|open .*for writing"
    r"|(?:initiali[sz]e|open) (?:video |audio |\w+ )?codec)",
    r"[Ee]rror (?:writing|saving) (?:image|frame|file|render)|Error writing frame",
    r"Read-only file system|Stale file handle",
    PICTURES + r": (?:Permission denied|Not a directory|Is a directory|Input/output error"
    r"|Access is denied|Invalid argument|No such file or directory)",
)

CRASH = wordings(
    complaint(FATAL, FailureKind.CRASH),
    r"Writing: .*\.crash\.txt|EXCEPTION_[A-Z_]{6,}|[Ss]egmentation fault|\(core dumped\)",
    r"^Abort(?:ed| trap)\b",
    r"SIG(?:SEGV|ABRT|BUS|ILL)\b|terminate called|[Uu]nhandled exception|Assertion .* failed",
    r"double free or corruption|corrupted (?:size|double-linked|unsorted)",
    r"(?:free|malloc|realloc)\(\): |stack smashing detected",
)

BROKEN_OFF = wordings(
    complaint(ERROR, FailureKind.CRASH), r"Blender killed|internal break event"
)

GRAPHICS = wordings(
    complaint(WARNING),
    r"EGL Error \(",  # of a way that was tried; another one is taken, or a later line says not
)

OTHER_ERRORS = wordings(
    complaint(ERROR),
    r"\| Cancel(?:led)?\b|(?<!\w)(?:Error|ERROR)(?: +:|:| \()|\] error: ",
    r"^(?:ERROR|FATAL|CRITICAL) |^[EF]\d{4} \d\d:\d\d:\d\d",
)

OTHER_WARNINGS = wordings(
    complaint(WARNING),
    r"(?<!\w)(?:Warning|WARNING|WARN)(?: +:|:| \()|\] warning: ",
    r"^(?:WARNING|WARN) |^W\d{4} \d\d:\d\d:\d\d",
)


def judge(traceback: Traceback) -> Complaint:
    """Weigh a traceback by where it came from.

    A script that Blender was started with did not do its work: no frame can be trusted. A
    handler of the scene spoils the frame it failed in. A driver that fails keeps its last
    value, which often nothing depends on; a broken add-on, met while Blender starts, spoils
    nothing by itself.
    """
    verdict = script_error(traceback)
    files = [place.file.replace("\\", "/") for place in traceback.places]
    if any(file.endswith("/addon_utils.py") for file in files):
        return replace(verdict, severity=WARNING, kind=FailureKind.PLUGIN_MISSING)
    if "<bpy driver>" in files:
        return replace(verdict, severity=WARNING)
    if traceback.first_line.startswith("Error: Python:"):
        return replace(verdict, severity=FATAL)
    return verdict


COMPLAINTS = (
    HARMLESS,
    NO_PROGRAM,
    MEMORY,
    DISK,
    LICENCE,
    LIBRARIES,
    ASSETS,
    SCRIPTS_OFF,
    EXPRESSIONS,
    RENDERERS,
    READ_WITH_LOSS,
    SCENE,
    REQUEST,
    OTHER_DEVICE,
    GPU,
    SHADERS,
    SKIPPED,
    OUTPUT,
    DAMAGED_ASSETS,
    PERHAPS_ASSETS,
    ADDONS,
    SCRIPTS,
    SHADER_SCRIPTS,
    CRASH,
    BROKEN_OFF,
    GRAPHICS,
    OTHER_ERRORS,
    OTHER_WARNINGS,
)
"""In the order in which they are asked: a full memory or disk is the cause in any sentence."""

LINES = (*PROGRESS, *COMPLAINTS)

RULES = Rules(LINES, prefixes=PREFIXES, names=NAMES, judge=judge)
