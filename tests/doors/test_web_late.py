"""What comes late or never: fonts of a slow server; a way of capture that fails in mid-chunk."""

import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cases import further
from doors.web import (
    COUNT,
    EXACT,
    PAGES,
    SHELL,
    WITH_BROWSER,
    Folder,
    pixels_in,
    write_hook,
    write_page,
)
from servers import answering, never_answering

import framecrew
from framecrew.sessions.stand_in_session import png

pytestmark = WITH_BROWSER

BLOCK = """<!doctype html><style>
  @font-face { font-family: Late; src: url("ADDRESS"); font-display: swap }
  body { margin: 0; background: #f00; overflow: hidden }
  div { font: 100px/36px Late, monospace; margin: -36px }
</style><div></div><script>
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {
    const div = document.querySelector("div");
    div.style.color = `rgb(0 0 ${frame + 1})`;
    div.textContent = frame < 3 ? "" : "AAAA";
    document.body.style.background = frame < 3 ? `rgb(0 0 ${frame + 1})` : "#f00";
  } };
</script>"""
"""From frame 3 on it shows letters: in the font that comes late each fills more than the page."""


def font_of_blocks() -> bytes:
    """A TrueType font whose only letter, A, is one block of two lines' height."""
    block = struct.pack(">hhhhhHH", 1, -1000, -1000, 1000, 2000, 3, 0)
    block += bytes([1] * 4) + struct.pack(">8h", -1000, 2000, 0, -2000, -1000, 0, 3000, 0)
    cmap = struct.pack(">HHHHIHHHHHHH", 0, 1, 3, 1, 12, 4, 32, 0, 4, 4, 1, 0)
    cmap += struct.pack(">HHHHHHHHH", 65, 0xFFFF, 0, 65, 0xFFFF, (1 - 65) & 0xFFFF, 1, 0, 0)
    names = [(1, "Late"), (2, "Regular"), (3, "Late"), (4, "Late"), (5, "1.0"), (6, "Late")]
    texts, records = b"", b""
    for number, text in names:
        coded = text.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(coded), len(texts))
        texts += coded
    tables = {
        b"OS/2": struct.pack(">HhHHH11h", 4, 1000, 400, 5, 0, *[100] * 10, 0)
        + bytes(10)
        + bytes(16)
        + b"none"
        + struct.pack(
            ">HHHhhhHHIIhhHHH", 64, 65, 65, 800, -200, 0, 2000, 1000, 1, 0, 0, 0, 0, 32, 1
        ),
        b"cmap": cmap,
        b"glyf": block,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0),
            *(-1000, -1000, 1000, 2000, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhh8xhH", 0x10000, 800, -200, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, -1000),
        b"loca": struct.pack(">3I", 0, 0, len(block)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": struct.pack(">3H", 0, len(names), 6 + len(records)) + records + texts,
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    tables = {name: data + bytes(-len(data) % 4) for name, data in tables.items()}
    place = 12 + 16 * len(tables)
    listed = b""
    for name, data in tables.items():
        total = sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF
        listed += name + struct.pack(">III", total, place, len(data))
        place += len(data)
    head = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128)
    return head + listed + b"".join(tables.values())


def test_no_frame_is_captured_before_a_font_that_comes_late(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    def late() -> bytes:
        time.sleep(0.5)
        return font_of_blocks()

    with answering(late) as address:
        scene = write_page(tmp_path, BLOCK.replace("ADDRESS", address))
        said = folder.render(scene, "--slots", 1, "--frame-order", "any")
    assert said.code == 0, said
    assert folder.shown() == EXACT


ASKED = {
    "fetch": "fetch(address);",
    "XMLHttpRequest": "const one = new XMLHttpRequest(); one.open('GET', address); one.send();",
}


@pytest.mark.parametrize("name", [further("fetch"), "XMLHttpRequest"])
def test_what_never_answers_is_named_by_its_address(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    with never_answering() as address:
        code = f"const address = '{address}words.json'; if (frame === 3) {{ {ASKED[name]} }}"
        said = folder.render(
            write_hook(tmp_path, code),
            *("--page-wait", 0.5, "--frames", "2,3", "--frame-order", "any", "--tries", 1),
        )
    assert said.code == 3, said
    assert folder.shown() == {2: 2}
    assert f"{name}({address}words.json) was not ready after 0.5 s" in said.out + said.err


ANIMATED = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8"><style>
  @keyframes count { to { opacity: 0.5 } }
  body { margin: 0; background: rgb(0 0 1); animation: count 0.12s step-end 2 }
</style><body><img src="ADDRESS" hidden><script>
  let begun = 0, again = 0, ended = 0;
  function show() {
    document.body.style.background = `rgb(0 0 ${begun + 2 * again + 4 * ended})`;
  }
  document.body.onanimationstart = () => { begun += 1; show(); };
  document.body.onanimationiteration = () => { again += 1; show(); };
  document.body.onanimationend = () => { ended += 1; show(); };
</script>"""
"""An animation that is over before the page is loaded, by the real time."""


@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_an_animation_begins_when_the_page_is_there_and_tells_of_it_then(
    tmp_path: Path, way: str
) -> None:
    folder = Folder(tmp_path)

    def late() -> bytes:
        time.sleep(1)
        return b""

    with answering(late) as address:
        scene = write_page(tmp_path, ANIMATED.replace("ADDRESS", address))
        said = folder.render(scene, "--slots", 1, "--capture", way)
    assert said.code == 0, said
    told = [1] * 3 + [1 + 2] * 3 + [1 + 2 + 4] * (COUNT - 6)
    assert folder.shown() == {frame: number - 1 for frame, number in enumerate(told)}


READING = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
<body style="margin: 0"><script>(async () => {
  const blob = new Blob([new Uint8Array(2e7)]);
  for (let time = 0; time < 20; time++) await blob.arrayBuffer();
  let count = 0;
  (function draw() {
    document.body.style.background = `rgb(0 0 ${count++})`;
    requestAnimationFrame(draw);
  })();
})();</script>"""
"""It begins to draw when it has read all, which is after it was loaded, and draws again in its first frame."""


def test_the_first_frame_comes_after_what_a_page_reads_at_its_start(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    said = folder.render(write_page(tmp_path, READING), "--slots", 1)
    assert said.code == 0, said
    assert folder.shown() == EXACT


HEAVY = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8"><style>
  @keyframes count { from { background: rgb(0 0 1) } to { background: rgb(0 0 3) } }
  body { margin: 0; animation: count 0.08s linear forwards }
  p { opacity: 0.01 } i { filter: blur(2px) }
</style><body><div></div><script>
  document.querySelector("div").innerHTML = "<p>one<i>two</i></p>".repeat(5000);
</script>"""
"""An animation that is over before its first frame is drawn, by the real time."""


@pytest.mark.parametrize("way", ["screenshot", further("begin-frame")])
def test_an_animation_begins_with_its_first_frame_however_long_that_takes_to_draw(
    tmp_path: Path, way: str
) -> None:
    folder = Folder(tmp_path)
    scene = write_page(tmp_path, HEAVY)
    said = folder.render(scene, "--slots", 1, "--frames", "0-4", "--capture", way)
    assert said.code == 0, said
    for frame, blue in enumerate((1, 2, 3, 3, 3)):
        assert (0, 0, blue) in pixels_in(folder.picture(frame)), frame


def test_a_font_that_never_comes_costs_the_frames_that_need_it_and_is_named(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    with never_answering() as address:
        said = folder.render(
            write_page(tmp_path, BLOCK.replace("ADDRESS", address)),
            *("--slots", 1, "--page-wait", 0.5, "--frames", "1-3", "--tries", 1),
            *("--frame-order", "any"),
        )
    assert said.code == 3, said
    assert folder.shown() == {1: 1, 2: 2}
    assert "the font Late" in said.err + said.out


TAINTED = """<!doctype html><body style="margin: 0">
<canvas width="64" height="36" style="display: block"></canvas><script>
  const brush = document.querySelector("canvas").getContext("2d"), image = new Image();
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8,
    ready: new Promise((done) => { image.onload = done; image.src = "ADDRESS"; }),
    seek(t, frame) {
      if (frame === 9) brush.drawImage(image, 0, 0);
      brush.fillStyle = `rgb(0 0 ${10 * frame + 10})`;
      brush.fillRect(0, 0, 64, 36);
    } };
</script>"""
"""From its frame 9 on nothing may be read of the canvas any more, for a picture of elsewhere was drawn on it."""


@pytest.mark.thorough
def test_a_canvas_that_can_not_be_read_any_more_is_taken_of_the_screen_from_that_frame_on(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    picture: bytes = png(64, 36, 1)  # type: ignore[no-untyped-call]
    with answering(lambda: picture) as address:
        scene = write_page(tmp_path, TAINTED.replace("ADDRESS", address))
        arguments = ("--slots", 1, "--chunk-size", COUNT)
        told = folder.terminal.run("plan", scene, "--output", folder.out / "f_####.jpg")
        said = folder.render(scene, *arguments, ending="jpg")
    assert "from its canvas" in told.out
    assert said.code == 0, said
    assert "frame 9: " in said.out + said.err
    assert "pictures are taken of the screen" in said.out + said.err
    for frame, path in enumerate(sorted(folder.out.iterdir())):
        (pixel,) = pixels_in(path)
        assert pixel == pytest.approx((0, 0, 10 * frame + 10), abs=3)
    assert len(folder.terminal.attempts(1)) == 1
    assert folder.terminal.rendered(1) == list(range(COUNT))


CBOR = Path(framecrew.__file__).parent / "sessions" / "web" / "cbor.py"

TIRED = """#!{python}
import os, runpy, subprocess, sys, threading
if "--version" in sys.argv:
    os.execv({shell!r}, sys.argv)
cbor = runpy.run_path({cbor!r})
(theirs, to), (back, ours) = os.pipe(), os.pipe()
browser = subprocess.Popen(
    ["sh", "-c", f'exec "$0" "$@" 3<&{{theirs}} 4>&{{ours}}', {shell!r}, *sys.argv[1:]],
    pass_fds=(theirs, ours),
)
os.close(theirs)
os.close(ours)
asking, answering = os.fdopen(3, "rb"), os.fdopen(4, "wb", 0)
browser_hears, browser_says = os.fdopen(to, "wb", 0), os.fdopen(back, "rb")
lock = threading.Lock()

def send(target, data):
    with lock:
        while data:
            data = data[target.write(data):]

def ask():
    pictures = 0
    while (message := cbor["read_message"](asking)) is not None:
        is_picture = "screenshot" in message["params"]
        pictures += is_picture
        if is_picture and pictures > {most}:
            refusal = {{"id": message["id"], "error": {{"message": "tired"}}, "sessionId": message["sessionId"]}}
            send(answering, cbor["encode"](refusal))
            pictures = 0
        elif message["method"].endswith("beginFrame") and not is_picture and os.path.exists({once!r}):
            os.path.isfile({once!r}) and os.remove({once!r})
        else:
            send(browser_hears, cbor["encode"](message))
    browser_hears.close()

threading.Thread(target=ask, daemon=True).start()
while head := browser_says.read(cbor["ENVELOPE_BYTES"]):
    send(answering, head + browser_says.read(int.from_bytes(head[-4:], "big")))
sys.exit(browser.wait())
"""
"""A browser that refuses to draw when it has been told to so many times, and, where a file is there, never ends
one round without a picture, or none where it is a folder; each is one message on pipes."""


def write_tired_browser(folder: Path, *, most: int, once: str = "") -> Path:
    browser = folder / "headless-shell"
    text = TIRED.format(
        python=sys.executable, shell=SHELL, cbor=str(CBOR), most=most, once=once
    )
    browser.write_text(text, encoding="utf-8")
    browser.chmod(0o755)
    return browser


@pytest.mark.skipif(sys.platform == "win32" or not SHELL, reason="scripts are POSIX'")
def test_a_browser_that_does_not_draw_any_more_is_captured_in_the_other_way_in_mid_chunk(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    said = folder.render(
        *(PAGES / "own.html", "--program", write_tired_browser(tmp_path, most=9)),
        *("--slots", 1, "--chunk-size", COUNT, "--frame-order", "any"),
    )
    assert said.code == 0, said
    assert "tired; it is taken as a screenshot" in said.out + said.err
    assert folder.shown() == EXACT
    assert len(folder.terminal.attempts(1)) == 1


ENCODING = """
  const canvas = new OffscreenCanvas(8, 8);
  canvas.getContext("2d");
  await canvas.convertToBlob();
"""
"""Done when the browser is idle, which is long enough for it to be told to draw meanwhile."""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32" or not SHELL, reason="scripts are POSIX'")
@pytest.mark.parametrize(
    ("when", "word"),
    [
        ("at first", "a new one takes its place"),
        ("in a frame", "it is taken as a screenshot"),
        ("always", "nor does the new one; frames are taken as screenshots"),
    ],
)
def test_where_a_browser_never_ends_a_round_no_frame_is_lost(
    tmp_path: Path, when: str, word: str
) -> None:
    folder, once = Folder(tmp_path), tmp_path / "once"
    scene = write_hook(tmp_path, f"for (let n = 0; n < 5e7; n++); {ENCODING}")
    ready = f"window.framecrew.ready = (async () => {{ {ENCODING} }})();</script>"
    text = scene.read_text().replace("seek(t, frame)", "async seek(t, frame)")
    scene.write_text(text.replace("</script>", ready))
    browser = write_tired_browser(tmp_path, most=1000, once=str(once))
    if when == "always":
        once.mkdir()
    elif when == "at first":
        once.touch()
    output = folder.out / "f_####.png"
    arguments = ("render", scene, "--output", output, "--program", browser, "--slots", 1)
    with folder.terminal.start(*arguments, "--plain") as running:
        if when == "in a frame":
            running.until_said("done in")
            once.touch()
        said = running.end(timeout=90)
    assert said.code == 0, said
    assert once.is_dir() or not once.exists()
    assert folder.shown() == EXACT
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert word in said.out + logs


VIDEOS = """<!doctype html><body style="margin: 0"><style>
  video { position: absolute; width: 8px; height: 8px; visibility: hidden }
</style><script>
  for (let place = 0; place < 60; place++) {
    const video = document.createElement("video");
    Object.assign(video, { src: "red.webm", muted: true });
    video.style.left = `${8 * (place % 3)}px`;
    document.body.append(video);
  }
  function show(frame) {
    document.querySelectorAll("video").forEach((video, place) => {
      video.style.visibility = Math.floor(place / 3) === frame ? "visible" : "hidden";
      if (Math.floor(place / 3) === frame) video.currentTime = 0.5;
    });
  }
</script>"""
"""Three others are to be seen in every frame; the compositor has to make room for each of them."""

SHOWN = """<script>
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, async seek(t, frame) {
    document.body.style.background = `rgb(0 0 ${frame + 1})`;
    PLACE.show(frame);
  } };
</script>"""

FRAMED = """<!doctype html><body style="margin: 0">
<iframe src="videos.html" style="border: 0; width: 24px; height: 8px; display: block"></iframe>"""


@pytest.mark.parametrize(
    "text",
    [
        further(VIDEOS + SHOWN.replace("PLACE", "window")),
        FRAMED + SHOWN.replace("PLACE", "window[0]"),
    ],
    ids=["page", "frame"],
)
def test_a_frame_in_which_videos_appear_shows_them_and_all_else_of_it(
    tmp_path: Path, text: str
) -> None:
    folder, scene = Folder(tmp_path), write_page(tmp_path, text)
    (scene.parent / "videos.html").write_text(VIDEOS, encoding="utf-8")
    # Black at first, so that what a video stood at before is not taken for what it shows.
    red = ("-f", "lavfi", "-i", "color=red:16x16:25:d=1")
    late = ("-vf", "drawbox=color=black:t=fill:enable='lt(t,0.2)'", "-c:v", "libvpx-vp9")
    subprocess.run(
        ["ffmpeg", "-v", "error", *red, *late, scene.parent / "red.webm"], check=True
    )

    said = folder.render(scene, "--slots", 2, "--frame-order", "any")

    assert said.code == 0, said
    for frame in range(COUNT):
        seen = pixels_in(folder.picture(frame))
        assert (0, 0, frame + 1) in {pixel[:3] for pixel in seen}, frame
        assert any(pixel[0] > 200 for pixel in seen), frame
        assert (0, 0, 0) not in {pixel[:3] for pixel in seen}, frame
