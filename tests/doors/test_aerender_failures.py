"""Every way in which After Effects fails: its name, its advice, and what follows from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from cases import further
from doors.terminal import Said, Terminal

from framecrew.model import events as ev
from framecrew.model.failures import ADVICE, FailureKind
from framecrew.testing import ae_fault, install_aerender, write_project

pytestmark = pytest.mark.slow

COUNT = 3


class Shot:
    """A job of three frames in one process."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.folder = folder
        self.program = install_aerender(folder / "bin")

    def render(self, *flags: object, comp: str = "Main", **values: Any) -> Said:
        project = write_project(self.folder / "shot.aep", **{"last": COUNT, **values})
        chosen = ("--comp", comp) if "--rqindex" not in flags else ()
        return self.terminal.run(
            *("render", project, *chosen, "--frames", f"1-{COUNT}", "--plain", "--no-mfr"),
            *("--output", self.terminal.output, "--program", self.program, "--slots", 1),
            *("--chunk-size", COUNT, "--spawn-delay", 0, "--start-timeout", 3),
            *("--stall-timeout", 3, "--exit-timeout", 2, *flags),
        )

    def attempts(self) -> list[ev.AttemptStarted]:
        journal = self.terminal.journal(1)
        return [one for one in journal if isinstance(one, ev.AttemptStarted)]

    def losses(self) -> list[dict[str, Any]]:
        view = json.loads(self.terminal.run("show", 1, "--json").out)
        return [loss for task in view["tasks"] for loss in task["losses"]]


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    return Shot(tmp_path)


K = FailureKind


@pytest.mark.parametrize(
    ("values", "flags", "kind", "word", "most_attempts"),
    [
        pytest.param(
            {"faults": [ae_fault("missing_footage", names=["sky.mov"])]},
            *((), K.MISSING_ASSET, "sky.mov", 1),
            id="missing footage",
        ),
        pytest.param(
            {"faults": [ae_fault("read_failure", frame=2)]},
            *((), K.MISSING_ASSET, "Could not read from source", 1),
            id="could not read from source, exit code 0",
        ),
        further({}, ("--rqindex", 9), K.BAD_REQUEST, "", 1, name="unknown queue item"),
        further(
            {},
            ("--rs-template", "Nope"),
            K.BAD_REQUEST,
            "settings template",
            1,
            name="unknown settings",
        ),
        further(
            {},
            ("--om-template", "Nope"),
            K.BAD_REQUEST,
            "module template",
            1,
            name="unknown module",
        ),
        further(
            {}, ("--aerender-flags", "-bogus"), K.BAD_REQUEST, "-bogus", 1, name="syntax error"
        ),
        further({"saved_in": "99.0"}, (), K.BAD_SCENE, "99.0", 1, name="newer project"),
        further(
            {"faults": [ae_fault("output_failed", frame=2)]},
            *((), K.BAD_OUTPUT, "output module failed", 9),
            name="output module failed",
        ),
        pytest.param(
            {"faults": [ae_fault("crash", at="frame", frame=2, signal="SIGSEGV")]},
            *((), K.CRASH, "", 9),
            id="crash by a signal",
        ),
        further(
            {"faults": [ae_fault("crash", at="frame", frame=2, exit_code=9)]},
            *((), K.CRASH, "9", 9),
            name="crash by a number",
        ),
        further(
            {"faults": [ae_fault("never_launched")]},
            *((), K.CRASH, "never opened the composition", 3),
            name="never launched",
        ),
        further(
            {"faults": [ae_fault("apple_event")]}, (), K.CRASH, "-1701", 3, name="Apple event"
        ),
        further(
            {"faults": [ae_fault("hang", at="launch")]},
            *((), K.START_HANG, "", 3),
            name="hang at launch",
        ),
        further(
            {"faults": [ae_fault("hang", at="frame", frame=2)]},
            *((), K.STALL, "", 9),
            name="hang in a frame",
        ),
        pytest.param(
            {"faults": [ae_fault("no_end")]},
            *((), None, "", 9),
            id="no last line, but every file is there",
        ),
    ],
)
def test_a_failure_has_its_name_its_advice_and_its_policy(
    shot: Shot,
    values: dict[str, Any],
    flags: tuple[object, ...],
    kind: FailureKind | None,
    word: str,
    most_attempts: int,
) -> None:
    said = shot.render(*flags, **values)
    assert "Traceback" not in said.err
    assert len(shot.attempts()) <= most_attempts
    if kind is None:
        assert said.code == 0, said.out
        return
    assert said.code in {1, 3}, said.out + said.err
    kinds = {FailureKind(loss["failure"]["kind"]) for loss in shot.losses()}
    assert kinds == {kind}, said.out
    told = [loss["failure"] for loss in shot.losses()]
    assert any(word in text for one in told for text in (one["reason"], *one["evidence"]))
    assert ADVICE[kind] in said.out
    assert "Missing: " in said.out


def test_missing_fonts_and_effects_are_shown_by_name_and_fail_nothing(shot: Shot) -> None:
    said = shot.render(
        faults=[
            ae_fault("missing_fonts", names=["Lato Bold"]),
            ae_fault("missing_effects", names=["Glow Deluxe"]),
        ]
    )
    assert said.code == 0, said.out
    assert "Lato Bold" in said.out
    assert "Glow Deluxe" in said.out
    assert shot.terminal.delivered() == [1, 2, 3]


def test_an_unknown_comp_is_told_at_once(shot: Shot) -> None:
    said = shot.render(comp="Nain")
    assert said.code == 1
    assert "No comp was found" in said.out
    assert len(shot.attempts()) == 1


@pytest.mark.thorough
def test_a_launch_that_hangs_is_tried_again_alone(shot: Shot) -> None:
    fault = ae_fault("hang", at="launch", once=shot.folder / "hung")
    flags = ("--slots", 3, "--chunk-size", 4, "--frames", "1-12", "--start-timeout", 3)
    said = shot.render(*flags, last=12, launch_seconds=0.5, seconds=0.3, faults=[fault])
    assert said.code == 0, said.out
    assert shot.terminal.delivered() == list(range(1, 13))
    assert len(shot.attempts()) == 4


@pytest.mark.thorough
def test_another_instance_is_waited_for_with_starts_spread(shot: Shot) -> None:
    said = shot.render(faults=[ae_fault("busy", once=shot.folder / "busy")])
    assert said.code == 0, said.out
    assert "busy_instance" in said.out
    assert ADVICE[K.BUSY_INSTANCE] in said.out
    first, second = shot.attempts()
    assert second.at - first.at >= 2.0


@pytest.mark.thorough
def test_fail_fast_ends_what_others_do_and_the_default_goes_on(shot: Shot) -> None:
    values: dict[str, Any] = {"last": 10, "faults": [ae_fault("crash", at="frame", frame=2)]}
    words = ("--slots", 2, "--chunk-size", 5, "--frames", "1-10")
    slow = [0.1] * 5 + [5.0] * 5
    said = shot.render(*words, "--fail-fast", seconds=slow, **values)
    assert said.code in {1, 3}
    assert not {8, 9, 10} & set(shot.terminal.delivered())
    said = shot.render(*words, seconds=0.01, **values)
    assert said.code == 3
    assert shot.terminal.delivered() == [1, *range(3, 11)]
