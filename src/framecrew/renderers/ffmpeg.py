"""ffmpeg: encodes a finished sequence into a film; it makes no pictures of its own.

The work is done by `framecrew/sessions/film_session.py`, which decodes every picture whole,
pipes raw pixels to ffmpeg and decodes the finished film again: given a sequence with a hole or
a broken picture, ffmpeg itself stops there, leaves a shorter film and exits with 0.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from math import ceil
from pathlib import PurePath

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.attempts import Assignment
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Traits
from framecrew.model.requests import Command, FilmRequest, RenderRequest, Request
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
from framecrew.renderers.rules import Rule, RuleReader, Rules, complaint, harmless

# ── what it is ────────────────────────────────────────────────────────────────────────────────

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
    install_hint={
        "linux": "sudo apt install ffmpeg",
        "darwin": "brew install ffmpeg",
        "win32": "winget install Gyan.FFmpeg",
    },
)

# ── presets ───────────────────────────────────────────────────────────────────────────────────

RGB, RGBA, RGB_16, RGBA_16 = "rgb24", "rgba", "rgb48le", "rgba64le"
"""What the pictures arrive as: straight alpha, 16 bits when any picture has more than 8."""

SIZE = "{size}"
"""Stands for `<width>x<height>` in the arguments; the session, which sees them, puts it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """One of ffmpeg's encoders and its arguments; builds differ in which they have."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A way to encode films, chosen by name or by the film's ending."""

    name: str
    title: str
    endings: tuple[str, ...]
    """Films it may be put into, the usual one first; lower case with the dot."""
    encoders: tuple[Encoder, ...]
    """In order of liking: the first that the installed ffmpeg has is taken."""
    pixel_formats: Mapping[str, str]
    """What the film stores, by what the pictures arrive as; alpha without a row is dropped."""
    audio: Mapping[str, tuple[str, ...]]
    """Audio arguments by ending."""
    bits: int
    bitrate: str
    """What to expect of its size, in words."""
    by_ending: Mapping[str, tuple[str, ...]]
    """Further arguments by ending."""
    alpha_arguments: tuple[str, ...] = ()
    """Further arguments when alpha is stored."""

    @property
    def keeps_alpha(self) -> bool:
        return RGBA in self.pixel_formats

    @property
    def is_rgb(self) -> bool:
        """Pictures stay RGB; otherwise they are turned into luma and chroma."""
        return not self.pixel_formats[RGB].startswith("yuv")

    @property
    def even(self) -> tuple[int, int]:
        """What width and height must be divisible by: chroma is stored for so many pixels."""
        stored = self.pixel_formats[RGB]
        return (2, 2) if "420" in stored else (2, 1) if "422" in stored else (1, 1)


