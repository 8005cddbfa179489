"""Asking: one request, one answer, and every refusal as an error that says what to do."""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from framecrew.model.answers import Trouble
from framecrew.model.errors import FramecrewError, WrongUse
from framecrew.model.wire import from_plain

T = TypeVar("T")
API = "/api/v1"
BLOCK = 1024 * 1024
MISTAKES = 422


class NoDaemon(FramecrewError):
    """No daemon runs for this home folder."""


class DaemonGone(FramecrewError):
    """The daemon did not answer any more."""


class Refused(FramecrewError):
    """The daemon would not do it; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Where to ask, and with which token."""

    url: str
    token: str
    certificate: str = ""
    """Trusted for an address beyond this machine; empty: those the system trusts."""
    seconds: float = 60.0
    """How long an answer may take; opening a heavy scene takes longer than most."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What TLS trusts; None where none is spoken."""
        if not self.url.startswith("https:"):
            return None
        return ssl.create_default_context(cafile=self.certificate or None)

    def get(self, answer: type[T], path: str, /, **query: object) -> T:
        """An answer of that shape."""
        return from_plain(answer, self.plain("GET", path, query=query))

    def ask(
        self, answer: type[T], method: str, path: str, body: Mapping[str, object] | None = None
    ) -> T:
        """The same for what changes something."""
        return from_plain(answer, self.plain(method, path, body=body))

    def plain(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> object:
        """The JSON of an answer."""
        return json.loads(self.read(method, path, query=query, body=body))

    def read(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> bytes:
        """The bytes of an answer."""
        with self.answer(method, path, query=query, body=body) as answer:
            return answer.read()

    @contextmanager
    def answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        sent: Any = None,  # noqa: ANN401 - a file, or what http.client takes for one
    ) -> Iterator[http.client.HTTPResponse]:
        """An answer that is being read; WrongUse, Refused or DaemonGone if there is none."""
        place = urlsplit(self.url)
        target = f"{API}/{quote(path)}{_query(query)}"
        told = {**self.headers, **(headers or {})}
        if body is not None:
            sent = json.dumps(body, ensure_ascii=True).encode("ascii")
            told["Content-Type"] = "application/json"
        tls = self.tls
        host, port = place.hostname or "", place.port
        connection = (
            http.client.HTTPConnection(host, port, timeout=self.seconds)
            if tls is None
            else http.client.HTTPSConnection(host, port, timeout=self.seconds, context=tls)
        )
        try:
            connection.request(method, target, body=sent, headers=told)
            answer = connection.getresponse()
            if answer.status >= http.client.BAD_REQUEST:
                raise _refusal(answer.status, answer.read())
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise DaemonGone(
                f"Wanted an answer of the daemon at {self.url}; found: {error}. "
                "`framecrew daemon status` tells whether it runs."
            ) from error
        finally:
            connection.close()


def _query(query: Mapping[str, object] | None) -> str:
    given = {
        name.rstrip("_"): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (query or {}).items()
        if value is not None
    }
    return f"?{urlencode(given)}" if given else ""


def _refusal(status: int, body: bytes) -> FramecrewError:
    try:
        trouble = from_plain(Trouble, json.loads(body))
    except ValueError:
        return Refused(status, f"The daemon refused with {status}.")
    if status == MISTAKES and trouble.mistakes:
        return WrongUse(trouble.mistakes)
    return Refused(status, trouble.message)
