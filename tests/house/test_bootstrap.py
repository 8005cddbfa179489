"""What bootstrap.py decides; that it installs is seen wherever these tests run at all."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def load_bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = load_bootstrap()


def test_every_step_is_taken_and_the_first_failure_is_the_answer(tmp_path: Path) -> None:
    def step(name: str, code: int) -> object:
        touch = f"import pathlib; pathlib.Path({str(tmp_path / name)!r}).touch()"
        script = f"{touch}; raise SystemExit({code})"
        return bootstrap.Step(name, [sys.executable, "-c", script])

    taken = bootstrap.take_together([step("a", 0), step("b", 3), step("c", 4)])
    taken.append(bootstrap.take(step("d", 5), {}))

    assert bootstrap.conclude(taken) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "d"]


def test_an_environment_is_current_only_with_its_python_and_the_same_lock(
    tmp_path: Path,
) -> None:
    stamp = tmp_path / "stamp"
    python = bootstrap.python_of(tmp_path)
    assert not bootstrap.is_current(stamp, tmp_path, "lock 1")

    stamp.write_text("lock 1", encoding="utf-8")
    assert not bootstrap.is_current(stamp, tmp_path, "lock 1")

    python.parent.mkdir()
    python.touch()
    assert bootstrap.is_current(stamp, tmp_path, "lock 1")
    assert not bootstrap.is_current(stamp, tmp_path, "lock 2")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
def test_a_launcher_without_its_python_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, script in [
        ("python3.13", "exit 127"),
        ("python3.14", "echo /some/python; echo 3.14"),
    ]:
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    found = {version: path for path, version in bootstrap.pythons()}

    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert found.keys() == {own, "3.14"}
    assert own == "3.14" or found["3.14"] == Path("/some/python")


def test_a_named_renderer_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMECREW_BPY_PYTHON", "/some/python")

    assert bootstrap.ensure_blender() == {}


def test_apt_is_asked_only_where_a_person_or_ci_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert not bootstrap.read_arguments(["test"])[0].system
    assert bootstrap.read_arguments(["test", "--system"])[0].system

    monkeypatch.setenv("CI", "true")
    assert bootstrap.read_arguments(["test"])[0].system


def test_further_arguments_go_on_to_pytest() -> None:
    _, rest = bootstrap.read_arguments(["test", "-x", "-k", "watchdog"])

    assert rest == ["-x", "-k", "watchdog"]
