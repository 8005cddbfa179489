"""What was asked for, as a spec: job-file keys of a request, judged before anything else is."""

import os
from collections.abc import Iterator, Mapping

from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import JobSpec
from framecrew.planning.paths import PATH_FIELDS, PROGRAM_FIELDS
from framecrew.planning.reading import read_spec
from framecrew.planning.spec_fields import spec_fields
from framecrew.renderers.registry import installed_renderers


def spec_asked(job: Mapping[str, object]) -> JobSpec:
    """The spec of a request's keys. WrongUse with all mistakes.

    A daemon has no working folder that a person could mean, so all paths are absolute.
    """
    odd = [
        Mistake(
            place=place,
            wanted="text",
            found="characters that no file name and no terminal takes",
            advice="Leave them out.",
        )
        for place in dict.fromkeys(_unwritable(job, ""))
    ]
    if odd:
        raise WrongUse(odd)
    spec = read_spec(job)
    wrong = [
        Mistake(
            place=place,
            wanted="an absolute path",
            found=path,
            advice="Write the whole path; the daemon has no working folder.",
        )
        for place, path in _paths(spec)
        # Some renderers' scenes are addresses.
        if path and not os.path.isabs(path) and "://" not in path  # noqa: PTH117
    ]
    if wrong:
        raise WrongUse(wrong)
    return spec


def _paths(spec: JobSpec) -> Iterator[tuple[str, str]]:
    for name in PATH_FIELDS:
        yield name, getattr(spec, name)
    for name in PROGRAM_FIELDS:
        path = getattr(spec, name)
        if os.path.dirname(path):  # noqa: PTH120
            yield name, path
    try:
        registry = installed_renderers()
        card = registry.get(spec.renderer) if spec.renderer else registry.for_scene(spec.scene)
    except WrongUse:
        return  # The intake says so, with all other mistakes.
    for field in spec_fields(card.options):
        value = spec.options.get(field.name)
        if field.is_path and isinstance(value, str):
            yield f"options.{field.name}", value


def _unwritable(value: object, place: str) -> Iterator[str]:
    """Places of texts with a zero byte, or halves of a character."""
    match value:
        case str():
            # File names that are not UTF-8 hold \udc80 to \udcff; nothing else may.
            is_whole = not any(
                "\ud800" <= sign < "\udc80" or "\udcff" < sign <= "\udfff" for sign in value
            )
            if "\0" in value or not is_whole:
                yield place
        case Mapping():
            for key, inner in value.items():
                name = f"{place}.{key}" if place else str(key)
                if list(_unwritable(str(key), "")):
                    yield place or "job"
                yield from _unwritable(inner, name)
        case list() | tuple():
            for inner in value:
                yield from _unwritable(inner, place)
        case _:
            return
