"""`clean`: old jobs are forgotten, and what dead runs left on disks is removed. Frames stay."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from framecrew.cli.doors import reporting_errors
from framecrew.cli.words import bytes_text
from framecrew.execution.publish import find_parts
from framecrew.execution.rushes import find_rushes, last_change
from framecrew.execution.workspace import find_leftovers, remove_workspace
from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.model.outputs import RUSHES_ENDING, is_rushes_of
from framecrew.store.records import StoredJob
from framecrew.store.store import Store

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubbish:
    """One thing that nobody needs any more."""

    path: Path
    what: str
    bytes: int


@click.command()
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="DAYS",
    help="Forget jobs that have been over for longer, and what they rendered of films.",
)
@click.option(
    "--scratch",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="Also look in this scratch folder; those of known jobs are looked in anyway.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@reporting_errors
def clean(*, older_than: float, scratch: tuple[Path, ...], dry_run: bool) -> None:
    """Forget old jobs, and remove the folders and files that dead runs left.

    Delivered frames and films are never touched, and nothing of a live run is. Segments and
    pictures of a film that was not finished wait for the next run of it, as long as jobs do.
    """
    done = "would remove" if dry_run else "removed"
    with Store.open() as store:
        store.interrupted_jobs()
        jobs = store.jobs()
        # Where a job delivered is known only as long as the job is.
        places = _places(jobs, scratch)
        old = _old_jobs(jobs, older_than * DAY)
        freed = sum(_size(store.log_folder(job.id)) for job in old)
        if not dry_run:
            before = store.size()
            store.clean(older_than * DAY)
            freed = max(freed, before - store.size())
    removed = []
    rushes, kept = _rushes(jobs, places, older_than * DAY)
    for one in kept:
        size = bytes_text(_size(one))
        click.echo(f"kept the rushes {one} ({size}): the next run of their film begins there")
    for rubbish in (*_rubbish(places), *rushes):
        if not dry_run:
            _remove(rubbish)
        removed.append(rubbish)
        click.echo(f"{done} {rubbish.what} {rubbish.path} ({bytes_text(rubbish.bytes)})")
    forgot = "would forget" if dry_run else "forgot"
    click.echo(
        f"{forgot} {_count(len(old), 'job')} over for more than {older_than:g} days "
        f"({bytes_text(freed)} of queue and logs)"
    )
    total = bytes_text(sum(rubbish.bytes for rubbish in removed))
    click.echo(f"{done} {_count(len(removed), 'leftover')} of dead runs ({total})")


def _old_jobs(jobs: list[StoredJob], seconds: float) -> list[StoredJob]:
    before = time.time() - seconds
    return [job for job in jobs if job.finished is not None and job.finished < before]


def _places(jobs: list[StoredJob], scratch: tuple[Path, ...]) -> dict[Path, set[str]]:
    """Every folder a job wrote into, with the names that jobs delivered there."""
    places: dict[Path, set[str]] = {}
    for job in jobs:
        for text in job.patterns:
            path = Path(text)
            places.setdefault(path.parent, set()).add(path.name)
        if job.spec.scratch:
            places.setdefault(Path(job.spec.scratch), set())
    for folder in scratch:
        places.setdefault(folder.absolute(), set())
    return places


def _rubbish(places: dict[Path, set[str]]) -> Iterator[Rubbish]:
    for folder, names in places.items():
        inside = find_rushes(folder, lambda name: _is_rushes_of_any(name, names))  # noqa: B023 - used at once
        for leftover in (one for place in (folder, *inside) for one in find_leftovers(place)):
            size = _size(leftover.folder)
            yield Rubbish(path=leftover.folder, what="the workspace", bytes=size)
        patterns = [_pattern(name) for name in sorted(names)]
        for part in find_parts(folder, lambda name: _is_one_of(name, names, patterns)):  # noqa: B023 - used at once
            yield Rubbish(path=part, what="the unfinished copy", bytes=_size(part))


def _rushes(
    jobs: list[StoredJob], places: dict[Path, set[str]], seconds: float
) -> tuple[list[Rubbish], list[Path]]:
    """What films were made of, of which no live job makes one: what nobody needs, for its film
    is there or nobody went on with it for so long; and what a next run can go on from.
    """
    live = {text for job in jobs if not job.status.is_over for text in job.patterns}
    useless: list[Rubbish] = []
    useful: list[Path] = []
    for folder, names in places.items():
        for name in sorted(names):
            film = folder / name
            if str(film) in live:
                continue
            for rushes in find_rushes(folder, partial(is_rushes_of, name)):
                changed = last_change(rushes)
                is_finished = film.is_file() and film.stat().st_mtime >= changed
                if is_finished or changed < time.time() - seconds:
                    what = Rubbish(path=rushes, what="the rushes", bytes=_size(rushes))
                    useless.append(what)
                else:
                    useful.append(rushes)
    return useless, useful


def _pattern(name: str) -> FramePattern | None:
    try:
        return FramePattern.parse_or_none(name)
    except FrameSyntaxError:
        return None


def _is_rushes_of_any(rushes: str, names: set[str]) -> bool:
    return any(is_rushes_of(name, rushes) for name in names)


def _is_one_of(name: str, names: set[str], patterns: list[FramePattern | None]) -> bool:
    return name in names or any(
        pattern is not None and pattern.match(name) is not None for pattern in patterns
    )


def _remove(rubbish: Rubbish) -> None:
    if rubbish.path.name.endswith(RUSHES_ENDING):
        shutil.rmtree(rubbish.path, ignore_errors=True)
        return
    if rubbish.path.is_dir():
        remove_workspace(rubbish.path)
        return
    with suppress(OSError):
        rubbish.path.unlink()


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 for what is not there."""
    if not path.is_dir():
        return path.stat().st_size if path.is_file() else 0
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