AAC = ("-c:a", "aac", "-b:a", "320k")
PCM = ("-c:a", "pcm_s24le")
OPUS = ("-c:a", "libopus", "-b:a", "256k")
FLAC = ("-c:a", "flac")
FASTSTART = ("-movflags", "+faststart")

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="h264",
            title="H.264, plays everywhere",
            endings=(".mp4", ".mov", ".mkv"),
            encoders=(Encoder(name="libx264", arguments=("-preset", "medium", "-crf", "18")),),
            pixel_formats={RGB: "yuv420p", RGB_16: "yuv420p"},
            audio={".mp4": AAC, ".mov": AAC, ".mkv": FLAC},
            bits=8,
            bitrate="small, visually lossless",
            by_ending={".mp4": FASTSTART, ".mov": FASTSTART},
        ),
        Preset(
            name="h265",
            title="H.265, 10 bit: smaller, smooth gradients, newer players",
            endings=(".mp4", ".mov", ".mkv"),
            encoders=(
                Encoder(
                    name="libx265",
                    arguments=(
                        *("-preset", "medium", "-crf", "20"),
                        *("-x265-params", "log-level=error"),
                    ),
                ),
            ),
            pixel_formats={RGB: "yuv420p10le", RGB_16: "yuv420p10le"},
            audio={".mp4": AAC, ".mov": AAC, ".mkv": FLAC},
            bits=10,
            bitrate="smallest but AV1",
            # Apple's players take H.265 under this tag alone.
            by_ending={
                ".mp4": (*FASTSTART, "-tag:v", "hvc1"),
                ".mov": (*FASTSTART, "-tag:v", "hvc1"),
            },
        ),
        Preset(
            name="prores-hq",
            title="ProRes 422 HQ, for editing",
            endings=(".mov", ".mkv"),
            encoders=(
                Encoder(name="prores_ks", arguments=("-profile:v", "hq", "-vendor", "apl0")),
            ),
            pixel_formats={RGB: "yuv422p10le", RGB_16: "yuv422p10le"},
            audio={".mov": PCM, ".mkv": PCM},
            bits=10,
            bitrate="large: about 180 Mbit/s at 1080p24",
            by_ending={},
        ),
        Preset(
            name="prores-4444",
            title="ProRes 4444, for compositing, keeps alpha",
            endings=(".mov",),
            encoders=(
                Encoder(name="prores_ks", arguments=("-profile:v", "4444", "-vendor", "apl0")),
            ),
            pixel_formats={
                RGB: "yuv444p10le",
                RGB_16: "yuv444p10le",
                RGBA: "yuva444p10le",
                RGBA_16: "yuva444p10le",
            },
            alpha_arguments=("-alpha_bits", "16"),
            audio={".mov": PCM},
            bits=10,
            bitrate="large: about 270 Mbit/s at 1080p24",
            by_ending={},
        ),
        Preset(
            name="vp9",
            title="VP9, for the web, keeps alpha",
            endings=(".webm", ".mkv"),
            encoders=(
                Encoder(
                    name="libvpx-vp9",
                    arguments=(
                        *("-crf", "24", "-b:v", "0", "-row-mt", "1"),
                        *("-deadline", "good", "-cpu-used", "2"),
                    ),
                ),
            ),
            pixel_formats={
                RGB: "yuv420p",
                RGB_16: "yuv420p",
                RGBA: "yuva420p",
                RGBA_16: "yuva420p",
            },
            # Alpha is a second picture, which knows no hidden reference frames.
            alpha_arguments=("-auto-alt-ref", "0"),
            audio={".webm": OPUS, ".mkv": FLAC},
            bits=8,
            bitrate="small",
            by_ending={},
        ),
        Preset(
            name="av1",
            title="AV1, 10 bit: smallest, newest players",
            endings=(".mp4", ".webm", ".mkv"),
            encoders=(
                Encoder(name="libsvtav1", arguments=("-crf", "26", "-preset", "6")),
                Encoder(
                    name="libaom-av1",
                    arguments=(
                        *("-crf", "26", "-b:v", "0"),
                        *("-cpu-used", "6", "-row-mt", "1"),
                    ),
                ),
            ),
            pixel_formats={RGB: "yuv420p10le", RGB_16: "yuv420p10le"},
            audio={".mp4": AAC, ".webm": OPUS, ".mkv": FLAC},
            bits=10,
            bitrate="smallest",
            by_ending={".mp4": FASTSTART},
        ),
        Preset(
            name="dnxhr-hq",
            title="DNxHR HQ, for editing",
            endings=(".mov", ".mkv"),
            encoders=(Encoder(name="dnxhd", arguments=("-profile:v", "dnxhr_hq")),),
            pixel_formats={RGB: "yuv422p", RGB_16: "yuv422p"},
            audio={".mov": PCM, ".mkv": PCM},
            bits=8,
            bitrate="large: about 175 Mbit/s at 1080p24; pictures of at least 256x120",
            by_ending={},
        ),
        Preset(
            name="ffv1",
            title="FFV1, lossless RGB, for the archive, keeps alpha",
            endings=(".mkv",),
            encoders=(
                Encoder(
                    name="ffv1",
                    # Slices are fixed, so that the film does not depend on the number of cores.
                    arguments=("-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1"),
                ),
            ),
            pixel_formats={
                RGB: "bgr0",
                RGB_16: "gbrp16le",
                RGBA: "bgra",
                RGBA_16: "gbrap16le",
            },
            audio={".mkv": FLAC},
            bits=16,
            bitrate="very large: about half of raw pixels",
            by_ending={},
        ),
    )
}

DEFAULTS = {".mp4": "h264", ".mov": "prores-hq", ".webm": "vp9", ".mkv": "ffv1"}
"""The preset that a film's ending asks for when none is named."""


def preset_for(film: str, name: str = "") -> Preset | str:
    """The preset of a film, or a text that says why there is none and what to do."""
    ending = PurePath(film).suffix.lower()
    if ending not in DEFAULTS:
        found = ending or "no ending"
        return (
            f"wanted a film ending in {_or(DEFAULTS)}; found {found}. "
            f"Give the film one of these endings."
        )
    preset = PRESETS.get(name or DEFAULTS[ending])
    if preset is None:
        return f"wanted a film preset; found {name!r}. Choose one of {', '.join(PRESETS)}."
    if ending not in preset.endings:
        return (
            f"wanted {_or(preset.endings)} for the preset {preset.name}; found {ending}. "
            f"Change the film's ending, or leave the preset out for {DEFAULTS[ending]}."
        )
    return preset


