"""What one session found out is told to those that come after it, and not for ever."""

from dataclasses import replace

from framecrew.execution.known import MOST_SCENES, Known
from framecrew.model.requests import RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.renderers.stand_in import RENDERER

FACTS = SceneFacts(program_version="", first=1, last=1)


def found(words: str) -> SceneFacts:
    return replace(FACTS, known=words)


def scene(number: int) -> RenderRequest:
    return RenderRequest(renderer="stand-in", scene=f"/{number}.json")


def test_what_was_found_last_counts_and_the_oldest_goes_first() -> None:
    known = Known()
    for number in range(MOST_SCENES):
        known.remember(RENDERER, scene(number), found("old"))
    known.remember(RENDERER, scene(0), found("new"))
    known.remember(RENDERER, scene(MOST_SCENES), found("one more"))
    assert known.of(RENDERER, scene(0)) == "new"
    assert known.of(RENDERER, scene(1)) == ""
    known.remember(RENDERER, scene(0), found(""))
    assert known.of(RENDERER, scene(0)) == ""
