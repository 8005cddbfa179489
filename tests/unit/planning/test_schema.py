"""The job file's schema and page say what the fields say."""

import json
from typing import Any

from framecrew.model.jobs import JobSpec
from framecrew.planning.page import job_file_page
from framecrew.planning.schema import schema
from framecrew.planning.spec_fields import spec_fields
from framecrew.renderers.contract import Renderer


def plain(card: Renderer) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(schema([card])))
    return made


def test_the_schema_has_every_key_and_no_other(card: Renderer) -> None:
    made = plain(card)

    assert list(made["properties"]) == [field.name for field in spec_fields(JobSpec)]
    assert made["additionalProperties"] is False
    assert made["$schema"].endswith("2020-12/schema")


def test_the_schema_says_types_bounds_choices_and_defaults(card: Renderer) -> None:
    keys = plain(card)["properties"]

    assert keys["chunk_size"]["type"] == ["integer", "null", "string"]
    assert keys["chunk_size"]["pattern"] == "^auto$"
    assert keys["chunk_size"]["minimum"] == 1
    assert keys["start_timeout"]["exclusiveMinimum"] == 0
    assert keys["order"]["enum"] == ["forward", "reverse", "spread"]
    assert keys["order"]["default"] == "forward"
    assert keys["environment"]["additionalProperties"] == {"type": "string"}
    assert keys["not_black"] == {
        "description": "A frame of pure black (or fully empty) is a defect.",
        "type": "boolean",
        "default": False,
    }
    assert keys["version"]["maximum"] == 1


def test_the_schema_knows_the_options_of_each_renderer(card: Renderer) -> None:
    made = plain(card)

    options = made["$defs"]["paint"]["properties"]
    assert options["samples"]["maximum"] == 64
    assert options["scripts"] == {
        "description": "Run before.",
        "type": "array",
        "items": {"type": "string"},
        "default": [],
    }
    assert (options["window"]["minItems"], options["window"]["maxItems"]) == (2, 2)
    (rule,) = made["allOf"]
    assert rule["then"] == {"properties": {"options": {"$ref": "#/$defs/paint"}}}
    assert rule["if"]["anyOf"][1]["properties"]["scene"] == {"pattern": r"(\.paint)$"}


def test_the_page_has_every_key_and_every_option(card: Renderer) -> None:
    page = job_file_page([card])

    for field in (*spec_fields(JobSpec), *spec_fields(card.options)):
        assert f"| `{field.name}` | {field.wanted} |" in page
    assert "## Options of Paint" in page
    assert r"Corner \| of the window." in page
