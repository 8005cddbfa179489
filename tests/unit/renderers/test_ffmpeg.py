"""ffmpeg: presets, the arguments they become, its lines, and how it fails."""

import json
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from stitching import assigned

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import FailureKind
from framecrew.model.requests import Command, FilmRequest, RenderRequest
from framecrew.renderers.contract import (
    Complaint,
    End,
    EndSeen,
    FileWritten,
    FoundProgram,
    FramePercent,
    ProgramFlavour,
    Reading,
    Severity,
)
from framecrew.renderers.ffmpeg import (
    RENDERER,
    FilmReader,
    FilmSource,
    diagnose,
    encode_arguments,
    open_command,
)
from framecrew.renderers.film_presets import PRESETS, Preset, preset_for

DOCS = Path(__file__).parents[3] / "docs" / "film.md"


def request(film: str = "/out/shot.mp4", preset: str = "h264", audio: str = "") -> FilmRequest:
    return FilmRequest(
        pictures="/out/shot_####.png", film=film, preset=preset, fps="24000/1001", audio=audio
    )


def arguments(
    film: str, preset: str, pixel_format: str = "rgb24", audio: str = ""
) -> list[str]:
    chosen = PRESETS[preset]
    found = encode_arguments(
        request(film, preset, audio),
        chosen,
        FilmSource(pixel_format=pixel_format, count=48, size="1920x1080"),
        chosen.encoders[0],
        "made",
    )
    return list(found)


# ── presets ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("film", "name"),
    [
        ("a.mp4", "h264-fast"),
        ("a.MOV", "prores-hq"),
        ("a.webm", "vp9"),
        ("a.mkv", "ffv1"),
        ("a.gif", "gif"),
        ("a.webp", "webp"),
    ],
)
def test_a_films_ending_chooses_its_preset(film: str, name: str) -> None:
    assert preset_for(film) == PRESETS[name]


def test_a_named_preset_is_taken_where_its_films_may_end_so() -> None:
    assert preset_for("a.mov", "h265") == PRESETS["h265"]


@pytest.mark.parametrize(
    ("film", "name", "words"),
    [
        ("a.avi", "", [".avi", ".mp4"]),
        ("a", "", ["no ending"]),
        ("a.mp4", "vp9", ["vp9", ".webm or .mkv", "h264"]),
        ("a.mp4", "divx", ["divx", "prores-hq"]),
    ],
)
def test_what_cannot_be_has_a_text_that_says_what_to_do(
    film: str, name: str, words: list[str]
) -> None:
    found = preset_for(film, name)
    assert isinstance(found, str)
    assert all(word in found for word in words), found


@pytest.mark.parametrize("preset", PRESETS.values(), ids=str)
def test_every_preset_has_sound_for_all_its_endings_that_can_hold_any(preset: Preset) -> None:
    assert set(preset.audio) == set(preset.endings) - {".gif", ".webp"}
    assert set(preset.by_ending) <= set(preset.endings)


def test_the_documentation_lists_every_preset_with_its_endings() -> None:
    presets = DOCS.read_text(encoding="utf-8").split("## ")[2]
    rows = [line for line in presets.splitlines() if line.startswith("| `")]
    listed = {row.split("|")[1].strip(" `"): row for row in rows}
    assert listed.keys() == PRESETS.keys()
    for name, preset in PRESETS.items():
        cells = [cell.strip() for cell in listed[name].split("|")]
        assert cells[2] == preset.title
        assert cells[3] == " ".join(preset.endings)
        assert cells[5] == str(preset.bits)
        assert cells[6] == ("yes" if preset.keeps_alpha else "no")


# ── arguments ─────────────────────────────────────────────────────────────────────────────────

START = "-hide_banner -nostdin -nostats -loglevel warning -xerror -y -f rawvideo"
INPUT = "-video_size 1920x1080 -framerate 24000/1001 -i pipe:0"
TO_YUV = (
    "scale=in_range=full:out_range=limited:out_color_matrix=bt709"
    ":flags=bicubic+accurate_rnd+full_chroma_int,format={},setparams=range=limited"
    ":color_primaries=bt709:color_trc=bt709:colorspace=bt709"
)
YUV_TAGS = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv"


def test_h264_in_mp4_is_golden() -> None:
    assert " ".join(arguments("/out/a.mp4", "h264")) == (
        f"{START} -pixel_format rgb24 {INPUT} -map 0:v:0 -vf {TO_YUV.format('yuv420p')} "
        f"-c:v libx264 -preset medium -crf 18 -pix_fmt yuv420p {YUV_TAGS} "
        "-movflags +faststart made"
    )


