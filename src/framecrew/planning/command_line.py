"""A spec as the command line that asks for the same, to be read, copied and changed."""

from collections.abc import Iterator, Mapping

from framecrew.model.jobs import JobSpec
from framecrew.model.secrets import MASK, is_secret
from framecrew.planning.spec_fields import FieldType, SpecField, spec_fields

NO_FLAGS = frozenset({"version", "scene", "options"})


def spec_keys(spec: JobSpec) -> dict[str, object]:
    """The job-file keys whose values are not the defaults; secrets masked."""
    keys = {
        field.name: value
        for field in spec_fields(JobSpec)
        if (value := getattr(spec, field.name)) != field.default
    }
    if spec.environment:
        keys["environment"] = {
            name: MASK if is_secret(name) else value for name, value in spec.environment.items()
        }
    return keys


def command_line(spec: JobSpec, options: type | None, *, frames: str = "") -> tuple[str, ...]:
    """`framecrew render` with the flags that ask for this; secrets masked.

    `options`: the class of the renderer's options. `frames`: in place of the spec's own.
    """
    keys = spec_keys(spec)
    if frames:
        keys["frames"] = frames
    words = ["framecrew", "render", spec.scene]
    for field in spec_fields(JobSpec):
        if field.name in keys and field.name not in NO_FLAGS:
            words += _flags(field, keys[field.name])
    if options is not None:
        for field in spec_fields(options):
            value = spec.options.get(field.name, field.default)
            if value != field.default:
                words += _flags(field, value)
    return tuple(words)


def _flags(field: SpecField, value: object) -> Iterator[str]:
    match value:
        case None:
            return
        case bool():
            yield field.flag if value else f"--no-{field.flag.removeprefix('--')}"
        case Mapping():
            for name, inner in value.items():
                yield from ("--env", f"{name}={inner}")
        case list() | tuple():
            for inner in value:
                yield from (field.flag, str(inner))
        case _ if field.type is not FieldType.TABLE:
            # With = a value that begins with a dash is no flag.
            text = str(value)
            yield from (f"{field.flag}={text}",) if text.startswith("-") else (field.flag, text)
        case _:
            return
