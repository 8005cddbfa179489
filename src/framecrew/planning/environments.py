"""The file of environment variables: one JSON object of names and values.

A value is a text, a number or a switch; numbers and switches are written as JSON writes them.
A list gives each slot one of its values in turn: slot 0 the first, and so on, going round. In
every value `{slot}` stands for the slot's number, counted from 0.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from framecrew.model.errors import Mistake
from framecrew.model.plans import Plan
from framecrew.model.requests import JoinRequest, RenderRequest, Request
from framecrew.planning.findings import Findings

FIELD = "env_file"
OUR_VARIABLES = "FRAMECREW_"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFile:
    """What such a file says."""

    values: Mapping[str, str] = field(default_factory=dict)
    by_slot: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that differ between slots."""
    mistakes: tuple[Mistake, ...] = ()


def parse_environment_file(text: str) -> EnvironmentFile:
    """Read the file's text; with any mistake in it, it gives no values."""
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except ValueError as problem:
        return EnvironmentFile(
            mistakes=(
                Mistake(
                    place=FIELD,
                    wanted='a JSON object such as {"OCIO": "/show/config.ocio"}',
                    found=str(problem),
                    advice="Correct the file at that place.",
                ),
            )
        )
    if not isinstance(pairs, _Pairs):
        return EnvironmentFile(
            mistakes=(
                Mistake(
                    place=FIELD,
                    wanted="a JSON object of names and values",
                    found=_kind(pairs),
                    advice='Write {"NAME": "value", …}.',
                ),
            )
        )
    mistakes = tuple(_mistakes(pairs))
    if mistakes:
        return EnvironmentFile(mistakes=mistakes)
    return EnvironmentFile(
        values={name: _text(value) for name, value in pairs if not isinstance(value, list)},
        by_slot={
            name: tuple(_text(each) for each in value)
            for name, value in pairs
            if isinstance(value, list)
        },
    )


def environment_file(findings: Findings) -> EnvironmentFile:
    """The file that the spec names; without one, nothing."""
    text = findings.texts.get(FIELD)
    return EnvironmentFile() if text is None else parse_environment_file(text)


def with_environment(request: RenderRequest, file: EnvironmentFile) -> RenderRequest:
    """The request with the file's variables; those named one by one win over the file's."""
    own = request.environment
    return replace(
        request,
        environment={**file.values, **own},
        slot_environment={
            name: values for name, values in file.by_slot.items() if name not in own
        },
    )


def plan_with_environment(plan: Plan, file: EnvironmentFile) -> Plan:
    """The plan with the file's variables wherever it starts its renderer."""
    return replace(
        plan,
        tasks=tuple(
            replace(task, request=_with_file(task.request, file)) for task in plan.tasks
        ),
    )


def _with_file(request: Request, file: EnvironmentFile) -> Request:
    match request:
        case RenderRequest():
            return with_environment(request, file)
        case JoinRequest(sound_run=run) if run is not None:
            # It runs once, as in the first slot.
            first = {name: values[0] for name, values in file.by_slot.items()}
            environment = {**file.values, **first, **run.command.environment}
            command = replace(run.command, environment=environment)
            return replace(request, sound_run=replace(run, command=command))
        case _:
            return request


def name_mistakes(place: str, name: str) -> Iterator[Mistake]:
    """What is wrong with the name of a variable."""
    if not name or "=" in name or "\0" in name:
        yield Mistake(
            place=place,
            wanted="names of environment variables",
            found=repr(name),
            advice="A name is not empty and holds no = sign.",
        )
    elif name.upper().startswith(OUR_VARIABLES):
        yield Mistake(
            place=place,
            wanted=f"variables that do not begin with {OUR_VARIABLES}",
            found=name,
            advice="Framecrew speaks to its sessions through those; leave it out.",
        )


class _Pairs(list[tuple[str, object]]):
    """An object as it stands there, names that come twice included."""


def _mistakes(pairs: _Pairs) -> Iterator[Mistake]:
    seen: set[str] = set()
    for name, value in pairs:
        yield from name_mistakes(FIELD, name)
        if name in seen:
            yield Mistake(
                place=f"{FIELD}: {name}",
                wanted="every name once",
                found="the same name again",
                advice="Leave one of them out.",
            )
        seen.add(name)
        values = value if isinstance(value, list) and not isinstance(value, _Pairs) else [value]
        wrong = next((each for each in values if not _is_value(each)), None)
        if wrong is not None or not values or None in values:
            yield Mistake(
                place=f"{FIELD}: {name}",
                wanted="a text, a number, true or false, or a list of them, one for each slot",
                found=_kind(wrong) if values else "an empty list",
                advice="Write the value as a text.",
            )


def _is_value(value: object) -> bool:
    return isinstance(value, (bool, int, float)) or (
        isinstance(value, str) and "\0" not in value
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case _Pairs():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text" if "\0" not in value else "a text with a zero byte"
        case bool():
            return "true or false"
        case _:
            return "a number"
