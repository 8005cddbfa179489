"""What stands beside a field of a spec: its help text, and names for the command line.

A spec or an options class is a frozen dataclass whose fields are
`Annotated[type, Help("…"), Ge(1), …]` (bounds from `annotated_types`). The CLI flags, the
job-file keys, the JSON Schema and Studio's form are all read from there; nothing is written twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum


@dataclass(frozen=True, slots=True)
class Help:
    """One sentence for people; `metavar` is shown in `--help` in place of the type's name."""

    text: str
    metavar: str | None = None


@dataclass(frozen=True, slots=True)
class TargetNames:
    r"""Beside a text that names what is rendered inside the scene; empty is the scene's own.

    Several names, parted by commas, are several targets of one job; a comma inside a name is
    written `\,`.
    """

    noun: str
    """What it names, for several: `view layers`."""
    listed: str
    """The field of `SceneFacts` that lists those there are."""


def plain_values(options: type, given: Mapping[str, object]) -> dict[str, object]:
    """All fields of an options class as plain JSON values: those given, else the defaults."""
    values: dict[str, object] = {}
    for field in fields(options):
        value = given.get(field.name, field.default)
        if isinstance(value, Enum):
            value = value.value
        values[field.name] = list(value) if isinstance(value, tuple) else value
    return values
