"""Everything in a page that moves, stops, ends or tells the time, side by side in one page: each in a strip of its own.

A strip is an element whose blue tells a number; beside its code stands what it has to show in each frame.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from cases import further
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, write_page
from servers import served

from framecrew.media.pixels import open_picture

pytestmark = WITH_BROWSER

Shows = Callable[[int], int]

SHADES = '[{ background: "rgb(0 0 1)" }, { background: "rgb(0 0 21)" }]'
RISES = "it.style.animation = 'count 0.8s linear forwards'"
ANIMATED = f'const one = it.animate({SHADES}, {{ duration: 800, fill: "both" }});'


def later(milliseconds: int, code: str) -> str:
    return f"setTimeout(() => {{ {code} }}, {milliseconds});"


def every_frame(code: str) -> str:
    return (
        f"requestAnimationFrame(function again(t) {{ {code}; requestAnimationFrame(again); }});"
    )


SHADOWED = """<span><template shadowrootmode="open" shadowrootclonable><style>
  @keyframes on { from { background: rgb(0 0 0) } to { background: rgb(0 0 20) } }
  b { display: block; width: 8px; height: 36px; animation: on 0.8s linear both }
</style><b></b></template></span>"""


def svg(inside: str) -> str:
    shape = f"<rect width='8' height='36' fill='rgb(0,0,0)'>{inside}</rect>"
    return f"<svg width='8' height='36'>{shape}</svg>"


MOVES = "attributeName='fill' from='rgb(0,0,1)' to='rgb(0,0,21)' dur='0.8s' fill='freeze'"

STRIPS: dict[str, tuple[str, str, Shows]] = {
    # Of the style: what is declared, what a script does, what is seen.
    "paused": ("animation: count 0.8s linear -0.2s paused forwards", "", lambda _: 6),
    "stopped": (
        "animation: count 0.8s linear forwards",
        later(200, "it.style.animationPlayState = 'paused'"),
        lambda frame: min(frame, 5) + 1,
    ),
    "released": (
        "animation: count 0.8s linear paused forwards",
        later(200, "it.style.animationPlayState = 'running'"),
        lambda frame: max(0, frame - 5) + 1,
    ),
    "steps": (
        "animation: count 0.8s steps(4, end) forwards",
        "",
        lambda frame: 1 + 5 * (frame // 5),
    ),
    "repeated": (
        "animation: count 0.2s linear infinite",
        """let count = 1; const still = document.createElement('b'); it.append(still);
        it.onanimationiteration = () => show(++count, still); show(1, still);""",
        lambda frame: 1 + frame // 5,
    ),
    "ended": (
        "animation: count 0.4s linear forwards",
        "it.onanimationend = () => { it.style.animation = 'none'; show(77); };",
        lambda frame: 1 + 2 * frame if frame < 10 else 77,
    ),
    "turned": (
        "background: rgb(0 0 1); transition: background 0.4s linear",
        later(200, "show(21)") + later(400, "show(1)"),
        lambda frame: max(1, 11 - 2 * abs(frame - 10)),
    ),
    "scrolled": (
        "animation: count linear both; animation-timeline: scroll(self); overflow: hidden",
        "it.innerHTML = '<b style=\"display: block; width: 0; height: 2036px\"></b>';"
        + every_frame("it.scrollTop = t * 2.5"),
        lambda frame: frame + 1,
    ),
    # Of the Web Animations API.
    "doubled": (
        "",
        ANIMATED + later(200, "one.playbackRate = 2"),
        lambda frame: frame + 1 if frame < 5 else min(21, 2 * frame - 4),
    ),
    "quickened": (
        "",
        ANIMATED + later(200, "one.updatePlaybackRate(2)"),
        lambda frame: frame + 1 if frame < 5 else min(21, 2 * frame - 4),
    ),
    "backwards": ("", ANIMATED + "one.reverse();", lambda frame: 21 - frame),
    "reversed": (
        "",
        ANIMATED + later(400, "one.reverse()"),
        lambda frame: frame + 1 if frame < 10 else 21 - frame,
    ),
    "finished": (
        "",
        ANIMATED + later(200, "one.finish()"),
        lambda frame: frame + 1 if frame < 5 else 21,
    ),
    "rested": (
        "",
        ANIMATED + later(200, "one.pause()") + later(400, "one.play()"),
        lambda frame: frame + 1 if frame < 5 else 6 + max(0, frame - 10),
    ),
    "followed": (
        "",
        ANIMATED + "one.playbackRate = 2; one.finished.then(() => it.animate("
        '[{ background: "rgb(0 0 100)" }, { background: "rgb(0 0 120)" }], 400));',
        lambda frame: 2 * frame + 1 if frame < 10 else 80 + 2 * frame,
    ),
    "told": (
        "",
        ANIMATED
        + "one.playbackRate = 2; one.addEventListener('finish', () => { one.cancel(); show(77); });",
        lambda frame: 2 * frame + 1 if frame < 10 else 77,
    ),
    "asked": (
        "",
        "const one = new Animation(new KeyframeEffect(document.body, [], 5000)); one.play();"
        + every_frame("show(1 + Math.round(one.currentTime / 40))"),
        lambda frame: frame + 1,
    ),
    # Drawings, shadows and frames in the page.
    "begun": (
        "",
        f"it.innerHTML = `{svg(f'<animate begin=indefinite {MOVES} />')}`;"
        + later(200, "it.querySelector('animate').beginElement()"),
        lambda frame: max(0, frame - 4),
    ),
    "drawn": (
        "",
        f"it.innerHTML = `{svg(f'<animate {MOVES} />')}`; const drawing = it.firstChild; drawing.pauseAnimations();"
        + every_frame("drawing.setCurrentTime(0.8 - t / 1000)"),
        lambda frame: 21 - frame,
    ),
    "inserted": (
        "",
        later(200, f"it.innerHTML = `{svg(f'<animate {MOVES} />')}`"),
        lambda frame: max(0, frame - 4),
    ),
    "shaded": (
        "",
        """const host = document.createElement('div'); it.append(host);
        host.attachShadow({ mode: 'closed' }).innerHTML = '<style>' + document.querySelector('style').textContent
        + 'b { animation: count 0.8s linear forwards }</style><b></b>';""",
        lambda frame: frame + 1,
    ),
    "framed": (
        "",
        later(
            200,
            'it.innerHTML = `<iframe width="8" height="36" srcdoc="<body>'
            "<script>setTimeout(() => { document.body.style.background = 'rgb(0 0 9)' }, 200)<\\/script>"
            '"></iframe>`',
        ),
        lambda frame: 0 if frame < 10 else 9,
    ),
    "styled anew": (
        "animation: count 0.8s linear both",
        every_frame("it.style.animationIterationCount = 2 + Math.round(t / 40)"),
        lambda frame: frame + 1,
    ),
    "listed": (
        "",
        "it.animate([{ width: '8px' }, { width: '8px' }], { duration: 400, delay: 400 });"
        + every_frame("show(1 + it.getAnimations().length * 8)"),
        lambda _frame: 9,
    ),
    "written later": (
        "",
        later(200, f"it.setHTMLUnsafe(`{SHADOWED}`)"),
        lambda frame: max(0, frame - 5),
    ),
    "copied": (
        "",
        f"const one = document.createElement('template'); one.setHTMLUnsafe(`{SHADOWED}`);"
        + later(200, "it.append(document.importNode(one.content, true))"),
        lambda frame: max(0, frame - 5),
    ),
    # What tells the time, and what waits.
    "hurried": (
        "",
        "(function again() { show(1 + Math.round(performance.now() / 40)); setTimeout(again, 0); })();",
        lambda frame: frame + 1,
    ),
    "posted": (
        "",
        """(function again() {
          show(1 + Math.round(performance.now() / 40)); scheduler.postTask(again, { delay: 20 });
        })();""",
        lambda frame: frame + 1,
    ),
    "limited": (
        "",
        "show(1); AbortSignal.timeout(400).onabort = () => show(50);",
        lambda frame: 1 if frame < 10 else 50,
    ),
    "stamped": (
        "",
        every_frame("show(1 + Math.round(new Event('any').timeStamp / 40))"),
        lambda frame: frame + 1,
    ),
    "marked": (
        "",
        "performance.mark('a'); const last = (name) => performance.getEntriesByName(name).at(-1);"
        + every_frame(
            """performance.mark("b"); performance.measure("to b", "a", "b"); performance.measure("to now", "a");
            performance.measure("since", { start: 0, detail: 1 });
            const all = [last("b").startTime, ...["to b", "to now", "since"].map((name) => last(name).duration)];
            show(Math.max(...all) - Math.min(...all) < 1e-6 ? 1 + Math.round(all[0] / 40) : 200)"""
        ),
        lambda frame: frame + 1,
    ),
    "dated": (
        "",
        "const words = new Intl.DateTimeFormat('en', { second: 'numeric', fractionalSecondDigits: 3 });"
        + every_frame("show(1 + Math.round(words.format() * 25))"),
        lambda frame: frame + 1,
    ),
    "counted": ("", "let count = 0;" + every_frame("show(++count)"), lambda frame: frame + 1),
    "stored": (
        "",
        every_frame(
            "localStorage.count = Number(localStorage.count || 0) + 1; show(localStorage.count)"
        ),
        lambda frame: frame + 1,
    ),
    "fetched": (
        "",
        """let count = 0; (async () => { for (;;) { await new Promise(requestAnimationFrame);
        await (await fetch('one.json?' + count)).json(); show(++count); } })();""",
        lambda frame: frame + 1,
    ),
    "loaded": (
        "",
        "let count = 0;"
        + every_frame(
            "const image = new Image(); image.onload = () => show(++count);"
            " image.src = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>`"
        ),
        lambda frame: frame + 1,
    ),
    "read": (
        "",
        every_frame("new Blob([1 + Math.round(t / 40)]).text().then((text) => show(text))"),
        lambda frame: frame + 1,
    ),
    "observed": (
        "",
        "let count = 0; new IntersectionObserver((_, one) => { one.disconnect(); "
        + every_frame("show(++count)")
        + " }).observe(it);",
        lambda frame: frame + 1,
    ),
    # What observers set going, with the frame they see it in or with the next.
    "resized": (
        "",
        "const box = it.appendChild(document.createElement('b'));"
        f"new ResizeObserver(() => {{ if (box.offsetHeight < 36) {RISES} }}).observe(box);"
        + later(200, "box.style.height = '1px'"),
        lambda frame: max(0, frame - 4),
    ),
    "come in sight": (
        "",
        "const box = it.appendChild(document.createElement('b'));"
        f"new IntersectionObserver(([one]) => {{ if (one.isIntersecting) {RISES} }}).observe(box);"
        "box.style.transform = 'translateY(-99px)';"
        + later(200, "box.style.transform = 'none'"),
        lambda frame: max(0, frame - 5),
    ),
    "encoded": (
        "",
        "let count = 0; const canvas = document.createElement('canvas');"
        + every_frame("canvas.toBlob(() => show(++count))"),
        lambda frame: frame + 1,
    ),
}


def page(folder: Path) -> Path:
    """A page of all strips, from left to right."""
    strips = "".join(
        f'<i id="{name}" style="{style}"></i><script>{{ const it = document.getElementById("{name}");'
        f"const show = (value, where = it) => {{ where.style.background = `rgb(0 0 ${{value}})`; }}; {code} }}</script>"
        for name, (style, code, _) in STRIPS.items()
    )
    path = folder / "page" / "index.html"
    path.parent.mkdir(parents=True)
    (path.parent / "one.json").write_text("1")
    path.write_text(
        f'<!doctype html><meta name="framecrew" content="width={8 * len(STRIPS)}, height=36, fps=25, duration=0.8">'
        "<style>body { margin: 0; display: flex; background: #000 }"
        " i, b { display: block; width: 8px; height: 36px } svg, iframe { display: block; border: 0 }"
        " @keyframes count { from { background: rgb(0 0 1) } to { background: rgb(0 0 21) } }</style>"
        f"<body>{strips}"
    )
    return path


def shown(picture: Path) -> dict[str, int]:
    """Strip → the number that its middle tells."""
    with open_picture(picture) as opened:
        part = next(opened.parts())
        rows = [row for strip in opened.strips(part) for row in strip.tolist()]
    return {name: round(rows[18][8 * place + 4][2]) for place, name in enumerate(STRIPS)}


def wrong_in(folder: Folder) -> dict[tuple[str, int], tuple[int, int]]:
    """(Strip, frame) → the number that it tells, and the right one; where these differ."""
    return {
        (name, frame): (number, STRIPS[name][2](frame))
        for frame in range(COUNT)
        for name, number in shown(folder.picture(frame)).items()
        if number != STRIPS[name][2](frame)
    }


@pytest.mark.parametrize(
    "how",
    [
        further(("--slots", 1)),
        ("--slots", 3, "--chunk-size", 4),
        further(("--slots", 1, "--capture", "screenshot")),
    ],
    ids=["one", "three", "screenshot"],
)
def test_whatever_moves_in_a_page_is_where_it_belongs_in_every_frame(
    tmp_path: Path, how: tuple[object, ...]
) -> None:
    folder = Folder(tmp_path)

    said = folder.render(page(tmp_path), *how)

    assert said.code == 0, said
    assert not wrong_in(folder)


@pytest.mark.parametrize(
    "how",
    [
        ("--slots", 2, "--chunk-size", 4),
        further(("--slots", 1, "--capture", "screenshot")),
    ],
    ids=["two", "screenshot"],
)
def test_it_is_in_a_frame_of_another_site_too(tmp_path: Path, how: tuple[object, ...]) -> None:
    folder, inner, size = Folder(tmp_path), page(tmp_path), 8 * len(STRIPS)
    outer = tmp_path / "outer.html"
    with served(inner.parent) as address:
        element = f'<iframe src="{address.replace("127.0.0.1", "localhost")}/index.html"'
        outer.write_text(
            f'<!doctype html><meta name="framecrew" content="width={size}, height=36, fps=25, duration=0.8">'
            f'<body style="margin: 0">{element} style="display: block; border: 0; width: {size}px; height: 36px">'
        )
        said = folder.render(outer, *how)

    assert said.code == 0, said
    assert not wrong_in(folder)
    assert "keeps the real time" not in said.out


STARTS = {
    "transition": "it.style.backgroundColor = 'rgb(0 0 21)'",
    "animation": "it.className = 'rises'",
    "script": "if (frame === 0) it.animate({ backgroundColor: 'rgb(0 0 21)' }, { duration: 800, fill: 'both' })",
}
"""What a page with a contract does in its frames, once or again and again: it goes on by itself from the first on."""

STARTED = """<!doctype html><style>
  body { margin: 0; background: rgb(0 0 1); transition: background-color 0.8s linear }
  .rises { animation: rise 0.8s linear both; transition: none }
  @keyframes rise { to { background: rgb(0 0 21) } }
</style><body><script>
  const it = document.body;
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) { CODE } };
</script>"""


@pytest.mark.parametrize("name", [further("transition"), further("animation"), "script"])
def test_what_a_frame_starts_goes_on_in_those_after_it(tmp_path: Path, name: str) -> None:
    folder, scene = (
        Folder(tmp_path),
        write_page(tmp_path, STARTED.replace("CODE", STARTS[name])),
    )
    said = folder.render(scene, "--slots", 3, "--chunk-size", 4)
    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_what_goes_on_by_itself_is_told_where_any_order_is_asked_for(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    scene = write_page(tmp_path, STARTED.replace("CODE", STARTS["transition"]))
    said = folder.render(scene, "--slots", 1, "--frame-order", "any", "--frames", 3)
    assert said.code == 0, said
    assert "frame 3: an animation or transition begins here by itself" in said.out + said.err
