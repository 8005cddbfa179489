"""The web: an HTML page in a headless browser, rendered frame after frame.

What it is (the program), how it is asked (options, command, messages), how it speaks, how it
fails, and last the card on the door. The session itself is `sessions/web`.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum, StrEnum
from pathlib import PurePath
from typing import Annotated

from annotated_types import Ge, Gt, Le

from framecrew.frames.patterns import FramePattern
from framecrew.model.attempts import Assignment
from framecrew.model.errors import Mistake
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.options import Help
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request
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
from framecrew.renderers.film_segment import SEGMENT_PRESETS, segment_message
from framecrew.renderers.rules import Rule, RuleReader, Rules, complaint, harmless

# ── the program ───────────────────────────────────────────────────────────────────────────────

PROGRAM = Program(
    name="Chromium",
    executables=(
        "chromium-headless-shell",
        "chrome-headless-shell",
        "headless_shell",
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
        "chrome",
        "microsoft-edge",
        "msedge",
    ),
    variables=("FRAMECREW_WEB", "FRAMECREW_CHROMIUM"),
    places={
        "linux": (
            "~/.cache/ms-playwright/chromium_headless_shell-*/chrome-*/*headless*shell",
            "~/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell",
            "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
            "~/.cache/puppeteer/chrome/*/*/chrome",
            "/usr/lib/chromium/chromium-headless-shell",
            "/opt/google/chrome/chrome",
            "/opt/microsoft/msedge/msedge",
            "/snap/bin/chromium",
        ),
        "darwin": (
            "~/Library/Caches/ms-playwright/chromium_headless_shell-*/chrome-*/*headless*shell",
            "~/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        ),
        "win32": (
            "%LocalAppData%\\ms-playwright\\chromium_headless_shell-*\\chrome-*\\*headless*shell.exe",
            "~\\.cache\\puppeteer\\chrome-headless-shell\\*\\*\\chrome-headless-shell.exe",
            "%ProgramFiles%\\Google\\Chrome\\Application\\chrome.exe",
            "%ProgramFiles(x86)%\\Google\\Chrome\\Application\\chrome.exe",
            "%LocalAppData%\\Google\\Chrome\\Application\\chrome.exe",
            "%ProgramFiles(x86)%\\Microsoft\\Edge\\Application\\msedge.exe",
            "%ProgramFiles%\\Microsoft\\Edge\\Application\\msedge.exe",
        ),
    },
    version_pattern=r"(\d+\.\d+\.\d+(?:\.\d+)?)",
    oldest=(112,),
    install_hint={
        "linux": "sudo apt install chromium-headless-shell, or npx playwright install chromium-headless-shell",
        "darwin": "npx playwright install chromium-headless-shell, or brew install --cask google-chrome",
        "win32": "npx playwright install chromium-headless-shell, or winget install Google.Chrome",
    },
)


def abilities(found: FoundProgram) -> str:
    """The ways of capture; only the headless shell has a compositor that draws when told to."""
    is_shell = "headless" in PurePath(found.path).name.lower()
    return f"capture: {'begin-frame, screenshot' if is_shell else 'screenshot'}"


# ── what can be asked of it ───────────────────────────────────────────────────────────────────


class PageContract(StrEnum):
    """How a page is brought to a frame; `docs/web.md` tells what each asks of it."""

    AUTO = "auto"
    FRAMECREW = "framecrew"
    HELIOS = "helios"
    HYPERFRAMES = "hyperframes"
    REMOTION = "remotion"
    PLAIN = "plain"


class Capture(StrEnum):
    """How a picture is taken from the browser."""

    AUTO = "auto"
    BEGIN_FRAME = "begin-frame"
    SCREENSHOT = "screenshot"


class Graphics(StrEnum):
    """What WebGL is computed on."""

    AUTO = "auto"
    NONE = "none"
    SOFTWARE = "software"
    GPU = "gpu"


class FrameOrder(StrEnum):
    """Whether a frame can be rendered without those before it."""

    AUTO = "auto"
    ANY = "any"
    REPLAY = "replay"


class Sandbox(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Network(StrEnum):
    """What a page may reach besides its own folder, or its own host."""

    ALL = "all"
    NONE = "none"


class PageErrors(StrEnum):
    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """What the browser is told besides page, frames and output."""

    size: Annotated[
        str, Help("Size such as 1920x1080; as the page tells, else 1920x1080.", "WxH")
    ] = ""
    fps: Annotated[
        str, Help("Frame rate, e.g. 25 or 30000/1001; as the page tells, else 30.", "RATE")
    ] = ""
    duration: Annotated[
        float | None, Gt(0), Help("Seconds the page lasts; as the page tells by default.")
    ] = None
    scale: Annotated[
        float, Gt(0), Le(8), Help("Pixels of a picture for one pixel of the page.")
    ] = 1.0
    composition: Annotated[
        str, Help("Composition of a bundle that holds several; its first when empty.", "NAME")
    ] = ""
    props: Annotated[str, Help("What is handed to the page, as JSON.", "JSON")] = ""
    props_file: Annotated[str, Help("The same from a file.", "FILE")] = ""
    root: Annotated[
        str, Help("Folder that is served to the page; the page's own when empty.", "FOLDER")
    ] = ""
    contract: Annotated[
        PageContract, Help("How the page is brought to a frame; found by itself by default.")
    ] = PageContract.AUTO
    frame_order: Annotated[
        FrameOrder,
        Help("Whether frames may be rendered in any order, or each after all before it."),
    ] = FrameOrder.AUTO
    capture: Annotated[
        Capture, Help("How a picture is taken; the fastest that works by default.")
    ] = Capture.AUTO
    graphics: Annotated[
        Graphics, Help("What WebGL is computed on; software, for pages that use it.")
    ] = Graphics.AUTO
    quality: Annotated[
        str,
        Help(
            "Of JPEG and WebP pictures, and of those a film is encoded from, 1 to 100; 100 loses nothing "
            "there. draft: a page that is one canvas encodes H.264 films itself.",
            "QUALITY",
        ),
    ] = "95"
    transparent: Annotated[
        bool, Help("Keep what the page leaves empty transparent, in PNG and WebP.")
    ] = False
    seed: Annotated[int, Help("Of everything that is left to chance in the page.")] = 1
    date: Annotated[str, Help("What time it is in the page at its start, in UTC.", "TIME")] = (
        "2025-01-01T00:00:00"
    )
    page_wait: Annotated[
        float, Gt(0), Help("Seconds to wait for each thing that a frame needs.")
    ] = 30.0
    page_errors: Annotated[
        PageErrors, Help("Whether an exception in the page fails its frame.")
    ] = PageErrors.FAIL
    network: Annotated[
        Network, Help("Whether the page may reach other hosts than its own.")
    ] = Network.ALL
    sandbox: Annotated[
        Sandbox, Help("The browser's own; off by itself only for root, who cannot have it.")
    ] = Sandbox.AUTO
    growth: Annotated[
        int, Ge(64), Help("Megabytes that a browser may grow before it is replaced.")
    ] = 1024
    browser_arguments: Annotated[
        tuple[str, ...], Help("Further arguments of the browser.", "ARGUMENT")
    ] = ()


LOSSLESS = "100"
"""The quality from which a film's pictures are captured as PNG."""

