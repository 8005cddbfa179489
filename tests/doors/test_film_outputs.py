"""`--output` that is a film: rendered in proved segments, or of pictures out of sight."""

import os
import shutil
import signal
import sys
from fractions import Fraction
from pathlib import Path

import psutil
import pytest
from cases import further
from doors.terminal import KILL, Running, Said, Terminal, alive, wait_until

from framecrew.frames.sets import FrameSet
from framecrew.media.films import DecodedFrame, decode_film
from framecrew.model import events as ev
from framecrew.model.outputs import RUSHES_ENDING, Defect, rushes_name
from framecrew.testing import (
    comp_samples,
    fault,
    install_aerender,
    read_film_frame_numbers,
    read_film_samples,
    write_project,
)

FFMPEG = shutil.which("ffmpeg") or ""
BLENDER = shutil.which("blender") or ""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FFMPEG, reason="no ffmpeg here"),
]

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
CARD = "framecrew.renderers.stand_in:ONE_CHUNK"
COUNT = 24
"""Frames of a scene: eight segments of three."""


class Shot:
    """A scene at a terminal where the stand-in of one chunk is installed as well."""

    def __init__(self, folder: Path, *, ending: str = ".mkv", stays_open: bool = False) -> None:
        self.terminal = Terminal(folder)
        announced = folder / "site" / "one_chunk-1.dist-info"
        announced.mkdir(parents=True)
        (announced / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: one-chunk\nVersion: 1\n"
        )
        points = f"[framecrew.renderers]\nstand-in-one-chunk = {CARD}\n"
        (announced / "entry_points.txt").write_text(points)
        paths = (str(announced.parent), os.environ.get("PYTHONPATH", ""))
        self.terminal.environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        self.scene_ending = ".standin" if stays_open else ".standin-one-chunk"
        self.film = folder / "out" / f"shot{ending}"

    def scene(self, **values: object) -> Path:
        return self.terminal.scene(f"shot{self.scene_ending}", **{"last": COUNT, **values})

    def words(self, scene: Path, *flags: object) -> tuple[object, ...]:
        frames = () if "--frames" in flags else ("--frames", f"1-{COUNT}")
        return ("render", scene, "--output", self.film, "--plain", *frames, *flags)

    def render(self, scene: Path, *flags: object) -> Said:
        return self.terminal.run(*self.words(scene, *flags))

    def attempts(self, job: int) -> list[str]:
        """Frames of each attempt, in the order of starting."""
        return [str(frames) for frames in self.terminal.attempts(job).values()]

    def rushes(self) -> list[Path]:
        return sorted(self.film.parent.glob(f".*{RUSHES_ENDING}"))

    def segments(self) -> list[str]:
        return sorted(
            path.name
            for rushes in self.rushes()
            for path in rushes.iterdir()
            if path.suffix == self.film.suffix
        )

    def numbers(self) -> list[int | None]:
        return read_film_frame_numbers(self.film, FFMPEG)

    def left(self) -> list[str]:
        return sorted(path.name for path in self.film.parent.iterdir())


def decoded(film: Path) -> tuple[DecodedFrame, ...]:
    found = decode_film(film, ffmpeg=FFMPEG)
    assert not isinstance(found, Defect), found
    return found[1]


# ── segments ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ending", "stays_open"),
    [
        further(".mkv", True),
        (".mp4", False),
        further(".mkv", False),
        further(".mov", False),
        further(".avi", False),
    ],
)
def test_a_film_of_segments_shows_the_same_for_any_number_of_slots(
    tmp_path: Path, ending: str, stays_open: bool
) -> None:
    alone = Shot(tmp_path / "alone", ending=ending, stays_open=stays_open)
    said = alone.render(alone.scene(), "--segment-size", "1000", "--slots", "1")
    assert said.code == 0, said.out + said.err
    assert alone.attempts(1) == ["1-24"]
    one = decoded(alone.film)
    assert alone.numbers() == list(range(1, COUNT + 1))
    for slots in (2, 3, 8):
        shot = Shot(tmp_path / str(slots), ending=ending, stays_open=stays_open)
        said = shot.render(shot.scene(), "--slots", slots)
        assert said.code == 0, said.out + said.err
        assert sorted(map(FrameSet.parse, shot.attempts(1)), key=lambda part: part.first) == [
            FrameSet.range(first, first + 2) for first in range(1, COUNT, 3)
        ]
        assert decoded(shot.film) == one
        assert shot.left() == [shot.film.name]


