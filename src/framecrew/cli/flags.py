"""Flags of the command line, made from the fields of the job spec and of the renderers' options.

What a field means, its help and its bounds are written once, in the spec; nothing is repeated here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import JobSpec
from framecrew.planning.reading import parse_job_file, read_spec
from framecrew.planning.spec_fields import FieldType, SpecField, spec_fields
from framecrew.renderers.registry import installed_renderers

NO_FLAGS = frozenset({"version", "scene", "options"})
"""Fields of a job file that are no flags of their own."""
OPTION_PREFIX = "option__"


def job_flags(command: click.Command) -> click.Command:
    """Add a flag for each field of a job and for each option of an installed renderer."""
    for field in spec_fields(JobSpec):
        if field.name not in NO_FLAGS:
            command.params.append(_flag(field, field.name, field.help))
    taken = {name for param in command.params for name in param.opts}
    for card in installed_renderers().renderers:
        for field in spec_fields(card.options):
            if field.flag in taken:
                continue
            taken.add(field.flag)
            option = _flag(field, OPTION_PREFIX + field.name, field.help)
            option.section = f"{card.title} options"
            command.params.append(option)
    return command


class Flag(click.Option):
    """An option that the help lists in a section of its own."""

    section = ""
    """Heading; empty: among the others."""


class Sectioned(click.Command):
    """A command whose help parts the options of each renderer from those of every job."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(param, "section", ""), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading or "Options"):
                formatter.write_dl(records)


def spec_from(
    ctx: click.Context, *, scene: str, job_file: Path | None, flags: Mapping[str, Any]
) -> JobSpec:
    """The spec that the job file and the flags given ask for. WrongUse with all mistakes."""
    given = {
        name: value
        for name, value in flags.items()
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
        and value not in (None, ())
    }
    options = {
        name.removeprefix(OPTION_PREFIX): value
        for name, value in given.items()
        if name.startswith(OPTION_PREFIX)
    }
    fields = {
        name: value for name, value in given.items() if not name.startswith(OPTION_PREFIX)
    }
    if "environment" in fields:
        fields["environment"] = _table(fields["environment"])
    for name, value in options.items():
        if isinstance(value, tuple):
            options[name] = list(value)
    if scene:
        fields["scene"] = scene
    return read_spec(
        _read(job_file),
        fields,
        option_flags=options,
        folder="" if job_file is None else str(job_file.absolute().parent),
    )


def _read(job_file: Path | None) -> Mapping[str, object]:
    if job_file is None:
        return {}
    try:
        return parse_job_file(job_file.read_text(encoding="utf-8"), job_file.name)
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else "bytes that are not UTF-8"
        raise WrongUse(
            [
                Mistake(
                    place="--job",
                    wanted=f"a job file at {job_file}",
                    found=str(found),
                    advice="Name a TOML or JSON file; `framecrew schema` prints its keys.",
                )
            ]
        ) from error


def _flag(field: SpecField, name: str, help_text: str) -> Flag:
    """One click option. Values go through as written; bounds are judged with all other mistakes."""
    if field.type is FieldType.SWITCH:
        names = field.flag
        if field.default is True or field.may_be_absent:
            names += f"/--no-{field.flag.removeprefix('--')}"
        return Flag([names, name], is_flag=True, default=None, help=help_text)
    if field.type is FieldType.TABLE:
        return Flag(["--env", name], multiple=True, metavar="NAME=VALUE", help=help_text)
    return Flag(
        [field.flag, name],
        multiple=field.type is FieldType.LIST,
        metavar=field.metavar or _metavar(field),
        help=help_text,
        type=_type(field),
    )


def _metavar(field: SpecField) -> str | None:
    match field.type:
        case FieldType.CHOICE:
            return f"[{'|'.join(field.choices)}]"
        case FieldType.WHOLE_NUMBER:
            return "N"
        case FieldType.NUMBER:
            return "NUMBER"
        case _:
            return "TEXT"


def _type(field: SpecField) -> Callable[[str], object]:
    kind = field.items if field.type is FieldType.LIST else field.type
    return _number if kind in (FieldType.WHOLE_NUMBER, FieldType.NUMBER) else str


def _number(text: str) -> object:
    """A number if it is one; else the text, so that the spec's own message is shown with all
    others.
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _table(pairs: tuple[str, ...]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise WrongUse(
            [
                Mistake(
                    place="--env", wanted="NAME=VALUE", found=pair, advice="Write it with an =."
                )
                for pair in wrong
            ]
        )
    return dict(pair.split("=", 1) for pair in pairs)
