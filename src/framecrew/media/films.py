"""A film examined: every frame of it decoded with ffmpeg, counted, and its times compared.

ffmpeg prints one line for each decoded frame with its time and a hash (`framehash`). A film's
head proves nothing: it can name more frames than there are, and players then stand still.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from framecrew.media.animations import TICKS, NotWholeError, count_frames, read_animation
from framecrew.media.digests import read_digest
from framecrew.model.outputs import Defect, DefectKind

if sys.platform == "win32":
    # Else a terminal window opens for each run of a console program.
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0

MICROSECONDS = 1_000_000

TICK = 1010
"""Microseconds a frame's time may be off: Matroska counts in milliseconds."""

ANY_RATE = "any"
"""Of a film whose rate nobody told: its steps must be even all the same."""

LOOK_SECONDS = 0.2
"""Between two looks whether a film is still wanted to be decoded."""

_DURATION = re.compile(r"^\s*Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_STREAM = re.compile(r"^\s*Stream #0:\S+?.*?: (Video|Audio): (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*comment\s*: (.+)$", re.MULTILINE | re.IGNORECASE)
_OUTPUT = re.compile(r"^Output #0", re.MULTILINE)
_VIDEO_SIZE = re.compile(r"^(\d+)x(\d+)\b")
_BRACKETS = re.compile(r"\([^()]*\)")
_BROKEN = re.compile(r"\[(?:error|fatal|panic)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmHead:
    """What ffmpeg tells of a film before it decodes anything."""

    codec: str
    pixel_format: str
    width: int
    height: int
    seconds: float
    """0 when it does not say."""
    has_audio: bool
    mark: str = ""
    """What its maker wrote into it as a comment."""
    words: str = field(default="", compare=False)
    """All that ffmpeg told of it, as it told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedFrame:
    """One frame that was really decoded."""

    time: int
    """Microseconds."""
    hash: str
    """Of its pixels, as the film stores them: MurmurHash3 of 128 bits, a third of MD5's work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What decoding a film told."""

    frames: int
    width: int
    height: int
    codec: str
    pixel_format: str
    seconds: float
    has_audio: bool
    bytes: int
    digest: str
    """BLAKE2b of the file's bytes, hexadecimal, 32 characters."""
    mark: str = ""
    """What its maker wrote into it as a comment."""
    span: int | None = None
    """Microseconds from the first frame to the last; None for a film of one."""
    pictures: tuple[str, ...] = ()
    """Of each frame in order: the hash of its pixels; empty for animations."""
    words: str = ""
    """All that ffmpeg told of it, as it told it; empty for animations."""

    def has_size(self, width: int, height: int) -> bool:
        return (self.width, self.height) == (width, height)


def examine_film(
    path: Path,
    *,
    ffmpeg: str,
    frames: int | None = None,
    fps: str = "",
    stop: threading.Event | None = None,
    packets: Path | None = None,
    threads: int = 0,
) -> FilmFacts | Defect:
    """Decode a film whole and say what it is, or the first thing that is wrong with it.

    With `frames` it must have so many, with `fps` they must follow each other in even steps; for
    ANY_RATE those of its own rate. When `stop` is set it is not decoded further. `packets` is
    a file to be written, and `threads` as in `decode_arguments`.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            return _defect(DefectKind.EMPTY, path, "it has 0 bytes")
        digest = read_digest(path)
    except FileNotFoundError:
        return _defect(DefectKind.MISSING, path, "there is no such file")
    except OSError as error:
        return _defect(DefectKind.UNREADABLE, path, f"it cannot be read: {error.strerror}")
    if path.suffix.lower() in TICKS:
        return _examine_animation(path, frames=frames, fps=fps, size=size, digest=digest)
    decoded = decode_film(path, ffmpeg=ffmpeg, stop=stop, packets=packets, threads=threads)
    if isinstance(decoded, Defect):
        return decoded
    head, found = decoded
    if frames is not None and len(found) != frames:
        kind = DefectKind.TRUNCATED if len(found) < frames else DefectKind.WRONG_SIZE
        return _defect(kind, path, f"wanted {frames} frames, found {len(found)}")
    rate = own_rate(found) if fps == ANY_RATE else Fraction(fps) if fps else None
    if rate is not None and (reason := find_uneven_step(found, rate)):
        return _defect(DefectKind.UNREADABLE, path, reason)
    return FilmFacts(
        frames=len(found),
        width=head.width,
        height=head.height,
        codec=head.codec,
        pixel_format=head.pixel_format,
        seconds=head.seconds,
        has_audio=head.has_audio,
        bytes=size,
        digest=digest,
        mark=head.mark,
        span=found[-1].time - found[0].time if len(found) > 1 else None,
        pictures=tuple(frame.hash for frame in found),
        words=head.words,
    )


def _examine_animation(
    path: Path, *, frames: int | None, fps: str, size: int, digest: str
) -> FilmFacts | Defect:
    """Its frames tell how long they are shown; those of no rate are as many as are stored."""
    ticks = TICKS[path.suffix.lower()]
    try:
        found = read_animation(path)
    except NotWholeError as error:
        return _defect(DefectKind.UNREADABLE, path, str(error))
    count: int | str = len(found.delays)
    if fps and fps != ANY_RATE:
        count = count_frames(found.delays, Fraction(fps), ticks)
    if isinstance(count, str):
        return _defect(DefectKind.UNREADABLE, path, count)
    if frames is not None and count != frames:
        kind = DefectKind.TRUNCATED if count < frames else DefectKind.WRONG_SIZE
        return _defect(kind, path, f"wanted {frames} frames, found {count}")
    return FilmFacts(
        frames=count,
        width=found.width,
        height=found.height,
        codec=path.suffix.lower().removeprefix("."),
        pixel_format="rgba" if found.channels == 4 else "rgb24",
        seconds=sum(found.delays) / ticks,
        has_audio=False,
        bytes=size,
        digest=digest,
        mark=found.mark,
    )


def decode_film(
    path: Path,
    *,
    ffmpeg: str,
    stop: threading.Event | None = None,
    packets: Path | None = None,
    threads: int = 0,
) -> tuple[FilmHead, tuple[DecodedFrame, ...]] | Defect:
    """Run ffmpeg over a film; its head, and each frame it really decoded.

    Decoders patch up what is broken: some end with an error then, others only mention it.
    """
    out = said = b""
    with subprocess.Popen(
        [ffmpeg, *decode_arguments(path, packets=packets, threads=threads)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=NO_WINDOW,
    ) as program:
        while program.returncode is None:
            try:
                out, said = program.communicate(timeout=None if stop is None else LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if stop is not None and stop.is_set():
                    program.kill()
    told = said.decode("utf-8", "replace")
    broken = [line for line in told.splitlines() if _BROKEN.search(line)]
    if program.returncode or broken:
        why = _last("\n".join(broken) or told)
        return _defect(DefectKind.UNREADABLE, path, f"ffmpeg cannot decode it: {why}")
    head = parse_head(told.replace("[info] ", ""))
    if head is None:
        return _defect(DefectKind.UNREADABLE, path, "ffmpeg finds no pictures in it")
    return head, tuple(parse_frames(out.decode("ascii", "replace").splitlines()))


def decode_arguments(
    path: Path, *, packets: Path | None = None, threads: int = 0
) -> tuple[str, ...]:
    """Arguments behind ffmpeg's name that print a line for each decoded frame of a film.

    The time base is stated: without it, times are rounded to whole frames and always look even.
    In the same run a line for each of its packets may be written into a file. `threads`
    decode, as many as there are cores by default: one does it with the least work.
    """
    return (
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-xerror"),
        *(("-threads", str(threads)) if threads else ()),
        # Without it, times are shifted so that the earliest stream begins at 0.
        *("-copyts", "-i", str(path)),
        *("-map", "0:v:0", "-enc_time_base", "1:1000000"),
        *("-f", "framehash", "-hash", "murmur3", "pipe:1"),
        *(_packet_arguments(packets) if packets else ()),
    )


def _packet_arguments(packets: Path) -> tuple[str, ...]:
    return (
        "-map",
        "0:v:0",
        "-c",
        "copy",
        "-f",
        "framehash",
        "-hash",
        "md5",
        "-y",
        str(packets),
    )


def parse_head(told: str) -> FilmHead | None:
    """Read what ffmpeg tells of its input; None when there are no pictures in it."""
    output = _OUTPUT.search(told)
    before = told[: output.start()] if output else told
    streams = [(found[1], _BRACKETS.sub("", found[2])) for found in _STREAM.finditer(before)]
    videos = [text for kind, text in streams if kind == "Video"]
    if not videos:
        return None
    # Words in brackets may hold commas, so they are gone already: codec, pixel format, size, …
    codec, pixel_format, size, *_ = (*(part.strip() for part in videos[0].split(",")), "", "")
    sized = _VIDEO_SIZE.match(size)
    return FilmHead(
        codec=codec.split()[0],
        pixel_format=pixel_format,
        width=int(sized[1]) if sized else 0,
        height=int(sized[2]) if sized else 0,
        seconds=_seconds(before),
        has_audio=any(kind == "Audio" for kind, _ in streams),
        mark=comment[1].strip() if (comment := _COMMENT.search(before)) else "",
        words=before,
    )


def parse_frames(lines: Iterable[str]) -> Iterable[DecodedFrame]:
    """Read the lines of `framehash`: stream, decode time, time, duration, size, hash."""
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        _stream, _decoded, time, *_, pixels = (part.strip() for part in line.split(","))
        yield DecodedFrame(time=int(time), hash=pixels)


def own_rate(frames: Sequence[DecodedFrame]) -> Fraction | None:
    """The rate at which these frames would stand in even steps; None when there is none."""
    span = frames[-1].time - frames[0].time if frames else 0
    return Fraction((len(frames) - 1) * MICROSECONDS, span) if span > 0 else None


def find_uneven_step(frames: Iterable[DecodedFrame], fps: Fraction) -> str | None:
    """Why the frames' times are not those of a film of this rate; None when they are."""
    start: int | None = None
    for index, frame in enumerate(frames):
        start = frame.time if start is None else start
        found, wanted = frame.time - start, round(index / fps * MICROSECONDS)
        if abs(found - wanted) > TICK:
            return f"its frame {index + 1} stands at {found} microseconds, wanted {wanted}"
    return None


def _seconds(told: str) -> float:
    found = _DURATION.search(told)
    if found is None:
        return 0.0
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def _last(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return "; ".join(lines[-2:]) or "it gave no reason"


def _defect(kind: DefectKind, path: Path, reason: str) -> Defect:
    return Defect(kind=kind, path=str(path), reason=reason)
