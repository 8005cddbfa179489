"""The programs among the examples do what they say."""

import subprocess
import sys
from pathlib import Path

from doors.terminal import Terminal

from framecrew.testing import fault

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(terminal: Terminal, name: str, *arguments: object) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        env=terminal.environment,
        cwd=terminal.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    return done.returncode, done.stdout


def test_render_tells_what_is_missing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=6, faults=[fault("fail", frame=4, text="no cheese")])

    code, said = run_example(terminal, "render.py", scene, terminal.output)

    assert code == 3, said
    assert "incomplete: 5 of 6 frames" in said
    assert "frames 4: unknown: no cheese" in said
    assert "missing: 4" in said
    assert terminal.delivered() == [1, 2, 3, 5, 6]


def test_render_prints_every_mistake(tmp_path: Path) -> None:
    code, said = run_example(Terminal(tmp_path), "render.py", "gone.standin", "x.png")

    assert code == 2, said
    assert len(said.splitlines()) == 2


def test_watch_tells_every_frame_and_the_end(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    code, said = run_example(terminal, "watch.py", terminal.scene(last=5), terminal.output)

    assert code == 0, said
    for frame in range(1, 6):
        assert f"frame {frame} in " in said
    assert said.endswith("job 1: done\n")
    assert terminal.delivered() == [1, 2, 3, 4, 5]


def test_the_queue_renders_all_jobs_and_tries_once_more_what_was_lost(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    # As often as a frame is tried before it is given up.
    faults = [fault("fail", frame=2, once=str(tmp_path / f"once{n}")) for n in range(3)]
    first = terminal.scene("first.standin", last=3, faults=faults)
    second = terminal.scene("second.standin", last=4)

    code, said = run_example(terminal, "queue_of_jobs.py", tmp_path / "out", first, second)

    assert code == 0, said
    assert said == "first: done, missing: none\nsecond: done, missing: none\n"
    assert len(list((tmp_path / "out" / "first").glob("*.png"))) == 3
    assert len(list((tmp_path / "out" / "second").glob("*.png"))) == 4


def test_plan_names_the_frames_and_writes_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    code, said = run_example(terminal, "plan.py", terminal.scene(last=7), terminal.output)

    assert code == 0, said
    assert "1-7" in said
    assert [path.name for path in tmp_path.iterdir()] == ["shot.standin"]


def test_every_program_is_told_of_on_their_page() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert all(f"[{one.name}]({one.name})" in page for one in EXAMPLES.glob("*.py"))
