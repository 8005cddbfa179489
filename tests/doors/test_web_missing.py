"""What a page wants and what comes late, only in view, or not at all."""

import base64
import re
import subprocess
import time
from pathlib import Path

import pytest
from cases import further
from doors.media import RATE, WITH_FFMPEG, heard_in, make_video, write_level
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, greys, write_hook, write_page
from servers import answering, served

pytestmark = WITH_BROWSER

SOURCES = {
    "an address": '<video src="gone.mp4" muted></video>',
    "sources": '<video autoplay muted><source src="gone.webm"><source src="gone.mp4"></video>',
}


def with_body(page: Path, body: str) -> None:
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("<body>", f"<body>{body}"), encoding="utf-8")


def with_tracks(page: Path, tracks: str) -> None:
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("seek(", f"tracks: {tracks}, seek(", 1), encoding="utf-8")


@pytest.mark.parametrize("how", ["sources", further("an address")])
def test_a_video_that_is_not_there_is_missing_like_any_file(tmp_path: Path, how: str) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    with_body(page, SOURCES[how].replace("<video", '<video style="display: none"'))

    refused = folder.render(page)
    said = folder.render(page, "--allow-missing")

    assert refused.code == 2, refused
    assert str(page.parent / "gone.mp4") in refused.err
    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_video_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    with_body(page, '<video><source src="gone.webm"><source src="odd.mp4"></video>')
    (page.parent / "odd.mp4").write_bytes(b"no video at all" * 100)

    said = folder.render(page, "--allow-missing")

    assert said.code == 2, said
    assert "odd.mp4 cannot be shown" in said.err
    assert not folder.out.exists()


