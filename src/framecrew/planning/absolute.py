"""Absolute specs and options: every path written out, so that they mean the same anywhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from framecrew.model.jobs import JobSpec
from framecrew.planning.paths import PATH_FIELDS, PROGRAM_FIELDS, absolute, beside_job_file
from framecrew.planning.spec_fields import spec_fields


def absolute_spec(spec: JobSpec, folder: str, options: type | None = None) -> JobSpec:
    """The same with relative paths starting at a folder; a retry may come from another one.

    `options`: the class of the renderer's options, to find the paths among them.
    """
    paths: dict[str, Any] = {
        name: beside_job_file(name, getattr(spec, name), folder)
        for name in (*PATH_FIELDS, *PROGRAM_FIELDS)
    }
    if options is not None:
        paths["options"] = absolute_options(options, spec.options, folder)
    return replace(spec, **paths)


def absolute_options(
    cls: type, options: Mapping[str, object], folder: str
) -> dict[str, object]:
    """The same options, with the paths among them starting at a folder."""
    paths = {field.name for field in spec_fields(cls) if field.is_path}
    return {
        name: _absolute(value, folder) if name in paths else value
        for name, value in options.items()
    }


def _absolute(value: object, folder: str) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_absolute(inner, folder) for inner in value)
    return absolute(value, folder) if isinstance(value, str) else value
