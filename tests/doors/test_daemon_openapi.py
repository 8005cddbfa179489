"""The OpenAPI description: whole, with examples, and true of every answer to whatever is asked."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from cases import further
from daemon import DaemonProcess

from framecrew.testing import write_scene

NOT_ASKED = ("/api/v1/stop", "/api/v1/machine")
"""The first ends the daemon, the second asks every installed program for its version."""


def described(daemon: DaemonProcess) -> dict[str, Any]:
    told = daemon.client._asking.plain("GET", "openapi.json")
    assert isinstance(told, dict)
    return told


def test_every_operation_is_described_with_an_example(tmp_path: Path) -> None:
    with DaemonProcess(tmp_path) as daemon:
        told = described(daemon)

    assert told["openapi"].startswith("3.1")
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (method, path)
            assert {"401", "403", "421", "422"} <= operation["responses"].keys()
            good = next(one for code, one in operation["responses"].items() if code < "300")
            shown = good.get("content", {}).get("application/json", {})
            is_ours = path.endswith(("/view", "/plan"))
            if shown.get("schema") and not is_ours:
                assert "example" in shown, (method, path)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed")
@pytest.mark.parametrize(
    ("phases", "most"),
    [further("examples,fuzzing", 3), further("examples,coverage,fuzzing", 6)],
)
def test_schemathesis_finds_nothing(tmp_path: Path, phases: str, most: int) -> None:
    with DaemonProcess(tmp_path) as daemon:
        scene = write_scene(tmp_path / "a.standin", last=2, lines_per_frame=1)
        daemon.wait_over(daemon.client.submit(daemon.keys(scene)))
        token = (daemon.home / "token").read_text()
        left_out = [word for path in NOT_ASKED for word in ("--exclude-path", path)]
        found = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run",
                f"{daemon.client.url}/api/v1/openapi.json",
                "--header", f"Authorization: Bearer {token}",
                "--phases", phases, "--max-examples", str(most),
                "--seed", "1", "--no-color", "--continue-on-failure",
                # What makes a good job is judged by the house, not by the shape of its keys.
                "--exclude-checks", "positive_data_acceptance",
                *left_out,
            ],
            cwd=tmp_path, env=daemon.environment, capture_output=True, text=True,
        )  # fmt: skip

        assert found.returncode == 0, found.stdout
        assert " passed" in found.stdout
        assert daemon.client.status().pid
        assert "Traceback" not in (tmp_path / "daemon.txt").read_text()
