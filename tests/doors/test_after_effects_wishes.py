"""What a person may ask of After Effects, by the command line, and what reaches aerender of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from cases import further
from doors.terminal import Said, Terminal

from framecrew.model import events as ev
from framecrew.testing import (
    ae_fault,
    install_aerender,
    read_film_frame_numbers,
    read_frame_number,
    write_project,
)

pytestmark = pytest.mark.slow


class Studio:
    """A folder, of whatever name, with a stand-in aerender that tells of its starts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.terminal = Terminal(folder)
        self.folder = folder
        self.starts = folder / "starts"
        self.program = install_aerender(folder / "bin")
        self.output: object = folder / "out" / "f_[####].png"

    def render(self, frames: str, *flags: object, **values: Any) -> Said:
        project = write_project(
            self.folder / "shot.aep", **{"starts": str(self.starts), **values}
        )
        chosen = () if "--rqindex" in flags else ("--comp", "Main")
        return self.terminal.run(
            *("render", project, *chosen, "--frames", frames, "--output", self.output),
            *("--program", self.program, "--spawn-delay", 0, "--plain", *flags),
        )

    @property
    def delivered(self) -> dict[str, int | None]:
        """File name → the frame that it shows."""
        paths = sorted(Path(str(self.output)).parent.glob("*.png"))
        return {path.name: read_frame_number(path) for path in paths}

    @property
    def calls(self) -> list[list[str]]:
        lines = self.starts.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["arguments"] for line in lines]

    def events(self, kind: type) -> list[Any]:
        return [one for one in self.terminal.journal(1) if isinstance(one, kind)]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "studio")


def after(words: list[str], flag: str) -> str:
    return words[words.index(flag) + 1]


# ── how many ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("flags", "slots"),
    [
        further(("--slots", 3, "--licences", 2), 2),
        (("--slots", 3, "--max-slots", 1), 1),
        (("--memory-per-slot", "900G"), 1),
    ],
)
def test_no_more_processes_are_started_than_a_person_allows(
    studio: Studio, flags: tuple[object, ...], slots: int
) -> None:
    said = studio.render("1-6", *flags, last=6)
    assert said.code == 0, said.err
    assert {one.slots for one in studio.events(ev.LayoutChosen)} == {slots}
    assert {one.slot for one in studio.events(ev.AttemptStarted)} <= set(range(slots))
    assert len(studio.delivered) == 6


@pytest.mark.thorough
def test_nine_frames_on_eight_slots_use_eight(studio: Studio) -> None:
    said = studio.render("1-9", "--slots", 8, last=9, seconds=0.5)
    assert said.code == 0, said.err
    assert {one.slot for one in studio.events(ev.AttemptStarted)} == set(range(8))
    assert list(studio.delivered.values()) == list(range(1, 10))


# ── what ─────────────────────────────────────────────────────────────────────────────────────


def test_an_item_of_the_queue_is_rendered_with_all_that_is_wished_of_it(studio: Studio) -> None:
    comps = [{"name": "One", "last": 3}, {"name": "Two", "last": 3}]
    settings = ("--render-settings", "Quality: Best; Effects: All On")
    module = ("--output-settings", "Channels: RGB")
    said = studio.render(
        "1-3",
        *("--rqindex", 2, *settings, *module, "--close", "SAVE_CHANGES", "--slots", 1),
        comps=comps,
        queue=[{"comp": "One"}, {"comp": "Two", "output_module": "PNG Sequence"}],
    )
    assert said.code == 0, said.out + said.err
    (words,) = studio.calls
    assert (after(words, "-rqindex"), "-comp" in words) == ("2", False)
    assert after(words, "-renderSettings") == "Quality: Best; Effects: All On"
    assert after(words, "-outputSettings") == "Channels: RGB"
    assert after(words, "-close") == "SAVE_CHANGES"
    assert list(studio.delivered.values()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("frames", "wanted"),
    [
        ("-5-2", {f"f_-{5 - n:04d}.png" if n < 5 else f"f_{n - 5:04d}.png": n - 5 for n in range(8)}),
        further("1-10x4", {"f_0001.png": 1, "f_0005.png": 5, "f_0009.png": 9, "f_0010.png": 10}),
        further("9998-10001", {"f_9998.png": 9998, "f_9999.png": 9999, "f_10000.png": 10000, "f_10001.png": 10001}),
    ],
)  # fmt: skip
def test_frames_have_their_own_numbers_and_no_others(
    studio: Studio, frames: str, wanted: dict[str, int]
) -> None:
    span = {"first": min(wanted.values()), "last": max(wanted.values())}
    said = studio.render(frames, "--slots", 2, **span)
    assert said.code == 0, said.out + said.err
    if min(wanted.values()) < 0:
        # The stand-in's pixels tell no negative numbers.
        assert set(studio.delivered) == set(wanted)
    else:
        assert studio.delivered == wanted


# ── where ────────────────────────────────────────────────────────────────────────────────────


def test_blanks_umlauts_brackets_and_commas_in_every_path_change_nothing(
    tmp_path: Path,
) -> None:
    studio = Studio(tmp_path / "Müller & Söhne, [1] {x}")
    studio.output = studio.folder / "Bild, Ton [2]" / "Größe 100%_[####].png"
    said = studio.render("1-3", "--scratch", studio.folder / "ein Ort", last=3)
    assert said.code == 0, said.out + said.err
    assert list(studio.delivered) == [f"Größe 100%_000{frame}.png" for frame in (1, 2, 3)]
    studio.output = studio.folder / "Film, fertig [3]" / "Größe's.mov"
    said = studio.render("1-4", "--segment-size", 2, last=4, audio=True)
    assert said.code == 0, said.out + said.err
    assert read_film_frame_numbers(Path(str(studio.output)), "ffmpeg") == [1, 2, 3, 4]


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def test_words_that_only_look_like_an_end_end_nothing(studio: Studio) -> None:
    text = "INFO: expression says: render done, Finished composition, Total Time Elapsed"
    said = studio.render(
        "1-4",
        "--slots",
        1,
        "--no-mfr",
        last=4,
        faults=[ae_fault("message", frame=2, text=text)],
    )
    assert said.code == 0, said.out
    assert list(studio.delivered.values()) == [1, 2, 3, 4]
    assert len(studio.events(ev.AttemptStarted)) == 1
    log = studio.terminal.run("logs", 1).out
    assert log.count("expression says") == 1
