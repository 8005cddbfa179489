"""One job, of this process or of the daemon: submitted, shown while it runs, summed up at its end."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import click

from framecrew.api import Crew
from framecrew.cli.codes import STOPPED
from framecrew.cli.plain import show_plain
from framecrew.cli.remote import RemoteJob, spec_for_daemon
from framecrew.cli.shows import Items, Views
from framecrew.cli.summary import exit_code, summary
from framecrew.client import Client
from framecrew.conductor.bus import Numbered
from framecrew.model.jobs import JobSpec
from framecrew.model.plans import TaskKind
from framecrew.model.views import JobView
from framecrew.model.wire import event_line

STOP_PATIENCE = 1.6
"""Seconds a cancelled job may take to end in order; then everything of ours is ended at once."""
LAST_RESORT = 5.0
"""Seconds after the first Ctrl-C from which another one ends us as we stand: something does not
let go. The renderers end with us in any case, see `execution/guard.py`."""

T = TypeVar("T")


Show = Callable[[Items, Views, int], Coroutine[None, None, None]]
"""Shows what happens in one job until the items are closed."""


async def run(spec: JobSpec, shown: str) -> int:
    """Render one spec, shown as `board`, `plain`, `json` or `quiet`; the exit code."""
    began = time.time()
    on_step = _say if shown in ("board", "plain") else _silent
    view = await watched(spec, show=_show_as(shown), on_step=on_step)
    if view is None:
        click.echo("Stopped before anything was rendered.", err=True)
        return STOPPED
    return _told(view, shown, time.time() - began)


async def watched(
    spec: JobSpec, *, show: Show, on_step: Callable[[str], None]
) -> JobView | None:
    """Render one spec here while it is shown; None when a person stopped it before it began."""
    stop = _listen_for_stop()
    async with Crew() as crew:
        watch = crew.watch()
        job = await _unless(stop, crew.submit(spec, on_step=on_step))
        if job is None:
            return None
        async with _showing(show(watch, crew, job), watch):
            view = await _unless(stop, crew.wait(job))
            return view if view is not None else await _cancelled(crew, job)


async def run_there(client: Client, spec: JobSpec, shown: str) -> int:
    """The same with the daemon: closing the terminal changes nothing, Ctrl-C cancels the job."""
    return await follow_new(client, lambda: client.submit(spec_for_daemon(spec)), shown)


async def follow_new(client: Client, submit: Callable[[], int], shown: str) -> int:
    """Show a job that is just being submitted to the daemon."""
    stop = _listen_for_stop()
    after = client.status().event
    job = await asyncio.to_thread(submit)
    return await _followed(client, job, after, stop, shown, is_new=True)


async def follow(client: Client, job: int, shown: str) -> int:
    """Show a job of the daemon until it is over; Ctrl-C leaves it to itself."""
    stop = _listen_for_stop()
    # Before the picture: what happens after it is told by the stream then, and not missed.
    after = client.status().event
    view = client.view(job)
    if view.status.is_over:
        return _told(view, shown, view.finished - view.submitted)
    return await _followed(client, job, after, stop, shown, is_new=False)


async def _followed(
    client: Client, job: int, after: int, stop: asyncio.Event, shown: str, *, is_new: bool
) -> int:
    """A job of ours ends with us when a person wants that; one we only look at does not."""
    async with RemoteJob(client, job, after=after, is_new=is_new) as remote:
        async with _showing(_show_as(shown)(remote, remote, job), remote):
            if await _unless(stop, _until_over(remote)) is None:
                if not is_new:
                    click.echo(
                        f"Job {job} goes on; `framecrew watch {job}` shows it again.", err=True
                    )
                    return STOPPED
                client.cancel(job)
                with suppress(TimeoutError):
                    async with asyncio.timeout(STOP_PATIENCE):
                        await remote.wait()
        view = remote.view(job)
    return _told(view, shown, (view.finished or time.time()) - view.submitted)


async def _until_over(remote: RemoteJob) -> bool:
    await remote.wait()
    return True


def _told(view: JobView, shown: str, seconds: float) -> int:
    """Print the end of a job; its exit code."""
    if shown == "json":
        click.echo(json.dumps(_ending(view, seconds)))
    else:
        for line in summary(view, seconds=seconds):
            click.echo(line)
    return exit_code(view)


def _listen_for_stop() -> asyncio.Event:
    """Turn Ctrl-C and SIGTERM into a wish instead of a traceback."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    wished_at: list[float] = []

    def wish() -> None:
        wished_at.append(time.monotonic())
        if wished_at[-1] - wished_at[0] > LAST_RESORT:
            os._exit(STOPPED)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, wish)
        except NotImplementedError:  # Windows has no such handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(wish))
    return stop


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, T]) -> T | None:
    """The result of some work, or None if a person wanted us to stop before it came."""
    working = asyncio.ensure_future(work)
    wish = asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, wish), return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    if working.done():
        return working.result()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return None


async def _cancelled(crew: Crew, job: int) -> JobView:
    crew.cancel(job)
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_PATIENCE):
            await crew.wait(job)
    return crew.view(job)


@asynccontextmanager
async def _showing(show: Coroutine[None, None, None], watch: Items) -> AsyncIterator[None]:
    """Show what happens until the block is left; what is waiting then is shown still."""
    showing = asyncio.create_task(show)
    try:
        yield
    finally:
        watch.close()
        await showing


def _show_as(shown: str) -> Show:
    match shown:
        case "json":
            return _show_json
        case "plain":
            return show_plain
        case "board":
            from framecrew.cli.board import show_board

            return show_board
        case _:
            return _drain


async def _show_json(watch: Items, _crew: Views, _job: int) -> None:
    async for item in watch:
        if isinstance(item, Numbered):
            click.echo(event_line(item.event, item.number))


async def _drain(watch: Items, _crew: Views, _job: int) -> None:
    async for _ in watch:
        pass


def _ending(view: JobView, seconds: float) -> dict[str, object]:
    """The last line of `--json`."""
    return {
        "event": "summary", "job": view.id, "status": view.status, "done": view.done,
        "total": view.total, "missing": str(view.missing), "seconds": round(seconds, 3),
        "outputs": [output for task in view.tasks for output in task.outputs],
        "targets": [
            {"target": task.target, "done": len(task.done), "missing": str(task.missing)}
            for task in view.tasks
            if task.kind is TaskKind.RENDER
        ],
        "losses": [
            {
                "task": task.id, "frames": str(loss.frames), "kind": loss.failure.kind,
                "reason": loss.failure.reason, "advice": loss.failure.advice,
            }
            for task in view.tasks
            for loss in task.losses
        ],
    }  # fmt: skip


def _say(text: str) -> None:
    click.echo(text, err=True)


def _silent(_text: str) -> None:
    pass
