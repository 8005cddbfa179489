"""Pages that pester, go away, lose what they draw on, or do what framecrew does not cover."""

import json
import shutil
import ssl
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, make_video
from doors.web import EXACT, PAGES, WITH_BROWSER, Folder, pixels_in, write_hook, write_page
from servers import Files, answering, served, serving

pytestmark = WITH_BROWSER


@pytest.mark.thorough
def test_a_page_that_pesters_in_a_folder_of_any_name_is_rendered_all_the_same(
    tmp_path: Path,
) -> None:
    """Nobody is there to answer, to look at a window, or to take a file."""
    place = tmp_path / "Büro & Söhne #1 100%"
    place.mkdir()
    code = """
      if (frame === 3) { alert("look!"); if (!confirm("sure?")) throw new Error("refused"); prompt("name?", "x"); }
      if (frame === 5) { window.open("other.html"); window.print(); window.close(); }
      if (frame === 6) { location.hash = "six"; navigator.geolocation.getCurrentPosition(() => {}, () => {}); }
      if (frame === 7) {
        const link = document.createElement("a");
        Object.assign(link, { href: "data:text/plain,hi", download: "unwanted.txt" }).click();
      }
      window.onbeforeunload = (event) => event.preventDefault();"""
    folder = Folder(place)

    said = folder.render(write_hook(place, code), "--slots", 1, "--page-wait", 3)

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert "alert 'look!' was answered with OK" in said.out
    assert not list(tmp_path.rglob("unwanted*"))


def test_a_page_that_goes_elsewhere_costs_its_frame_and_is_opened_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = "if (frame === 8) { location.href = 'other.html'; return new Promise(() => {}); }"
    path = write_hook(tmp_path, code)
    (path.parent / "other.html").write_text("<body>elsewhere")

    said = folder.render(path, "--slots", 1, "--tries", 1, "--frames", "7-11")

    assert said.code == 3, said
    assert folder.shown() == {frame: frame for frame in (7, 9, 10, 11)}
    assert "the page went to" in said.out


