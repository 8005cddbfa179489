"""Several targets of one scene in one job, with a real Blender."""

import shutil
import subprocess
from pathlib import Path

import pytest
from doors.terminal import Said, Terminal

from framecrew.media.digests import read_digest
from framecrew.media.pictures import examine
from framecrew.model import events as ev
from framecrew.model.outputs import Checks, PictureFacts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("blender"), reason="no blender here"),
]

BUILDER = Path(__file__).parents[1] / "scenes" / "build_scene.py"
LAYERS = ("--view-layer", "ViewLayer,Bare")
CAMERAS = ("--camera", "Camera,Side")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenes by name."""
    folder = tmp_path_factory.mktemp("scenes")
    program = shutil.which("blender") or "blender"
    for name in ("two_of_everything", "sides_of_two_layers", "two_stereo_cameras"):
        start = [program, "-b", "--factory-startup", "--python", str(BUILDER), "--"]
        made = str(folder / f"{name}.blend")
        subprocess.run([*start, name, made], check=True, capture_output=True)
    return folder


class Shot:
    """A job of two frames of a scene."""

    def __init__(self, folder: Path, scene: Path) -> None:
        self.terminal = Terminal(folder)
        self.folder = folder / "out"
        self.scene = folder / scene.name
        shutil.copy(scene, self.scene)

    def render(self, *flags: str, output: str = "{target}/f_####.png") -> Said:
        place = self.folder / output
        return self.terminal.run(
            "render", self.scene, "--output", place, "--frames", "1-2", "--plain", *flags
        )

    def files(self) -> list[str]:
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def programs(self, job: int) -> set[int]:
        """Every Blender that rendered for this job."""
        opened = (
            one for one in self.terminal.journal(job) if isinstance(one, ev.SessionOpened)
        )
        return {one.pid for one in opened}

    def pixels(self, file: str) -> str:
        facts = examine(self.folder / file, checks=Checks(outliers=True))
        assert isinstance(facts, PictureFacts), facts
        return facts.pixels


def test_layers_and_cameras_give_a_sequence_for_each_pair_from_one_blender(
    tmp_path: Path, scenes: Path
) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    said = shot.render(*LAYERS, *CAMERAS, "--slots", "1")
    assert said.code == 0, said.out + said.err
    pairs = ("Bare_Camera", "Bare_Side", "ViewLayer_Camera", "ViewLayer_Side")
    assert shot.files() == [f"{pair}/f_000{frame}.png" for pair in pairs for frame in (1, 2)]
    assert "] Bare_Side: done in" in said.out
    assert len(shot.programs(1)) == 1


@pytest.mark.thorough
def test_a_target_looks_as_it_does_rendered_alone(tmp_path: Path, scenes: Path) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    assert shot.render(*LAYERS, *CAMERAS).code == 0
    alone = ("--view-layer", "Bare", "--camera", "Side")
    assert shot.render(*alone, output="alone_####.png").code == 0
    for frame in (1, 2):
        together = shot.pixels(f"Bare_Side/f_000{frame}.png")
        assert together == shot.pixels(f"alone_000{frame}.png")
        assert together != shot.pixels(f"ViewLayer_Camera/f_000{frame}.png")


@pytest.mark.thorough
def test_a_persons_own_python_has_the_last_word_for_every_target(
    tmp_path: Path, scenes: Path
) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    code = "open(bpy.path.abspath('//seen'), 'a').write(scene.camera.name + ' ')"
    said = shot.render(*CAMERAS, "--slots", "1", "--python-before", code)
    assert said.code == 0, said.out + said.err
    assert (tmp_path / "seen").read_text(encoding="utf-8") == "Camera Side "
    assert len(shot.programs(1)) == 2


@pytest.mark.thorough
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg here")
def test_each_target_has_a_film_and_a_second_run_keeps_them_all(
    tmp_path: Path, scenes: Path
) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    flags = (*CAMERAS, "--film", str(shot.folder / "shot_{target}.mp4"))
    said = shot.render(*flags, output="f_{target}_####.png")
    assert said.code == 0, said.out + said.err
    films = [shot.folder / f"shot_{name}.mp4" for name in ("Camera", "Side")]
    digests = [read_digest(film) for film in films]
    again = shot.render(*flags, output="f_{target}_####.png")
    assert again.code == 0
    assert again.out.count("film kept, found whole") == 2
    assert [read_digest(film) for film in films] == digests
    assert shot.programs(2) == set()


@pytest.mark.thorough
def test_what_is_missing_is_told_for_each_target_and_rendered_alone(
    tmp_path: Path, scenes: Path
) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    assert shot.render(*CAMERAS).code == 0
    (shot.folder / "Side" / "f_0002.png").write_bytes(b"no picture")
    shot.folder.joinpath("Camera", "f_0001.png").unlink()
    said = shot.render(*CAMERAS)
    assert said.code == 0
    assert "Side: frame 2 is there but" in said.err
    finished = [one for one in shot.terminal.journal(2) if isinstance(one, ev.FrameFinished)]
    assert sorted(one.frame for one in finished) == [1, 2]


def test_compositor_outputs_of_each_target_have_a_folder_of_their_own(
    tmp_path: Path, scenes: Path
) -> None:
    shot = Shot(tmp_path, scenes / "sides_of_two_layers.blend")
    said = shot.render(*LAYERS)
    assert said.code == 0, said.out + said.err
    passes = tmp_path / "passes"
    assert sorted(path.relative_to(passes).as_posix() for path in passes.glob("*/*")) == [
        "Bare/shot_again0001.png",
        "Bare/shot_again0002.png",
        "ViewLayer/shot_beauty_01.png",
        "ViewLayer/shot_beauty_02.png",
    ]
    assert shot.pixels("../passes/ViewLayer/shot_beauty_01.png") == shot.pixels(
        "ViewLayer/f_0001.png"
    )
    assert shot.pixels("../passes/Bare/shot_again0001.png") != shot.pixels(
        "../passes/ViewLayer/shot_beauty_01.png"
    )


@pytest.mark.thorough
def test_both_eyes_of_each_camera_are_delivered(tmp_path: Path, scenes: Path) -> None:
    shot = Shot(tmp_path, scenes / "two_stereo_cameras.blend")
    said = shot.render(*CAMERAS)
    assert said.code == 0, said.out + said.err
    assert shot.files() == [
        f"{camera}/f_000{frame}_{eye}.png"
        for camera in ("Camera", "Side")
        for frame in (1, 2)
        for eye in "LR"
    ]
    assert shot.pixels("Camera/f_0001_L.png") != shot.pixels("Side/f_0001_L.png")


@pytest.mark.parametrize(
    ("flags", "output", "told"),
    [
        (CAMERAS, "f_####.png", "wanted a place for the target's name, as 2 are rendered"),
        (("--camera", "Camera,Nobody"), "{target}_####.png", "(Camera, Side); found Nobody"),
        (("--camera", "Nobody,Camera"), "{target}_####.png", "holds: Camera, Side"),
        ((), "{target}_####.png", "Name one with --view-layer or --camera"),
    ],
)
def test_what_cannot_be_told_apart_or_is_not_there_is_refused_before_anything_starts(
    tmp_path: Path, scenes: Path, flags: tuple[str, ...], output: str, told: str
) -> None:
    shot = Shot(tmp_path, scenes / "two_of_everything.blend")
    said = shot.render(*flags, output=output)
    assert said.code == 2
    assert told in said.err
    assert shot.files() == []
    assert shot.terminal.jobs() == []
