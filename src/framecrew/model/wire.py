"""The JSON form of events, pulses, plans and specs: what the journal keeps and `--json` prints.

Rule 1: a value is an object with one key per field; every field is written, so that a default
        changed later does not change what an old journal says.
Rule 2: unknown keys are ignored and absent keys take the field's default, so that journals
        written by an older or a newer version stay readable.
Rule 3: frame sets and frame patterns are their text, enums their value, tuples arrays; where
        a field is one of several classes, the object says which by `type`.

The converters of a class are built once, from its type hints. A journal of a long job is
read through them at every start, so a class made of plain values costs one constructor call.
"""

import json
import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.events import Event, JobSubmitted
from framecrew.model.pulses import Pulse
from framecrew.model.secrets import shown

T = TypeVar("T")

Convert = Callable[[Any], Any]

PLAIN = (str, int, float, bool, type(None))
"""Types that are the same in JSON."""


def kind_name(cls: type) -> str:
    """The name of a class in JSON: `FrameFinished` is `frame_finished`."""
    name = _NAMES.get(cls)
    if name is None:
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        _NAMES[cls] = name
    return name


_NAMES: dict[type, str] = {}


EVENT_KINDS: Mapping[str, type] = {kind_name(cls): cls for cls in get_args(Event)}
PULSE_KINDS: Mapping[str, type] = {kind_name(cls): cls for cls in get_args(Pulse)}


# ── events and pulses ────────────────────────────────────────────────────────────────────────


def event_to_json(event: Event | Pulse) -> str:
    """The event's fields as one compact JSON object; its kind is kept beside it."""
    return _write(to_plain(event))


def event_from_json(kind: str, text: str) -> Event:
    """The event that `event_to_json` wrote. ValueError if kind or text is not one of ours."""
    try:
        return cast("Event", _event_readers()[kind](json.loads(text)))
    except (KeyError, TypeError, AttributeError, ValueError):
        # Read again, with words for what is wrong.
        return cast("Event", _read(EVENT_KINDS, kind, text))


def pulse_from_json(kind: str, text: str) -> Pulse:
    """The pulse that `event_to_json` wrote. ValueError if kind or text is not one of ours."""
    return cast("Pulse", _read(PULSE_KINDS, kind, text))


def events_from_json(rows: Sequence[tuple[str, str]]) -> list[Event]:
    """Many events at once, from `(kind, text)` pairs; about twice as fast as one by one."""
    readers = _event_readers()
    try:
        bodies = json.loads(f"[{','.join([text for _, text in rows])}]")
        return [readers[kind](body) for (kind, _), body in zip(rows, bodies, strict=True)]
    except (KeyError, TypeError, AttributeError, ValueError):
        # One of them is damaged or of an unknown kind; reading one by one names it.
        return [event_from_json(kind, text) for kind, text in rows]


def event_line(event: Event | Pulse, number: int | None = None) -> str:
    """One line of `--json`: `event`, `number` where it has one, `at`, and the other fields.

    What only the journal may hold is masked, see `secrets`.
    """
    if isinstance(event, JobSubmitted):
        event = replace(event, plan=shown(event.plan))
    head: dict[str, object] = {"event": kind_name(type(event))}
    if number is not None:
        head["number"] = number
    return _write(head | cast("dict[str, object]", to_plain(event)))


def _read(kinds: Mapping[str, type], kind: str, text: str) -> object:
    cls = kinds.get(kind)
    if cls is None:
        raise ValueError(
            f"Wanted one of the kinds this version knows; found {kind!r}. "
            "Use the version of framecrew that wrote it, or a newer one."
        )
    return from_json(cls, text)


# ── any class of the model ───────────────────────────────────────────────────────────────────


def to_json(value: object) -> str:
    """A plan, spec or any other dataclass of the model as compact JSON."""
    return _write(to_plain(value))


def from_json(cls: type[T], text: str) -> T:
    """The value of `cls` that `to_json` wrote. ValueError says what is wrong with the text."""
    try:
        data = json.loads(text)
    except ValueError as problem:
        raise ValueError(_misfit(cls, str(problem))) from problem
    return from_plain(cls, data)


def to_plain(value: object) -> object:
    """The same as `to_json`, as dictionaries and lists."""
    return _dataclass_writer(type(value))(value)


def from_plain(cls: type[T], data: object) -> T:
    """The same as `from_json`, from dictionaries and lists."""
    if not isinstance(data, dict):
        # The text is at fault, not the caller's types.
        raise ValueError(_misfit(cls, f"{type(data).__name__}, not an object"))  # noqa: TRY004
    read = _dataclass_reader(cls)
    try:
        return cast("T", read(data))
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise ValueError(_misfit(cls, str(problem))) from problem


def _misfit(cls: type, found: str) -> str:
    return (
        f"Wanted the JSON form of {kind_name(cls)}; found {found}. "
        "The text is damaged, or another version wrote it."
    )


# ASCII only: a file name that is not valid UTF-8 lives in Python as lone surrogates, which no
# database or terminal takes, but as \udcff escapes they pass everywhere and come back the same.
_write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


# ── writers ──────────────────────────────────────────────────────────────────────────────────


