"""The application: all routes of one daemon behind its doorkeeper."""

from typing import Annotated

from fastapi import FastAPI, Query, WebSocket

from framecrew.studio.daemon import Daemon, page_folder
from framecrew.studio.doing_routes import doing_routes
from framecrew.studio.doorkeeper import App, Doorkeeper, Receive, Scope, Send
from framecrew.studio.file_routes import file_routes
from framecrew.studio.page_files import page_routes
from framecrew.studio.reading_routes import reading_routes
from framecrew.studio.stream import Stream
from framecrew.studio.telling import HIGHEST, TROUBLES, catch_all

API = "/api/v1"
DESCRIPTION = """The queue of one home folder. Send `Authorization: Bearer` with the token of the
home folder. Moments are seconds since 1970, sizes bytes, frames texts such as `1-100x5,150`."""


def make_api(daemon: Daemon) -> FastAPI:
    """The routes, with no doorkeeper before them."""
    app = FastAPI(
        title="framecrew",
        version=daemon.version,
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        # They would fetch their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        responses=TROUBLES,
        separate_input_output_schemas=False,
    )
    catch_all(app)
    for routes in (reading_routes(daemon), file_routes(daemon), doing_routes(daemon)):
        app.include_router(routes, prefix=API)
    stream = Stream(daemon)

    @app.websocket(f"{API}/events")
    async def events(
        socket: WebSocket, after: Annotated[int | None, Query(ge=0, le=HIGHEST)] = None
    ) -> None:
        await stream.serve(socket, after)

    return app


def make_page(daemon: Daemon) -> FastAPI:
    """The page's files, and the link that opens it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    catch_all(app)
    app.include_router(page_routes(daemon, page_folder()))
    return app


def make_app(daemon: Daemon, *, scheme: str, hosts: frozenset[str]) -> App:
    """All of it, for a server."""
    api, page = make_api(daemon), make_page(daemon)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        app = api if scope.get("path", "").startswith("/api/") else page
        await app(scope, receive, send)

    return Doorkeeper(both, keys=daemon.keys, scheme=scheme, hosts=hosts)
