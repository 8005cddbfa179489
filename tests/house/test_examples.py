"""The examples are job files that framecrew takes as they stand."""

from pathlib import Path

import pytest

from framecrew.frames.sets import FrameSet
from framecrew.planning.reading import parse_job_file, read_spec

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_read_without_a_mistake(example: Path) -> None:
    keys = parse_job_file(example.read_text(encoding="utf-8"), example.name)

    spec = read_spec(keys, folder=str(example.parent))

    assert Path(spec.scene).name == "shot.blend"
    assert FrameSet.parse(spec.frames)


def test_every_example_is_told_of_on_their_page() -> None:
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")

    assert all(f"[{example.name}]({example.name})" in page for example in EXAMPLES)
