"""ffmpeg: makes films of finished sequences or segments; it makes no pictures of its own.

A sequence is encoded by `framecrew/sessions/film_session.py`, which decodes every picture
whole, pipes raw pixels to ffmpeg and decodes the finished film again: given a sequence with a
hole or a broken picture, ffmpeg itself stops there, leaves a shorter film and exits with 0.
Segments are joined by `framecrew/sessions/join_session.py`; see `film_join.py`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from hashlib import blake2b
from math import ceil
from pathlib import PurePath

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Traits
from framecrew.model.requests import (
    Command,
    FilmRequest,
    JoinRequest,
    RenderRequest,
    Request,
    StitchRequest,
)
from framecrew.renderers.contract import (
    Complaint,
    End,
    EndSeen,
    FileWritten,
    FoundProgram,
    FramePercent,
    Program,
    ProgramFlavour,
    Reader,
    Reading,
    Renderer,
    Severity,
)
from framecrew.renderers.film_join import join_message
from framecrew.renderers.film_palette import PALETTE, paint_arguments, palette_arguments
from framecrew.renderers.film_presets import (
    RGBA,
    RGBA_16,
    SIZE,
    TICKS,
    Encoder,
    Preset,
    preset_for,
    video_arguments,
)
from framecrew.renderers.film_subtitles import SUBTITLES, burn_filter, subtitle_arguments
from framecrew.renderers.rules import Rule, RuleReader, Rules, complaint, harmless

# ── what it is ────────────────────────────────────────────────────────────────────────────────

PYTHON_ASKS = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"

PROGRAM = Program(
    name="ffmpeg",
    executables=("ffmpeg",),
    variables=("FFMPEG",),
    places={
        "darwin": ("/opt/homebrew/bin/ffmpeg", "/usr/local/bin/ffmpeg"),
        "win32": ("%ProgramFiles%/ffmpeg*/bin/ffmpeg.exe", "C:/ffmpeg*/bin/ffmpeg.exe"),
    },
    version_arguments=("-version",),
    version_pattern=r"ffmpeg version n?(\d+\.\d+(?:\.\d+)?)",
    oldest=(5, 1),
    module="imageio_ffmpeg",
    module_extra="ffmpeg",
    module_program=PYTHON_ASKS,
    install_hint={
        "linux": "sudo apt install ffmpeg",
        "darwin": "brew install ffmpeg",
        "win32": "winget install Gyan.FFmpeg",
    },
)

# ── how it is called ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSource:
    """The raw pictures that are piped to ffmpeg."""

    pixel_format: str
    """`rgb24`, `rgba`, `rgb48le` or `rgba64le`."""
    count: int
    size: str = SIZE
    """`<width>x<height>`."""

    @property
    def has_alpha(self) -> bool:
        return self.pixel_format in {RGBA, RGBA_16}


def film_mark(request: FilmRequest, frames: FrameSet) -> str:
    """Written into the film, so that it can be told from a film of other frames or wishes.

    A digest, for a film that leaves the house should tell nothing of the house.
    """
    made_of = (request.pictures, str(frames), request.film, request.preset, request.fps)
    titles = (request.subtitles, str(request.burn_subtitles)) if request.subtitles else ()
    text = "\n".join((*made_of, request.audio, *map(str, request.tracks), *titles))
    return f"framecrew {blake2b(text.encode(), digest_size=8).hexdigest()}"


def encode_arguments(
    request: FilmRequest,
    preset: Preset,
    source: FilmSource,
    encoder: Encoder,
    made: str,
    *,
    mark: str = "",
) -> tuple[str, ...]:
    """All arguments behind the program's name for one film, written to `made`.

    The film is as long as its pictures: audio is cut there, or followed by silence.
    """
    ending = PurePath(request.film).suffix.lower()
    pictures, drawn = _pictures(request, source), _drawn(request, source)
    if preset.palette:
        return (
            *(*pictures, "-i", PALETTE),
            *paint_arguments(preset, encoder, count=source.count, fps=request.fps, drawn=drawn),
            made,
        )
    has_track = bool(request.subtitles) and not request.burn_subtitles
    place = 2 if request.audio else 1
    return (
        *pictures,
        *(("-i", request.audio) if request.audio else ()),
        *(("-i", SUBTITLES) if has_track else ()),
        *("-map", "0:v:0"),
        *video_arguments(preset, encoder, source.pixel_format, drawn=drawn),
        *(_audio(request, preset, source) if request.audio else ()),
        *(subtitle_arguments(request.film, place=place) if has_track else ()),
        *preset.by_ending.get(ending, ()),
        *(("-metadata", f"comment={mark}") if mark else ()),
        made,
    )


def _pictures(request: FilmRequest, source: FilmSource) -> tuple[str, ...]:
    return (
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror", "-y"),
        *("-f", "rawvideo", "-pixel_format", source.pixel_format),
        *("-video_size", source.size, "-framerate", request.fps, "-i", "pipe:0"),
    )


def _drawn(request: FilmRequest, source: FilmSource) -> str:
    """The filter that draws on the pictures before anything else is done with them."""
    if not request.subtitles or not request.burn_subtitles:
        return ""
    return burn_filter(has_alpha=source.has_alpha)


def _audio(request: FilmRequest, preset: Preset, source: FilmSource) -> tuple[str, ...]:
    ending = PurePath(request.film).suffix.lower()
    seconds = source.count / Fraction(request.fps)
    # Up to the next microsecond: a cut that falls before the last picture's time would drop it.
    length = f"{ceil(seconds * 1_000_000) / 1_000_000:.6f}"
    return ("-map", "1:a:0", "-af", "apad", *preset.audio[ending], "-t", length)


REQUEST_FILE = "film.json"
SESSIONS = PurePath(__file__).parent.parent / "sessions"


def made_film(request: StitchRequest) -> str:
    """Where the proven film lies, relative to the workspace."""
    return f"film{PurePath(request.film).suffix.lower()}"


def open_command(found: FoundProgram, assignment: Assignment) -> Command:
    """Make and prove the whole film in one go; what to do stands in a file it is given."""
    request = assignment.request
    if isinstance(request, FilmRequest):
        session, told = "film_session.py", film_message(assignment, request)
    elif isinstance(request, JoinRequest):
        session = "join_session.py"
        told = join_message(request, assignment.frames, made_film(request))
    else:
        raise TypeError(f"ffmpeg encodes films; task {assignment.task!r} asks for pictures")
    is_module = found.flavour is ProgramFlavour.PYTHON_MODULE
    program = {
        "ffmpeg": found.path,
        "ask": [found.path, "-c", PYTHON_ASKS] if is_module else [],
    }
    return Command(
        arguments=(sys.executable, "-u", str(SESSIONS / session), REQUEST_FILE),
        # The AV1 encoder prints pages about itself otherwise; 1 is errors alone.
        environment={"SVT_LOG": "1"},
        # With it, a program does not find the files that lie beside it.
        without=("PYTHONSAFEPATH",),
        files={REQUEST_FILE: json.dumps({**told, **program})}
        | ({SUBTITLES: request.subtitles} if request.subtitles else {}),
    )


MIXED = ".film.sound.wav"
"""Where the session puts the mix of the scene's own sounds."""


