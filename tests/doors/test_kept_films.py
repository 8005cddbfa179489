"""A film that is there already: kept when it is whole and up to date, else made again."""

import os
import shutil
from pathlib import Path

import pytest
from cases import further
from doors.terminal import Said, Terminal

from framecrew.model import events as ev

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg here"),
]


class Shot:
    """Six frames and their film, made once already."""

    def __init__(self, folder: Path, *, ending: str = ".mp4") -> None:
        self.terminal = Terminal(folder)
        self.film = folder / "out" / f"shot{ending}"
        said = self.render()
        assert said.code == 0, said.out + said.err
        self.bytes = self.film.read_bytes()

    def render(self, *flags: str) -> Said:
        scene = self.terminal.scene(last=6)
        return self.terminal.render(scene, "--film", str(self.film), "--plain", *flags)

    def encoded(self, job: int) -> bool:
        """Whether this job made a film, by its journal."""
        return any(
            isinstance(event, ev.AttemptStarted) and event.task == "film"
            for event in self.terminal.journal(job)
        )


def test_a_whole_film_newer_than_its_frames_is_kept_and_said_to_be(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render()
    assert said.code == 0, said.out + said.err
    assert not shot.encoded(2)
    assert shot.film.read_bytes() == shot.bytes
    assert f"{shot.film} is there, whole and newer than its frames; it is kept" in said.err
    assert f"film kept, found whole: {shot.film}" in said.out
    assert shot.terminal.status(2) == "done"


@pytest.mark.parametrize("ending", [further(".mov"), further(".webm"), further(".mkv")])
def test_a_whole_film_is_known_again_in_every_sort_of_file(tmp_path: Path, ending: str) -> None:
    shot = Shot(tmp_path, ending=ending)
    assert "it is kept" in shot.render().err
    assert not shot.encoded(2)


def test_a_film_is_made_again_when_a_frame_of_it_is(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    shot.terminal.picture(3).unlink()
    assert shot.render().code == 0
    assert shot.terminal.rendered(2) == [3]
    assert shot.encoded(2)


@pytest.mark.thorough
def test_a_film_older_than_a_frame_is_made_again(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    later = shot.film.stat().st_mtime + 5
    os.utime(shot.terminal.picture(4), (later, later))
    said = shot.render()
    assert "f_0004.png is newer; it is made again" in said.err
    assert shot.encoded(2)


def test_a_truncated_film_is_made_again(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    os.truncate(shot.film, len(shot.bytes) - 200)
    said = shot.render()
    assert said.code == 0
    assert "it is made again" in said.err
    assert shot.film.read_bytes() == shot.bytes


@pytest.mark.thorough
def test_a_film_of_another_length_is_made_again(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    said = shot.render("--frames", "1-4")
    assert "wanted 4 frames, found 6; it is made again" in said.err
    assert shot.encoded(2)


@pytest.mark.parametrize(
    "flags", [further(("--film-fps", "12")), further(("--film-preset", "h265"))]
)
def test_a_film_wanted_in_another_way_is_made_again(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    shot = Shot(tmp_path)
    assert "it is made again" in shot.render(*flags).err
    assert shot.encoded(2)


@pytest.mark.thorough
def test_a_film_of_as_many_other_frames_is_not_taken_for_this_one(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    first, second = shot.render("--frames", "1-3"), shot.render("--frames", "4-6")
    assert "it was made of other frames" not in first.err
    assert "it was made of other frames, or in another way; it is made again" in second.err
    assert shot.encoded(3)


@pytest.mark.thorough
def test_a_film_is_made_again_where_existing_files_are_to_be_replaced(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    assert shot.render("--existing", "replace").code == 0
    assert shot.encoded(2)
