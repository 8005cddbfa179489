"""Joined films, with a real ffmpeg: the frames of the segments, each at its time, and their sound."""

import os
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from cases import further
from stitching import FFMPEG, command_for, stitch

from framecrew.frames.sets import FrameSet
from framecrew.media.films import FilmFacts, decode_film, examine_film
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Segment
from framecrew.model.requests import Command, JoinRequest, SoundRun
from framecrew.model.scenes import Track
from framecrew.renderers.contract import FoundProgram, ProgramFlavour

pytestmark = pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")

SCRIPTS_ARE_PROGRAMS = pytest.mark.skipif(
    sys.platform == "win32", reason="a script cannot stand for a program on Windows"
)

ODD = (0, 23, 49, 75)
"""Borders of segments that are no whole seconds."""


@dataclass(frozen=True)
class Codec:
    name: str
    ending: str
    arguments: str
    decoder: tuple[str, ...] = ()
    size: str = "128x72"

    @property
    def encoder(self) -> str:
        return self.arguments.split()[1]


H264 = Codec("h264", ".mp4", "-c:v libx264 -preset veryfast -bf 3 -pix_fmt yuv420p")
MJPEG = Codec("mjpeg", ".mov", "-c:v mjpeg -q:v 3 -pix_fmt yuvj422p")
FFV1 = Codec("ffv1", ".mkv", "-c:v ffv1 -level 3 -slices 4 -pix_fmt yuv420p")
PRORES = Codec("prores-hq", ".mov", "-c:v prores_ks -profile:v hq -pix_fmt yuv422p10le")
CODECS = (
    H264,
    Codec(
        "h264-open-gop",
        ".mov",
        "-c:v libx264 -preset veryfast -bf 2 -pix_fmt yuv420p -x264-params open-gop=1:keyint=9",
    ),
    Codec("h264-matroska", ".mkv", H264.arguments),
    Codec("h264-ntsc-film", ".mp4", H264.arguments),
    Codec(
        "hevc",
        ".mp4",
        "-c:v libx265 -preset ultrafast -x265-params log-level=error:bframes=3 -tag:v hvc1 "
        "-pix_fmt yuv420p",
    ),
    PRORES,
    Codec(
        "prores-4444-alpha",
        ".mov",
        "-c:v prores_ks -profile:v 4444 -alpha_bits 16 -pix_fmt yuva444p10le",
    ),
    Codec("dnxhr", ".mov", "-c:v dnxhd -profile:v dnxhr_hq -pix_fmt yuv422p", size="256x144"),
    Codec(
        "dnxhr-mxf", ".mxf", "-c:v dnxhd -profile:v dnxhr_hq -pix_fmt yuv422p", size="256x144"
    ),
    Codec(
        "vp9-alpha",
        ".webm",
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p -auto-alt-ref 0",
        decoder=("-c:v", "libvpx-vp9"),
    ),
    FFV1,
    Codec("ffv1-avi", ".avi", FFV1.arguments),
    MJPEG,
)

OFTEN = ("h264-open-gop", "h264-ntsc-film", "hevc", "dnxhr-mxf", "vp9-alpha", "ffv1-avi")


def run(*arguments: str) -> bytes:
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-nostdin", "-y", *arguments], capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


@pytest.fixture(scope="session")
def encoders() -> set[str]:
    listed = run("-hide_banner", "-encoders").decode()
    return {line.split()[1] for line in listed.splitlines() if len(line.split()) > 1}


def encode(
    path: Path,
    codec: Codec,
    first: int,
    end: int,
    *,
    fps: str = "30",
    sound: str = "",
    sound_arguments: str = "",
) -> None:
    """Frames `first` up to `end` of the same moving pictures, as a film of its own."""
    alpha = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='mod(X*3+N*5,256)',"
    cut = f"trim=start_frame={first}:end_frame={end},setpts=PTS-STARTPTS"
    run(
        *("-f", "lavfi", "-i", f"testsrc2=size={codec.size}:rate={fps}"),
        *(("-i", sound, "-map", "0:v:0", "-map", "1:a:0") if sound else ()),
        *("-vf", f"{alpha if 'yuva' in codec.arguments else ''}{cut}"),
        *("-r", fps, *codec.arguments.split(), *sound_arguments.split(), str(path)),
    )


def cut_film(
    folder: Path, codec: Codec, borders: Sequence[int] = ODD, fps: str = "30"
) -> tuple[Segment, ...]:
    """The film's segments, rendered one by one; frames count from 1."""
    folder.mkdir(exist_ok=True)
    segments = []
    for first, end in pairwise(borders):
        path = folder / f"{first + 1:04d}{codec.ending}"
        encode(path, codec, first, end, fps=fps)
        segments.append(Segment(frames=FrameSet.range(first + 1, end), path=str(path)))
    return tuple(segments)


def request(
    segments: tuple[Segment, ...],
    *,
    film: str = "",
    fps: str = "30",
    audio: str = "",
    tracks: tuple[Track, ...] = (),
    sound: bool = False,
    allow_reencode: bool = False,
) -> JoinRequest:
    return JoinRequest(
        segments=segments,
        film=film or f"/out/film{Path(segments[0].path).suffix}",
        fps=fps,
        audio=audio,
        tracks=tracks,
        sound=sound,
        allow_reencode=allow_reencode,
    )


