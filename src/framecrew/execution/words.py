"""The words of a session's message, read without trust: a session may run anything."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import get_args, get_origin, get_type_hints

from framecrew.execution.marks import Message
from framecrew.model.failures import FailureKind
from framecrew.model.scenes import MissingFile, SceneFacts, SideOutput, Track


def text(message: Message, key: str) -> str:
    value = message.get(key)
    return value if isinstance(value, str) else ""


def number(message: Message, key: str) -> float:
    return _finite(message.get(key)) or 0.0


def integer(message: Message, key: str) -> int | None:
    value = message.get(key)
    return value if isinstance(value, int) else None


def frame_list(message: Message, key: str) -> list[int]:
    value = message.get(key)
    return (
        [frame for frame in value if isinstance(frame, int)] if isinstance(value, list) else []
    )


def failure_kind(message: Message) -> FailureKind:
    try:
        return FailureKind(text(message, "kind"))
    except ValueError:
        return FailureKind.UNKNOWN


def scene_facts(message: Message) -> SceneFacts:
    """The facts of `opened`; what is absent or of another type has its default."""
    told = message.get("facts")
    known = told if isinstance(told, dict) else {}
    hints = get_type_hints(SceneFacts)
    values: dict[str, object] = {"program_version": "", "first": 1, "last": 1}
    for name in (field.name for field in fields(SceneFacts)):
        if name in known and (value := _shaped(known[name], hints[name])) is not None:
            values[name] = value
    return SceneFacts(**values)  # type: ignore[arg-type]  # each was shaped by its own hint


def _shaped(value: object, hint: object) -> object:
    """The value as its field wants it, or None when it does not fit."""
    if get_origin(hint) is tuple:
        make = _ITEMS[get_args(hint)[0]]
        items = [make(item) for item in value] if isinstance(value, list) else []
        return tuple(item for item in items if item is not None)
    wanted = get_args(hint) or (hint,)
    if float in wanted:
        return _finite(value)
    fits = any(isinstance(kind, type) and isinstance(value, kind) for kind in wanted)
    return value if fits and isinstance(value, bool) == (bool in wanted) else None


def _finite(value: object) -> float | None:
    """A number that can be counted with; JSON as Python reads it knows others."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _string(item: object) -> str | None:
    return item if isinstance(item, str) else None


def _missing_file(item: object) -> MissingFile | None:
    if not isinstance(item, dict):
        return None
    return MissingFile(
        kind=failure_kind(item),
        path=text(item, "path"),
        user=text(item, "user"),
        found=text(item, "found"),
    )


def _side_output(item: object) -> SideOutput | None:
    if not isinstance(item, dict):
        return None
    return SideOutput(
        name=text(item, "name"),
        made=text(item, "made"),
        final=text(item, "final"),
        layers=_texts(item.get("layers")),
    )


def _track(item: object) -> Track | None:
    if not isinstance(item, dict) or not text(item, "source"):
        return None
    return Track(
        source=text(item, "source"),
        start=number(item, "start"),
        trim=max(0.0, number(item, "trim")),
        seconds=number(item, "seconds") if item.get("seconds") is not None else None,
        volume=max(0.0, number(item, "volume")) if "volume" in item else 1.0,
        loop=item.get("loop") is True,
        levels=_points(item.get("levels")),
        rate=_factor(item, "rate"),
        pitch=_factor(item, "pitch"),
        is_video=item.get("is_video") is True,
    )


def _factor(item: Mapping[str, object], name: str) -> float:
    found = number(item, name) if name in item else 1.0
    return found if found > 0 else 1.0


def _points(value: object) -> tuple[tuple[float, float], ...]:
    pairs = value if isinstance(value, list) else ()
    read = [
        tuple(_finite(one) for one in pair)
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2
    ]
    return tuple(
        (at, max(0.0, level)) for at, level in read if at is not None and level is not None
    )


def _texts(value: object) -> tuple[str, ...]:
    return (
        tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
    )


_ITEMS: dict[object, Callable[[object], object]] = {
    str: _string,
    MissingFile: _missing_file,
    SideOutput: _side_output,
    Track: _track,
}
