"""Golden lines: what each renderer's reader makes of real output, and what the end amounts to.

`<renderer>/<name>.log` begins with `# …`: where it came from. `<name>.json` holds:

- `exit_code` and `answer` (what a session would have answered): the other witnesses;
- `frames` (begun), `percents`, `files` (path and frame), `claimed`, `end_seen`: readings;
- `counted`, where a renderer counts its frames instead of naming them;
- `complaints`: severity, kind and text of each, in order;
- `failure`: the kind that `diagnose` must come to, or null for a clean end.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from framecrew.model.requests import RenderRequest
from framecrew.renderers.contract import (
    Complaint,
    End,
    EndSeen,
    FileWritten,
    FrameBegun,
    FrameClaimed,
    FrameCounted,
    FramePercent,
    Reading,
    Renderer,
)
from framecrew.renderers.registry import installed_renderers

OPTIONS: Mapping[str, Mapping[str, object]] = {"aftereffects": {"comp": "Main"}}
"""What a renderer does not do without."""

WRAPPED = (
    "2024-01-01 12:00:00:  0: STDOUT: ",
    "2024-01-01 12:00:00,123 ",
    "2024-01-01T10:00:00.1234567Z ",
    "2024-01-01T10:00:00.123456789Z stdout F ",
    "2018-03-06T23:23:45.488634+00:00: > ",
    "2022-07-11T16:47:44+02:00 pid=20508 > ",
    "2026/02/03 15:57:28-08:00 [STDOUT] ",
    "2024/10/23 15\uc2dc 37\ubd84 20\ucd08+09:00 ADAPTOR_OUTPUT: STDOUT: ",
    "0:00:08.634641\tADAPTOR_OUTPUT: STDERR: ",
    "09-03 21:54:46 (debug) ",
    "[17:20:33] ",
    "[12:52:15.115]: ",
    "Nov 21 09:46:10 node7 blender[1234]: ",
    "blender-1    | ",
)
"""What farms and other machinery were seen to put before each line."""

HERE = Path(__file__).parent
LOGS = sorted(HERE.glob("*/*.log"))


def lines_of(log: Path) -> list[str]:
    """The renderer's own lines, without our heading."""
    lines = log.read_bytes().decode("utf-8", errors="replace").split("\n")
    while lines and lines[0].startswith("# "):
        del lines[0]
    return lines


def read_log(renderer: Renderer, lines: Iterable[str]) -> list[Reading]:
    reader = renderer.reader(
        RenderRequest(
            renderer=renderer.name, scene="/job/scene", options=OPTIONS.get(renderer.name, {})
        )
    )
    return [reading for line in lines for reading in reader.read(line)]


def told(
    renderer: Renderer, lines: list[str], *, exit_code: int | None, answer: str
) -> dict[str, object]:
    """Everything a log tells, in the form of the golden file."""
    readings = read_log(renderer, lines)
    complaints = tuple(one for one in readings if isinstance(one, Complaint))
    end_seen = any(isinstance(one, EndSeen) for one in readings)
    failure = renderer.diagnose(
        End(
            exit_code=exit_code,
            complaints=complaints,
            tail=tuple(lines[-20:]),
            answer=answer,
            end_seen=end_seen,
            opened=True,
        )
    )
    counted = [one.count for one in readings if isinstance(one, FrameCounted)]
    return {
        **({"counted": counted} if counted else {}),
        "exit_code": exit_code,
        "answer": answer,
        "frames": [one.frame for one in readings if isinstance(one, FrameBegun)],
        "percents": [one.percent for one in readings if isinstance(one, FramePercent)],
        "files": [[one.path, one.frame] for one in readings if isinstance(one, FileWritten)],
        "claimed": [one.frame for one in readings if isinstance(one, FrameClaimed)],
        "end_seen": end_seen,
        "complaints": [[str(one.severity), str(one.kind), one.text] for one in complaints],
        "failure": None if failure is None else str(failure.kind),
    }


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
def test_a_log_means_today_what_it_meant_when_it_was_recorded(log: Path) -> None:
    golden = json.loads(log.with_suffix(".json").read_text(encoding="utf-8"))
    renderer = installed_renderers().get(log.parent.name)

    now = told(renderer, lines_of(log), exit_code=golden["exit_code"], answer=golden["answer"])

    assert now == golden


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
def test_a_log_means_the_same_behind_the_prefix_of_a_farm(log: Path) -> None:
    golden = json.loads(log.with_suffix(".json").read_text(encoding="utf-8"))
    renderer = installed_renderers().get(log.parent.name)

    for prefix in WRAPPED:
        lines = [prefix + line for line in lines_of(log)]
        now = told(renderer, lines, exit_code=golden["exit_code"], answer=golden["answer"])
        assert now == golden, prefix


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
def test_a_log_says_where_it_came_from(log: Path) -> None:
    heading = log.read_bytes().split(b"\n", 1)[0].decode()

    assert heading.startswith(("# recorded: ", "# written: "))


def test_no_golden_file_stands_without_its_log() -> None:
    assert {log.with_suffix(".json") for log in LOGS} == set(HERE.glob("*/*.json"))
