"""Parts that a browser itself puts into elements: no script can list what moves them, and it moves with the page."""

import shutil
from pathlib import Path

import pytest
from cases import further
from doors.web import EXACT, WITH_BROWSER, Folder, write_page

pytestmark = WITH_BROWSER

HEAD = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
<style>
  * { margin: 0; border: 0; padding: 0 }
  progress { appearance: none; position: fixed; inset: 0; width: 64px; height: 36px }
  details { position: fixed; inset: 0 }
  details::details-content { position: fixed; inset: 0 }
  @keyframes on { from { background: rgb(0 0 1) } to { background: rgb(0 0 21) } }
</style>"""

BEGUN = """<style>progress::-webkit-progress-value { animation: on 0.8s linear both }</style>
  <progress value="1"></progress>"""

GONE_OVER = """<style>
    details::details-content { background: rgb(0 0 1); transition: background 0.8s linear }
    details[open]::details-content { background: rgb(0 0 21) }
  </style><details><summary></summary></details><script>
    const details = document.querySelector("details");
    details.offsetHeight;
    details.open = true;
  </script>"""

LATER = """<progress value="1"></progress><style>progress::-webkit-progress-value { background: rgb(0 0 1) }</style>
  <script>setTimeout(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".on::-webkit-progress-value { animation: on 0.8s linear -0.2s both }");
    document.adoptedStyleSheets.push(sheet);
    setTimeout(() => document.querySelector("progress").classList.add("on"), 40);
  }, 160)</script>"""

FRAMED = f"""<iframe style="position: fixed; width: 64px; height: 36px"
  srcdoc='{HEAD.replace("'", '"')}{BEGUN}'></iframe>"""


@pytest.mark.parametrize(
    "text", [BEGUN, GONE_OVER, FRAMED], ids=["begun", "gone over", "framed"]
)
@pytest.mark.parametrize("slots", [1, 3])
def test_a_part_moves_with_the_page(tmp_path: Path, text: str, slots: int) -> None:
    folder = Folder(tmp_path)

    said = folder.render(write_page(tmp_path, HEAD + text), "--slots", slots)

    assert said.code == 0, said
    assert folder.shown() == EXACT


@pytest.mark.parametrize("window", [further("--capture"), "--program"])
def test_a_part_moves_with_the_page_in_every_window(tmp_path: Path, window: str) -> None:
    browser = shutil.which("chromium")
    if window == "--program" and browser is None:
        pytest.skip("no chromium here")
    folder = Folder(tmp_path)
    how = browser if window == "--program" else "screenshot"

    said = folder.render(write_page(tmp_path, HEAD + GONE_OVER), window, how)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_part_that_is_moved_by_a_later_style_moves_as_well(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    said = folder.render(write_page(tmp_path, HEAD + LATER), "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == {frame: frame if frame >= 5 else 0 for frame in EXACT}
