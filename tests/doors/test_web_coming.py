"""What a script asks the browser for: it goes on in the frame in which it asked, however long that takes."""

from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, make_video, write_level
from doors.web import COUNT, WITH_BROWSER, Folder, write_page

from framecrew.media.pixels import open_picture

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

AT, CELL = 5, 4
"""The frame in which everything is asked for; the pixels of the place where each tells that it has come."""

ASKED = {
    "decoded": """const bytes = await (await fetch("level.wav")).arrayBuffer();
        await new AudioContext().decodeAudioData(bytes)""",
    "rendered": """const context = new OfflineAudioContext(1, 48000 * 20, 48000), tone = context.createOscillator();
        tone.connect(context.destination); tone.start(); await context.startRendering()""",
    "derived": """const key = await crypto.subtle.importKey("raw", new Uint8Array(9), "PBKDF2", false, ["deriveBits"]);
        const how = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(16), iterations: 200000 };
        await crypto.subtle.deriveBits(how, key, 256)""",
    "cached": """const cache = await caches.open("any"); await cache.put("/a", new Response("a"));
        if (await (await cache.match("/a")).text() !== "a") throw new Error("another")""",
    "stored": """const open = indexedDB.open("any", 1);
        open.onupgradeneeded = () => open.result.createObjectStore("words");
        await new Promise((done) => { open.onsuccess = done; });
        const change = open.result.transaction("words", "readwrite");
        for (let n = 0; n < 200; n++) change.objectStore("words").put("x".repeat(1000), n);
        await new Promise((done) => { change.oncomplete = done; })""",
    "written": """const folder = await navigator.storage.getDirectory();
        const file = await folder.getFileHandle("a", { create: true }), into = await file.createWritable();
        await into.write("a"); await into.close(); await (await file.getFile()).text()""",
    "locked": """await navigator.locks.request("any", async () => undefined)""",
    "encoded": """const coder = new VideoEncoder({ output() {}, error: console.error });
        coder.configure({ codec: "vp8", width: 320, height: 180 });
        for (let n = 0; n < 20; n++) {
          const canvas = new OffscreenCanvas(320, 180); canvas.getContext("2d").fillRect(n, 0, 9, 9);
          const picture = new VideoFrame(canvas, { timestamp: n * 33000 }); coder.encode(picture); picture.close();
        }
        await coder.flush()""",
    "played": """const sound = new Audio("level.wav");
        await new Promise((done) => { sound.oncanplaythrough = done; })""",
    "shown": """const video = document.createElement("video"); video.muted = true; video.src = "video.mp4";
        await new Promise((done) => { video.onloadeddata = done; })""",
    "in the page": """const box = document.createElement("div"); box.style.opacity = 0;
        box.innerHTML = '<video muted src="video.mp4?2"></video>'; document.body.append(box);
        await new Promise((done) => { box.firstChild.oncanplaythrough = done; })""",
    "served": """await navigator.serviceWorker.register("worker.js"); await navigator.serviceWorker.ready""",
}

PAGE = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
<style>body { margin: 0; background: black } b { position: fixed; top: 0; width: 4px; height: 36px; background: white }
</style>
<script>
  const asked = [%s];
  setTimeout(() => {
    for (const [n, ask] of asked.entries()) {
      ask().then(() => {
        const cell = document.body.appendChild(document.createElement("b"));
        cell.style.left = `${4 * n}px`;
      });
    }
  }, 190);
</script>"""


@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_what_is_asked_for_has_come_in_the_frame_that_asked(tmp_path: Path, way: str) -> None:
    code = ", ".join(f"async () => {{ {one} }}" for one in ASKED.values())
    page = write_page(tmp_path, PAGE % code)
    make_video(page.parent / "video.mp4")
    write_level(page.parent / "level.wav", 8000, 20)
    (page.parent / "worker.js").write_text("", encoding="utf-8")
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2, "--capture", way)

    assert said.code == 0, said
    for frame in range(COUNT):
        with open_picture(folder.picture(frame)) as opened:
            row = next(opened.strips(next(opened.parts())))[0]
        seen = {name for n, name in enumerate(ASKED) if row[CELL * n + 1][0] > 128}
        assert seen == (set(ASKED) if frame >= AT else set()), frame


def test_a_lock_that_is_given_away_later_keeps_nothing_back(tmp_path: Path) -> None:
    code = """const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      navigator.locks.request("any", () => wait(400));
      navigator.locks.request("any", async () => {
        document.body.style.background = `rgb(0 0 ${Math.round(performance.now() / 40)})`;
      });"""
    head = '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
    text = f'{head}<body style="background: rgb(0 0 1)"><script>{code}</script>'
    folder = Folder(tmp_path)

    said = folder.render(write_page(tmp_path, text), "--slots", 1)

    assert said.code == 0, said
    assert folder.shown() == {frame: 9 if frame >= 10 else 0 for frame in range(COUNT)}
