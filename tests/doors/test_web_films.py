"""Films of pages: encoded in their own sessions, the same for any number of slots."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from cases import further
from doors.browsers import browsers_of
from doors.media import WITH_FFMPEG, ffmpeg, heard_in, write_level
from doors.terminal import Terminal
from doors.web import COUNT, PAGES, WITH_BROWSER

from framecrew.media.animations import read_animation

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]


def packets(film: Path) -> bytes:
    """A digest of its pictures as they are stored."""
    return ffmpeg("-i", str(film), "-map", "0:v", "-c", "copy", "-f", "md5")


def blues(film: Path) -> list[int]:
    """The number that each picture shows, less one."""
    raw = ffmpeg("-i", str(film), "-f", "rawvideo", "-pix_fmt", "rgb24")
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, 36, 64, 3)
    return [int(picture[18, 32, 2]) - 1 for picture in pictures]


@pytest.mark.parametrize(("page", "counts"), [("own", (1, 2, 5)), further("history", (1, 3))])
def test_a_lossless_film_shows_every_frame_for_any_number_of_slots(
    tmp_path: Path, page: str, counts: tuple[int, ...]
) -> None:
    terminal, scene = Terminal(tmp_path), PAGES / f"{page}.html"
    films = []
    for slots in counts:
        film = tmp_path / f"film-{slots}.mkv"
        said = terminal.run("render", scene, "--output", film, "--slots", slots)
        assert said.code == 0, said.err
        assert blues(film) == list(range(COUNT))
        films.append(packets(film))
    assert len(set(films)) == 1


@pytest.mark.thorough
def test_more_slots_than_frames_are_no_mistake(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    asked = ("--frames", "3-5", "--segment-size", 1, "--slots", 8)
    said = Terminal(tmp_path).run("render", PAGES / "own.html", "--output", film, *asked)
    assert said.code == 0, said.err
    assert blues(film) == [3, 4, 5]


@pytest.mark.parametrize(
    ("preset", "stored"), [("h264", "yuv420p"), further("av1", "yuv420p10le")]
)
def test_a_film_of_lossy_pictures_is_the_same_too(
    tmp_path: Path, preset: str, stored: str
) -> None:
    terminal, films = Terminal(tmp_path), []
    # SVT-AV1 takes no pictures of fewer than 64 lines.
    words = ("render", PAGES / "css.html", "--film-preset", preset, "--size", "128x72")
    for count in (1, 3):
        output = tmp_path / f"film-{count}.mp4"
        said = terminal.run(*words, "--output", output, "--slots", count)
        assert said.code == 0, said.err
        films.append(packets(output))
    assert films[0] == films[1]
    film = str(tmp_path / "film-1.mp4")
    told = subprocess.run(["ffmpeg", "-i", film], capture_output=True, check=False)
    assert f"{stored}(tv, bt709" in told.stderr.decode()
    assert "25 fps" in told.stderr.decode()


@pytest.mark.parametrize(
    ("ending", "preset"), [(".gif", "gif"), further(".webp", "webp-lossless")]
)
def test_a_page_becomes_an_animation_and_is_not_made_twice(
    tmp_path: Path, ending: str, preset: str
) -> None:
    terminal = Terminal(tmp_path)
    film = tmp_path / f"film{ending}"
    # Colours that lie close together may become one in a palette.
    page = tmp_path / "page.html"
    page.write_text(GREY, encoding="utf-8")
    words = ("render", page, "--fps", 25, "--output", film, "--film-preset", preset)
    assert terminal.run(*words).code == 0
    decoder = OpenImageIO.ImageInput.open(str(film))
    assert decoder is not None
    middles: list[int] = []
    while decoder.seek_subimage(len(middles), 0):
        pixels = decoder.read_image(len(middles), 0, 0, 3, OpenImageIO.UINT8)
        middles.append(int(np.asarray(pixels)[36, 64, 2]))
    decoder.close()
    assert middles == pytest.approx([40 + 8 * frame for frame in range(COUNT)], abs=2)
    assert read_animation(film).delays == (1000 // 25 if ending == ".webp" else 4,) * COUNT
    before = film.stat().st_mtime_ns
    said = terminal.run(*words, "--plain")
    assert said.code == 0, said.err
    assert film.stat().st_mtime_ns == before
    assert "it is kept" in said.out + said.err


@pytest.mark.parametrize(
    ("ending", "preset", "decoder"),
    [(".mov", "prores-4444", "prores"), further(".webm", "vp9", "libvpx-vp9")],
)
def test_what_a_page_leaves_empty_is_transparent_in_a_film(
    tmp_path: Path, ending: str, preset: str, decoder: str
) -> None:
    page, film = tmp_path / "index.html", tmp_path / f"film{ending}"
    page.write_text(
        "<body style='margin: 0'><div style='height: 36px; background: rgb(0 200 0 / 0.5)'></div><script>"
        "window.framecrew = {width: 64, height: 36, fps: 25, duration: 0.12, seek(t, frame) {"
        " document.querySelector('div').style.width = `${(frame + 1) * 16}px`; }};</script>",
        encoding="utf-8",
    )
    words = ("--transparent", "--film-preset", preset, "--slots", 8)
    said = Terminal(tmp_path).run("render", page, "--output", film, *words)
    assert said.code == 0, said.err
    raw = ffmpeg("-c:v", decoder, "-i", str(film), "-f", "rawvideo", "-pix_fmt", "rgba")
    row = np.frombuffer(raw, np.uint8).reshape(3, 36, 64, 4)[:, 18]
    for number, pixels in enumerate(row, start=1):
        filled, empty = pixels[: number * 16 - 4], pixels[number * 16 + 4 :]
        assert np.abs(filled.astype(int) - (0, 200, 0, 128)).max() <= 6
        assert empty[:, 3].max() <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
@pytest.mark.parametrize("victim", ["browser", further("session")])
def test_who_is_killed_while_a_segment_is_finished_costs_no_frame_and_doubles_none(
    tmp_path: Path, victim: str
) -> None:
    """ffmpeg hears of its last picture at once and takes a second to encode what it heard."""
    slow = tmp_path / "ffmpeg"
    slow.write_text(
        '#!/bin/sh\ncase " $* " in *" image2pipe "*) cat > heard; sleep 1; '
        f'exec {shutil.which("ffmpeg")} "$@" < heard;; esac\n'
        f'exec {shutil.which("ffmpeg")} "$@"\n',
        encoding="utf-8",
    )
    slow.chmod(0o755)
    terminal, film = Terminal(tmp_path), tmp_path / "film.mkv"
    asked = ("--slots", 1, "--segment-size", 7, "--json")
    words = ("render", PAGES / "own.html", "--output", film, *asked)
    with terminal.start(*words, environment={"FFMPEG": str(slow)}) as running:
        running.until_said("slot_freed", times=2)
        (browser,) = browsers_of(running.family())
        session = browser.parent()
        assert session is not None
        (browser if victim == "browser" else session).kill()
        said = running.end()
    assert said.code == 0, said.err
    assert blues(film) == list(range(COUNT))
    assert terminal.rendered(1) == list(range(COUNT)), "a frame was delivered twice, or never"
    tries = len(terminal.attempts(1))
    assert tries == 3 if victim == "browser" else tries > 3


@pytest.mark.thorough
def test_a_changed_script_beside_the_page_makes_new_segments(tmp_path: Path) -> None:
    """Every frame of the first film is thrown away with its rushes, whatever the page's time."""
    terminal = Terminal(tmp_path)
    page, script = tmp_path / "page" / "index.html", tmp_path / "page" / "draw.js"
    page.parent.mkdir()
    page.write_text("<body><script src='draw.js'></script>", encoding="utf-8")
    drawing = (
        "window.framecrew = {width: 64, height: 36, fps: 25, duration: 0.2,"
        " seek(t, frame) { document.body.style.background = `rgb(0 0 ${frame + %d})`; }};"
    )
    for begin in (1, 101):
        script.write_text(drawing % begin, encoding="utf-8")
        film = tmp_path / "film.mkv"
        said = terminal.run("render", page, "--output", film, "--existing", "keep")
        assert said.code == 0, said.err
        assert blues(film) == [frame + begin - 1 for frame in range(5)]


