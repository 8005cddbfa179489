"""Workers of a page keep its time, and a frame shows what they have answered for it."""

import sys
from pathlib import Path

import pytest
from cases import further
from doors.browsers import browsers_of
from doors.media import WITH_FFMPEG, ffmpeg
from doors.terminal import Terminal, alive
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, write_page

pytestmark = WITH_BROWSER

HEAD = (
    '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
)
SHOW = "const show = (n) => { document.body.style.background = `rgb(0 0 ${Math.round(n) + 1})`; }; show(0);"
BEGIN = "const worker = new Worker('worker.js'); worker.onmessage = ({ data }) => show(data);"
CANVAS = '<canvas width="64" height="36" style="display: block"></canvas>'
HAND_OVER = """
  const canvas = document.querySelector("canvas").transferControlToOffscreen();
  worker.postMessage({ canvas }, [canvas]);"""
DRAW = """let brush;
  const draw = (n) => { brush.fillStyle = `rgb(0 0 ${Math.round(n) + 1})`; brush.fillRect(0, 0, 64, 36); };"""
ANSWER = """window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {
  worker.postMessage(frame); } };"""

Told = tuple[str, str]
WORKERS: dict[str, Told] = {
    "timers of it": (BEGIN, "setInterval(() => postMessage(performance.now() / 40), 40);"),
    "its date and its animation frames": (
        BEGIN,
        """const born = Date.now(); requestAnimationFrame(function draw() {
          postMessage((Date.now() - born) / 40); requestAnimationFrame(draw); });""",
    ),
    "what it is asked for": (
        BEGIN + "requestAnimationFrame(function ask(now) { worker.postMessage(now); requestAnimationFrame(ask); });",
        """onmessage = async ({ data }) => { const more = await (await fetch('more.txt')).text();
          postMessage(data / 40 + Number(more)); };""",
    ),
    "what it is told of a file": (
        BEGIN
        + """requestAnimationFrame(function ask(now) {
          requestAnimationFrame(ask);
          const request = new XMLHttpRequest();
          request.open("GET", `more.txt?${now}`);
          request.onload = () => worker.postMessage(now / 40 + Number(request.responseText));
          request.send();
        });""",
        """onmessage = ({ data }) => { const more = new XMLHttpRequest();
          more.open("GET", `more.txt?again=${data}`);
          more.onload = () => postMessage(data + Number(more.responseText));
          more.send(); };""",
    ),
    "it comes late": (
        f"""setTimeout(() => {{ {BEGIN} worker.onmessage = ({{ data }}) => show(5 + data); }}, 200);
          let n = 0;
          requestAnimationFrame(function wait() {{ if (n < 5) {{ show(n++); requestAnimationFrame(wait); }} }});""",
        "postMessage(0); setInterval(() => postMessage(performance.now() / 40), 40);",
    ),
    "a module with an import": (
        BEGIN.replace("'worker.js'", "'worker.js', { type: 'module' }"),
        "import { tell } from './other.js'; setInterval(tell, 40);",
    ),
    "of a blob": (
        BEGIN.replace(
            "'worker.js'",
            "URL.createObjectURL(new Blob(['setInterval(() => postMessage(performance.now() / 40), 40)']))",
        ),
        "",
    ),
    "of an address that holds it": (
        BEGIN.replace(
            "'worker.js'", "'data:text/javascript,setInterval(() => postMessage(performance.now() / 40), 40)'"
        ),
        "",
    ),
    "of a worker": (
        BEGIN,
        "const inner = new Worker('inner.js'); inner.onmessage = ({ data }) => postMessage(data);",
    ),
    "one asks the other by the page": (
        BEGIN + "const other = new Worker('inner.js'); other.onmessage = ({ data }) => worker.postMessage(data);",
        "onmessage = ({ data }) => setTimeout(() => postMessage(data), 0);",
    ),
}  # fmt: skip


def render(tmp_path: Path, body: str, worker: str, *arguments: object) -> Folder:
    scene = write_page(tmp_path, body)
    for name, text in {
        "worker.js": worker,
        "other.js": "export const tell = () => postMessage(performance.now() / 40);",
        "inner.js": "setInterval(() => postMessage(performance.now() / 40), 40);",
        "more.txt": "0",
    }.items():
        (scene.parent / name).write_text(text)
    folder = Folder(tmp_path)
    said = folder.render(scene, *arguments)
    assert said.code == 0, said
    return folder


LIKE_OTHERS = {
    *("its date and its animation frames", "of a blob", "of an address that holds it"),
    *("what it is asked for", "it comes late", "one asks the other by the page"),
    *("a module with an import", "of a worker"),
}


@pytest.mark.parametrize(
    "name", [further(one) if one in LIKE_OTHERS else one for one in WORKERS]
)
def test_a_worker_keeps_the_time_of_the_page(tmp_path: Path, name: str) -> None:
    script, worker = WORKERS[name]
    folder = render(
        tmp_path, f"{HEAD}<body><script>{SHOW}{script}</script>", worker, "--slots", 2
    )
    assert folder.shown() == EXACT


