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
