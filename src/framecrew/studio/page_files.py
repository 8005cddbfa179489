"""The page's files: what was built into the package, and nothing else of the disk."""

import asyncio
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from framecrew.studio.daemon import Daemon
from framecrew.studio.sent_file import SentFile
from framecrew.studio.telling import trouble

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".map": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
INDEX = "index.html"
ASSETS = "assets/"
"""Their names change with what they hold, so a browser may keep them."""
NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>framecrew</title>
<p>The page was not built. In a checkout: <code>python hatch_build.py</code>, then load this again.</p>
"""
COOKIE_SECONDS = 365 * 24 * 3600


def page_routes(daemon: Daemon, folder: Path) -> APIRouter:
    """The page, and the link that opens it."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/open")
    async def open_page(request: Request, key: str = "") -> Response:
        """Take a link, and give the browser its cookie for it."""
        if not daemon.keys.use_link(key):
            return trouble(
                401, "Wanted a link that is good; found one that was used, or is older than a "
                "minute. `framecrew studio` opens a new one.",
            )  # fmt: skip
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            daemon.keys.cookie_name,
            daemon.keys.cookie,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @routes.get("/{path:path}")
    async def page_file(path: str) -> Response:
        """A file of the page; `index.html` for what is none."""
        found = await asyncio.to_thread(_found, folder, path)
        if found is None:
            return HTMLResponse(NOT_BUILT, status_code=200)
        may_keep = path.startswith(ASSETS)
        headers = {"cache-control": "public, max-age=31536000" if may_keep else "no-cache"}
        kind = TYPES.get(found.suffix, "application/octet-stream")
        return SentFile(found, media_type=kind, headers=headers)

    return routes


def _found(folder: Path, path: str) -> Path | None:
    """The file of that name in the folder, else the index; None when nothing was built."""
    index = folder / INDEX
    try:
        real = (folder / path).resolve(strict=True)
        if real.is_file() and real.is_relative_to(folder.resolve()):
            return real
    except (OSError, ValueError):
        pass
    return index if index.is_file() else None