def test_a_frame_that_throws_makes_no_film_and_is_named(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    page = tmp_path / "page.html"
    page.write_text(
        "<script>window.framecrew = {width: 64, height: 36, fps: 25, duration: 0.8,"
        " seek(t, frame) { if (frame === 13) throw new Error('thirteen'); }};</script>",
        encoding="utf-8",
    )
    said = terminal.run("render", page, "--output", tmp_path / "film.mp4", "--slots", 2)
    assert said.code in {1, 3}
    assert "thirteen" in said.out + said.err
    assert "in frame 13" in said.out + said.err
    assert not (tmp_path / "film.mp4").exists()


def test_a_segment_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    """The one before it is still being encoded when its frames throw."""
    terminal = Terminal(tmp_path)
    page = tmp_path / "page.html"
    page.write_text(
        "<script>window.framecrew = {width: 640, height: 360, fps: 25, duration: 0.8,"
        " seek(t, frame) { if (frame % 2) throw new Error('odd'); }};</script>",
        encoding="utf-8",
    )
    words = ("--slots", 1, "--segment-size", 1, "--frame-order", "any", "--film-preset", "h264")
    said = terminal.run("render", page, "--output", tmp_path / "film.mp4", *words)
    assert said.code == 3, said
    assert "Missing: 1-19x2" in said.out + said.err
    assert "crash" not in said.out + said.err


@pytest.mark.parametrize(
    ("name", "words"),
    [("film.mov", ()), further("film.mp4", ("--quality", 100))],
)
def test_what_is_half_transparent_lies_over_black_where_a_film_has_no_alpha(
    tmp_path: Path, name: str, words: tuple[object, ...]
) -> None:
    page, film = tmp_path / "index.html", tmp_path / name
    page.write_text(
        "<body style='margin: 0'><div style='height: 36px; background: rgb(200 0 0 / 0.5)'></div><script>"
        "window.framecrew = {width: 64, height: 36, fps: 25, duration: 0.12, seek() {}};</script>",
        encoding="utf-8",
    )
    said = Terminal(tmp_path).run("render", page, "--output", film, "--transparent", *words)
    assert said.code == 0, said.err
    raw = ffmpeg("-i", str(film), "-f", "rawvideo", "-pix_fmt", "rgb24")
    pixels = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(int)
    assert np.abs(pixels - (100, 0, 0)).max() <= 6


def test_a_film_may_have_a_thousand_frames_a_second(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    words = ("--fps", 1000, "--duration", 0.02, "--slots", 1)
    said = Terminal(tmp_path).run("render", PAGES / "own.html", "--output", film, *words)
    assert said.code == 0, said
    assert len(blues(film)) == 20


@pytest.mark.thorough
def test_a_size_that_a_film_cannot_store_is_refused_before_anything_starts(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    page = PAGES / "own.html"
    said = terminal.run("render", page, "--size", "63x36", "--output", tmp_path / "film.mp4")
    assert said.code == 2
    assert "63x36" in said.err
    small = ("--output", tmp_path / "film.mp4", "--film-preset", "av1")
    said = terminal.run("render", page, "--size", "64x36", *small)
    assert said.code == 2
    assert "64x64 pixels for av1" in said.err
    assert terminal.jobs() == []


def sounding(folder: Path, source: str) -> Path:
    """A page whose track begins after 0.4 s, at half its level."""
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=880:duration=0.2:r=48000"),
            *("-ac", "2", "-c:a", "pcm_s16le", str(folder / "beep.wav")),
        ],
        check=True,
    )
    page = folder / "index.html"
    page.write_text(
        "<body><script>window.framecrew = {width: 64, height: 36, fps: 25, duration: 1,"
        f" tracks: [{{src: '{source}', start: 0.4, volume: 0.5}}], seek() {{}}}};</script>",
        encoding="utf-8",
    )
    return page


SOUNDS = """<!doctype html><body>
<audio src="long.wav" data-start="0.2" data-trim="0.05" data-volume="0.5"></audio>
<audio src="short.wav" autoplay loop></audio>
<audio src="long.wav" autoplay muted></audio>
<div></div><script>
document.querySelector("div").attachShadow({ mode: "open" }).innerHTML =
  '<video src="video.mp4" data-start="0.8" width="8" height="8"></video>';
window.framecrew = { width: 64, height: 36, fps: 25, duration: 1, seek() {},
  tracks: [{ src: "short.wav", start: 0.6, seconds: 0.15, volume: 2, loop: true }] };
</script>"""


def test_all_sounds_of_a_page_are_added_up_to_the_sample_for_any_number_of_slots(
    tmp_path: Path,
) -> None:
    write_level(tmp_path / "long.wav", 8000, 0.25)
    write_level(tmp_path / "short.wav", 1000, 0.1)
    sine = ("-f", "lavfi", "-i", "sine=880:r=48000:d=0.2")
    tone = ("-f", "lavfi", "-i", "color=red:64x36:25:d=0.2", *sine, "-pix_fmt", "yuv420p")
    subprocess.run(
        ["ffmpeg", "-v", "error", *tone, "-c:a", "aac", tmp_path / "video.mp4"], check=True
    )
    page, terminal, heard = tmp_path / "index.html", Terminal(tmp_path), []
    page.write_text(SOUNDS, encoding="utf-8")
    for slots in (1, 4):
        film = tmp_path / f"film-{slots}.mov"
        said = terminal.run("render", page, "--output", film, "--slots", slots)
        assert said.code == 0, said.err
        heard.append(heard_in(film))
    assert np.array_equal(heard[0], heard[1])
    wanted = np.full(48_000, 1000)
    wanted[9_600:19_200] += 4000
    wanted[28_800:36_000] += 2000
    assert np.abs(heard[0][:38_000] - wanted[:38_000]).max() <= 1
    assert np.ptp(heard[0][40_000:46_000]) > 3000


@pytest.mark.parametrize("audio", [True, further(False)])
def test_a_sound_file_takes_the_place_of_the_pages_own_and_a_silent_page_has_none(
    tmp_path: Path, audio: bool
) -> None:
    write_level(tmp_path / "other.wav", 3000, 0.5)
    film = tmp_path / "film.mov"
    page = sounding(tmp_path, "beep.wav") if audio else PAGES / "own.html"
    words = ("--audio", tmp_path / "other.wav") if audio else ()
    said = Terminal(tmp_path).run(
        *("render", page, "--output", film, "--frames", "0-14", *words)
    )
    assert said.code == 0, said.err
    if audio:
        heard = heard_in(film)
        assert len(heard) == 28_800
        assert set(heard[:24_000]) == {3000}
        assert not heard[24_000:].any()
    else:
        streams = subprocess.run(["ffmpeg", "-i", film], capture_output=True, check=False)
        assert b"Audio:" not in streams.stderr


@pytest.mark.thorough
def test_a_film_of_segments_gets_sound_and_subtitles_of_its_own(tmp_path: Path) -> None:
    page, film = sounding(tmp_path, "beep.wav"), tmp_path / "film.mp4"
    titles = tmp_path / "titles.vtt"
    titles.write_text("WEBVTT\n\n00:00.200 --> 00:09.000\nGrüße\n", encoding="utf-8")
    said = Terminal(tmp_path).run("render", page, "--output", film, "--subtitles", titles)
    assert said.code == 0, said.err
    read = ffmpeg("-i", str(film), "-map", "0:s:0", "-f", "srt").decode()
    assert read.split() == ["1", "00:00:00,200", "-->", "00:00:01,000", "Grüße"]
    assert len(ffmpeg("-i", str(film), "-map", "0:a", "-f", "s16le", "-ac", "1")) > 90_000


def test_a_sound_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    page = sounding(tmp_path, "gone.wav")
    said = Terminal(tmp_path).run("render", page, "--output", tmp_path / "film.mp4")
    assert said.code == 2
    assert "gone.wav" in said.err


GREY = """<!doctype html><body style="margin: 0"><canvas width="128" height="72" style="display: block"></canvas>
<script>
  const brush = document.querySelector("canvas").getContext("2d");
  window.framecrew = { width: 128, height: 72, fps: "30000/1001", duration: 0.8, seek(t, frame) {
    brush.fillStyle = `rgb(${40 + 8 * frame} ${40 + 8 * frame} ${40 + 8 * frame})`;
    brush.fillRect(0, 0, 128, 72);
  } };
</script>"""


def test_a_draft_is_encoded_by_the_page_and_shows_every_frame(tmp_path: Path) -> None:
    page, film, terminal = tmp_path / "page.html", tmp_path / "film.mp4", Terminal(tmp_path)
    page.write_text(GREY, encoding="utf-8")
    asked = ("--quality", "draft", "--slots", 2, "--segment-size", 7)

    said = terminal.run("render", page, "--output", film, *asked)

    assert said.code == 0, said.err
    raw = np.frombuffer(ffmpeg("-i", str(film), "-f", "rawvideo", "-pix_fmt", "gray"), np.uint8)
    levels = raw.reshape(-1, 72, 128).mean(axis=(1, 2))
    assert np.abs(levels - (40 + 8 * np.arange(24))).max() < 4
    told = subprocess.run(["ffmpeg", "-i", str(film)], capture_output=True, check=False).stderr
    assert b"Constrained Baseline" in told
    assert b"29.97 fps" in told


def test_where_a_page_cannot_be_drafted_it_is_said_and_captured(tmp_path: Path) -> None:
    asked = ("--output", tmp_path / "film.mp4", "--quality", "draft")
    told = Terminal(tmp_path).run("plan", PAGES / "own.html", *asked)
    assert told.code == 0, told.err
    assert "no draft: the page is not one canvas" in told.out + told.err
    assert "--quality 80" in told.out + told.err


LACKING = """#!/bin/sh
case "$*" in
  *libx264*) echo "Unknown encoder 'libx264'" >&2; exit 1;;
esac
exec {ffmpeg} "$@"
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="scripts are POSIX'")
def test_an_ffmpeg_without_the_encoder_is_told_as_such(tmp_path: Path) -> None:
    lacking = tmp_path / "ffmpeg"
    lacking.write_text(LACKING.format(ffmpeg=shutil.which("ffmpeg")), encoding="utf-8")
    lacking.chmod(0o755)
    film = tmp_path / "film.mp4"
    arguments = ("--output", film, "--ffmpeg", lacking, "--slots", 2)
    said = Terminal(tmp_path).run("render", PAGES / "own.html", *arguments)
    assert said.code == 1
    assert "this ffmpeg has no encoder for this film preset" in said.out + said.err
    assert not film.exists()
