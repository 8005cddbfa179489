"""The named queries of `queries.sql`."""

import re
from functools import cache
from importlib.resources import files

TITLE = re.compile(r"^-- <(\w+)>$", re.MULTILINE)


@cache
def _all() -> dict[str, str]:
    text = files("framecrew.store").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = TITLE.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def query(name: str) -> str:
    """The SQL of a name, with its line of purpose as a comment."""
    return _all()[name]