@WITH_FFMPEG
def test_a_video_whose_first_source_is_not_there_shows_the_second(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_page(
        tmp_path,
        '<!doctype html><meta name="framecrew" content="width=64px, height=36px, fps=25, duration=800ms">'
        '<style>body { margin: 0 } video { display: block }</style><video autoplay muted><source src="gone.webm">'
        '<source src="grey.mp4"></video>',
    )
    make_video(page.parent / "grey.mp4")

    said = folder.render(page, "--allow-missing")

    assert said.code == 0, said
    shown = greys(folder)
    assert all(abs(shown[frame] - (20 + 8 * frame)) <= 2 for frame in range(COUNT)), shown


@pytest.mark.thorough
def test_each_wait_has_a_limit_of_its_own(tmp_path: Path) -> None:
    """Together they may last longer than one, and than what a page is given to answer."""
    folder = Folder(tmp_path)

    def late() -> bytes:
        time.sleep(2.2)
        return b"1"

    with answering(late) as address:
        code = f"""if (frame === 3) {{
          document.body.style.background = "red";
          (async () => {{
            for (let i = 0; i < 4; i++) await (await fetch("{address}" + i)).text();
            document.body.style.background = "rgb(0 0 4)";
          }})();
          return;
        }}"""
        said = folder.render(
            write_hook(tmp_path, code),
            *("--page-wait", 3, "--frames", "2,3", "--frame-order", "any", "--tries", 1),
        )

    assert said.code == 0, said
    assert folder.shown() == {2: 2, 3: 3}


LAZY = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8"><style>
  html, body { margin: 0; background: black }
  img { position: absolute; width: 64px; height: 36px; top: 9000px }
</style><script>
  document.write(Array.from({ length: 20 }, (_, frame) => `<img loading="lazy" src="${frame}.svg">`).join(""));
  (function draw() {
    const frame = Math.round(performance.now() / 40);
    document.querySelectorAll("img").forEach((one, place) => { one.style.top = place === frame ? 0 : "9000px"; });
    requestAnimationFrame(draw);
  })();
</script>"""


@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_a_picture_that_is_loaded_when_seen_is_there_when_it_is_seen(
    tmp_path: Path, way: str
) -> None:
    folder = Folder(tmp_path)
    page = write_page(tmp_path, LAZY)
    for frame in range(COUNT):
        picture = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="999" height="999" fill="#0000%02x"/></svg>'
        (page.parent / f"{frame}.svg").write_text(picture % (frame + 1), encoding="utf-8")

    said = folder.render(page, "--slots", 2, "--chunk-size", 3, "--capture", way)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_picture_and_a_font_that_cannot_be_shown_are_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "if (frame === 3) { new Image().src = 'later.png'; }")
    with_body(
        page,
        "<style>@font-face { font-family: odd; src: url(odd.woff2) } b { font-family: odd }</style>"
        '<b style="position: absolute; opacity: 0">b</b><img src="odd.png" style="display: none">',
    )
    for name in ("odd.png", "later.png", "odd.woff2"):
        (page.parent / name).write_bytes(b"nothing of the kind" * 10)

    said = folder.render(page)

    assert said.code == 0, said
    assert "the image odd.png cannot be shown" in said.out
    assert "Failed to decode downloaded font: odd.woff2" in said.out
    assert "frame 3: console: the image later.png cannot be shown" in said.out
    assert folder.shown() == EXACT


@pytest.mark.parametrize("change", ["removeAttribute('src')", further("loading = 'lazy'")])
def test_a_picture_that_is_not_wanted_any_more_is_not_waited_for(
    tmp_path: Path, change: str
) -> None:
    folder = Folder(tmp_path)
    code = (
        f"if (frame === 2) {{ const one = new Image(); one.src = 'here.svg'; one.{change}; }}"
    )
    page = write_hook(tmp_path, code)
    (page.parent / "here.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8"
    )

    said = folder.render(page, "--page-wait", 3, "--tries", 1)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_frame_in_the_shadow_of_an_element_goes_by_the_clock(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_page(
        tmp_path,
        """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
      <style>html, body { margin: 0; overflow: hidden }</style><div></div><script>
        document.querySelector("div").attachShadow({ mode: "closed" }).innerHTML =
          `<iframe src="inner" style="border: 0; width: 64px; height: 36px; display: block"></iframe>`;
      </script>""",
    )
    inner = page.parent / "inner" / "index.html"
    inner.parent.mkdir()
    # What it names beside itself lies beside it.
    inner.write_text('<!doctype html><script src="draw.js"></script>', encoding="utf-8")
    (inner.parent / "draw.js").write_text(
        """(function draw() {
          document.documentElement.style.background = `rgb(0 0 ${Math.round(performance.now() / 40) + 1})`;
          requestAnimationFrame(draw);
        })();""",
        encoding="utf-8",
    )

    said = folder.render(page, "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == EXACT


@WITH_FFMPEG
@pytest.mark.parametrize("kind", ["blob:", further("data:")])
def test_a_sound_that_lies_in_the_page_itself_is_heard(tmp_path: Path, kind: str) -> None:
    """However long it is."""
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    level = tmp_path / "level.wav"
    write_level(level, 8000, 1.0)
    how = """ready: (async () => {
          await 0;
      let source = `data:audio/wav;base64,${WAV}`;
      if (KIND === "blob:") source = URL.createObjectURL(await (await fetch(source)).blob());
      window.framecrew.tracks = [{ src: source }];
    })(), seek(""".replace("KIND", repr(kind))
    encoded = base64.b64encode(level.read_bytes()).decode()
    text = page.read_text(encoding="utf-8").replace("seek(", how.replace("${WAV}", encoded), 1)
    page.write_text(text, encoding="utf-8")
    film = tmp_path / "film.mov"

    said = folder.terminal.run("render", page, "--output", film)
    again = folder.terminal.run("render", page, "--output", film)

    assert said.code == 0, said
    heard = heard_in(film)
    assert len(heard) == round(0.8 * RATE)
    assert abs(int(heard[RATE // 2]) - 8000) <= 1
    assert again.code == 0, again


@WITH_FFMPEG
def test_a_sound_of_a_server_that_has_it_not_is_missing_before_anything_starts(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    film = tmp_path / "film.mov"
    with served(tmp_path) as address:
        with_tracks(page, f'[{{ src: "{address}/gone.wav" }}]')
        refused = folder.terminal.run("render", page, "--output", film)
        said = folder.terminal.run("render", page, "--output", film, "--allow-missing")

    assert refused.code == 2, refused
    assert f"{address}/gone.wav" in refused.err
    assert "404" in refused.err
    assert said.code == 0, said
    with pytest.raises(subprocess.CalledProcessError):
        heard_in(film)


def test_a_sound_that_no_film_can_have_is_told_before_anything_starts(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    (page.parent / "words.mp3").write_text("no sound", encoding="utf-8")
    with_tracks(page, '[{ src: "words.mp3" }]')
    film = tmp_path / "film.mov"

    refused = folder.terminal.run("render", page, "--output", film)
    said = folder.terminal.run("render", page, "--output", film, "--allow-missing")
    pictures = folder.render(page)

    assert refused.code == 2, refused
    assert "words.mp3" in refused.err
    assert "found no sound that ffmpeg can read" in refused.err
    assert said.code == 0, said
    assert "words.mp3 is missing (no sound that ffmpeg can read" in said.out + said.err
    assert pictures.code == 0, pictures


@pytest.mark.parametrize(
    ("text", "told"), [(None, "cannot be read: No such file"), ("{", "holds no JSON")]
)
def test_props_that_cannot_be_read_are_told_by_their_flag(
    tmp_path: Path, text: str | None, told: str
) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    props = tmp_path / "props.json"
    if text is not None:
        props.write_text(text, encoding="utf-8")

    said = folder.render(page, "--props-file", props)

    assert said.code == 2, said
    assert f"found --props-file {props} {told}" in said.err
    assert "--allow-missing" not in said.err


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ('width: "wide"', "a width of 'wide'"),
        further("height: 0", "64x0"),
        further("duration: NaN", "a duration of 'NaN'"),
        further("duration: -1", "less than nothing"),
        further("duration: 1e12", "more frames than there are numbers for"),
    ],
)
def test_what_a_page_tells_of_itself_and_is_no_number_is_refused(
    tmp_path: Path, told: str, words: str
) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    name = told.partition(":")[0]
    text = re.sub(rf"\b{name}: [\d.]+", told, page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")

    said = folder.render(page)

    assert said.code == 2, said
    assert words in said.err
    assert not folder.out.exists()
