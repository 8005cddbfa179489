"""Reading: a job file and flags become a job spec, or the full list of their mistakes.

Flags win over the job file. Numbers are taken where text is wanted (`film_fps = 25`).
Unknown keys are mistakes: a misspelt one that is passed over renders the wrong thing.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import JobSpec
from framecrew.planning.absolute import absolute_options
from framecrew.planning.paths import beside_job_file
from framecrew.planning.spec_fields import FieldType, SpecField, spec_fields

if TYPE_CHECKING:
    from pydantic import TypeAdapter

VERSION = 1
"""The newest version of the job file's format that we read."""

OPTIONS = "options"
AUTO = "auto"


def parse_job_file(text: str, name: str) -> dict[str, object]:
    """The keys of a job file, JSON if its name ends so, else TOML. WrongUse if it is not."""
    if name.lower().endswith(".json"):
        return _parse_json(text, name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise WrongUse(
            [
                Mistake(
                    place=name,
                    wanted="a job file in TOML",
                    found=str(problem),
                    advice='Texts stand in quotes: scene = "shot.blend". '
                    "`framecrew schema` prints all keys.",
                )
            ]
        ) from problem


def _parse_json(text: str, name: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        found = f"{problem.msg} (at line {problem.lineno}, column {problem.colno})"
    else:
        if isinstance(data, dict):
            return data
        found = _shown(data)
    raise WrongUse(
        [
            Mistake(
                place=name,
                wanted="a job file in JSON: one object",
                found=found,
                advice="`framecrew schema` prints all keys.",
            )
        ]
    )


def read_spec(
    job_file: Mapping[str, object],
    flags: Mapping[str, object] | None = None,
    *,
    option_flags: Mapping[str, object] | None = None,
    folder: str = "",
    options_class: Callable[[str, str], type | None] | None = None,
) -> JobSpec:
    """The spec that a job file's keys and the flags ask for. WrongUse with all mistakes.

    `flags` and `option_flags` (of the renderer itself) go by field name; None is a flag that
    was not given. `folder` is the job file's, to which its relative paths belong; for those
    among the renderer's options, `options_class` tells their class from renderer and scene.
    """
    newer = _version_mistake(job_file)
    if newer is not None:
        # What a newer version means by its other keys is not for us to judge.
        raise WrongUse([newer])
    given = _given(flags)
    options = _given(option_flags)
    file_values = {
        key: beside_job_file(key, value, folder) if isinstance(value, str) else value
        for key, value in job_file.items()
    }
    values = {**file_values, **given}
    file_options = _table(file_values.get(OPTIONS))
    if file_options and options_class is not None:
        cls = options_class(str(values.get("renderer", "")), str(values.get("scene", "")))
        file_options = (
            file_options if cls is None else absolute_options(cls, file_options, folder)
        )
        values[OPTIONS] = file_options
    if options or isinstance(given.get(OPTIONS), Mapping):
        values[OPTIONS] = {
            **file_options,
            **_table(given.get(OPTIONS)),
            **options,
        }
    fields = spec_fields(JobSpec)
    places = {field.name: field.flag if field.name in given else field.name for field in fields}
    known, mistakes = _known(values, fields, "")
    spec, wrong = _validated(JobSpec, known, places)
    mistakes += wrong
    if not isinstance(spec, JobSpec) or mistakes:
        raise WrongUse(mistakes)
    return spec


def read_options(
    cls: type, options: Mapping[str, object], *, renderer: str
) -> tuple[dict[str, object], list[Mistake]]:
    """A renderer's options as plain values without the defaults, and all their mistakes."""
    fields = spec_fields(cls)
    known, mistakes = _known(options, fields, renderer)
    places = {field.name: f"{OPTIONS}.{field.name}" for field in fields}
    made, wrong = _validated(cls, known, places)
    if made is None:
        return {}, [*mistakes, *wrong]
    values = {field.name: _plain(getattr(made, field.name)) for field in fields}
    return {
        field.name: values[field.name]
        for field in fields
        if values[field.name] != _plain(field.default)
    }, mistakes


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A sentence with the nearest of the words, or empty when none is near."""
    near = get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


# ── helpers, in the order they are met ───────────────────────────────────────────────────────


def _version_mistake(job_file: Mapping[str, object]) -> Mistake | None:
    version = job_file.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        return Mistake(
            place="version",
            wanted=f"a job file of version {VERSION} or older",
            found=str(version),
            advice="Update framecrew, or write the job file for this version.",
        )
    return None


def _given(flags: Mapping[str, object] | None) -> dict[str, object]:
    return {name: value for name, value in (flags or {}).items() if value is not None}


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _known(
    values: Mapping[str, object], fields: Sequence[SpecField], renderer: str
) -> tuple[dict[str, object], list[Mistake]]:
    """The values whose key is a field's, and a mistake for each that is not."""
    names = [field.name for field in fields]
    mistakes = [
        Mistake(
            place=f"{OPTIONS}.{key}" if renderer else key or '""',
            wanted=f"an option of {renderer}" if renderer else "a key of the job file",
            found=_shown(key),
            advice=did_you_mean(key.replace("-", "_"), names)
            or (f"There are: {', '.join(names)}." if names else "It has none."),
        )
        for key in values
        if key not in names
    ]
    return {key: value for key, value in values.items() if key in names}, mistakes


def _validated(
    cls: type, values: Mapping[str, object], places: Mapping[str, str]
) -> tuple[object | None, list[Mistake]]:
    # Imported here: it takes longer than everything else `framecrew --help` does.
    from pydantic import ValidationError

    by_name = {field.name: field for field in spec_fields(cls)}
    present = {
        name: _number_as_text(by_name[name], value)
        for name, value in values.items()
        if not _is_absent(by_name[name], value)
    }
    try:
        return _adapter(cls).validate_python(present), []
    except ValidationError as problem:
        wrong: dict[str, Mistake] = {}
        for error in problem.errors(include_url=False, include_context=False):
            name, *inner = (str(part) for part in error["loc"] if part != "[key]")
            place = ".".join([places[name], *inner])
            # Only the first of several about one place: the others follow from it.
            wrong.setdefault(place, _mistake(by_name[name], place, error["input"], inner))
        return None, list(wrong.values())


def _is_absent(field: SpecField, value: object) -> bool:
    """None is what an absent value is; a job file in JSON may write it as null. A number that is
    chosen when absent may be written as `auto`, which also takes back what the job file says.
    """
    if not field.may_be_absent:
        return False
    return value is None or (field.is_number and value == AUTO)


@cache
def _adapter(cls: type) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(cls)


def _number_as_text(field: SpecField, value: object) -> object:
    """A number where text is wanted becomes its text, as in `film_fps = 25`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value) if field.type is FieldType.TEXT else value
    if isinstance(value, Mapping) and field.items is FieldType.TEXT:
        inner = SpecField(name=field.name, flag=field.flag, type=FieldType.TEXT, help="")
        return {key: _number_as_text(inner, one) for key, one in value.items()}
    return value


def _mistake(field: SpecField, place: str, found: object, inner: Sequence[str]) -> Mistake:
    wanted = field.wanted
    if inner and field.items is not None:
        wanted = SpecField(name=field.name, flag=field.flag, type=field.items, help="").wanted
    advice = "Correct it, or leave it out."
    if field.type is FieldType.CHOICE and isinstance(found, str):
        advice = did_you_mean(found, field.choices) or advice
    return Mistake(place=place, wanted=wanted, found=_shown(found), advice=advice)


def _shown(value: object) -> str:
    """A value as it would stand in a job file, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return tuple(_plain(inner) for inner in value)
    return value
