"""What pages take for granted: timers, holds, encodings, videos in canvases, a mouse that nobody moves."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, heard_in, make_video, write_level
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, greys, write_hook, write_page

pytestmark = WITH_BROWSER

BLUE = "document.body.style.background = `rgb(0 0 ${%s + 1})`"

PLAIN = """<!doctype html><meta charset="utf-8"><style>html, body { margin: 0; height: 100%% }</style><body>
%s"""

LENGTH = ("--size", "64x36", "--fps", 25, "--frames", f"0-{COUNT - 1}")


def test_an_interval_is_no_shorter_than_any_browser_makes_it(tmp_path: Path) -> None:
    """After a few turns, 4 ms; ten of them in each frame of 40."""
    folder = Folder(tmp_path)
    script = (
        "let made = 0; document.body.style.background = `rgb(0 0 1)`; setInterval(() => { %s }, 1);"
        % (BLUE % "Math.floor(made++ / 10)")
    )

    said = folder.render(write_page(tmp_path, PLAIN % f"<script>{script}</script>"), *LENGTH)

    assert said.code == 0, said
    shown = folder.shown()
    assert all(abs(shown[frame] - frame) <= 1 for frame in range(1, COUNT)), shown


@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_nothing_is_hovered(tmp_path: Path, way: str) -> None:
    """The system moves its mouse into a window as soon as it is there."""
    folder = Folder(tmp_path)
    page = """<style>body { background: rgb(0 0 1) } body:hover { background: red !important }</style><script>
      for (const kind of ["mousemove", "pointerover"]) {
        addEventListener(kind, () => { document.body.style.background = "lime"; }, true);
      }
      (function draw() { requestAnimationFrame(draw); })();
    </script>"""

    said = folder.render(
        write_page(tmp_path, PLAIN % page), *LENGTH, "--slots", 2, "--capture", way
    )

    assert said.code == 0, said
    assert set(folder.shown().values()) == {0}


WINDOWS = ["begin-frame", "screenshot", further("a whole browser")]


def words_for(window: str) -> tuple[str, ...]:
    if window != "a whole browser":
        return ("--capture", window)
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium here")
    return ("--program", browser)


@pytest.mark.parametrize("window", WINDOWS)
def test_a_page_is_in_front_of_its_user_on_a_screen_that_it_fills(
    tmp_path: Path, window: str
) -> None:
    """Where it was made there was a mouse."""
    folder = Folder(tmp_path)
    page = """<style>
      input:focus { accent-color: red } body { background: rgb(0 0 1) }
      @media (hover: hover) and (pointer: fine) { input { caret-color: red } }
      @media (device-width: 64px) and (device-height: 36px) { input { outline-color: red } }
      input { position: absolute; inset: 0; width: 9px; opacity: 0 } </style><input autofocus><script>
      const field = document.querySelector("input"), red = "rgb(255, 0, 0)";
      (function draw() {
        const { accentColor, caretColor, outlineColor } = getComputedStyle(field);
        const isRight = [accentColor, caretColor, outlineColor].every((one) => one === red)
          && document.hasFocus() && !document.hidden && screen.width === 64;
        document.body.style.background = `rgb(0 0 ${isRight ? Math.round(performance.now() / 40) + 1 : 255})`;
        requestAnimationFrame(draw);
      })();
    </script>"""

    said = folder.render(write_page(tmp_path, PLAIN % page), *LENGTH, *words_for(window))

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_canvas_that_is_nowhere_in_the_page_has_webgl(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = """<canvas width="64" height="36" style="display: block"></canvas><script>
      const canvas = new OffscreenCanvas(64, 36), gl = canvas.getContext("webgl2");
      const brush = document.querySelector("canvas").getContext("2d");
      (function draw() {
        gl?.clearColor(0, 0, (Math.round(performance.now() / 40) + 1) / 255, 1);
        gl?.clear(gl.COLOR_BUFFER_BIT);
        brush.drawImage(canvas, 0, 0);
        requestAnimationFrame(draw);
      })();
    </script>"""

    said = folder.render(write_page(tmp_path, PLAIN % page), *LENGTH, "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_page_is_as_long_as_its_longest_animation_that_waits(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = """<style>@keyframes on { from { background: rgb(0 0 1) } to { background: rgb(0 0 11) } }
      body { background: rgb(0 0 1); animation: on 0.4s linear 0.4s forwards } </style>"""

    said = folder.render(write_page(tmp_path, PLAIN % page), "--size", "64x36", "--fps", 25)

    assert said.code == 0, said
    assert folder.shown() == {frame: max(0, frame - 10) for frame in range(COUNT)}


@pytest.mark.parametrize("window", [further("begin-frame"), "a whole browser"])
def test_a_caret_does_not_blink(tmp_path: Path, window: str) -> None:
    """By the clock of the browser it would: here the frames take some seconds of that."""
    folder = Folder(tmp_path)
    page = """<style>* { margin: 0; padding: 0; border: 0; outline: none }
      textarea { position: absolute; width: 64px; height: 36px; font: 200px serif; caret-color: rgb(0 0 9) }
      </style><textarea autofocus></textarea><script>
        setInterval(() => { let x = 0; for (let i = 0; i < 5e7; i++) x += i % 7; }, 40);
      </script>"""

    said = folder.render(write_page(tmp_path, PLAIN % page), *LENGTH, *words_for(window))

    assert said.code == 0, said
    assert len(set(folder.bytes())) == 1


def test_a_hold_keeps_back_the_frames_that_nobody_sees_as_well(tmp_path: Path) -> None:
    """What a hold waits for decides where the next frames begin."""
    folder = Folder(tmp_path)
    script = """let started = 200, isAsked = false;
      (function poll() { setTimeout(poll, 0); })();
      (function draw() {
        const frame = Math.round(performance.now() / 40);
        if (frame === 4 && !isAsked) {
          isAsked = true;
          const release = framecrewHold("the store"), channel = new MessageChannel();
          let turns = 0;
          channel.port1.onmessage = () => {
            if (++turns < 3000) return channel.port2.postMessage(0);
            started = Math.round(performance.now() / 40);
            release();
          };
          channel.port2.postMessage(0);
        }
        document.body.style.background = `rgb(0 0 ${Math.min(250, frame + started - 3)})`;
        requestAnimationFrame(draw);
      })();"""
    page = write_page(tmp_path, PLAIN % f"<script>{script}</script>")

    said = folder.render(page, *LENGTH[:-1], "8-15", "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == {frame: frame for frame in range(8, 16)}


def test_what_was_not_waited_for_starts_no_timer_early(tmp_path: Path) -> None:
    """Frames that take long are no time of the page, also where it holds one of them back."""
    folder = Folder(tmp_path)
    script = """let last = -1, shift = 0;
      setTimeout(() => { shift = 100; }, 700);
      (function draw() {
        const frame = Math.round(performance.now() / 40), isNew = frame !== last, sum = new Uint32Array(1);
        last = frame;
        for (let i = 0; isNew && i < 1e7; i++) sum[0] += i;
        if (frame === 14 && isNew) {
          const release = framecrewHold("a while"), channel = new MessageChannel();
          let turns = 0;
          channel.port1.onmessage = () => { if (++turns > 3000) release(); else channel.port2.postMessage(0); };
          channel.port2.postMessage(0);
        }
        document.body.style.background = `rgb(0 0 ${1 + frame + shift})`;
        requestAnimationFrame(draw);
      })();"""

    said = folder.render(
        write_page(tmp_path, PLAIN % f"<script>{script}</script>"), *LENGTH, "--slots", 1
    )

    assert said.code == 0, said
    assert folder.shown() == {
        frame: frame + (100 if frame >= 18 else 0) for frame in range(COUNT)
    }


@WITH_FFMPEG
@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_a_video_drawn_into_a_canvas_is_that_of_the_frame(tmp_path: Path, way: str) -> None:
    folder = Folder(tmp_path)
    page = write_page(
        tmp_path,
        PLAIN
        % """<video src="grey.mp4" autoplay muted style="position: absolute; left: 100px"></video>
      <canvas width="64" height="36" style="display: block"></canvas><script>
      const to = document.querySelector("canvas").getContext("2d"), video = document.querySelector("video");
      (function draw() { to.drawImage(video, 0, 0); requestAnimationFrame(draw); })();
    </script>""",
    )
    make_video(page.parent / "grey.mp4")

    said = folder.render(page, *LENGTH, "--slots", 2, "--chunk-size", 4, "--capture", way)

    assert said.code == 0, said
    shown = greys(folder)
    assert all(abs(shown[frame] - (20 + 8 * frame)) <= 2 for frame in range(COUNT)), shown


def test_what_never_loads_is_not_waited_for(tmp_path: Path) -> None:
    """As programs do that clean what they were given: an image of a document without a window."""
    folder = Folder(tmp_path)
    code = """
      if (frame === 2) {
        const parsed = new DOMParser().parseFromString("<img>", "text/html");
        parsed.querySelector("img").src = "nowhere.png";
      }"""

    said = folder.render(write_hook(tmp_path, code), "--page-wait", 3, "--slots", 1)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_page_in_an_older_encoding_is_read_as_it_says(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(
        tmp_path, 'if (document.title !== "Gr\\u00fc\\u00dfe") throw new Error(document.title);'
    )
    text = page.read_text(encoding="utf-8")
    head = '<meta charset="windows-1252"><title>Grüße</title>'
    page.write_bytes(text.replace("<body>", f"{head}<body>").encode("windows-1252"))

    said = folder.render(page)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_frames_that_depend_on_those_before_are_found_where_no_length_is_told(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "frame = window.made = (window.made ?? -1) + 1;")
    page.write_text(
        page.read_text(encoding="utf-8").replace(", duration: 0.8", ""), encoding="utf-8"
    )

    said = folder.render(page, *LENGTH, "--slots", 2)

    assert said.code == 0, said
    assert "depend on those rendered before" in said.out + said.err
    assert folder.shown() == EXACT


def test_changed_props_make_a_new_film(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "frame += framecrewProps.more;")
    props, film = tmp_path / "props.json", tmp_path / "film.mov"
    made = []
    for more in (0, 7):
        props.write_text(f'{{"more": {more}}}', encoding="utf-8")
        said = folder.terminal.run("render", page, "--output", film, "--props-file", props)
        assert said.code == 0, said
        made.append(film.read_bytes())

    assert made[0] != made[1]


@WITH_FFMPEG
def test_a_page_gets_no_file_of_the_user_as_its_sound(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    write_level(tmp_path / "private.wav", 8000, 0.8)
    page = write_hook(tmp_path, "")
    text = page.read_text(encoding="utf-8")
    track = f"tracks: [{{ src: {(tmp_path / 'private.wav').as_uri()!r} }}], seek"
    page.write_text(text.replace("seek", track), encoding="utf-8")
    film = tmp_path / "film.mov"

    said = folder.terminal.run("render", page, "--output", film)

    assert said.code == 0, said
    assert "a sound is in no film: the page may not reach file:" in said.out + said.err
    with pytest.raises(subprocess.CalledProcessError):
        heard_in(film)  # there is no sound in it


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('start: "soon"', ("start of", "is to be a number, not soon")),
        ("volume: -0.5", ("volume of", "is to be a number that is not below 0, not -0.5")),
    ],
)
def test_a_track_without_right_numbers_is_refused(
    tmp_path: Path, words: str, told: tuple[str, str]
) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace("seek", f'tracks: [{{ src: "a.wav", {words} }}], seek'),
        encoding="utf-8",
    )

    said = folder.render(page)

    assert said.code == 2, said
    assert all(part in said.err for part in told)
    assert not folder.out.exists()
