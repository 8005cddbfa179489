"""Frames in a page, of its site or of others: they go by its clock; what they draw is seen, what they play heard."""

from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, heard_in, write_level
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, write_hook, write_page
from servers import answering, served

pytestmark = WITH_BROWSER

HEAD = (
    '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
    "<style>body { margin: 0 } iframe { display: block; border: 0; width: 64px; height: 36px }</style>"
)
FILLS = "<style>body { margin: 0 } canvas, iframe, p { display: block; border: 0; width: 64px; height: 36px }</style>"
COUNTS = """<body><script>
  // What it shows is right only where all that tells it agrees.
  let count = 0, ticks = 0;
  const begun = Date.now();
  setInterval(() => { ticks += 1; }, 40);
  requestAnimationFrame(function draw(now) {
    const isRight = now === 40 * count && Date.now() - begun === now && performance.now() === now && ticks === count;
    document.body.style.background = `rgb(${isRight ? 0 : 255} 0 ${++count})`;
    requestAnimationFrame(draw);
  });
</script>"""
WEBGL = """<canvas width="64" height="36"></canvas><script>
  const gl = document.querySelector("canvas").getContext("webgl");
  let count = 0;
  requestAnimationFrame(function draw() {
    gl.clearColor(0, 0, ++count / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    requestAnimationFrame(draw);
  });
</script>"""
QUIET = """<script>
  addEventListener("message", () => { document.body.innerHTML = "a message that is none of its own"; });
</script>"""


def elsewhere(address: str) -> str:
    """The same server under another name: another site."""
    return address.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("name", ["counts", "webgl"])
@pytest.mark.parametrize("where", [further("here"), "elsewhere"])
def test_what_a_frame_draws_is_that_of_the_moment(
    tmp_path: Path, name: str, where: str
) -> None:
    folder, inner = Folder(tmp_path), FILLS + {"counts": COUNTS, "webgl": WEBGL}[name]
    with answering(inner.encode) as address:
        source = "inner.html" if where == "here" else elsewhere(address)
        scene = write_page(tmp_path, f'{HEAD}<iframe src="{source}"></iframe>{QUIET}')
        (scene.parent / "inner.html").write_text(inner)
        said = folder.render(scene, "--slots", 2)
    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_frames_in_frames_of_others_and_those_in_a_sandbox_go_by_the_clock_too(
    tmp_path: Path,
) -> None:
    folder, sandboxed = Folder(tmp_path), FILLS + COUNTS.replace('"', "&quot;")
    outer = f'{FILLS}<iframe sandbox="allow-scripts" srcdoc="{sandboxed}"></iframe>'
    with answering(outer.encode) as address:
        scene = write_page(tmp_path, f'{HEAD}<iframe src="{elsewhere(address)}"></iframe>')
        said = folder.render(scene, "--slots", 1)
    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_the_time_of_a_frame_of_another_site_begins_when_it_comes(tmp_path: Path) -> None:
    # Its scripts run before it hears of the date.
    late = COUNTS.replace("let count = 0", "let count = 1").replace("Date.now() - begun", "now")
    folder = Folder(tmp_path)
    with answering((FILLS + late).encode) as address:
        code = f"""let frame = 0;
          requestAnimationFrame(function draw() {{
            document.body.style.background = `rgb(0 0 ${{frame + 1}})`;
            if (frame++ === 5) document.body.innerHTML = '<iframe src="{elsewhere(address)}"></iframe>';
            requestAnimationFrame(draw);
          }});"""
        scene = write_page(tmp_path, f"{HEAD}<body><script>{code}</script>")
        said = folder.render(scene, "--slots", 1)
    assert said.code == 0, said
    assert folder.shown() == {
        frame: frame if frame <= 5 else frame - 5 for frame in range(COUNT)
    }


@pytest.mark.thorough
def test_an_animation_in_a_frame_of_another_site_is_there_in_frames_in_any_order(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    moves = (
        "@keyframes count { from { background: rgb(0 0 1) } to { background: rgb(0 0 21) } }"
    )
    inner = (
        f"{FILLS}<style>{moves} p {{ margin: 0; animation: count 0.8s linear both }}</style><p>"
    )
    with answering(inner.encode) as address:
        scene = write_hook(tmp_path, "")
        text = scene.read_text().replace(
            "<body>", f'{HEAD}<body><iframe src="{elsewhere(address)}"></iframe>'
        )
        scene.write_text(text)
        said = folder.render(scene, "--slots", 2, "--order", "spread", "--frame-order", "any")
    assert said.code == 0, said
    assert folder.shown() == EXACT


@WITH_FFMPEG
@pytest.mark.parametrize("where", [further("here"), "elsewhere"])
def test_what_a_frame_plays_is_heard_in_the_film(tmp_path: Path, where: str) -> None:
    scene, film = write_page(tmp_path, ""), tmp_path / "film.mkv"
    write_level(scene.parent / "level.wav", 8000, 1)
    (scene.parent / "inner.html").write_text(
        f'{FILLS}{COUNTS}<audio src="level.wav" autoplay></audio>'
    )
    with served(scene.parent) as address:
        source = "inner.html" if where == "here" else f"{elsewhere(address)}/inner.html"
        scene.write_text(f'{HEAD}<iframe src="{source}"></iframe>')
        said = Folder(tmp_path).terminal.run("render", scene, "--output", film)
    assert said.code == 0, said
    assert abs(int(heard_in(film)[20_000]) - 8000) < 10
