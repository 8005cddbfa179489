"""What is heard of pages that begin, stop and change their sounds by themselves: the same as in any browser."""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from doors.media import RATE, WITH_FFMPEG, heard_in, write_level
from doors.terminal import Said, Terminal
from doors.web import WITH_BROWSER, write_page
from servers import served

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

HEAD = (
    '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=2">'
)
LONG, SHORT = 8000, 2000
"""Levels of two sounds, of 5 and of 0.4 seconds."""

EDGE = 0.045
"""Seconds: what a page does to a sound's level is known from frame to frame."""


def page_with(folder: Path, text: str, head: str = HEAD) -> Path:
    scene = write_page(folder, f"{head}<body>{text}")
    write_level(scene.parent / "long.wav", LONG, 5)
    write_level(scene.parent / "short.wav", SHORT, 0.4)
    return scene


def filmed(scene: Path, film: Path, *words: object) -> Said:
    said = Terminal(film.parent).run("render", scene, "--output", film, *words)
    assert said.code == 0, said
    return said


def check(
    heard: npt.NDArray[np.int16], wanted: list[tuple[float, float]], edge: float = EDGE
) -> None:
    """From each of these seconds on, the level; what lies around these seconds is not looked at."""
    ends = [begin for begin, _ in wanted[1:]] + [len(heard) / RATE]
    for (begin, level), end in zip(wanted, ends, strict=True):
        part = heard[round((begin + edge) * RATE) : round((end - edge) * RATE)]
        assert len(part), begin
        assert np.abs(part - level).max() <= 2, (begin, level, part.min(), part.max())


A = "const a = document.querySelector('audio');"

