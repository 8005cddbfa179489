"""One film of After Effects by any number of processes: for each codec the film of one process.

`… Exact` modules of the stand-in store no frame by what came before it, so that a film in
segments has the very pixels of a film in one piece.
"""

import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cases import further
from doors.terminal import KILL, Said, Terminal, alive

from framecrew.frames.sets import FrameSet
from framecrew.media.films import decode_film
from framecrew.model.outputs import RUSHES_ENDING, Defect
from framecrew.testing import (
    ae_fault,
    comp_samples,
    install_aerender,
    read_film_frame_numbers,
    read_film_samples,
    write_project,
)

FFMPEG = shutil.which("ffmpeg") or ""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FFMPEG, reason="no ffmpeg here"),
]

COUNT, FPS = 16, Fraction(25)
SEGMENT = 2
"""Frames of one: eight segments, one for each of eight slots."""
SMALL = {"width": 64, "height": 48}
HD = {"width": 256, "height": 120}
"""DNxHR has no smaller pictures."""


class Comp:
    """A folder with a stand-in aerender and a project of one comp with sound."""

    def __init__(self, folder: Path, module: str, ending: str) -> None:
        self.terminal = Terminal(folder)
        self.folder = folder
        self.module = module
        self.program = install_aerender(folder / "bin")
        self.film = folder / "out" / f"shot{ending}"

    def project(self, **values: Any) -> Path:
        size = HD if self.module == "DNxHR" else SMALL
        return write_project(
            self.folder / "shot.aep",
            **{"last": COUNT, "fps": str(FPS), "audio": True, **size, **values},
        )

    def words(self, project: Path, *flags: object) -> list[object]:
        return [
            *("render", project, "--comp", "Main", "--output", self.film, "--plain"),
            *("--frames", f"1-{COUNT}", "--program", self.program),
            *("--om-template", self.module, "--segment-size", SEGMENT, "--spawn-delay", "0"),
            *flags,
        ]

    def render(self, project: Path, *flags: object) -> Said:
        return self.terminal.run(*self.words(project, *flags))

    def alone(self, project: Path) -> Path:
        """The film that aerender writes by itself, in one process."""
        film = self.folder / f"alone{self.film.suffix}"
        arguments = ("-project", project, "-comp", "Main", "-OMtemplate", self.module)
        command = [self.program, *arguments, "-output", film, "-s", 1, "-e", COUNT]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return film


def decoded(film: Path) -> tuple[list[str], Any]:
    """The hash of every frame, and what the film says of itself."""
    found = decode_film(film, ffmpeg=FFMPEG)
    assert not isinstance(found, Defect), found
    head, frames = found
    steps = {round((frame.time - frames[0].time) / 1e6 * FPS) for frame in frames}
    assert steps == set(range(len(frames)))
    return [frame.hash for frame in frames], head


def alpha_of(film: Path) -> bytes:
    """The transparency of all its frames; another decoder than ffmpeg's own for VP9."""
    decoder = ("-c:v", "libvpx-vp9") if film.suffix != ".mov" and is_vp9(film) else ()
    plane = ("-vf", "alphaextract,format=gray", "-f", "rawvideo", "-")
    command = [FFMPEG, "-v", "error", *decoder, "-i", str(film), *plane]
    found = subprocess.run(command, check=True, capture_output=True).stdout
    assert len(found) == COUNT * SMALL["width"] * SMALL["height"]
    assert set(found) <= {127, 128, 129}
    return found