def _or(words: Sequence[str] | Mapping[str, str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


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
    text = "\n".join((*made_of, request.audio))
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
    stored = preset.pixel_formats[source.pixel_format]
    return (
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror", "-y"),
        *("-f", "rawvideo", "-pixel_format", source.pixel_format),
        *("-video_size", source.size, "-framerate", request.fps, "-i", "pipe:0"),
        *(("-i", request.audio) if request.audio else ()),
        *("-map", "0:v:0"),
        *("-vf", _filters(preset, stored)),
        *("-c:v", encoder.name, *encoder.arguments, "-pix_fmt", stored),
        *(preset.alpha_arguments if source.has_alpha else ()),
        *("-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-colorspace", "rgb" if preset.is_rgb else "bt709"),
        *("-color_range", "pc" if preset.is_rgb else "tv"),
        *(_audio(request, preset, source) if request.audio else ()),
        *preset.by_ending.get(ending, ()),
        *(("-metadata", f"comment={mark}") if mark else ()),
        made,
    )


def _filters(preset: Preset, stored: str) -> str:
    """State every step of the colour's way; what is not stated, versions guess differently."""
    tags = "color_primaries=bt709:color_trc=bt709"
    if preset.is_rgb:
        return f"format={stored},setparams=range=full:{tags}:colorspace=gbr"
    return (
        "scale=in_range=full:out_range=limited:out_color_matrix=bt709"
        ":flags=bicubic+accurate_rnd+full_chroma_int"
        f",format={stored},setparams=range=limited:{tags}:colorspace=bt709"
    )


def _audio(request: FilmRequest, preset: Preset, source: FilmSource) -> tuple[str, ...]:
    ending = PurePath(request.film).suffix.lower()
    seconds = source.count / Fraction(request.fps)
    # Up to the next microsecond: a cut that falls before the last picture's time would drop it.
    length = f"{ceil(seconds * 1_000_000) / 1_000_000:.6f}"
    return ("-map", "1:a:0", "-af", "apad", *preset.audio[ending], "-t", length)


REQUEST_FILE = "film.json"
PYTHON_ASKS = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
SESSION = PurePath(__file__).parent.parent / "sessions" / "film_session.py"


def made_film(request: FilmRequest) -> str:
    """Where the proven film lies, relative to the workspace."""
    return f"film{PurePath(request.film).suffix.lower()}"


def open_command(found: FoundProgram, assignment: Assignment) -> Command:
    """Encode and prove the whole film in one go; what to do stands in a file it is given."""
    request = assignment.request
    if not isinstance(request, FilmRequest):
        raise TypeError(f"ffmpeg encodes films; task {assignment.task!r} asks for pictures")
    return Command(
        arguments=(sys.executable, "-u", str(SESSION), REQUEST_FILE),
        # The AV1 encoder prints pages about itself otherwise; 1 is errors alone.
        environment={"SVT_LOG": "1"},
        files={REQUEST_FILE: json.dumps(session_request(found, assignment, request))},
    )


def session_request(
    found: FoundProgram, assignment: Assignment, request: FilmRequest
) -> dict[str, object]:
    """What `film_session.py` reads: pictures in order, and one way to encode for each case."""
    preset = preset_for(request.film, request.preset)
    if isinstance(preset, str):
        # Planning asks the same question and lists the answer as a mistake.
        raise TypeError(preset)
    pattern = FramePattern.parse(request.pictures)
    is_module = found.flavour is ProgramFlavour.PYTHON_MODULE
    made = made_film(request)
    part = f".{made.removesuffix(PurePath(made).suffix)}.part{PurePath(made).suffix}"
    return {
        "pictures": [[frame, pattern.path(frame)] for frame in assignment.frames],
        "size": [request.width, request.height],
        "fps": request.fps,
        "ffmpeg": found.path,
        "ask": [found.path, "-c", PYTHON_ASKS] if is_module else [],
        "audio": request.audio,
        "made": made,
        "part": part,
        "even": preset.even,
        "ways": [
            {
                "encoder": encoder.name,
                "pixel_format": pixel_format,
                "arguments": encode_arguments(
                    request,
                    preset,
                    FilmSource(pixel_format=pixel_format, count=len(assignment.frames)),
                    encoder,
                    part,
                    mark=film_mark(request, assignment.frames),
                ),
            }
            for encoder in preset.encoders
            for pixel_format in preset.pixel_formats
        ],
    }


# ── how it speaks ─────────────────────────────────────────────────────────────────────────────


def _percent(match: re.Match[str]) -> FramePercent:
    return FramePercent(percent=100.0 * int(match["done"]) / max(1, int(match["all"])))


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
        Rule(r"^framecrew-film: wrote (?P<path>.+)$", _written),
        Rule(r"^framecrew-film: done\b", lambda _match: EndSeen()),
        Rule(r"^framecrew-film: warning (?P<text>.+)$", _warned),
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
        _said(r"matches no streams|No such file or directory", FailureKind.MISSING_ASSET),
        _said(
            r"Unknown (?:en|de)coder|Unrecognized option|Option .+ not found|"
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
    """Reads the session's lines, ffmpeg's own, and ffmpeg's `-progress` blocks.

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
