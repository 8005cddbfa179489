"""`daemon`: start, stop and look at the framecrew that stays; and `studio`, which opens its page."""

import json
import os
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click
import psutil

from framecrew.cli.doors import reporting_errors
from framecrew.cli.words import bytes_text, one_line, seconds_text
from framecrew.client import Client, DaemonGone
from framecrew.model.errors import FramecrewError
from framecrew.store.daemon_file import find_daemon
from framecrew.store.places import home

START_SECONDS = 30.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.05
LOG = "daemon.log"
LAST_LINES = 15
NOT_RUNNING = 3
"""Exit code of `status`, as service commands have it."""


@click.group()
def daemon() -> None:
    """The framecrew that stays: it keeps the queue, outlives the terminal and the page, and goes on
    with unfinished jobs after whatever ended it.
    """


def listening_flags(command: click.Command) -> click.Command:
    """Where a daemon is to listen."""
    command.params += [
        click.Option(
            ["--port"], type=click.IntRange(0, 65535), help="Port; the last one, or 4727."
        ),
        click.Option(
            ["--listen"],
            metavar="ADDRESS",
            help="Address; 127.0.0.1, which only this machine reaches. Any other needs TLS.",
        ),
        click.Option(
            ["--name"],
            multiple=True,
            metavar="HOST",
            help="A host name that clients use for it; all others are refused.",
        ),
        click.Option(
            ["--certificate"], type=click.Path(path_type=Path), help="TLS certificate, PEM."
        ),
        click.Option(["--key"], type=click.Path(path_type=Path), help="Its key, PEM."),
    ]
    return command


@listening_flags
@daemon.command()
@reporting_errors
def start(**place: object) -> None:
    """Start the daemon of your queue in the background; nothing if it runs already."""
    client, is_new = started(place)
    told = "started" if is_new else "runs already"
    click.echo(f"The daemon {told}: {client.url}, process {client.status().pid}.")


@listening_flags
@daemon.command()
@reporting_errors
def run(**place: object) -> None:
    """Be the daemon, in the foreground, until Ctrl-C; for services and for trying things out."""
    command = daemon_command(place)
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))
    else:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted


@daemon.command()
@reporting_errors
def stop() -> None:
    """End the daemon and its renderers; the next start goes on with what is unfinished."""
    found = find_daemon(home())
    client = Client.find()
    if found is None or client is None:
        click.echo("No daemon runs.")
        return
    live = client.status().live
    client.stop()
    wait_for(lambda: not found.owner.is_alive, STOP_SECONDS, "the daemon to end")
    left = f" {live} unfinished; `framecrew daemon start` goes on." if live else ""
    click.echo(f"The daemon has ended.{left}")


@daemon.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@reporting_errors
def status(*, as_json: bool) -> None:
    """Show whether the daemon runs, where, and what it costs. Exit code 3 when it does not."""
    client = Client.find()
    if client is None:
        click.echo(
            json.dumps({"is_running": False})
            if as_json
            else f"No daemon runs for {home()}. Start it with `framecrew daemon start`."
        )
        sys.exit(NOT_RUNNING)
    told = client.status()
    memory = psutil.Process(told.pid).memory_info().rss
    if as_json:
        click.echo(
            json.dumps(
                {
                    "is_running": True, "url": client.url, "pid": told.pid,
                    "version": told.version, "home": told.home, "started": told.started,
                    "live": told.live, "clients": told.clients, "memory_bytes": memory,
                }
            )
        )  # fmt: skip
        return
    click.echo(f"running  {client.url}, process {told.pid}, framecrew {told.version}")
    click.echo(f"since    {seconds_text(time.time() - told.started)}")
    click.echo(f"home     {told.home}")
    click.echo(f"jobs     {told.live} not over")
    click.echo(f"pages    {told.clients} open")
    click.echo(f"memory   {bytes_text(memory)}")


@daemon.command()
@click.option("--print", "only_print", is_flag=True, help="Print the file; write nothing.")
@click.option("--remove", is_flag=True, help="Remove the file again.")
@reporting_errors
def install(*, only_print: bool, remove: bool) -> None:
    """Write the file that lets this system start the daemon when you log in, and say how it is
    switched on.
    """
    from framecrew.cli.service import service_for

    service = service_for(sys.platform, command=daemon_command({}), home=home())
    if only_print:
        click.echo(service.text)
        return
    if remove:
        is_there = service.path.exists()
        service.path.unlink(missing_ok=True)
        click.echo(f"{'Removed' if is_there else 'There was no'} {service.path}")
        click.echo(f"Switch it off with: {service.off}")
        return
    service.path.parent.mkdir(parents=True, exist_ok=True)
    service.path.write_text(service.text, encoding=service.encoding)
    click.echo(f"Wrote {service.path}: {service.what}")
    click.echo(f"Switch it on with:  {service.on}")
    click.echo(f"Switch it off with: {service.off}")


@listening_flags
@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@reporting_errors
def studio(*, no_browser: bool, **place: object) -> None:
    """Open the page: the queue, the machine and every frame. Starts the daemon if there is none."""
    client, _ = started(place)
    link = client.link()
    is_open = not no_browser and webbrowser.open(link)
    click.echo(
        f"The studio is at {client.url}."
        if is_open
        else f"Open this link within a minute; it works once:\n{link}"
    )


def started(place: dict[str, object]) -> tuple[Client, bool]:
    """The client of the daemon, started where there is none; whether it was."""
    client = Client.find()
    if client is not None:
        return client, False
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / LOG
    with log.open("ab") as output:
        begin = output.tell()
        process = subprocess.Popen(
            daemon_command(place),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            start_new_session=True,
            creationflags=apart(),
        )

    def answers() -> bool:
        if process.poll() is not None and find_daemon(folder) is None:
            said = log.read_bytes()[begin:].decode("utf-8", "replace").splitlines()
            told = one_line(" ".join(said[-LAST_LINES:])).removeprefix("framecrew: ")
            raise FramecrewError(told or f"The daemon ended at once; see {log}.")
        found = Client.find(folder)
        try:
            return found is not None and found.status().pid > 0
        except DaemonGone:
            return False

    wait_for(answers, START_SECONDS, f"the daemon to answer; see {log}")
    # It goes on without us; no one waits for its end here.
    process.returncode = 0
    return Client.connect(folder), True


def daemon_command(place: dict[str, object]) -> list[str]:
    """What starts the daemon of this home, in this Python."""
    words = [sys.executable, "-m", "framecrew.studio", "--home", str(home())]
    for name, value in place.items():
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                words += [f"--{name}", str(one)]
    return words


def wait_for(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Until it holds; FramecrewError after so long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise FramecrewError(
                f"Waited {seconds:.0f} s for {what}, and it did not come to pass. "
                "`framecrew daemon status` tells how it stands."
            )
        time.sleep(LOOK_EVERY)


if sys.platform == "win32":

    def apart() -> int:
        """The console's end is not the daemon's."""
        return (
            subprocess.DETACHED_PROCESS
            | subprocess.CREATE_NEW_PROCESS_GROUP
            | subprocess.CREATE_BREAKAWAY_FROM_JOB
        )

else:

    def apart() -> int:
        """A session of its own does it."""
        return 0
