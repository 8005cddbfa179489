"""The web: an HTML page in a headless browser, rendered frame after frame.

What it is (the program), how it is started and asked, and last the card on the door. What it
can be asked stands in `web_options`, how it speaks and how it fails in `web_lines`. The session
itself is `sessions/web`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import PurePath

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.plans import Traits
from framecrew.model.requests import ALL_FRAMES, Command, RenderRequest, Request
from framecrew.renderers.contract import (
    FoundProgram,
    Program,
    Reader,
    Renderer,
)
from framecrew.renderers.film_segment import SEGMENT_PRESETS, segment_message
from framecrew.renderers.rules import RuleReader
from framecrew.renderers.web_lines import RULES, diagnose
from framecrew.renderers.web_options import (
    DRAFT,
    LOSSLESS,
    WebOptions,
    mistakes,
    resolved_options,
)

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
        "ffmpeg": request.ffmpeg,
        "listen": _stretch(request.listens),
    }


def _stretch(frames: str) -> list[int | None] | None:
    """First and last of frames as text, the last None for the scene's own; None: none at all."""
    if not frames:
        return None
    if frames == ALL_FRAMES:
        return [0, None]
    wanted = FrameSet.parse(frames)
    return [wanted.first, wanted.last]


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
        request.listens,
        json.dumps(resolved_options(request), sort_keys=True),
    )


def reader(_request: Request) -> Reader:
    return RuleReader(RULES)


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
    reads_videos=True,
)