def film_message(assignment: Assignment, request: FilmRequest) -> Mapping[str, object]:
    """What `film_session.py` reads: pictures in order, and one way to encode for each case."""
    mark = film_mark(request, assignment.frames)
    tracks = [asdict(track) for track in request.tracks]
    if tracks:
        request = replace(request, audio=MIXED, tracks=())
    preset = preset_for(request.film, request.preset)
    if isinstance(preset, str):
        # Planning asks the same question and lists the answer as a mistake.
        raise TypeError(preset)
    pattern = FramePattern.parse(request.pictures)
    made = made_film(request)
    ending = PurePath(made).suffix
    part = f".{made.removesuffix(ending)}.part{ending}"

    def way(encoder: Encoder, pixel_format: str) -> Mapping[str, object]:
        source = FilmSource(pixel_format=pixel_format, count=len(assignment.frames))
        drawn = _drawn(request, source)
        painted = palette_arguments(has_alpha=source.has_alpha, drawn=drawn)
        return {
            "encoder": encoder.name,
            "pixel_format": pixel_format,
            "palette": (*_pictures(request, source), *painted) if preset.palette else (),
            "arguments": encode_arguments(request, preset, source, encoder, part, mark=mark),
        }

    return {
        "pictures": [[frame, pattern.path(frame)] for frame in assignment.frames],
        "size": [request.width, request.height],
        "fps": request.fps,
        "audio": request.audio,
        "tracks": tracks,
        "made": made,
        "part": part,
        "even": preset.even,
        "least": preset.least,
        "palette": PALETTE if preset.palette else "",
        "ticks": TICKS.get(ending),
        "mark": mark,
        "subtitles": "" if request.burn_subtitles or not request.subtitles else SUBTITLES,
        "ways": [
            way(encoder, pixel_format)
            for encoder in preset.encoders
            for pixel_format in preset.pixel_formats
        ],
    }


