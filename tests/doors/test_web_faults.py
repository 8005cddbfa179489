"""Pages that throw, hang, wait for ever, miss files or reach out; browsers that are killed."""

import http.client
import itertools
import os
import sys
import threading
from pathlib import Path

import psutil
import pytest
from cases import further
from doors.browsers import PIPE, browsers_of, command_of, pages_of
from doors.terminal import KILL, alive, wait_until
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, write_hook
from servers import answering

pytestmark = WITH_BROWSER


def without(*frames: int) -> dict[int, int]:
    return {frame: frame for frame in range(COUNT) if frame not in frames}


def test_an_exception_costs_its_frame_and_tells_where_it_was_thrown(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    said = folder.render(write_hook(tmp_path, 'if (frame === 7) throw new Error("no seven")'))

    assert said.code == 3, said
    assert folder.shown() == without(7)
    assert "script_error: Error: no seven at Object.seek (index.html:" in said.err + said.out


@pytest.mark.thorough
def test_an_exception_in_an_animation_frame_fails_the_frame_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = "if (frame === 8) requestAnimationFrame(() => { throw new Error('late') })"

    said = folder.render(
        write_hook(tmp_path, code + "; if (frame === 9) console.error('nine 九 🎬')")
    )

    assert said.code == 3, said
    assert folder.shown() == without(8)
    assert "late" in said.err + said.out
    assert "nine 九 🎬" in said.err + said.out


@pytest.mark.thorough
def test_what_a_page_says_only_once_is_told_of_the_frame_that_said_it(tmp_path: Path) -> None:
    folder, third = Folder(tmp_path), COUNT // 3
    once = "window.told ||= (console.error('only once'), true)"

    said = folder.render(write_hook(tmp_path, f"if (frame === {third}) {once}"))

    assert said.code == 0, said
    assert f"frame {third}: console: only once" in said.err + said.out


@pytest.mark.thorough
def test_a_page_is_tried_once_however_many_sessions_render_it(tmp_path: Path) -> None:
    """Every frame of it is asked for by its page; the first that is rendered waits for another session."""
    folder, tried, asked = Folder(tmp_path), 4, itertools.count(1)
    both = threading.Barrier(2, timeout=30)

    def answer() -> bytes:
        if next(asked) in (tried + 1, tried + 2):
            both.wait()
        return b""

    with answering(answer) as address:
        said = folder.render(write_hook(tmp_path, f"fetch('{address}')"), "--slots", 2)

    assert said.code == 0, said
    assert not both.broken
    assert next(asked) == tried + COUNT + 1


def test_a_page_that_never_gets_ready_is_told_by_the_name_of_what_it_waits_for(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    code = "if (frame === 3) framecrewHold('the map of Paris')"

    said = folder.render(write_hook(tmp_path, code), "--page-wait", 0.5, "--frames", "2,3")

    assert said.code == 3, said
    assert folder.shown() == {2: 2}
    assert "the map of Paris" in said.err + said.out


@pytest.mark.parametrize("way", ["begin-frame", further("screenshot")])
def test_a_script_that_never_ends_costs_its_frame(tmp_path: Path, way: str) -> None:
    folder = Folder(tmp_path)
    code = "if (frame === 3) for (;;);"

    said = folder.render(
        write_hook(tmp_path, code),
        *("--page-wait", 0.5, "--frames", "2-5", "--tries", 1, "--slots", 1),
        *("--frame-order", "any", "--capture", way),
    )

    assert said.code == 3, said
    assert folder.shown() == {2: 2, 4: 4, 5: 5}
    assert "never ends" in said.err + said.out


@pytest.mark.thorough
def test_an_observer_that_never_ends_while_the_page_is_drawn_costs_its_frame(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    code = "if (frame === 3) new ResizeObserver(() => { for (;;); }).observe(document.body);"

    said = folder.render(
        write_hook(tmp_path, code),
        *("--page-wait", 0.5, "--frames", "2-4", "--tries", 1, "--slots", 1),
        *("--frame-order", "any"),
    )

    assert said.code == 3, said
    assert folder.shown() == {2: 2, 4: 4}
    assert "never ends" in said.err + said.out


@pytest.mark.thorough
def test_a_missing_picture_is_told_before_anything_is_rendered(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = write_hook(tmp_path, "")
    path.write_text(path.read_text() + '<img src="gone/away.png">')

    said = folder.render(path)
    assert said.code == 2, said
    assert str(path.parent / "gone" / "away.png") in said.err
    assert not folder.out.exists()

    said = folder.render(path, "--allow-missing", "--frames", "2,3")
    assert said.code == 0, said


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_a_browser_that_is_killed_costs_no_frame(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    code = (
        "let sum = 0; for (let n = 0; n < 1e8; n++) sum += Math.sqrt(n); document.title = sum;"
    )
    output = folder.out / "f_####.png"
    path = write_hook(tmp_path, code)

    arguments = ("render", path, "--output", output, "--slots", 2, "--plain")
    with folder.terminal.start(*arguments) as running:
        running.until_said("done in")
        wait_until(
            lambda: len([one for one in browsers_of(running.family()) if pages_of(one)]) == 2,
            "two browsers with a page",
            lambda: running.process.poll() is None,
        )
        family = running.family()
        first, second = browsers_of(family)
        first.kill()
        for one in pages_of(second):
            one.kill()
        said = running.end()

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert not alive(family)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_a_page_that_leaks_is_replaced_before_it_has_grown_too_far(tmp_path: Path) -> None:
    """Its memory is looked at every 50 frames: 150 MB more are noticed at the second look."""
    scene, film = (
        write_hook(tmp_path, "(window.kept ||= []).push(new Uint8Array(3e6).fill(1));"),
        "f.mp4",
    )
    terminal = Folder(tmp_path).terminal

    said = terminal.run(
        *("render", scene, "--output", tmp_path / film, "--film-preset", "h264-fast"),
        *("--slots", 1, "--duration", 4.4, "--growth", 64),
    )

    assert said.code == 0, said.err
    assert "a new one takes its place" in terminal.run("logs", 1).out


def test_nothing_of_a_browser_lives_on_when_framecrew_is_killed(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = write_hook(tmp_path, "for (let n = 0; n < 5e7; n++) Math.sqrt(n);")

    with folder.terminal.start(
        "render", path, "--output", folder.out / "f_####.png", "--plain"
    ) as running:
        running.until_said("done in")
        family = running.family()
        assert any(PIPE in command_of(one) for one in family)
        running.signal(KILL)
        running.end()

    assert not alive(family)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root is refused a sandbox"
)
def test_where_there_can_be_no_sandbox_the_refusal_tells_what_to_do(tmp_path: Path) -> None:
    said = Folder(tmp_path).render(write_hook(tmp_path, ""), "--sandbox", "on")

    assert said.code == 2, said
    assert "--sandbox off" in said.err


ESCAPES = """
  const words = [];
  const tries = ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/linked/secret.txt",
    "file:///etc/hostname", "OUTSIDE"];
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.04,
    ready: (async () => {
      for (const one of tries) {
        try { const got = await fetch(one); if (got.ok) words.push(one); } catch { /* as it should be */ }
      }
      const own = await fetch("/inside.txt");
      if (!own.ok || await own.text() !== "inside") words.push("inside");
      const part = await fetch("/inside.txt", { headers: { Range: "bytes=2-3" } });
      if (part.status !== 206 || await part.text() !== "si") words.push("range");
      const list = await fetch("/empty/");
      if (list.ok) words.push("listing");
    })(),
    seek() {
      if (words.length) throw new Error("reached " + words.join(", "));
      document.body.style.background = "rgb(0 0 1)";
    },
  };
"""


def test_a_page_reads_its_own_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "page"
    (root / "empty").mkdir(parents=True)
    (root / "inside.txt").write_text("inside")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "linked").symlink_to(tmp_path)
    with answering() as address:
        script = ESCAPES.replace("OUTSIDE", address)
        (root / "index.html").write_text(f"<!doctype html><body><script>{script}</script>")

        said = folder.render(root / "index.html", "--network", "none", "--allow-missing")
        assert said.code == 0, said
        assert folder.shown() == {0: 0}

        said = folder.render(root / "index.html", "--existing", "replace", "--allow-missing")
        assert f"reached {address}" in said.err + said.out


def test_the_served_folder_is_closed_to_everybody_else(tmp_path: Path) -> None:
    """Another program of this machine finds the port, and gets nothing."""
    folder = Folder(tmp_path)
    path = write_hook(tmp_path, "for (let n = 0; n < 5e7; n++) Math.sqrt(n);")
    with folder.terminal.start(
        "render", path, "--output", folder.out / "f_####.png", "--slots", 1, "--plain"
    ) as running:
        running.until_said("done in")
        (browser,) = browsers_of(running.family())
        session = browser.parent()
        assert session is not None
        ports = [
            one.laddr.port
            for one in session.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        ]
        answers = [
            status_of(port, host) for port in ports for host in ("127.0.0.1", "localhost")
        ]
        assert answers
        assert set(answers) == {403}


def status_of(port: int, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/index.html", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()
