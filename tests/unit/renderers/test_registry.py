"""Which renderers there are, and what is said when the wanted one is not."""

from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from framecrew.model.errors import WrongUse
from framecrew.renderers.blender import RENDERER
from framecrew.renderers.contract import Renderer
from framecrew.renderers.registry import GROUP, Registry, gathered, installed_renderers

OTHER = replace(RENDERER, name="toon", extensions=(".toon", ".scene.blend"))


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_blender_is_always_there() -> None:
    assert gathered(()).get("blender") is RENDERER
    assert installed_renderers().get("Blender").name == "blender"


def test_an_announced_renderer_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toon_card.py").write_text(
        "from dataclasses import replace\n"
        "from framecrew.renderers.blender import RENDERER as BLENDER\n"
        "RENDERER = replace(BLENDER, name='toon', extensions=('.toon',))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    registry = gathered((point("toon", "toon_card:RENDERER"),))

    assert registry.for_scene("a.toon").name == "toon"
    assert "blender" in registry.names


def test_what_makes_no_pictures_is_there_and_is_not_offered_for_scenes() -> None:
    registry = gathered(())

    assert registry.get("ffmpeg").picture_formats == ()
    assert "ffmpeg" not in registry.of_pictures


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no.such.module:RENDERER", "ModuleNotFoundError"),
        ("framecrew.renderers.blender:NOTHING", "AttributeError"),
        ("framecrew.renderers.blender:PROGRAM", "not a Renderer card"),
    ],
)
def test_one_broken_renderer_does_not_hide_the_others(value: str, reason: str) -> None:
    registry = gathered((point("broken", value),))

    assert "blender" in registry.names
    with pytest.raises(WrongUse, match=reason):
        registry.get("broken")


def test_an_announced_renderer_takes_the_place_of_a_built_in_one() -> None:
    registry = gathered((point("blender", "framecrew.renderers.blender:RENDERER"),))

    assert registry.names.count("blender") == 1


def registry_of(*renderers: Renderer) -> Registry:
    return Registry(renderers=renderers)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(WrongUse, match=r"wanted one of blender, toon; found 'maya'"):
        registry_of(RENDERER, OTHER).get("maya")


@pytest.mark.parametrize(
    ("scene", "name"),
    [
        ("/a/b.blend", "blender"),
        ("C:\\A\\B.BLEND", "blender"),
        ("x.toon", "toon"),
        ("x.scene.blend", "toon"),
    ],
)
def test_a_scene_is_opened_by_the_renderer_of_its_longest_ending(scene: str, name: str) -> None:
    assert registry_of(RENDERER, OTHER).for_scene(scene).name == name


@pytest.mark.parametrize("scene", ["a.ma", "blend", ""])
def test_a_scene_nobody_opens_lists_the_endings(scene: str) -> None:
    with pytest.raises(WrongUse, match=r"ends in \.blend, \.scene\.blend, \.toon"):
        registry_of(RENDERER, OTHER).for_scene(scene)


def test_no_renderer_at_all_is_said_plainly() -> None:
    with pytest.raises(WrongUse, match="no renderer is installed"):
        registry_of().get("blender")
