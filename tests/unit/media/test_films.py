"""Films: what ffmpeg tells is read right, and steps of time that are not even are found."""

from fractions import Fraction
from pathlib import Path

import pytest

from framecrew.media.films import (
    DecodedFrame,
    FilmHead,
    decode_arguments,
    examine_film,
    find_uneven_step,
    parse_frames,
    parse_head,
)
from framecrew.model.outputs import Defect, DefectKind

# Printed by ffmpeg 5.1 and 7 (shortened).
MP4 = """\
Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 't.mp4':
  Metadata:
    encoder         : Lavf59.27.100
  Duration: 00:01:02.50, start: 0.000000, bitrate: 59 kb/s
  Stream #0:0[0x1](und): Video: h264 (High 4:4:4 Predictive) (avc1 / 0x31637661), yuv420p(tv, \
bt709, progressive), 64x36 [SAR 1:1 DAR 16:9], 27 kb/s, 24 fps, 24 tbr, 12288 tbn (default)
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 87 kb/s
Output #0, framemd5, to 'pipe:':
  Stream #0:0(und): Video: rawvideo (444P / 0x50343434), yuv444p, 64x36, q=2-31, 1327 kb/s
"""
MKV = """\
Input #0, matroska,webm, from 't.mkv':
  Duration: N/A, start: 0.000000, bitrate: N/A
  Stream #0:0: Video: ffv1, bgr0(pc, gbr/bt709/bt709, progressive), 256x144, 23.98 fps, 1k tbn
"""
NO_PICTURES = """\
Input #0, wav, from 't.wav':
  Duration: 00:00:02.00, bitrate: 705 kb/s
  Stream #0:0: Audio: pcm_s16le ([1][0][0][0] / 0x0001), 44100 Hz, 1 channels, s16, 705 kb/s
"""
FRAMES = """\
#format: frame checksums
#tb 0: 1/1000000
#stream#, dts,        pts, duration,     size, hash
0,          0,          0,    41667,     6912, e4f00a2646349415ee8e9876dab98b16
0,      41667,      41667,    41667,     6912, 8699a4dd2b34c7bf75740984544e905b
"""


def test_the_head_of_a_film_with_sound_is_read() -> None:
    assert parse_head(MP4) == FilmHead(
        codec="h264", pixel_format="yuv420p", width=64, height=36, seconds=62.5, has_audio=True
    )


def test_the_head_of_a_film_without_sound_and_duration_is_read() -> None:
    assert parse_head(MKV) == FilmHead(
        codec="ffv1", pixel_format="bgr0", width=256, height=144, seconds=0.0, has_audio=False
    )


def test_a_file_of_sound_alone_is_no_film() -> None:
    assert parse_head(NO_PICTURES) is None


def test_each_decoded_frame_has_its_time_and_hash() -> None:
    assert list(parse_frames(FRAMES.splitlines())) == [
        DecodedFrame(time=0, hash="e4f00a2646349415ee8e9876dab98b16"),
        DecodedFrame(time=41667, hash="8699a4dd2b34c7bf75740984544e905b"),
    ]


def at(*times: int) -> list[DecodedFrame]:
    return [DecodedFrame(time=time, hash="") for time in times]


@pytest.mark.parametrize(
    ("times", "fps"),
    [
        ((0, 40_000, 80_000), "25"),
        ((0, 42_000, 83_000, 125_000), "24000/1001"),
        ((83_000, 125_000, 167_000), "24"),
        ((), "24"),
    ],
)
def test_steps_are_even_to_the_millisecond(times: tuple[int, ...], fps: str) -> None:
    assert find_uneven_step(at(*times), Fraction(fps)) is None


@pytest.mark.parametrize(
    "times", [(0, 40_000, 120_000), (0, 40_000, 40_000), (0, 80_000, 40_000)]
)
def test_a_gap_a_double_and_a_step_back_are_found(times: tuple[int, ...]) -> None:
    reason = find_uneven_step(at(*times), Fraction(25))
    assert reason is not None
    assert "frame" in reason


def test_the_time_base_is_always_stated() -> None:
    arguments = decode_arguments(Path("a.mp4"))
    assert arguments[arguments.index("-enc_time_base") + 1] == "1:1000000"


def test_packets_are_told_in_the_same_run_as_pictures() -> None:
    arguments = decode_arguments(Path("a.mp4"), packets=Path("packets.txt"), threads=1)
    assert arguments[-1] == "packets.txt"
    assert arguments.count("-i") == 1
    assert arguments.index("-threads") < arguments.index("-i") < arguments.index("copy")


def test_a_missing_and_an_empty_film_are_defects_without_asking_ffmpeg(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    found = [examine_film(path, ffmpeg="/none") for path in (tmp_path / "none.mp4", empty)]
    assert [each.kind for each in found if isinstance(each, Defect)] == [
        DefectKind.MISSING,
        DefectKind.EMPTY,
    ]