PAGES: dict[str, tuple[str, list[tuple[float, float]]]] = {
    "stopped": (
        f'<audio autoplay src="long.wav"></audio><script>{A} setTimeout(() => a.pause(), 1013);</script>',
        [(0, LONG), (1.013, 0)],
    ),
    "begun, put back, and taken from the page": (
        f"""<audio src="short.wav"></audio><script>{A}
          setTimeout(() => a.play(), 513);
          setTimeout(() => {{ a.currentTime = 0; }}, 813);
          setTimeout(() => a.play(), 1400);
          setTimeout(() => a.remove(), 1600);</script>""",
        [(0, 0), (0.513, SHORT), (1.213, 0), (1.4, SHORT), (1.6, 0)],
    ),
    "one after the other, the second without a place in the page": (
        """<script>const one = new Audio("short.wav"), other = new Audio("long.wav");
          one.onended = () => other.play();
          setTimeout(() => one.play(), 200);
          setTimeout(() => { other.src = "short.wav"; other.play(); }, 1000);</script>""",
        [(0, 0), (0.2, SHORT), (0.6, LONG), (1, SHORT), (1.4, 0)],
    ),
    "louder, muted, and faster": (
        f"""<audio autoplay loop src="short.wav"></audio><script>{A}
          a.volume = 0;
          setTimeout(() => {{ a.volume = 0.25; }}, 400);
          setTimeout(() => {{ a.muted = true; }}, 600);
          setTimeout(() => {{ a.muted = false; }}, 700);
          setTimeout(() => {{ a.volume = 1; }}, 800);
          setTimeout(() => {{ a.loop = false; }}, 1000);
          setTimeout(() => {{ a.currentTime = 0; a.playbackRate = 2; }}, 1200);</script>""",
        [(0, 0), (0.4, SHORT / 4), (0.6, 0), (0.7, SHORT / 4), (0.8, SHORT), (1.4, 0)],
    ),
    "from where it was put before it began": (
        f"""<audio autoplay src="short.wav"></audio>
          <audio id="other" autoplay></audio><script>{A}
          a.currentTime = 0.2;
          other.onloadedmetadata = () => {{ other.currentTime = 0.1; }};
          setTimeout(() => {{ other.src = "short.wav"; }}, 800);</script>""",
        [(0, SHORT), (0.2, 0), (0.8, SHORT), (1.1, 0)],
    ),
    "the part that its address is of, and then the rest": (
        """<audio autoplay id="one" src="short.wav#t=0.1,0:00.2"></audio>
          <audio id="other" preload="none" src="short.wav?other#t=npt:0.2"></audio>
          <script>one.onpause = () => {
            if (one.ended) return;
            setTimeout(() => one.play(), 250);
            setTimeout(() => other.play(), 750);
          };</script>""",
        [(0, SHORT), (0.1, 0), (0.35, SHORT), (0.55, 0), (0.85, SHORT), (1.05, 0)],
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_film_has_the_sounds_that_its_page_plays_when_it_does(
    tmp_path: Path, name: str
) -> None:
    text, wanted = PAGES[name]
    scene = page_with(tmp_path, text)
    said = [filmed(scene, tmp_path / f"{slots}.mov", "--slots", slots) for slots in (1, 3)]
    alone, beside_others = (heard_in(tmp_path / f"{slots}.mov") for slots in (1, 3))
    check(alone, wanted)
    assert np.array_equal(alone, beside_others)
    assert not any("a sound begins" in one.out + one.err for one in said)


def test_a_sound_fades_as_its_page_says(tmp_path: Path) -> None:
    code = f"""{A} requestAnimationFrame(function fade() {{
      a.volume = Math.max(0, 1 - performance.now() / 1600);
      requestAnimationFrame(fade);
    }});"""
    scene = page_with(
        tmp_path, f'<audio autoplay src="long.wav"></audio><script>{code}</script>'
    )

    filmed(scene, tmp_path / "film.mov", "--frames", "10-49")

    heard = heard_in(tmp_path / "film.mov")
    seconds = 0.4 + np.arange(len(heard)) / RATE
    wanted = LONG * np.maximum(0, 1 - seconds / 1.6)
    assert len(heard) == round(1.6 * RATE)
    # It is as loud as its page says in frames, of which that of 1.6 s is the first without it.
    assert np.abs(heard - wanted).max() <= 4


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_what_frames_begin_is_heard_on_the_time_of_the_page(tmp_path: Path, where: str) -> None:
    scene = page_with(tmp_path, "")
    (scene.parent / "inner.html").write_text(
        '<audio src="long.wav"></audio><script>'
        "setTimeout(() => document.querySelector('audio').play(), 400);</script>"
    )
    with served(scene.parent) as address:
        other = address.replace("127.0.0.1", "localhost")
        source = "inner.html" if where == "here" else f"{other}/inner.html"
        scene.write_text(
            f"""{HEAD}<body><audio src="short.wav"></audio><script>
              setTimeout(() => {{ document.body.innerHTML += '<iframe src="{source}"></iframe>'; }}, 400);</script>"""
        )
        filmed(scene, tmp_path / "film.mov")

    check(heard_in(tmp_path / "film.mov"), [(0, 0), (0.82, LONG)], edge=0.09)


def write_video(path: Path, sound: Path) -> None:
    """0.8 s, with this sound without losses."""
    inputs = ("-f", "lavfi", "-i", "color=red:64x36:25", "-i", sound)
    how = ("-t", "0.8", "-pix_fmt", "yuv420p", "-c:a", "flac", "-strict", "-2")
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *how, path], check=True)


def test_a_video_is_heard_from_when_it_is_played_and_those_that_say_when_are_heard_then(
    tmp_path: Path,
) -> None:
    scene = page_with(
        tmp_path,
        """<video src="video.mp4"></video><audio src="short.wav" data-start="1.5" autoplay></audio>
        <script>setTimeout(() => document.querySelector("video").play(), 500);</script>""",
    )
    write_video(scene.parent / "video.mp4", scene.parent / "long.wav")

    filmed(scene, tmp_path / "film.mov")

    check(
        heard_in(tmp_path / "film.mov"), [(0, 0), (0.5, LONG), (1.3, 0), (1.5, SHORT), (1.9, 0)]
    )


def test_what_says_when_it_is_heard_may_say_so_with_units(tmp_path: Path) -> None:
    """And the part that its address is of is all that is heard of it."""
    scene = page_with(
        tmp_path,
        """<audio src="short.wav" data-start="250ms" data-trim=".1s" data-volume="50%" data-duration=""></audio>
        <audio src="long.wav#t=1,1.25" data-start=" 1.5s "></audio>
        <audio src="long.wav" data-start="1" data-trim="4800ms"></audio>""",
    )

    filmed(scene, tmp_path / "film.mov")

    parts = [(0, 0), (0.25, SHORT / 2), (0.55, 0), (1, LONG), (1.2, 0), (1.5, LONG), (1.75, 0)]
    check(heard_in(tmp_path / "film.mov"), [*parts])


