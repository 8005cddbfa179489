"""The fields of a job spec or of a renderer's options, described once for every door.

The command line's flags, the job file's keys, its JSON Schema and its page in the docs are all
made from these descriptions; nothing about a field is written twice.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from framecrew.model.options import Help, TargetNames


class FieldType(StrEnum):
    """What a person writes into a field."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    SWITCH = "switch"
    """True or false."""
    CHOICE = "choice"
    LIST = "list"
    """Several texts or numbers; `items` says which."""
    TABLE = "table"
    """Names with values."""


PATH_METAVARS = ("FILE", "FOLDER", "PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecField:
    """One field."""

    name: str
    flag: str
    """E.g. `--chunk-size`."""
    type: FieldType
    help: str
    metavar: str = ""
    """Shown for the value; empty: told from the type."""
    default: object = None
    may_be_absent: bool = False
    """The default None means that framecrew chooses, or that there is none."""
    choices: tuple[str, ...] = ()
    items: FieldType | None = None
    """Of a list or a table; None in a table that takes anything."""
    length: int | None = None
    """Of a list that has a fixed one."""
    target_names: TargetNames | None = None
    """The text names targets."""
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None

    @property
    def is_path(self) -> bool:
        """Whether its texts are paths, by what stands for the value in the help."""
        return self.metavar in PATH_METAVARS

    @property
    def is_number(self) -> bool:
        return self.type in (FieldType.WHOLE_NUMBER, FieldType.NUMBER)

    @property
    def wanted(self) -> str:
        """What a value must be, to be said after "wanted"."""
        words = self._words()
        bounds = self.bounds
        return f"{words} {bounds}" if bounds else words

    @property
    def bounds(self) -> str:
        """The bounds in words, e.g. `of at least 1`; empty when there are none."""
        parts = [
            f"{words} {bound:g}"
            for words, bound in (
                ("at least", self.at_least),
                ("more than", self.more_than),
                ("at most", self.at_most),
                ("less than", self.less_than),
            )
            if bound is not None
        ]
        return f"of {' and '.join(parts)}" if parts else ""

    def _words(self) -> str:
        match self.type:
            case FieldType.TEXT:
                return "text"
            case FieldType.WHOLE_NUMBER:
                return "a whole number"
            case FieldType.NUMBER:
                return "a number"
            case FieldType.SWITCH:
                return "true or false"
            case FieldType.CHOICE:
                return f"one of {', '.join(self.choices)}"
            case FieldType.LIST:
                many = "" if self.length is None else f"{self.length} "
                return f"a list of {many}{self.items}s"
            case FieldType.TABLE:
                return f"a table of names with {'values' if self.items is None else 'texts'}"


@cache
def spec_fields(cls: type) -> tuple[SpecField, ...]:
    """The fields of a frozen dataclass, in its order."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_spec_field(field, hints[field.name]) for field in fields(cls))


def field_named(cls: type, name: str) -> SpecField | None:
    """The field of that name, or None."""
    return next((field for field in spec_fields(cls) if field.name == name), None)


SIMPLE: Mapping[object, FieldType] = {
    str: FieldType.TEXT,
    int: FieldType.WHOLE_NUMBER,
    float: FieldType.NUMBER,
    bool: FieldType.SWITCH,
}


def _spec_field(field: Field[Any], hint: object) -> SpecField:
    extras: tuple[object, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        extras = tuple(rest)
    may_be_absent = False
    if get_origin(hint) in (Union, types.UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        may_be_absent = len(members) < len(get_args(hint))
        if len(members) > 1:
            raise TypeError(f"{field.name}: {hint} is more than one type; a flag takes one.")
        hint = members[0]
    kind, choices, items, length = _type_of(field.name, hint)
    names = next((extra for extra in extras if isinstance(extra, TargetNames)), None)
    help_ = next((extra for extra in extras if isinstance(extra, Help)), Help(""))
    bounds: dict[str, Any] = {}
    for extra in extras:
        match extra:
            case Ge(ge=bound):
                bounds["at_least"] = bound
            case Gt(gt=bound):
                bounds["more_than"] = bound
            case Le(le=bound):
                bounds["at_most"] = bound
            case Lt(lt=bound):
                bounds["less_than"] = bound
            case _:
                # Other metadata is somebody else's; `Help` was read above.
                continue
    return SpecField(
        name=field.name,
        flag="--" + field.name.replace("_", "-"),
        type=kind,
        help=help_.text,
        metavar=help_.metavar or "",
        default=_default(field),
        may_be_absent=may_be_absent,
        choices=choices,
        items=items,
        length=length,
        target_names=names,
        **bounds,
    )


def _type_of(
    name: str, hint: object
) -> tuple[FieldType, tuple[str, ...], FieldType | None, int | None]:
    if hint in SIMPLE:
        return SIMPLE[hint], (), None, None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return FieldType.CHOICE, tuple(str(value) for value in arguments), None, None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return FieldType.CHOICE, tuple(str(member.value) for member in hint), None, None
    if origin is tuple:
        length = None if arguments[-1] is Ellipsis else len(arguments)
        return FieldType.LIST, (), SIMPLE[arguments[0]], length
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return FieldType.TABLE, (), SIMPLE.get(arguments[1]), None
    raise TypeError(f"{name}: no flag or job-file key can be made of {hint!r}.")


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default.value if isinstance(field.default, Enum) else field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None
