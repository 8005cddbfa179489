"""The locks pin what pyproject.toml asks for, with hashes, and name no package index."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "requirements"


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    """Each pinned package, with everything that stands about it in the lock."""
    text = (LOCKS / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return {line.partition("==")[0]: line for line in text.splitlines() if line.strip()}


def wanted(*keys: str) -> set[str]:
    found: object = project()
    for key in keys:
        assert isinstance(found, dict)
        found = found[key]
    assert isinstance(found, list)
    return {re.split(r"[^\w-]", line)[0].lower() for line in found}


@pytest.mark.parametrize(
    ("lock", "keys"),
    [
        ("locked.txt", ("project", "dependencies")),
        ("locked.txt", ("dependency-groups", "build")),
        ("dev.txt", ("project", "dependencies")),
        ("dev.txt", ("dependency-groups", "dev")),
        ("ffmpeg.txt", ("project", "optional-dependencies", "ffmpeg")),
    ],
)
def test_whatever_is_wanted_is_pinned(lock: str, keys: tuple[str, ...]) -> None:
    missing = wanted(*keys) - set(pins(lock))

    assert not missing, f"{lock} is old. Run: scripts/lock"


@pytest.mark.parametrize("lock", ["locked.txt", "dev.txt", "ffmpeg.txt"])
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    for name, line in pins(lock).items():
        assert re.match(rf"{re.escape(name)}==\S+", line)
        assert "--hash=sha256:" in line
        assert "://" not in line
        assert "index" not in line


def test_the_locks_agree_with_each_other() -> None:
    """They are installed into one environment; a difference would be changed to and fro."""
    run = pins("locked.txt")
    for lock in ("dev.txt", "ffmpeg.txt"):
        other = pins(lock)
        assert {name: other[name] for name in run if name in other} == {
            name: line for name, line in run.items() if name in other
        }
