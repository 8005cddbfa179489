"""Serving: one daemon from its lock to its end."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from framecrew.api import Crew
from framecrew.media.decoders import decoding_elsewhere
from framecrew.model.errors import FramecrewError, Mistake, WrongUse
from framecrew.store.daemon_file import (
    DaemonLock,
    ensure_token,
    read_daemon_file,
    remove_daemon_file,
    write_daemon_file,
)
from framecrew.studio.app import make_app
from framecrew.studio.daemon import Daemon
from framecrew.studio.keys import Keys

DEFAULT_PORT = 4727
LOOPBACK = "127.0.0.1"
NAMES_OF_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
BACKLOG = 128
STOP_SECONDS = 2
"""Given to requests that are being answered when the daemon ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a daemon is to listen."""

    address: str = LOOPBACK
    port: int | None = None
    """None: the one it had the last time, the usual one, or any that is free."""
    names: tuple[str, ...] = ()
    """Host names that clients may use, besides the address itself."""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_loopback(self) -> bool:
        if self.address == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return False


class Server(uvicorn.Server):
    """uvicorn, without its own ideas about signals, and without waking ten times a second."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._stop.wait()


async def serve(home: Path, place: Place) -> None:
    """Be the daemon of a home until somebody wants it to end. StoreError if there is one."""
    check(place)
    with DaemonLock(home), decoding_elsewhere(), listening(home, place) as sockets:
        port = int(sockets[0].getsockname()[1])
        token = ensure_token(home)
        async with Crew(home, is_resumed=True) as crew:
            daemon = Daemon(crew, Keys(token, port))
            try:
                await _serve_until_stopped(daemon, home, place, sockets, port)
            finally:
                await daemon.close()
                remove_daemon_file(home)


async def _serve_until_stopped(
    daemon: Daemon, home: Path, place: Place, sockets: Sequence[socket.socket], port: int
) -> None:
    scheme = "https" if place.certificate else "http"
    names = place.names or NAMES_OF_LOOPBACK if place.is_loopback else place.names
    if not place.is_loopback:
        names = (*names, place.address)
    hosts = frozenset(f"{name.lower()}:{port}" for name in names)
    server = Server(
        uvicorn.Config(
            make_app(daemon, scheme=scheme, hosts=hosts),
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            ssl_certfile=place.certificate,
            ssl_keyfile=place.key,
            timeout_graceful_shutdown=STOP_SECONDS,
            ws_per_message_deflate=False,
            ws_max_size=64 * 1024,
            lifespan="off",
        ),
        daemon.stop,
    )
    _stop_on_signals(daemon)
    serving = asyncio.create_task(server.serve(sockets=list(sockets)))
    stopping = asyncio.create_task(daemon.stop.wait())
    write_daemon_file(
        home,
        url=f"{scheme}://{names[0]}:{port}",
        port=port,
        version=daemon.version,
        certificate=str(place.certificate or ""),
    )
    resuming = asyncio.create_task(daemon.crew.resume(on_trouble=_tell))
    broken = asyncio.create_task(daemon.crew.broken())
    resuming.add_done_callback(_tell_why_broken)
    tasks = (serving, stopping, broken)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    daemon.stop.set()
    resuming.cancel()
    was_broken = broken.done()
    broken.cancel()
    await asyncio.gather(*tasks, resuming, return_exceptions=True)
    if was_broken:
        # With the exit code of a failure, a service starts us anew.
        broken.result()


def _tell(trouble: str) -> None:
    """What nobody asked for goes to the daemon's own log."""
    sys.stderr.write(f"framecrew: {trouble}\n")


def _tell_why_broken(task: asyncio.Task[list[int]]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _tell(f"unfinished jobs do not go on: {error!r}")


def _stop_on_signals(daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, daemon.stop.set)
        except NotImplementedError:  # Windows has no such handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(daemon.stop.set))


def check(place: Place) -> None:
    """WrongUse if a place beyond this machine is not protected."""
    if place.is_loopback:
        return
    wrong = []
    if place.certificate is None or place.key is None:
        wrong.append(
            Mistake(
                place="--listen",
                wanted="TLS for an address that others can reach: --certificate and --key",
                found=f"{place.address} without them",
                advice="Name both files, or listen on 127.0.0.1 and let ssh carry it.",
            )
        )
    if not place.names and place.address in ("0.0.0.0", "::", ""):  # noqa: S104
        wrong.append(
            Mistake(
                place="--name",
                wanted="the host names that clients use, to refuse all others",
                found=f"none for {place.address}",
                advice="Give each of them with --name.",
            )
        )
    if wrong:
        raise WrongUse(wrong)


@contextlib.contextmanager
def listening(home: Path, place: Place) -> Iterator[list[socket.socket]]:
    """A socket that listens at the place; FramecrewError when it cannot be had."""
    before = read_daemon_file(home)
    usual = [*([before.port] if before else []), DEFAULT_PORT, 0]
    ports = usual if place.port is None else [place.port]
    family = socket.AF_INET6 if ":" in place.address else socket.AF_INET
    trouble = ""
    for port in dict.fromkeys(ports):
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            # Where the daemon before was a moment ago; on Windows it would share the port.
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((place.address, port))
            # From now on whoever finds us by our file waits, and is not refused.
            found.listen(BACKLOG)
        except OSError as error:
            found.close()
            trouble = f"{place.address}:{port}: {error.strerror or error}"
            continue
        with found:
            yield [found]
        return
    raise FramecrewError(
        f"Wanted to listen; found that it cannot be done at {trouble}. "
        "Choose another port with --port, or end what listens there."
    )
