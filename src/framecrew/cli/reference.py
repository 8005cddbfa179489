"""`presets`, `schema` and `frames`: what may be written into a job."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import click

from framecrew.cli.doors import reporting_errors
from framecrew.cli.words import frames_text
from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.orders import forward, reverse, spread
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import Order
from framecrew.planning.schema import schema as schema_of
from framecrew.renderers.film_presets import DEFAULTS, PRESETS
from framecrew.renderers.registry import installed_renderers

WRONG_USE = 2
MOST_SHOWN = 12
"""Frames or files listed one by one."""

WALKS: Mapping[Order, Callable[[FrameSet], Iterator[int]]] = {
    Order.FORWARD: forward,
    Order.REVERSE: reverse,
    Order.SPREAD: spread,
}


# ── presets ───────────────────────────────────────────────────────────────────────────────────


@click.command()
@reporting_errors
def presets() -> None:
    """List the film presets: what each is for, what it can be put into, and what it keeps."""
    head = ("preset", "film", "bits", "alpha", "what for", "size")
    rows = [
        (
            preset.name,
            " ".join(preset.endings),
            str(preset.bits),
            "yes" if preset.keeps_alpha else "no",
            preset.title,
            preset.bitrate,
        )
        for preset in PRESETS.values()
    ]
    for line in columns([head, *rows]):
        click.echo(line)
    chosen = ", ".join(f"{ending} {name}" for ending, name in DEFAULTS.items())
    click.echo(f"\nWithout --film-preset the film's ending chooses: {chosen}.")


def columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows as lines whose cells stand below each other."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


# ── schema ────────────────────────────────────────────────────────────────────────────────────


@click.command()
@reporting_errors
def schema() -> None:
    """Print the JSON Schema of job files, with the options of every installed renderer."""
    cards = [card for card in installed_renderers().renderers if card.picture_formats]
    click.echo(json.dumps(schema_of(cards), indent=2))


# ── frames ────────────────────────────────────────────────────────────────────────────────────


# Without this, the text -10-5 would be taken for a flag.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("text")
@click.option("--pattern", metavar="PATTERN", help="Also name the files, e.g. a_####.png.")
@click.option(
    "--order",
    type=click.Choice([order.value for order in Order]),
    help="List the frames in the order in which they would be given out.",
)
@reporting_errors
def frames(text: str, *, pattern: str | None, order: str | None) -> None:
    """Show which frames a text such as 1-100x5,!50-60 names, and what files they become."""
    try:
        chosen = FrameSet.parse(text)
        files = None if pattern is None else FramePattern.parse(pattern)
    except FrameSyntaxError as error:
        click.echo(f"framecrew: {error.message}\n{error.pointed()}", err=True)
        sys.exit(WRONG_USE)
    for line in frames_told(chosen, files, None if order is None else Order(order)):
        click.echo(line)


def frames_told(chosen: FrameSet, files: FramePattern | None, order: Order | None) -> list[str]:
    """Count, canonical text, both ends; then order and files where they are asked for."""
    walk = WALKS[order or Order.FORWARD]
    lines = [
        f"{frames_text(chosen.size)}: {chosen}",
        f"first {chosen.first}, last {chosen.last}",
    ]
    more = f" … and {chosen.size - MOST_SHOWN:,} more" if chosen.size > MOST_SHOWN else ""
    if order is not None:
        numbers = " ".join(str(frame) for frame in islice(walk(chosen), MOST_SHOWN))
        lines.append(f"{order}: {numbers}{more}")
    if files is not None:
        lines += [f"  {files.path(frame)}" for frame in islice(walk(chosen), MOST_SHOWN)]
        lines += [f" {more}"] if more else []
    return lines
