"""Looking at jobs, and wishing something of running ones: `jobs`, `show`, `cancel`, `hold`, `slots` and the like."""

import json
import time
from dataclasses import replace

import click

from framecrew.cli.doors import reporting_errors
from framecrew.cli.summary import summary
from framecrew.cli.words import bytes_text, layout_text, seconds_text
from framecrew.client import Client
from framecrew.store.records import StoredJob, WishVerb
from framecrew.store.store import Store

CANCEL_PATIENCE = 10.0
"""Seconds to wait for the owner of a job to end it."""


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also jobs that are over.")
@click.option("--limit", type=click.IntRange(min=1), default=30, help="Most jobs to list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@reporting_errors
def jobs(*, everything: bool, limit: int, as_json: bool) -> None:
    """List jobs, newest first: those running, and the last that are over."""
    with Store.open() as store:
        store.interrupted_jobs()
        listed = [_as_it_stands(job) for job in store.jobs(limit=limit)]
    if as_json:
        for job in listed:
            click.echo(json.dumps(_row_json(job)))
        return
    if not listed:
        click.echo(
            "No jobs yet. Start one with `framecrew render SCENE --output FILE_####.png`."
        )
        return
    over = [job for job in listed if job.status.is_over]
    live = [job for job in listed if not job.status.is_over]
    shown = live + (over if everything else over[: max(0, 10 - len(live))])
    width = max(len(job.name) for job in shown)
    click.echo(f"{'job':>5}  {'status':<11}  {'frames':>13}  {'name':<{width}}  started")
    for job in shown:
        frames = f"{job.done}/{job.total}"
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))
        click.echo(
            f"{job.id:>5}  {job.status:<11}  {frames:>13}  {job.name:<{width}}  {started}"
        )
    if len(shown) < len(listed):
        click.echo(f"… and {len(listed) - len(shown)} older ones (--all)")


def _as_it_stands(job: StoredJob) -> StoredJob:
    """With the counts of this moment, which only the daemon knows of a job that is running."""
    client = None if job.status.is_over else Client.find()
    if client is None:
        return job
    row = client.job(job.id).job
    return replace(job, done=row.done, failed=row.lost, total=row.total)


def _row_json(job: StoredJob) -> dict[str, object]:
    return {
        "job": job.id, "name": job.name, "status": job.status, "renderer": job.renderer,
        "scene": job.scene, "outputs": list(job.patterns), "done": job.done, "failed": job.failed,
        "total": job.total, "priority": job.priority, "created": job.created,
        "finished": job.finished,
    }  # fmt: skip


@click.command()
@click.argument("job", type=int)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@reporting_errors
def show(job: int, *, as_json: bool) -> None:
    """Show one job: frames, what was lost and why, how its slots were chosen."""
    from framecrew.api import show as view_of
    from framecrew.model.wire import to_json

    view = view_of(job)
    if as_json:
        click.echo(to_json(view))
        return
    click.echo(f"job {view.id}: {view.name}, {view.status}")
    end = view.finished or time.time()
    if view.status.is_over:
        for line in summary(view, seconds=end - view.submitted):
            click.echo(line)
    else:
        click.echo(
            f"  {view.done} of {view.total} frames, {100 * view.progress:.1f} %, {view.phase}"
        )
    for task in view.tasks:
        click.echo(f"{task.id}: {task.status}, {len(task.done)} of {len(task.frames)} frames")
        if task.slots:
            click.echo(f"  {layout_text(task.slots, task.threads)}: {task.reason}")
        if task.seconds_per_frame:
            pace = seconds_text(task.seconds_per_frame)
            memory = task.footprint_bytes
            each = f"; {bytes_text(memory)} a process" if memory else ""
            click.echo(f"  {pace} of one core a frame{each}")
        for attempt in task.attempts:
            click.echo(
                f"  slot {attempt.slot}: attempt {attempt.attempt}, {attempt.status}, "
                f"frames {attempt.left}, pid {attempt.pid or 'not yet known'}"
            )


def _wish(job: int, verb: WishVerb, value: str = "") -> None:
    """Tell whoever has the job: the daemon at once, another process by way of the queue."""
    client = Client.find()
    if client is None:
        with Store.open() as store:
            store.interrupted_jobs()
            store.post_wish(job, verb, value)
        return
    match verb:
        case WishVerb.CANCEL:
            client.cancel(job)
        case WishVerb.HOLD:
            client.hold(job)
        case WishVerb.RELEASE:
            client.release(job)
        case WishVerb.PRIORITY:
            client.set_priority(job, int(value))
        case WishVerb.SLOTS:
            client.set_slots(job, int(value) if value else None)
        case WishVerb.REQUEUE:
            client.retry(job, value)


@click.command()
@click.argument("job", type=int)
@reporting_errors
def cancel(job: int) -> None:
    """End a running job. Its processes are gone within seconds; finished frames stay."""
    _wish(job, WishVerb.CANCEL)
    deadline = time.monotonic() + CANCEL_PATIENCE
    with Store.open() as store:
        while not store.job(job).status.is_over and time.monotonic() < deadline:
            time.sleep(0.1)
        found = store.job(job)
    click.echo(f"job {job}: {found.status}, {found.done} of {found.total} frames delivered")


@click.command()
@click.argument("job", type=int)
@reporting_errors
def hold(job: int) -> None:
    """Start nothing new of a running job; what is in work is finished."""
    _wish(job, WishVerb.HOLD)
    click.echo(f"job {job}: nothing new starts until `framecrew release {job}`")


@click.command()
@click.argument("job", type=int)
@reporting_errors
def release(job: int) -> None:
    """Let a held job go on."""
    _wish(job, WishVerb.RELEASE)
    click.echo(f"job {job}: goes on")


@click.command()
@click.argument("job", type=int)
@click.argument("value", type=int)
@reporting_errors
def priority(job: int, value: int) -> None:
    """Change the priority of a running job; higher is sooner."""
    _wish(job, WishVerb.PRIORITY, str(value))
    click.echo(f"job {job}: priority {value}")


def _number_of_slots(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """A number, or empty for `auto`."""
    if text == "auto":
        return ""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise click.BadParameter(f"{text!r} is neither a number from 1 on nor auto.")
    return text


@click.command()
@click.argument("job", type=int)
@click.argument("number", callback=_number_of_slots, metavar="NUMBER|auto")
@reporting_errors
def slots(job: int, number: str) -> None:
    """Change how many renderer processes a running job has; `auto` chooses from evidence.

    More begin at once. What is too much ends with the frame in work, or with its segment of a film.
    """
    _wish(job, WishVerb.SLOTS, number)
    shown = "so many slots as pay" if not number else f"{number} slot{'s' * (number != '1')}"
    click.echo(f"job {job}: {shown} from now on")
