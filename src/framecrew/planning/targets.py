"""Targets: what of a scene is rendered, told by the renderer's options that name such things.

Several names in one option are several targets of one job; where two options name some, every
pair is one. `{target}` in a path stands for the target, in a folder's name or a file's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from framecrew.model.jobs import JobSpec
from framecrew.planning.spec_fields import SpecField, spec_fields
from framecrew.renderers.contract import Renderer

PLACE = "{target}"

LAYERS = "layers"
"""The field of `SceneFacts` by which side outputs tell what they show."""

_COMMA = re.compile(r"(?<!\\),")
_UNFIT = re.compile(r"[^\w .+=()~-]")
"""What some system refuses in a file name, or what could be taken for a frame's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to render."""

    name: str = ""
    """For people, and for `{target}`; empty is the scene's own."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The renderer's options that choose it: field → the one name."""

    @property
    def file_name(self) -> str:
        """The name as part of a path."""
        return _UNFIT.sub("_", self.name).strip(". ") or ("_" if self.name else "")


THE_SCENES_OWN = Target()


def target_fields(card: Renderer) -> tuple[SpecField, ...]:
    """The options of a renderer that name targets."""
    return tuple(field for field in spec_fields(card.options) if field.target_names is not None)


def names_in(spec: JobSpec, option: SpecField) -> tuple[str, ...]:
    """The names that a spec gives in one option, each once; none when it is left out."""
    text = spec.options.get(option.name)
    parts = _COMMA.split(text) if isinstance(text, str) else []
    names = (part.strip().replace("\\,", ",") for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))


def targets_of(spec: JobSpec, card: Renderer) -> tuple[Target, ...]:
    """All targets of a job, in the order they were named; one without a name if none is."""
    named = {
        option.name: names
        for option in target_fields(card)
        if (names := names_in(spec, option))
    }
    return tuple(
        Target(name="_".join(choice), options=dict(zip(named, choice, strict=True)))
        for choice in product(*named.values())
    )


def chosen_layer(target: Target, card: Renderer) -> str:
    """The one layer that is rendered for a target; empty: as the scene has it."""
    names = (
        target.options.get(option.name, "")
        for option in target_fields(card)
        if option.target_names is not None and option.target_names.listed == LAYERS
    )
    return next(names, "")


def placed(path: str, target: Target) -> str:
    """The path of one target; unchanged where no target is named."""
    return path.replace(PLACE, target.file_name) if target.name else path


def above_place(folder: str) -> str:
    """The part of a folder that all targets share."""
    before, found, _ = folder.partition(PLACE)
    if not found:
        return folder
    return before[: max(before.rfind("/"), before.rfind("\\"), 0)] or before[:1]


def meetings(paths: Iterator[tuple[Target, str]]) -> Iterator[tuple[Target, Target, str]]:
    """Pairs of targets with one path. Case is no difference: on most desktops it is none."""
    first: dict[str, Target] = {}
    for target, path in paths:
        known = first.setdefault(path.casefold(), target)
        if known is not target:
            yield known, target, path