def test_prores_4444_with_alpha_and_sound_is_golden() -> None:
    found = arguments("/out/a.mov", "prores-4444", "rgba64le", audio="/in/a b.wav")
    expected = (
        f"{START} -pixel_format rgba64le {INPUT} -i @ -map 0:v:0 "
        f"-vf {TO_YUV.format('yuva444p10le')} "
        "-c:v prores_ks -profile:v 4444 -vendor apl0 -pix_fmt yuva444p10le -alpha_bits 16 "
        f"{YUV_TAGS} -map 1:a:0 -af apad -c:a pcm_s24le -t 2.002000 made"
    ).split()
    assert found == ["/in/a b.wav" if each == "@" else each for each in expected]


def test_ffv1_keeps_rgb_in_full_range_and_is_golden() -> None:
    assert " ".join(arguments("/out/a.mkv", "ffv1", "rgb48le")) == (
        f"{START} -pixel_format rgb48le {INPUT} -map 0:v:0 "
        "-vf format=gbrp16le,setparams=range=full:color_primaries=bt709:color_trc=bt709"
        ":colorspace=gbr "
        "-c:v ffv1 -level 3 -g 1 -slices 16 -slicecrc 1 -pix_fmt gbrp16le "
        "-color_primaries bt709 -color_trc bt709 -colorspace rgb -color_range pc made"
    )


def test_a_gif_is_painted_with_a_palette_and_is_golden() -> None:
    assert " ".join(arguments("/out/a.gif", "gif")) == (
        f"{START} -pixel_format rgb24 {INPUT} -i .film.palette.png "
        "-filter_complex [0:v][1:v]paletteuse=dither=sierra2_4a:diff_mode=rectangle "
        "-c:v gif -loop 0 -final_delay 4 made"
    )


@pytest.mark.parametrize(
    ("film", "preset", "codec"),
    [
        ("a.mp4", "h264", "aac"),
        ("a.mov", "h265", "aac"),
        ("a.mov", "prores-hq", "pcm_s24le"),
        ("a.mov", "dnxhr-hq", "pcm_s24le"),
        ("a.webm", "vp9", "libopus"),
        ("a.mkv", "ffv1", "flac"),
    ],
)
def test_sound_is_encoded_for_its_film(film: str, preset: str, codec: str) -> None:
    found = arguments(film, preset, audio="a.wav")
    assert found[found.index("-c:a") + 1] == codec


@pytest.mark.parametrize("count", [1, 2, 1001, 100_000])
@pytest.mark.parametrize("fps", ["24", "30000/1001", "24000/1001", "12.5"])
def test_the_length_of_sound_never_cuts_the_last_picture(count: int, fps: str) -> None:
    asked = FilmRequest(pictures="a.#.png", film="a.mp4", preset="h264", fps=fps, audio="a.wav")
    preset = PRESETS["h264"]
    found = encode_arguments(
        asked, preset, FilmSource(pixel_format="rgb24", count=count), preset.encoders[0], "made"
    )
    length = Fraction(found[found.index("-t") + 1])
    wanted = count / Fraction(fps)
    assert wanted <= length <= wanted + Fraction(1, 1_000_000)


def test_h265_carries_the_tag_that_apple_wants_in_mp4_and_not_in_mkv() -> None:
    assert "hvc1" in arguments("a.mp4", "h265")
    assert "hvc1" not in arguments("a.mkv", "h265")


def test_chroma_for_two_pixels_wants_even_sizes() -> None:
    assert PRESETS["h264"].even == (2, 2)
    assert PRESETS["prores-hq"].even == (2, 1)
    assert PRESETS["prores-4444"].even == (1, 1)
    assert PRESETS["ffv1"].even == (1, 1)


# ── the command ───────────────────────────────────────────────────────────────────────────────

FOUND = FoundProgram(name="ffmpeg", path="/usr/bin/ffmpeg", version="5.1")


def command_for(
    asked: FilmRequest | RenderRequest, frames: str = "1-3", found: FoundProgram = FOUND
) -> Command:
    return open_command(found, assigned(asked, FrameSet.parse(frames)))


