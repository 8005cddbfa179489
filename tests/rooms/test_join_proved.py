"""Films joined of segments that were proved when they were rendered: proved as well, with less work."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from cases import further
from stitching import FFMPEG, stitch

from framecrew.execution.proving import deliver_segment
from framecrew.frames.sets import FrameSet
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Segment
from framecrew.model.requests import JoinRequest
from framecrew.renderers.contract import FoundProgram
from framecrew.renderers.film_presets import PRESETS
from framecrew.renderers.film_segment import ALONE

pytestmark = [
    pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed"),
    pytest.mark.skipif(
        sys.platform == "win32", reason="a script cannot stand for a program on Windows"
    ),
]

PICTURES = "testsrc2=size=256x144:rate=30"

LISTENS = """\
import subprocess, sys
from pathlib import Path
arguments = sys.argv[1:]
with open({heard!r}, "a") as file:
    file.write(" ".join(arguments) + "\\n")
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

CHANGED = """
    at = arguments.index("-bsf:v") + 1
    arguments[at] += ",noise=amount=if(eq(n\\\\,14)\\\\,1\\\\,0)"
"""


def proved(folder: Path, name: str) -> tuple[Segment, ...]:
    """Three segments, each encoded by a preset, delivered and proved."""
    preset = PRESETS[name]
    encoder, ending = preset.encoders[0], preset.endings[0]
    segments = []
    for first, end in pairwise((0, 10, 20, 30)):
        path = folder / "rushes" / f"{first:04d}{ending}"
        workspace = folder / "made" / path.stem
        workspace.mkdir(parents=True)
        segment = Segment(
            frames=FrameSet.range(first, end - 1), path=str(path), fps="30", preset=name
        )
        subprocess.run(
            [
                *(FFMPEG, "-v", "error", "-nostdin", "-f", "lavfi", "-i", PICTURES),
                *("-vf", f"trim=start_frame={first}:end_frame={end},setpts=PTS-STARTPTS"),
                *("-c:v", encoder.name, *encoder.arguments),
                *("-pix_fmt", preset.pixel_formats["rgb24"], *ALONE[encoder.name]),
                *("-fflags", "+bitexact", str(workspace / path.name)),
            ],
            check=True,
        )
        assert deliver_segment(workspace, segment, ffmpeg=FFMPEG) is None
        segments.append(segment)
    return tuple(segments)


def join(
    folder: Path, segments: tuple[Segment, ...], lie: str = "pass"
) -> tuple[Path | Failure, list[str]]:
    """The film or the failure, and all that ffmpeg was asked for."""
    heard, program = folder / "heard.txt", folder / "ffmpeg.py"
    text = f"#!{sys.executable}\n" + LISTENS.format(heard=str(heard), ffmpeg=FFMPEG, lie=lie)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    asked = JoinRequest(
        segments=segments, film=f"/out/film{Path(segments[0].path).suffix}", fps="30"
    )
    film, _ = stitch(
        folder,
        asked,
        FrameSet.range(0, 29),
        FoundProgram(name="ffmpeg", path=str(program), version=""),
    )
    return film, heard.read_text(encoding="utf-8").splitlines()


def whole_decodes(asked: list[str]) -> list[str]:
    return [line for line in asked if "murmur3" in line and "nokey" not in line]


def hashes(path: Path | str) -> list[str]:
    told = subprocess.run(
        [*(FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v:0"), *("-f", "framemd5", "-")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line.rsplit(",", 1)[1] for line in told.splitlines() if line[0] != "#"]


@pytest.mark.parametrize(
    "preset", ["h264-fast", "vp9", *map(further, ("h265", "prores-hq", "ffv1"))]
)
def test_a_film_of_proved_segments_is_right_without_being_decoded_twice(
    tmp_path: Path, preset: str
) -> None:
    segments = proved(tmp_path, preset)
    film, asked = join(tmp_path, segments)
    assert isinstance(film, Path), film
    assert hashes(film) == [each for segment in segments for each in hashes(segment.path)]
    assert whole_decodes(asked) == []


@pytest.mark.parametrize("lie", [TWICE, CHANGED], ids=["twice", "changed"])
def test_a_film_of_other_packets_than_its_segments_is_decoded_and_never_delivered(
    tmp_path: Path, lie: str
) -> None:
    found, asked = join(tmp_path, proved(tmp_path, "h264-fast"), lie)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_OUTPUT
    assert "the finished film" in found.reason
    assert len(whole_decodes(asked)) == 1


def test_a_segment_that_changed_after_its_proof_is_decoded_again(tmp_path: Path) -> None:
    segments = proved(tmp_path, "ffv1")
    path = Path(segments[1].path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    found, asked = join(tmp_path, segments)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BAD_OUTPUT
    assert "segment 2" in found.reason
    assert len(whole_decodes(asked)) == 1


def test_a_film_of_segments_that_may_refer_to_others_is_decoded_whole(tmp_path: Path) -> None:
    segments = tuple(
        Segment(frames=one.frames, path=one.path, fps="30")
        for one in proved(tmp_path, "h264-fast")
    )
    film, asked = join(tmp_path, segments)
    assert isinstance(film, Path), film
    (decoded,) = whole_decodes(asked)
    assert ".film.part" in decoded
