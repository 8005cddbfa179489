"""What is known of scenes: what one session found out by trying, told to those that come after it."""

from framecrew.model.requests import RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.renderers.contract import Renderer

MOST_SCENES = 100


class Known:
    """By what is fixed once a scene is open. It is of use while a job runs, so old ones may go."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, ...], str] = {}

    def of(self, card: Renderer, request: RenderRequest) -> str:
        """Empty when nothing is known of it."""
        return self._words.get(_key(card, request), "")

    def remember(self, card: Renderer, request: RenderRequest, facts: SceneFacts) -> None:
        """From the facts of a session that was opened last."""
        self._words.pop(_key(card, request), None)
        if facts.known:
            self._words[_key(card, request)] = facts.known
        while len(self._words) > MOST_SCENES:
            del self._words[next(iter(self._words))]


def _key(card: Renderer, request: RenderRequest) -> tuple[str, ...]:
    return (card.name, *card.session_key(request))
