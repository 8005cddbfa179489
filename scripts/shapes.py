"""The shapes of the daemon's answers and events as TypeScript, for the page of Studio.

They are told by the classes themselves, so that the page cannot be built against other shapes
than the daemon's. `scripts/pages.py` writes the file.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from inspect import getdoc

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model import answers
from framecrew.model.errors import Mistake
from framecrew.model.events import Event, JobSubmitted
from framecrew.model.failures import Failure
from framecrew.model.outputs import PictureFacts
from framecrew.model.wire import kind_name

HEAD = "// Written by scripts/pages.py from model/answers.py and model/events.py; change those, then run it.\n"

PLAIN: Mapping[object, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    object: "unknown",
    FrameSet: "string",
    FramePattern: "string",
}

LEFT_OUT = {(JobSubmitted, "plan")}
"""What the stream does not send."""


def typescript() -> str:
    """The whole file."""
    shapes = [
        value
        for value in vars(answers).values()
        if isinstance(value, type)
        and is_dataclass(value)
        and value.__module__ == answers.__name__
    ]
    events: list[type] = list(typing.get_args(Event))
    parts = [HEAD]
    parts += [interface(cls) for cls in (Mistake, Failure, PictureFacts, *shapes)]
    parts += [interface(cls, is_event=True) for cls in events]
    union = "".join(f"\n  | {cls.__name__}" for cls in events)
    parts.append(f"export type Event ={union};\n")
    return "\n".join(parts)


def interface(cls: type, *, is_event: bool = False) -> str:
    lines = [
        f"/** {(getdoc(cls) or '').partition(chr(10))[0]} */",
        f"export interface {cls.__name__} {{",
    ]
    if is_event:
        lines += [f'  event: "{kind_name(cls)}";', "  number: number;"]
        if "job" not in {each.name for each in fields(cls)}:
            lines.append("  job?: number;")
    lines += members(cls)
    return "\n".join([*lines, "}", ""])


def members(cls: type) -> Iterator[str]:
    hints = typing.get_type_hints(cls)
    for each in fields(cls):
        if (cls, each.name) not in LEFT_OUT:
            yield f"  {each.name}: {name_of(hints[each.name])};"


def name_of(hint: object) -> str:
    """The TypeScript of a type, as `wire` writes it."""
    if hint in PLAIN:
        return PLAIN[hint]
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(name_of(each) for each in arguments)
    if origin is tuple:
        return f"readonly {bracketed(name_of(arguments[0]))}[]"
    if origin is not None and issubclass(origin, Mapping):
        return f"Readonly<Record<string, {name_of(arguments[1])}>>"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(f'"{each.value}"' for each in hint)
    assert isinstance(hint, type), hint
    return hint.__name__


def bracketed(name: str) -> str:
    return f"({name})" if " " in name else name
