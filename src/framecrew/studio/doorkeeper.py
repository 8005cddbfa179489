"""The doorkeeper: every request passes here before anything of it is believed.

Host      must be the daemon's own address, or a page of another site could reach us by a name
          that it lets point to this machine (DNS rebinding)
Origin    where a browser sends one, must be our own page's; also for the stream
key       the token as bearer, or the page's cookie, for everything below /api
body      no larger than it can be in earnest
"""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from framecrew.studio.keys import Keys

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/"
LARGEST_BODY = 1024 * 1024
UPLOAD = "/api/v1/scenes"
LARGEST_UPLOAD = 16 * 1024**3
READING = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED_BEFORE_OPEN = 1008

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why somebody is not let in."""

    status: int
    message: str


class TooLargeError(Exception):
    """A body went on beyond what it may be."""


class Doorkeeper:
    """Stands before the whole application."""

    def __init__(self, app: App, *, keys: Keys, scheme: str, hosts: frozenset[str]) -> None:
        """`hosts`: each name with its port, in lower case."""
        self._app = app
        self._keys = keys
        self._hosts = hosts
        self._origins = frozenset(f"{scheme}://{host}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(scope, send, refusal)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._pass_on(scope, receive, send, headers)

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> None:
        largest = LARGEST_UPLOAD if scope["path"] == UPLOAD else LARGEST_BODY
        has_begun = False
        seen = 0

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > largest:
                raise TooLargeError
            return message

        async def with_headers(message: Message) -> None:
            nonlocal has_begun
            if seen > largest and not has_begun:
                return  # Whatever is made of half a body: the refusal below is the answer.
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = _with_ours(message["headers"], scope["path"])
            await send(message)

        refusal = Refusal(status=413, message=f"Wanted a body of at most {largest} bytes.")
        if _length_told(headers) > largest:
            await _refuse(scope, send, refusal)
            return
        try:
            await self._app(scope, count, with_headers)
        except TooLargeError:
            if has_begun:
                raise
        if seen > largest and not has_begun:
            await _refuse(scope, send, refusal)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Refusal | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return Refusal(
                status=421,
                message=f"Wanted a request for {min(self._hosts)}; found one for {host!r}. Use "
                "the address that `framecrew daemon status` prints.",
            )
        origin = headers.get("origin")
        is_ours = origin in self._origins
        if origin is not None and not is_ours:
            return _from_elsewhere(origin)
        path = scope["path"]
        if not path.startswith(API):
            return None
        site = headers.get("sec-fetch-site", "none")
        if site not in ("none", "same-origin"):
            return _from_elsewhere(site)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._keys.is_token(token.strip()):
            scope["framecrew.is_program"] = True
            return None
        if self._has_cookie(headers):
            # A browser sends a cookie whoever asks; only our own page may do or listen.
            may = scope["type"] == "http" and scope["method"] in READING
            if may or is_ours or site == "same-origin":
                return None
            return _from_elsewhere("nothing that tells whose page asks")
        return Refusal(
            status=401,
            message="Wanted the daemon's token or the page's cookie; found neither that is "
            "good. Open the page with `framecrew studio`; programs send the home folder's "
            "token as `Authorization: Bearer`.",
        )

    def _has_cookie(self, headers: Mapping[str, str]) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self._keys.cookie_name)
        return found is not None and self._keys.is_cookie(found.value)


def _from_elsewhere(what: str) -> Refusal:
    return Refusal(
        status=403,
        message=f"Wanted a request of the daemon's own page or of a program; found {what!r}. "
        "Open the page with `framecrew studio`.",
    )


def _length_told(headers: Mapping[str, str]) -> int:
    """How long the body is to be; 0 where nothing that can be understood is told."""
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() else 0


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by name; of two with one name both, which then are neither's value."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        glue = "; " if name == "cookie" else ", "
        found[name] = f"{found[name]}{glue}{value}" if name in found else value
    return found


def _with_ours(headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    ours = dict(HEADERS)
    if path.startswith(API):
        ours["cache-control"] = "no-store"
    return [
        *headers,
        *(
            (name.encode(), value.encode())
            for name, value in ours.items()
            if name.encode() not in there
        ),
    ]


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await send(
            {
                "type": "websocket.close",
                "code": REFUSED_BEFORE_OPEN,
                "reason": refusal.message[:100],
            }
        )
        return
    body = json.dumps({"message": refusal.message, "mistakes": []}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status,
            "headers": _with_ours(headers, API),
        }
    )
    await send({"type": "http.response.body", "body": body})
