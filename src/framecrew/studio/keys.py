"""Keys: who may come in. The token for programs, a cookie made of it for the page, and links.

A cookie is told from the token by a one-way function: it survives a restart of the daemon, and
whoever sees it does not know the token.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

LINK_SECONDS = 60.0
MOST_LINKS = 100


class Keys:
    """The keys of one daemon at one port."""

    def __init__(
        self, token: str, port: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._token = token
        self._clock = clock
        self._links: dict[str, float] = {}
        # Cookies do not know ports: two daemons of one machine would overwrite each other's.
        self.cookie_name = f"framecrew-{port}"
        self.cookie = hmac.new(token.encode(), b"page", hashlib.sha256).hexdigest()

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token.encode())

    def is_cookie(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.cookie.encode())

    def make_link(self) -> str:
        """A key that opens the page once, within a minute."""
        self._forget_old()
        key = secrets.token_urlsafe(32)
        self._links[key] = self._clock() + LINK_SECONDS
        return key

    def use_link(self, key: str) -> bool:
        """Whether the key was good; it is not any more."""
        self._forget_old()
        return self._links.pop(key, None) is not None

    def _forget_old(self) -> None:
        now = self._clock()
        good = [(key, until) for key, until in self._links.items() if until > now]
        self._links = dict(good[-MOST_LINKS:])