DRAFT = "draft"
DRAFT_QUALITY = 80
"""Of pictures that are captured although a draft was asked for."""

SIZE = re.compile(r"[1-9]\d{0,4}x[1-9]\d{0,4}", re.IGNORECASE)


def resolved_options(request: RenderRequest) -> dict[str, object]:
    """All options as plain JSON values, the defaults filled in."""
    values: dict[str, object] = {}
    for field in fields(WebOptions):
        value = request.options.get(field.name, field.default)
        if isinstance(value, Enum):
            value = value.value
        values[field.name] = list(value) if isinstance(value, tuple) else value
    values["order"] = values.pop("frame_order")
    values["is_draft"] = values["quality"] == DRAFT
    values["quality"] = DRAFT_QUALITY if values["is_draft"] else int(str(values["quality"]))
    values["growth_bytes"] = int(str(values.pop("growth"))) * 1_000_000
    values["date_ms"] = _milliseconds(str(values.pop("date"))) or 0
    return values


def _milliseconds(text: str) -> int | None:
    """Since 1970, in UTC; None for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def mistakes(options: Mapping[str, object]) -> Sequence[Mistake]:
    found = []
    size = str(options.get("size", ""))
    if size and not SIZE.fullmatch(size):
        found.append(
            Mistake(
                place="size",
                wanted="a size such as 1920x1080",
                found=repr(size),
                advice="Write width and height with an x between.",
            )
        )
    quality = str(options.get("quality", WebOptions().quality))
    if quality != DRAFT and not (quality.isdecimal() and 1 <= int(quality) <= 100):
        found.append(
            Mistake(
                place="quality",
                wanted=f"a whole number from 1 to 100, or {DRAFT}",
                found=repr(quality),
                advice=f"Write 95 for films, 100 to lose nothing, or {DRAFT} to be quick.",
            )
        )
    date = str(options.get("date", WebOptions().date))
    if _milliseconds(date) is None:
        found.append(
            Mistake(
                place="date",
                wanted="a time such as 2025-01-01T00:00:00",
                found=repr(date),
                advice="Write it in the form of ISO 8601.",
            )
        )
    if options.get("props") and options.get("props_file"):
        found.append(
            Mistake(
                place="props",
                wanted="one of props and props_file",
                found="both",
                advice="Leave one of them out.",
            )
        )
    return found


# ── how it is started ─────────────────────────────────────────────────────────────────────────

SESSION_PROGRAM = "web/session.py"
SESSION_PATH = str(PurePath(__file__).parent.parent / "sessions" / "web" / "session.py")


def open_command(program: FoundProgram, assignment: Assignment) -> Command:
    """Our own Python runs the session, and that the browser."""
    if not isinstance(assignment.request, RenderRequest):
        raise TypeError("A browser renders frames; a film is the stitch task's.")
    return Command(
        arguments=(sys.executable, "-I", "-S", SESSION_PATH, program.path, program.version),
        # What it cannot remove itself goes with the workspace.
        environment={"TMPDIR": "{workspace}", "TEMP": "{workspace}", "TMP": "{workspace}"},
    )


def open_message(request: RenderRequest) -> Mapping[str, object]:
    return {
        "type": "open",
        "scene": request.scene,
        "target": request.target,
        "ending": _ending(request),
        "options": resolved_options(request),
    }


def _ending(request: RenderRequest) -> str:
    return FramePattern.parse(request.made).extension.lower() or ".png"


def chunk_message(assignment: Assignment, workspace: str) -> Mapping[str, object]:
    return {
        "type": "render",
        "chunk": assignment.attempt,
        "frames": list(assignment.sequence or assignment.frames),
        "workspace": workspace,
        "made": {promise.name: promise.made.hash_text for promise in assignment.promises},
        "threads": assignment.threads,
        "segment": _segment(assignment),
    }


def _segment(assignment: Assignment) -> Mapping[str, object] | None:
    """How the pictures become a segment of a film; None for pictures."""
    segment, request = assignment.segment, assignment.request
    if segment is None or not isinstance(request, RenderRequest):
        return None
    quality = str(request.options.get("quality", WebOptions().quality))
    return segment_message(
        segment,
        request.ffmpeg,
        wants_alpha=bool(request.options.get("transparent")),
        is_lossless=quality == LOSSLESS,
        is_draft=quality == DRAFT,
    )


def session_key(request: RenderRequest) -> tuple[str, ...]:
    """What is fixed once the page is open: all but the frames."""
    return (
        "web",
        request.program,
        request.scene,
        _ending(request),
        json.dumps(resolved_options(request), sort_keys=True),
    )


# ── how it speaks ─────────────────────────────────────────────────────────────────────────────


def _told(match: re.Match[str]) -> Complaint:
    known = match["kind"] in set(FailureKind)
    kind = FailureKind(match["kind"]) if known else FailureKind.UNKNOWN
    return Complaint(text=match["text"], severity=Severity.ERROR, kind=kind)


def _warned(match: re.Match[str]) -> Complaint:
    return Complaint(text=match["text"], severity=Severity.WARNING)


RULES = Rules(
    (
        Rule(r"^framecrew-web: warning (?P<text>.+)$", _warned),
        Rule(r"^framecrew-web: error kind=(?P<kind>\w+) (?P<text>.+)$", _told),
        Rule(r"^framecrew-web: ", harmless),
        Rule(
            r"No usable sandbox!|Failed to move to new namespace|zygote_host_impl_linux|"
            r"without --no-sandbox is not supported",
            complaint(Severity.ERROR, FailureKind.BAD_REQUEST),
        ),
        Rule(
            r"error while loading shared libraries",
            complaint(Severity.ERROR, FailureKind.PROGRAM_MISSING),
        ),
        # A browser without a desktop misses its buses, and says so again and again.
        Rule(r"\bERROR:.*(?:dbus|bus\.cc|gcm|viz|gpu|gl_|ssl_client|device_event)", harmless),
    )
)


def reader(_request: Request) -> Reader:
    return RuleReader(RULES)


# ── how it fails ──────────────────────────────────────────────────────────────────────────────

DONE = "done"
EVIDENCE_LINES = 12


def diagnose(end: End) -> Failure | None:
    """The end of the session's program; a frame that went wrong has failed by itself."""
    said = [one for one in end.complaints if one.severity is not Severity.WARNING]
    evidence = tuple(one.text for one in said)[:EVIDENCE_LINES] or end.tail[-EVIDENCE_LINES:]
    if end.answer not in {"", DONE}:
        return Failure(
            kind=FailureKind.UNKNOWN, reason=f"it answered: {end.answer}", evidence=evidence
        )
    if end.exit_code is None or (end.exit_code == 0 and end.answer == DONE):
        return None
    story = exit_story(end.exit_code)
    reason = f"the session of the browser {story.words}"
    if end.exit_code == 0:
        reason += " without having done its work" if end.opened else " before it was ready"
    return Failure(kind=story.kind, reason=reason, evidence=evidence)


# ── the card ──────────────────────────────────────────────────────────────────────────────────

RENDERER = Renderer(
    name="web",
    title="Web",
    extensions=(".html", ".htm"),
    schemes=("http", "https"),
    program=PROGRAM,
    options=WebOptions,
    open_command=open_command,
    chunk_message=chunk_message,
    open_message=open_message,
    reader=reader,
    diagnose=diagnose,
    picture_formats=(".png", ".jpg", ".jpeg", ".webp"),
    film_formats=(".mp4", ".mov", ".webm", ".mkv"),
    film_presets=SEGMENT_PRESETS,
    session_key=session_key,
    traits=Traits(
        stays_open=True,
        can_give_back=True,
        # It does not ask for threads, so that an open page serves whatever is laid out.
        changes_threads=True,
        start_seconds=1.0,
        frame_seconds=0.05,
        memory_bytes=400_000_000,
        uses_all_cores=False,
    ),
    mistakes=mistakes,
    abilities=abilities,
    session_program=SESSION_PROGRAM,
)