def test_the_command_runs_the_film_program_with_a_file_that_lists_every_picture() -> None:
    command = command_for(request(preset=""), "8-10,12")
    program, *rest = command.arguments
    assert program == sys.executable
    assert Path(rest[-2]).is_file()
    told = json.loads(command.files[rest[-1]])
    assert told["pictures"] == [
        [8, "/out/shot_0008.png"],
        [9, "/out/shot_0009.png"],
        [10, "/out/shot_0010.png"],
        [12, "/out/shot_0012.png"],
    ]
    assert told["made"] == "film.mp4"
    assert told["ffmpeg"] == "/usr/bin/ffmpeg"
    assert told["ask"] == []
    assert {way["pixel_format"] for way in told["ways"]} == {"rgb24", "rgb48le"}


def test_av1_has_a_way_for_either_encoder() -> None:
    command = command_for(request("a.mp4", "av1"))
    told = json.loads(command.files["film.json"])
    assert [way["encoder"] for way in told["ways"]] == ["libsvtav1"] * 2 + ["libaom-av1"] * 2


def test_a_hundred_thousand_frames_fit_no_command_line_but_the_file() -> None:
    command = command_for(request(), "1-100000")
    assert sum(map(len, command.arguments)) < 1000
    assert len(json.loads(command.files["film.json"])["pictures"]) == 100_000


def test_an_ffmpeg_inside_a_python_is_asked_for_its_path() -> None:
    inside = FoundProgram(
        name="ffmpeg", path="/py", version="", flavour=ProgramFlavour.PYTHON_MODULE
    )
    told = json.loads(command_for(request(), found=inside).files["film.json"])
    assert told["ask"][0] == "/py"
    assert "imageio_ffmpeg" in told["ask"][-1]


def test_ffmpeg_renders_no_pictures() -> None:
    asked = RenderRequest(renderer="ffmpeg", scene="a.blend")
    with pytest.raises(TypeError, match="pictures"):
        command_for(asked)


def test_a_preset_that_planning_let_through_is_refused_in_its_words() -> None:
    with pytest.raises(TypeError, match=r"\.webm or \.mkv"):
        command_for(request("a.mp4", "vp9"))


# ── lines ─────────────────────────────────────────────────────────────────────────────────────


def readings(text: str, count: int | None = None) -> list[Reading]:
    reader = FilmReader(count=count)
    return [reading for line in text.splitlines() for reading in reader.read(line)]


# Printed by ffmpeg 5.1.9 with `-nostats -progress pipe:1` (shortened).
PROGRESS = """\
frame=1
fps=0.00
out_time_ms=0
speed=   0x
progress=continue
frame=48
bitrate=  20.0kbits/s
progress=end
"""

# Printed by ffmpeg 5.1.9 onto a volume of 16 kB (shortened).
FULL_DISK = """\
frame=    1 fps=0.0 q=0.0 size=       0kB time=00:00:00.00 bitrate=N/A speed=N/A
av_interleaved_write_frame(): No space left on device
    Last message repeated 2 times
Error writing trailer of small/o.mov: No space left on device
video:282kB audio:0kB subtitle:0kB other streams:0kB global headers:0kB muxing overhead: unknown
Error closing file small/o.mov: No space left on device
Conversion failed!
"""

# Printed by ffmpeg 5.1.9 for six pictures, of which one is cut and one is empty (shortened).
BROKEN_PICTURES = """\
Input #0, image2, from 'tr/f_%04d.png':
[png @ 0x0] chunk too big
Error while decoding stream #0:0: Invalid data found when processing input
frame=    2 fps=0.0 q=28.0 Lsize=       2kB time=00:00:00.04 bitrate= 380.8kbits/s speed=12.3x
"""

SESSION = """\
framecrew-film: looked at 48 of 48
framecrew-film: warning the pictures have 65x37 pixels
framecrew-film: frame 12 of 48
framecrew-film: frame 48 of 48
framecrew-film: proved 48 of 48
framecrew-film: wrote film.mp4
framecrew-film: done 48 frames, 4692 bytes
"""


def complaints(found: list[Reading]) -> list[Complaint]:
    return [each for each in found if isinstance(each, Complaint)]


def test_progress_blocks_tell_percentages_and_the_end() -> None:
    found = readings(PROGRESS, count=48)
    assert isinstance(found[0], FramePercent)
    assert round(found[0].percent, 1) == 2.1
    assert found[1:] == [FramePercent(percent=100.0), EndSeen()]


def test_progress_without_a_count_tells_the_end_alone() -> None:
    assert readings(PROGRESS) == [EndSeen()]