DRAWN: dict[str, Told] = {
    "by itself": (
        "",
        """onmessage = ({ data }) => { brush = data.canvas.getContext('2d'); requestAnimationFrame(again); };
        function again(now) { draw(now / 40); requestAnimationFrame(again); }""",
    ),
    "when it is asked to": (
        ANSWER,
        "onmessage = ({ data }) => { if (data.canvas) brush = data.canvas.getContext('2d'); else draw(data); };",
    ),
}


@pytest.mark.parametrize("name", ["by itself", further("when it is asked to")])
@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_a_canvas_that_a_worker_draws_shows_each_frame(
    tmp_path: Path, name: str, way: str
) -> None:
    script, worker = DRAWN[name]
    begin = "const worker = new Worker('worker.js');" + HAND_OVER
    head = HEAD if name == "by itself" else "<!doctype html>"
    body = f'{head}<body style="margin: 0">{CANVAS}<script>{begin}{script}</script>'
    folder = render(tmp_path, body, DRAW + worker, "--slots", 2, "--capture", way)
    assert folder.shown() == EXACT


def test_what_a_contract_asks_of_its_worker_is_in_the_frame_whatever_the_order(
    tmp_path: Path,
) -> None:
    script = (
        "const worker = new Worker('worker.js');"
        + ANSWER
        + """
      worker.onmessage = ({ data }) => requestAnimationFrame(() => show(data));"""
    )
    body = f"<!doctype html><body><script>{SHOW}{script}</script>"
    worker = "onmessage = ({ data }) => postMessage(data);"
    folder = render(
        tmp_path, body, worker, "--slots", 2, "--order", "reverse", "--frame-order", "any"
    )
    assert folder.shown() == EXACT


def test_workers_that_are_not_there_or_end_hold_nothing_up(tmp_path: Path) -> None:
    script = """
      new Worker("gone.js");
      const [one, two] = [new Worker("worker.js"), new Worker("worker.js")];
      two.terminate();
      let n = 0;
      requestAnimationFrame(function draw() { one.postMessage("end"); show(n++); requestAnimationFrame(draw); });"""
    folder = render(
        tmp_path,
        f"{HEAD}<body><script>{SHOW}{script}</script>",
        "onmessage = () => close();",
        "--allow-missing",
    )
    assert folder.shown() == EXACT


def test_what_a_worker_throws_fails_its_frame_and_one_that_never_ends_is_told(
    tmp_path: Path,
) -> None:
    script = f"{SHOW} new Worker('worker.js'); new Worker('ending.js'); let n = 0;"
    draw = "requestAnimationFrame(function draw() { show(n++); requestAnimationFrame(draw); });"
    scene = write_page(tmp_path, f"{HEAD}<body><script>{script}{draw}</script>")
    throws = "setTimeout(() => { throw new Error('no fifth') }, 200);"
    (scene.parent / "ending.js").write_text(throws)
    (scene.parent / "worker.js").write_text("setTimeout(() => { for (;;); }, 400);")
    folder = Folder(tmp_path)

    said = folder.render(
        scene, *("--slots", 1, "--page-wait", 2, "--tries", 1, "--frames", "3-12")
    )

    assert said.code == 3, said
    assert folder.shown() == {frame: frame for frame in (3, 4, *range(6, 13))}
    assert "no fifth" in said.out + said.err
    assert "worker.js did not answer for 2 s, and is not waited for any more" in said.out


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_browsers_with_workers_that_are_killed_cost_no_frame(tmp_path: Path) -> None:
    script, worker = WORKERS["timers of it"]
    slow = "for (let n = 0, sum = 0; n < 1e8; n++) sum += n;"
    begin = f"{SHOW}{script} requestAnimationFrame(function draw() {{ requestAnimationFrame(draw); {slow} }});"
    scene = write_page(tmp_path, f"{HEAD}<body><script>{begin}</script>")
    (scene.parent / "worker.js").write_text(worker)
    folder = Folder(tmp_path)
    output = folder.out / "f_####.png"

    with folder.terminal.start(
        *("render", scene, "--output", output, "--slots", 2, "--plain")
    ) as running:
        running.until_said("done in")
        family = running.family()
        browsers = browsers_of(family)
        assert len(browsers) == 2
        for browser in browsers:
            browser.kill()
        said = running.end()

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert not alive(family)


@pytest.mark.thorough
@WITH_FFMPEG
def test_a_film_of_a_canvas_that_a_worker_draws_is_the_same_for_any_number_of_slots(
    tmp_path: Path,
) -> None:
    script, worker = DRAWN["by itself"]
    begin = "const worker = new Worker('worker.js');" + HAND_OVER
    scene = write_page(
        tmp_path, f'{HEAD}<body style="margin: 0">{CANVAS}<script>{begin}{script}</script>'
    )
    (scene.parent / "worker.js").write_text(DRAW + worker)
    films = []
    for slots in (1, 2):
        film = tmp_path / f"film-{slots}.mkv"
        said = Terminal(tmp_path).run("render", scene, "--output", film, "--slots", slots)
        assert said.code == 0, said
        films.append(ffmpeg("-i", str(film), "-f", "rawvideo", "-pix_fmt", "rgb24"))
    size = 64 * 36 * 3
    assert [films[0][frame * size + 2] - 1 for frame in range(COUNT)] == list(range(COUNT))
    assert len(films[0]) == COUNT * size
    assert films[0] == films[1]
