"""The stream of events, from the reader's side: batch after batch, resumed where it broke off."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from framecrew.client.asking import API, Asking, DaemonGone
from framecrew.model.answers import JobRow, LogLine, SlotRow
from framecrew.model.events import Event
from framecrew.model.wire import event_from_json, from_plain

if TYPE_CHECKING:
    # Imported where it is used: commands that only ask or wish something have no need of it.
    from websockets.sync.client import ClientConnection

LARGEST_BATCH = 64 * 1024 * 1024
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What happened within a tenth of a second."""

    event: int
    """Number of the newest event told; connect again after it."""
    events: tuple[Mapping[str, Any], ...] = ()
    """With `number`, `event` (the kind), `job` and the fields of that kind."""
    jobs: tuple[JobRow, ...] = ()
    slots: tuple[SlotRow, ...] = ()
    warnings: tuple[Mapping[str, Any], ...] = ()
    gone: tuple[int, ...] = ()
    attempt: str = ""
    """Whose lines follow."""
    lines: tuple[LogLine, ...] = ()


def event_of(told: Mapping[str, Any]) -> Event:
    """One event of a batch as the model's own. ValueError for `job_submitted`, whose plan is not
    told.
    """
    inner = {key: value for key, value in told.items() if key not in ("number", "event")}
    return event_from_json(told["event"], json.dumps(inner))


class EventStream:
    """Iterate it; use it in a `with` block, or until you have had enough.

    `patience`: seconds to try again when the connection breaks; then DaemonGone.
    """

    def __init__(
        self, asking: Asking, after: int | None = None, patience: float = 10.0
    ) -> None:
        self._asking = asking
        self._patience = patience
        self._socket: ClientConnection | None = None
        self._connection = ExitStack()
        self._followed: str | None = None
        self.after = after
        """Number of the newest event that was told."""

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket = None
        self._connection.close()

    def follow(self, attempt: str | None) -> None:
        """Also be told the lines of one attempt; None: of none."""
        self._followed = attempt
        if self._socket is not None:
            self._socket.send(json.dumps({"type": "follow", "attempt": attempt}))

    def next_batch(self, timeout: float | None = None) -> Batch | None:
        """The next batch; None when none comes in time."""
        from websockets.exceptions import ConnectionClosed

        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if self._socket is None:
                self._connect()
            assert self._socket is not None
            try:
                told = json.loads(self._socket.recv(timeout=left))
            except TimeoutError:
                return None
            except ConnectionClosed:
                self.close()
                continue
            if self.after is None or told["type"] == "batch":
                self.after = told["event"]
            if told["type"] == "batch":
                return _batch(told)

    def __iter__(self) -> Iterator[Batch]:
        while True:
            batch = self.next_batch()
            assert batch is not None
            yield batch

    def _connect(self) -> None:
        from websockets.exceptions import InvalidHandshake
        from websockets.sync.client import connect

        place = urlsplit(self._asking.url)
        scheme = "wss" if place.scheme == "https" else "ws"
        after = "" if self.after is None else f"?after={self.after}"
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._socket = self._connection.enter_context(
                    connect(
                        f"{scheme}://{place.netloc}{API}/events{after}",
                        additional_headers=self._asking.headers,
                        ssl=self._asking.tls,
                        max_size=LARGEST_BATCH,
                        compression=None,
                        proxy=None,
                    )
                )
            except (OSError, InvalidHandshake, TimeoutError) as error:
                if time.monotonic() > deadline:
                    raise DaemonGone(
                        f"Wanted the events of the daemon at {self._asking.url}; found: {error}. "
                        "`framecrew daemon status` tells whether it runs."
                    ) from error
                time.sleep(PAUSE_SECONDS)
                continue
            if self._followed:
                self.follow(self._followed)
            return


def _batch(told: Mapping[str, Any]) -> Batch:
    lines = told.get("lines") or {}
    return Batch(
        event=told["event"],
        events=tuple(told.get("events", ())),
        jobs=tuple(from_plain(JobRow, one) for one in told.get("jobs", ())),
        slots=tuple(from_plain(SlotRow, one) for one in told.get("slots", ())),
        warnings=tuple(told.get("warnings", ())),
        gone=tuple(told.get("gone", ())),
        attempt=lines.get("attempt", ""),
        lines=tuple(from_plain(LogLine, one) for one in lines.get("lines", ())),
    )