_WRITERS: dict[type, Convert] = {}
_READERS: dict[type, Convert] = {}


def _dataclass_writer(cls: type) -> Convert:
    if cls not in _WRITERS:
        _WRITERS[cls] = _make_writer(cls)
    return _WRITERS[cls]


def _make_writer(cls: type) -> Convert:
    names = tuple(field.name for field in fields(cls))
    hints = get_type_hints(cls)
    converters = [
        (name, write) for name in names if (write := _writer(hints[name])) is not None
    ]
    if len(names) == 1:
        only = names[0]

        def values(value: object) -> dict[str, object]:
            return {only: getattr(value, only)}

    else:
        read_all = attrgetter(*names)

        def values(value: object) -> dict[str, object]:
            return dict(zip(names, read_all(value), strict=True))

    if not converters:
        return values

    def write_fields(value: object) -> dict[str, object]:
        data = values(value)
        for name, write in converters:
            data[name] = write(data[name])
        return data

    return write_fields


def _writer(hint: object) -> Convert | None:
    """How a value of this type becomes JSON; None when it is JSON already."""
    if hint in PLAIN:
        return None
    if hint is FrameSet:
        return str
    if hint is FramePattern:
        return attrgetter("text")
    if hint is object:
        return _free_to_plain
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _array(list, _writer(arguments[0]))
    if origin in (Union, types.UnionType):
        return _union_writer(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(_writer(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return attrgetter("value")
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_writer(hint)
    raise TypeError(f"{hint!r} has no JSON form; give it one in framecrew/model/wire.py.")


def _union_writer(members: tuple[Any, ...]) -> Convert | None:
    classes = [member for member in members if member is not type(None)]
    if len(classes) == 1:
        return _optional(_writer(classes[0]))
    writers = {cls: (kind_name(cls), _dataclass_writer(cls)) for cls in classes}

    def write_tagged(value: object) -> dict[str, object]:
        name, write = writers[type(value)]
        return {"type": name, **write(value)}

    return write_tagged


def _free_to_plain(value: object) -> object:
    """A value of no declared type, as renderer options hold: enums, sequences, mappings…"""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _free_to_plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_free_to_plain(inner) for inner in value]
    return value


# ── readers ──────────────────────────────────────────────────────────────────────────────────


@cache
def _event_readers() -> dict[str, Convert]:
    return {kind: _dataclass_reader(cls) for kind, cls in EVENT_KINDS.items()}


def _dataclass_reader(cls: type) -> Convert:
    if cls not in _READERS:
        _READERS[cls] = _make_reader(cls)
    return _READERS[cls]


def _make_reader(cls: type) -> Convert:
    known = frozenset(field.name for field in fields(cls))
    hints = get_type_hints(cls)
    converters = [
        (name, read) for name in sorted(known) if (read := _reader(hints[name])) is not None
    ]

    def make(data: Mapping[str, object]) -> object:
        try:
            return cls(**data)
        except TypeError:
            # A newer version wrote a field we do not know, or one without default is absent;
            # the second try leaves out the first and fails for the second.
            return cls(**{name: value for name, value in data.items() if name in known})

    if not converters:
        return make

    def read_fields(data: Mapping[str, object]) -> object:
        values = dict(data)
        for name, read in converters:
            if name in values:
                values[name] = read(values[name])
        return make(values)

    return read_fields


def _reader(hint: object) -> Convert | None:
    """How JSON becomes a value of this type; None when it is one already."""
    if hint in PLAIN:
        return None
    if hint is FrameSet:
        return _frame_set
    if hint is FramePattern:
        return FramePattern.parse
    if hint is object:
        return _free_from_plain
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _array(tuple, _reader(arguments[0]))
    if origin in (Union, types.UnionType):
        return _union_reader(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(_reader(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_reader(hint)
    raise TypeError(f"{hint!r} has no JSON form; give it one in framecrew/model/wire.py.")


def _union_reader(members: tuple[Any, ...]) -> Convert | None:
    classes = [member for member in members if member is not type(None)]
    if len(classes) == 1:
        return _optional(_reader(classes[0]))
    readers = {kind_name(cls): _dataclass_reader(cls) for cls in classes}

    def read_tagged(data: Mapping[str, object]) -> object:
        inner = dict(data)
        return readers[str(inner.pop("type"))](inner)

    return read_tagged


def _frame_set(text: str) -> FrameSet:
    # A person who asks for no frames has made a mistake, and `parse` says so; an event may.
    return FrameSet.parse(text) if text else FrameSet()


def _free_from_plain(value: object) -> object:
    """Arrays come back as tuples: what the model holds is frozen."""
    if isinstance(value, dict):
        return {key: _free_from_plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_free_from_plain(inner) for inner in value)
    return value


# ── shapes that are the same in both directions ──────────────────────────────────────────────


def _array(make: Callable[[Iterable[Any]], object], convert: Convert | None) -> Convert:
    if convert is None:
        return make
    return lambda values: make([convert(value) for value in values])


def _mapping(convert: Convert | None) -> Convert:
    if convert is None:
        return dict
    return lambda values: {key: convert(value) for key, value in values.items()}


def _optional(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)
