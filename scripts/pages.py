"""Writes the pages of docs that are told by the code they describe.

    python scripts/pages.py

`tests/house/test_docs.py` says when one of them is old. A new page is a function here and its
row in `PAGES`.
"""

import ast
import inspect
import json
import textwrap
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import Enum, StrEnum
from pathlib import Path

from shapes import typescript

from framecrew.model.events import Event
from framecrew.model.failures import ADVICE
from framecrew.model.statuses import AttemptStatus, JobStatus, TaskStatus
from framecrew.planning.page import job_file_page
from framecrew.planning.schema import schema
from framecrew.renderers.aftereffects import RENDERER as AFTER_EFFECTS
from framecrew.renderers.blender import RENDERER as BLENDER
from framecrew.renderers.web import RENDERER as WEB

ROOT = Path(__file__).resolve().parents[1]
CARDS = (BLENDER, AFTER_EFFECTS, WEB)
"""The renderers whose options the pages list."""
NOTE = "<!-- Written by scripts/pages.py; change the code, then run it. -->"


def main() -> None:
    for name, page in PAGES.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8", newline="\n")


# ── the pages ─────────────────────────────────────────────────────────────────────────────────


def statuses() -> str:
    parts = [
        part
        for status in (JobStatus, TaskStatus, AttemptStatus)
        for part in (f"## {words(status.__name__)}", summary(status), status_table(status))
    ]
    return page(
        "Statuses",
        "What is the case, computed from the journal; a wish is another thing.",
        parts,
    )


def status_table(status: type[StrEnum]) -> str:
    told = notes(status)
    return table(
        ("Status", "Means"), ((f"`{each}`", told.get(each.name, "")) for each in status)
    )


def failures() -> str:
    rows = ((f"`{kind}`", advice) for kind, advice in ADVICE.items())
    return page(
        "Failures",
        "How an attempt or a frame goes wrong, and what to do.",
        [table(("Kind", "Advice"), rows)],
    )


def events() -> str:
    parts = [
        part
        for event in typing.get_args(Event)
        for part in (f"## {event.__name__}", summary(event), field_table(event))
    ]
    return page("Events", "Kept facts, in order, from which every state is computed.", parts)


def field_table(event: type) -> str:
    told = notes(event)
    hints = {field.name: field.type for field in fields(event)}
    rows = (
        (f"`{name}`", f"`{type_name(hint)}`", told.get(name, ""))
        for name, hint in hints.items()
    )
    return table(("Field", "Type", "Means"), rows)


def job_file() -> str:
    return job_file_page(CARDS)


def job_file_schema() -> str:
    return json.dumps(schema(CARDS), indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/job-file.md": job_file,
    "docs/job-file.schema.json": job_file_schema,
    "docs/reference/events.md": events,
    "docs/reference/failures.md": failures,
    "docs/reference/statuses.md": statuses,
    "studio/src/api/answers.ts": typescript,
}


# ── what they are made of ─────────────────────────────────────────────────────────────────────


def page(title: str, purpose: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, purpose, *(part for part in parts if part)]) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def notes(owner: type) -> dict[str, str]:
    """The sentence under each member or field, which Python itself forgets."""
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        match before, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)])
                | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found


def summary(owner: type) -> str:
    """The class's own docstring; one that is only a dataclass's signature says nothing."""
    text = inspect.cleandoc(owner.__doc__ or "")
    return "" if text.startswith(f"{owner.__name__}(") else text


def words(name: str) -> str:
    """`JobStatus` is `Job status`."""
    parts = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return parts.strip().capitalize()


def type_name(hint: object) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(str(each.value) for each in hint)
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__name__
    return str(hint).replace("collections.abc.", "")


if __name__ == "__main__":
    main()