def test_a_full_disk_is_told_as_one() -> None:
    told = complaints(readings(FULL_DISK))
    assert told[0].kind is FailureKind.DISK_FULL
    assert told[0].severity is Severity.FATAL
    assert "Conversion failed!" in [each.text for each in told]


def test_pictures_that_ffmpeg_passes_over_are_fatal_although_it_exits_with_0() -> None:
    (told,) = complaints(readings(BROKEN_PICTURES))
    assert (told.kind, told.severity) == (FailureKind.BAD_OUTPUT, Severity.FATAL)


def test_the_sessions_lines_are_read() -> None:
    assert readings(SESSION) == [
        Complaint(text="the pictures have 65x37 pixels", severity=Severity.WARNING),
        FramePercent(percent=25.0),
        FramePercent(percent=100.0),
        FileWritten(path="film.mp4"),
        EndSeen(),
    ]


def test_the_sessions_reason_has_its_kind() -> None:
    (told,) = readings("framecrew-film: error kind=hole frame 7 is missing: there is no a.png")
    assert told == Complaint(
        text="frame 7 is missing: there is no a.png",
        severity=Severity.FATAL,
        kind=FailureKind.HOLE,
    )
    (told,) = readings("framecrew-film: error kind=nonsense what")
    assert isinstance(told, Complaint)
    assert told.kind is FailureKind.UNKNOWN


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/out/a.mp4: Permission denied", FailureKind.OUTPUT_NOT_WRITABLE),
        ("a.wav: No such file or directory", FailureKind.MISSING_ASSET),
        ("Stream map '1:a:0' matches no streams.", FailureKind.MISSING_ASSET),
        ("Unknown encoder 'libx265'", FailureKind.BAD_REQUEST),
        ("x264 [error]: malloc failed: Cannot allocate memory", FailureKind.OUT_OF_MEMORY),
    ],
)
def test_ffmpegs_own_reasons_are_classed(line: str, kind: FailureKind) -> None:
    (told,) = complaints(readings(line))
    assert told.kind is kind


# ── the end ───────────────────────────────────────────────────────────────────────────────────


def end(
    exit_code: int | None,
    lines: str = "",
    *,
    end_seen: bool = False,
    tail: tuple[str, ...] = (),
) -> End:
    return End(
        exit_code=exit_code,
        complaints=tuple(complaints(readings(lines))),
        tail=tail,
        end_seen=end_seen,
    )


def test_a_clean_end_is_no_failure_even_with_a_warning() -> None:
    assert diagnose(end(0, SESSION, end_seen=True)) is None


def test_exit_code_0_without_the_end_line_is_a_failure() -> None:
    found = diagnose(end(0))
    assert found is not None
    assert found.kind is FailureKind.UNKNOWN


def test_exit_code_0_with_a_fatal_line_is_a_failure() -> None:
    found = diagnose(end(0, BROKEN_PICTURES, end_seen=True))
    assert found is not None
    assert found.kind is FailureKind.BAD_OUTPUT


def test_a_proved_film_clears_what_ffmpeg_complained_of_on_its_way() -> None:
    lines = (
        "Svt[warn]: Failed to set thread priority: Permission denied\na.srt: Permission denied"
    )
    assert diagnose(end(0, lines, end_seen=True)) is None


def test_the_complaint_that_names_a_cause_is_the_reason() -> None:
    lines = FULL_DISK + "framecrew-film: error kind=unknown ffmpeg ended with code 1"
    found = diagnose(end(1, lines, tail=tuple(str(each) for each in range(30))))
    assert found is not None
    assert found.kind is FailureKind.DISK_FULL
    assert found.evidence == tuple(str(each) for each in range(10, 30))


@pytest.mark.parametrize(
    ("exit_code", "kind", "words"),
    [
        (-9, FailureKind.CRASH, "signal 9"),
        (None, FailureKind.CRASH, "lost"),
        (3, FailureKind.UNKNOWN, "code 3"),
    ],
)
def test_an_end_without_a_word_is_told_by_its_code(
    exit_code: int | None, kind: FailureKind, words: str
) -> None:
    found = diagnose(end(exit_code))
    assert found is not None
    assert found.kind is kind
    assert words in found.reason


def test_the_card_reads_films() -> None:
    assert RENDERER.reader(request()).read("framecrew-film: done 1 frames, 2 bytes") == [
        EndSeen()
    ]
    assert RENDERER.session_key(RenderRequest(renderer="ffmpeg", scene="")) == ()
