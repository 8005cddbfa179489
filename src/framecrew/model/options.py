"""What stands beside a field of a spec: its help text, and names for the command line.

A spec or an options class is a frozen dataclass whose fields are
`Annotated[type, Help("…"), Ge(1), …]` (bounds from `annotated_types`). The CLI flags, the
job-file keys, the JSON Schema and Studio's form are all read from there; nothing is written twice.
"""

from dataclasses import dataclass


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
