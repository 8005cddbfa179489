"""The daemon from the command line: started, used by every command, and stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from doors.terminal import Terminal, wait_until

from framecrew.client import Client
from framecrew.store.daemon_file import find_daemon
from framecrew.testing import fault

pytestmark = pytest.mark.slow


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal whose daemon never outlives the test."""
    terminal = Terminal(tmp_path)
    yield terminal
    if find_daemon(terminal.home) is not None:
        terminal.run("daemon", "stop")


@pytest.fixture
def with_daemon(terminal: Terminal) -> Terminal:
    said = terminal.run("daemon", "start", "--port", "0")
    assert said.code == 0, said.err
    return terminal


def test_a_daemon_is_started_once_shown_and_stopped(terminal: Terminal) -> None:
    assert terminal.run("daemon", "status").code == 3

    first = terminal.run("daemon", "start", "--port", "0")
    again = terminal.run("daemon", "start")
    told = json.loads(terminal.run("daemon", "status", "--json").out)
    ended = terminal.run("daemon", "stop")

    assert "The daemon started: http://127.0.0.1:" in first.out
    assert f"runs already: {told['url']}, process {told['pid']}" in again.out
    assert told["home"] == str(terminal.home)
    assert ended.out == "The daemon has ended.\n"
    assert find_daemon(terminal.home) is None
    assert terminal.run("daemon", "stop").out == "No daemon runs.\n"


def test_render_uses_the_daemon_and_says_the_same(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=6, lines_per_frame=1, faults=[fault("fail", frame=4)])

    said = with_daemon.run(
        "render", scene.name, "--output", "out/f_####.png", "--tries", 1, "--plain"
    )

    assert said.code == 3, said.err
    assert "job 1: shot, 6 frames" in said.out
    assert said.out.count(" done in ") == 5
    assert "Missing: 4" in said.out
    assert with_daemon.delivered() == [1, 2, 3, 5, 6]
    client = Client.connect(with_daemon.home)
    assert client.job(1).job.is_here


@pytest.mark.thorough
def test_json_of_a_job_of_the_daemon_is_its_journal(with_daemon: Terminal) -> None:
    said = with_daemon.render(with_daemon.scene(last=3), "--json")

    events = said.events
    assert events[-1]["event"] == "summary"
    assert events[-1]["status"] == "done"
    kinds = [event["event"] for event in events]
    assert kinds[0] == "job_submitted"
    assert events[0]["plan"]["tasks"]
    assert kinds.count("frame_finished") == 3
    assert [e["number"] for e in events[:-1]] == sorted({e["number"] for e in events[:-1]})


def test_mistakes_are_told_by_the_daemon_as_without_it(with_daemon: Terminal) -> None:
    said = with_daemon.run("render", "gone.standin", "--output", "x.png", "--frames", "1-")

    assert said.code == 2
    assert [mistake.partition(":")[0] for mistake in said.mistakes] == [
        "scene", "frames", "output",
    ]  # fmt: skip


def test_ctrl_c_cancels_and_leaves_nothing(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=200, seconds=0.2)
    with with_daemon.start(
        "render", scene, "--output", with_daemon.output, "--plain"
    ) as running:
        running.until_said(" done in ")
        client = Client.connect(with_daemon.home)
        renderers = [slot.pid for slot in client.job(1).slots]
        running.signal(signal.SIGINT)
        said = running.end()

    assert said.code == 130
    assert with_daemon.status(1) == "cancelled"
    assert renderers


def test_a_closed_terminal_changes_nothing(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=20, seconds=0.1)
    with with_daemon.start(
        "render", scene, "--output", with_daemon.output, "--plain"
    ) as running:
        running.until_said(" done in ")
        running.process.kill()
    said = with_daemon.run("watch", 1, "--plain")

    assert said.code == 0
    assert "Done: 20 frames" in said.out
    assert with_daemon.delivered() == list(range(1, 21))


