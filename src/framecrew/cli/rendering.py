"""`render`, `plan` and `retry`: from flags to a job, watched until its end."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from framecrew.cli.doors import reporting_errors
from framecrew.cli.flags import Sectioned, job_flags, spec_from
from framecrew.model.jobs import JobSpec


def watching_flags(command: click.Command) -> click.Command:
    """How a run is shown."""
    command.params += [
        click.Option(
            ["--json", "as_json"], is_flag=True, help="Print one event per line as JSON."
        ),
        click.Option(["--plain"], is_flag=True, help="Print plain lines, also on a terminal."),
        click.Option(
            ["--quiet"], is_flag=True, help="Print nothing but the end and what went wrong."
        ),
    ]
    return command


def shown(*, as_json: bool, plain: bool, quiet: bool) -> str:
    """`json`, `quiet`, `plain` or `board`."""
    if as_json:
        return "json"
    if quiet:
        return "quiet"
    return "plain" if plain or not sys.stdout.isatty() else "board"


@watching_flags
@job_flags
@click.command(cls=Sectioned)
@click.argument("scene", required=False, default="")
@click.option(
    "--job",
    "job_file",
    type=click.Path(path_type=Path),
    help="A job file (TOML or JSON); flags win over it.",
)
@click.option(
    "--no-daemon", is_flag=True, help="Render in this process, also where a daemon runs."
)
@click.pass_context
@reporting_errors
def render(
    ctx: click.Context,
    /,
    *,
    scene: str,
    job_file: Path | None,
    no_daemon: bool,
    as_json: bool,
    plain: bool,
    quiet: bool,
    **flags: Any,
) -> None:
    """Render a scene: its frames are split over as many renderer processes as this machine can
    hold, decoded, checked and delivered, and filmed if wanted. Run it again after any
    interruption: only what is missing is rendered. Where a daemon runs, it does the work and
    goes on with it when the terminal is closed.
    """
    from framecrew.cli.running import run, run_there
    from framecrew.client import Client

    spec = spec_from(ctx, scene=scene, job_file=job_file, flags=flags)
    show = shown(as_json=as_json, plain=plain, quiet=quiet)
    client = None if no_daemon else Client.find()
    sys.exit(asyncio.run(run(spec, show) if client is None else run_there(client, spec, show)))


@job_flags
@click.command(cls=Sectioned)
@click.argument("scene", required=False, default="")
@click.option(
    "--job",
    "job_file",
    type=click.Path(path_type=Path),
    help="A job file (TOML or JSON); flags win over it.",
)
@click.option("--note", default="", help="A line about the job, for people.")
@click.pass_context
@reporting_errors
def submit(
    ctx: click.Context, /, *, scene: str, job_file: Path | None, note: str, **flags: Any
) -> None:
    """Give a job to the daemon and leave: its number is printed, and `watch` shows it. All that
    is checked before a job starts has been checked then.
    """
    from framecrew.cli.remote import spec_for_daemon
    from framecrew.client import Client

    spec = spec_from(ctx, scene=scene, job_file=job_file, flags=flags)
    click.echo(Client.connect().submit(spec_for_daemon(spec), note=note))


@watching_flags
@click.command()
@click.argument("job", type=int)
@reporting_errors
def watch(*, job: int, as_json: bool, plain: bool, quiet: bool) -> None:
    """Show a job of the daemon while it runs, as `render` would. Ctrl-C leaves it to itself."""
    from framecrew.cli.running import follow
    from framecrew.client import Client

    show = shown(as_json=as_json, plain=plain, quiet=quiet)
    sys.exit(asyncio.run(follow(Client.connect(), job, show)))


@job_flags
@click.command(cls=Sectioned)
@click.argument("scene", required=False, default="")
@click.option(
    "--job",
    "job_file",
    type=click.Path(path_type=Path),
    help="A job file (TOML or JSON); flags win over it.",
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
@reporting_errors
def plan(
    ctx: click.Context, /, *, scene: str, job_file: Path | None, as_json: bool, **flags: Any
) -> None:
    """Show what `render` would do with the same flags: targets, frames, files, slots and
    threads, exact command lines, disk space. Writes nothing.
    """
    from framecrew.api import explained
    from framecrew.model.wire import to_json
    from framecrew.planning.explain import explanation_text

    spec = spec_from(ctx, scene=scene, job_file=job_file, flags=flags)
    explanation = asyncio.run(explained(spec))
    click.echo(to_json(explanation) if as_json else explanation_text(explanation))


@watching_flags
@click.command()
@click.argument("job", type=int)
@reporting_errors
def retry(*, job: int, as_json: bool, plain: bool, quiet: bool) -> None:
    """Render what is missing of an earlier job: the same spec again, whole frames kept."""
    from framecrew.store.store import Store

    show = shown(as_json=as_json, plain=plain, quiet=quiet)
    with Store.open() as store:
        store.interrupted_jobs()
        spec: JobSpec = store.retried(job)
    # Only now: what is refused is refused at once.
    from framecrew.cli.running import follow_new, run
    from framecrew.client import Client

    client = Client.find()
    if client is not None:
        sys.exit(asyncio.run(follow_new(client, lambda: client.again(job), show)))
    sys.exit(asyncio.run(run(spec, show)))
