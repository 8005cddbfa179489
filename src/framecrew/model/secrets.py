"""Secrets: environment values that no log, event or page may show.

A variable is secret by its name, as programs that print environments judge it. Its value still
goes to the renderer and into the queue's own file, which only its owner can read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from framecrew.model.plans import Plan
from framecrew.model.requests import JoinRequest, RenderRequest, Request

SECRET_NAME = re.compile(
    r"KEYS?(?:_|$)|TOKEN|SECRET|(?:^|_)PASS(?:_|$)|PASSW|PASSPHRASE|CREDENTIAL|AUTH(?!OR)"
    r"|SERIAL|COOKIE|SIGNATURE|PRIVATE",
    re.IGNORECASE,
)
MASK = "***"
SHORTEST = 4
"""Characters; masking shorter ones would tear ordinary words apart, and hide nothing."""


def is_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return SECRET_NAME.search(name) is not None


class Mask:
    """Takes secret values out of texts."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        values = {
            value
            for name, value in environment.items()
            if is_secret(name) and len(value) >= SHORTEST
        }
        # The longest first: one may be a part of another.
        ordered = sorted(values, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def over(self, text: str) -> str:
        """The text with every secret value as `***`."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def over_all(self, texts: Iterable[str]) -> list[str]:
        return list(texts) if self._pattern is None else [self.over(text) for text in texts]


def shown(plan: Plan) -> Plan:
    """The plan as anybody may see it: secret values of its requests masked."""
    return replace(
        plan,
        tasks=tuple(replace(task, request=_shown(task.request)) for task in plan.tasks),
    )


def _shown(request: Request) -> Request:
    match request:
        case RenderRequest():
            return replace(
                request,
                environment=_masked(request.environment),
                slot_environment={
                    name: (MASK,) * len(values) if is_secret(name) else values
                    for name, values in request.slot_environment.items()
                },
            )
        case JoinRequest(sound_run=run) if run is not None:
            environment = _masked(run.command.environment)
            command = replace(run.command, environment=environment)
            return replace(request, sound_run=replace(run, command=command))
        case _:
            return request


def _masked(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: MASK if is_secret(name) else value for name, value in environment.items()}