def test_progress_is_told_and_the_film_is_named_at_the_end(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render(shot.scene())
    assert f"job 1: shot, {COUNT} frames" in said.out
    assert f"Done: {COUNT} frames" in said.out
    assert f"{shot.film} (every frame of it decoded and counted)" in said.out
    assert RUSHES_ENDING not in said.out
    shown = shot.terminal.run("show", 1).out
    assert str(shot.film) in shown


@pytest.mark.thorough
def test_a_segment_that_crashes_once_is_rendered_again_whole(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    crash = fault("crash", frame=11, at="frame", once=str(tmp_path / "crashed"))
    said = shot.render(shot.scene(faults=[crash]))
    assert said.code == 0, said.out + said.err
    assert shot.attempts(1).count("10-12") == 2
    assert len(shot.attempts(1)) == 9
    assert shot.numbers() == list(range(1, COUNT + 1))


def test_a_segment_that_never_comes_is_missing_and_no_film_appears(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render(shot.scene(faults=[fault("crash", frame=11, at="frame")]))
    assert said.code == 3
    assert "Missing: 10-12" in said.out
    assert "Render them with: framecrew retry 1" in said.out
    assert not shot.film.exists()
    assert len(shot.segments()) == 7


@pytest.mark.parametrize("once", [further(True), False])
def test_a_truncated_segment_with_exit_code_0_is_never_joined(
    tmp_path: Path, once: bool
) -> None:
    shot = Shot(tmp_path)
    particulars = {"once": str(tmp_path / "cut")} if once else {}
    said = shot.render(shot.scene(faults=[fault("truncated", **particulars)]))
    if once:
        assert said.code == 0, said.out + said.err
        assert len(shot.attempts(1)) == 9
        assert shot.numbers() == list(range(1, COUNT + 1))
    else:
        assert said.code == 1
        assert "bad_output" in said.out
        assert not shot.film.exists()
        assert shot.segments() == []


def test_another_kind_of_film_than_was_asked_for_is_named_at_once(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    scene = shot.scene(faults=[fault("other_ending", ending=".avi")])
    said = shot.render(scene, "--slots", "2")
    assert said.code == 1
    assert "bad_request" in said.out
    assert "found segment_0001-0003.avi" in said.out
    assert len(shot.attempts(1)) <= 2


def test_a_chunk_of_the_frames_is_a_film_of_its_own(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render(shot.scene(), "--chunk-size", "10", "--chunk-index", "1")
    assert said.code == 0, said.out + said.err
    assert shot.numbers() == list(range(11, 21))


@pytest.mark.thorough
def test_frames_with_gaps_are_just_these_frames(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render(shot.scene(), "--frames", "2-4,9,20-23")
    assert said.code == 0, said.out + said.err
    assert shot.numbers() == [2, 3, 4, 9, 20, 21, 22, 23]


def test_sound_is_put_under_the_joined_film(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    sound = tmp_path / "tone.wav"
    tone = ("-f", "lavfi", "-i", "sine=440:duration=1", str(sound))
    assert os.spawnv(os.P_WAIT, FFMPEG, [FFMPEG, "-v", "error", *tone]) == 0
    said = shot.render(shot.scene(), "--audio", sound)
    assert said.code == 0, said.out + said.err
    found = decode_film(shot.film, ffmpeg=FFMPEG)
    assert not isinstance(found, Defect)
    assert found[0].has_audio


def test_a_sound_file_without_sound_is_a_mistake(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    silent = tmp_path / "notes.txt"
    silent.write_text("la la la", encoding="utf-8")

    said = shot.render(shot.scene(), "--audio", silent)

    assert said.code == 2
    assert f"audio: wanted a file that holds a sound; found none in {silent}" in said.err
    assert not shot.film.exists()


# ── After Effects ─────────────────────────────────────────────────────────────────────────────


def test_after_effects_makes_one_film_with_its_sound(tmp_path: Path) -> None:
    """For all codecs: test_film_codecs.py."""
    terminal = Terminal(tmp_path)
    program = install_aerender(tmp_path / "bin")
    project = write_project(
        tmp_path / "shot.aep", first=1, last=36, fps=25, width=64, height=48, audio=True
    )
    film = tmp_path / "out" / "shot.avi"
    words = ("render", project, "--comp", "Main", "--output", film, "--frames", "1-36")
    flags = ("--program", program, "--om-template", "Lossless", "--segment-size", "7")
    said = terminal.run(*words, *flags, "--slots", "3", "--spawn-delay", "0")
    assert said.code == 0, said.out + said.err
    assert len(terminal.attempts(1)) == 6
    assert read_film_frame_numbers(film, FFMPEG) == list(range(1, 37))
    assert read_film_samples(film, FFMPEG) == comp_samples(1, 36, Fraction(25), start=1)
    assert [path.name for path in film.parent.iterdir()] == [film.name]


# ── after an interruption ─────────────────────────────────────────────────────────────────────


def interrupted(shot: Shot, number: int, **scene: object) -> Path:
    """A scene whose render was ended after three segments were proved; slow to be so."""
    path = shot.scene(seconds=0.15, **scene)
    with shot.terminal.start(*shot.words(path, "--slots", "2")) as running:
        running.until_said("done in", times=9)
        family = running.family()
        running.signal(number)
        running.process.wait()
        assert alive(family) == []
    return path


@POSIX
@pytest.mark.parametrize("number", [KILL, further(signal.SIGINT)], ids=["kill -9", "Ctrl-C"])
@pytest.mark.parametrize("stays_open", [further(False), True], ids=["one chunk", "session"])
def test_the_next_run_renders_only_segments_that_were_not_proved(
    tmp_path: Path, number: int, stays_open: bool
) -> None:
    shot = Shot(tmp_path, stays_open=stays_open)
    scene = interrupted(shot, number)
    before = shot.segments()
    assert 3 <= len(before) < 8
    assert not shot.film.exists()

    said = shot.render(scene)

    assert said.code == 0, said.out + said.err
    assert len(shot.terminal.kept(2)) == 3 * len(before)
    assert len(shot.attempts(2)) == 8 - len(before)
    assert shot.numbers() == list(range(1, COUNT + 1))
    assert shot.left() == [shot.film.name]


@POSIX
def test_framecrew_killed_while_it_joins_renders_nothing_again(tmp_path: Path) -> None:
    shot = Shot(tmp_path, ending=".mp4")
    scene = shot.scene(width=1280, height=720)
    with shot.terminal.start(*shot.words(scene)) as running:
        wait_until(lambda: joins(running), "the join")
        family = running.family()
        running.signal(KILL)
        running.process.wait()
        assert alive(family) == []
    assert not shot.film.exists()
    assert len(shot.segments()) == 8

    said = shot.render(scene)

    assert said.code == 0, said.out + said.err
    assert shot.attempts(2) == []
    assert shot.numbers() == list(range(1, COUNT + 1))
    assert shot.left() == [shot.film.name]


def joins(running: Running) -> bool:
    return any("join_session" in " ".join(words(one)) for one in running.family())


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.thorough
def test_rushes_that_a_crash_left_beside_the_finished_film_go_with_the_next_run(
    tmp_path: Path,
) -> None:
    shot = Shot(tmp_path)
    scene = shot.scene()
    assert shot.render(scene).code == 0
    left = shot.film.with_name(rushes_name(shot.film.name, "0123456789abcdef"))
    (left / ".framecrew-1").mkdir(parents=True)
    other = shot.film.with_name(rushes_name("other.mkv", "0123456789abcdef"))
    other.mkdir()
    assert shot.render(scene).code == 0
    assert shot.left() == sorted([other.name, shot.film.name])


@POSIX
@pytest.mark.thorough
def test_a_segment_that_was_damaged_since_is_rendered_again(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    scene = interrupted(shot, KILL)
    before = shot.segments()
    damaged = shot.rushes()[0] / before[0]
    damaged.write_bytes(damaged.read_bytes()[:-50])
    said = shot.render(scene)
    assert said.code == 0, said.out + said.err
    assert "is not the file that was proved; it is rendered again" in said.err
    assert len(shot.attempts(2)) == 8 - len(before) + 1
    assert shot.numbers() == list(range(1, COUNT + 1))


@POSIX
@pytest.mark.thorough
def test_nothing_of_a_scene_that_has_changed_is_used(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    scene = interrupted(shot, KILL)
    stale = shot.rushes()
    later = scene.stat().st_mtime + 10
    os.utime(scene, (later, later))
    said = shot.render(scene)
    assert said.code == 0, said.out + said.err
    assert not shot.terminal.kept(2)
    assert len(shot.attempts(2)) == 8
    assert not any(rushes.exists() for rushes in stale)


@POSIX
@pytest.mark.thorough
def test_what_a_dead_run_left_is_told_by_clean_and_removed_when_it_is_old(
    tmp_path: Path,
) -> None:
    shot = Shot(tmp_path)
    interrupted(shot, KILL)
    (rushes,) = shot.rushes()
    said = shot.terminal.run("clean")
    assert f"kept the rushes {rushes}" in said.out
    assert len(shot.segments()) >= 3
    said = shot.terminal.run("clean", "--older-than", "0", "--dry-run")
    assert f"would remove the rushes {rushes}" in said.out
    assert rushes.exists()
    shot.terminal.run("clean", "--older-than", "0")
    assert not rushes.exists()


@pytest.mark.parametrize("ending", [further(".mkv"), further(".mp4"), further(".webm")])
def test_a_film_that_is_there_is_kept_replaced_or_refused(tmp_path: Path, ending: str) -> None:
    shot = Shot(tmp_path, ending=ending)
    scene = shot.scene()
    assert shot.render(scene).code == 0
    said = shot.render(scene)
    assert said.code == 0, said.out + said.err
    assert "whole and of just this scene; it is kept" in said.err
    assert not any(isinstance(one, ev.AttemptStarted) for one in shot.terminal.journal(2))
    assert shot.render(scene, "--existing", "replace").code == 0
    assert len(shot.terminal.rendered(3)) == COUNT
    refused = shot.render(scene, "--existing", "refuse")
    assert refused.code == 2
    assert "output" in refused.mistakes[0]
    later = scene.stat().st_mtime + 10
    os.utime(scene, (later, later))
    said = shot.render(scene)
    assert "it was made of other frames, or in another way; it is made again" in said.err
    assert len(shot.terminal.rendered(4)) == COUNT


# ── pictures out of sight ─────────────────────────────────────────────────────────────────────


def test_a_film_of_a_renderer_of_pictures_leaves_only_the_film(tmp_path: Path) -> None:
    shot = Shot(tmp_path, ending=".webm", stays_open=True)
    said = shot.render(shot.scene())
    assert said.code == 0, said.out + said.err
    assert len(decoded(shot.film)) == COUNT
    assert shot.left() == [shot.film.name]
    assert RUSHES_ENDING not in said.out


@pytest.mark.thorough
def test_pictures_of_a_film_that_failed_are_kept_for_the_next_run(tmp_path: Path) -> None:
    shot = Shot(tmp_path, ending=".webm", stays_open=True)
    once = str(tmp_path / "failed")
    scene = shot.scene(faults=[fault("fail", frame=7, failure="script_error", once=once)])
    said = shot.render(scene)
    assert said.code == 3
    assert "Missing: 7" in said.out
    assert "Render them with: framecrew retry 1" in said.out
    assert not shot.film.exists()
    (rushes,) = shot.rushes()
    assert len(list(rushes.glob("*.png"))) == COUNT - 1

    said = shot.terminal.run("retry", 1)

    assert said.code == 0, said.out + said.err
    assert shot.terminal.rendered(2) == [7]
    assert shot.left() == [shot.film.name]


@pytest.mark.thorough
@pytest.mark.skipif(not BLENDER, reason="no Blender here")
def test_blender_leaves_one_film_and_nothing_else(tmp_path: Path) -> None:
    scene = tmp_path / "empty.blend"
    quick = (
        "scene = bpy.context.scene; scene.render.engine = 'CYCLES'; scene.cycles.samples = 1;"
        "scene.cycles.use_denoising = False"
    )
    save = f"import bpy; {quick}; bpy.ops.wm.save_as_mainfile(filepath={str(scene)!r})"
    made = Terminal(tmp_path)
    assert os.spawnv(os.P_WAIT, BLENDER, [BLENDER, "-b", "--python-expr", save]) == 0
    film = tmp_path / "out" / "shot.mp4"
    flags = ("--output", film, "--frames", "1-4", "--resolution-percent", "5")
    said = made.run("render", scene, *flags)
    assert said.code == 0, said.out + said.err
    assert len(decoded(film)) == 4
    assert [path.name for path in film.parent.iterdir()] == ["shot.mp4"]


# ── told before anything starts ───────────────────────────────────────────────────────────────


@pytest.mark.thorough
def test_plan_tells_of_the_segments_and_why(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    words = shot.words(shot.scene())
    said = shot.terminal.run("plan", *(word for word in words[1:] if word != "--plain"))
    assert said.code == 0, said.err
    assert "Segments  8 of 3 frames, 1-3 … 22-24: there are about 8" in said.out
    assert f"Film      {shot.film} (joined as the segments are" in said.out
    assert f"Rushes    {shot.film.parent}" in said.out
    assert not shot.film.parent.exists()


def test_without_ffmpeg_a_film_is_a_mistake_before_anything_starts(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render(shot.scene(), "--ffmpeg", tmp_path / "nowhere")
    assert said.code == 2
    assert len(said.mistakes) == 1
    assert said.mistakes[0].startswith("ffmpeg")
    assert not shot.film.parent.exists()