# ── how it speaks ─────────────────────────────────────────────────────────────────────────────


def _percent(match: re.Match[str]) -> FramePercent:
    return FramePercent(percent=100.0 * int(match["done"]) / max(1, int(match["all"])))


def _first_half(match: re.Match[str]) -> FramePercent:
    return FramePercent(percent=_percent(match).percent / 2)


def _second_half(match: re.Match[str]) -> FramePercent:
    return FramePercent(percent=50 + _percent(match).percent / 2)


def _written(match: re.Match[str]) -> FileWritten:
    return FileWritten(path=match["path"])


def _told(match: re.Match[str]) -> Complaint:
    """What the session itself gives as its reason; a kind we do not know is an unknown one."""
    known = match["kind"] in set(FailureKind)
    kind = FailureKind(match["kind"]) if known else FailureKind.UNKNOWN
    return Complaint(text=match["text"], severity=Severity.FATAL, kind=kind)


def _warned(match: re.Match[str]) -> Complaint:
    return Complaint(text=match["text"], severity=Severity.WARNING)


def _said(pattern: str, kind: FailureKind, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(pattern, complaint(severity, kind))


LINES = Rules(
    (
        Rule(r"^framecrew-film: frame (?P<done>\d+) of (?P<all>\d+)$", _percent),
        Rule(r"^framecrew-film: checked (?P<done>\d+) of (?P<all>\d+)$", _first_half),
        Rule(r"^framecrew-film: compared (?P<done>\d+) of (?P<all>\d+)$", _second_half),
        Rule(r"^framecrew-film: wrote (?P<path>.+)$", _written),
        Rule(r"^framecrew-film: done\b", lambda _match: EndSeen()),
        Rule(r"^framecrew-film: warning (?P<text>.+)$", _warned),
        # A renderer's own lines about the sound: what becomes of it is told when it has ended.
        Rule(r"^framecrew-film: sound\b", harmless),
        Rule(r"^framecrew-film: error kind=(?P<kind>\w+) (?P<text>.+)$", _told),
        # The AV1 encoder may not raise its threads' priority, and says so each time.
        Rule(r"^Svt\[(?:info|warn)\]", harmless),
        _said(
            r"No space left on device|[Dd]isk quota exceeded",
            FailureKind.DISK_FULL,
            Severity.FATAL,
        ),
        _said(
            r"Invalid data found when processing input", FailureKind.BAD_OUTPUT, Severity.FATAL
        ),
        _said(r"Permission denied|Read-only file system", FailureKind.OUTPUT_NOT_WRITABLE),
        _said(r"Cannot allocate memory|[Oo]ut of memory", FailureKind.OUT_OF_MEMORY),
        # Since version 6.1 the line after this one tells of which file it is said.
        Rule(r"^\[in#\d+ @ \w+\] Error opening input: No such file or directory$", harmless),
        _said(
            r"matches no streams|No such file or directory|^Error opening input file ",
            FailureKind.MISSING_ASSET,
        ),
        _said(
            r"Unknown (?:en|de)coder|Unrecognized option|Option .+ not found|No such filter|"
            r"opening encoder|Unable to find a suitable output format",
            FailureKind.BAD_REQUEST,
        ),
        Rule(
            r"^Conversion failed!|^Error (?:writing|closing|opening)",
            complaint(Severity.ERROR),
        ),
    )
)
"""What ffmpeg says of itself is an error that a proved film clears; two things never are."""


class FilmReader:
    """Reads the sessions' lines, ffmpeg's own, and ffmpeg's `-progress` blocks.

    A percentage is that of the whole film: its frames are the attempt's only measure.
    """

    def __init__(self, *, count: int | None = None) -> None:
        """`count` is the number of pictures, which ffmpeg's own progress does not tell."""
        self._count = count
        self._encoded = 0
        self._lines = RuleReader(LINES)

    def read(self, line: str) -> Sequence[Reading]:
        """All readings of one line, in order; none for noise."""
        key, _, value = line.strip().partition("=")
        if key == "frame" and value.isdecimal():
            self._encoded = int(value)
            return ()
        if key == "progress" and value in {"continue", "end"}:
            return tuple(self._block_readings(is_end=value == "end"))
        return self._lines.read(line)

    def _block_readings(self, *, is_end: bool) -> Iterator[Reading]:
        if self._count:
            yield FramePercent(percent=min(100.0, 100.0 * self._encoded / self._count))
        if is_end:
            yield EndSeen()


def _reader(_request: Request) -> Reader:
    return FilmReader()


# ── how it fails ──────────────────────────────────────────────────────────────────────────────

_WEIGHT = {Severity.FATAL: 0, Severity.ERROR: 1, Severity.WARNING: 2}


def _rank(told: Complaint) -> tuple[bool, int]:
    return (told.kind is FailureKind.UNKNOWN, _WEIGHT[told.severity])


def diagnose(end: End) -> Failure | None:
    """A clean end is exit code 0 behind the end line; the rest goes by the worst complaint."""
    told = [each for each in end.complaints if each.severity is not Severity.WARNING]
    is_fatal = any(each.severity is Severity.FATAL for each in told)
    if end.exit_code == 0 and end.end_seen and not is_fatal:
        return None
    evidence = end.tail[-20:]
    if told:
        # What names a cause says more than "conversion failed", whoever said it first.
        worst = min(told, key=_rank)
        return Failure(kind=worst.kind, reason=worst.text, evidence=evidence)
    if end.exit_code == 0:
        reason = "the film program ended without saying that it is done"
        return Failure(kind=FailureKind.UNKNOWN, reason=reason, evidence=evidence)
    if end.exit_code is None or end.exit_code < 0:
        how = "was lost" if end.exit_code is None else f"was ended by signal {-end.exit_code}"
        reason = f"the film program {how}"
        return Failure(kind=FailureKind.CRASH, reason=reason, evidence=evidence)
    reason = f"the film program ended with code {end.exit_code} and gave no reason"
    return Failure(kind=FailureKind.UNKNOWN, reason=reason, evidence=evidence)


# ── the card ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class FfmpegOptions:
    """None: a film's wishes are fields of the job itself."""


def _session_key(_request: RenderRequest) -> tuple[str, ...]:
    return ()


RENDERER = Renderer(
    name="ffmpeg",
    title="ffmpeg",
    extensions=(),
    program=PROGRAM,
    options=FfmpegOptions,
    open_command=open_command,
    chunk_message=None,
    open_message=None,
    reader=_reader,
    diagnose=diagnose,
    picture_formats=(),
    session_key=_session_key,
    traits=Traits(start_seconds=0.5, memory_bytes=1_000_000_000, uses_all_cores=True),
)
