"""What a job lays over the environment of its renderers, and what nobody gets to see of it."""

import json
from pathlib import Path

from doors.terminal import Terminal

from framecrew.testing import fault

LOUD = fault("complaint", severity="warning", text="$API_KEY $PLACE $GPU $COUNT")


def test_a_file_of_variables_reaches_every_slot_and_its_secrets_reach_nobody_else(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    file = terminal.folder / "env.json"
    values = {"API_KEY": "hunter2", "PLACE": "in {slot}", "GPU": ["a", "b"], "COUNT": 3}
    file.write_text(json.dumps(values), encoding="utf-8")
    scene = terminal.scene(last=8, seconds=0.1, faults=[LOUD])

    said = terminal.render(scene, "--env-file", file, "--slots", "2", "--json")

    assert said.code == 0, said.err
    log = terminal.run("logs", "1").out
    told = {line.rpartition(": ")[2] for line in log.splitlines() if "warning" in line}
    assert told == {"*** in 0 a 3", "*** in 1 b 3"}
    assert "hunter2" not in said.out + said.err
    assert "hunter2" not in terminal.run("show", "1", "--json").out
    logs = [path for path in terminal.home.rglob("*.log") if path.is_file()]
    assert logs
    assert not any("hunter2" in path.read_text(encoding="utf-8") for path in logs)


def test_the_queue_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    assert terminal.render(terminal.scene(last=1)).code == 0
    (queue,) = terminal.home.glob("queue.sqlite")
    assert queue.stat().st_mode & 0o077 == 0


def test_a_missing_or_broken_file_starts_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    scene = terminal.scene(last=2)
    broken = tmp_path / "broken.json"
    broken.write_text('{"A": null}', encoding="utf-8")
    for file, words in ((tmp_path / "none.json", "No such file"), (broken, "null")):
        said = terminal.render(scene, "--env-file", file)
        assert said.code == 2
        assert words in said.err
        assert "Traceback" not in said.err
    assert not (terminal.folder / "out").exists()