def frames_of(asked: JoinRequest) -> FrameSet:
    return FrameSet.of(frame for segment in asked.segments for frame in segment.frames)


def join(
    folder: Path, asked: JoinRequest, found: FoundProgram | None = None
) -> tuple[Path, list[str]]:
    film, warnings = stitch(folder, asked, frames_of(asked), found)
    assert isinstance(film, Path), film
    return film, warnings


def failed(
    folder: Path,
    asked: JoinRequest,
    kind: FailureKind,
    *words: str,
    found: FoundProgram | None = None,
) -> None:
    failure, _ = stitch(folder, asked, frames_of(asked), found)
    assert isinstance(failure, Failure), failure
    assert failure.kind is kind, failure
    assert all(word in failure.reason for word in words), failure.reason


def hashes(path: Path | str, decoder: Iterable[str] = ()) -> list[str]:
    told = run(
        *decoder, "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough",
        "-f", "framemd5", "pipe:1",
    ).decode()  # fmt: skip
    return [line.rsplit(",", 1)[1] for line in told.splitlines() if not line.startswith("#")]


def off_the_grid(film: Path, fps: str) -> list[tuple[int, Fraction]]:
    """Frames whose stored time is not the one of the grid, to the tick."""
    told = run(
        "-copyts", "-i", str(film), "-map", "0:v:0", "-c", "copy", "-f", "framehash", "pipe:1"
    ).decode()
    base = re.search(r"#tb 0: (\S+)", told)
    assert base
    tick = Fraction(base[1])
    rows = [line.split(",") for line in told.splitlines() if not line.startswith("#")]
    times = sorted(int(row[2]) for row in rows)
    wanted = [place / Fraction(fps) for place in range(len(times))]
    pairs = enumerate(zip(times, wanted, strict=True))
    return [
        (place, time) for place, (ticks, time) in pairs if abs(ticks * tick - time) > tick / 2
    ]


def shown_rate(film: Path) -> float:
    told = subprocess.run([FFMPEG, "-i", str(film)], capture_output=True).stderr.decode()
    found = re.search(r"([\d.]+) fps", told)
    assert found
    return float(found[1])


def assert_is_joined(
    film: Path, segments: tuple[Segment, ...], codec: Codec, fps: str = "30"
) -> None:
    of_each = {path: hashes(path, codec.decoder) for path in {one.path for one in segments}}
    wanted = [each for segment in segments for each in of_each[segment.path]]
    assert hashes(film, codec.decoder) == wanted
    assert off_the_grid(film, fps) == []
    assert shown_rate(film) == pytest.approx(float(Fraction(fps)), abs=0.006)
    found = examine_film(film, ffmpeg=FFMPEG, frames=len(wanted), fps=fps)
    assert isinstance(found, FilmFacts), found
    assert found.seconds == pytest.approx(len(wanted) / Fraction(fps), abs=0.02)


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "codec",
    [codec if codec.name in OFTEN else further(codec) for codec in CODECS],
    ids=lambda codec: str(codec.name),
)
def test_a_joined_film_shows_every_frame_of_its_segments_at_its_time(
    tmp_path: Path, codec: Codec, encoders: set[str]
) -> None:
    if codec.encoder not in encoders:
        pytest.skip(f"this ffmpeg has no encoder {codec.encoder}")
    fps = "24000/1001" if codec.name.endswith("ntsc-film") else "30"
    segments = cut_film(tmp_path / "in", codec, fps=fps)
    film, warnings = join(tmp_path, request(segments, fps=fps))
    assert warnings == []
    assert_is_joined(film, segments, codec, fps)


@pytest.mark.parametrize(
    "codec",
    [H264, Codec("h264-matroska", ".mkv", H264.arguments), further(MJPEG)],
    ids=lambda codec: str(codec.name),
)
@pytest.mark.parametrize("fps", ["30000/1001", further("25")])
def test_a_rate_that_is_not_told_is_that_of_the_first_segment(
    tmp_path: Path, codec: Codec, fps: str
) -> None:
    segments = cut_film(tmp_path / "in", codec, (0, 7, 20, 33), fps)
    film, _ = join(tmp_path, request(segments, fps=""))
    assert_is_joined(film, segments, codec, fps)


@pytest.mark.parametrize("codec", [H264, further(FFV1)], ids=lambda codec: str(codec.name))
def test_the_same_segments_make_the_same_bytes_each_time(tmp_path: Path, codec: Codec) -> None:
    segments = cut_film(tmp_path / "in", codec)
    films = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        film, _ = join(tmp_path / name, request(segments))
        films.append(film.read_bytes())
    assert films[0] == films[1]


@pytest.mark.parametrize("borders", [tuple(range(8)), (0, 9)])
@pytest.mark.parametrize(
    "codec", [H264, further(FFV1), further(PRORES)], ids=lambda codec: str(codec.name)
)
def test_segments_of_one_frame_and_a_single_segment_are_films(
    tmp_path: Path, codec: Codec, borders: tuple[int, ...]
) -> None:
    segments = cut_film(tmp_path / "in", codec, borders)
    film, _ = join(tmp_path, request(segments))
    assert_is_joined(film, segments, codec)


