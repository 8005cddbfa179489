"""A spec as a command line: what it says is what it was made of."""

from dataclasses import replace

from framecrew.model.jobs import JobSpec, Order
from framecrew.planning.command_line import command_line, spec_keys
from framecrew.renderers.blender_options import BlenderOptions

SPEC = JobSpec(scene="/a b.blend", output="/out/f_####.png", frames="1-9")


def test_only_what_is_not_the_default_is_said() -> None:
    assert command_line(SPEC, None) == (
        "framecrew", "render", "/a b.blend", "--frames", "1-9", "--output", "/out/f_####.png",
    )  # fmt: skip


def test_switches_lists_and_choices_are_written_as_flags() -> None:
    spec = replace(SPEC, order=Order.SPREAD, affinity=False, not_black=True, slots=2)

    words = command_line(spec, None)

    assert words[words.index("--order") :][:2] == ("--order", "spread")
    assert words[words.index("--slots") :][:2] == ("--slots", "2")
    assert {"--no-affinity", "--not-black"} <= set(words)


def test_options_of_the_renderer_follow() -> None:
    spec = replace(SPEC, options={"samples": 64})

    assert command_line(spec, BlenderOptions)[-2:] == ("--samples", "64")


def test_other_frames_take_the_place_of_its_own() -> None:
    words = command_line(SPEC, None, frames="-3")

    assert "--frames=-3" in words
    assert "1-9" not in words


def test_secrets_are_masked() -> None:
    spec = replace(SPEC, environment={"API_TOKEN": "hunter2", "LANG": "C"})

    assert "hunter2" not in " ".join(command_line(spec, None))
    assert command_line(spec, None)[-4:] == ("--env", "API_TOKEN=***", "--env", "LANG=C")
    assert spec_keys(spec)["environment"] == {"API_TOKEN": "***", "LANG": "C"}
