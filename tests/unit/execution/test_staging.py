"""A scene across the network is rendered from a copy that is proved to be the same."""

import asyncio
from pathlib import Path

from framecrew.execution.staging import KEPT, Stages
from framecrew.model.failures import Failure, FailureKind


def borrow(stages: Stages, scene: Path, *, wanted: bool | None = True) -> str | Failure:
    return asyncio.run(stages.borrow(str(scene), wanted=wanted))


def a_scene(folder: Path, text: bytes = b"scene") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    scene = folder / "Größe '1'.aep"
    scene.write_bytes(text)
    return scene


def test_a_copy_has_the_scenes_name_and_bytes_and_the_original_is_untouched(
    tmp_path: Path,
) -> None:
    scene = a_scene(tmp_path / "net")
    before = scene.stat()
    stages = Stages(tmp_path / "homes")
    path = borrow(stages, scene)
    assert isinstance(path, str)
    assert Path(path) != scene
    assert Path(path).name == scene.name
    assert Path(path).read_bytes() == b"scene"
    after = scene.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_scenes_of_one_name_do_not_collide(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "homes")
    paths = [borrow(stages, a_scene(tmp_path / name, name.encode())) for name in "ab"]
    assert [Path(str(path)).read_bytes() for path in paths] == [b"a", b"b"]


def test_one_copy_serves_until_the_scene_changes(tmp_path: Path) -> None:
    scene = a_scene(tmp_path / "net")
    stages = Stages(tmp_path / "homes")
    first, again = borrow(stages, scene), borrow(stages, scene)
    scene.write_bytes(b"newer scene")
    changed = borrow(stages, scene)
    assert first == again != changed
    assert Path(str(first)).read_bytes() == b"scene"
    assert Path(str(changed)).read_bytes() == b"newer scene"


def test_a_scene_on_a_disk_of_this_machine_is_rendered_where_it_lies(tmp_path: Path) -> None:
    scene = a_scene(tmp_path)
    stages = Stages(tmp_path / "homes")
    assert (
        borrow(stages, scene, wanted=None) == borrow(stages, scene, wanted=False) == str(scene)
    )
    assert not (tmp_path / "homes").exists()


def test_a_scene_that_cannot_be_read_is_a_failure_that_names_it(tmp_path: Path) -> None:
    failure = borrow(Stages(tmp_path / "homes"), tmp_path / "gone.aep")
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.BAD_SCENE
    assert "gone.aep" in failure.reason


def test_unused_copies_beyond_a_few_go_and_those_in_use_stay(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "homes")
    held = borrow(stages, a_scene(tmp_path / "held"))
    paths = [str(borrow(stages, a_scene(tmp_path / f"{i}"))) for i in range(KEPT + 2)]
    for path in paths:
        stages.give_back(path)
    assert [Path(path).exists() for path in paths] == [False, False] + [True] * KEPT
    assert Path(str(held)).exists()
    stages.close()
    assert not [file for file in (tmp_path / "homes").rglob("*") if file.is_file()]


def test_a_copy_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    scene = a_scene(tmp_path / "net")
    stages = Stages(tmp_path / "homes")
    Path(str(borrow(stages, scene))).unlink()
    assert Path(str(borrow(stages, scene))).read_bytes() == b"scene"