@pytest.mark.parametrize(
    ("attribute", "text", "wanted"),
    [
        ("start", "intro", "a number, with s or ms behind it or nothing, not intro"),
        (
            "trim",
            "-1",
            "a number that is not below 0, with s or ms behind it or nothing, not -1",
        ),
        ("duration", "2 min", "not 2 min"),
        ("volume", "-6dB", "with % behind it or nothing, not -6dB"),
    ],
)
def test_a_sound_that_says_when_in_no_number_is_a_mistake(
    tmp_path: Path, attribute: str, text: str, wanted: str
) -> None:
    said_so = {"start": "0", attribute: text}
    words = " ".join(f'data-{name}="{value}"' for name, value in said_so.items())
    scene = page_with(tmp_path, f'<audio id="voice" src="long.wav" {words}></audio>')
    film = tmp_path / "film.mov"

    said = Terminal(tmp_path).run("render", scene, "--output", film)

    assert said.code == 2
    assert f'data-{attribute} of <audio id="voice"' in said.err
    assert wanted in said.err
    assert not film.exists()


def test_a_page_that_wants_another_browser_while_it_is_listened_to_is_heard_all_the_same(
    tmp_path: Path,
) -> None:
    code = """setTimeout(() => {
      document.body.innerHTML = '<video src="video.mp4" autoplay></video>';
    }, 240);"""
    scene = page_with(tmp_path, f'<audio src="short.wav"></audio><script>{code}</script>')
    write_video(scene.parent / "video.mp4", scene.parent / "long.wav")

    said = filmed(scene, tmp_path / "film.mov", "--capture", "screenshot", "--frames", "0-30")

    check(heard_in(tmp_path / "film.mov"), [(0, 0), (0.24, LONG), (1.04, 0)])
    assert "could not be found out" not in said.out + said.err


def test_a_sound_that_begins_in_a_page_of_frames_in_any_order_is_told(tmp_path: Path) -> None:
    code = """<script>window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.4,
      seek(t, frame) { if (frame === 3) new Audio("short.wav").play(); } };</script>"""
    scene = page_with(tmp_path, code, head="<!doctype html>")

    said = filmed(scene, tmp_path / "film.mov", "--slots", 1)

    assert "a sound begins by itself at 0.12 s, and is not in the film" in said.out + said.err


@pytest.mark.parametrize(
    "code",
    [
        "document.body.innerHTML = '<audio autoplay src=long.wav></audio>';",
        """const { sound } = await import("./sound.js"); sound.play();""",
        """const { make } = await import("./make.js"); make("audio", { src: "long.wav" }).play();""",
    ],
    ids=["in the page", "in a file", "by a library"],
)
def test_a_sound_that_comes_on_the_way_is_heard(tmp_path: Path, code: str) -> None:
    head = f"{HEAD}<script>const later = new Promise((done) => setTimeout(done, 480));</script>"
    scene = page_with(tmp_path, '<script type="module" src="main.js"></script>', head)
    for name, text in {
        "main.js": f'import "./make.js"; import "./sound.js"; await later; {code}',
        "sound.js": "export const sound = new Audio(); sound.src = 'long.wav';",
        "make.js": "export const make = (name, values) => Object.assign(document.createElement(name), values);",
    }.items():
        (scene.parent / name).write_text(text, encoding="utf-8")

    filmed(scene, tmp_path / "film.mov")

    check(heard_in(tmp_path / "film.mov"), [(0, 0), (0.48, LONG)])


def test_a_sound_of_a_page_that_nobody_expected_to_have_any_is_told(tmp_path: Path) -> None:
    text = """<audio id="a" autoplay muted src="long.wav"></audio>
      <script>setTimeout(() => { a.muted = false; }, 80);</script>"""
    scene = page_with(tmp_path, text)

    said = filmed(scene, tmp_path / "film.mov", "--slots", 1, "--frames", "0-9")

    assert "a sound begins by itself at 0.08 s, and is not in the film" in said.out + said.err