@pytest.mark.slow
def test_many_short_segments_do_not_drift(tmp_path: Path) -> None:
    first = cut_film(tmp_path / "in", MJPEG, (0, 1), "24000/1001")[0]
    segments = tuple(
        Segment(frames=FrameSet.range(frame, frame), path=first.path) for frame in range(1, 41)
    )
    film, _ = join(tmp_path, request(segments, fps="24000/1001"))
    assert_is_joined(film, segments, MJPEG, "24000/1001")


@pytest.mark.thorough
def test_segments_whose_decoding_runs_ahead_differently_keep_an_even_pace(
    tmp_path: Path,
) -> None:
    """One frame needs no reordering, many do; their configurations are equal all the same."""
    segments = cut_film(tmp_path / "in", H264, (0, 1, 2, 40, 41, 75), "30000/1001")
    film, _ = join(tmp_path, request(segments, fps="30000/1001"))
    assert_is_joined(film, segments, H264, "30000/1001")


def test_colours_are_told_as_before(tmp_path: Path) -> None:
    colours = "range=tv:colorprim=bt709:transfer=bt709:colormatrix=bt709"
    tagged = Codec("tagged", ".mov", f"{H264.arguments} -x264-params {colours}")
    film, _ = join(tmp_path, request(cut_film(tmp_path / "in", tagged, (0, 3, 6))))
    told = subprocess.run([FFMPEG, "-i", str(film)], capture_output=True).stderr.decode()
    assert "yuv420p(tv, bt709, progressive)" in told
    assert "Data:" not in told


def test_only_pictures_are_taken_of_segments_with_time_codes_and_sound(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "sound.wav", clicks(1.0))
    folder = tmp_path / "in"
    folder.mkdir()
    segments = []
    for first in (0, 6):
        path = folder / f"{first}.mov"
        encode(
            path, PRORES, first, first + 6, sound=sound,
            sound_arguments="-c:a pcm_s16le -t 0.2 -timecode 01:00:00:00",
        )  # fmt: skip
        segments.append(Segment(frames=FrameSet.range(first, first + 5), path=str(path)))
    film, _ = join(tmp_path, request(tuple(segments)))
    told = subprocess.run([FFMPEG, "-i", str(film)], capture_output=True).stderr.decode()
    assert len(re.findall(r"Stream #0", told)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "it's a 'film' of two.mov",
        further(r"back\slash.mov"),
        further("ümläut 影片 100% [x].mov"),
        further("#file 'x.mov'.mov"),
        "two\nlines.mov",
        os.fsdecode(b"no \xff text.mov"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.thorough
def test_no_name_of_a_segment_is_too_odd(tmp_path: Path, name: str) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 4, 8))
    odd = tmp_path / "in" / name
    Path(segments[1].path).rename(odd)
    segments = (segments[0], Segment(frames=segments[1].frames, path=str(odd)))
    wanted = [each for segment in segments for each in hashes(segment.path)]
    film, _ = join(tmp_path, request(segments))
    assert hashes(film) == wanted


