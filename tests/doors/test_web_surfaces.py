"""What reaches the screen by a way of its own, a video or a canvas of a worker, is in the screenshot of its frame."""

from pathlib import Path

import pytest
from cases import further
from doors.browsers import browsers_of, command_of
from doors.media import WITH_FFMPEG, ffmpeg
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, pixels_in, write_page

pytestmark = WITH_BROWSER

HEAD = (
    '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
)
LARGE = """<body style="margin: 0"><canvas width="6000" height="4000" style="display: block; width: 64px; height: 36px">
</canvas><script>
  const worker = new Worker('worker.js');
  const canvas = document.querySelector("canvas").transferControlToOffscreen();
  worker.postMessage(canvas, [canvas]);
</script>"""
DRAWS = """let brush;
onmessage = ({ data }) => { brush = data.getContext('2d'); requestAnimationFrame(draw); };
function draw(now) {
  brush.fillStyle = `rgb(0 0 ${Math.round(now / 40) + 1})`;
  brush.fillRect(0, 0, 6000, 4000);
  requestAnimationFrame(draw);
}"""
SCREENSHOTS = ("--slots", 2, "--capture", "screenshot")


def test_a_large_canvas_that_a_worker_draws_is_not_seen_a_frame_late(tmp_path: Path) -> None:
    scene = write_page(tmp_path, HEAD + LARGE)
    (scene.parent / "worker.js").write_text(DRAWS)
    folder = Folder(tmp_path)
    said = folder.render(scene, *SCREENSHOTS)
    assert said.code == 0, said
    assert folder.shown() == EXACT


VIDEO = (
    '<video src="count.webm" muted autoplay style="display: block; width: 64px; height: 36px">'
)
PAGES = {
    "from the first frame": f'{HEAD}<body style="margin: 0">{VIDEO}',
    "from the sixth": f"""<!doctype html><body style="margin: 0"><script>
      window.framecrew = {{ width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {{
        document.body.style.background = `rgb(0 0 ${{frame + 1}})`;
        if (frame < 5) return document.querySelector("video")?.remove();
        if (!document.querySelector("video")) document.body.innerHTML = '{VIDEO.replace("autoplay", "")}';
        document.querySelector("video").currentTime = t;
      }} }};</script>""",
}


@WITH_FFMPEG
@pytest.mark.parametrize("name", ["from the first frame", further("from the sixth")])
def test_screenshots_show_the_picture_of_a_video_and_its_browser_does_not_draw_all_the_time(
    tmp_path: Path, name: str
) -> None:
    scene = write_page(tmp_path, PAGES[name])
    count = "color=black:64x36:25:d=0.8,format=gbrp,geq=r=0:g=0:b=N+1"
    lossless = ("-c:v", "libvpx-vp9", "-lossless", "1", "-pix_fmt", "gbrp")
    video = ffmpeg("-f", "lavfi", "-i", count, *lossless, "-f", "webm")
    (scene.parent / "count.webm").write_bytes(video)
    folder = Folder(tmp_path)

    with folder.terminal.start(
        *("render", scene, "--output", folder.out / "f_####.png", "--plain", *SCREENSHOTS),
        *("--chunk-size", 1),
    ) as running:
        running.until_said("] done in", times=15)
        browsers = browsers_of(running.family())
        commands = [command_of(browser) for browser in browsers]
        said = running.end()

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert commands
    assert not any("--disable-frame-rate-limit" in command for command in commands)


FADE = """<style>
  body { margin: 0 } main { width: 64px; height: 36px; background: rgb(200 0 0) }
  ::view-transition-group(*), ::view-transition-old(*), ::view-transition-new(*) {
    animation-duration: 0.2s; animation-timing-function: linear;
  }
</style><body><main></main><script>
  const main = document.querySelector("main");
  let frame = 0;
  requestAnimationFrame(function draw() {
    if (frame++ === 12) OWNER.startViewTransition(() => { main.style.background = "rgb(0 0 200)"; });
    requestAnimationFrame(draw);
  });
</script>"""


@pytest.mark.parametrize("owner", ["document", further("main")])
def test_screenshots_show_a_view_transition_by_the_time_of_the_page(
    tmp_path: Path, owner: str
) -> None:
    # A compositor that draws as often as it can takes no picture of one, ever.
    folder = Folder(tmp_path)
    said = folder.render(
        write_page(tmp_path, HEAD + FADE.replace("OWNER", owner)),
        *("--capture", "screenshot", "--slots", 1),
    )
    assert said.code == 0, said
    for frame in range(COUNT):
        blue = 200 * min(max(frame - 12, 0), 5) / 5
        (shown,) = pixels_in(folder.picture(frame))
        assert shown[:3] == pytest.approx((200 - blue, 0, blue), abs=2), frame


@pytest.mark.parametrize("way", [further("begin-frame"), "screenshot"])
def test_a_page_may_begin_with_a_view_transition(tmp_path: Path, way: str) -> None:
    text = f"""{HEAD}<style>
      @keyframes on {{ from {{ background: rgb(0 0 1) }} to {{ background: rgb(0 0 21) }} }}
      ::view-transition {{ animation: on 0.8s linear both }} ::view-transition-group(*) {{ display: none }}
    </style><script>document.startViewTransition(() => undefined);</script>"""
    folder = Folder(tmp_path)

    said = folder.render(write_page(tmp_path, text), "--slots", 2, "--capture", way)

    assert said.code == 0, said
    assert folder.shown() == EXACT
