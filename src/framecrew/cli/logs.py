"""`logs`: what the renderers of a job printed, attempt by attempt."""

import time
from pathlib import Path

import click

from framecrew.cli.doors import reporting_errors
from framecrew.execution.logs import log_path, read_log, read_tail
from framecrew.store.store import Store


@click.command()
@click.argument("job", type=int)
@click.option("--attempt", help="Only this attempt, e.g. 12.3 (or 3).")
@click.option("--tail", type=click.IntRange(min=1), help="Only the last lines of each attempt.")
@click.option("--follow", is_flag=True, help="Go on printing while the job runs.")
@reporting_errors
def logs(job: int, *, attempt: str | None, tail: int | None, follow: bool) -> None:
    """Print what the renderers of a job said, in the order of its attempts."""
    with Store.open() as store:
        found = store.job(job)
        folder = store.folder / "logs"
        names = _attempts(store.log_folder(job), job)
        if attempt is not None:
            wanted = attempt if "." in attempt else f"{job}.{attempt}"
            names = [name for name in names if name == wanted]
        if not names:
            click.echo(
                f"job {job} ({found.name}) has no log{' of that attempt' if attempt else ''}"
            )
        for name in names:
            path = log_path(folder, job=job, attempt=name)
            click.echo(f"── attempt {name} " + "─" * 40)
            for line in read_tail(path, lines=tail) if tail else read_log(path):
                click.echo(line)
        if follow:
            _follow(store, job, folder, names)


def _follow(store: Store, job: int, folder: Path, names: list[str]) -> None:
    """Print new lines until the job is over."""
    seen = {
        name: sum(1 for _ in read_log(log_path(folder, job=job, attempt=name)))
        for name in names
    }
    while True:
        is_over = store.job(job).status.is_over
        for name in _attempts(store.log_folder(job), job):
            lines = list(read_log(log_path(folder, job=job, attempt=name)))
            for line in lines[seen.get(name, 0) :]:
                click.echo(f"[{name}] {line}")
            seen[name] = max(seen.get(name, 0), len(lines))
        if is_over:
            return
        time.sleep(0.5)


def _attempts(folder: Path, job: int) -> list[str]:
    """Ids of the attempts that have a log, in the order they were started."""
    numbers = {
        int(path.name.split(".")[1])
        for path in folder.glob(f"{job}.*")
        if path.name.split(".")[1].isdigit()
    }
    return [f"{job}.{number}" for number in sorted(numbers)]