def test_a_lost_webgl_context_costs_its_frame_and_leaves_no_other_blank(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    code = """
      if (!window.gl) {
        const canvas = document.createElement("canvas");
        canvas.style = "position: fixed; inset: 0; width: 64px; height: 36px";
        document.body.append(canvas);
        window.gl = canvas.getContext("webgl", { alpha: false });
      }
      gl.clearColor(0, 0, (frame + 1) / 255, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (frame === 9) gl.getExtension("WEBGL_lose_context").loseContext();
      frame = 99;"""

    said = folder.render(
        write_hook(tmp_path, code),
        *("--slots", 1, "--tries", 1, "--frames", "8-11", "--page-wait", 5),
    )

    assert said.code == 3, said
    assert folder.shown() == {8: 8, 10: 10, 11: 11}
    assert "the WebGL context was lost" in said.out + said.err


def test_a_webgl_context_that_is_lost_in_a_frame_that_nobody_sees_leaves_none_blank(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    page = write_page(
        tmp_path,
        """<!doctype html><style>body { margin: 0 }</style><body><canvas width="64" height="36"></canvas><script>
      const gl = document.querySelector("canvas").getContext("webgl", { alpha: false });
      const other = gl.getExtension("WEBGL_lose_context");
      (function draw() {
        const frame = Math.round(performance.now() / 40);
        gl.clearColor(0, 0, (frame + 1) / 255, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        if (frame === 3) other.loseContext();
        requestAnimationFrame(draw);
      })();
    </script>""",
    )

    said = folder.render(
        page,
        *("--slots", 1, "--tries", 1, "--frames", "6-7", "--page-wait", 5),
        *("--size", "64x36", "--fps", 25, "--page-errors", "warn"),
    )

    assert said.code == 1, said
    assert folder.shown() == {}
    assert "the WebGL context was lost" in said.out + said.err


def test_a_page_may_try_out_whether_there_is_webgl(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = """
      const tried = document.createElement("canvas").getContext("webgl2");
      tried.getExtension("WEBGL_lose_context").loseContext();"""

    said = folder.render(write_hook(tmp_path, code), "--slots", 1, "--frames", "2-4")

    assert said.code == 0, said
    assert folder.shown() == {2: 2, 3: 3, 4: 4}


def test_what_is_not_covered_is_told_and_not_passed_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with answering() as address:
        code = f"""
          if (!window.begun) {{
            window.begun = true;
            new SharedWorker("data:text/javascript,0");
            document.body.insertAdjacentHTML("beforeend", '<iframe hidden sandbox src="{address}"></iframe>');
          }}"""
        said = folder.render(
            write_hook(tmp_path, code),
            *("--slots", 1, "--frames", "2,3,4", "--frame-order", "any"),
        )

    assert said.code == 0, said
    assert "the shared worker data:text/javascript,0 keeps the real time" in said.out
    assert f"the frame {address} keeps the real time" in said.out


LEAVING = """<script>
  // It goes elsewhere as soon as all it was waited for is there, before anybody could look.
  const release = framecrewHold("a moment");
  setTimeout(() => {
    release();
    location = "javascript:'elsewhere'";
  }, 100);
</script>"""


@pytest.mark.thorough
def test_a_frame_that_leaves_once_it_is_ready_holds_nothing_up(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    frames = '<iframe hidden src="leaving.html"></iframe>' * 5
    code = f"if (frame) document.body.insertAdjacentHTML('beforeend', '{frames}')"
    scene = write_hook(tmp_path, code)
    (scene.parent / "leaving.html").write_text(LEAVING)

    said = folder.render(scene, "--frames", "0-5", "--slots", 1, "--page-wait", 3)

    assert said.code == 0, said
    assert "stall" not in said.out, said


def test_a_server_that_has_no_such_page_is_no_page(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        scene = f"{address}/nothing.html"
        said = Folder(tmp_path).render(scene, "--frames", "0-3", "--page-wait", 3)

    assert said.code == 2, said
    assert "nothing.html is not there: status 404" in said.err
    assert not list(tmp_path.rglob("f_*"))


def test_a_picture_that_moves_by_itself_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = """
      if (!window.begun) {
        window.begun = true;
        document.body.insertAdjacentHTML("beforeend", '<img hidden src="moving.svg"><img hidden src="still.svg">');
      }"""
    path = write_hook(tmp_path, code)
    still = '<svg xmlns="http://www.w3.org/2000/svg"><rect>INSIDE</rect></svg>'
    (path.parent / "still.svg").write_text(still.replace("INSIDE", ""))
    moves = '<animate attributeName="x" from="0" to="9" dur="1s"/>'
    (path.parent / "moving.svg").write_text(still.replace("INSIDE", moves))

    said = folder.render(path, "--slots", 1, "--frame-order", "any")

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert "the picture moving.svg moves by itself" in said.out
    assert "still.svg" not in said.out


@WITH_FFMPEG
@pytest.mark.parametrize("how", ["attached", further("declared")])
def test_a_video_in_the_shadow_of_an_element_shows_its_frame(tmp_path: Path, how: str) -> None:
    make_video(tmp_path / "video.mp4")
    video = '<video src="video.mp4" muted autoplay style="display: block"></video>'
    inside = {
        "attached": "<div></div><script>document.querySelector('div').attachShadow({mode: 'closed'})"
        f".innerHTML = '{video}'</script>",
        "declared": f'<div><template shadowrootmode="open">{video}</template></div>',
    }
    path = tmp_path / "index.html"
    path.write_text(
        '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
        f'<body style="margin: 0">{inside[how]}'
    )
    folder = Folder(tmp_path)

    said = folder.render(path, "--slots", 1, "--frames", "0,7,19")

    assert said.code == 0, said
    for frame in (0, 7, 19):
        (grey, *_) = min(pixels_in(folder.picture(frame)))
        assert abs(grey - (20 + 8 * frame)) <= 2, frame


SEVERAL_SEEKS = """<!doctype html><meta charset="utf-8"><body style="margin: 0">
<video src="video.mp4" muted style="display: block"></video><script>
  const video = document.querySelector("video");
  const goTo = (time) => Promise.all([
    new Promise((done) => { video.requestVideoFrameCallback((now, picture) => done([now, picture])); }),
    new Promise((done) => { video.addEventListener("seeked", done, { once: true }); video.currentTime = time; }),
  ]);
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, async seek(t, frame) {
    // At times again and again within one picture of the video, as who looks for its border does.
    for (const part of frame % 3 ? [0.5] : [0.5, 0.2, 0.5]) {
      const [[now, picture]] = await goTo(t + part / 25);
      if (now !== t * 1000 || picture.expectedDisplayTime !== now) throw new Error(`told at ${now}`);
    }
  } };
</script>"""


@pytest.mark.thorough
@WITH_FFMPEG
def test_a_video_that_is_put_to_a_time_again_and_again_shows_its_frame(tmp_path: Path) -> None:
    make_video(tmp_path / "video.mp4")
    path = tmp_path / "index.html"
    path.write_text(SEVERAL_SEEKS, encoding="utf-8")
    folder = Folder(tmp_path)

    said = folder.render(path, "--slots", 2, "--page-wait", 5)

    assert said.code == 0, said
    for frame in range(20):
        (grey, *_) = min(pixels_in(folder.picture(frame)))
        assert abs(grey - (20 + 8 * frame)) <= 2, frame


@pytest.mark.thorough
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make a certificate with")
def test_a_page_of_this_machine_may_have_a_certificate_that_nobody_vouches_for(
    tmp_path: Path,
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ),
            *("-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=elsewhere"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    folder = Folder(tmp_path)
    with serving(partial(Files, directory=PAGES), secured_by=context) as address:
        said = folder.render(f"{address}/own.html", "--frames", "0-3")

    assert said.code == 0, said
    assert folder.shown() == {frame: frame for frame in range(4)}


@pytest.mark.skipif(sys.platform == "win32", reason="scripts are POSIX'")
@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("os.write(4, b'{}' * 9 + b'\\0'); time.sleep(600)", "is not understood"),
        ("sys.exit(3)", "ended at once (code 3)"),
    ],
)
def test_what_is_no_browser_is_told_at_once(tmp_path: Path, does: str, words: str) -> None:
    browser = tmp_path / "browser"
    version = "if '--version' in sys.argv: sys.exit(print('Chromium 156.0.1.2'))"
    browser.write_text(f"#!{sys.executable}\nimport os, sys, time\n{version}\n{does}\n")
    browser.chmod(0o755)

    said = Folder(tmp_path).render(PAGES / "own.html", "--program", browser)

    assert said.code == 2, said
    assert words in said.err
    assert not list(tmp_path.rglob("f_*"))


@pytest.mark.thorough
@pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("chromium"),
    reason="no chromium here, or no scripts",
)
def test_a_browser_that_does_not_draw_when_told_to_is_captured_in_the_other_way(
    tmp_path: Path,
) -> None:
    """It has the name of one that does."""
    browser = tmp_path / "headless-shell"
    browser.write_text(f'#!/bin/sh\nexec {shutil.which("chromium")} "$@"\n')
    browser.chmod(0o755)
    folder = Folder(tmp_path)

    said = folder.render(
        PAGES / "own.html", "--program", browser, "--frames", "0-2", "--slots", 5
    )

    assert said.code == 0, said
    assert folder.shown() == {0: 0, 1: 1, 2: 2}


def test_a_server_that_is_gone_costs_the_frames_that_need_it_and_no_time(
    tmp_path: Path,
) -> None:
    root = tmp_path / "site"
    root.mkdir()
    path = write_hook(root, "await fetch('number.txt?' + frame, { cache: 'no-store' });")
    path.write_text(path.read_text().replace("seek(t, frame)", "async seek(t, frame)"))
    (path.parent / "number.txt").write_text("0")
    folder = Folder(tmp_path)

    class Dying(Files):
        def do_GET(self) -> None:  # noqa: N802 - the name that the library asks for
            if "?4" in self.path:
                threading.Thread(target=self.server.shutdown).start()
                self.close_connection = True
                return
            super().do_GET()

    with serving(partial(Dying, directory=path.parent)) as address:
        said = folder.render(
            *(f"{address}/index.html", "--frames", "2-5", "--slots", 1),
            *("--frame-order", "any", "--tries", 1, "--page-wait", 3),
        )

    assert said.code == 3, said
    assert folder.shown() == {2: 2, 3: 3}
    assert "Failed to fetch" in said.out + said.err


@pytest.mark.thorough
def test_what_is_handed_to_a_page_arrives_as_it_was_written(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = "if (framecrewProps.list[1].name !== 'Zoë \"quoted\"') throw new Error('props');"
    props = json.dumps({"list": [1, {"name": 'Zoë "quoted"'}]})

    said = folder.render(write_hook(tmp_path, code), "--props", props, "--frames", "0,1")

    assert said.code == 0, said


@pytest.mark.parametrize(
    ("asked", "told"),
    [(("--size", "20000x90"), "20000x90"), (("--size", "9000x90", "--scale", 2), "at scale 2")],
)
def test_a_size_that_no_browser_draws_is_refused(
    tmp_path: Path, asked: tuple[object, ...], told: str
) -> None:
    folder = Folder(tmp_path)
    said = folder.render(PAGES / "own.html", *asked)
    assert said.code == 2, said
    assert told in said.err
    assert "at most 16384 pixels on a side" in said.err
    assert not folder.out.exists()


def test_a_place_in_a_page_is_opened_as_often_as_it_has_to_be(tmp_path: Path) -> None:
    """Its size is told, and its frames are played from the start."""
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "if (location.hash !== '#/intro') throw new Error(location);")
    with served(page.parent) as address:
        said = folder.render(
            f"{address}/index.html#/intro",
            *("--slots", 1, "--chunk-size", 3, "--frame-order", "replay", "--page-wait", 5),
        )

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_page_that_is_changed_meanwhile_is_not_mixed_with_what_it_was(tmp_path: Path) -> None:
    """It is opened once more where it, or its browser, was lost."""
    folder = Folder(tmp_path)

    def change() -> bytes:
        page.write_text(page.read_text(encoding="utf-8") + "<p>new</p>", encoding="utf-8")
        return b""

    with answering(change) as address:
        code = (
            f"if (frame === 3) fetch('{address}'); if (frame === 5) location.href = '?again';"
        )
        page = write_hook(tmp_path, code)
        said = folder.render(page, "--slots", 1, "--frames", "3,5", "--frame-order", "any")

    assert said.code == 3, said
    assert folder.shown() == {3: 3}
    assert f"{page} has changed since rendering began" in said.err + said.out


def test_a_page_that_goes_where_nothing_is_shows_no_frame_of_that(tmp_path: Path) -> None:
    """At some moment of a frame, or between two."""
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    text = page.read_text(encoding="utf-8")
    leave = "setTimeout(() => { location.href = 'http://nowhere.invalid/'; }, 100);"
    page.write_text(text.replace("<script>", f"<script>{leave}"), encoding="utf-8")

    said = folder.render(page, "--slots", 1, "--frame-order", "any", "--tries", 1)

    # On a busy machine it may be gone before it is opened.
    assert said.code in {2, 3}, said
    shown = folder.shown() if said.code == 3 else {}
    assert shown == {frame: frame for frame in shown}
    assert "the page went to http://nowhere.invalid/" in said.err + said.out


def test_a_page_that_leads_to_nothing_is_refused(tmp_path: Path) -> None:
    """The browser would show a page of its own, in all frames."""
    folder = Folder(tmp_path)
    page = write_page(tmp_path, "<script>location.href = 'http://nowhere.invalid/';</script>")

    said = folder.render(page, "--frames", "0-3")

    assert said.code == 2, said
    assert "it leads to http://nowhere.invalid/, where nothing is" in said.err
    assert not folder.out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_file_out_of_reach_is_told_as_such(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("<body>", '<body><img src="link.png">'), encoding="utf-8")
    (tmp_path / "outside.png").write_bytes(b"a picture")
    (page.parent / "link.png").symlink_to(tmp_path / "outside.png")

    said = folder.render(page)

    assert said.code == 2, said
    assert "outside of the folder that is served, see --root" in said.err


def test_a_page_that_leads_on_to_another_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    page = write_hook(tmp_path, "")
    first = page.with_name("first page.html")
    first.write_text(
        '<meta http-equiv="refresh" content="0; url=index.html">', encoding="utf-8"
    )

    said = folder.render(first)
    direct = folder.render(page)

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert "the page leads on to index.html, which is rendered" in said.out
    assert "leads on" not in direct.out