def test_wishes_reach_the_jobs_of_the_daemon(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=200, seconds=0.1)
    job = with_daemon.run(
        "submit", scene, "--output", with_daemon.output, "--note", "for Anna"
    ).out.strip()
    assert job == "1"
    client = Client.connect(with_daemon.home)

    assert with_daemon.run("hold", job).code == 0
    wait_until(lambda: client.job(1).job.status == "held", "held")
    assert with_daemon.run("release", job).code == 0
    wait_until(lambda: client.job(1).job.status != "held", "released")
    assert with_daemon.run("priority", job, 77).code == 0
    wait_until(lambda: client.job(1).job.priority == 77, "a priority")
    listed = json.loads(with_daemon.run("jobs", "--json").out)
    assert (listed["job"], listed["priority"]) == (1, 77)
    assert client.job(1).job.note == "for Anna"
    cancelled = with_daemon.run("cancel", job)

    assert cancelled.out.startswith("job 1: cancelled")


def test_retry_renders_what_is_missing_of_an_earlier_job(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=5, faults=[fault("fail", frame=2)])
    assert with_daemon.render(scene, "--tries", 1).code == 3
    with_daemon.scene(last=5)

    said = with_daemon.run("retry", 1, "--plain")

    assert said.code == 0
    assert with_daemon.rendered(2) == [2]


@pytest.mark.thorough
def test_a_render_without_the_daemon_renders_by_itself(with_daemon: Terminal) -> None:
    said = with_daemon.render(with_daemon.scene(last=3), "--no-daemon")

    assert said.code == 0
    assert not Client.connect(with_daemon.home).jobs(status="running").jobs
    assert with_daemon.delivered() == [1, 2, 3]


def test_submit_and_watch_say_how_a_daemon_is_started(terminal: Terminal) -> None:
    scene = terminal.scene()
    for words in (("submit", scene, "--output", terminal.output), ("watch", 1)):
        said = terminal.run(*words)
        assert said.code == 1
        assert "framecrew daemon start" in said.err


@pytest.mark.thorough
def test_stopping_with_jobs_says_that_they_go_on(with_daemon: Terminal) -> None:
    scene = with_daemon.scene(last=30, seconds=0.1)
    with_daemon.run("submit", scene, "--output", with_daemon.output)
    client = Client.connect(with_daemon.home)
    wait_until(lambda: client.job(1).job.done > 0, "a frame")

    said = with_daemon.run("daemon", "stop")

    assert "1 unfinished" in said.out
    assert with_daemon.run("daemon", "start").code == 0
    assert with_daemon.run("watch", 1, "--quiet").code == 0
    assert with_daemon.delivered() == list(range(1, 31))


def test_the_daemon_of_a_terminal_outlives_it(terminal: Terminal) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no sessions of terminals")
    shell = subprocess.Popen(
        [sys.executable, "-m", "framecrew", "daemon", "run", "--port", "0"],
        env=terminal.environment,
        start_new_session=True,
    )
    try:
        wait_until(lambda: find_daemon(terminal.home) is not None, "the daemon")
        found = find_daemon(terminal.home)
        assert found is not None
        assert found.owner.pid == shell.pid
    finally:
        shell.terminate()
        assert shell.wait(20) == 0


def test_an_address_beyond_this_machine_needs_tls(terminal: Terminal) -> None:
    said = terminal.run("daemon", "start", "--listen", "0.0.0.0", "--port", "0")

    assert said.code != 0
    assert "--certificate and --key" in said.err
    assert find_daemon(terminal.home) is None


@pytest.mark.thorough
def test_the_studio_prints_a_link_that_works_once(terminal: Terminal) -> None:
    said = terminal.run("studio", "--no-browser", "--port", "0")

    assert said.code == 0
    assert "/open?key=" in said.out


def test_a_service_file_is_written_explained_and_removed(terminal: Terminal) -> None:
    environment = {"HOME": str(terminal.folder), "USERPROFILE": str(terminal.folder)}
    printed = terminal.run("daemon", "install", "--print", environment=environment)
    written = terminal.run("daemon", "install", environment=environment)
    path = Path(written.out.split("Wrote ")[1].split(": a ")[0])

    assert str(terminal.home) in printed.out
    assert path.is_file()
    assert "Switch it on with:" in written.out
    removed = terminal.run("daemon", "install", "--remove", environment=environment)
    assert f"Removed {path}" in removed.out
    assert not path.exists()
