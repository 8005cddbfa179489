"""Fields are described once, for every door."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Gt, Le, Lt

from framecrew.model.jobs import JobSpec
from framecrew.model.options import Help
from framecrew.planning.spec_fields import FieldType, SpecField, field_named, spec_fields
from framecrew.renderers.contract import Renderer


def described(cls: type, name: str) -> SpecField:
    found = field_named(cls, name)
    assert found is not None
    return found


def test_every_field_of_the_spec_has_a_flag_and_a_help_text() -> None:
    fields = spec_fields(JobSpec)

    assert [each.name for each in fields][:4] == ["version", "scene", "name", "renderer"]
    assert all(each.help.endswith((".", "…")) for each in fields)
    assert described(JobSpec, "chunk_size").flag == "--chunk-size"


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("scene", FieldType.TEXT, "text"),
        ("chunk_size", FieldType.WHOLE_NUMBER, "a whole number of at least 1"),
        ("start_timeout", FieldType.NUMBER, "a number of more than 0"),
        ("not_black", FieldType.SWITCH, "true or false"),
        ("order", FieldType.CHOICE, "one of forward, reverse, spread"),
        ("environment", FieldType.TABLE, "a table of names with texts"),
        ("options", FieldType.TABLE, "a table of names with values"),
    ],
)
def test_a_field_says_what_it_wants(name: str, kind: FieldType, wanted: str) -> None:
    found = described(JobSpec, name)

    assert (found.type, found.wanted) == (kind, wanted)


def test_lists_and_bounds_of_options_are_told(card: Renderer) -> None:
    assert described(card.options, "samples").wanted == (
        "a whole number of at least 1 and at most 64"
    )
    assert described(card.options, "scripts").wanted == "a list of texts"
    assert described(card.options, "window").wanted == "a list of 2 whole numbers"
    assert described(card.options, "scripts").is_path
    assert not described(card.options, "samples").is_path


def test_defaults_are_what_a_person_would_write() -> None:
    assert described(JobSpec, "order").default == "forward"
    assert described(JobSpec, "environment").default == {}
    assert described(JobSpec, "slots").may_be_absent
    assert not described(JobSpec, "scene").may_be_absent


def test_other_metadata_and_plain_fields_are_taken_too() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Plain:
        size: Annotated[float, "a note of somebody", Gt(0), Lt(9)]
        mode: Literal["a", "b"] = "a"
        names: Annotated[tuple[str, ...], Help("x")] = field(default_factory=tuple)
        count: Annotated[int, Ge(0), Le(3)] = 0

    size, mode, names, count = spec_fields(Plain)

    assert size.wanted == "a number of more than 0 and less than 9"
    assert (size.default, size.help) == (None, "")
    assert mode.choices == ("a", "b")
    assert names.default == ()
    assert count.bounds == "of at least 0 and at most 3"


def test_a_type_that_no_flag_can_take_is_refused_where_it_stands() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Strange:
        shape: complex = 0j

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Torn:
        number: int | str = 0

    with pytest.raises(TypeError, match="shape"):
        spec_fields(Strange)
    with pytest.raises(TypeError, match="number"):
        spec_fields(Torn)


def test_a_field_that_is_not_there_is_none() -> None:
    assert field_named(JobSpec, "colour") is None
