"""An absolute spec means the same from everywhere."""

import os
from dataclasses import replace
from pathlib import Path

from framecrew.model.jobs import JobSpec
from framecrew.planning.absolute import absolute_spec
from framecrew.renderers.contract import Renderer

ROOT = str(Path(os.sep).absolute())


def test_all_paths_of_a_spec_start_at_the_folder(card: Renderer) -> None:
    spec = JobSpec(
        scene="a.paint",
        output="o_#.png",
        program="paint",
        name="a",
        options={"scripts": ["a.py"], "samples": 3},
    )

    found = absolute_spec(spec, ROOT, card.options)

    assert found == replace(
        spec,
        scene=str(Path(ROOT, "a.paint")),
        output=str(Path(ROOT, "o_#.png")),
        options={"scripts": (str(Path(ROOT, "a.py")),), "samples": 3},
    )
    assert absolute_spec(found, "elsewhere", card.options) == found


def test_options_of_an_unknown_class_are_left_as_they_are() -> None:
    spec = JobSpec(options={"scripts": ["a.py"]})

    assert absolute_spec(spec, ROOT) == spec