def of_encoding(samples: bytes, film: Path) -> bytes:
    """What is heard of these samples when they are encoded in one go, as the film's are."""
    alone = film.with_name("alone.mp4")
    source = ("-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "pipe:0")
    command = [FFMPEG, "-v", "error", "-y", *source, "-c:a", "aac", "-b:a", "320k", str(alone)]
    subprocess.run(command, check=True, input=samples)
    try:
        return read_film_samples(alone, FFMPEG)
    finally:
        alone.unlink()


def is_vp9(film: Path) -> bool:
    found = decode_film(film, ffmpeg=FFMPEG)
    return not isinstance(found, Defect) and found[0].codec == "vp9"


@pytest.mark.parametrize(
    ("module", "ending", "sound"),
    [
        further("H.264 Exact", ".mp4", "lossy"),
        further("HEVC Exact", ".mp4", "lossy"),
        further("ProRes 422", ".mov", "exact"),
        further("ProRes 4444", ".mov", "exact"),
        further("DNxHR", ".mov", "exact"),
        further("VP9 Exact with Alpha", ".mkv", "exact"),
        further("FFV1 with Alpha", ".mkv", "exact"),
    ],
)
def test_a_film_of_any_number_of_slots_is_that_of_one_process(
    tmp_path: Path, module: str, ending: str, sound: str
) -> None:
    one = Comp(tmp_path, module, ending)
    project = one.project()
    hashes, head = decoded(one.alone(project))
    assert len(hashes) == len(set(hashes)) == COUNT
    for slots in (2, 3, 8):
        size = SEGMENT if slots == 8 else 2 * SEGMENT
        flags = ("--slots", slots, "--existing", "replace", "--segment-size", size)
        said = one.render(project, *flags)
        assert said.code == 0, said.out + said.err
        made, told = decoded(one.film)
        assert made == hashes
        assert (told.codec, told.pixel_format) == (head.codec, head.pixel_format)
        assert abs(told.seconds - COUNT / FPS) < 0.05
        assert read_film_frame_numbers(one.film, FFMPEG) == list(range(1, COUNT + 1))
        samples, wanted = (
            read_film_samples(one.film, FFMPEG),
            comp_samples(1, COUNT, FPS, start=1),
        )
        if sound == "exact":
            assert samples == wanted
        else:
            assert samples == of_encoding(wanted, one.film)
        assert [path.name for path in one.film.parent.iterdir()] == [one.film.name]
    if "Alpha" in module or "4444" in module:
        assert alpha_of(one.film) == alpha_of(one.folder / f"alone{ending}")
    assert len(one.terminal.attempts(3)) == 8


@pytest.mark.parametrize(
    ("module", "ending"),
    [("H.264", ".mp4"), further("HEVC", ".mp4"), further("VP9 with Alpha", ".webm")],
)
def test_an_ordinary_lossy_film_is_the_same_for_any_number_of_slots(
    tmp_path: Path, module: str, ending: str
) -> None:
    """Where pictures depend on where a segment begins, the grid is what must not move."""
    one = Comp(tmp_path, module, ending)
    project = one.project(audio=False)
    films = []
    for slots in (1, 3):
        flags = ("--slots", slots, "--existing", "replace", "--segment-size", 3 * SEGMENT)
        said = one.render(project, *flags)
        assert said.code == 0, said.out + said.err
        assert read_film_frame_numbers(one.film, FFMPEG) == list(range(1, COUNT + 1))
        films.append(one.film.read_bytes())
    assert films[0] == films[1]
    if "Alpha" in module:
        alpha_of(one.film)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_after_kill_9_no_finished_segment_is_rendered_again(tmp_path: Path) -> None:
    comp = Comp(tmp_path, "ProRes 422", ".mov")
    starts = tmp_path / "starts"
    project = comp.project(seconds=0.3, starts=str(starts))
    with comp.terminal.start(*comp.words(project, "--slots", 2, "--no-mfr")) as running:
        running.until_said("done in", times=3 * SEGMENT)
        family = running.family()
        running.signal(KILL)
        running.process.wait()
        assert alive(family) == []
    (rushes,) = comp.film.parent.glob(f".*{RUSHES_ENDING}")
    proved = {path.name for path in rushes.glob("*.mov")}
    assert 3 <= len(proved) < COUNT // SEGMENT
    assert not comp.film.exists()

    said = comp.render(project, "--slots", 8, "--no-mfr")

    assert said.code == 0, said.out + said.err
    again = FrameSet.of(
        frame for frames in comp.terminal.attempts(2).values() for frame in frames
    )
    assert len(comp.terminal.kept(2)) == SEGMENT * len(proved)
    assert again.isdisjoint(comp.terminal.kept(2))
    assert read_film_frame_numbers(comp.film, FFMPEG) == list(range(1, COUNT + 1))
    assert read_film_samples(comp.film, FFMPEG) == comp_samples(1, COUNT, FPS, start=1)


@pytest.mark.thorough
def test_segments_of_two_kinds_are_joined_only_when_that_is_allowed(tmp_path: Path) -> None:
    """Between two runs the output module of that name has become another one."""
    comp = Comp(tmp_path, "Mine", ".mov")
    module = {"format": "prores-422", "audio": "pcm", "arguments": ["-profile:v", "hq"]}
    failing = ae_fault("read_failure", frame=9, once=tmp_path / "failed")
    project = comp.project(output_modules={"Mine": module}, faults=[failing])
    before = project.stat()
    assert comp.render(project, "--slots", 1).code == 3
    # As changed preferences of After Effects would, it leaves the project's file as it is.
    text = project.read_text(encoding="utf-8").replace('"hq"', '"lt"')
    project.write_text(text, encoding="utf-8")
    os.utime(project, ns=(before.st_atime_ns, before.st_mtime_ns))

    said = comp.render(project)

    assert said.code == 3, said.out + said.err
    assert "--allow-reencode" in said.out
    assert not comp.film.exists()

    said = comp.render(project, "--allow-reencode")

    assert said.code == 0, said.out + said.err
    assert re.search(r"encoded (again|once more)", said.out), said.out
    assert read_film_frame_numbers(comp.film, FFMPEG) == list(range(1, COUNT + 1))
    assert decoded(comp.film)[1].codec.startswith("prores")


@pytest.mark.thorough
def test_frames_that_never_come_are_named_and_no_film_appears(tmp_path: Path) -> None:
    comp = Comp(tmp_path, "FFV1", ".mkv")
    project = comp.project(faults=[ae_fault("crash", frame=5)])
    said = comp.render(project, "--slots", 2)
    assert said.code == 3
    assert "Missing: 5-6" in said.out
    assert not comp.film.exists()


@pytest.mark.parametrize("named", [True, further(False)])
def test_without_ffmpeg_nothing_starts(tmp_path: Path, *, named: bool) -> None:
    comp = Comp(tmp_path, "FFV1", ".mkv")
    starts = tmp_path / "starts"
    flags = ("--ffmpeg", tmp_path / "nowhere") if named else ()
    environment = {} if named else {"FFMPEG": str(tmp_path / "nowhere")}
    words = comp.words(comp.project(starts=str(starts)), *flags)
    said = comp.terminal.run(*words, environment=environment)
    assert said.code == 2
    assert "ffmpeg" in said.err
    assert not starts.exists()
    assert not comp.film.parent.exists()
