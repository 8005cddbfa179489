"""Mistakes about targets: names the scene does not have, and paths that would not part them."""

from collections.abc import Iterator

from framecrew.model.errors import Mistake
from framecrew.model.jobs import JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.film_output import film_way
from framecrew.planning.reading import OPTIONS, did_you_mean
from framecrew.planning.targets import (
    PLACE,
    Target,
    meetings,
    names_in,
    placed,
    target_fields,
    targets_of,
)
from framecrew.renderers.contract import Renderer

MOST_LISTED = 20

PICTURES, FILM = "renders/{target}/shot_####.png", "renders/shot_{target}.mp4"


def target_mistakes(
    spec: JobSpec, facts: SceneFacts | None, card: Renderer | None
) -> Iterator[Mistake]:
    """What is wrong with the targets; whether they exist is only known with `facts`."""
    if card is None:
        return
    if facts is not None:
        yield from _unknown(spec, facts, card)
    targets = targets_of(spec, card)
    output = PICTURES if film_way(spec, card) is None else FILM
    for place, example in (("output", output), ("film", FILM)):
        path: str = getattr(spec, place)
        if not path:
            continue
        flag = f"--{place} {example}"
        if len(targets) > 1 and PLACE not in path:
            yield Mistake(
                place=place,
                wanted=f"a place for the target's name, as {len(targets)} are rendered",
                found=path,
                advice=f"Write {PLACE} into the name of the file or of a folder: {flag}.",
            )
        elif PLACE in path and not targets[0].name:
            yield Mistake(
                place=place,
                wanted=f"a target for {PLACE} to stand for",
                found="none",
                advice=_how_to_name(card),
            )
        else:
            yield from _met(place, path, targets)


def _unknown(spec: JobSpec, facts: SceneFacts, card: Renderer) -> Iterator[Mistake]:
    for option in target_fields(card):
        assert option.target_names is not None
        known: tuple[str, ...] = getattr(facts, option.target_names.listed)
        for name in names_in(spec, option):
            if known and name not in known:
                more = len(known) - MOST_LISTED
                listed = ", ".join(known[:MOST_LISTED]) + (
                    f" and {more} more" if more > 0 else ""
                )
                yield Mistake(
                    place=f"{OPTIONS}.{option.name}",
                    wanted=f"{option.target_names.noun} of the scene ({listed})",
                    found=name,
                    advice=_near(name, known) or "Choose among these.",
                )


def _near(name: str, known: tuple[str, ...]) -> str:
    by_lower = {one.lower(): one for one in known}
    advice = did_you_mean(name, by_lower)
    for lower, one in by_lower.items():
        if advice.endswith(f" {lower}?"):
            return f"Did you mean {one}?"
    return advice


def _met(place: str, path: str, targets: tuple[Target, ...]) -> Iterator[Mistake]:
    """Names that a file name cannot hold may become the same."""
    paths = ((target, placed(path, target)) for target in targets)
    for one, other, met in meetings(paths):
        yield Mistake(
            place=place,
            wanted="files of its own for each target",
            found=f"{met} for both {one.name!r} and {other.name!r}",
            advice="Rename one of them in the scene, or render them in two jobs.",
        )


def _how_to_name(card: Renderer) -> str:
    flags = " or ".join(option.flag for option in target_fields(card))
    if not flags:
        return f"{card.title} has no targets to name; leave {PLACE} out."
    return f"Name one with {flags}, or leave {PLACE} out."
