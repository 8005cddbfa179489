"""The JSON Schema of the job file, for editors and for other programs that write job files."""

import re
from collections.abc import Sequence

from framecrew.model.jobs import JobSpec
from framecrew.planning.reading import AUTO, OPTIONS, VERSION
from framecrew.planning.spec_fields import FieldType, SpecField, spec_fields
from framecrew.renderers.contract import Renderer

JSON_TYPES = {
    FieldType.TEXT: "string",
    FieldType.CHOICE: "string",
    FieldType.WHOLE_NUMBER: "integer",
    FieldType.NUMBER: "number",
    FieldType.SWITCH: "boolean",
    FieldType.LIST: "array",
    FieldType.TABLE: "object",
}


def schema(cards: Sequence[Renderer]) -> dict[str, object]:
    """JSON Schema 2020-12 of the job file, with the options of these renderers."""
    properties = {field.name: _property(field) for field in spec_fields(JobSpec)}
    properties["version"] = {**properties["version"], "maximum": VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "framecrew job file",
        "description": "What is to be rendered, and how; every key can be a flag instead.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "allOf": [_options_of(card) for card in cards],
        "$defs": {card.name: _options_schema(card) for card in cards},
    }


def _options_of(card: Renderer) -> dict[str, object]:
    """Which options the file may hold, when it names this renderer or a scene of it."""
    endings = "|".join(re.escape(ending) for ending in card.extensions)
    named = {"properties": {"renderer": {"const": card.name}}, "required": ["renderer"]}
    told = {
        "properties": {"scene": {"pattern": f"({endings})$"}, "renderer": {"const": ""}},
        "required": ["scene"],
    }
    return {
        "if": {"anyOf": [named, told]} if endings else named,
        "then": {"properties": {OPTIONS: {"$ref": f"#/$defs/{card.name}"}}},
    }


def _options_schema(card: Renderer) -> dict[str, object]:
    return {
        "title": f"Options of {card.title}",
        "type": "object",
        "properties": {field.name: _property(field) for field in spec_fields(card.options)},
        "additionalProperties": False,
    }


def _property(field: SpecField) -> dict[str, object]:
    json_type = JSON_TYPES[field.type]
    made: dict[str, object] = {"description": field.help}
    made["type"] = [json_type, "null"] if field.may_be_absent else json_type
    if field.may_be_absent and field.is_number:
        made |= {"type": [json_type, "null", "string"], "pattern": f"^{AUTO}$"}
    if field.choices:
        made["enum"] = [*field.choices, None] if field.may_be_absent else [*field.choices]
    if field.items is not None:
        key = "items" if field.type is FieldType.LIST else "additionalProperties"
        made[key] = {"type": JSON_TYPES[field.items]}
    if field.length is not None:
        made["minItems"] = made["maxItems"] = field.length
    bounds = {
        "minimum": field.at_least,
        "exclusiveMinimum": field.more_than,
        "maximum": field.at_most,
        "exclusiveMaximum": field.less_than,
    }
    made |= {key: bound for key, bound in bounds.items() if bound is not None}
    if not field.may_be_absent:
        made["default"] = (
            list(field.default) if isinstance(field.default, tuple) else field.default
        )
    return made