def test_the_ffmpeg_inside_a_python_module_joins_as_well(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    segments = cut_film(tmp_path / "in", H264)
    inside = FoundProgram(
        name="ffmpeg", path=sys.executable, version="", flavour=ProgramFlavour.PYTHON_MODULE
    )
    film, _ = join(tmp_path, request(segments), inside)
    assert_is_joined(film, segments, H264)


# ── sound ─────────────────────────────────────────────────────────────────────────────────────

RATE = 48000
Samples = npt.NDArray[np.int16]


def clicks(seconds: float) -> Samples:
    """Noise so quiet that a click every half second stands out, and no two samples alike."""
    samples = np.random.default_rng(7).integers(-40, 40, (round(seconds * RATE), 2))
    samples[RATE // 4 :: RATE // 2] = 30000
    return samples.astype(np.int16)


def write_sound(path: Path, samples: Samples) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return str(path)


def sounding_segments(
    folder: Path, codec: Codec, sound: str, fps: str, borders: Sequence[int]
) -> tuple[tuple[Segment, ...], Samples]:
    """Segments as a renderer makes them of one long sound, and that sound."""
    whole = clicks(float(borders[-1] / Fraction(fps)) + 1)
    folder.mkdir()
    segments = []
    for first, end in pairwise(borders):
        begins, ends = (round(place * RATE / Fraction(fps)) for place in (first, end))
        path = folder / f"{first:04d}{codec.ending}"
        piece = write_sound(folder / "piece.wav", whole[begins:ends])
        encode(path, codec, first, end, fps=fps, sound=piece, sound_arguments=f"-c:a {sound}")
        segments.append(Segment(frames=FrameSet.range(first + 1, end), path=str(path)))
    return tuple(segments), whole[: round(borders[-1] * RATE / Fraction(fps))]


def heard(film: Path) -> Samples:
    raw = run("-i", str(film), "-map", "0:a:0", "-f", "s16le", "-ac", "2", "pipe:1")
    return np.frombuffer(raw, np.int16).reshape(-1, 2)


def moved_clicks(film: Path, whole: Samples) -> list[int]:
    """By how many samples each click of the whole sound is off its place in the film."""
    found = np.abs(heard(film)[:, 0].astype(int))
    places = range(RATE // 4, len(whole), RATE // 2)
    return [int(np.argmax(found[place - 4000 : place + 4000])) - 4000 for place in places]


EIGHT = (0, 19, 40, 57, 75, 98, 113, 131, 150)


@pytest.mark.parametrize("fps", ["30000/1001", further("25")])
@pytest.mark.parametrize(
    ("codec", "sound"),
    [
        (MJPEG, "pcm_s24le"),
        (FFV1, "flac"),
        further(MJPEG, "pcm_s16le"),
        further(MJPEG, "pcm_s16be"),
        further(MJPEG, "pcm_f32le"),
        further(MJPEG, "alac"),
        further(FFV1, "pcm_s16le"),
        further(Codec("avi", ".avi", "-c:v mjpeg"), "pcm_s16le"),
    ],
)
def test_pcm_sound_of_eight_segments_is_the_whole_sound_to_the_last_bit(
    tmp_path: Path, codec: Codec, sound: str, fps: str
) -> None:
    segments, whole = sounding_segments(tmp_path / "in", codec, sound, fps, EIGHT)
    film, warnings = join(tmp_path, request(segments, fps=fps, sound=True))
    assert warnings == []
    assert np.array_equal(heard(film), whole)
    told = subprocess.run([FFMPEG, "-i", str(film)], capture_output=True).stderr.decode()
    assert f"Audio: {sound}" in told
    assert off_the_grid(film, fps) == []


@pytest.mark.parametrize(("ending", "codec"), [(".mp4", "aac"), further(".mov", "pcm_s16le")])
def test_sound_is_encoded_once_and_no_click_moves(
    tmp_path: Path, ending: str, codec: str
) -> None:
    pictures = Codec("h264", ".mov", H264.arguments)
    segments, whole = sounding_segments(
        tmp_path / "in", pictures, "pcm_s16le", "30000/1001", EIGHT
    )
    asked = request(segments, film=f"/out/film{ending}", fps="30000/1001", sound=True)
    film, _ = join(tmp_path, asked)
    told = subprocess.run([FFMPEG, "-i", str(film)], capture_output=True).stderr.decode()
    assert f"Audio: {codec}" in told
    assert off_the_grid(film, "30000/1001") == []
    moved = moved_clicks(film, whole)
    assert len(moved) == 10
    assert max(moved) - min(moved) <= 2
    assert abs(moved[0]) <= 2


@pytest.mark.parametrize("ending", [".mp4", further(".mkv")])
def test_lossy_sound_of_segments_is_told_and_does_not_drift(
    tmp_path: Path, ending: str
) -> None:
    pictures = Codec("h264", ending, H264.arguments)
    segments, whole = sounding_segments(tmp_path / "in", pictures, "aac", "30", EIGHT)
    film, warnings = join(tmp_path, request(segments, sound=True))
    assert any("aac" in told and "clicks" in told for told in warnings)
    assert len(whole) <= len(heard(film)) <= len(whole) + 2048
    assert off_the_grid(film, "30") == []
    moved = moved_clicks(film, whole)
    assert max(moved) - min(moved) <= 2
    # Matroska tells where sound begins in milliseconds.
    assert abs(moved[0]) <= (RATE // 2000 if ending == ".mkv" else 2)


def sound_run(code: str, *given: object) -> SoundRun:
    """A renderer of sound that is a few lines of Python; `given` are its arguments."""
    words = (sys.executable, "-c", f"import shutil, sys; {code}", *map(str, given))
    command = Command(arguments=words, without=("NOT_FOR_IT",))
    return SoundRun(command=command, file="sound.aif", first=1, advice="Ask for PCM")


@pytest.mark.thorough
def test_a_sound_run_takes_the_place_of_lossy_sound_whatever_ending_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = Codec("h264", ".mp4", H264.arguments)
    segments, whole = sounding_segments(tmp_path / "in", pictures, "aac", "30", EIGHT)
    given = write_sound(tmp_path / "whole.wav", whole)
    monkeypatch.setenv("NOT_FOR_IT", "1")
    code = (
        "import os; assert 'NOT_FOR_IT' not in os.environ; "
        "shutil.copy(sys.argv[1], 'sound.wav')"
    )
    asked = replace(request(segments, sound=True), sound_run=sound_run(code, given))
    film, warnings = join(tmp_path, asked)
    assert warnings == []
    encoded = tmp_path / "encoded.mp4"
    run("-i", given, "-c:a", "aac", "-b:a", "320k", str(encoded))
    assert heard(film).tobytes() == heard(encoded).tobytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("shutil.copy(sys.argv[1], 'sound.aif'); sys.exit(9)", "code 9"),
        ("shutil.copy(sys.argv[2], 'sound.aif')", "samples of sound, wanted"),
        further("print('No such template'); sys.exit(7)", "No such template"),
        further("pass", "left no sound.aif"),
        further("open('sound.aif', 'wb').write(b'FORM')", "cannot be read"),
    ],
)
def test_a_sound_run_that_is_not_whole_is_not_taken_and_its_reason_told(
    tmp_path: Path, code: str, why: str
) -> None:
    pictures = Codec("h264", ".mp4", H264.arguments)
    segments, whole = sounding_segments(tmp_path / "in", pictures, "aac", "30", ODD)
    given = write_sound(tmp_path / "whole.wav", whole)
    short = write_sound(tmp_path / "short.wav", whole[: len(whole) // 2])
    asked = replace(request(segments, sound=True), sound_run=sound_run(code, given, short))
    film, warnings = join(tmp_path, asked)
    (told,) = warnings
    assert "clicks" in told
    assert why in told
    assert "Ask for PCM" in told
    assert 0 <= len(heard(film)) - len(whole) <= 2048


@pytest.mark.parametrize(("ending", "encoder"), [("m4a", "aac"), further("mp3", "libmp3lame")])
def test_the_delay_of_a_sound_files_codec_moves_nothing(
    tmp_path: Path, ending: str, encoder: str, encoders: set[str]
) -> None:
    if encoder not in encoders:
        pytest.skip(f"this ffmpeg has no encoder {encoder}")
    whole = clicks(2.5)
    sound = tmp_path / f"sound.{ending}"
    run(
        "-i",
        write_sound(tmp_path / "sound.wav", whole),
        "-c:a",
        encoder,
        "-b:a",
        "320k",
        str(sound),
    )
    film, _ = join(tmp_path, request(cut_film(tmp_path / "in", MJPEG), audio=str(sound)))
    assert max(map(abs, moved_clicks(film, whole))) <= 2
    assert off_the_grid(film, "30") == []


@pytest.mark.parametrize("seconds", [0.3, 9.0])
@pytest.mark.parametrize(
    "codec",
    [
        H264,
        further(MJPEG),
        further(FFV1),
        further(next(codec for codec in CODECS if codec.name == "vp9-alpha")),
    ],
    ids=lambda codec: str(codec.name),
)
def test_a_sound_file_lies_under_the_whole_film_and_ends_with_it(
    tmp_path: Path, codec: Codec, seconds: float, encoders: set[str]
) -> None:
    if codec.encoder not in encoders:
        pytest.skip(f"this ffmpeg has no encoder {codec.encoder}")
    sound = write_sound(tmp_path / "sound.wav", clicks(seconds))
    segments = cut_film(tmp_path / "in", codec)
    film, _ = join(tmp_path, request(segments, audio=sound))
    assert_is_joined(film, segments, codec)
    found = heard(film)
    assert len(found) == pytest.approx(2.5 * RATE, abs=2048)
    assert abs(int(np.argmax(np.abs(found[:20000, 0].astype(int)))) - RATE // 4) <= 2


def test_tracks_of_a_scene_are_mixed_to_the_sample_at_full_level(tmp_path: Path) -> None:
    """Two at once, one of them later, cut at both ends and half as loud; one again and again."""
    long, short = clicks(3.0), clicks(0.4) // 4
    segments = cut_film(tmp_path / "in", MJPEG)
    count = len(frames_of(request(segments)))
    film, _ = join(
        tmp_path,
        request(
            segments,
            film="/out/film.mov",
            tracks=(
                Track(
                    source=write_sound(tmp_path / "long.wav", long),
                    start=0.5,
                    trim=0.25,
                    seconds=1.0,
                    volume=0.5,
                ),
                Track(source=write_sound(tmp_path / "short.wav", short), loop=True),
            ),
        ),
    )
    samples = count * RATE // 30
    wanted = np.tile(short, (10, 1))[:samples].astype(float)
    piece = long[RATE // 4 : RATE // 4 + RATE][: max(0, samples - RATE // 2)]
    wanted[RATE // 2 : RATE // 2 + len(piece)] += piece * 0.5
    assert len(heard(film)) == samples
    assert np.abs(heard(film) - wanted).max() <= 1
    assert not list(tmp_path.rglob("*.sound.wav"))


def test_a_track_follows_its_levels_from_wherever_the_film_begins(tmp_path: Path) -> None:
    """Evenly from point to point, as the first before it and as the last behind it."""
    steady = np.full((RATE, 2), 8000, dtype="<i2")
    points = ((-0.2, 0.0), (0.2, 0.5), (0.2, 1.0), (0.3, 0.25), (9.3, 9.25))
    track = Track(
        source=write_sound(tmp_path / "steady.wav", steady),
        start=0.1,
        seconds=0.5,
        levels=points,
    )
    segments = cut_film(tmp_path / "in", MJPEG)
    film, _ = join(tmp_path, request(segments, film="/out/film.mov", tracks=(track,)))

    found = heard(film)[:, 0].astype(int)
    at = np.arange(round(0.5 * RATE)) / RATE
    times, levels = ([point[place] for point in points] for place in (0, 1))
    begin = round(0.1 * RATE)
    wanted = 8000 * np.interp(at, times, levels)
    heard_then = found[begin : begin + len(at)]
    far = np.abs(at - 0.2) > 1 / RATE
    assert np.abs(heard_then - wanted)[far].max() <= 2
    assert not found[:begin].any()
    assert not found[begin + len(at) :].any()


@pytest.mark.parametrize(
    ("rate", "pitch", "frequency"),
    [(2.0, 1.0, 400), (0.25, 1.0, 400), (1.0, 1.5, 600), (0.5, 0.5, 200), (2.0, 1.5, 600)],
)
def test_a_track_is_played_faster_at_its_pitch_and_higher_at_its_speed(
    tmp_path: Path, rate: float, pitch: float, frequency: int
) -> None:
    """A tone of 400 Hz that stops after a second of its own, a quarter of which is left out."""
    tone = 8000 * np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE)
    source = write_sound(tmp_path / "tone.wav", np.stack((tone, tone), axis=1).astype("<i2"))
    track = Track(source=source, trim=0.25, rate=rate, pitch=pitch)
    segments = cut_film(tmp_path / "in", MJPEG)
    film, _ = join(tmp_path, request(segments, film="/out/film.mov", tracks=(track,)))

    found = heard(film)[:, 0].astype(float)
    piece = found[RATE // 20 : RATE // 20 + RATE // 5]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
    assert np.argmax(spectrum) * RATE / len(piece) == pytest.approx(frequency, abs=5)
    loud = np.flatnonzero(np.abs(found) > 1000)
    ends = min(0.75 / rate, len(found) / RATE)
    assert loud[-1] / RATE == pytest.approx(ends, abs=0.03)


def test_a_track_that_is_played_as_a_tape_is_stays_as_it_was(tmp_path: Path) -> None:
    """Nothing is taken apart and put together again where it becomes as high as it becomes fast."""
    at = np.arange(RATE) / RATE
    tone = 8000 * np.sin(2 * np.pi * 400 * at)
    source = write_sound(tmp_path / "tone.wav", np.stack((tone, tone), axis=1).astype("<i2"))
    segments = cut_film(tmp_path / "in", MJPEG)
    tracks = (Track(source=source, rate=0.75, pitch=0.75),)
    film, _ = join(tmp_path, request(segments, film="/out/film.mov", tracks=tracks))

    found = heard(film)[:, 0].astype(float)
    wanted = 8000 * np.sin(2 * np.pi * 300 * at)
    assert np.abs(found[: len(at)] - wanted)[RATE // 50 :].max() < 80


def test_one_channel_is_as_loud_from_two(tmp_path: Path) -> None:
    whole = clicks(3.0)
    path = tmp_path / "mono.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(whole[:, 0].astype("<i2").tobytes())
    segments = cut_film(tmp_path / "in", MJPEG)
    tracks = (Track(source=str(path)),)
    film, _ = join(tmp_path, request(segments, film="/out/film.mov", tracks=tracks))
    found = heard(film)
    assert np.abs(found[:, 0].astype(int) - whole[: len(found), 0]).max() <= 1
    assert np.array_equal(found[:, 0], found[:, 1])


@pytest.mark.parametrize("names", [("silent.mov", "heard.mov"), ("silent.mov",)])
def test_a_video_without_sound_is_not_heard_and_one_with_it_is(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    steady = np.full((RATE, 2), 8000, dtype="<i2")
    sound = write_sound(tmp_path / "steady.wav", steady)
    picture = ("-f", "lavfi", "-i", "color=red:16x16:25:d=1")
    for name in names:
        more = ("-i", sound, "-c:a", "pcm_s16le") if name == "heard.mov" else ()
        words = ["ffmpeg", "-v", "error", *picture, *more, str(tmp_path / name)]
        subprocess.run(words, check=True)
    segments = cut_film(tmp_path / "in", MJPEG)
    tracks = tuple(Track(source=str(tmp_path / name), is_video=True) for name in names)

    film, _ = join(tmp_path, request(segments, film="/out/film.mov", tracks=tracks))

    wanted = 8000 if "heard.mov" in names else 0
    assert np.abs(heard(film)[:RATE, 0].astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("name", ["gone.wav", "gone.mov"])
def test_a_track_that_is_not_there_is_a_failure(tmp_path: Path, name: str) -> None:
    segments = cut_film(tmp_path / "in", MJPEG)
    gone = (Track(source=str(tmp_path / name), is_video=name.endswith(".mov")),)
    failed(tmp_path, request(segments, tracks=gone), FailureKind.MISSING_ASSET, name)


@pytest.mark.parametrize("is_video", [False, True])
def test_a_track_that_is_a_list_of_other_files_is_a_failure(
    tmp_path: Path, *, is_video: bool
) -> None:
    segments = cut_film(tmp_path / "in", MJPEG)
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=880:d=1"),
            str(tmp_path / "secret.ts"),
        ],
        check=True,
    )
    told = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsecret.ts\n#EXT-X-ENDLIST\n"
    (tmp_path / "list.m3u8").write_text(told)
    listed = (Track(source=str(tmp_path / "list.m3u8"), is_video=is_video),)
    failed(tmp_path, request(segments, tracks=listed), FailureKind.MISSING_ASSET, "list.m3u8")


def test_segments_of_which_some_are_silent_are_a_failure(tmp_path: Path) -> None:
    segments, _ = sounding_segments(tmp_path / "in", MJPEG, "pcm_s16le", "30", (0, 5, 10))
    encode(Path(segments[1].path), MJPEG, 5, 10)
    asked = request(segments, sound=True)
    failed(tmp_path, asked, FailureKind.BAD_OUTPUT, "segment 2", "no sound", "segment 1")


def test_sounds_of_different_kinds_are_a_failure(tmp_path: Path) -> None:
    segments, _ = sounding_segments(tmp_path / "in", MJPEG, "pcm_s16le", "30", (0, 5, 10))
    sound = str(tmp_path / "in" / "piece.wav")
    encode(
        Path(segments[1].path), MJPEG, 5, 10, sound=sound,
        sound_arguments="-c:a pcm_s16le -ar 44100",
    )  # fmt: skip
    asked = request(segments, sound=True)
    failed(tmp_path, asked, FailureKind.BAD_OUTPUT, "segment 2", "sample rate", "44100")


def test_sound_that_ends_long_before_its_segment_is_a_failure(tmp_path: Path) -> None:
    segments, _ = sounding_segments(tmp_path / "in", MJPEG, "pcm_s16le", "30", (0, 15, 30))
    short = write_sound(tmp_path / "short.wav", clicks(0.2))
    encode(Path(segments[1].path), MJPEG, 15, 30, sound=short, sound_arguments="-c:a pcm_s16le")
    asked = request(segments, sound=True)
    failed(tmp_path, asked, FailureKind.BAD_OUTPUT, "segment 2", "14400 samples too soon")


def test_a_film_of_segments_that_hold_no_sound_is_silent(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 3, 6))
    _, warnings = join(tmp_path, request(segments, sound=True))
    assert warnings == []


def test_a_sound_file_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 3, 6))
    asked = request(segments, audio=str(tmp_path / "none.wav"))
    failed(tmp_path, asked, FailureKind.MISSING_ASSET, "none.wav")


# ── encoding again ────────────────────────────────────────────────────────────────────────────


def other_codec(folder: Path, codec: Codec, other: Codec) -> tuple[Segment, ...]:
    """Three segments, the second of which is made in another way."""
    segments = cut_film(folder, codec, (0, 8, 16, 24))
    encode(Path(segments[1].path), other, 8, 16)
    return segments


H264_MAIN = Codec("h264-main", ".mp4", f"{H264.arguments} -profile:v main")
PRORES_LT = Codec("prores-lt", ".mov", "-c:v prores_ks -profile:v lt -pix_fmt yuv422p10le")
ALPHA, HEVC, VP9 = (
    next(codec for codec in CODECS if codec.name == name)
    for name in ("prores-4444-alpha", "hevc", "vp9-alpha")
)


def test_another_codec_is_named_with_what_allows_it(tmp_path: Path) -> None:
    segments = other_codec(tmp_path / "in", PRORES, PRORES_LT)
    failed(
        tmp_path,
        request(segments),
        FailureKind.BAD_REQUEST,
        "segment 2 (frames 9-16: ",
        "profile LT, segment 1 has HQ",
        "--allow-reencode",
    )


@pytest.mark.parametrize(
    ("codec", "other", "head"),
    [
        further(PRORES, PRORES_LT, ("prores", "yuv422p10le")),
        (ALPHA, Codec("again", ".mov", f"{ALPHA.arguments} -profile:v 5"), ("prores", "yuva444p12le")),
        further(HEVC, Codec("no-b-frames", ".mp4", HEVC.arguments.replace("=3", "=0")), ("hevc", "yuv420p")),
        further(VP9, Codec("vp8", ".webm", VP9.arguments.replace("libvpx-vp9", "libvpx")), ("vp9", "yuv420p")),
        further(H264_MAIN, Codec("b-frames", ".mp4", H264.arguments), ("h264", "yuv420p")),
        (H264, Codec("level", ".mp4", f"{H264.arguments} -level 5.1"), ("h264", "yuv420p")),
        further(FFV1, Codec("slices", ".mkv", FFV1.arguments.replace("-slices 4", "-slices 9")), ("ffv1", "yuv420p")),
    ],
    ids=["profile", "alpha", "hevc", "vp9-alpha", "h264-main", "level", "slices"],
)  # fmt: skip
def test_allowed_encoding_again_keeps_codec_format_and_alpha_and_is_said(
    tmp_path: Path, codec: Codec, other: Codec, head: tuple[str, str], encoders: set[str]
) -> None:
    if not {codec.encoder, other.encoder} <= encoders:
        pytest.skip(f"this ffmpeg has no encoder {codec.encoder} or {other.encoder}")
    segments = other_codec(tmp_path / "in", codec, other)
    film, warnings = join(tmp_path, request(segments, allow_reencode=True))
    assert any("encoded again" in told and "segment 2" in told for told in warnings)
    decoded = decode_film(film, ffmpeg=FFMPEG)
    assert isinstance(decoded, tuple)
    assert (decoded[0].codec, decoded[0].pixel_format) == head
    assert len(decoded[1]) == 24
    assert off_the_grid(film, "30") == []
    if codec is FFV1:
        # Nothing is lost by it there, so the pictures can be compared.
        assert hashes(film) == [each for one in segments for each in hashes(one.path)]


def test_frames_encoded_again_stand_in_their_order(tmp_path: Path) -> None:
    segments = other_codec(tmp_path / "in", PRORES, PRORES_LT)
    film, _ = join(tmp_path, request(segments, allow_reencode=True))

    def pixels(path: str) -> npt.NDArray[np.float64]:
        raw = run("-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
        return np.frombuffer(raw, np.uint8).reshape(-1, 72 * 128).astype(float)

    wanted = np.concatenate([pixels(segment.path) for segment in segments])
    found = pixels(str(film))
    nearest = [int(np.argmin(np.abs(wanted - frame).mean(axis=1))) for frame in found]
    assert nearest == list(range(24))


# ── what must not become a film ───────────────────────────────────────────────────────────────


def test_a_missing_segment_is_a_hole(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", H264, (0, 5, 10))
    Path(segments[1].path).unlink()
    failed(tmp_path, request(segments), FailureKind.HOLE, "frame 6-10", segments[1].path)


@pytest.mark.parametrize("codec", [H264, FFV1, MJPEG], ids=lambda codec: str(codec.name))
@pytest.mark.parametrize("left", [0.0, 0.5, 0.97])
def test_a_truncated_segment_is_named(tmp_path: Path, codec: Codec, left: float) -> None:
    segments = cut_film(tmp_path / "in", codec, (0, 9, 18))
    path = Path(segments[1].path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * left)])
    failed(tmp_path, request(segments), FailureKind.BAD_OUTPUT, "segment 2", path.name)


def test_a_segment_damaged_inside_is_named(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", FFV1, (0, 9, 18))
    path = Path(segments[1].path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    failed(tmp_path, request(segments), FailureKind.BAD_OUTPUT, "segment 2", path.name)


@pytest.mark.parametrize("end", [24, 26])
def test_a_segment_of_another_length_is_named(tmp_path: Path, end: int) -> None:
    segments = cut_film(tmp_path / "in", H264, (0, 10, 25))
    encode(Path(segments[1].path), H264, 10, end)
    failed(
        tmp_path,
        request(segments),
        FailureKind.BAD_OUTPUT,
        "segment 2",
        f"has {end - 10} frames, wanted 15",
    )


@pytest.mark.parametrize("allow_reencode", [False, True])
def test_a_segment_of_another_size_is_never_joined(
    tmp_path: Path, allow_reencode: bool
) -> None:
    larger = Codec("larger", ".mov", MJPEG.arguments, size="160x72")
    segments = other_codec(tmp_path / "in", MJPEG, larger)
    failed(
        tmp_path,
        request(segments, allow_reencode=allow_reencode),
        FailureKind.BAD_OUTPUT,
        "segment 2",
        "size 160x72, segment 1 has 128x72",
    )


def test_a_segment_of_another_rate_is_named(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 8, 16))
    encode(Path(segments[1].path), MJPEG, 8, 16, fps="25")
    failed(
        tmp_path,
        request(segments),
        FailureKind.BAD_OUTPUT,
        "segment 2",
        "30 frames a second",
    )


def test_alpha_that_only_some_segments_have_is_named(tmp_path: Path) -> None:
    opaque = Codec("opaque", ".mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuv444p10le")
    segments = other_codec(tmp_path / "in", ALPHA, opaque)
    asked = request(segments, allow_reencode=True)
    failed(tmp_path, asked, FailureKind.BAD_OUTPUT, "segment 2", "alpha no")


def test_segments_of_another_kind_of_file_are_named(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", H264, (0, 5, 10))
    asked = request(segments, film="/out/film.mkv")
    failed(tmp_path, asked, FailureKind.BAD_REQUEST, "segment 1", ".mkv")


LIES = """\
import subprocess, sys
from pathlib import Path
arguments = sys.argv[1:]
if "concat" in arguments:
    {lie}
sys.exit(subprocess.run([{ffmpeg!r}, *arguments]).returncode)
"""


TWICE = """
    path = Path(arguments[arguments.index("concat") + 6])
    lines = path.read_text().splitlines()
    lines[3] = lines[1]
    path.write_text("\\n".join(lines) + "\\n")
"""


@SCRIPTS_ARE_PROGRAMS
@pytest.mark.parametrize(
    ("lie", "word"),
    [
        ("arguments[-1:-1] = ['-frames:v', '20']", "20 packets"),
        ("arguments[arguments.index('-bsf:v') + 1] = 'setts=ts=TS*1.01'", "shows frame"),
        (TWICE, "another picture"),
    ],
    ids=["shorter", "uneven", "twice"],
)
def test_a_film_that_is_not_its_segments_is_never_delivered(
    tmp_path: Path, lie: str, word: str
) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 12, 24))
    lies = tmp_path / "lies.py"
    text = f"#!{sys.executable}\n" + LIES.format(ffmpeg=FFMPEG, lie=lie)
    lies.write_text(text, encoding="utf-8")
    lies.chmod(0o755)
    program = FoundProgram(name="ffmpeg", path=str(lies), version="")
    failed(tmp_path, request(segments), FailureKind.BAD_OUTPUT, word, found=program)


WAITS = """\
import subprocess, sys, time
arguments = sys.argv[1:]
if "-i" in arguments and arguments[arguments.index("-i") + 1] == ".film.part.mov":
    print("the film is looked at", flush=True)
    time.sleep(60)
sys.exit(subprocess.run([{ffmpeg!r}, *arguments]).returncode)
"""


@SCRIPTS_ARE_PROGRAMS
def test_killed_before_the_proof_it_leaves_no_film(tmp_path: Path) -> None:
    segments = cut_film(tmp_path / "in", MJPEG, (0, 12, 24))
    waits = tmp_path / "waits.py"
    waits.write_text(f"#!{sys.executable}\n" + WAITS.format(ffmpeg=FFMPEG), encoding="utf-8")
    waits.chmod(0o755)
    asked = request(segments)
    workspace = tmp_path / "workspace"
    program = FoundProgram(name="ffmpeg", path=str(waits), version="")
    command = command_for(workspace, asked, frames_of(asked), program)
    with subprocess.Popen(
        command.arguments, cwd=workspace, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if b"joined 24 of 24" in line:
                break
        while not (workspace / ".film.part.mov").exists():
            assert process.poll() is None
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
    assert not (workspace / "film.mov").exists()
