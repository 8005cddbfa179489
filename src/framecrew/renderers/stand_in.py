"""The stand-in: a renderer for tests and for trying framecrew out. It is a real process that
writes real PNGs.

A scene is a JSON file that ends in `.standin`; every key may be left out:

    first, last         the scene's frames (1, 10)
    width, height       pixels (64, 36)
    fps                 a rational as text ("24")
    seconds             of a frame: a number, a list of numbers, or {"from": 0.1, "to": 0.5} (0)
    start_seconds       what loading takes (0)
    flush_seconds       what finishing a segment of a film takes, while an open session renders
                        the next one already; 0: it is finished at once, and before that
    memory              bytes it holds from the start (0)
    lines_per_frame     how much it chatters (0)
    percents            how often it tells how far inside a frame it is, where it stays open (0)
    ignores_terminate   true: it does not leave when asked by SIGTERM
    faults              a list of what goes wrong, see below

Every pixel of a picture holds its frame's number plus one as 24 bits, red the highest, so that
a picture tells which frame it is. A fault is an object with a `kind`. With `frame` it strikes
in that frame, else in all; with `at` it strikes at `start`, `frame`, `file` (a segment that is
being finished) or `exit`; with `once` (a
path) it strikes a single time in all processes, and makes that file.

    crash         at; by `signal` (SIGKILL), or with `exit_code`
    hang          at; `how` is sleep or spin
    truncated     half a file is left
    skip          no file, but the claim that there is one
    black         a black picture
    wrong_size    one pixel too wide
    slow_writer   half a file is there for `seconds`
    complaint     prints `text` with `severity` (warning, error, fatal) and `failure` (a failure's
                  kind); `$NAME` in the text is a variable of its environment
    fail          the frame fails with `failure` and `text`
    long_line     prints a line of a megabyte
    bad_bytes     prints what is no UTF-8
    no_claim      says nothing of the frame
    no_answer     says nothing at the chunk's end
    grandchild    starts a process that outlives it and ignores SIGTERM; its number is in `pid_file`
    refuse        does not open, with `failure` and `text`
    grow          takes `bytes` more with every frame

An output that ends in .mkv (FFV1), .mp4 (H.264), .mov (ProRes) or .avi (MJPEG) is written through
the ffmpeg on PATH, or that of the scene's key `ffmpeg`. There `truncated` cuts the segment,
`skip` leaves frames out of it, and `other_ending` writes a film of another `ending`.

`RENDERER` stays open and takes chunk after chunk; `ONE_CHUNK` is the same program as a renderer
that cannot.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, RenderRequest, Request
from framecrew.renderers.contract import (
    Complaint,
    End,
    EndSeen,
    FoundProgram,
    FrameBegun,
    FrameClaimed,
    Program,
    Reader,
    Renderer,
    Severity,
)
from framecrew.renderers.rules import Rule, RuleReader, Rules

SESSION_PROGRAM = "stand_in_session.py"
CHUNK_FILE = "chunk.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInOptions:
    """None: everything about it stands in the scene."""


def _complaint(match: re.Match[str]) -> Complaint:
    known = match["kind"] in set(FailureKind)
    return Complaint(
        text=match["text"],
        severity=Severity(match["severity"]),
        kind=FailureKind(match["kind"]) if known else FailureKind.UNKNOWN,
    )


LINES = Rules(
    (
        Rule(
            r"^stand-in: frame (?P<frame>-?\d+) begun$",
            lambda m: FrameBegun(frame=int(m["frame"])),
        ),
        Rule(
            r"^stand-in: frame (?P<frame>-?\d+) done$",
            lambda m: FrameClaimed(frame=int(m["frame"])),
        ),
        Rule(r"^stand-in: end$", lambda _match: EndSeen()),
        Rule(
            r"^stand-in: (?P<severity>warning|error|fatal) (?P<kind>\w+): (?P<text>.+)$",
            _complaint,
        ),
    )
)


def open_command(found: FoundProgram, assignment: Assignment) -> Command:
    request = assignment.request
    program = str(PurePath(__file__).parent.parent / "sessions" / SESSION_PROGRAM)
    arguments = (found.path, "-I", "-S", program)
    if assignment.traits.stays_open or not isinstance(request, RenderRequest):
        return Command(arguments=arguments)
    chunk = {
        "scene": request.scene,
        "frames": list(assignment.sequence),
        "made": _made(assignment),
        "film": _film(assignment),
    }
    return Command(arguments=(*arguments, CHUNK_FILE), files={CHUNK_FILE: json.dumps(chunk)})


def open_message(request: RenderRequest) -> Mapping[str, object]:
    return {"scene": request.scene, "target": request.target, "options": dict(request.options)}


def chunk_message(assignment: Assignment, workspace: str) -> Mapping[str, object]:
    return {
        "type": "render",
        "chunk": assignment.attempt,
        "frames": list(assignment.sequence),
        "workspace": workspace,
        "made": _made(assignment),
        "film": _film(assignment),
        "threads": assignment.threads,
    }


def diagnose(end: End) -> Failure | None:
    """The first fatal complaint, else the exit, else nothing: frames have failed one by one
    already.
    """
    for complaint in end.complaints:
        if complaint.severity is Severity.FATAL:
            return Failure(kind=complaint.kind, reason=complaint.text, evidence=end.tail)
    if end.exit_code is None or (end.exit_code == 0 and (end.answer or end.end_seen)):
        return None
    if end.exit_code < 0:
        reason = f"the renderer was ended by signal {-end.exit_code}"
    else:
        reason = f"the renderer ended with code {end.exit_code} in the middle of its work"
    return Failure(kind=FailureKind.CRASH, reason=reason, evidence=end.tail)


def _made(assignment: Assignment) -> dict[str, str]:
    return {promise.name: promise.made.hash_text for promise in assignment.promises}


def _film(assignment: Assignment) -> str:
    """The segment that is rendered; empty for pictures."""
    return assignment.segment.name if assignment.segment is not None else ""


def _reader(_request: Request) -> Reader:
    return RuleReader(LINES)


def _session_key(request: RenderRequest) -> tuple[str, ...]:
    return (request.scene, request.target)


RENDERER = Renderer(
    name="stand-in",
    title="Stand-in",
    extensions=(".standin",),
    program=Program(name="Stand-in", executables=(), module="framecrew"),
    options=StandInOptions,
    open_command=open_command,
    chunk_message=chunk_message,
    open_message=open_message,
    reader=_reader,
    diagnose=diagnose,
    picture_formats=(".png",),
    film_formats=(".mkv", ".mp4", ".mov", ".avi"),
    session_key=_session_key,
    traits=Traits(
        stays_open=True,
        can_give_back=True,
        changes_threads=True,
        start_seconds=0.1,
        memory_bytes=20_000_000,
        uses_all_cores=False,
    ),
    session_program=SESSION_PROGRAM,
)

ONE_CHUNK = replace(
    RENDERER,
    name="stand-in-one-chunk",
    title="Stand-in of one chunk",
    extensions=(".standin-one-chunk",),
    chunk_message=None,
    open_message=None,
    traits=replace(
        RENDERER.traits,
        stays_open=False,
        can_give_back=False,
        changes_threads=False,
        works_locally=True,
    ),
    session_program="",
)
